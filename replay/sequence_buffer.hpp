// Replay of sequences for recurrent learners (R2D2, Kapturowski et al. 2019): steps in their order,
// and the recurrent state that the actor had at the start of each sequence.
#pragma once

#include "replay/replay_buffer.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tengen {

struct SequenceOptions {
  std::int64_t capacity = 100'000;  ///< transitions, all lanes together
  int lanes = 1;
  int stack = 1;    ///< frames per observation
  int burn_in = 0;  ///< rows that only bring the recurrent state up to date
  int length = 80;  ///< rows that are learnt from; at least 2
  int period = 40;  ///< steps from a sequence's start to the next one's of that lane; if it is less
                    ///< than the length, sequences overlap
  int state_size = 0;         ///< numbers of recurrent state per lane
  bool prioritised = false;   ///< proportional, else uniform
  float alpha = 0.6F;         ///< priority exponent
  std::int64_t expected = 0;  ///< as in ReplayOptions
};

/// A batch of `size` sequences of rows() rows; row t of sequence b is element b · rows() + t of
/// everything. Observations are pointers into replay memory, valid until the next slot() or
/// commit(). A batch that is used again allocates nothing.
///
/// A sequence is what one lane saw, observation after observation, through as many episodes as fit;
/// `keep` says where the recurrent state is cleared. Every row is followed by its successor's row.
/// Therefore the last observation of a truncated episode, whose value is bootstrapped from, has a
/// row of its own, without an action; that of a terminated one is not needed and has none. The very
/// last row has no action either. Nothing is padded.
struct SequenceBatch {
  int size = 0, burn_in = 0, length = 0, stack = 1;
  std::size_t frame_bytes = 0;
  std::vector<const std::byte*> observation;  ///< rows × stack frames, oldest first
  std::vector<float> keep;                    ///< 0 where an episode starts, else 1
  std::vector<std::uint8_t> acted;            ///< 0 for an observation without an action, else 1
  std::vector<std::int32_t> action;           ///< 0 where there is none
  std::vector<float> reward;                  ///< of that action
  std::vector<std::uint8_t> terminated;       ///< 1 if that action ended the task: do not bootstrap
  std::vector<std::uint8_t> legal;  ///< rows × actions where the environment masks, else empty
  std::vector<float> state;         ///< size × state_size; the recurrent state before row 0
  std::vector<float> weight;        ///< size, as in ReplayBatch
  std::vector<std::int64_t>
      index;  ///< size, for update_priorities; never used for another sequence

  [[nodiscard]] int rows() const { return burn_in + length + 1; }
};

/// Replay whose sequences start at fixed times, every `period` steps of every lane, wherever
/// episodes end. Steps are in a ReplayBuffer, every frame once; besides it there are only the
/// states at the starts and the priorities. Actions must be Discrete.
class SequenceBuffer {
 public:
  /// Throws Error for options out of range, and as ReplayBuffer does.
  SequenceBuffer(const EnvSpec& spec, const SequenceOptions& options);

  /// These do what ReplayBuffer's do.
  StepView slot() { return steps_.slot(); }
  void start() { steps_.start(); }
  void commit(const ActionView& action, std::span<const float> reward);
  [[nodiscard]] std::span<const std::byte* const> newest() const { return steps_.newest(); }
  [[nodiscard]] MaskView newest_legal() { return steps_.newest_legal(); }
  [[nodiscard]] std::int64_t now() const { return steps_.now(); }
  /// Whether the newest observation of a lane is its episode's first.
  [[nodiscard]] bool newest_starts(int lane) const { return steps_.starts(lane, steps_.now()); }
  /// Takes the actor's recurrent state before it sees the newest observation, lanes × state_size.
  /// To be called after start() and after every commit().
  void remember(std::span<const float> state);

  [[nodiscard]] std::int64_t size() const;  ///< sequences that can be sampled
  /// Samples `count` sequences with replacement; size() must be ≥ 1. β is the importance exponent,
  /// ignored when uniform.
  void sample(int count, float beta, Rng& rng, SequenceBatch& out) const;
  /// Sets priorities by one error per sequence (see sequence_error). Sequences that have been
  /// overwritten since are skipped. Throws Error for an error that is not finite.
  void update_priorities(std::span<const std::int64_t> index, std::span<const float> error);

  [[nodiscard]] std::size_t memory_bytes() const;
  /// These do what ReplayBuffer's do. Steps go to segments; states and priorities go to the
  /// archive, all of them every time.
  void save(ArchiveWriter& writer, const std::string& name, const std::filesystem::path& directory);
  void load(const ArchiveReader& reader, const std::string& name,
            const std::filesystem::path& directory);

 private:
  // Sequence k of a lane starts at time k · period; its number is k · lanes + lane. Those with k in
  // [first_start(), last_start()) can be sampled.
  [[nodiscard]] std::int64_t first_start() const;
  [[nodiscard]] std::int64_t last_start() const;
  [[nodiscard]] std::int64_t leaf(std::int64_t index) const {
    return index % (starts_ * options_.lanes);
  }
  void draw_indices(float beta, Rng& rng, SequenceBatch& out) const;
  void fill_sequence(std::size_t b, SequenceBatch& out) const;
  [[nodiscard]] std::array<std::pair<const char*, int>, 5> geometry() const;

  SequenceOptions options_;
  ReplayBuffer steps_;
  std::size_t frame_bytes_;
  std::size_t actions_;                   // columns of a mask; 0 where the environment has none
  std::int64_t times_, starts_;           // steps and starts that are kept per lane
  std::vector<float> states_;             // starts · lanes × state_size, by leaf
  std::optional<Priorities> priorities_;  // by leaf
};

/// The error that determines a sequence's priority: η max |δ| + (1 − η) mean |δ| over the
/// `absolute` TD errors of its steps (Kapturowski et al. 2019, section 2.3).
float sequence_error(std::span<const float> absolute, float eta);

}  // namespace tengen
