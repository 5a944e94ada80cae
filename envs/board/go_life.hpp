// Which stones are dead once both sides have passed, and who owns which point.
#pragma once

#include "envs/board/go_board.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// What becomes of the stone on a point.
enum class GoFate : std::uint8_t { kNoStone, kAlive, kSeki, kDead };

struct GoJudgement {
  std::vector<GoFate> fates;      ///< by point
  std::vector<float> owners;      ///< by point, what is expected: Black's 1 … White's −1
  std::vector<std::int8_t> area;  ///< by point, once the dead are taken off: 1, −1, 0 nobody's
  int balance = 0;                ///< Black's points of `area` − White's
};

/// Judges by what nobody can change (unconditional life), by reading where few points are left, by
/// who is enclosed without a sure life, and, for the rest, by who owns a chain's points in games
/// that are played on by tactics (GoPlayout). `owners`, a number a point as in GoJudgement, are a
/// network's prediction and take the place of such games. The same stones always get the same
/// judgement.
GoJudgement judge_go(const GoBoard<kLargestGoSide>& board, std::span<const float> owners = {});

}  // namespace tengen
