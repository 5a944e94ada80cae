#include "agents/alphago/alphago.hpp"

#include "agents/alphago/net_evaluator.hpp"
#include "agents/registry.hpp"
#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace fs = std::filesystem;

namespace tengen {
namespace {

// Every purpose draws from a stream of its own.
enum class Stream : std::uint64_t { kLearner, kGames, kMinibatches };

Rng stream(std::uint64_t seed, Stream stream) {
  return Rng(seed).split(static_cast<std::uint64_t>(stream));
}

constexpr std::array<const char*, AlphaGo::kStages> kStageNames = {"supervised", "reinforcement",
                                                                   "value"};

AlphaGoOptions read_options(const Config& agent, const GameSpec& game) {
  constexpr std::int64_t kMany = std::int64_t{1} << 40;
  AlphaGoOptions o;
  o.batch_size = agent.get<int>("batch_size", 256, 1, 65'536);
  o.slots = agent.get<int>("n_slots", 64, 1, 65'536);
  o.supervised_epochs = agent.get<double>("supervised_epochs", 10, 1e-3, 1e4);
  o.learning_rate = agent.get<double>("learning_rate", 2e-3, 0.0, 10.0);
  o.reinforcement_games = agent.get<std::int64_t>("reinforcement_games", 10'000, 0, kMany);
  o.reinforcement_learning_rate = agent.get<double>("reinforcement_learning_rate", 1e-4, 0.0, 10.0);
  o.games_per_update = agent.get<int>("games_per_update", 128, 1, 1 << 20);
  o.pool_every = agent.get<std::int64_t>("pool_every", 1'280, 1, kMany);
  o.value_learning_rate = agent.get<double>("value_learning_rate", 2e-3, 0.0, 10.0);
  o.value_cycle = agent.get<int>("value_cycle", 4'096, 1, 1 << 24);
  o.value_uses = agent.get<double>("value_uses", 8, 1e-3, 1e4);
  // The paper's 450 moves of 361 points, in proportion.
  o.longest_opening = agent.get<double>("longest_opening", 1.25 * game.points(), 0.0, 1e6);
  return o;
}

PolicyValueOptions net_of(const AlphaGoContext& context) {
  PolicyValueOptions net =
      read_policy_value(context.config.section("net"), policy_value_of(context.game));
  if (!net.separate)
    throw UsageError(
        "net.trunk = \"shared\": AlphaGo's policy and value are two networks, learnt one after the "
        "other; set net.trunk = \"separate\"");
  return net;
}

GameWindow window_of(AlphaGo::Stage stage) {
  // Only the reinforcement stage forgets: what was played by an older policy.
  constexpr std::int64_t kEverything = std::int64_t{1} << 40;
  return {.smallest = stage == AlphaGo::Stage::kReinforcement ? 1 << 17 : kEverything};
}

}  // namespace

AlphaGo::AlphaGo(const AlphaGoContext& context)
    : game_(context.game),
      context_(context),
      options_(read_options(context.config.section("agent"), context.game)),
      backend_(make_backend(context.device, net_of(context).precision)),
      learner_(net_of(context), read_policy_value_learner(context.config.section("agent")),
               backend_, stream(context.seed, Stream::kLearner).next64()),
      batch_(net_of(context), options_.batch_size),
      symmetries_(row_symmetries(context.game)),
      pool_(context.pool),
      rng_(stream(context.seed, Stream::kMinibatches)) {
  learn_by_stage();
}

std::int64_t AlphaGo::games_of(Stage stage) const {
  const auto& store = stores_[usize(stage)];
  return store ? store->position().games : 0;
}

std::int64_t AlphaGo::stored() const {
  std::int64_t sum = 0;
  for (const auto& store : stores_) sum += store ? store->position().games : 0;
  return sum;
}

std::int64_t AlphaGo::rows() const {
  std::int64_t sum = 0;
  for (const auto& store : stores_) sum += store ? store->position().rows : 0;
  return sum;
}

fs::path AlphaGo::pool_file(std::size_t member) const {
  return file_.parent_path() / "pool" / fmt::format("{}.tgn", member);
}

void AlphaGo::open(const fs::path& file) {
  file_ = file;
  for (int s = 0; s < kStages; ++s) {
    const auto i = usize(s);
    fs::path path = file;
    path.replace_extension(fmt::format("{}{}", kStageNames[i], file.extension().string()));
    stores_[i] = std::make_unique<GameStore>(path, row_shape(game_),
                                             window_of(static_cast<Stage>(s)), loaded_[i]);
  }
  fs::create_directories(file.parent_path() / "pool");
  past_selves_.clear();
  for (std::size_t member = 0; member < pool_size_; ++member)
    past_selves_.push_back(load_player(ArchiveReader::read_file(pool_file(member))));
}

double AlphaGo::stage_progress() const {
  const auto part = [](double done, double all) { return all > 0 ? std::min(1.0, done / all) : 1; };
  const auto played = static_cast<double>(games_of(stage_));
  switch (stage_) {
    case Stage::kSupervised:
      return part(static_cast<double>(supervised_updates_ - updates_owed_),
                  static_cast<double>(supervised_updates_));
    case Stage::kReinforcement:
      return part(played, static_cast<double>(options_.reinforcement_games));
    case Stage::kValue:
      return value_schedule_.progress(games_of(Stage::kValue));
  }
  return 1;
}

double AlphaGo::learning_rate() const {
  const double first = stage_ == Stage::kSupervised      ? options_.learning_rate
                       : stage_ == Stage::kReinforcement ? options_.reinforcement_learning_rate
                                                         : options_.value_learning_rate;
  return first * (1 - stage_progress());
}

bool AlphaGo::generate(const Stop& stop) {
  if (updates_owed_ > 0) return true;  // this cycle has its games already
  const std::int64_t left = context_.games - stored();
  switch (stage_) {
    case Stage::kSupervised:
      imitate();
      return true;
    case Stage::kReinforcement: {
      const Rng before = rng_;
      const auto opponent = rng_.below(static_cast<std::uint32_t>(past_selves_.size()));
      if (play({player(), past_selves_[opponent]}, PolicyGamesKind::kAgainst,
               options_.games_per_update, stop))
        return true;
      rng_ = before;  // games that were stopped are played anew
      return false;
    }
    case Stage::kValue:
      return play({past_selves_.front(), player()}, PolicyGamesKind::kOnePosition,
                  static_cast<int>(std::min<std::int64_t>(options_.value_cycle, left)), stop);
  }
  return true;
}

void AlphaGo::imitate() {
  context_.recorded_games([&](const GameRecord& game) { store().append(game); });
  if (stored() + options_.reinforcement_games >= context_.games)
    throw UsageError(
        "steps = {} games leaves none for the value network: {} of the teachers and "
        "agent.reinforcement_games = {} come before",
        context_.games, stored(), options_.reinforcement_games);
  supervised_updates_ = std::max<std::int64_t>(
      1, std::llround(options_.supervised_epochs * static_cast<double>(store().rows()) /
                      options_.batch_size));
  updates_owed_ = supervised_updates_;
}

// `games` games over all threads, into the stage's store.
bool AlphaGo::play(const std::array<std::shared_ptr<const InferenceNet>, 2>& nets,
                   PolicyGamesKind kind, int games, const Stop& stop) {
  const auto first = static_cast<std::uint64_t>(games_of(stage_));
  const Rng seeds = stream(context_.seed, Stream::kGames).split(static_cast<std::uint64_t>(stage_));
  // Pieces of fixed size, so that the games do not depend on the number of threads.
  const int pieces = (games + options_.slots - 1) / options_.slots;
  std::vector<std::vector<GameRecord>> finished(usize(pieces));
  std::vector<SelfPlayCounts> counts(finished.size());
  std::atomic<bool> stopped = false;
  pool_->run(pieces, [&](int piece) {
    if (stopped) return;
    const int begin = piece * options_.slots, end = std::min(games, begin + options_.slots);
    NetEvaluator own(nets[0]), other(nets[1]);
    const auto table =
        context_.policy_games({kind, end - begin, options_.longest_opening, Rng(seeds).next64()});
    const Stop asked = [&] {  // only this thread, which runs the first piece, asks the caller
      if (piece % pool_->threads() == 0 && stop()) stopped = true;
      return stopped.load();
    };
    const auto i = usize(piece);
    table->play({&own, &other}, first + static_cast<std::uint64_t>(begin), end - begin, asked,
                finished[i]);
    counts[i] = table->counts();
  });
  if (stopped) return false;
  for (std::size_t i = 0; i < finished.size(); ++i) {
    counts_.games += counts[i].games;
    counts_.moves += counts[i].moves;
    counts_.evaluations += counts[i].evaluations;
    for (const GameRecord& game : finished[i]) {
      counts_.rows += game.rows();
      fresh_rows_ += usize(game.rows());
      store().append(game);
    }
  }
  const double uses = stage_ == Stage::kValue ? options_.value_uses : 1;
  updates_owed_ = std::max<std::int64_t>(
      1, std::llround(uses * static_cast<double>(fresh_rows_) / options_.batch_size));
  return true;
}

bool AlphaGo::learn(Logger& logger, const Stop& stop) {
  for (; updates_owed_ > 0; --updates_owed_) {
    if (stop()) return false;
    // Supervised and value: any row. Reinforcement: what the policy of today has just played.
    const bool recent = stage_ == Stage::kReinforcement;
    fill_batch(recent ? store().rows() - std::min(store().rows(), fresh_rows_) : 0);
    const PolicyValueLosses losses = learner_.step(batch_, learning_rate(), *pool_);
    const auto name = [&](const char* loss) {
      return fmt::format("train/{}_{}", kStageNames[usize(stage_)], loss);
    };
    if (stage_ == Stage::kValue)
      logger.record_mean(name("loss"), losses.value);
    else
      logger.record_mean(name("loss"), losses.policy);
    logger.record_mean("train/grad_norm", losses.norm);
  }
  logger.record("train/learning_rate", learning_rate());
  logger.record("train/n_updates", static_cast<double>(updates()));
  logger.record("train/stage", static_cast<double>(stage_));
  fresh_rows_ = 0;
  learnt_ = stored();
  advance();
  return true;
}

// The next stage where this one is over, and a new opponent where one is due.
void AlphaGo::advance() {
  const std::int64_t played = games_of(Stage::kReinforcement);
  const auto due = usize(1 + played / options_.pool_every);
  if (stage_ != Stage::kValue && past_selves_.size() < due) join_pool();
  const Stage before = stage_;
  if (stage_ == Stage::kSupervised) stage_ = Stage::kReinforcement;
  if (stage_ == Stage::kReinforcement && played >= options_.reinforcement_games) {
    stage_ = Stage::kValue;
    value_schedule_ = value_schedule(stored());
  }
  if (stage_ == before) return;
  learn_by_stage();
  learner_.restart();  // the last stage's moments are no news of this one's loss
}

// One of the two networks learns and the other rests.
void AlphaGo::learn_by_stage() {
  learner_.learn_only(stage_ == Stage::kValue ? LearntPart::kValue : LearntPart::kPolicy);
}

// From `before` games, of the other stages, to the end of the run.
ScheduleClock AlphaGo::value_schedule(std::int64_t before) const {
  return ScheduleClock(std::max<std::int64_t>(1, context_.games - before));
}

void AlphaGo::join_pool() {
  ArchiveWriter writer;
  learner_.save_player(writer);
  writer.write_file(pool_file(past_selves_.size()));
  past_selves_.push_back(player());
}

// Draws rows from `first_row` on, and says what each teaches in this stage.
void AlphaGo::fill_batch(std::size_t first_row) {
  const std::size_t rows = store().rows() - first_row;
  TENGEN_CHECK(rows > 0, "nothing to learn from");
  const std::size_t planes = game_.plane_bytes(), points = usize(game_.points());
  const auto globals = usize(game_.globals);
  const auto actions = usize(game_.actions);
  const auto owners = game_.ownership ? points : 0;
  const bool value = stage_ == Stage::kValue;
  for (std::size_t i = 0; i < usize(options_.batch_size); ++i) {
    const std::size_t row =
        first_row + static_cast<std::size_t>(rng_.uniform_double() * static_cast<double>(rows));
    const auto symmetry = rng_.below(static_cast<std::uint32_t>(symmetries_.size()));
    const GameRowTargets targets =
        store().read(row, symmetries_[symmetry],
                     {std::span(batch_.planes).subspan(i * planes, planes),
                      std::span(batch_.globals).subspan(i * globals, globals),
                      std::span(batch_.policy).subspan(i * actions, actions),
                      std::span(batch_.ownership).subspan(i * owners, owners)});
    batch_.value[i] = targets.score;
    batch_.margin[i] = targets.margin;
    batch_.value_weight[i] = batch_.territory_weight[i] = value ? 1 : 0;
    batch_.policy_weight[i] = value                          ? 0
                              : stage_ == Stage::kSupervised ? targets.weight
                                                             : targets.score;
  }
}

SelfPlayCounts AlphaGo::counts() const { return counts_; }

std::shared_ptr<const InferenceNet> AlphaGo::player() const { return learner_.player(backend_); }

std::shared_ptr<const InferenceNet> AlphaGo::load_player(const ArchiveReader& reader) const {
  return load_net_player(reader, learner_.network()->options(), backend_);
}

double AlphaGo::bare_evaluations(double seconds) {
  return tengen::bare_evaluations(player(), game_, options_.slots, workers(), *pool_, seconds);
}

void AlphaGo::save(ArchiveWriter& writer) {
  learner_.save(writer);
  for (std::size_t s = 0; s < stores_.size(); ++s) {
    stores_[s]->flush();
    writer.put(fmt::format("alphago/store{}", s), stores_[s]->position());
  }
  writer.put("alphago/pool", past_selves_.size());
  writer.put("alphago/stage", stage_);
  writer.put("alphago/rng", rng_);
  writer.put("alphago/updates_owed", updates_owed_);
  writer.put("alphago/supervised_updates", supervised_updates_);
  writer.put("alphago/fresh_rows", fresh_rows_);
  value_schedule_.save(writer, "alphago/value_schedule");
  writer.put("alphago/learnt", learnt_);
}

void AlphaGo::load(const ArchiveReader& reader) {
  learner_.load(reader);
  for (std::size_t s = 0; s < stores_.size(); ++s)
    loaded_[s] = reader.get<GameStore::Position>(fmt::format("alphago/store{}", s));
  pool_size_ = reader.get<std::size_t>("alphago/pool");
  stage_ = reader.get<Stage>("alphago/stage", Stage::kSupervised, Stage::kValue);
  learn_by_stage();
  rng_ = reader.get<Rng>("alphago/rng");
  updates_owed_ = reader.count("alphago/updates_owed");
  supervised_updates_ = reader.count("alphago/supervised_updates");
  fresh_rows_ = reader.get<std::size_t>("alphago/fresh_rows");
  std::int64_t games = 0;
  for (const GameStore::Position& position : loaded_) games += position.games;
  // Older checkpoints were never made while a cycle's rows were being learnt from.
  learnt_ = reader.has("alphago/learnt") ? reader.count("alphago/learnt") : games;
  reader.check("alphago/learnt", learnt_ <= games);
  reader.check("alphago/pool", pool_size_ > 0 || stage_ == Stage::kSupervised);
  reader.check("alphago/updates_owed", updates_owed_ == 0 || loaded_[usize(stage_)].rows > 0);
  if (stage_ != Stage::kValue) return;
  value_schedule_ = value_schedule(loaded_[0].games + loaded_[1].games);
  value_schedule_.load(reader, "alphago/value_schedule", loaded_[2].games);
}

AgentEntry alphago_entry() {
  return {.name = "alphago",
          .description = "a policy from games of others, made stronger by self-play, and its value",
          .game_learner = [](const GameLearnerContext& c) -> std::unique_ptr<GameLearner> {
            const auto folder = c.config.section("teachers").get<std::string>("sgf", "");
            const auto recorded_games = [all = c.recorded_games, folder](const auto& take) {
              all(folder, take);
            };
            return std::make_unique<AlphaGo>(AlphaGoContext{c.game->spec(), c.policy_games,
                                                            recorded_games, c.config, c.seed,
                                                            c.device, c.games, c.pool});
          }};
}

}  // namespace tengen
