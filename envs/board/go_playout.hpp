// A game played to its end by tactics, which shows far better than random moves do which stones
// live.
#pragma once

#include "core/usize.hpp"
#include "envs/board/go_board.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tengen {

/// Both sides answer the last move: they take what it left in atari, save what it put there, play
/// hane and cuts beside it (the patterns of Gelly, Wang, Munos and Teytaud, "Modification of UCT
/// with patterns in Monte-Carlo Go", 2006), and the middle of the hole that a capture left. Else
/// they move at random, but fill no eye and put only small chains into atari. The seed determines
/// all moves. The simple ko is respected, superko is not.
template <int kMaxSize>
class GoPlayout {
 public:
  using Board = GoBoard<kMaxSize>;

  GoPlayout(const Board& board, std::uint64_t seed) : board_(board), random_(seed) {}

  /// Plays until neither side has a move, or for 3 · points moves.
  void play(Stone first) {
    Stone colour = first;
    int passes = 0;
    for (int left = 3 * board_.points(); passes < 2 && left > 0; --left) {
      const int before = board_.empty_count();
      const int cell = move(colour);
      hole_ = cell == 0 ? 0 : board_.empty_count() - before + 1;
      last_ = cell;
      passes = cell == 0 ? passes + 1 : 0;
      if (cell == 0) ko_ = 0;
      colour = opponent(colour);
    }
  }
  [[nodiscard]] const Board& board() const { return board_; }

 private:
  static constexpr int kStride = Board::kStride;

  // The cell played, 0 for a pass.
  int move(Stone colour) {
    if (last_ != 0) {
      for (const int cell : {saving(colour), shapely(colour), hole_ >= 3 ? middle_of_hole() : 0})
        if (cell != 0 && plays(cell, colour)) return cell;
    }
    for (int candidates = board_.empty_count(); candidates > 0;) {
      const int i = below(candidates), cell = board_.empty(i);
      if (!board_.is_eye(cell, colour) && !gives_away(cell, colour) && plays(cell, colour))
        return cell;
      board_.swap_empties(i, --candidates);
    }
    return 0;
  }

  bool plays(int cell, Stone colour) {
    if (cell == ko_) return false;
    const int ko = board_.try_play(cell, colour);
    if (ko < 0) return false;
    ko_ = ko;
    return true;
  }

  // Knuth's congruential generator: its upper half is good enough.
  int below(int n) {
    random_ = random_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<int>((random_ >> 32) * static_cast<unsigned>(n) >> 32);
  }

  // The only liberty of a stone's chain; 0 if it has more.
  [[nodiscard]] int only_liberty(int stone) const {
    int found = 0, at = stone;
    do {
      for (const int step : Board::kNeighbours) {
        const int to = at + step;
        if (board_.at(to) != Stone::kEmpty || to == found) continue;
        if (found != 0) return 0;
        found = to;
      }
      at = board_.next(at);
    } while (at != stone);
    return found;
  }

  // Takes the last move's chain, or helps own chains that it put into atari; 0 where neither goes.
  [[nodiscard]] int saving(Stone colour) const {
    const Stone foe = opponent(colour);
    if (board_.at(last_) != foe) return 0;
    if (const int cell = only_liberty(last_); cell != 0 && cell != ko_) return cell;
    for (const int step : Board::kNeighbours) {
      const int own = last_ + step;
      if (board_.at(own) != colour) continue;
      const int escape = only_liberty(own);
      if (escape == 0) continue;
      int at = own;
      do {
        for (const int beside : Board::kNeighbours) {
          if (board_.at(at + beside) != foe) continue;
          if (const int cell = only_liberty(at + beside); cell != 0 && cell != ko_) return cell;
        }
        at = board_.next(at);
      } while (at != own);
      if (liberties_after(escape, colour) >= 2) return escape;
    }
    return 0;
  }

  // One of the points around the last move where a stone makes a hane or a cut, or stops one.
  int shapely(Stone colour) {
    std::array<int, 8> found;
    int count = 0;
    for (const int step :
         {-kStride - 1, -kStride, -kStride + 1, -1, 1, kStride - 1, kStride, kStride + 1}) {
      const int cell = last_ + step;
      if (board_.at(cell) == Stone::kEmpty && cell != ko_ && is_shape(cell) &&
          !gives_away(cell, colour))
        found[usize(count++)] = cell;
    }
    return count == 0 ? 0 : found[usize(below(count))];
  }

  [[nodiscard]] bool is_shape(int cell) const {
    static constexpr std::array<int, 4> kAround{-kStride, 1, kStride, -1};
    for (std::size_t i = 0; i < 4; ++i) {
      const int north = kAround[i], east = kAround[(i + 1) % 4], south = -north, west = -east;
      const auto at = [&](int step) { return board_.at(cell + step); };
      const Stone own = at(north);
      if (own != Stone::kBlack && own != Stone::kWhite) continue;
      const Stone other = opponent(own);
      const bool hane = (at(north + east) == other || at(north + west) == other) &&
                        at(east) == Stone::kEmpty && at(west) == Stone::kEmpty &&
                        at(south) == Stone::kEmpty;
      const bool corner_cut =
          at(east) == own && at(north + east) == other && at(south) != other && at(west) != other;
      const bool straight_cut = at(south) == own && at(east) == other && at(west) != own &&
                                at(north + west) != own && at(south + west) != own;
      if (hane || corner_cut || straight_cut) return true;
    }
    return false;
  }

  // The emptied point with the most emptied neighbours: where the last move took five stones or
  // fewer, that point decides how many eyes there will be. 0: no such point.
  [[nodiscard]] int middle_of_hole() const {
    constexpr int kLargest = 5;
    if (hole_ > kLargest) return 0;
    int best = 0, most = 1;
    for (int i = 1; i <= hole_; ++i) {
      const int cell = board_.empty(board_.empty_count() - i);
      int around = 0;
      for (int j = 1; j <= hole_; ++j) {
        const int distance = std::abs(board_.empty(board_.empty_count() - j) - cell);
        around += distance == 1 || distance == kStride ? 1 : 0;
      }
      if (around > most) most = around, best = cell;
    }
    return best;
  }

  // Liberties of the chain that a stone would make, counted up to 2.
  [[nodiscard]] int liberties_after(int cell, Stone colour) const {
    int found = 0, count = 0;
    const auto add = [&](int liberty) {
      if (liberty != cell && liberty != found) ++count, found = liberty;
    };
    for (const int step : Board::kNeighbours) {
      const int to = cell + step;
      if (board_.at(to) == Stone::kEmpty) {
        add(to);
      } else if (board_.at(to) == colour) {
        int at = to;
        do {
          for (const int beside : Board::kNeighbours)
            if (board_.at(at + beside) == Stone::kEmpty) add(at + beside);
          at = board_.next(at);
        } while (at != to && count < 2);
      } else if (board_.at(to) == opponent(colour) && only_liberty(to) == cell) {
        if (board_.chain_size(to) > 1) return 2;
        add(to);
      }
      if (count >= 2) return 2;
    }
    return count;
  }

  // Whether the stone makes a chain in atari that is too large, or of the wrong shape, to be given
  // away for the hole that it leaves.
  [[nodiscard]] bool gives_away(int cell, Stone colour) const {
    int open = 0;
    for (const int step : Board::kNeighbours)
      open += board_.at(cell + step) == Stone::kEmpty ? 1 : 0;
    if (open >= 2 || liberties_after(cell, colour) >= 2) return false;
    constexpr int kLargest = 5;
    std::array<int, kLargest + 4> stones{cell};
    int size = 1;
    for (int i = 0; i < size; ++i)
      for (const int step : Board::kNeighbours) {
        const int to = stones[usize(i)] + step;
        const auto end = stones.begin() + size;
        if (board_.at(to) != colour || std::find(stones.begin(), end, to) != end) continue;
        if (size == kLargest) return true;
        stones[usize(size++)] = to;
      }
    // Up to three stones, four in a square, around one or in a corner, five around one or with a
    // square in them leave a hole that one further move makes a single eye of.
    int most = 0, links = 0;
    bool corner = false;
    for (int i = 0; i < size; ++i) {
      int around = 0;
      for (int j = 0; j < size; ++j) {
        const int distance = std::abs(stones[usize(i)] - stones[usize(j)]);
        around += distance == 1 || distance == kStride ? 1 : 0;
      }
      most = std::max(most, around);
      links += around;
      corner = corner || edges(stones[usize(i)]) == 2;
    }
    links /= 2;
    if (size <= 3) return false;
    if (size == 4) return most != 3 && links != 4 && !corner;
    return most != 4 && !(links == 5 && most == 3);
  }

  [[nodiscard]] int edges(int cell) const {
    int count = 0;
    for (const int step : Board::kNeighbours)
      count += board_.at(cell + step) == Stone::kEdge ? 1 : 0;
    return count;
  }

  Board board_;
  std::uint64_t random_;
  int ko_ = 0, last_ = 0;
  int hole_ = 0;  // points that the last move emptied
};

}  // namespace tengen
