// Games of a network against itself, many at once: what AlphaZero learns from.
#pragma once

#include "agents/search/evaluator.hpp"
#include "core/archive.hpp"
#include "replay/game_store.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace tengen {

/// How moves are searched for.
enum class SearchKind : std::uint8_t {
  kGumbel,      ///< every move the same few simulations, each a training row
  kPlayoutCap,  ///< PUCT: some moves a full search, which become rows, the others a cheap one
};

struct SelfPlayOptions {
  SearchKind kind = SearchKind::kGumbel;
  int workers = 1;                 ///< threads that play; all of their games are numbered together
  int slots = 32;                  ///< games at once, each worker
  int simulations = 16;            ///< evaluations a move (kPlayoutCap: of a full search)
  int considered = 16;             ///< kGumbel: actions sampled at the root
  int cheap_simulations = 16;      ///< kPlayoutCap
  double full_probability = 0.25;  ///< kPlayoutCap
  double random_moves = 3;         ///< at first, on average, moves are drawn from the policy itself
  double temperature = 0.75, final_temperature = 0.15;  ///< of moves after a search
  double temperature_half_life = 9;                     ///< moves
  std::uint64_t seed = 0;
};

/// What a worker has done since it was made.
struct SelfPlayCounts {
  std::int64_t games = 0, rows = 0, moves = 0, evaluations = 0;
};

/// One thread's games. Which games it plays and how does not depend on other workers, nor on time.
class SelfPlay {
 public:
  virtual ~SelfPlay() = default;
  /// Plays on until finished games have brought `rows` rows, or `stop` is set; then every game
  /// stands between two moves. Records go to `finished`, in the order of their ends.
  virtual void play(Evaluator& evaluator, std::int64_t rows, const std::atomic<bool>& stop,
                    std::vector<GameRecord>& finished) = 0;
  /// From the next move on.
  virtual void set_simulations(int simulations) = 0;
  [[nodiscard]] virtual const SelfPlayCounts& counts() const = 0;
  /// The games under way, so that a resumed run plays the same ones on. Between two play() only.
  virtual void save(ArchiveWriter& writer, const std::string& name) const = 0;
  virtual void load(const ArchiveReader& reader, const std::string& name) = 0;
};

}  // namespace tengen
