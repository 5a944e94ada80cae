#include "agents/search/symmetry.hpp"

#include "core/usize.hpp"

#include <algorithm>

namespace tengen {

SymmetryTables::SymmetryTables(const GameSpec& spec)
    : count_(spec.symmetries), planes_(usize(spec.planes)) {
  GameSpec board = spec;
  board.layout = ActionLayout::kPoints;
  for (int symmetry = 0; symmetry < count_; ++symmetry) {
    for (int action = 0; action < spec.actions; ++action) {
      actions_.push_back(static_cast<std::uint16_t>(transformed(spec, action, symmetry)));
    }
    for (int point = 0; point < spec.points(); ++point) {
      points_.push_back(static_cast<std::uint16_t>(transformed(board, point, symmetry)));
    }
  }
}

void SymmetryTables::transform(int symmetry, std::span<const std::uint8_t> in,
                               std::span<std::uint8_t> out) const {
  const auto to = points(symmetry);
  for (std::size_t point = 0; point < to.size(); ++point) {
    std::copy_n(in.begin() + static_cast<std::ptrdiff_t>(point * planes_), planes_,
                out.begin() + static_cast<std::ptrdiff_t>(to[point] * planes_));
  }
}

}  // namespace tengen
