// Memory for steps that Python may keep: numpy's arrays, written by the environment itself.
#pragma once

#include "envs/vector_env.hpp"

#include <nanobind/nanobind.h>

#include <array>

namespace tengen::python {

/// The arrays of one step, row i for lane i. The environment writes into them through `view`.
struct Frame {
  nanobind::object observation;            ///< uint8 or float32, (lanes, *shape)
  nanobind::object reward, score;          ///< float32, (lanes,)
  nanobind::object terminated, truncated;  ///< bool, (lanes,)
  nanobind::object legal;                  ///< int8, (lanes, n), or None
  StepView view;
  std::span<float> scores;
};

/// A new array of numpy, not initialised. `data` becomes its memory.
nanobind::object new_array(const nanobind::tuple& shape, const char* dtype, std::byte*& data);

/// Hands out arrays that nobody else holds: those of an earlier step if Python has dropped them,
/// else new ones. So nothing is copied, and what Python keeps never changes.
class Frames {
 public:
  /// With `single`, which goes with one lane, observation and mask have no dimension for lanes.
  Frames(const EnvSpec& spec, int lanes, bool single);
  /// The frame stays this object's until the next call. Needs the GIL.
  Frame& next();

  /// Shapes of arrays: of observations and of masks.
  [[nodiscard]] nanobind::tuple observation_shape() const;
  [[nodiscard]] nanobind::tuple mask_shape() const;

 private:
  [[nodiscard]] Frame make() const;

  const EnvSpec* spec_;
  int lanes_;
  bool single_;
  // Callers hold the observation that they act on and the next one; one more is for those who hold
  // the previous one, too.
  std::array<Frame, 3> recent_;
  std::size_t at_ = 0;
};

}  // namespace tengen::python
