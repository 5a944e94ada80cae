// Whether a chain in a corner of the board can be captured: every line of play is tried.
#pragma once

#include "envs/board/go_board.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

namespace tengen {

/// Reads a fight to its end on few points. Only the cells of the zone are played on, so that chains
/// with a liberty elsewhere count as safe. The defender may pass, which is how a seki holds.
/// Attackers win every ko: no ko threats are assumed.
template <int kMaxSize>
class GoCapture {
 public:
  using Board = GoBoard<kMaxSize>;

  /// Whether the chain of the stone on `target` is captured with `first` to move; empty where that
  /// takes more than `positions` positions to find out. Subtracts the positions it has read.
  static std::optional<bool> falls(const Board& board, std::span<const int> zone, int target,
                                   Stone first, int& positions) {
    GoCapture search(zone, target, board.at(target), positions);
    return search.read(board, first, 0, 0);
  }

 private:
  static constexpr int kDeepest = 40;
  static constexpr int kLargestNakade =
      6;  // a defender who takes more stones has room for two eyes

  GoCapture(std::span<const int> zone, int target, Stone owner, int& positions)
      : zone_(zone), target_(target), owner_(owner), left_(positions) {}

  std::optional<bool> read(const Board& board, Stone mover, int ko, int depth) {
    const std::uint64_t key =
        board.hash() ^ mixed_bits(static_cast<std::uint64_t>(2 * ko + (mover == owner_ ? 1 : 0)));
    if (const auto known = known_.find(key); known != known_.end()) return known->second;
    // A position that comes again gets the attackers nowhere, and what follows from that is true
    // behind the same moves only, so it is not kept.
    const auto [open, opened] = open_.try_emplace(key, depth);
    if (!opened) {
      repeated_ = std::min(repeated_, open->second);
      return false;
    }
    const int repeated = std::exchange(repeated_, kDeepest);
    if (left_ > 0) --left_;
    const std::optional<bool> result =
        left_ == 0 || depth == kDeepest ? std::nullopt : try_moves(board, mover, ko, depth);
    open_.erase(key);
    if (result == true || (result && repeated_ >= depth)) known_.emplace(key, *result);
    repeated_ = std::min(repeated, repeated_ < depth ? repeated_ : kDeepest);
    return result;
  }

  std::optional<bool> try_moves(const Board& board, Stone mover, int ko, int depth) {
    const bool attacks = mover != owner_;
    // What the mover gets if nothing better is found: an attacker who does not move lets live.
    std::optional<bool> result = false;
    if (!attacks) {
      result = read(board, opponent(mover), 0, depth + 1);
      if (result == false) return false;
    }
    for (const int cell : zone_) {
      if (board.at(cell) != Stone::kEmpty || cell == ko || board.is_suicide(cell, mover)) continue;
      if (!attacks && board.is_eye(cell, mover)) continue;
      Board next = board;
      const auto played = next.play(cell, mover);
      if (!attacks && played.removed > kLargestNakade) return false;
      const std::optional<bool> falls =
          next.at(target_) != owner_ ? true : read(next, opponent(mover), played.ko, depth + 1);
      if (falls == attacks) return attacks;
      if (!falls) result = std::nullopt;
    }
    return result;
  }

  std::span<const int> zone_;
  int target_;
  Stone owner_;
  int& left_;  // positions that may still be read
  std::unordered_map<std::uint64_t, bool> known_;
  std::unordered_map<std::uint64_t, int> open_;  // positions that are being read, with their depth
  int repeated_ = kDeepest;                      // the first of them that came again
};

}  // namespace tengen
