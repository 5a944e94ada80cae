// The last few steps of every lane, in order: what on-policy learners learn from.
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
  int steps = 128;     ///< a lane
  int stack = 1;       ///< frames an observation
  int state_size = 0;  ///< numbers of recurrent state a lane
  int scaled = 0;      ///< numbers an observation whose scale is kept by step; 0: none is
};

/// `steps` steps of `lanes` lanes. Rows of everything are numbered step · lanes + lane. The
/// environment writes frames straight into it; an observation is `stack` pointers to frames, so a
/// frame is stored once. After restart() the newest observation is the next rollout's first.
class Rollout {
 public:
  Rollout(const EnvSpec& spec, const RolloutOptions& options);

  /// Where the environment writes the next step; a fresh one's first slot takes reset()'s
  /// observation.
  StepView slot();
  /// Takes in the first observation after reset(). Once, before any commit().
  void start();
  /// Takes in the step just written into slot(); whoever acted has filled row size() of action,
  /// log_prob and value.
  void commit();
  [[nodiscard]] int size() const { return size_; }  ///< steps taken in
  [[nodiscard]] bool full() const { return size_ == options_.steps; }
  /// Empties this; the newest observation of `last` (this, or a twin) becomes the first, and
  /// `state` of it the state there.
  void restart(const Rollout& last);

  /// Writes `stack` pointers, oldest first, to the observation before step `row / lanes`; frames
  /// before an episode's start are zeros. Row steps · lanes + lane: after the last step.
  void put_stack(std::size_t row, std::span<const std::byte*> out) const;
  /// The same for the last observation of the episode that ended with the newest step.
  void put_final_stack(int lane, std::span<const std::byte*> out) const;
  /// What is legal at that row; empty where the environment does not mask.
  [[nodiscard]] std::span<const std::uint8_t> legal(std::size_t row) const;
  /// Whether an episode starts with that row.
  [[nodiscard]] bool starts(std::size_t row) const { return age_[row] == 0; }

  /// size() · lanes elements (box_action: times dimensions), as the environment gave them or the
  /// agent set them.
  [[nodiscard]] std::span<float> reward() { return used(reward_); }
  [[nodiscard]] std::span<const std::uint8_t> ended() const { return used(ended_); }
  /// All steps · lanes elements, for whoever acts or learns to fill.
  std::vector<std::int32_t> action;
  std::vector<float> box_action;  ///< as sampled, before clipping to the Box
  std::vector<float> log_prob, value;
  std::vector<float> state;  ///< lanes × state_size: before the first step
  /// (steps + 1) × scaled: observations of that step were taken as (x − shift) · factor. The newest
  /// one's is the next rollout's first.
  std::vector<float> shift, factor;

  [[nodiscard]] const RolloutOptions& options() const { return options_; }
  [[nodiscard]] int lanes() const { return options_.lanes; }
  /// Rows taken in.
  [[nodiscard]] std::size_t rows() const { return row(size_, 0); }
  /// Of a step and lane.
  [[nodiscard]] std::size_t row(int step, int lane) const {
    return static_cast<std::size_t>(step) * static_cast<std::size_t>(options_.lanes) +
           static_cast<std::size_t>(lane);
  }

  void save(ArchiveWriter& writer, const std::string& name) const;
  /// Throws Error if what was saved is of another shape. shift and factor stay as they are where
  /// none were saved, as earlier versions did.
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
  // Frames before the first step are there too: step −(stack − 1) … steps.
  [[nodiscard]] std::byte* frame(int step, int lane) const;
  template <class Archive, class Self>
  static void records(Self& self, Archive&& archive);

  RolloutOptions options_;
  ObservationSpace observation_;
  std::size_t frame_bytes_;
  int choices_;          // of a Discrete action
  std::size_t actions_;  // columns of a mask, 0 without
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
