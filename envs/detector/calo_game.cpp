#include "envs/detector/calo_game.hpp"

#include "core/check.hpp"
#include "envs/board/mixed_bits.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {

CaloGame::CaloGame(const CaloContext& context, double aim) : aim_(aim) { set_context(context); }

void CaloGame::set_context(const CaloContext& context) {
  TENGEN_CHECK(hash_ == 0, "the first choice was made");
  build_.context = context;
  Rng unused(0);
  build_.reset(unused);
}

const GameSpec& CaloGame::spec() {
  static const GameSpec spec = {.name = CaloBuild::kName,
                                .rows = 1,
                                .columns = 1,
                                .planes = 1,
                                .globals = CaloBuild::kObservation,
                                .actions = CaloBuild::kActions,
                                .layout = ActionLayout::kColumns,
                                .symmetries = 1,
                                .max_moves = 4 * kMostSegments + 1,
                                .ownership = false,
                                .graded = true};
  return spec;
}

float CaloGame::score() const { return std::tanh(build_.reward - static_cast<float>(aim_)); }

void CaloGame::play(int action) {
  Rng unused(0);
  build_.step(action, unused);
  hash_ = mixed_bits(hash_ ^ static_cast<std::uint64_t>(action + 1));
}

void CaloGame::observe(std::span<std::uint8_t> planes, std::span<float> numbers) const {
  std::ranges::fill(planes, std::uint8_t{0});
  build_.observe(numbers);
}

}  // namespace tengen::detector
