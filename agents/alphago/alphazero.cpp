#include "agents/alphago/alphazero.hpp"

#include "agents/registry.hpp"
#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>

namespace tengen {
namespace {

constexpr int kMostWorkers = 1024, kMostGames = 65'536;

// Every purpose draws from a stream of its own.
enum class Stream : std::uint64_t { kLearner, kGames, kMinibatches };

Rng stream(std::uint64_t seed, Stream stream) {
  return Rng(seed).split(static_cast<std::uint64_t>(stream));
}

AlphaZeroOptions read_options(const Config& agent, const SearchOptions& search) {
  constexpr std::int64_t kMany = std::int64_t{1} << 40;
  AlphaZeroOptions o;
  o.workers = agent.get<int>("n_workers", 0, 0, kMostWorkers);
  o.cycle_rows = agent.get<std::int64_t>("cycle_rows", 8'192, 1, kMany);
  o.learning_starts = agent.get<std::int64_t>("learning_starts", o.cycle_rows, 1, kMany);
  o.batch_size = agent.get<int>("batch_size", 256, 1, 65'536);
  // A row of a few simulations is noisier, and there are more of them.
  const double uses = search.rule == SearchRule::kGumbel ? 2 : 4;
  o.row_uses = agent.get<double>("row_uses", uses, 0.0, 1e3);
  o.value_mix = agent.get<double>("value_mix", 0.5, 0.0, 1.0);
  o.learning_rate = agent.get<double>("learning_rate", 1e-3, 0.0, 10.0);
  o.schedule = agent.choice("learning_rate_schedule", "cosine", {"constant", "linear", "cosine"});
  o.final_simulations =
      agent.get<int>("final_simulations", search.simulations, search.simulations, 1'000'000);
  o.window.smallest = agent.get<std::int64_t>("window_rows", 40'000, 1, kMany);
  o.window.exponent = agent.get<double>("window_exponent", 0.65, 0.01, 1.0);
  o.window.slope = agent.get<double>("window_slope", 0.4, 0.0, 1.0);
  return o;
}

PolicyValueOptions net_of(const AlphaZeroContext& context) {
  return read_policy_value(context.config.section("net"), policy_value_of(context.game->spec()));
}

}  // namespace

AlphaZero::AlphaZero(const AlphaZeroContext& context)
    : searchable_(context.game),
      game_(context.game->spec()),
      pool_(context.pool),
      play_(read_self_play(context.config.section("agent"),
                           read_search_options(context.config.section("search")))),
      options_(read_options(context.config.section("agent"), play_.search)),
      backend_(make_backend(context.device, net_of(context).precision)),
      play_backend_(make_backend(
          context.config.section("agent").get<std::string>("play_device", context.device),
          net_of(context).precision)),
      learner_(net_of(context), read_policy_value_learner(context.config.section("agent")),
               backend_, stream(context.seed, Stream::kLearner).next64()),
      batch_(net_of(context), options_.batch_size),
      symmetries_(row_symmetries(game_)),
      rng_(stream(context.seed, Stream::kMinibatches)),
      picks_(usize(options_.batch_size)),
      schedule_(context.games),
      simulations_(play_.search.simulations) {
  play_.seed = stream(context.seed, Stream::kGames).next64();
  make_workers(options_.workers > 0 ? options_.workers : pool_->threads());
}

void AlphaZero::make_workers(int workers) {
  if (workers > kMostGames / play_.slots)
    throw UsageError("{} workers of agent.n_slots = {} games each: at most {} games at once",
                     workers, play_.slots, kMostGames);
  play_.workers = workers;
  workers_.clear();
  for (int w = 0; w < workers; ++w)
    workers_.push_back({std::make_unique<SelfPlayGames>(*searchable_, play_, w),
                        std::make_unique<NetEvaluator>(player()),
                        {},
                        0});
}

void AlphaZero::open(const std::filesystem::path& file) {
  store_ = std::make_unique<GameStore>(file, row_shape(game_), options_.window, loaded_);
}

double AlphaZero::learning_rate() const {
  if (options_.schedule == "constant") return options_.learning_rate;
  if (options_.schedule == "linear") return options_.learning_rate * (1 - progress());
  return options_.learning_rate * (1 + std::cos(std::numbers::pi * progress())) / 2;
}

void AlphaZero::begin_cycle() {
  const double growth = static_cast<double>(options_.final_simulations) / play_.search.simulations;
  simulations_ =
      static_cast<int>(std::lround(play_.search.simulations * std::pow(growth, progress())));
  const auto net = player();
  const auto workers = static_cast<std::int64_t>(workers_.size());
  for (std::int64_t w = 0; w < workers; ++w) {
    Worker& worker = workers_[usize(w)];
    worker.owed = (options_.cycle_rows + workers - 1 - w) / workers;
    worker.evaluator->replace(net);
    worker.games->set_simulations(simulations_);
  }
}

bool AlphaZero::generate(const Stop& stop) {
  const auto owes = [](const Worker& worker) { return worker.owed > 0; };
  if (updates_owed_ > 0) return true;  // this cycle has its rows already
  if (std::ranges::none_of(workers_, owes)) begin_cycle();
  std::atomic<bool> stopped = false;
  const auto quiet = [&] { return stopped.load(std::memory_order_relaxed); };
  const auto asked = [&] {
    if (stop()) stopped = true;
    return quiet();
  };
  pool_->run(workers(), [&](int w) {
    Worker& worker = workers_[usize(w)];
    if (worker.owed <= 0) return;
    // Only this thread, on which worker 0 plays, asks the caller.
    worker.owed -= worker.games->play(*worker.evaluator, worker.owed,
                                      w == 0 ? Stop(asked) : Stop(quiet), worker.finished);
  });
  // What is finished waits until all is there: the order of the store's games, from which rows are
  // drawn by number, is then that of a cycle that was not stopped.
  if (std::ranges::any_of(workers_, owes)) return false;
  for (Worker& worker : workers_) {
    for (const GameRecord& game : worker.finished) {
      store_->append(game);
      rows_unlearnt_ += game.rows();
    }
    worker.finished.clear();
  }
  if (static_cast<std::int64_t>(store_->rows()) < options_.learning_starts) return true;
  const double uses = options_.row_uses * static_cast<double>(rows_unlearnt_);
  updates_owed_ = std::llround(uses / options_.batch_size);
  rows_unlearnt_ = 0;
  return true;
}

bool AlphaZero::learn(Logger& logger, const Stop& stop) {
  for (; updates_owed_ > 0; --updates_owed_) {
    if (stop()) return false;
    sample();
    const PolicyValueLosses losses = learner_.step(batch_, learning_rate(), *pool_);
    logger.record_mean("train/policy_loss", losses.policy);
    logger.record_mean("train/policy_entropy", losses.entropy);
    logger.record_mean("train/target_entropy", losses.target_entropy);
    logger.record_mean("train/value_loss", losses.value);
    if (game_.ownership) {
      logger.record_mean("train/margin_loss", losses.margin);
      logger.record_mean("train/ownership_loss", losses.ownership);
    }
    logger.record_mean("train/grad_norm", losses.norm);
  }
  logger.record("train/learning_rate", learning_rate());
  logger.record("train/n_updates", static_cast<double>(updates()));
  logger.record("train/window_rows", static_cast<double>(store_->rows()));
  logger.record("selfplay/simulations", simulations_);
  learnt_ = store_->position().games;
  return true;
}

// Draws are made in order, so that they do not depend on threads; unpacking is spread over them.
void AlphaZero::sample() {
  TENGEN_CHECK(store_->rows() > 0, "nothing to learn from");
  for (Pick& pick : picks_) {
    pick.row =
        static_cast<std::size_t>(rng_.uniform_double() * static_cast<double>(store_->rows()));
    pick.symmetry = rng_.below(static_cast<std::uint32_t>(symmetries_.size()));
  }
  const std::size_t planes = game_.plane_bytes(), points = usize(game_.points());
  const auto globals = usize(game_.globals);
  const auto actions = usize(game_.actions);
  const auto owners = game_.ownership ? points : 0;
  const auto mix = static_cast<float>(options_.value_mix);
  constexpr std::size_t kPiece = 32;
  const std::size_t pieces = (picks_.size() + kPiece - 1) / kPiece;
  pool_->run(static_cast<int>(pieces), [&](int piece) {
    const std::size_t begin = usize(piece) * kPiece;
    const std::size_t end = std::min(begin + kPiece, picks_.size());
    for (std::size_t i = begin; i < end; ++i) {
      const GameRowTargets targets =
          store_->read(picks_[i].row, symmetries_[picks_[i].symmetry],
                       {std::span(batch_.planes).subspan(i * planes, planes),
                        std::span(batch_.globals).subspan(i * globals, globals),
                        std::span(batch_.policy).subspan(i * actions, actions),
                        std::span(batch_.ownership).subspan(i * owners, owners)});
      batch_.value[i] = (1 - mix) * targets.score + mix * targets.value;
      batch_.margin[i] = targets.margin;
      batch_.policy_weight[i] = targets.weight;
    }
  });
}

SelfPlayCounts AlphaZero::counts() const {
  SelfPlayCounts sum;
  for (const Worker& worker : workers_) {
    const SelfPlayCounts counts = worker.games->counts();
    sum.games += counts.games;
    sum.rows += counts.rows;
    sum.moves += counts.moves;
    sum.evaluations += counts.evaluations;
  }
  return sum;
}

double AlphaZero::bare_evaluations(double seconds) {
  return tengen::bare_evaluations(player(), game_, play_.slots, workers(), *pool_, seconds);
}

std::shared_ptr<const InferenceNet> AlphaZero::player() const {
  return learner_.player(play_backend_);
}

void AlphaZero::save(ArchiveWriter& writer) {
  store_->flush();
  learner_.save(writer);
  writer.put("alphazero/store", store_->position());
  writer.put("alphazero/rng", rng_);
  schedule_.save(writer, "alphazero/schedule");
  writer.put("alphazero/rows_unlearnt", rows_unlearnt_);
  writer.put("alphazero/updates_owed", updates_owed_);
  writer.put("alphazero/simulations", simulations_);
  writer.put("alphazero/learnt", learnt_);
  writer.put("alphazero/workers", workers());
  for (int w = 0; w < workers(); ++w) {
    const Worker& worker = workers_[usize(w)];
    const std::string name = fmt::format("alphazero/worker{}", w);
    writer.put(name + "/owed", worker.owed);
    worker.games->save(writer, name);
    std::vector<std::int64_t> sizes;
    std::vector<std::byte> finished;
    for (const GameRecord& game : worker.finished) {
      sizes.push_back(std::ssize(game.bytes()));
      finished.insert(finished.end(), game.bytes().begin(), game.bytes().end());
    }
    writer.put_span<std::int64_t>(name + "/finished_bytes", sizes);
    writer.put_bytes(name + "/finished", finished);
  }
}

// Games of a cycle that was stopped, which the store is still to get.
void AlphaZero::load_finished(const ArchiveReader& reader, const std::string& name,
                              std::vector<GameRecord>& games) const {
  games.clear();
  if (!reader.has(name + "/finished")) return;  // an older checkpoint
  std::span<const std::byte> bytes = reader.bytes(name + "/finished");
  for (const std::int64_t size : reader.vector<std::int64_t>(name + "/finished_bytes")) {
    reader.check(name + "/finished_bytes", size >= 0 && size <= std::ssize(bytes));
    auto game = GameRecord::finished(row_shape(game_), bytes.first(usize(size)));
    reader.check(name + "/finished", game.has_value());
    games.push_back(std::move(*game));
    bytes = bytes.subspan(usize(size));
  }
  reader.check(name + "/finished", bytes.empty());
}

void AlphaZero::load(const ArchiveReader& reader) {
  learner_.load(reader);
  loaded_ = reader.get<GameStore::Position>("alphazero/store");
  rng_ = reader.get<Rng>("alphazero/rng");
  schedule_.load(reader, "alphazero/schedule", loaded_.games);
  rows_unlearnt_ = reader.count("alphazero/rows_unlearnt");
  updates_owed_ = reader.count("alphazero/updates_owed");
  simulations_ = reader.get<int>("alphazero/simulations", play_.search.simulations,
                                 options_.final_simulations);
  // Older checkpoints were never made while a cycle's rows were being learnt from.
  learnt_ = reader.has("alphazero/learnt") ? reader.count("alphazero/learnt") : loaded_.games;
  reader.check("alphazero/updates_owed", updates_owed_ == 0 || loaded_.rows > 0);
  reader.check("alphazero/learnt", learnt_ <= loaded_.games);
  const int workers_saved = reader.get<int>("alphazero/workers", 1, kMostWorkers);
  for (int w = 0; w < workers_saved; ++w)  // before memory is taken for them
    reader.check("alphazero/workers", reader.has(fmt::format("alphazero/worker{}/slots", w)));
  make_workers(workers_saved);
  for (int w = 0; w < workers(); ++w) {
    Worker& worker = workers_[usize(w)];
    const std::string name = fmt::format("alphazero/worker{}", w);
    worker.owed = reader.get<std::int64_t>(name + "/owed");
    worker.games->load(reader, name);
    worker.games->set_simulations(simulations_);
    load_finished(reader, name, worker.finished);
  }
}

AgentEntry alphazero_entry() {
  return {.name = "alphazero",
          .description = "self-play of a policy-value network with tree search",
          .game_learner = [](const GameLearnerContext& c) -> std::unique_ptr<GameLearner> {
            return std::make_unique<AlphaZero>(
                AlphaZeroContext{c.game, c.config, c.seed, c.device, c.games, c.pool});
          }};
}

}  // namespace tengen
