// Who owns which points of a Go board: area (Tromp–Taylor) and unconditional life (Benson).
#pragma once

#include "envs/board/go_board.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace tengen {

/// A connected set of cells and the stones around it.
template <int kMaxSize>
struct GoRegion {
  using Board = GoBoard<kMaxSize>;
  std::array<typename Board::Cell, Board::kMaxPoints> cells;
  int size = 0;

  /// Grows from `start` over cells for which `inside(stone)`; calls `border(cell)` at every other
  /// neighbour on the board, repeatedly where it touches more than once. `visited` is by cell.
  template <class Inside, class Border>
  void grow(const Board& board, int start, std::array<bool, Board::kCells>& visited,
            Inside&& inside, Border&& border) {
    size = 0;
    cells[size++] = static_cast<typename Board::Cell>(start);
    visited[start] = true;
    for (int i = 0; i < size; ++i)
      for (const int step : Board::kNeighbours) {
        const int to = cells[i] + step;
        if (board.at(to) == Stone::kEdge) continue;
        if (!inside(board.at(to))) {
          border(to);
        } else if (!visited[to]) {
          visited[to] = true;
          cells[size++] = static_cast<typename Board::Cell>(to);
        }
      }
  }
};

/// Area scoring: a point is the owner of its stone, or of every stone that its empty region
/// touches. Writes one owner per cell: 1 Black, −1 White, 0 neither. Returns Black's points −
/// White's.
template <int kMaxSize>
int go_area(const GoBoard<kMaxSize>& board,
            std::array<std::int8_t, GoBoard<kMaxSize>::kCells>& owner) {
  std::array<bool, GoBoard<kMaxSize>::kCells> visited{};
  GoRegion<kMaxSize> region;
  int balance = 0;
  owner.fill(0);
  for (int y = 0; y < board.rows(); ++y)
    for (int x = 0; x < board.columns(); ++x) {
      const int cell = board.cell(y, x);
      if (board.at(cell) != Stone::kEmpty) {
        owner[cell] = board.at(cell) == Stone::kBlack ? 1 : -1;
        balance += owner[cell];
        continue;
      }
      if (visited[cell]) continue;
      unsigned touched = 0;
      region.grow(
          board, cell, visited, [](Stone stone) { return stone == Stone::kEmpty; },
          [&](int border) { touched |= static_cast<unsigned>(board.at(border)); });
      const int whose = touched == 1 ? 1 : touched == 2 ? -1 : 0;
      for (int i = 0; i < region.size; ++i)
        owner[region.cells[i]] = static_cast<std::int8_t>(whose);
      balance += whose * region.size;
    }
  return balance;
}

/// A region as Benson has it: cells without stones of one colour, and the chains of that colour
/// around it, by their heads.
struct BensonRegion {
  std::vector<int> cells, chains;
  std::vector<int> vital;  ///< chains for which every empty cell of the region is a liberty
};

inline bool contains(const std::vector<int>& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// The regions that the chains of `colour` leave.
template <int kMaxSize>
std::vector<BensonRegion> benson_regions(const GoBoard<kMaxSize>& board, Stone colour) {
  using Board = GoBoard<kMaxSize>;
  std::vector<BensonRegion> regions;
  std::array<bool, Board::kCells> visited{};
  GoRegion<kMaxSize> grown;
  for (int point = 0; point < board.points(); ++point) {
    const int cell = board.cell(point);
    if (board.at(cell) == colour || visited[cell]) continue;
    BensonRegion& region = regions.emplace_back();
    grown.grow(
        board, cell, visited, [&](Stone stone) { return stone != colour; },
        [&](int border) {
          if (!contains(region.chains, board.head(border)))
            region.chains.push_back(board.head(border));
        });
    region.cells.assign(grown.cells.begin(), grown.cells.begin() + grown.size);
    region.vital = region.chains;
    for (const int inside : region.cells)
      if (board.at(inside) == Stone::kEmpty)
        std::erase_if(region.vital, [&](int head) {
          return std::ranges::none_of(Board::kNeighbours,
                                      [&](int step) { return board.head(inside + step) == head; });
        });
  }
  return regions;
}

/// Benson, "Life in the game of Go", Information Sciences 10 (1976): chains of `colour` that cannot
/// be captured even if their owner always passes. Marks, by cell, their stones and the points of
/// every region that is vital to one of them and that only they enclose: nothing there can live.
template <int kMaxSize>
std::array<bool, GoBoard<kMaxSize>::kCells> go_pass_alive(const GoBoard<kMaxSize>& board,
                                                          Stone colour) {
  using Board = GoBoard<kMaxSize>;
  const std::vector<BensonRegion> regions = benson_regions(board, colour);
  std::array<bool, Board::kCells> alive{}, marked{};  // alive: by head
  for (int point = 0; point < board.points(); ++point)
    if (const int cell = board.cell(point); board.at(cell) == colour)
      alive[board.head(cell)] = true;
  const auto encloses = [&](const BensonRegion& region) {
    return std::ranges::all_of(region.chains, [&](int head) { return alive[head]; });
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (int head = 0; head < Board::kCells; ++head) {
      if (!alive[head]) continue;
      const auto eyes = std::ranges::count_if(regions, [&](const BensonRegion& region) {
        return contains(region.vital, head) && encloses(region);
      });
      if (eyes >= 2) continue;
      alive[head] = false;
      changed = true;
    }
  }
  for (int point = 0; point < board.points(); ++point) {
    const int cell = board.cell(point);
    marked[cell] = board.at(cell) == colour && alive[board.head(cell)];
  }
  for (const BensonRegion& region : regions)
    if (!region.vital.empty() && encloses(region))
      for (const int cell : region.cells) marked[cell] = true;
  return marked;
}

}  // namespace tengen
