// Go: the board together with ko, passes, the score and everything else that rules remember.
#pragma once

#include "core/rng.hpp"
#include "envs/board/go_board.hpp"
#include "envs/game.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// Which repetitions are forbidden. Passing is always allowed.
enum class KoRule : std::uint8_t {
  kSimple,       ///< retaking at once where a single stone took a single stone
  kPositional,   ///< making any earlier position again (Tromp–Taylor)
  kSituational,  ///< making any earlier position again with the same player to move
};

struct GoRules {
  KoRule ko = KoRule::kPositional;
  bool suicide = false;  ///< whether a move may take its own chain off
  float komi = 7.5F;     ///< points for White, any finite number
  int max_moves = 0;     ///< after which the game ends as it stands; 0: 3 · points

  friend bool operator==(const GoRules&, const GoRules&) = default;
};

/// Go by area scoring (Tromp–Taylor: no stone is dead unless it was taken). Black is player 0.
///
/// Action y · columns + x is a point, y = 0 the top row; rows · columns passes. Two passes in a row
/// end the game. Sides are in [1, kMaxSize]. A trivially copyable value (3.5 kB at 9 × 9), of which
/// callers that undo moves keep copies.
///
/// observe() from the view of the player to move, all planes 0 or 1:
///   0      1 (so that a network sees the edge)
///   1, 2   own stones, the opponent's
///   3…5    stones of either colour whose chain has 1, 2, 3 liberties
///   6      empty points forbidden by ko or superko
///   7…11   the last move, the one before …, while they are points
/// and the numbers
///   0      what the mover gets as komi (Black: minus komi) / 10
///   1      1 if White is to move
///   2, 3   1 if the last move, and the one before, was a pass
///
/// hash() covers stones, player to move, passes in a row, komi, rules, the size of the board and
/// the points that ko or superko forbid now; not which positions will be forbidden later, the move
/// number, nor the last moves that observe() shows.
template <int kMaxSize>
class Go {
 public:
  using Board = GoBoard<kMaxSize>;
  static constexpr int kPlanes = 12, kGlobals = 4, kLastMoves = 5;
  static constexpr int kMostMoves = 3 * kMaxSize * kMaxSize;

  Go() : Go(kMaxSize, kMaxSize) {}
  /// The empty board. Throws Error if a size, komi or max_moves is out of range.
  Go(int rows, int columns, const GoRules& rules = {});

  // The contract of envs/game.hpp.
  [[nodiscard]] GameSpec spec() const;
  [[nodiscard]] int to_move() const { return to_move_; }
  [[nodiscard]] bool finished() const { return passes_ >= 2 || moves_ >= rules_.max_moves; }
  /// The score of any position, as it stands.
  [[nodiscard]] float score() const;
  void legal(std::span<std::uint8_t> mask) const;
  void play(int action);
  void observe(std::span<std::uint8_t> planes, std::span<float> globals) const;
  [[nodiscard]] std::uint64_t hash() const;
  /// Plays uniformly random moves that are no suicide, retake no simple ko and fill no own eye,
  /// until neither player has one, or for 3 · points moves; returns score(). Superko is ignored.
  float playout(Rng& rng) const;
  /// Does the same, writes the owners at the end as ownership() does, and returns the margin.
  float playout(Rng& rng, std::span<std::int8_t> owners) const;
  /// Does the same; points where `first` is 0 get 1 or −1 if Black or White plays there first.
  float playout_moves(Rng& rng, std::span<std::int8_t> first) const;
  /// Draws uniformly from the legal moves that fill no own eye; a pass if there is none.
  int random_action(Rng& rng) const;
  /// Margin and owners of any position, as it stands.
  [[nodiscard]] float margin() const;
  void ownership(std::span<std::int8_t> owners) const;

  // The rest of the rules.
  [[nodiscard]] bool is_legal(int action) const;
  [[nodiscard]] int pass_action() const { return board_.points(); }
  [[nodiscard]] const GoRules& rules() const { return rules_; }
  /// Throws Error unless `komi` is finite.
  void set_komi(float komi);
  [[nodiscard]] int rows() const { return board_.rows(); }
  [[nodiscard]] int columns() const { return board_.columns(); }
  [[nodiscard]] const Board& board() const { return board_; }
  [[nodiscard]] Stone at(int point) const { return board_.at(board_.cell(point)); }
  /// The liberties of the chain at a point; 0 where there is none.
  [[nodiscard]] int liberties(int point) const;
  [[nodiscard]] int move_number() const { return moves_; }
  [[nodiscard]] int passes() const { return passes_; }
  /// The number of stones of `player` that were taken off so far.
  [[nodiscard]] int prisoners(int player) const { return prisoners_[player]; }

  // For protocols and files in which players need not alternate.
  /// Gives the move to `player`, regardless of who moved last. Ko is kept.
  void set_to_move(int player);
  /// Lets a game go on that two passes have ended: counts passes from 0 again.
  void resume() { passes_ = 0; }
  /// Puts a stone on an empty point (handicap, setup) where it leaves no chain without liberties;
  /// history, ko and passes start anew. Throws Error otherwise.
  void set_up(int point, Stone stone);

  /// Marks with 1 the stones of `player` that live even if it always passes (Benson 1976), and the
  /// points inside on which nothing of the opponent's can live; else 0: one byte per point.
  void pass_alive(int player, std::span<std::uint8_t> marks) const;

  [[nodiscard]] bool valid() const {
    const auto known = [&](int move) { return move >= -1 && move <= pass_action(); };
    return board_.valid() && (to_move_ & ~1) == 0 && passes_ >= 0 && moves_ >= 0 && ko_ >= 0 &&
           ko_ < Board::kCells && past_count_ <= past_.size() && rules_.max_moves >= 1 &&
           rules_.max_moves <= kMostMoves && std::ranges::all_of(last_, known);
  }

  friend bool operator==(const Go& a, const Go& b) {
    return a.board_ == b.board_ && a.rules_ == b.rules_ && a.to_move_ == b.to_move_ &&
           a.passes_ == b.passes_ && a.moves_ == b.moves_ && a.ko_ == b.ko_ && a.last_ == b.last_ &&
           a.prisoners_ == b.prisoners_ && a.vacated_ == b.vacated_ &&
           std::ranges::equal(a.past(), b.past());
  }

 private:
  static constexpr std::uint64_t kWhiteToMove = mixed_bits(0x7E4C1);
  static constexpr std::size_t kFilterBits = kMaxSize <= 9 ? 2048 : 8192;

  [[nodiscard]] bool is_legal_at(int cell) const;
  [[nodiscard]] bool is_ko(int cell, bool suicide) const;
  [[nodiscard]] bool was(std::uint64_t position) const;
  [[nodiscard]] std::span<const std::uint64_t> past() const { return {past_.data(), past_count_}; }
  void remember();
  void forget();
  template <class F>
  void for_each_ko(F&& function) const;
  using ByCell = std::array<std::int8_t, Board::kCells>;
  // Plays on at random; returns Black's points − White's. `owner` may be null. With kMoves, `first`
  // says of cells that are 0 there who plays on them first.
  template <bool kMoves = false>
  int play_out(std::uint64_t seed, int player, ByCell* owner, ByCell* first = nullptr) const;

  Board board_;
  GoRules rules_;  // max_moves resolved
  std::uint64_t rules_hash_ = 0;
  std::int8_t to_move_ = 0, passes_ = 0;
  std::int16_t moves_ = 0;
  std::int16_t ko_ = 0;  // the cell that simple ko forbids; 0: none
  std::array<std::int16_t, kLastMoves> last_{-1, -1, -1, -1, -1};
  std::array<std::int16_t, 2> prisoners_{};
  // By player: where a stone of theirs was taken off since past_ began. A stone put elsewhere makes
  // no earlier position, which would have had that stone, and lost it since.
  std::array<std::bitset<Board::kCells>, 2> vacated_;

  // Superko: every position so far; under the situational rule, with who was to move.
  std::size_t past_count_ = 0;
  std::array<std::uint64_t, kFilterBits / 64> filter_{};  // bit hash % kFilterBits: maybe in past_
  std::array<std::uint64_t, kMostMoves + 1> past_{};
};

extern template class Go<9>;
extern template class Go<13>;
extern template class Go<19>;
extern template class Go<kLargestGoSide>;

/// Returns f.operator()<kMaxSize>() with the smallest Go<kMaxSize> there is for boards whose longer
/// side is `side` in [1, kLargestGoSide]: the smallest is the fastest.
template <class F>
decltype(auto) with_go_size(int side, F&& f) {
  if (side <= 9) return f.template operator()<9>();
  if (side <= 13) return f.template operator()<13>();
  if (side <= 19) return f.template operator()<19>();
  return f.template operator()<kLargestGoSide>();
}

/// The points of GTP's fixed handicap for Black, in its order: 2 to 9 stones, at most 4 where a
/// side is even or 7, on sides of at least 7. Throws Error if there is no such handicap.
std::vector<int> fixed_handicap(int rows, int columns, int stones);
/// Points for any number of stones from 2 to points − 1, for GTP's place_free_handicap: the fixed
/// ones as far as they go, then each time the point farthest from all others.
std::vector<int> free_handicap(int rows, int columns, int stones);

}  // namespace tengen
