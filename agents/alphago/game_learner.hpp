// Learners that learn a game from whole games: AlphaZero, and AlphaGo before it.
#pragma once

#include "agents/alphago/self_play.hpp"
#include "agents/search/searchable_game.hpp"
#include "core/archive.hpp"
#include "core/config.hpp"
#include "core/logger.hpp"
#include "core/worker_pool.hpp"
#include "nets/board/inference_net.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace tengen {

class PolicyGames;
struct PolicyGamesOptions;

/// Alternates between new games and gradient steps. The caller may stop it anywhere, save it, load
/// it and go on.
class GameLearner {
 public:
  virtual ~GameLearner() = default;

  /// Opens the file of its games: a new one, or after load() the one that the checkpoint belongs
  /// to. Other files that it needs stand beside it. Throws Error.
  virtual void open(const std::filesystem::path& file) = 0;

  /// Begins with the weights of a player that save_player() wrote, of network `net`, which may be
  /// smaller. To be called before open(), in a new run. Throws Error if it does not fit.
  virtual void start_from(const ArchiveReader& player, const PolicyValueOptions& net) = 0;

  using Stop = std::function<bool()>;
  /// Gets the next cycle's games. False if `stop()`, which this thread asks often, returned true.
  virtual bool generate(const Stop& stop) = 0;
  /// Makes the gradient steps that those games pay for. False if stopped.
  virtual bool learn(Logger& logger, const Stop& stop) = 0;

  /// The number of games of whole cycles, all of whose gradient steps were made.
  [[nodiscard]] virtual std::int64_t games() const = 0;
  /// The number of training rows in all games there are.
  [[nodiscard]] virtual std::int64_t rows() const = 0;
  [[nodiscard]] virtual std::int64_t updates() const = 0;
  /// The precision that it learns in: "float32" or "bfloat16".
  [[nodiscard]] virtual std::string_view precision() const = 0;
  /// What all workers did since this process began.
  [[nodiscard]] virtual SelfPlayCounts counts() const = 0;
  [[nodiscard]] virtual int workers() const = 0;
  /// Measures for about `seconds` how many evaluations a second the network alone makes, in the
  /// workers' batches on all their threads: the most that self-play could reach.
  [[nodiscard]] virtual double bare_evaluations(double seconds) = 0;

  /// The player with the averaged weights, which play best.
  [[nodiscard]] virtual std::shared_ptr<const InferenceNet> player() const = 0;
  virtual void save_player(ArchiveWriter& writer) const = 0;
  /// Loads what save_player() wrote. Throws Error if it is of another network.
  [[nodiscard]] virtual std::shared_ptr<const InferenceNet> load_player(
      const ArchiveReader& reader) const = 0;

  /// Flushes the games, then writes everything else that a run needs to go on.
  virtual void save(ArchiveWriter& writer) = 0;
  /// Takes up what save() wrote. To be called before open(). Throws Error.
  virtual void load(const ArchiveReader& reader) = 0;
};

/// What such a learner is made from. Of the game it knows no more than this.
struct GameLearnerContext {
  const SearchableGame* game = nullptr;  ///< outlives the learner
  /// Games that policies play without a search.
  std::function<std::unique_ptr<PolicyGames>(const PolicyGamesOptions&)> policy_games;
  /// Hands over the games of others in a folder, one by one. Throws Error if there are none.
  std::function<void(const std::filesystem::path& folder,
                     const std::function<void(const GameRecord&)>& take)>
      recorded_games;
  Config config;  ///< the recipe's root: a learner reads its [agent], [search], [net] …
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::int64_t games = 0;      ///< how many it will learn from: schedules run that long
  WorkerPool* pool = nullptr;  ///< outlives it
};

}  // namespace tengen
