// Scales between what an environment gives and takes and what networks work with: running means and
// variances of observations and rewards, rewards by their signs, and actions of a Box.
#pragma once

#include "core/archive.hpp"
#include "core/config.hpp"
#include "core/space.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tengen {

/// Means and variances of columns, batch after batch (Chan, Golub & LeVeque 1983).
class RunningMoments {
 public:
  /// Before the first update means are 0 and variances 1.
  explicit RunningMoments(std::size_t columns) : mean_(columns, 0.0), variance_(columns, 1.0) {}
  /// `values`: rows × columns.
  void update(std::span<const float> values);
  /// Of every column; variances are those of a population.
  [[nodiscard]] std::span<const double> mean() const { return mean_; }
  [[nodiscard]] std::span<const double> variance() const { return variance_; }
  void save(ArchiveWriter& writer, const std::string& name) const;
  /// Throws Error if the record is of other columns or holds what is no variance.
  void load(const ArchiveReader& reader, const std::string& name);

 private:
  std::vector<double> mean_, variance_;
  double count_ = 0;
};

/// x = (x − shift) · factor, clipped to ±10, in place. All have as many elements.
void normalise(std::span<float> x, std::span<const float> shift, std::span<const float> factor);

/// Scales inputs to mean 0 and variance 1, clipped to ±10, by all that was seen so far, those
/// inputs included (Stable-Baselines3's VecNormalize). So the actor calls update() before apply(),
/// and keeps shift() and factor() for the learner. Does nothing unless `on`.
class InputNormaliser {
 public:
  /// `width`: numbers an observation.
  InputNormaliser(bool on, std::int64_t width);
  /// In place; `inputs`: rows × width.
  void apply(std::span<float> inputs) const;
  /// Takes in rows that apply() has not touched.
  void update(std::span<const float> inputs);
  [[nodiscard]] bool on() const { return on_; }
  /// What apply() does to each of the width numbers, see normalise(); empty unless on.
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
  /// One step of every lane (lanes elements each), in place.
  void apply(std::span<float> reward, std::span<const std::uint8_t> ended);
  void save(ArchiveWriter& writer, const std::string& name) const;
  void load(const ArchiveReader& reader, const std::string& name);

 private:
  bool on_;
  float gamma_;
  std::vector<float> returns_;  // by lane
  RunningMoments moments_;
};

/// −1, 0 or 1: what is left of a reward where agent.reward_clip = "sign" (Mnih et al. 2015).
constexpr float sign(float reward) { return static_cast<float>((reward > 0) - (reward < 0)); }
/// Whether agent.reward_clip is "sign"; else it is "none".
inline bool read_reward_clip(const Config& agent) {
  return agent.choice<bool>("reward_clip", "none", {{"none", false}, {"sign", true}});
}

/// From the numbers near [−1, 1] that a policy chooses to the actions of a Box: its bounds are ±1,
/// so that a Gaussian policy of deviation 1 begins by trying all of it. A dimension without two
/// bounds is not scaled.
class BoxScale {
 public:
  explicit BoxScale(const Box& box);
  /// A Discrete space has nothing to scale.
  explicit BoxScale(const ActionSpace& space)
      : BoxScale(std::holds_alternative<Box>(space) ? std::get<Box>(space) : Box{}) {}

  /// To the environment's units, within its bounds; rows × dimensions each, and may be the same.
  void apply(std::span<const float> action, std::span<float> out) const;
  void save(ArchiveWriter& writer, const std::string& name) const;
  /// A policy that was saved before there were scales keeps the units that it has learnt, the
  /// environment's. Throws Error if a number is not finite.
  void load(const ArchiveReader& reader, const std::string& name);

 private:
  Box box_;
  std::vector<float> centre_, half_;  // by dimension
};

}  // namespace tengen
