#include "agents/normalise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tengen {
namespace {

constexpr float kLimit = 10;
constexpr double kTiny = 1e-8;

}  // namespace

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
    : on_(on), moments_(on ? static_cast<std::size_t>(width) : 0) {
  refresh();
}

void InputNormaliser::refresh() {
  shift_.assign(moments_.mean().begin(), moments_.mean().end());
  factor_.clear();
  for (const double v : moments_.variance())
    factor_.push_back(static_cast<float>(1 / std::sqrt(v + kTiny)));
}

void InputNormaliser::apply(const Tensor& input) const {
  if (!on_) return;
  const std::size_t width = shift_.size(), rows = static_cast<std::size_t>(input.size(0));
  for (std::size_t r = 0; r < rows; ++r)
    normalise({input.data_ptr<float>() + r * width, width}, shift_, factor_);
}

void InputNormaliser::update(const Tensor& input) {
  if (!on_) return;
  moments_.update({input.data_ptr<float>(), static_cast<std::size_t>(input.numel())});
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
    : on_(on), gamma_(gamma), returns_(static_cast<std::size_t>(lanes)), moments_(1) {}

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

}  // namespace tengen
