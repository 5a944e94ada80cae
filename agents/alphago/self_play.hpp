// Games of a network against itself, many at once: what AlphaZero learns from.
#pragma once

#include "agents/search/evaluator.hpp"
#include "agents/search/options.hpp"
#include "core/archive.hpp"
#include "replay/game_store.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tengen {

struct SelfPlayOptions {
  SearchOptions search;  ///< of the moves that become training rows
  /// Playout-cap randomisation (Wu 2019, section 3.1): so many of the moves are searched in full,
  /// the others cheaply, without noise, and leave no row. 1: all of them.
  double full_probability = 1;
  int cheap_simulations = 16;
  int workers = 1;           ///< threads that play; their games are numbered together
  int slots = 32;            ///< games at once, each worker
  double opening_moves = 3;  ///< on average, exponentially distributed: drawn from the bare policy
  double opening_temperature = 1;  ///< of that policy: π^(1/temperature); 100 is uniform
  /// Of moves after a search, move n: final + (first − final) · 2^(−n / half-life). 0 is the
  /// search's own choice, which Gumbel's noise varies already.
  double temperature = 0, final_temperature = 0;
  double temperature_half_life = 9;
  std::uint64_t seed = 0;
};

/// Reads n_slots, full_probability, cheap_simulations, opening_moves, opening_temperature,
/// temperature, final_temperature and temperature_half_life of an [agent] section. What fits the
/// rule of `search` is the default. Throws UsageError.
SelfPlayOptions read_self_play(const Config& agent, const SearchOptions& search);

/// What a worker has done since it was made.
struct SelfPlayCounts {
  std::int64_t games = 0, rows = 0, moves = 0, evaluations = 0;
};

/// One thread's games. Which games it plays and how depends neither on other workers nor on time.
class SelfPlay {
 public:
  virtual ~SelfPlay() = default;
  /// Plays on until finished games have brought `rows` rows; then every game stands between two
  /// moves. Or until `stop()`, which is asked before every batch; then searches stand where they
  /// are, and the next call goes on with them as if there had been no stop. Records go to
  /// `finished`, in the order of their ends. Returns the rows. Throws Error if what was loaded
  /// cannot be gone on with.
  virtual std::int64_t play(Evaluator& evaluator, std::int64_t rows,
                            const std::function<bool()>& stop,
                            std::vector<GameRecord>& finished) = 0;
  /// Of full searches, from the next move on.
  virtual void set_simulations(int simulations) = 0;
  /// Any thread may ask.
  [[nodiscard]] virtual SelfPlayCounts counts() const = 0;
  /// The games under way, so that a resumed run goes on with the same ones.
  virtual void save(ArchiveWriter& writer, const std::string& name) const = 0;
  /// Throws Error if the games do not fit.
  virtual void load(const ArchiveReader& reader, const std::string& name) = 0;
};

/// The sizes of a game's rows, and where its symmetries take them.
GameRowShape row_shape(const GameSpec& game);
std::vector<RowSymmetry> row_symmetries(const GameSpec& game);

}  // namespace tengen
