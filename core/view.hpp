// Views into memory that somebody else owns. A view never outlives the call it is passed to,
// unless the type that hands it out says so.
#pragma once

#include "core/check.hpp"
#include "core/space.hpp"
#include "core/usize.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace tengen {

/// One observation per lane; lane i starts at data + i · lane_stride, and its values are dense.
struct ObservationView {
  std::byte* data = nullptr;
  int lanes = 0;
  std::size_t lane_stride = 0;  ///< bytes from one lane's row to the next
  Shape shape;
  Element element = Element::kFloat;

  [[nodiscard]] bool empty() const { return data == nullptr; }
  [[nodiscard]] std::size_t row_bytes() const { return shape.count() * element_size(element); }
  [[nodiscard]] std::span<std::byte> bytes(int lane) const {
    return {data + usize(lane) * lane_stride, row_bytes()};
  }
  /// Returns the lane's row as T, which must be the element's C++ type (std::uint8_t or float).
  template <class T>
  [[nodiscard]] std::span<T> row(int lane) const {
    static_assert(std::is_same_v<T, std::uint8_t> || std::is_same_v<T, float>);
    TENGEN_CHECK((element == Element::kUint8) == (std::is_same_v<T, std::uint8_t>));
    return {reinterpret_cast<T*>(data + usize(lane) * lane_stride), shape.count()};
  }
};

/// Has lanes × actions bytes, 1 = legal; it is empty when every action is always legal.
struct MaskView {
  std::span<std::uint8_t> data;
  int actions = 0;

  [[nodiscard]] bool empty() const { return data.empty(); }
  [[nodiscard]] std::span<std::uint8_t> row(int lane) const {
    return data.subspan(usize(lane) * usize(actions), usize(actions));
  }
};

/// One vectorised step: views into memory that the caller owns and the environment fills. Row i of
/// everything belongs to lane i. All but `observation` may be read only after a step.
struct StepView {
  ObservationView observation;  ///< the newest frame; after an episode's end, the next one's first
  std::span<float> reward;      ///< lanes
  std::span<std::uint8_t> terminated;  ///< lanes; the task ended: do not bootstrap
  std::span<std::uint8_t>
      truncated;  ///< lanes; the clock ran out: bootstrap from final_observation
  ObservationView final_observation;  ///< row i is valid only where the episode just ended
  MaskView legal;                     ///< for the next action
  /// What would have been legal after final_observation, for learners that maximise over next
  /// actions; row i is valid only where the clock has just ended the episode. Empty if nobody asks.
  MaskView final_legal = {};
  /// For those who keep statistics of whole games, who give memory for both or for neither.
  std::span<float> scored = {};             ///< lanes; the reward without training aids
  std::span<std::uint8_t> game_ended = {};  ///< lanes; the game ended, not just a life

  [[nodiscard]] int lanes() const { return observation.lanes; }
  [[nodiscard]] bool ended(int lane) const {
    const auto i = usize(lane);
    return terminated[i] != 0 || truncated[i] != 0;
  }
};

/// One action per lane: `discrete` has lanes entries in [0, n), or `box` has lanes × dimensions,
/// lane-major. Exactly one of the two is in use, as the ActionSpace says.
struct ActionView {
  std::span<const std::int32_t> discrete;
  std::span<const float> box;
};

/// The same, writable; a policy puts its choice there.
struct ActionBuffer {
  std::span<std::int32_t> discrete;
  std::span<float> box;

  operator ActionView() const { return {discrete, box}; }  // NOLINT(google-explicit-constructor)
};

}  // namespace tengen
