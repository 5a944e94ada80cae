#include "envs/game.hpp"

#include "core/check.hpp"

#include <utility>

namespace tengen {

int transformed(const GameSpec& spec, int action, int symmetry) {
  TENGEN_CHECK(symmetry >= 0 && symmetry < spec.symmetries, "symmetry {} of {}", symmetry,
               spec.symmetries);
  const bool mirror = (symmetry & 1) != 0, flip = (symmetry & 2) != 0, swap = (symmetry & 4) != 0;
  if (spec.layout == ActionLayout::kColumns) return mirror ? spec.columns - 1 - action : action;
  if (action >= spec.points()) return action;
  int y = action / spec.columns, x = action % spec.columns;
  if (mirror) x = spec.columns - 1 - x;
  if (flip) y = spec.rows - 1 - y;
  if (swap) std::swap(x, y);  // only a square has such symmetries
  return y * spec.columns + x;
}

int inverse_symmetry(int symmetry) {
  // Transposing last: (swap ∘ mirror/flip)⁻¹ mirrors what the other flipped.
  if ((symmetry & 4) == 0) return symmetry;
  return 4 | (symmetry & 1) << 1 | (symmetry & 2) >> 1;
}

}  // namespace tengen
