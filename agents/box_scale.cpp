#include "agents/box_scale.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {

BoxScale::BoxScale(const Box& box)
    : box_(box), centre_(box.low.size(), 0.0F), half_(box.low.size(), 1.0F) {
  for (std::size_t i = 0; i < centre_.size(); ++i) {
    if (!box.bounded(i)) continue;
    // Halves first: the difference of two bounds may be beyond float's range.
    centre_[i] = 0.5F * box.low[i] + 0.5F * box.high[i];
    half_[i] = 0.5F * box.high[i] - 0.5F * box.low[i];
  }
}

void BoxScale::apply(std::span<const float> action, std::span<float> out) const {
  const std::size_t d = centre_.size();
  for (std::size_t i = 0; i < action.size(); ++i) {
    const std::size_t k = i % d;
    out[i] = std::clamp(centre_[k] + half_[k] * action[i], box_.low[k], box_.high[k]);
  }
}

void BoxScale::save(ArchiveWriter& writer, const std::string& name) const {
  if (centre_.empty()) return;
  writer.put_span(name + "/centre", std::span(centre_));
  writer.put_span(name + "/half", std::span(half_));
}

void BoxScale::load(const ArchiveReader& reader, const std::string& name) {
  if (reader.has(name + "/half")) {
    reader.get_span(name + "/centre", std::span(centre_));
    reader.get_span(name + "/half", std::span(half_));
    const auto finite = [](float value) { return std::isfinite(value); };
    reader.check(name + "/centre", std::ranges::all_of(centre_, finite));
    reader.check(name + "/half", std::ranges::all_of(half_, finite));
  } else {
    std::ranges::fill(centre_, 0.0F);
    std::ranges::fill(half_, 1.0F);
  }
}

}  // namespace tengen
