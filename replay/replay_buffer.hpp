// Replay for off-policy learning: every frame stored once, stacks and n-step returns made at
// sampling.
#pragma once

#include "core/archive.hpp"
#include "core/rng.hpp"
#include "core/space.hpp"
#include "core/view.hpp"
#include "replay/final_store.hpp"
#include "replay/lazy_memory.hpp"
#include "replay/priorities.hpp"
#include "replay/segment.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tengen {

struct ReplayOptions {
  /// Transitions, all lanes together; rounded up to a multiple of lanes.
  std::int64_t capacity = 100'000;
  int lanes = 1;
  int stack = 1;  ///< frames an observation is stacked from
  int n_steps = 1;
  float gamma = 0.99F;
  bool prioritised = false;  ///< proportional (Schaul et al. 2016), else uniform
  float alpha = 0.6F;        ///< priority exponent
  /// Transitions that will come at most, by which memory that is too small is warned of; 0: as many
  /// as it holds.
  std::int64_t expected = 0;
};

/// A minibatch whose observations are pointers into replay memory: the network's input step gathers
/// them, so no byte is copied here (gather.hpp copies where plain arrays are wanted). Valid until
/// the next slot() or commit(). Reused: sampling allocates nothing.
struct ReplayBatch {
  int size = 0, stack = 1;
  std::size_t frame_bytes = 0;
  std::vector<const std::byte*> observation;  ///< size × stack frames, oldest first
  /// size × stack; the state after n steps, or the episode's final one.
  std::vector<const std::byte*> next_observation;
  std::vector<std::int32_t> action;  ///< size (Discrete), else empty
  std::vector<float> box_action;     ///< size × dimensions (Box), else empty
  std::vector<float> reward;         ///< Σ_{k<m} γ^k r_{t+k}, m ≤ n steps to the end of episode
  std::vector<float> discount;       ///< γ^m, or 0 where the task terminated
  /// (N·P(i))^−β over the largest of this batch, so at most 1; all 1 when uniform. Over the batch's
  /// largest, not the buffer's: one transition with a tiny error would scale every step down.
  std::vector<float> weight;
  /// size × actions where the environment masks, else empty. All 1 where the task terminated: the
  /// discount is 0 there, so nobody asks.
  std::vector<std::uint8_t> next_legal;
  std::vector<std::int64_t> index;  ///< for update_priorities; never reused for another transition
};

class ReplayBuffer {
 public:
  /// Throws Error for options out of range and for more memory than the machine has. Memory for
  /// frames is taken as they come, not up front.
  ReplayBuffer(const EnvSpec& spec, const ReplayOptions& options);

  /// Where the environment writes the next step; a fresh buffer's first slot takes reset()'s
  /// observation.
  StepView slot();
  /// Takes in the first observation after reset(). Once, before any commit().
  void start();
  /// Takes in the step just written into slot(); `reward` (lanes) is what the learner wants stored,
  /// clipped or not.
  void commit(const ActionView& action, std::span<const float> reward);
  /// lanes × stack pointers to the newest frames, oldest first; frames before an episode's start
  /// are zeros. Valid until the next commit().
  [[nodiscard]] std::span<const std::byte* const> newest() const { return newest_; }
  /// What is legal in the newest state, lanes × actions; empty where the environment does not mask.
  /// Unlike slot()'s, it is there after load() too.
  [[nodiscard]] MaskView newest_legal();

  [[nodiscard]] std::int64_t size() const;  ///< transitions that can be sampled
  /// Transitions that size() grows to.
  [[nodiscard]] std::int64_t capacity() const { return times_ * lanes_; }
  /// With replacement. Prioritised: one draw from each of `count` equal parts of the total priority
  /// (Schaul et al. 2016, appendix B.2.1). size() must be ≥ 1. β in [0, 1] is the importance
  /// exponent, ignored when uniform.
  void sample(int count, float beta, Rng& rng, ReplayBatch& out) const;
  /// Absolute TD errors of a sampled batch. Transitions overwritten since are passed over. Throws
  /// Error for an error that is not finite.
  void update_priorities(std::span<const std::int64_t> index, std::span<const float> error);

  /// What happened at a time of a lane, after its observation.
  struct Moment {
    float reward = 0;
    std::int32_t action = 0;  ///< Discrete
    bool terminated = false, truncated = false;
  };
  /// For readers of whole histories (sequence_buffer.hpp). Times count from 0, reset()'s
  /// observation, to now(), the newest (−1 before start()); from now() − capacity() / lanes on all
  /// is there. What moment() tells of `time` is there once that is past.
  [[nodiscard]] std::int64_t now() const { return now_; }
  [[nodiscard]] Moment moment(int lane, std::int64_t time) const;
  /// Whether an episode starts with that observation.
  [[nodiscard]] bool starts(int lane, std::int64_t time) const;
  /// What is legal there; empty where the environment does not mask.
  [[nodiscard]] std::span<const std::uint8_t> legal(int lane, std::int64_t time) const;
  /// Pointers to its newest out.size() frames, oldest first, zeros before the episode's start.
  void put_stack(int lane, std::int64_t time, std::span<const std::byte*> out) const;
  /// The same for the last observation of the episode that ended at `time`.
  void put_final_stack(int lane, std::int64_t time, std::span<const std::byte*> out) const;
  /// What would have been legal there; all 1 where the task terminated.
  [[nodiscard]] std::span<const std::uint8_t> final_legal(int lane, std::int64_t time) const;

  /// Bytes of memory once full (and as many finished episodes as there are now).
  [[nodiscard]] std::size_t memory_bytes() const;

  /// Appends what is new since the last save to checksummed segment files in `directory` (synced),
  /// and records cursors, priorities and segment names under `name`. Cost: what changed. Throws
  /// Error (full disk …), after which saving again is safe and leaves what it would have left
  /// without the failure.
  void save(ArchiveWriter& writer, const std::string& name, const std::filesystem::path& directory);
  /// Throws Error if a segment is missing, torn or corrupt, or the options differ; the buffer is
  /// then unusable.
  void load(const ArchiveReader& reader, const std::string& name,
            const std::filesystem::path& directory);
  /// Deletes segment files (finished or not) in `directory` that no list in `kept` names; a list is
  /// the record "<name>/segments" of an archive.
  static void remove_unreferenced_segments(const std::filesystem::path& directory,
                                           std::span<const std::string> kept);

 private:
  enum class End : std::uint8_t { kNone, kTerminated, kTruncated };
  [[nodiscard]] std::size_t room_for_frames(const ReplayOptions& options) const;
  // What happened at one time of one lane, after its frame.
  struct Step {
    float reward;
    std::uint32_t action : 30;  // Discrete
    std::uint32_t end : 2;      // End
  };
  struct Segment {
    std::string file;
    TimeRange range;
  };

  [[nodiscard]] std::size_t position(std::int64_t time) const {
    return static_cast<std::size_t>(time % ring_);
  }
  [[nodiscard]] std::size_t row(int lane, std::size_t position) const {
    return static_cast<std::size_t>(lane) * static_cast<std::size_t>(ring_) + position;
  }
  [[nodiscard]] std::byte* frame(int lane, std::size_t position) const {
    return frames_.data() + row(lane, position) * frame_bytes_;
  }
  [[nodiscard]] MaskView legal_at(std::int64_t time);
  // Bytes of a mask; 0 without.
  [[nodiscard]] std::size_t mask_bytes() const {
    return masked_ ? static_cast<std::size_t>(actions_) : 0;
  }
  // Transitions are numbered time · lanes + lane; those in [first, last) can be sampled.
  [[nodiscard]] std::int64_t last_id() const;
  [[nodiscard]] std::int64_t first_id() const { return last_id() - size(); }
  // The oldest time whose frame is still there while the next slot is lent.
  [[nodiscard]] std::int64_t oldest_time() const;
  void refresh_newest();
  void draw_indices(float beta, Rng& rng, ReplayBatch& out) const;
  void fill_row(std::size_t i, ReplayBatch& out) const;

  // What save() and load() share (replay_checkpoint.cpp).
  [[nodiscard]] std::vector<std::pair<std::string_view, double>> geometry() const;
  template <class F>
  void for_each_piece(TimeRange range, F&& f);
  void save_segment(TimeRange range, const std::string& name);
  void load_segment(const std::string& file);
  void load_newest(const ArchiveReader& reader, const std::string& name);
  [[nodiscard]] bool makes_sense() const;

  int lanes_, stack_, n_steps_, actions_, dimensions_;  // Discrete: actions_; Box: dimensions_
  bool masked_;
  float gamma_, alpha_;
  std::int64_t times_;  // transitions a lane
  std::int64_t ring_;   // frames a lane
  ObservationSpace observation_;
  std::size_t frame_bytes_;

  LazyMemory frames_;                     // lanes × ring × frame
  std::vector<Step> steps_;               // lanes × ring
  std::vector<float> box_actions_;        // lanes × ring × dimensions
  std::vector<std::uint8_t> legal_;       // ring × lanes × actions, since a MaskView is dense
  FinalStore finals_;                     // by transition number: a frame, then a mask
  std::optional<Priorities> priorities_;  // leaf = transition number mod capacity
  std::int64_t now_ = -1;                 // time of the newest frame

  std::vector<std::byte> zero_frame_;
  std::vector<const std::byte*> newest_;
  std::vector<float> slot_reward_;
  std::vector<std::uint8_t> slot_terminated_, slot_truncated_, slot_final_legal_;
  std::vector<std::byte> slot_final_;

  std::filesystem::path directory_;  // where segments_ are
  std::vector<Segment> segments_;    // by time, without gaps
  std::vector<Segment> unwritten_;   // those that the last save could not write
};

}  // namespace tengen
