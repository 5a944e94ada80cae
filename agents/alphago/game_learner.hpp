// What learns a game from games: AlphaZero, and AlphaGo before it.
#pragma once

#include "agents/alphago/self_play.hpp"
#include "core/archive.hpp"
#include "core/logger.hpp"
#include "nets/board/inference_net.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace tengen {

/// Alternates between new games and gradient steps. Whoever calls may stop it anywhere, save, load,
/// and go on.
class GameLearner {
 public:
  virtual ~GameLearner() = default;

  /// The file of its games: a new one, or after load() the one whose checkpoint that was. Other
  /// files that it needs stand beside it. Throws Error.
  virtual void open(const std::filesystem::path& file) = 0;

  /// Before open(), of a new run: begins with the weights of a player that save_player() wrote, of
  /// network `net`, which may be smaller. Throws Error if it does not fit.
  virtual void start_from(const ArchiveReader& player, const PolicyValueOptions& net) = 0;

  using Stop = std::function<bool()>;
  /// Gets the next cycle's games. False if `stop()`, which this thread asks often, came first.
  virtual bool generate(const Stop& stop) = 0;
  /// Makes the gradient steps that they are worth. False if stopped.
  virtual bool learn(Logger& logger, const Stop& stop) = 0;

  /// Games that were learnt from: those of whole cycles. Between generate() and the end of learn()
  /// they are fewer than there are.
  [[nodiscard]] virtual std::int64_t games() const = 0;
  /// Positions of the games there are.
  [[nodiscard]] virtual std::int64_t rows() const = 0;
  [[nodiscard]] virtual std::int64_t updates() const = 0;
  /// In what it learns: "float32" or "bfloat16".
  [[nodiscard]] virtual std::string_view precision() const = 0;
  /// Of all workers since this process began.
  [[nodiscard]] virtual SelfPlayCounts counts() const = 0;
  [[nodiscard]] virtual int workers() const = 0;
  /// Evaluations a second of the network alone, in the workers' batches on all their threads at
  /// once: what self-play is measured against.
  [[nodiscard]] virtual double bare_evaluations(double seconds) = 0;

  /// What plays best: the averaged weights.
  [[nodiscard]] virtual std::shared_ptr<const InferenceNet> player() const = 0;
  virtual void save_player(ArchiveWriter& writer) const = 0;
  /// What save_player() wrote. Throws Error if it is of another network.
  [[nodiscard]] virtual std::shared_ptr<const InferenceNet> load_player(
      const ArchiveReader& reader) const = 0;

  /// Flushes the games, then writes everything else that a run needs to go on.
  virtual void save(ArchiveWriter& writer) = 0;
  /// Before open(). Throws Error.
  virtual void load(const ArchiveReader& reader) = 0;
};

}  // namespace tengen
