// Replay for off-policy learning: every frame is stored once; stacks and n-step returns are made
// when transitions are sampled.
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
  int stack = 1;    ///< frames per observation
  int n_steps = 1;  ///< of the returns
  float gamma = 0.99F;
  bool prioritised = false;  ///< proportional (Schaul et al. 2016), else uniform
  float alpha = 0.6F;        ///< priority exponent
  /// How many transitions will come at most. The user is warned if memory is too small for these;
  /// 0: for a full buffer.
  std::int64_t expected = 0;
};

/// A minibatch whose observations are pointers into replay memory. The network's input step gathers
/// them, so no byte is copied here (gather.hpp copies where plain arrays are wanted). It is valid
/// until the next slot() or commit(). A batch that is used again allocates nothing.
struct ReplayBatch {
  int size = 0, stack = 1;
  std::size_t frame_bytes = 0;
  std::vector<const std::byte*> observation;  ///< size × stack frames, oldest first
  /// size × stack frames of the state after n steps, or of the episode's final one.
  std::vector<const std::byte*> next_observation;
  std::vector<std::int32_t> action;  ///< size (Discrete), else empty
  std::vector<float> box_action;     ///< size × dimensions (Box), else empty
  std::vector<float> reward;    ///< Σ_{k<m} γ^k r_{t+k}, with m ≤ n steps to the episode's end
  std::vector<float> discount;  ///< γ^m, or 0 where the task terminated
  /// (N·P(i))^−β divided by the largest of this batch, so at most 1; all 1 when uniform. The
  /// largest of the buffer would not do: one transition with a tiny error would scale every step
  /// down.
  std::vector<float> weight;
  /// size × actions where the environment masks, else empty. All are 1 where the task terminated:
  /// the discount is 0 there, so they do not matter.
  std::vector<std::uint8_t> next_legal;
  std::vector<std::int64_t> index;  ///< for update_priorities; never reused for another transition
};

/// A ring of the newest transitions of all lanes. The learner lends its next place to the
/// environment (slot), which writes there, and takes the step in (commit). Not for use by several
/// threads at once.
class ReplayBuffer {
 public:
  /// Throws Error for options out of range and for more memory than the machine has. Memory for
  /// frames is allocated as they come, not beforehand.
  ReplayBuffer(const EnvSpec& spec, const ReplayOptions& options);

  /// The place where the environment writes the next step. The first slot of a new buffer is for
  /// reset()'s observation.
  StepView slot();
  /// Takes in the first observation after reset(). To be called once, before any commit().
  void start();
  /// Takes in the step just written into slot(). `reward` has one number per lane, as the learner
  /// wants it stored, clipped or not.
  void commit(const ActionView& action, std::span<const float> reward);
  /// lanes × stack pointers to the newest frames, oldest first; frames before an episode's start
  /// are zeros. Valid until the next commit().
  [[nodiscard]] std::span<const std::byte* const> newest() const { return newest_; }
  /// The legal actions in the newest state, lanes × actions; empty where the environment does not
  /// mask. Unlike slot()'s, it is there after load(), too.
  [[nodiscard]] MaskView newest_legal();

  [[nodiscard]] std::int64_t size() const;  ///< transitions that can be sampled
  /// The number of transitions to which size() grows.
  [[nodiscard]] std::int64_t capacity() const { return times_ * lanes_; }
  /// Samples `count` transitions with replacement; size() must be ≥ 1. If prioritised, it draws one
  /// from each of `count` equal parts of the total priority (Schaul et al. 2016, appendix B.2.1). β
  /// in [0, 1] is the importance exponent, ignored when uniform.
  void sample(int count, float beta, Rng& rng, ReplayBatch& out) const;
  /// Sets the priorities of a sampled batch by its absolute TD errors. Transitions that have been
  /// overwritten since are skipped. Throws Error for an error that is not finite.
  void update_priorities(std::span<const std::int64_t> index, std::span<const float> error);

  /// What happened in a lane at one time, after its observation.
  struct Moment {
    float reward = 0;
    std::int32_t action = 0;  ///< Discrete
    bool terminated = false, truncated = false;
  };
  /// The time of the newest observation, for readers of whole histories (sequence_buffer.hpp).
  /// Times count from 0, which is reset()'s observation; now() is −1 before start(). All times from
  /// now() − capacity() / lanes on are there.
  [[nodiscard]] std::int64_t now() const { return now_; }
  /// What happened at `time` < now().
  [[nodiscard]] Moment moment(int lane, std::int64_t time) const;
  /// Whether an episode starts with that observation.
  [[nodiscard]] bool starts(int lane, std::int64_t time) const;
  /// The legal actions there, one byte each; empty where the environment does not mask.
  [[nodiscard]] std::span<const std::uint8_t> legal(int lane, std::int64_t time) const;
  /// Writes pointers to the newest out.size() frames of that time, oldest first; frames before the
  /// episode's start are zeros.
  void put_stack(int lane, std::int64_t time, std::span<const std::byte*> out) const;
  /// The same for the last observation of the episode that ended at `time`.
  void put_final_stack(int lane, std::int64_t time, std::span<const std::byte*> out) const;
  /// The actions that would have been legal there; all 1 where the task terminated.
  [[nodiscard]] std::span<const std::uint8_t> final_legal(int lane, std::int64_t time) const;

  /// Bytes of memory that the buffer takes once it is full, with as many finished episodes as now.
  [[nodiscard]] std::size_t memory_bytes() const;

  /// Appends what is new since the last save to checksummed segment files in `directory` (synced),
  /// and records cursors, priorities and segment names under `name`. Its cost grows with what
  /// changed. Throws Error (full disk …); saving again afterwards is safe and leaves the files that
  /// it would have left without the failure.
  void save(ArchiveWriter& writer, const std::string& name, const std::filesystem::path& directory);
  /// Reads what save() left. Throws Error if a segment is missing, incomplete or damaged, or if the
  /// options differ; the buffer is then unusable.
  void load(const ArchiveReader& reader, const std::string& name,
            const std::filesystem::path& directory);
  /// Deletes segment files (finished or not) in `directory` that no list in `kept` names; a list is
  /// the record "<name>/segments" of an archive.
  static void remove_unreferenced_segments(const std::filesystem::path& directory,
                                           std::span<const std::string> kept);

 private:
  enum class End : std::uint8_t { kNone, kTerminated, kTruncated };
  [[nodiscard]] std::size_t room_for_frames(const ReplayOptions& options) const;
  // What happened in one lane at one time, after its frame.
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
  // Bytes of one lane's mask; 0 where the environment does not mask.
  [[nodiscard]] std::size_t mask_bytes() const {
    return masked_ ? static_cast<std::size_t>(actions_) : 0;
  }
  // Transitions are numbered time · lanes + lane; those in [first, last) can be sampled.
  [[nodiscard]] std::int64_t last_id() const;
  [[nodiscard]] std::int64_t first_id() const { return last_id() - size(); }
  // The oldest time whose frame is kept while the next slot is lent.
  [[nodiscard]] std::int64_t oldest_time() const;
  void refresh_newest();
  void draw_indices(float beta, Rng& rng, ReplayBatch& out) const;
  void fill_row(std::size_t i, ReplayBatch& out) const;

  // These are what save() and load() share (replay_checkpoint.cpp).
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
  std::int64_t times_;  // transitions per lane
  std::int64_t ring_;   // frames per lane
  ObservationSpace observation_;
  std::size_t frame_bytes_;

  LazyMemory frames_;                     // lanes × ring × frame
  std::vector<Step> steps_;               // lanes × ring
  std::vector<float> box_actions_;        // lanes × ring × dimensions
  std::vector<std::uint8_t> legal_;       // ring × lanes × actions, since a MaskView is dense
  FinalStore finals_;                     // by transition number; a frame, then a mask
  std::optional<Priorities> priorities_;  // leaf = transition number mod capacity
  std::int64_t now_ = -1;                 // time of the newest frame

  std::vector<std::byte> zero_frame_;
  std::vector<const std::byte*> newest_;
  std::vector<float> slot_reward_;
  std::vector<std::uint8_t> slot_terminated_, slot_truncated_, slot_final_legal_;
  std::vector<std::byte> slot_final_;

  std::filesystem::path directory_;  // of segments_
  std::vector<Segment> segments_;    // in the order of time, without gaps
  std::vector<Segment> unwritten_;   // the segments that the last save could not write
};

}  // namespace tengen
