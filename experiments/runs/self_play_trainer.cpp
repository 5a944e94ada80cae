#include "experiments/runs/self_play_trainer.hpp"

#include "agents/alphago/net_evaluator.hpp"
#include "agents/alphago/policy_games.hpp"
#include "agents/registry.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "core/system/progress.hpp"
#include "core/usize.hpp"
#include "experiments/go/player_names.hpp"
#include "experiments/runs/model.hpp"
#include "experiments/runs/version.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace tengen {
namespace {

constexpr int kKeptCheckpoints = 2;
constexpr double kBareSeconds = 0.3;

enum class Stream : std::uint64_t { kAgent, kMatches };

std::uint64_t seed_of(const Recipe& recipe, Stream stream, std::uint64_t index = 0) {
  return Rng(recipe.seed).split(static_cast<std::uint64_t>(stream)).split(index).next64();
}

std::unique_ptr<GameLearner> make_learner(const Recipe& recipe, const AnyGame& game,
                                          WorkerPool& pool) {
  return find_agent(recipe.algo)
      .game_learner(
          {.game = &game,
           .policy_games =
               [&game](const PolicyGamesOptions& options) { return game.policy_games(options); },
           .recorded_games =
               [&game](const fs::path& folder, const std::function<void(const GameRecord&)>& take) {
                 game.recorded_games(folder, take);
               },
           .config = recipe.config,
           .seed = seed_of(recipe, Stream::kAgent),
           .device = recipe.device,
           .games = recipe.steps,
           .pool = &pool});
}

}  // namespace

SelfPlayTrainer::EvaluationMatches SelfPlayTrainer::read_matches(const Config& config) {
  const Config eval = config.section("eval");
  EvaluationMatches matches;
  matches.search = read_search_options(config.section("search"));
  matches.search.simulations = eval.get<int>("simulations", 64, 1, 1'000'000);
  matches.opening_moves = eval.get<int>("opening_moves", 2, 0, 1000);
  const auto named = [](PlayerKind kind) {
    return std::pair<std::string, PlayerKind>(name_of(kind), kind);
  };
  const auto opponent = eval.choice<PlayerKind>(
      "opponent", name_of(PlayerKind::kUct), {named(PlayerKind::kUct), named(PlayerKind::kRandom)});
  matches.name = name_of(opponent);
  if (opponent == PlayerKind::kRandom) return matches;
  matches.opponent.kind = ArenaPlayer::Kind::kUct;
  matches.opponent.search.simulations = eval.get<int>("rollouts", 400, 1, 10'000'000);
  return matches;
}

SelfPlayTrainer::SelfPlayTrainer(const Recipe& recipe, WorkerPool& pool)
    : ScheduledTraining(recipe),
      start_from_(recipe.config.get<std::string>("start_from", "")),
      pool_(&pool),
      game_(make_game(recipe.config.section("game"))),
      agent_(make_learner(recipe, *game_, pool)),
      matches_(read_matches(recipe.config)) {
  recipe_.config.check_all_read();
}

void SelfPlayTrainer::load(const RunPaths& run, const ArchiveReader& reader) {
  agent_->load(reader);
  agent_->open(run.games());
  logger_.load(reader, "logger");
  evaluated_at_ = reader.vector<std::int64_t>("trainer/judged_at");
  results_ = reader.vector<PairResult>("trainer/results");
  const auto among = [&](int player) { return player >= 0 && player <= std::ssize(evaluated_at_); };
  for (const PairResult& result : results_)
    reader.check("trainer/results", among(result.first) && among(result.second) &&
                                        result.games > 0 && result.points >= 0 &&
                                        result.points <= result.games);
  elo_ = reader.get<double>("trainer/elo");
  load_owed(reader);
  if (!evaluated_at_.empty())
    previous_ = agent_->load_player(ArchiveReader::read_file(run.player_at(evaluated_at_.back())));
  started_at_ = steps();
  loaded_ = true;
}

void SelfPlayTrainer::open(const RunPaths& run) {
  fs::create_directories(run.segments());
  if (!loaded_) agent_->open(run.games());
  ScheduledTraining::open(run);
}

void SelfPlayTrainer::begin() {
  if (start_from_.empty()) return;
  const ArchiveReader reader = read_start(start_from_);
  const Config theirs = Config::from_string(model_info(reader).recipe, reader.origin());
  const std::string id = theirs.section("game").get<std::string>("id", "");
  if (id.empty() || id != recipe_.env)
    throw UsageError("start_from = \"{}\": it plays {}, this recipe {}", start_from_,
                     id.empty() ? theirs.section("env").get<std::string>("id", "?") : id,
                     recipe_.env);
  const GameSpec& ours = game_->spec();
  const GameSpec spec = make_game(theirs.section("game"))->spec();
  if (spec.rows != ours.rows || spec.columns != ours.columns)
    throw UsageError("start_from = \"{}\": its board has {} x {} points, this recipe's {} x {}",
                     start_from_, spec.columns, spec.rows, ours.columns, ours.rows);
  agent_->start_from(reader, read_policy_value(theirs.section("net"), policy_value_of(spec)));
}

void SelfPlayTrainer::train(bool quiet) {
  const InterruptGuard guard;
  std::optional<ProgressBar> bar;
  if (!quiet) bar.emplace(recipe_.name, recipe_.steps, steps(), "games");
  std::string note;
  std::int64_t base = 0;  // games before this cycle, and what its counters began with
  const auto stop = [&] {
    if (bar) bar->update(base + agent_->counts().games, note);
    return interrupted();
  };
  pay_evaluation();
  while (!finished() && !interrupted()) {
    const std::int64_t before = steps();
    base = before - agent_->counts().games;
    clock_.enter(kActing);
    const bool whole = agent_->generate(stop);
    clock_.enter(kLearning);
    const bool learnt = whole && agent_->learn(logger_, stop);
    clock_.enter(kOther);
    if (!learnt) break;
    if (!quiet && bare_ == 0) bare_ = agent_->bare_evaluations(kBareSeconds);
    do_what_is_due(before);
    if (bar) note = progress_note();
  }
  finish();
  if (bar) bar->finish();
}

double SelfPlayTrainer::evaluations_per_second() const {
  return static_cast<double>(agent_->counts().evaluations) /
         std::max(clock_.seconds(kActing), 1e-9);
}

void SelfPlayTrainer::record_metrics() {
  logger_.record("selfplay/games", static_cast<double>(steps()));
  logger_.record("selfplay/rows", static_cast<double>(agent_->rows()));
  logger_.record("selfplay/rows_per_game",
                 static_cast<double>(agent_->rows()) /
                     static_cast<double>(std::max<std::int64_t>(steps(), 1)));
  logger_.record("time/time_elapsed", seconds());
  logger_.record("time/games_per_hour", 3600 * steps_per_second());
  logger_.record("time/evaluations_per_second", evaluations_per_second());
  if (bare_ > 0) logger_.record("time/network_share", evaluations_per_second() / bare_);
}

// Games of `player` against `other`, or against the fixed opponent where there is none.
ArenaResult SelfPlayTrainer::match(const std::shared_ptr<const InferenceNet>& player,
                                   const std::shared_ptr<const InferenceNet>& other,
                                   std::uint64_t number) {
  const std::uint64_t seed = seed_of(recipe_, Stream::kMatches, number);
  // Pieces of fixed size, so that the result does not depend on the number of threads.
  constexpr int kPiece = 10;
  const int games = recipe_.eval_episodes, pieces = (games + kPiece - 1) / kPiece;
  std::vector<ArenaResult> results(usize(pieces));
  pool_->run(pieces, [&](int piece) {
    NetEvaluator first(player);
    std::optional<NetEvaluator> second;
    std::array<ArenaPlayer, 2> players{
        ArenaPlayer{ArenaPlayer::Kind::kNetwork, matches_.search, &first}, matches_.opponent};
    if (other != nullptr)
      players[1] = {ArenaPlayer::Kind::kNetwork, matches_.search, &second.emplace(other)};
    const int begin = piece * kPiece;
    results[usize(piece)] = play_arena(
        *game_, players, {std::min(kPiece, games - begin), matches_.opening_moves, seed}, begin);
  });
  ArenaResult sum;
  for (const ArenaResult& result : results) sum.add(result);
  return sum;
}

bool SelfPlayTrainer::evaluate() {
  clock_.enter(kEvaluation);
  const auto player = agent_->player();
  const auto games = static_cast<std::uint64_t>(steps());
  ArenaResult first;
  std::optional<ArenaResult> second;
  try {
    first = match(player, nullptr, 2 * games);
    if (previous_ != nullptr) second = match(player, previous_, 2 * games + 1);
  } catch (const Interrupted&) {
    clock_.enter(kOther);
    return false;
  }
  evaluated_at_.push_back(steps());
  const int self = static_cast<int>(evaluated_at_.size());
  results_.push_back({self, 0, first.points(), first.games()});
  logger_.record("eval/score_" + matches_.name, first.points() / first.games());
  if (second) {
    results_.push_back({self, self - 1, second->points(), second->games()});
    logger_.record("eval/score_previous", second->points() / second->games());
  }
  against_opponent_ = first;
  previous_ = player;
  elo_ = elo_ratings(self + 1, results_).back();
  logger_.record("eval/elo", elo_);
  clock_.enter(kSaving);
  unsaved_ = packed_player();
  try {
    save_evaluated_player();
  } catch (const std::exception& error) {
    warn("the player of game {} is not saved: {}", steps(), error.what());
  }
  clock_.enter(kOther);
  return true;
}

ArchiveWriter SelfPlayTrainer::packed_player() {
  nlohmann::ordered_json manifest{{"algo", recipe_.algo}, {"game", recipe_.env},
                                  {"games", steps()},     {"rows", agent_->rows()},
                                  {"seed", recipe_.seed}, {"tengen", kVersion}};
  if (evaluated()) manifest["elo"] = elo_;
  ArchiveWriter writer;
  agent_->save_player(writer);
  writer.put_string("model/recipe", recipe_.config.to_toml());
  writer.put_string("model/manifest", manifest.dump(2) + "\n");
  return writer;
}

void SelfPlayTrainer::save_evaluated_player() {
  if (!unsaved_) return;
  const fs::path path = run_.player_at(evaluated_at_.back());
  fs::create_directories(path.parent_path());
  unsaved_->write_file(path);
  unsaved_.reset();
}

void SelfPlayTrainer::write_checkpoint() {
  save_evaluated_player();
  ArchiveWriter writer;
  agent_->save(writer);
  logger_.save(writer, "logger");
  writer.put_string("trainer/recipe", recipe_.config.to_toml());
  writer.put_span<std::int64_t>("trainer/judged_at", evaluated_at_);
  writer.put_span<PairResult>("trainer/results", results_);
  writer.put("trainer/elo", elo_);
  save_owed(writer);
  writer.write_file(checkpoint_file(run_, steps()));
  drop_old_checkpoints(run_, steps(), kKeptCheckpoints);
}

void SelfPlayTrainer::save_player() { packed_player().write_file(run_.model()); }

void SelfPlayTrainer::finish() {
  evaluate_at_end();
  if (finished() && agent_->updates() == 0)
    warn("nothing was learnt: {} positions are fewer than agent.learning_starts", agent_->rows());
  const bool begun = steps() > 0 || agent_->updates() > 0 || agent_->counts().moves > 0;
  if (begun) save_at_end();  // a run that has not begun begins anew
}

std::string SelfPlayTrainer::progress_note() const {
  std::string note =
      fmt::format("{} rows, {:.0f} games/h", agent_->rows(), 3600 * steps_per_second());
  if (bare_ > 0)
    note += fmt::format(", {:.0f} evals/s ({:.0f} % of the network's)", evaluations_per_second(),
                        100 * evaluations_per_second() / bare_);
  if (!evaluated_at_.empty()) note += fmt::format(", Elo {:.0f}", elo_);
  return note;
}

std::string SelfPlayTrainer::width() const { return fmt::format("{} workers", agent_->workers()); }

std::vector<std::pair<std::string, double>> SelfPlayTrainer::time_spent() const {
  constexpr std::pair<Phase, const char*> kNames[] = {{kActing, "self-play"},
                                                      {kLearning, "learning"},
                                                      {kEvaluation, "evaluation"},
                                                      {kSaving, "saving"},
                                                      {kOther, "rest"}};
  std::vector<std::pair<std::string, double>> spent;
  for (const auto& [phase, name] : kNames) spent.emplace_back(name, clock_.seconds(phase));
  return spent;
}

std::string SelfPlayTrainer::score() const {
  std::string text =
      fmt::format(", {} rows, {:.0f} evaluations/s", agent_->rows(), evaluations_per_second());
  if (!evaluated_at_.empty()) text += fmt::format(", Elo {:.0f} ({} = 0)", elo_, matches_.name);
  return text;
}

void SelfPlayTrainer::add_score(nlohmann::ordered_json& line) const {
  line["rows"] = agent_->rows();
  line["updates"] = agent_->updates();
  line["evaluations_per_second"] = evaluations_per_second();
  if (bare_ > 0) line["network_evaluations_per_second"] = bare_;
  if (!evaluated_at_.empty()) line["elo"] = elo_;
  if (!against_opponent_) return;
  line["wins"] = against_opponent_->wins;
  line["draws"] = against_opponent_->draws;
  line["losses"] = against_opponent_->losses;
}

void SelfPlayTrainer::describe(nlohmann::ordered_json& manifest) const {
  manifest["precision"] = agent_->precision();
}

std::unique_ptr<Training> make_self_play_training(const Recipe& recipe, WorkerPool& pool) {
  return std::make_unique<SelfPlayTrainer>(recipe, pool);
}

}  // namespace tengen
