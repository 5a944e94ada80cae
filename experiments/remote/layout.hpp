// Where the parts of a step lie: in messages, and in memory that client and server share.
#pragma once

#include "core/system/descriptor.hpp"
#include "core/view.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tengen {

/// The sections of docs/protocol.md, in the order of a STEPPED message; `action` is that of STEP.
enum class Section : std::uint8_t {
  kAction,
  kReward,
  kScored,
  kTerminated,
  kTruncated,
  kGameEnded,
  kObservation,
  kLegal,
  kFinalObservation,
  kFinalLegal,
};
inline constexpr std::size_t kSections = 10;
/// As WELCOME calls them.
inline constexpr std::array<const char*, kSections> kSectionNames = {
    "action",     "reward",      "scored", "terminated",        "truncated",
    "game_ended", "observation", "legal",  "final_observation", "final_legal"};

/// How many bytes the parts of a step have.
class StepSizes {
 public:
  /// Throws Malformed if a message of so many lanes would be larger than the protocol allows.
  StepSizes(const EnvSpec& spec, int lanes);

  [[nodiscard]] int lanes() const { return lanes_; }
  /// Bytes of one lane; 0 for masks where there are none.
  [[nodiscard]] std::uint64_t row(Section section) const {
    return rows_[static_cast<std::size_t>(section)];
  }
  /// Bytes of all lanes.
  [[nodiscard]] std::uint64_t all(Section section) const { return row(section) * usize(lanes_); }
  /// The length of a message with observations.
  [[nodiscard]] std::uint64_t observations() const {
    return all(Section::kObservation) + all(Section::kLegal);
  }
  /// The length of STEPPED if so many lanes ended, and so many of these were truncated.
  [[nodiscard]] std::uint64_t stepped(int ended, int truncated) const;

 private:
  int lanes_;
  std::array<std::uint64_t, kSections> rows_;
};

/// Offsets of the sections in shared memory.
struct MemoryPlan {
  std::uint64_t size = 0;
  std::array<std::uint64_t, kSections> offsets{};

  explicit MemoryPlan() = default;
  /// Lays the sections out one after the other.
  explicit MemoryPlan(const StepSizes& sizes);
  /// Throws Malformed unless all sections are aligned, within `size`, and apart from each other.
  void check(const StepSizes& sizes) const;
};

/// Memory that two processes see. It can neither shrink nor grow, so no access to it can fail.
class SharedMemory {
 public:
  SharedMemory() = default;
  /// Makes `size` bytes of zeros. Throws Error if the system gives none.
  explicit SharedMemory(std::uint64_t size);
  /// Maps what another process has made. Throws Malformed unless it has exactly `size` bytes and is
  /// sealed against shrinking and growing.
  SharedMemory(Descriptor descriptor, std::uint64_t size);
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  ~SharedMemory();

  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  void map(std::uint64_t size);

  Descriptor descriptor_;
  std::span<std::byte> bytes_;
};

/// The sections of `memory` as a step of `lanes` lanes of `spec`.
StepView step_view(const SharedMemory& memory, const MemoryPlan& plan, const EnvSpec& spec,
                   int lanes);
/// The section `action` of `memory`; as long as the sizes say.
std::span<std::byte> action_bytes(const SharedMemory& memory, const MemoryPlan& plan,
                                  const StepSizes& sizes);

/// The rows of `lanes` lanes from `first` on.
StepView lanes_of(const StepView& view, int first, int lanes);
ActionView lanes_of(const ActionView& action, const ActionSpace& space, int first, int lanes);
std::span<const std::byte> bytes_of(const ActionView& action);

/// Throws Malformed unless every flag is 0 or 1, no lane is terminated and truncated, truncated
/// games have ended, and only games of lanes that ended have. All three are by lane.
void check_flags(std::span<const std::uint8_t> terminated, std::span<const std::uint8_t> truncated,
                 std::span<const std::uint8_t> game_ended);
/// Throws Malformed unless every action is in the space and legal under the mask, if there is one.
void check_actions(const ActionView& action, const ActionSpace& space, const MaskView& legal);

}  // namespace tengen
