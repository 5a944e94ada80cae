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

/// x = (x − shift) · factor, clipped to ±10, in place.
void normalise(std::span<float> x, std::span<const float> shift, std::span<const float> factor);

/// Scales inputs to mean 0 and variance 1, clipped to ±10, by all that was seen, those inputs
/// included (Stable-Baselines3's VecNormalize): whoever acts takes observations in before looking
/// at them, and keeps shift() and factor() for whoever learns from them. Does nothing unless `on`.
class InputNormaliser {
 public:
  InputNormaliser(bool on, std::int64_t width);
  /// In place; `input` is rows of width numbers, float32 on the CPU.
  void apply(const Tensor& input) const;
  /// Takes in rows that apply() has not touched.
  void update(const Tensor& input);
  [[nodiscard]] bool on() const { return on_; }
  /// What apply() does to each of the width numbers, see normalise().
  [[nodiscard]] std::span<const float> shift() const { return shift_; }
  [[nodiscard]] std::span<const float> factor() const { return factor_; }
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
