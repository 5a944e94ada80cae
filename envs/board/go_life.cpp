#include "envs/board/go_life.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"
#include "envs/board/go_area.hpp"
#include "envs/board/go_capture.hpp"
#include "envs/board/go_playout.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace tengen {
namespace {

constexpr int kGames = 600;
// A chain's value runs from 1, it always keeps its points, to −1, it never does. Random attackers
// miss more than random defenders do: a chain that lives in fewer than three games of five is dead
// to those who play well. A network has no such leaning.
constexpr float kLivesInGames = 0.2F, kLivesByNetwork = 0;
constexpr float kSure = 0.5F;    // of a chain beside which a fight ends
constexpr float kRooted = 0.8F;  // of one that lives inside what the opponent encloses
// Where whoever moves first decides, both had the choice and passed: dead only if worse than even.
constexpr float kUnsettled = -0.2F;
// What is read to the end: so many empty points, points in all, positions of one fight and of all.
constexpr std::size_t kMostEmpty = 8, kLargestZone = 40;
constexpr int kMostPositions = 20'000, kMostPositionsInAll = 200'000;

class Judge {
 public:
  using Board = GoBoard<kLargestGoSide>;
  template <class T>
  using ByCell = std::array<T, Board::kCells>;

  Judge(const Board& board, std::span<const float> owners)
      : board_(laid_out(board, [](int) { return true; })),
        live_at_(owners.empty() ? kLivesInGames : kLivesByNetwork) {
    for (int point = 0; point < board.points(); ++point) {
      const int cell = board.cell(point);
      if (is_stone(cell) && board_.head(cell) == cell) heads_.push_back(cell);
    }
    if (owners.empty())
      play_games();
    else
      for (int point = 0; point < board.points(); ++point)
        owner_[board.cell(point)] = owners[usize(point)];
    value_chains();
  }

  GoJudgement judge() {
    read_small_fights();
    take_enclosed();
    for (const int head : heads_) dead_[head] = value_[head] < live_at_;
    revive_captors();
    return result();
  }

 private:
  // The stones for which keep(cell), point by point: a board remembers the order of moves, which
  // random games would notice.
  template <class Keep>
  static Board laid_out(const Board& board, Keep&& keep) {
    Board out(board.rows(), board.columns());
    for (int point = 0; point < board.points(); ++point) {
      const int cell = board.cell(point);
      if (board.at(cell) != Stone::kEmpty && keep(cell)) out.play(cell, board.at(cell));
    }
    return out;
  }

  [[nodiscard]] bool is_stone(int cell) const {
    return board_.at(cell) == Stone::kBlack || board_.at(cell) == Stone::kWhite;
  }
  static float sign(Stone stone) { return stone == Stone::kBlack ? 1.0F : -1.0F; }

  void play_games() {
    ByCell<std::int32_t> sum{};
    ByCell<std::int8_t> owner;
    for (int game = 0; game < kGames; ++game) {
      GoPlayout<kLargestGoSide> playout(board_, mixed_bits(static_cast<std::uint64_t>(game)));
      playout.play(game % 2 == 0 ? Stone::kBlack : Stone::kWhite);
      go_area(playout.board(), owner);
      for (int cell = 0; cell < Board::kCells; ++cell) sum[cell] += owner[cell];
    }
    for (int cell = 0; cell < Board::kCells; ++cell)
      owner_[cell] = static_cast<float>(sum[cell]) / kGames;
  }

  void value_chains() {
    const auto black = go_pass_alive(board_, Stone::kBlack);
    const auto white = go_pass_alive(board_, Stone::kWhite);
    for (const int head : heads_) {
      const Stone colour = board_.at(head);
      float sum = 0;
      for_each_stone(head, [&](int cell) { sum += owner_[cell]; });
      value_[head] = sign(colour) * sum / static_cast<float>(board_.chain_size(head));
      const bool is_black = colour == Stone::kBlack;
      if ((is_black ? black : white)[head]) value_[head] = 1;
      if ((is_black ? white : black)[head]) value_[head] = -1;
    }
  }

  template <class F>
  void for_each_stone(int head, F&& function) const {
    int at = head;
    do {
      function(at);
      at = board_.next(at);
    } while (at != head);
  }

  // Where few points are left between chains of which none is sure, the outcome is read.
  void read_small_fights() {
    const auto before = value_;
    for (const int head : heads_) {
      if (before[head] == 1 || before[head] == -1) continue;  // unconditional
      const std::vector<int> zone = zone_around(head, before);
      if (zone.empty()) continue;
      const Stone owner = board_.at(head);
      const auto read = [&](Stone first) {
        const int given = std::min(kMostPositions, positions_);
        int left = given;
        const auto falls = GoCapture<kLargestGoSide>::falls(board_, zone, head, first, left);
        positions_ -= given - left;
        return falls;
      };
      const std::optional<bool> attacked = read(opponent(owner));
      if (attacked == false) {
        value_[head] = 1;
        held_[head] = before[head] < kSure;
      } else if (attacked) {
        const std::optional<bool> defended = read(owner);
        if (defended == true)
          value_[head] = -1;
        else if (defended)
          value_[head] = before[head] < kUnsettled ? -1.0F : 1.0F;
      }
    }
  }

  // The empty cells that hang together with a chain, and all chains between them that are unsure
  // or have no liberty elsewhere; empty if there are many.
  [[nodiscard]] std::vector<int> zone_around(int head, const ByCell<float>& value) const {
    ByCell<bool> seen{};
    std::vector<int> zone, fences;  // heads of sure chains beside the zone
    std::size_t open = 0;
    const auto add = [&](int cell) {
      if (std::exchange(seen[cell], true)) return;
      zone.push_back(cell);
      open += board_.at(cell) == Stone::kEmpty ? 1 : 0;
    };
    for_each_stone(head, add);
    for (std::size_t i = 0; i < zone.size();) {
      for (; i < zone.size(); ++i) {
        if (open > kMostEmpty || zone.size() > kLargestZone) return {};
        for (const int step : Board::kNeighbours) {
          const int to = zone[i] + step;
          if (board_.at(to) == Stone::kEdge || seen[to]) continue;
          if (is_stone(to) && value[board_.head(to)] >= kSure)
            fences.push_back(board_.head(to));
          else
            add(to);
        }
      }
      for (const int fence : fences)
        if (!seen[fence] && !has_liberty_outside(fence, seen)) for_each_stone(fence, add);
    }
    return zone;
  }
  [[nodiscard]] bool has_liberty_outside(int head, const ByCell<bool>& zone) const {
    bool found = false;
    for_each_stone(head, [&](int cell) {
      for (const int step : Board::kNeighbours)
        found = found || (board_.at(cell + step) == Stone::kEmpty && !zone[cell + step]);
    });
    return found;
  }

  // What living stones of one side enclose, where the other has nothing rooted and the smaller part
  // of the points, is theirs: a lone stone behind a wall is dead however much room it has.
  void take_enclosed() {
    const auto before = value_;
    for (const Stone around : {Stone::kBlack, Stone::kWhite}) {
      ByCell<bool> visited{};
      GoRegion<kLargestGoSide> region;
      for (int point = 0; point < board_.points(); ++point) {
        const int cell = board_.cell(point);
        if (board_.at(cell) == around || visited[cell]) continue;
        bool theirs = true;
        region.grow(
            board_, cell, visited, [&](Stone stone) { return stone != around; },
            [&](int border) { theirs = theirs && before[board_.head(border)] >= live_at_; });
        float owned = 0;
        for (int i = 0; i < region.size; ++i) {
          const int at = region.cells[i];
          owned += sign(around) * owner_[at];
          theirs = theirs && !(is_stone(at) && before[board_.head(at)] >= kRooted);
        }
        if (!theirs || owned <= 0) continue;
        for (int i = 0; i < region.size; ++i)
          if (is_stone(region.cells[i])) value_[board_.head(region.cells[i])] = -1;
      }
    }
  }

  // Stones that only dead ones surround are not dead: they are what captures those.
  void revive_captors() {
    ByCell<bool> visited{};
    for (int point = 0; point < board_.points(); ++point) {
      const int start = board_.cell(point);
      if (visited[start] || !is_open(start)) continue;
      std::vector<int> cells{start};
      visited[start] = true;
      unsigned living = 0;
      for (std::size_t i = 0; i < cells.size(); ++i)
        for (const int step : Board::kNeighbours) {
          const int to = cells[i] + step;
          if (board_.at(to) == Stone::kEdge || visited[to]) continue;
          if (!is_open(to)) {
            living |= static_cast<unsigned>(board_.at(to));
          } else {
            visited[to] = true;
            cells.push_back(to);
          }
        }
      for (const int cell : cells)
        if (is_stone(cell) && living == static_cast<unsigned>(board_.at(cell)))
          dead_[board_.head(cell)] = false;
    }
  }
  // Empty, once the dead are taken off.
  [[nodiscard]] bool is_open(int cell) const {
    return board_.at(cell) == Stone::kEmpty || (is_stone(cell) && dead_[board_.head(cell)]);
  }

  [[nodiscard]] GoJudgement result() const {
    ByCell<std::int8_t> area;
    GoJudgement out;
    out.balance = go_area(laid_out(board_, [&](int cell) { return !is_open(cell); }), area);
    for (int point = 0; point < board_.points(); ++point) {
      const int cell = board_.cell(point), head = board_.head(cell);
      out.owners.push_back(owner_[cell]);
      out.area.push_back(area[cell]);
      out.fates.push_back(!is_stone(cell) ? GoFate::kNoStone
                          : dead_[head]   ? GoFate::kDead
                          : in_seki(head) ? GoFate::kSeki
                                          : GoFate::kAlive);
    }
    return out;
  }

  // Nobody can take it, and it shares liberties with a chain of the opponent's of the same kind.
  [[nodiscard]] bool in_seki(int head) const {
    bool found = false;
    if (!held_[head]) return false;
    const auto opposes = [&](int cell) {
      const int other = board_.head(cell);
      return board_.at(cell) == opponent(board_.at(head)) && held_[other] && !dead_[other];
    };
    for_each_stone(head, [&](int cell) {
      for (const int step : Board::kNeighbours)
        if (const int liberty = cell + step; board_.at(liberty) == Stone::kEmpty)
          for (const int further : Board::kNeighbours) found = found || opposes(liberty + further);
    });
    return found;
  }

  Board board_;
  float live_at_;
  std::vector<int> heads_;
  ByCell<float> owner_{};                // by cell
  ByCell<float> value_{};                // by head
  int positions_ = kMostPositionsInAll;  // that may still be read
  ByCell<bool> held_{}, dead_{};         // by head; held: attackers were read to fail
};

}  // namespace

GoJudgement judge_go(const GoBoard<kLargestGoSide>& board, std::span<const float> owners) {
  TENGEN_CHECK(owners.empty() || owners.size() == usize(board.points()));
  return Judge(board, owners).judge();
}

}  // namespace tengen
