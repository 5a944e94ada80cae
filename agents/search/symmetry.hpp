// The symmetries of a board as tables, for loops that turn a position a microsecond.
#pragma once

#include "envs/game.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// Where each symmetry takes actions and points; made once a game.
class SymmetryTables {
 public:
  explicit SymmetryTables(const GameSpec& spec);

  [[nodiscard]] int count() const { return count_; }
  /// [action] → transformed(spec, action, symmetry).
  [[nodiscard]] std::span<const std::uint16_t> actions(int symmetry) const {
    return row(actions_, symmetry);
  }
  /// The same for points (of boards whose actions are columns, too).
  [[nodiscard]] std::span<const std::uint16_t> points(int symmetry) const {
    return row(points_, symmetry);
  }
  /// transform_points() by table.
  void transform(int symmetry, std::span<const std::uint8_t> in, std::span<std::uint8_t> out) const;

 private:
  [[nodiscard]] std::span<const std::uint16_t> row(const std::vector<std::uint16_t>& table,
                                                   int symmetry) const {
    const std::size_t width = table.size() / static_cast<std::size_t>(count_);
    return {table.data() + static_cast<std::size_t>(symmetry) * width, width};
  }

  int count_;
  std::size_t planes_;
  std::vector<std::uint16_t> actions_, points_;
};

}  // namespace tengen
