// AlphaZero: a network learns a game from nothing but games against itself.
// Silver et al., "A general reinforcement learning algorithm that masters chess, shogi, and Go
// through self-play", Science 362 (2018); search, memory and targets as Danihelka et al. (2022) and
// Wu (2019) improved them.
#pragma once

#include "agents/alphago/game_learner.hpp"
#include "agents/alphago/net_evaluator.hpp"
#include "agents/alphago/policy_value_learner.hpp"
#include "agents/alphago/self_play_games.hpp"
#include "agents/schedules.hpp"
#include "core/config.hpp"
#include "core/logger.hpp"
#include "core/worker_pool.hpp"
#include "replay/game_store.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tengen {

/// What it is made from.
struct AlphaZeroContext {
  const SearchableGame* game = nullptr;  ///< outlives it
  Config config;  ///< the recipe's root: [agent], [search] and [net] are read
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::int64_t games = 0;      ///< how many it will learn from: schedules run that long
  WorkerPool* pool = nullptr;  ///< outlives it
};

/// The settings of [agent] beside those of self-play and of the learner.
struct AlphaZeroOptions {
  int workers = 0;                   ///< n_workers: 0, as many as there are threads
  std::int64_t cycle_rows = 0;       ///< new rows a cycle
  std::int64_t learning_starts = 0;  ///< rows in memory before the first update
  int batch_size = 0;
  double row_uses = 0;       ///< how often a new row is learnt from, on average
  double value_mix = 0;      ///< weight of the search's opinion in the value target
  double learning_rate = 0;  ///< at first; a schedule leads it down
  std::string schedule;
  int final_simulations = 0;  ///< simulations rise to this
  GameWindow window;
};

/// Alternates between two phases, each with every thread: games by the averaged weights until there
/// are `cycle_rows` new rows, then gradient steps on the window of the newest ones.
class AlphaZero final : public GameLearner {
 public:
  /// Throws UsageError: a setting out of range.
  explicit AlphaZero(const AlphaZeroContext& context);

  void open(const std::filesystem::path& file) override;
  void start_from(const ArchiveReader& player, const PolicyValueOptions& net) override {
    learner_.start_from(player, net);
  }
  bool generate(const Stop& stop) override;
  bool learn(Logger& logger, const Stop& stop) override;

  [[nodiscard]] std::int64_t games() const override { return learnt_; }
  [[nodiscard]] std::int64_t rows() const override { return store_ ? store_->position().rows : 0; }
  [[nodiscard]] std::int64_t updates() const override { return learner_.updates(); }
  [[nodiscard]] std::string_view precision() const override { return name_of(backend_.precision); }
  [[nodiscard]] int simulations() const { return simulations_; }
  [[nodiscard]] const GameStore& store() const { return *store_; }
  [[nodiscard]] SelfPlayCounts counts() const override;
  [[nodiscard]] int workers() const override { return static_cast<int>(workers_.size()); }
  [[nodiscard]] double bare_evaluations(double seconds) override;

  [[nodiscard]] std::shared_ptr<const InferenceNet> player() const override;
  void save_player(ArchiveWriter& writer) const override { learner_.save_player(writer); }
  [[nodiscard]] std::shared_ptr<const InferenceNet> load_player(
      const ArchiveReader& reader) const override {
    return load_net_player(reader, learner_.network()->options(), play_backend_);
  }

  void save(ArchiveWriter& writer) override;
  void load(const ArchiveReader& reader) override;

 private:
  struct Worker {
    std::unique_ptr<SelfPlayGames> games;
    std::unique_ptr<NetEvaluator> evaluator;
    std::vector<GameRecord> finished;  // of this cycle
    std::int64_t owed = 0;             // rows to come in this cycle
  };
  void make_workers(int workers);
  void load_finished(const ArchiveReader& reader, const std::string& name,
                     std::vector<GameRecord>& games) const;
  void begin_cycle();
  void sample();
  [[nodiscard]] double progress() const {
    return schedule_.progress(store_ ? store_->position().games : 0);
  }
  [[nodiscard]] double learning_rate() const;

  const SearchableGame* searchable_;
  GameSpec game_;
  WorkerPool* pool_;
  SelfPlayOptions play_;
  AlphaZeroOptions options_;
  Backend backend_, play_backend_;  // where it learns, and where games are played
  PolicyValueLearner learner_;
  PolicyValueBatch batch_;
  std::vector<Worker> workers_;
  std::vector<RowSymmetry> symmetries_;
  std::unique_ptr<GameStore> store_;
  GameStore::Position loaded_;
  Rng rng_;  // of minibatches
  struct Pick {
    std::size_t row;
    std::uint32_t symmetry;
  };
  std::vector<Pick> picks_;
  ScheduleClock schedule_;   // in games
  std::int64_t learnt_ = 0;  // games whose gradient steps have all been made
  std::int64_t rows_unlearnt_ = 0, updates_owed_ = 0;
  int simulations_;
};

}  // namespace tengen
