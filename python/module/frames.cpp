#include "python/module/frames.hpp"

#include <nanobind/stl/string.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace nb = nanobind;

namespace tengen::python {
namespace {

nb::tuple tuple_of(const std::vector<int>& values) {
  nb::list list;
  for (const int value : values) list.append(value);
  return nb::tuple(list);
}

// Whether Python has dropped all of a frame's arrays: only the frame itself refers to them.
bool dropped(const Frame& frame) {
  const auto ours = [](const nb::object& array) {
    return array.is_none() || Py_REFCNT(array.ptr()) == 1;
  };
  return ours(frame.observation) && ours(frame.reward) && ours(frame.score) &&
         ours(frame.terminated) && ours(frame.truncated) && ours(frame.legal);
}

}  // namespace

nb::object new_array(const nb::tuple& shape, const char* dtype, std::byte*& data) {
  nb::object array = nb::module_::import_("numpy").attr("empty")(shape, dtype);
  data = reinterpret_cast<std::byte*>(
      nb::cast<std::uintptr_t>(array.attr("ctypes").attr("data")));  // NOLINT
  return array;
}

Frames::Frames(const EnvSpec& spec, int lanes, bool single)
    : spec_(&spec), lanes_(lanes), single_(single) {
  for (Frame& frame : recent_) frame = make();
}

Frame& Frames::next() {
  at_ = (at_ + 1) % recent_.size();
  Frame& oldest = recent_[at_];
  if (!dropped(oldest)) oldest = make();
  return oldest;
}

nb::tuple Frames::observation_shape() const {
  const Shape& shape = spec_->observation.shape;
  std::vector<int> extents;
  if (!single_) extents.push_back(lanes_);
  for (int i = 0; i < shape.rank; ++i) extents.push_back(shape[i]);
  return tuple_of(extents);
}

nb::tuple Frames::mask_shape() const {
  const int actions = std::get<Discrete>(spec_->action).n;
  return single_ ? tuple_of({actions}) : tuple_of({lanes_, actions});
}

Frame Frames::make() const {
  Frame frame;
  std::byte* data = nullptr;
  const auto lanes = static_cast<std::size_t>(lanes_);
  const nb::tuple by_lane = tuple_of({lanes_});
  const auto flags = [&](nb::object& array) -> std::span<std::uint8_t> {
    array = new_array(by_lane, "bool", data);
    return {reinterpret_cast<std::uint8_t*>(data), lanes};
  };
  const auto floats = [&](nb::object& array) -> std::span<float> {
    array = new_array(by_lane, "float32", data);
    return {reinterpret_cast<float*>(data), lanes};
  };
  const ObservationSpace& space = spec_->observation;
  frame.observation =
      new_array(observation_shape(), space.element == Element::kUint8 ? "uint8" : "float32", data);
  frame.view.observation = {data, lanes_, space.bytes(), space.shape, space.element};
  frame.view.reward = floats(frame.reward);
  frame.scores = floats(frame.score);
  frame.view.terminated = flags(frame.terminated);
  frame.view.truncated = flags(frame.truncated);
  frame.legal = nb::none();
  if (spec_->masked) {
    const int actions = std::get<Discrete>(spec_->action).n;
    frame.legal = new_array(mask_shape(), "int8", data);
    frame.view.legal = {
        {reinterpret_cast<std::uint8_t*>(data), lanes * static_cast<std::size_t>(actions)},
        actions};
  }
  return frame;
}

}  // namespace tengen::python
