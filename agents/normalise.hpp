// Running means and variances, for observations and rewards of unknown scale.
#pragma once

#include "core/archive.hpp"
#include "nets/tensor.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tengen {

/// Means and variances of columns, batch after batch (Chan, Golub & LeVeque 1983).
class RunningMoments {
 public:
  explicit RunningMoments(std::size_t columns) : mean_(columns, 0.0), variance_(columns, 1.0) {}
  /// `values`: rows × columns.
  void update(std::span<const float> values);
  [[nodiscard]] std::span<const double> mean() const { return mean_; }
  [[nodiscard]] std::span<const double> variance() const { return variance_; }
  void save(ArchiveWriter& writer, const std::string& name) const;
  void load(const ArchiveReader& reader, const std::string& name);

 private:
  std::vector<double> mean_, variance_;
  double count_ = 0;
};

/// Scales inputs to mean 0 and variance 1, clipped to ±10, by what was seen in earlier rollouts:
/// constant while a rollout is acted and learnt from, so that both see the same numbers. Does
/// nothing unless `on`.
class InputNormaliser {
 public:
  InputNormaliser(bool on, std::int64_t width);
  /// In place; `input` is rows of width numbers, float32 on the CPU.
  void apply(const Tensor& input) const;
  /// Takes in rows that apply() has not touched.
  void update(const Tensor& input);
  [[nodiscard]] bool on() const { return on_; }
  void save(ArchiveWriter& writer, const std::string& name) const;
  void load(const ArchiveReader& reader, const std::string& name);

 private:
  void refresh();

  bool on_;
  RunningMoments moments_;
  std::vector<float> shift_, factor_;
};

/// Divides rewards by the standard deviation of the discounted return so far, clipped to ±10
/// (Engstrom et al. 2020; Stable-Baselines3's VecNormalize). Does nothing unless `on`.
class RewardNormaliser {
 public:
  RewardNormaliser(bool on, int lanes, float gamma);
  /// One step of every lane, in place.
  void apply(std::span<float> reward, std::span<const std::uint8_t> ended);
  void save(ArchiveWriter& writer, const std::string& name) const;
  void load(const ArchiveReader& reader, const std::string& name);

 private:
  bool on_;
  float gamma_;
  std::vector<float> returns_;  // by lane
  RunningMoments moments_;
};

}  // namespace tengen
