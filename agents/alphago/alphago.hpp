// AlphaGo as it was in 2016: a policy learnt from games of others, made stronger by playing against
// its past selves, and a network that values what that policy makes of a position.
// Silver et al., "Mastering the game of Go with deep neural networks and tree search", Nature 529.
#pragma once

#include "agents/alphago/game_learner.hpp"
#include "agents/alphago/policy_games.hpp"
#include "agents/alphago/policy_value_learner.hpp"
#include "agents/schedules.hpp"
#include "core/config.hpp"
#include "core/usize.hpp"
#include "core/worker_pool.hpp"

#include <array>
#include <functional>
#include <memory>
#include <vector>

namespace tengen {

/// What it is made from, which is all that it knows of the game.
struct AlphaGoContext {
  GameSpec game;
  std::function<std::unique_ptr<PolicyGames>(const PolicyGamesOptions&)> policy_games;
  /// Hands over recorded games of others, one by one: rows with the move that was played as the
  /// policy's target. Throws Error if there are none.
  std::function<void(const std::function<void(const GameRecord&)>&)> recorded_games;
  Config config;  ///< the recipe's root: [agent] and [net] are read
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::int64_t games = 0;      ///< of all stages together; the last one takes what is left
  WorkerPool* pool = nullptr;  ///< outlives it
};

/// The settings of [agent] beside those of the learner.
struct AlphaGoOptions {
  int batch_size = 0;
  int slots = 0;
  double supervised_epochs = 0;  ///< how often each recorded position is learnt from
  double learning_rate = 0;      ///< of the supervised stage; it falls to 0 along each stage
  std::int64_t reinforcement_games = 0;
  double reinforcement_learning_rate = 0;
  int games_per_update = 0;     ///< reinforcement: played before they are learnt from
  std::int64_t pool_every = 0;  ///< games after which the policy joins its own opponents
  double value_learning_rate = 0;
  int value_cycle = 0;         ///< games of the value stage before they are learnt from
  double value_uses = 0;       ///< how often each of their positions is learnt from
  double longest_opening = 0;  ///< moves before the random one, at most
};

/// The three stages one behind the other:
///   supervised      the policy imitates the players of recorded games
///   reinforcement   the policy plays against the pool of its past selves; each of its moves gets
///                   more likely if the game was won, less if it was lost (REINFORCE)
///   value           from games of the policy, one position each, the value network learns how they
///                   end; the policy rests, to the bit
/// Each is an optimisation of its own: the optimiser's moments do not outlive it.
class AlphaGo final : public GameLearner {
 public:
  enum class Stage : std::uint8_t { kSupervised, kReinforcement, kValue };
  static constexpr int kStages = 3;

  /// Throws UsageError: a setting out of range; a trunk that policy and value share.
  explicit AlphaGo(const AlphaGoContext& context);

  void open(const std::filesystem::path& file) override;
  void start_from(const ArchiveReader& player, const PolicyValueOptions& net) override {
    learner_.start_from(player, net);
  }
  bool generate(const Stop& stop) override;
  bool learn(Logger& logger, const Stop& stop) override;

  [[nodiscard]] std::int64_t games() const override { return learnt_; }
  [[nodiscard]] std::int64_t rows() const override;
  [[nodiscard]] std::int64_t updates() const override { return learner_.updates(); }
  [[nodiscard]] std::string_view precision() const override { return name_of(backend_.precision); }
  [[nodiscard]] SelfPlayCounts counts() const override;
  [[nodiscard]] int workers() const override { return pool_->threads(); }
  [[nodiscard]] double bare_evaluations(double seconds) override;
  [[nodiscard]] Stage stage() const { return stage_; }

  [[nodiscard]] std::shared_ptr<const InferenceNet> player() const override;
  void save_player(ArchiveWriter& writer) const override { learner_.save_player(writer); }
  [[nodiscard]] std::shared_ptr<const InferenceNet> load_player(
      const ArchiveReader& reader) const override;

  void save(ArchiveWriter& writer) override;
  void load(const ArchiveReader& reader) override;

 private:
  [[nodiscard]] GameStore& store() { return *stores_[usize(stage_)]; }
  [[nodiscard]] std::int64_t stored() const;  // games of all stages
  [[nodiscard]] std::int64_t games_of(Stage stage) const;
  [[nodiscard]] double stage_progress() const;
  [[nodiscard]] double learning_rate() const;
  [[nodiscard]] std::filesystem::path pool_file(std::size_t member) const;
  void imitate();
  bool play(const std::array<std::shared_ptr<const InferenceNet>, 2>& nets, PolicyGamesKind kind,
            int games, const Stop& stop);
  [[nodiscard]] ScheduleClock value_schedule(std::int64_t before) const;
  void join_pool();
  void fill_batch(std::size_t first_row);
  void advance();
  void learn_by_stage();

  GameSpec game_;
  AlphaGoContext context_;
  AlphaGoOptions options_;
  Backend backend_;
  PolicyValueLearner learner_;
  PolicyValueBatch batch_;
  std::vector<RowSymmetry> symmetries_;
  WorkerPool* pool_;
  std::filesystem::path file_;
  std::array<std::unique_ptr<GameStore>, kStages> stores_;
  std::array<GameStore::Position, kStages> loaded_{};
  std::vector<std::shared_ptr<const InferenceNet>>
      past_selves_;            // the first: as it was after the supervised stage
  std::size_t pool_size_ = 0;  // of the checkpoint
  Stage stage_ = Stage::kSupervised;
  Rng rng_;
  std::int64_t updates_owed_ = 0, supervised_updates_ = 0;
  ScheduleClock value_schedule_{1};  // in games of the value stage; set when it begins
  std::int64_t learnt_ = 0;          // games whose gradient steps have all been made
  std::size_t fresh_rows_ =
      0;  // reinforcement: the number of newest rows that have not been learnt from
  SelfPlayCounts counts_;
};

}  // namespace tengen
