#include "agents/scaling.hpp"

#include "agents/rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tengen {
namespace {

constexpr float kLimit = 10;
constexpr double kTiny = 1e-8;

}  // namespace

// ---- Observations and rewards ----------------------------------------------------------------

void normalise(std::span<float> x, std::span<const float> shift, std::span<const float> factor) {
  for (std::size_t c = 0; c < x.size(); ++c)
    x[c] = std::clamp((x[c] - shift[c]) * factor[c], -kLimit, kLimit);
}

void RunningMoments::update(std::span<const float> values) {
  const std::size_t columns = mean_.size(), rows = values.size() / columns;
  const auto n = static_cast<double>(rows), total = count_ + n;
  for (std::size_t c = 0; c < columns; ++c) {
    double sum = 0, squares = 0;
    for (std::size_t r = 0; r < rows; ++r) sum += values[r * columns + c];
    const double mean = sum / n;
    for (std::size_t r = 0; r < rows; ++r) {
      const double d = values[r * columns + c] - mean;
      squares += d * d;
    }
    const double shift = mean - mean_[c];
    mean_[c] += shift * n / total;
    variance_[c] = (variance_[c] * count_ + squares + shift * shift * count_ * n / total) / total;
  }
  count_ = total;
}

void RunningMoments::save(ArchiveWriter& writer, const std::string& name) const {
  writer.put_span(name + "/mean", std::span(mean_));
  writer.put_span(name + "/variance", std::span(variance_));
  writer.put(name + "/count", count_);
}

void RunningMoments::load(const ArchiveReader& reader, const std::string& name) {
  reader.get_span(name + "/mean", std::span(mean_));
  reader.get_span(name + "/variance", std::span(variance_));
  count_ = reader.get<double>(name + "/count", 0, std::numeric_limits<double>::max());
  const auto good = [](double variance) { return variance >= 0; };
  reader.check(name + "/variance", std::ranges::all_of(variance_, good));
}

InputNormaliser::InputNormaliser(bool on, std::int64_t width)
    : on_(on), moments_(on ? usize(width) : 0) {
  refresh();
}

void InputNormaliser::refresh() {
  shift_.assign(moments_.mean().begin(), moments_.mean().end());
  factor_.clear();
  for (const double v : moments_.variance())
    factor_.push_back(static_cast<float>(1 / std::sqrt(v + kTiny)));
}

void InputNormaliser::apply(std::span<float> inputs) const {
  if (!on_) return;
  for (std::size_t r = 0; r < inputs.size() / shift_.size(); ++r)
    normalise(row_of(inputs, r, shift_.size()), shift_, factor_);
}

void InputNormaliser::update(std::span<const float> inputs) {
  if (!on_) return;
  moments_.update(inputs);
  refresh();
}

void InputNormaliser::save(ArchiveWriter& writer, const std::string& name) const {
  if (on_) moments_.save(writer, name);
}

void InputNormaliser::load(const ArchiveReader& reader, const std::string& name) {
  if (!on_) return;
  moments_.load(reader, name);
  refresh();
}

RewardNormaliser::RewardNormaliser(bool on, int lanes, float gamma)
    : on_(on), gamma_(gamma), returns_(usize(lanes)), moments_(1) {}

void RewardNormaliser::apply(std::span<float> reward, std::span<const std::uint8_t> ended) {
  if (!on_) return;
  for (std::size_t i = 0; i < reward.size(); ++i) returns_[i] = returns_[i] * gamma_ + reward[i];
  moments_.update(returns_);
  const auto factor = static_cast<float>(1 / std::sqrt(moments_.variance()[0] + kTiny));
  for (std::size_t i = 0; i < reward.size(); ++i) {
    reward[i] = std::clamp(reward[i] * factor, -kLimit, kLimit);
    if (ended[i] != 0) returns_[i] = 0;
  }
}

void RewardNormaliser::save(ArchiveWriter& writer, const std::string& name) const {
  if (!on_) return;
  writer.put_span(name + "/returns", std::span(returns_));
  moments_.save(writer, name);
}

void RewardNormaliser::load(const ArchiveReader& reader, const std::string& name) {
  if (!on_) return;
  reader.get_span(name + "/returns", std::span(returns_));
  moments_.load(reader, name);
}

// ---- Actions ---------------------------------------------------------------------------------

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
