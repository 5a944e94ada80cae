// What plays Go at a board of any size: a search over rollouts or a network, chance, another
// program.
#pragma once

#include "experiments/go/go_game.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tengen {

/// How long to think; whichever comes first ends it.
struct ThinkLimit {
  int simulations = 0;  ///< 0: the player's own setting
  double seconds = 0;   ///< 0: no clock
};

/// One move that was looked at, from the view of the player to move. Values in [−1, 1].
struct GoMoveInfo {
  int action = 0, visits = 0;
  double value = 0, lcb = 0, prior = 0;
  double margin = 0;           ///< points ahead
  std::vector<int> variation;  ///< starts with `action`
};

/// The view of the player to move.
struct GoAnalysis {
  int visits = 0;
  double value = 0, margin = 0;
  std::vector<GoMoveInfo> moves;  ///< best first
  std::vector<float> ownership;   ///< a number a point in [−1, 1]; empty if not asked for
};

/// One evaluation without search, from the view of the player to move.
struct GoRawEvaluation {
  std::vector<double> policy;  ///< a probability an action, 0 where illegal; pass is the last
  double value = 0, margin = 0;
  std::vector<float> ownership;
};

/// A player is asked about one game after the other and may keep what it has thought where the
/// positions follow each other.
class GoPlayer {
 public:
  virtual ~GoPlayer() = default;

  /// choose()'s way to give up.
  static constexpr int kResign = -1;

  /// For `name` and SGF: "uct", "go9".
  [[nodiscard]] virtual std::string name() const = 0;
  /// Throws Error if it cannot play on such a board: which ones it can.
  virtual void check_board(int rows, int columns) const = 0;
  /// An action of game.to_move(), which has not resigned.
  virtual int choose(const GoGame& game, const ThinkLimit& limit) = 0;
  /// Forgets what it keeps for speed.
  virtual void clear_cache() {}
  /// A new seed for whatever it draws.
  virtual void set_seed(std::uint64_t /*seed*/) {}

  /// Thinks about the game's position until `stop` says so; it is asked again and again, between
  /// two simulations, and may call analysis(). False: this player cannot.
  virtual bool analyse(const GoGame& /*game*/, bool /*ownership*/,
                       const std::function<bool()>& /*stop*/) {
    return false;
  }
  /// choose() with somebody watching, who may call analysis() but not stop it.
  virtual int choose_watched(const GoGame& game, const ThinkLimit& limit, bool /*ownership*/,
                             const std::function<void()>& /*watch*/) {
    return choose(game, limit);
  }
  /// Of the position last thought about.
  [[nodiscard]] virtual GoAnalysis analysis() const { return {}; }
  /// The network's word on a position, turned by a symmetry in [0, 8). Throws Error without one.
  virtual GoRawEvaluation raw_evaluation(const GoGame& game, int symmetry);
  /// Who a network expects to own each point, Black's 1 … White's −1; empty without one.
  virtual std::vector<float> owners(const GoGame& /*game*/) { return {}; }
};

inline GoRawEvaluation GoPlayer::raw_evaluation(const GoGame& /*game*/, int /*symmetry*/) {
  throw Error("{} plays without a network", name());
}

/// Plays legal moves at random, and no pass while there are others that fill no own eye.
std::unique_ptr<GoPlayer> random_go_player(std::uint64_t seed);

}  // namespace tengen
