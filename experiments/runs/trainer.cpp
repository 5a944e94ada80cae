#include "experiments/runs/trainer.hpp"

#include "agents/registry.hpp"
#include "core/signature.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "core/system/progress.hpp"
#include "envs/random_play.hpp"
#include "experiments/runs/model.hpp"
#include "replay/replay_buffer.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace tengen {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr int kKeptCheckpoints = 2;

// Each purpose draws from a random stream of its own.
enum class Stream : std::uint64_t { kEnvironment, kAgent, kEvaluation };

std::uint64_t seed_of(const Recipe& recipe, Stream stream, std::uint64_t index = 0) {
  return Rng(recipe.seed).split(static_cast<std::uint64_t>(stream)).split(index).next64();
}

// The tag of a metric: `what` for the first conditions, which decide; for others their name
// follows.
std::string named(const char* what, std::size_t index, const Conditions& conditions) {
  return index == 0 ? what : fmt::format("{}/{}", what, conditions.name);
}

// The signature of a few steps of random play, so that another build of the environment is noticed.
// It is 0 if the environment fails, which training itself will report, and for one in another
// program, which is not asked to play twice.
std::uint64_t brief_signature(const Recipe& recipe, const EnvRegistry& registry) {
  constexpr int kLanes = 2, kSteps = 50;
  if (registry.find(recipe.env).elsewhere) return 0;
  try {
    WorkerPool alone(1);
    const auto env = registry.make(recipe.env, recipe.config.section("env"), kLanes, alone);
    RandomPlay play(*env, 0);
    play.play(kSteps);
    Signature all;
    for (const std::uint64_t lane : play.signatures()) all.add(lane);
    return all.value();
  } catch (const Error&) {
    return 0;
  }
}

}  // namespace

Trainer::Trainer(const Recipe& recipe, const EnvRegistry& registry, WorkerPool& pool)
    : ScheduledTraining(recipe),
      start_from_(recipe.config.get<std::string>("start_from", "")),
      fewer_(find_agent(recipe.algo).acts_while_learning ? std::max(1, pool.threads() - 1) : 1),
      env_(registry.make(recipe.env, recipe.config.section("env"), recipe.n_envs,
                         find_agent(recipe.algo).acts_while_learning ? fewer_ : pool)),
      conditions_(registry.find(recipe.env).conditions),
      env_signature_(brief_signature(recipe, registry)),
      agent_(find_agent(recipe.algo)
                 .make({env_->spec(), recipe.n_envs, recipe.config, seed_of(recipe, Stream::kAgent),
                        recipe.device, &pool})),
      episodes_(recipe.n_envs),
      best_reward_(-kNever) {
  make_eval_envs(registry, pool);
  recipe_.config.check_all_read();
}

void Trainer::make_eval_envs(const EnvRegistry& registry, WorkerPool& pool) {
  for (const Conditions& conditions : conditions_) {
    const Config judged = judged_under(conditions, recipe_.config);
    eval_env_.push_back(
        make_judged_env(judged, registry, evaluation_lanes(recipe_.eval_episodes), pool));
    judged.section("env").check_all_read();
  }
}

void Trainer::begin() {
  if (start_from_.empty()) return;
  const ArchiveReader player = read_start(start_from_);
  const Recipe theirs =
      Recipe::from_config(Config::from_string(model_info(player).recipe, player.origin()), "model");
  try {
    agent_->start_from(player);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {
    throw UsageError("start_from = \"{}\": what {} learnt on {} does not fit {} on {}: {}",
                     start_from_, theirs.algo, theirs.env, recipe_.algo, recipe_.env, error.what());
  }
}

void Trainer::load_env(const ArchiveReader& reader) {
  std::string from;
  for (const std::string& plugin : recipe_.plugins)
    from += fmt::format("{}{}", from.empty() ? " of plug-in " : ", ", plugin);
  try {
    env_->load(reader, "env");
  } catch (const Error& error) {
    if (from.empty()) throw;
    throw Error("{} (the environment is{}: was it built anew?)", error.what(), from);
  }
  if (!reader.has("trainer/env_signature") || !reader.has("trainer/recipe")) return;
  const Config before = Config::from_string(reader.string("trainer/recipe"), reader.origin());
  const bool same_options =
      before.section("env").to_toml() == recipe_.config.section("env").to_toml();
  const auto signature = reader.get<std::uint64_t>("trainer/env_signature");
  if (same_options && signature != env_signature_)
    warn(
        "{}{} does not play as it did when the checkpoint was made: it was changed since, or this "
        "machine rounds differently",
        recipe_.env, from);
}

void Trainer::load(const RunPaths& run, const ArchiveReader& reader) {
  load_env(reader);
  agent_->load(reader, run.segments());
  episodes_.load(reader, "episodes");
  logger_.load(reader, "logger");
  best_reward_ = reader.get<double>("trainer/best_reward", -kNever, kNever);
  load_evaluation(reader);
  // The recipe may ask for more now than the reward that was enough then.
  reached_ = reader.get<std::uint8_t>("trainer/reached") != 0 &&
             (evaluation_.empty() ? conditions_.front().name.empty()
                                  : evaluation_.front().mean_reward() >= recipe_.stop_at_reward);
  load_owed(reader);
  started_at_ = steps();
}

// Checkpoints of versions that evaluated under one condition only hold less; such a run counts as
// not evaluated yet.
void Trainer::load_evaluation(const ArchiveReader& reader) {
  if (!reader.has(named("trainer/courses", conditions_.size() - 1, conditions_.back()))) {
    if (!conditions_.front().name.empty()) best_reward_ = -kNever;  // it had other conditions
    return;
  }
  evaluated_at_ = reader.get<std::int64_t>("trainer/evaluated_at");
  for (std::size_t i = 0; i < conditions_.size(); ++i) {
    const std::string returns = named("trainer/returns", i, conditions_[i]);
    // The evaluation has as many games as eval_episodes was then; it may have changed since.
    const std::size_t games = reader.bytes(returns).size() / sizeof(double);
    if (games == 0) throw Error("'{}': an evaluation of no games", reader.origin());
    Evaluation& last = evaluation_.emplace_back();
    last.conditions = conditions_[i].name;
    last.returns.resize(games);
    last.lengths.resize(games);
    last.courses.resize(games);
    reader.get_span<double>(returns, last.returns);
    reader.get_span<std::int64_t>(named("trainer/lengths", i, conditions_[i]), last.lengths);
    reader.get_span<std::uint64_t>(named("trainer/courses", i, conditions_[i]), last.courses);
  }
}

void Trainer::open(const RunPaths& run) {
  ScheduledTraining::open(run);
  const Config resolved = Config::from_string(recipe_.config.to_toml()).section("agent");
  if (steps() > 0 || !resolved.has("learning_starts")) return;
  if (const auto starts = resolved.get<std::int64_t>("learning_starts", 0); starts >= recipe_.steps)
    warn("agent.learning_starts = {}, and the run ends at {} steps: nothing will be learnt", starts,
         recipe_.steps);
}

void Trainer::train(bool quiet) {
  const InterruptGuard guard;
  std::optional<ProgressBar> bar;
  if (!quiet) bar.emplace(recipe_.name, recipe_.steps, steps());
  std::string note;
  if (steps() == 0) env_->reset(seed_of(recipe_, Stream::kEnvironment), agent_->slot());
  pay_evaluation();
  while (!finished() && !interrupted()) {
    const std::int64_t games = episodes_.episodes();
    const std::int64_t before = steps();
    step();
    do_what_is_due(before);
    if (!bar) continue;
    if (episodes_.episodes() != games || evaluated_at_ == steps()) note = progress_note();
    bar->update(steps(), note);
  }
  evaluate_at_end();
  if (steps() > 0) save_at_end();  // a run that has not begun begins anew
  if (bar) bar->finish();
}

void Trainer::step() {
  const InterruptPause whole;
  clock_.enter(kActing);
  const ActionView action = agent_->act();
  const StepView slot = episodes_.asked(agent_->slot());
  clock_.enter(kEnvironment);
  env_->step(action, slot);
  episodes_.take();
  clock_.enter(kLearning);
  agent_->learn(logger_);
  clock_.enter(kOther);
}

void Trainer::record_metrics() {
  if (episodes_.episodes() > 0) {
    logger_.record("rollout/ep_rew_mean", episodes_.mean_reward());
    logger_.record("rollout/ep_len_mean", episodes_.mean_length());
  }
  logger_.record("time/episodes", static_cast<double>(episodes_.episodes()));
  logger_.record("time/total_timesteps", static_cast<double>(steps()));
  logger_.record("time/time_elapsed", seconds());
  logger_.record("time/fps", steps_per_second());
}

bool Trainer::evaluate() {
  clock_.enter(kEvaluation);
  const std::uint64_t seed =
      seed_of(recipe_, Stream::kEvaluation, static_cast<std::uint64_t>(steps()));
  const auto policy = agent_->policy(eval_env_.front()->size());
  std::vector<Evaluation> results;
  for (std::size_t i = 0; i < conditions_.size(); ++i) {
    Evaluation& result =
        results.emplace_back(tengen::evaluate(*policy, *eval_env_[i], recipe_.eval_episodes, seed));
    result.conditions = conditions_[i].name;
    if (result.episodes() < recipe_.eval_episodes) {
      clock_.enter(kOther);
      return false;
    }
    if (evaluation_.empty() || evaluation_[i].cut == 0)
      warn_of_cut_games(result, eval_env_[i]->spec());
  }
  for (std::size_t i = 0; i < conditions_.size(); ++i) {
    logger_.record(named("eval/mean_reward", i, conditions_[i]), results[i].mean_reward());
    logger_.record(named("eval/mean_ep_length", i, conditions_[i]), results[i].mean_length());
  }
  evaluation_ = std::move(results);
  evaluated_at_ = steps();
  const double reward = evaluation_.front().mean_reward();
  reached_ = reward >= recipe_.stop_at_reward;
  clock_.enter(kSaving);
  if (reward > best_reward_) save_best();
  clock_.enter(kOther);
  return true;
}

// A failure does not end the run: the next good evaluation tries again.
void Trainer::save_best() {
  try {
    save_model(run_.best_model(), *agent_, recipe_, evaluation_);
    best_reward_ = evaluation_.front().mean_reward();
  } catch (const std::exception& error) {
    warn("the best player of step {} is not saved: {}", steps(), error.what());
  }
}

void Trainer::write_checkpoint() {
  ArchiveWriter writer;
  env_->save(writer, "env");
  agent_->save(writer, run_.segments());
  episodes_.save(writer, "episodes");
  logger_.save(writer, "logger");
  writer.put_string("trainer/recipe", recipe_.config.to_toml());
  writer.put("trainer/env_signature", env_signature_);
  writer.put("trainer/best_reward", best_reward_);
  writer.put("trainer/reached", static_cast<std::uint8_t>(reached_));
  writer.put("trainer/evaluated_at", evaluated_at_);
  save_owed(writer);
  for (std::size_t i = 0; i < evaluation_.size(); ++i) {
    const Evaluation& last = evaluation_[i];
    writer.put_span<double>(named("trainer/returns", i, conditions_[i]), last.returns);
    writer.put_span<std::int64_t>(named("trainer/lengths", i, conditions_[i]), last.lengths);
    writer.put_span<std::uint64_t>(named("trainer/courses", i, conditions_[i]), last.courses);
  }
  writer.write_file(checkpoint_file(run_, steps()));
  drop_old_checkpoints(run_, steps(), kKeptCheckpoints);
}

void Trainer::save_player() {
  save_model(run_.model(), *agent_, recipe_,
             std::span(evaluation_).first(evaluated() ? evaluation_.size() : 0));
}

std::string Trainer::progress_note() const {
  std::string note;
  if (episodes_.episodes() > 0) note = fmt::format("reward {:.4g}", episodes_.mean_reward());
  if (!evaluation_.empty()) note += fmt::format("  eval {:.4g}", evaluation_[0].mean_reward());
  return note;
}

std::vector<std::pair<std::string, double>> Trainer::time_spent() const {
  constexpr const char* kNames[kPhases] = {"acting",     "environment", "learning",
                                           "evaluation", "saving",      "rest"};
  std::vector<std::pair<std::string, double>> spent;
  for (int phase = 0; phase < kPhases; ++phase)
    spent.emplace_back(kNames[phase], clock_.seconds(static_cast<Phase>(phase)));
  return spent;
}

const char* Trainer::ended_by() const {
  if (reached_) return "reward";
  return finished() ? "steps" : "interrupt";
}

std::string Trainer::width() const {
  return fmt::format("{} lane{}", recipe_.n_envs, recipe_.n_envs == 1 ? "" : "s");
}

std::string Trainer::score() const {
  std::string text;
  for (const Evaluation& e : evaluation_)
    text += fmt::format(", {} {:.4g} ± {:.2g} over {} games",
                        text.empty() ? "mean reward" : e.conditions, e.mean_reward(),
                        e.std_reward(), e.episodes());
  return text;
}

void Trainer::add_score(nlohmann::ordered_json& line) const { add_figures(line, evaluation_); }

void Trainer::describe(nlohmann::ordered_json& manifest) const {
  manifest["precision"] = agent_->precision();
  for (const Conditions& conditions : conditions_)
    manifest["evaluation"][conditions.name.empty() ? "as_trained" : conditions.name] =
        judged_text(judged_under(conditions, recipe_.config));
}

}  // namespace tengen
