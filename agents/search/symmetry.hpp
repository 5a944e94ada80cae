// The symmetries of a board as tables, fast enough to turn a position in a microsecond.
#pragma once

#include "core/usize.hpp"
#include "envs/game.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// Where each symmetry takes actions and points.
class SymmetryTables {
 public:
  explicit SymmetryTables(const GameSpec& spec);

  [[nodiscard]] int count() const { return count_; }
  /// [action] → transformed(spec, action, symmetry).
  [[nodiscard]] std::span<const std::uint16_t> actions(int symmetry) const {
    return row(actions_, symmetry);
  }
  /// [point] → where the symmetry takes it, also on boards whose actions are columns.
  [[nodiscard]] std::span<const std::uint16_t> points(int symmetry) const {
    return row(points_, symmetry);
  }
  /// Does what transform_points() does for the game's planes.
  void transform(int symmetry, std::span<const std::uint8_t> in, std::span<std::uint8_t> out) const;

 private:
  [[nodiscard]] std::span<const std::uint16_t> row(const std::vector<std::uint16_t>& table,
                                                   int symmetry) const {
    const std::size_t width = table.size() / usize(count_);
    return {table.data() + usize(symmetry) * width, width};
  }

  int count_;
  std::size_t planes_;
  std::vector<std::uint16_t> actions_, points_;
};

}  // namespace tengen
