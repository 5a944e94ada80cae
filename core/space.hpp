// Plain data that describe what an observation and an action look like.
#pragma once

#include "core/usize.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace tengen {

enum class Element : std::uint8_t { kUint8, kFloat };

constexpr std::size_t element_size(Element element) {
  return element == Element::kUint8 ? sizeof(std::uint8_t) : sizeof(float);
}

/// Up to four extents, outermost first: {84, 84} is 84 rows of 84. Images are rows × columns, or
/// channels × rows × columns. A scalar has rank 0 and count() 1.
struct Shape {
  std::array<int, 4> extent{};
  int rank = 0;

  constexpr Shape() = default;
  constexpr Shape(std::initializer_list<int> extents) {
    if (extents.size() > 4) throw std::length_error("a shape has up to four extents");
    for (const int n : extents) extent[usize(rank++)] = n;
  }
  [[nodiscard]] constexpr std::size_t count() const {
    std::size_t n = 1;
    for (int i = 0; i < rank; ++i) n *= usize((*this)[i]);
    return n;
  }
  constexpr int operator[](int i) const { return extent[usize(i)]; }
  friend constexpr bool operator==(const Shape&, const Shape&) = default;
};

/// One of n choices, numbered from 0.
struct Discrete {
  int n = 0;
  std::vector<std::string> names;  ///< n names for people ("NOOP", "FIRE" …), or empty
};

/// A vector of low.size() reals; action i lies in [low[i], high[i]]. Infinity and the largest float
/// are no bounds.
struct Box {
  std::vector<float> low, high;

  /// Whether dimension i has both bounds.
  [[nodiscard]] bool bounded(std::size_t i) const {
    constexpr float kEnd = std::numeric_limits<float>::max();
    return low[i] > -kEnd && high[i] < kEnd;
  }
  /// Draws a number that dimension i allows: uniformly between two bounds, else near 0.
  template <class Generator>
  [[nodiscard]] float random(std::size_t i, Generator& rng) const {
    if (bounded(i)) return static_cast<float>(rng.uniform(low[i], high[i]));
    return std::clamp(static_cast<float>(rng.normal()), low[i], high[i]);
  }
};

using ActionSpace = std::variant<Discrete, Box>;

/// The shape, element type and closed range of an observation.
struct ObservationSpace {
  Shape shape;
  Element element = Element::kFloat;
  float low = 0, high = 0;

  [[nodiscard]] std::size_t bytes() const { return shape.count() * element_size(element); }
};

/// What an environment is, apart from its state.
struct EnvSpec {
  std::string name;              ///< "Pong-v1"
  ObservationSpace observation;  ///< one newest frame; stacking is the learner's business
  ActionSpace action;
  int max_episode_steps = 0;  ///< time limit in steps, kept by the vector environment; 0 = none
  bool masked = false;  ///< some actions are illegal at times; filled in by the vector environment
  bool deterministic = true;  ///< the same seed and the same actions give the same bytes
  bool can_save = true;  ///< false: a saved state is no more than a note to start episodes anew
  double steps_per_second = 15;  ///< natural speed for people who watch or play
  double picture_aspect = 0;     ///< width / height that draw()'s picture is shown at; 0: its own
};

}  // namespace tengen
