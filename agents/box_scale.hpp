// Between the numbers that a policy chooses and the actions of a Box.
#pragma once

#include "core/archive.hpp"
#include "core/space.hpp"

#include <span>
#include <string>
#include <vector>

namespace tengen {

/// A policy chooses near [−1, 1], whatever the Box: bounds become ±1, so that a Gaussian policy of
/// deviation 1 begins by trying all of it. A dimension without two bounds is left as it is.
class BoxScale {
 public:
  explicit BoxScale(const Box& box);
  /// Of a Discrete space: nothing to scale.
  explicit BoxScale(const ActionSpace& space)
      : BoxScale(std::holds_alternative<Box>(space) ? std::get<Box>(space) : Box{}) {}

  /// To the environment's units, within its bounds; rows × dimensions.
  void apply(std::span<const float> action, std::span<float> out) const;
  void save(ArchiveWriter& writer, const std::string& name) const;
  /// Of a policy that was saved before there were scales it keeps the units it learnt: the
  /// environment's.
  void load(const ArchiveReader& reader, const std::string& name);

 private:
  Box box_;
  std::vector<float> centre_, half_;  // by dimension
};

}  // namespace tengen
