// The last few steps of every lane, in order, from which on-policy learners learn.
#pragma once

#include "core/archive.hpp"
#include "core/space.hpp"
#include "core/view.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tengen {

struct RolloutOptions {
  int lanes = 1;
  int steps = 128;     ///< per lane
  int stack = 1;       ///< frames per observation
  int state_size = 0;  ///< numbers of recurrent state per lane
  int scaled = 0;      ///< numbers per observation whose scale is kept for every step; 0: no scales
};

/// Memory for `steps` steps of `lanes` lanes. Rows of everything are numbered step · lanes + lane.
/// The environment writes frames straight into it; an observation is `stack` pointers to frames, so
/// a frame is stored once. After restart() the newest observation is the next rollout's first. Not
/// for use by several threads at once.
class Rollout {
 public:
  Rollout(const EnvSpec& spec, const RolloutOptions& options);

  /// The place where the environment writes the next step. The first slot of a new rollout is for
  /// reset()'s observation.
  StepView slot();
  /// Takes in the first observation after reset(). To be called once, before any commit().
  void start();
  /// Takes in the step just written into slot(). The caller has filled the rows of step size() in
  /// action (or box_action), log_prob and value.
  void commit();
  [[nodiscard]] int size() const { return size_; }  ///< steps taken in
  [[nodiscard]] bool full() const { return size_ == options_.steps; }
  /// Empties this. The newest observation of `last` (this, or one of the same shape) becomes the
  /// first, and `last.state` the recurrent state there.
  void restart(const Rollout& last);

  /// Writes `stack` pointers, oldest first, to the observation before step `row / lanes`; frames
  /// before an episode's start are zeros. Rows from steps · lanes on are after the last step.
  void put_stack(std::size_t row, std::span<const std::byte*> out) const;
  /// The same for the last observation of the episode that ended with the newest step.
  void put_final_stack(int lane, std::span<const std::byte*> out) const;
  /// The legal actions at that row, one byte each; empty where the environment does not mask.
  [[nodiscard]] std::span<const std::uint8_t> legal(std::size_t row) const;
  /// Whether an episode starts with that row.
  [[nodiscard]] bool starts(std::size_t row) const { return age_[row] == 0; }

  /// size() · lanes elements, as the environment gave them or the agent changed them.
  [[nodiscard]] std::span<float> reward() { return used(reward_); }
  [[nodiscard]] std::span<const std::uint8_t> ended() const { return used(ended_); }
  /// steps · lanes elements (box_action: times dimensions), which the agent fills as it acts.
  std::vector<std::int32_t> action;
  std::vector<float> box_action;  ///< as sampled, before clipping to the Box
  std::vector<float> log_prob, value;
  std::vector<float> state;  ///< lanes × state_size; the recurrent state before the first step
  /// (steps + 1) × scaled: the network saw observations of a step as (x − shift) · factor. The last
  /// one's is the next rollout's first.
  std::vector<float> shift, factor;

  [[nodiscard]] const RolloutOptions& options() const { return options_; }
  [[nodiscard]] int lanes() const { return options_.lanes; }
  /// The number of rows taken in.
  [[nodiscard]] std::size_t rows() const { return row(size_, 0); }
  /// The row of a step and lane.
  [[nodiscard]] std::size_t row(int step, int lane) const {
    return static_cast<std::size_t>(step) * static_cast<std::size_t>(options_.lanes) +
           static_cast<std::size_t>(lane);
  }

  void save(ArchiveWriter& writer, const std::string& name) const;
  /// Throws Error if what was saved has another shape. Earlier versions saved no shift and factor;
  /// then these stay as they are.
  void load(const ArchiveReader& reader, const std::string& name);

 private:
  template <class T>
  [[nodiscard]] std::span<T> used(std::vector<T>& all) const {
    return {all.data(), rows()};
  }
  template <class T>
  [[nodiscard]] std::span<const T> used(const std::vector<T>& all) const {
    return {all.data(), rows()};
  }
  // Frames before the first step are kept, too: steps −(stack − 1) to options_.steps.
  [[nodiscard]] std::byte* frame(int step, int lane) const;
  template <class Archive, class Self>
  static void records(Self& self, Archive&& archive);

  RolloutOptions options_;
  ObservationSpace observation_;
  std::size_t frame_bytes_;
  int choices_;          // n of a Discrete action
  std::size_t actions_;  // columns of a mask; 0 where the environment does not mask
  int size_ = 0;
  bool started_ = false;
  mutable std::vector<std::byte> frames_;
  std::vector<std::byte> final_frames_, zero_frame_;
  std::vector<std::int32_t>
      age_;  // (steps + 1) · lanes: frames since the episode's first, to stack
  std::vector<std::uint8_t> legal_;  // (steps + 1) · lanes · actions
  std::vector<float> reward_;
  std::vector<std::uint8_t> terminated_, truncated_, ended_;
};

}  // namespace tengen
