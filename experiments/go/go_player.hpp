// Players of Go at a board of any size: a search with playouts or a network, random moves, another
// program.
#pragma once

#include "experiments/go/go_game.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tengen {

/// How long to think: until the limit that is reached first.
struct ThinkLimit {
  int simulations = 0;  ///< 0: the player's own setting
  double seconds = 0;   ///< 0: no clock
};

/// One move that was searched, from the view of the player to move. Values are in [−1, 1].
struct GoMoveInfo {
  int action = 0, visits = 0;
  double value = 0, lcb = 0, prior = 0;
  double margin = 0;           ///< points ahead
  std::vector<int> variation;  ///< starts with `action`
};

/// What a search found, from the view of the player to move. Values are in [−1, 1].
struct GoAnalysis {
  int visits = 0;
  double value = 0, margin = 0;
  std::vector<GoMoveInfo> moves;  ///< best first
  std::vector<float> ownership;   ///< one number per point in [−1, 1]; empty if not asked for
};

/// One evaluation without search, from the view of the player to move.
struct GoRawEvaluation {
  std::vector<double> policy;  ///< one probability per action, 0 where illegal; pass is the last
  double value = 0, margin = 0;
  std::vector<float> ownership;
};

/// A player of Go. It is asked about one game after the other and may keep what it has searched
/// where the positions follow each other.
class GoPlayer {
 public:
  virtual ~GoPlayer() = default;

  /// What choose() returns to resign.
  static constexpr int kResign = -1;

  /// The name for GTP, SGF and messages: "uct:1000", "go9".
  [[nodiscard]] virtual std::string name() const = 0;
  /// Throws Error, which says what boards it can play on, if it cannot play on this one.
  virtual void check_board(int rows, int columns) const = 0;
  /// Returns a legal action of game.to_move(), or kResign.
  virtual int choose(const GoGame& game, const ThinkLimit& limit) = 0;
  /// Forgets what it keeps from position to position.
  virtual void clear_cache() {}
  /// Seeds all further random draws.
  virtual void set_seed(std::uint64_t /*seed*/) {}

  /// Searches the game's position until `stop` returns true. `stop` is asked again and again,
  /// between two simulations, and may call analysis(). Returns false if this player cannot analyse.
  virtual bool analyse(const GoGame& /*game*/, bool /*ownership*/,
                       const std::function<bool()>& /*stop*/) {
    return false;
  }
  /// Does what choose() does and calls `watch` now and then, which may call analysis().
  virtual int choose_watched(const GoGame& game, const ThinkLimit& limit, bool /*ownership*/,
                             const std::function<void()>& /*watch*/) {
    return choose(game, limit);
  }
  /// The analysis of the position that was searched last.
  [[nodiscard]] virtual GoAnalysis analysis() const { return {}; }
  /// The network's evaluation of a position, shown to it turned by a symmetry in [0, 8). Throws
  /// Error where the player has no network.
  virtual GoRawEvaluation raw_evaluation(const GoGame& game, int symmetry);
  /// One number per point: from 1, Black is expected to own it, to −1, White is. Empty where the
  /// player has no network.
  virtual std::vector<float> owners(const GoGame& /*game*/) { return {}; }
};

inline GoRawEvaluation GoPlayer::raw_evaluation(const GoGame& /*game*/, int /*symmetry*/) {
  throw Error("{} plays without a network", name());
}

/// Plays legal moves at random, and no pass while there are others that fill no own eye.
std::unique_ptr<GoPlayer> random_go_player(std::uint64_t seed);

}  // namespace tengen
