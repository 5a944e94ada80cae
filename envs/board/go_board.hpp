// Stones and chains on a Go board: placing, capturing, hashing. No history, no turns, no score.
#pragma once

#include "core/check.hpp"
#include "core/usize.hpp"
#include "envs/board/mixed_bits.hpp"
#include "envs/board/stone.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace tengen {

/// The longest side of a board that is played on.
inline constexpr int kLargestGoSide = 25;

/// rows × columns points, each side 1 … kMaxSize, in one padded array: a point is a *cell*, its
/// neighbours are cell ± 1 and cell ± kStride, and cells around the board are Stone::kEdge. Chains
/// have a head, a circular list and pseudo-liberties (an empty point counts once for each stone
/// of the chain that touches it), which are enough to know captures. A trivially copyable value of
/// 0.8 kB at 9 × 9.
///
/// A chain's cells point to its head, an empty cell and the edge to themselves: so all four
/// neighbours' heads are counted down or up without asking what they are.
template <int kMaxSize>
class GoBoard {
  static_assert(kMaxSize >= 1 && kMaxSize <= kLargestGoSide);

 public:
  static constexpr int kStride = kMaxSize + 1;
  static constexpr int kCells = (kMaxSize + 2) * kStride + 1;
  static constexpr int kMaxPoints = kMaxSize * kMaxSize;
  static constexpr std::array<int, 4> kNeighbours{-kStride, -1, 1, kStride};
  using Cell = std::conditional_t<(kCells <= 256), std::uint8_t, std::uint16_t>;

  /// Empty. TENGEN_CHECKs 1 ≤ rows, columns ≤ kMaxSize.
  explicit GoBoard(int rows = kMaxSize, int columns = kMaxSize);

  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] int points() const { return rows_ * columns_; }
  static constexpr int cell(int y, int x) { return (y + 1) * kStride + x + 1; }
  [[nodiscard]] int cell(int point) const { return cell(point / columns_, point % columns_); }
  [[nodiscard]] int point(int cell) const {
    return (cell / kStride - 1) * columns_ + cell % kStride - 1;
  }

  [[nodiscard]] Stone at(int cell) const { return stones_[cell]; }
  [[nodiscard]] int empty_count() const { return empty_count_; }
  /// Empty cells, i in [0, empty_count()): those that play() took stones off last, the others in no
  /// particular order.
  [[nodiscard]] int empty(int i) const { return empties_[i]; }
  /// Makes the i-th empty cell the j-th.
  void swap_empties(int i, int j) {
    const Cell a = empties_[i], b = empties_[j];
    empties_[i] = b, slot_[b] = static_cast<Cell>(i);
    empties_[j] = a, slot_[a] = static_cast<Cell>(j);
  }
  /// The exclusive or of zobrist() over all stones.
  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  static constexpr std::uint64_t zobrist(int cell, Stone stone) {
    return kZobrist[cell][usize(stone) - 1];
  }

  /// The cell that stands for a stone's chain: the same for the chain's stones and for no others.
  [[nodiscard]] int head(int cell) const { return head_[cell]; }
  /// The stone after this one in the circle that its chain's stones make.
  [[nodiscard]] int next(int cell) const { return next_[cell]; }
  [[nodiscard]] int chain_size(int cell) const { return size_[head_[cell]]; }
  /// Liberties of a stone's chain, counted up to `limit`.
  [[nodiscard]] int liberties(int cell, int limit = kMaxPoints) const;

  /// by_head[head] = liberties of that chain; other elements mean nothing.
  void count_liberties(std::array<std::uint16_t, kCells>& by_head) const;
  /// open[cell] = 1 for empty cells beside another empty one, 0 for other cells of the board.
  void mark_open(std::array<std::uint8_t, kCells>& open) const;

  /// All four neighbours of an empty cell are of `colour` (or the edge), and its diagonals do not
  /// make it a false eye: at most one is the opponent's, none at the edge.
  [[nodiscard]] bool is_eye(int cell, Stone colour) const {
    return has(surroundings(cell), colour) && is_true_eye(cell, colour);
  }
  /// Whether a stone on an empty cell would take stones of the other colour.
  [[nodiscard]] bool captures(int cell, Stone colour) const;
  /// Whether a stone on an empty cell would be without liberties, after captures.
  [[nodiscard]] bool is_suicide(int cell, Stone colour) const;
  /// hash() after play(), captures and suicide included.
  [[nodiscard]] std::uint64_t hash_after(int cell, Stone colour) const;

  struct Played {
    int removed = 0;  ///< stones taken off, of either colour
    int ko = 0;       ///< the cell that would retake a single stone alone (simple ko); 0: none
  };
  /// Places a stone on an empty cell and takes off what has no liberties: the opponent's chains
  /// first, then the stone's own (suicide). `kHashed` false leaves hash() stale, for playouts.
  template <bool kHashed = true>
  Played play(int cell, Stone colour);
  /// For playouts: play<false>(cell, colour) unless that is suicide; its ko cell or, of suicide, −1
  /// and nothing changed.
  int try_play(int cell, Stone colour);

  /// Black's points − White's by area, where no two empty points touch (after a playout).
  [[nodiscard]] int settled_balance() const;

  /// Whether bytes from a file are a board: every cell that is pointed to is one, every chain a
  /// circle.
  [[nodiscard]] bool valid() const;

  friend bool operator==(const GoBoard& a, const GoBoard& b) {
    return a.rows_ == b.rows_ && a.columns_ == b.columns_ && a.stones_ == b.stones_;
  }

 private:
  // The bits that all neighbours have in common.
  [[nodiscard]] Stone surroundings(int cell) const {
    return static_cast<Stone>(bits(cell - kStride) & bits(cell - 1) & bits(cell + 1) &
                              bits(cell + kStride));
  }
  [[nodiscard]] unsigned bits(int cell) const { return static_cast<unsigned>(stones_[cell]); }
  [[nodiscard]] bool has_empty_neighbour(int cell) const {
    return stones_[cell - kStride] == Stone::kEmpty || stones_[cell - 1] == Stone::kEmpty ||
           stones_[cell + 1] == Stone::kEmpty || stones_[cell + kStride] == Stone::kEmpty;
  }
  [[nodiscard]] bool is_true_eye(int cell, Stone colour) const;
  // How many neighbours of `cell` belong to the chain of `head`.
  [[nodiscard]] int contacts(int cell, int head) const {
    int count = 0;
    for (const int step : kNeighbours) count += head_[cell + step] == head ? 1 : 0;
    return count;
  }
  [[nodiscard]] std::uint64_t chain_hash(int cell) const;
  void count_neighbours(int cell, int change) {
    for (const int step : kNeighbours)
      liberties_[head_[cell + step]] = static_cast<Cell>(liberties_[head_[cell + step]] + change);
  }
  template <bool kHashed>
  Played settle(int cell, Stone colour);
  void merge(int cell, int neighbour);
  template <bool kHashed>
  int remove_chain(int cell);

  static constexpr auto kZobrist = [] {
    std::array<std::array<std::uint64_t, 2>, kCells> keys{};
    for (int y = 0; y < kMaxSize; ++y)
      for (int x = 0; x < kMaxSize; ++x)
        for (int colour = 0; colour < 2; ++colour)  // the same for every kMaxSize
          keys[cell(y, x)][colour] =
              mixed_bits(static_cast<std::uint64_t>((y * 32 + x) * 2 + colour) + 0x7E4C0000U);
    return keys;
  }();

  // By cell:
  std::array<Stone, kCells> stones_{};
  std::array<Cell, kCells> head_{};
  std::array<Cell, kCells> next_{};
  std::array<Cell, kCells> slot_{};       // of empty cells: place in empties_
  std::array<Cell, kCells> liberties_{};  // by head: pseudo-liberties
  std::array<Cell, kCells> size_{};       // by head: stones

  std::array<Cell, kMaxPoints> empties_{};
  std::int16_t empty_count_ = 0;
  std::int8_t rows_, columns_;
  std::uint64_t hash_ = 0;
};

template <int kMaxSize>
GoBoard<kMaxSize>::GoBoard(int rows, int columns)
    : rows_(static_cast<std::int8_t>(rows)), columns_(static_cast<std::int8_t>(columns)) {
  TENGEN_CHECK(rows >= 1 && rows <= kMaxSize && columns >= 1 && columns <= kMaxSize,
               "a board of {} × {} is outside 1 … {}", rows, columns, kMaxSize);
  stones_.fill(Stone::kEdge);
  for (int i = 0; i < kCells; ++i) head_[i] = static_cast<Cell>(i);
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x) {
      const int at = cell(y, x);
      stones_[at] = Stone::kEmpty;
      slot_[at] = static_cast<Cell>(empty_count_);
      empties_[empty_count_++] = static_cast<Cell>(at);
    }
}

template <int kMaxSize>
int GoBoard<kMaxSize>::settled_balance() const {
  int balance = 0;
  for (const Stone stone : stones_)
    balance += (stone == Stone::kBlack ? 1 : 0) - (stone == Stone::kWhite ? 1 : 0);
  for (int i = 0; i < empty_count_; ++i) {
    const Stone around = surroundings(empties_[i]);
    balance += (around == Stone::kBlack ? 1 : 0) - (around == Stone::kWhite ? 1 : 0);
  }
  return balance;
}

template <int kMaxSize>
int GoBoard<kMaxSize>::liberties(int cell, int limit) const {
  std::bitset<kCells> seen;
  int count = 0, at = cell;
  do {
    for (const int step : kNeighbours) {
      const int to = at + step;
      if (stones_[to] != Stone::kEmpty || seen[usize(to)]) continue;
      if (++count >= limit) return count;
      seen[usize(to)] = true;
    }
    at = next_[at];
  } while (at != cell);
  return count;
}

// Both without a branch: what lies where is beyond prediction.
template <int kMaxSize>
void GoBoard<kMaxSize>::count_liberties(std::array<std::uint16_t, kCells>& by_head) const {
  by_head.fill(0);
  for (int i = 0; i < empty_count_; ++i) {
    const int at = empties_[i];
    const int a = head_[at - kStride], b = head_[at - 1], c = head_[at + 1],
              d = head_[at + kStride];
    by_head[a] += 1;
    by_head[b] += b != a ? 1 : 0;
    by_head[c] += c != a && c != b ? 1 : 0;
    by_head[d] += d != a && d != b && d != c ? 1 : 0;
  }
}

template <int kMaxSize>
void GoBoard<kMaxSize>::mark_open(std::array<std::uint8_t, kCells>& open) const {
  const auto is_empty = [&](int cell) { return stones_[cell] == Stone::kEmpty ? 1U : 0U; };
  for (int at = kStride; at < kCells - kStride; ++at)
    open[at] =
        static_cast<std::uint8_t>(is_empty(at) & (is_empty(at - kStride) | is_empty(at - 1) |
                                                  is_empty(at + 1) | is_empty(at + kStride)));
}

template <int kMaxSize>
bool GoBoard<kMaxSize>::is_true_eye(int cell, Stone colour) const {
  int foes = 0, edges = 0;
  for (const int step : {-kStride - 1, -kStride + 1, kStride - 1, kStride + 1}) {
    foes += stones_[cell + step] == opponent(colour) ? 1 : 0;
    edges |= stones_[cell + step] == Stone::kEdge ? 1 : 0;
  }
  return foes + edges < 2;
}

template <int kMaxSize>
bool GoBoard<kMaxSize>::captures(int cell, Stone colour) const {
  for (const int step : kNeighbours) {
    const int to = cell + step, chain = head_[to];
    if (stones_[to] == opponent(colour) && liberties_[chain] <= 4 &&
        liberties_[chain] == contacts(cell, chain))
      return true;
  }
  return false;
}

template <int kMaxSize>
bool GoBoard<kMaxSize>::is_suicide(int cell, Stone colour) const {
  if (has_empty_neighbour(cell)) return false;
  for (const int step : kNeighbours) {
    const int to = cell + step, chain = head_[to];
    if (stones_[to] == Stone::kEdge) continue;
    const bool last = liberties_[chain] <= 4 && liberties_[chain] == contacts(cell, chain);
    if (last == (stones_[to] == opponent(colour))) return false;  // it takes, or a friend lives
  }
  return true;
}

template <int kMaxSize>
std::uint64_t GoBoard<kMaxSize>::chain_hash(int cell) const {
  std::uint64_t hash = 0;
  int at = cell;
  do {
    hash ^= zobrist(at, stones_[at]);
    at = next_[at];
  } while (at != cell);
  return hash;
}

template <int kMaxSize>
std::uint64_t GoBoard<kMaxSize>::hash_after(int cell, Stone colour) const {
  std::uint64_t hash = hash_ ^ zobrist(cell, colour);
  const bool suicide = is_suicide(cell, colour);
  const Stone goes = suicide ? colour : opponent(colour);
  if (suicide) hash ^= zobrist(cell, colour);
  std::array<int, 4> gone{};  // heads; a chain may touch the cell twice
  for (std::size_t i = 0; i < 4; ++i) {
    const int to = cell + kNeighbours[i], chain = head_[to];
    if (stones_[to] != goes || liberties_[chain] > 4) continue;
    if (liberties_[chain] != contacts(cell, chain)) continue;
    bool known = false;
    for (std::size_t j = 0; j < i; ++j) known |= gone[j] == chain;
    if (!known) hash ^= chain_hash(to);
    gone[i] = chain;
  }
  return hash;
}

template <int kMaxSize>
template <bool kHashed>
typename GoBoard<kMaxSize>::Played GoBoard<kMaxSize>::play(int cell, Stone colour) {
  count_neighbours(cell, -1);
  return settle<kHashed>(cell, colour);
}

template <int kMaxSize>
int GoBoard<kMaxSize>::try_play(int cell, Stone colour) {
  count_neighbours(cell, -1);
  if (!has_empty_neighbour(cell)) {
    bool lives = false;
    for (const int step : kNeighbours) {
      const int to = cell + step;
      const bool none = liberties_[head_[to]] == 0;
      lives |= stones_[to] != Stone::kEdge && none == (stones_[to] == opponent(colour));
    }
    if (!lives) {
      count_neighbours(cell, 1);
      return -1;
    }
  }
  return settle<false>(cell, colour).ko;
}

// play() once the neighbours' pseudo-liberties are counted down.
template <int kMaxSize>
template <bool kHashed>
typename GoBoard<kMaxSize>::Played GoBoard<kMaxSize>::settle(int cell, Stone colour) {
  const Stone foe = opponent(colour);
  const bool alone = has(surroundings(cell), foe);
  if constexpr (kHashed) hash_ ^= zobrist(cell, colour);

  const Cell last = empties_[--empty_count_];
  empties_[slot_[cell]] = last;
  slot_[last] = slot_[cell];
  stones_[cell] = colour;
  next_[cell] = static_cast<Cell>(cell);
  size_[cell] = 1;
  int free = 0;
  for (const int step : kNeighbours) free += stones_[cell + step] == Stone::kEmpty ? 1 : 0;
  liberties_[cell] = static_cast<Cell>(free);

  Played played;
  for (const int step : kNeighbours)
    if (stones_[cell + step] == colour && head_[cell + step] != head_[cell])
      merge(cell, cell + step);
  for (const int step : kNeighbours) {
    const int to = cell + step;
    if (stones_[to] != foe || liberties_[head_[to]] != 0) continue;
    if (size_[head_[to]] == 1) played.ko = to;
    played.removed += remove_chain<kHashed>(to);
  }
  if (!alone || played.removed != 1) played.ko = 0;
  if (liberties_[head_[cell]] == 0) played.removed += remove_chain<kHashed>(cell);
  return played;
}

// Joins the chains of a stone and its neighbour; the smaller one is relabelled.
template <int kMaxSize>
void GoBoard<kMaxSize>::merge(int cell, int neighbour) {
  int into = head_[neighbour], from = head_[cell];
  if (size_[into] < size_[from]) std::swap(into, from);
  liberties_[into] = static_cast<Cell>(liberties_[into] + liberties_[from]);
  size_[into] = static_cast<Cell>(size_[into] + size_[from]);
  int at = from;
  do {
    head_[at] = static_cast<Cell>(into);
    at = next_[at];
  } while (at != from);
  std::swap(next_[into], next_[from]);
}

template <int kMaxSize>
template <bool kHashed>
int GoBoard<kMaxSize>::remove_chain(int cell) {
  const int stones = size_[head_[cell]];
  int at = cell;
  do {
    if constexpr (kHashed) hash_ ^= zobrist(at, stones_[at]);
    stones_[at] = Stone::kEmpty;
    slot_[at] = static_cast<Cell>(empty_count_);
    empties_[empty_count_++] = static_cast<Cell>(at);
    count_neighbours(at, 1);
    head_[at] = static_cast<Cell>(at);
    at = next_[at];
  } while (at != cell);
  return stones;
}

template <int kMaxSize>
bool GoBoard<kMaxSize>::valid() const {
  if (rows_ < 1 || rows_ > kMaxSize || columns_ < 1 || columns_ > kMaxSize) return false;
  if (empty_count_ < 0 || empty_count_ > kMaxPoints) return false;
  const GoBoard fresh(rows_, columns_);
  int empty = 0;
  for (int cell = 0; cell < kCells; ++cell) {
    const Stone stone = stones_[cell];
    if (fresh.stones_[cell] != Stone::kEmpty) {  // beyond the edge
      if (stone != fresh.stones_[cell] || head_[cell] != cell) return false;
      continue;
    }
    if (stone == Stone::kEmpty) {
      ++empty;
      if (head_[cell] != cell || slot_[cell] >= empty_count_ || empties_[slot_[cell]] != cell)
        return false;
      continue;
    }
    if (stone != Stone::kBlack && stone != Stone::kWhite) return false;
    int steps = 0, at = cell;
    do {
      if (at >= kCells || stones_[at] != stone || head_[at] != head_[cell] || ++steps > kCells)
        return false;
      at = next_[at];
    } while (at != cell);
    if (head_[cell] >= kCells || stones_[head_[cell]] != stone) return false;
  }
  return empty == empty_count_;
}

}  // namespace tengen
