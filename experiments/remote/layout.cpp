#include "experiments/remote/layout.hpp"

#include "experiments/remote/channel.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <utility>

namespace tengen {
namespace {

constexpr std::uint64_t kAlignment = 64;
constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW;

int choices(const EnvSpec& spec) {
  const auto* discrete = std::get_if<Discrete>(&spec.action);
  return spec.masked && discrete != nullptr ? discrete->n : 0;
}

}  // namespace

StepSizes::StepSizes(const EnvSpec& spec, int lanes) : lanes_(lanes) {
  const std::uint64_t observation = spec.observation.bytes();
  const auto legal = static_cast<std::uint64_t>(choices(spec));
  const auto* box = std::get_if<Box>(&spec.action);
  const std::uint64_t action = 4 * (box != nullptr ? box->low.size() : 1);
  rows_ = {action, 4, 4, 1, 1, 1, observation, legal, observation, legal};
  if (observation > kMostObservation)
    throw Malformed("an observation of {} bytes; at most {} are allowed", observation,
                    kMostObservation);
  const std::uint64_t most = std::max(stepped(lanes, lanes), all(Section::kAction));
  if (most > kMostBody)
    throw Malformed("a step of {} lanes can have {} bytes; at most {} are allowed", lanes, most,
                    kMostBody);
}

std::uint64_t StepSizes::stepped(int ended, int truncated) const {
  std::uint64_t bytes = observations();
  for (const Section section : {Section::kReward, Section::kScored, Section::kTerminated,
                                Section::kTruncated, Section::kGameEnded})
    bytes += all(section);
  return bytes + row(Section::kFinalObservation) * usize(ended) +
         row(Section::kFinalLegal) * usize(truncated);
}

MemoryPlan::MemoryPlan(const StepSizes& sizes) {
  for (std::size_t i = 0; i < kSections; ++i) {
    const std::uint64_t bytes = sizes.all(static_cast<Section>(i));
    if (bytes == 0) continue;
    offsets[i] = size;
    size += (bytes + kAlignment - 1) / kAlignment * kAlignment;
  }
}

void MemoryPlan::check(const StepSizes& sizes) const {
  struct Range {
    std::uint64_t begin, end;
    const char* name;
  };
  std::vector<Range> ranges;
  for (std::size_t i = 0; i < kSections; ++i) {
    const std::uint64_t bytes = sizes.all(static_cast<Section>(i));
    if (bytes == 0) continue;
    if (offsets[i] % kAlignment != 0)
      throw Malformed("memory: {} begins at {}, which is no multiple of {}", kSectionNames[i],
                      offsets[i], kAlignment);
    if (offsets[i] > size || bytes > size - offsets[i])
      throw Malformed("memory: {} has {} bytes from {} on, and all of it only {}", kSectionNames[i],
                      bytes, offsets[i], size);
    ranges.push_back({offsets[i], offsets[i] + bytes, kSectionNames[i]});
  }
  std::ranges::sort(ranges, {}, &Range::begin);
  for (std::size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].begin < ranges[i - 1].end)
      throw Malformed("memory: {} and {} overlap", ranges[i - 1].name, ranges[i].name);
}

SharedMemory::SharedMemory(std::uint64_t size)
    : descriptor_(::memfd_create("tengen", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  if (!descriptor_.is_open() || ::ftruncate(descriptor_, static_cast<off_t>(size)) != 0 ||
      ::fcntl(descriptor_, F_ADD_SEALS, kSeals) != 0)
    throw Error("there is no shared memory of {} bytes: {}", size, std::strerror(errno));
  map(size);
}

SharedMemory::SharedMemory(Descriptor descriptor, std::uint64_t size)
    : descriptor_(std::move(descriptor)) {
  struct stat about {};
  if (::fstat(descriptor_, &about) != 0)
    throw Malformed("memory: the descriptor is of no use: {}", std::strerror(errno));
  if (size == 0 || static_cast<std::uint64_t>(about.st_size) != size)
    throw Malformed("memory: it has {} bytes, and not {}", about.st_size, size);
  const int seals = ::fcntl(descriptor_, F_GET_SEALS);
  if (seals < 0 || (seals & kSeals) != kSeals)
    throw Malformed("memory: it is not sealed against shrinking and growing");
  map(size);
}

void SharedMemory::map(std::uint64_t size) {
  void* const memory =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, descriptor_, 0);
  if (memory == MAP_FAILED)
    throw Error("{} bytes of shared memory cannot be mapped: {}", size, std::strerror(errno));
  bytes_ = {static_cast<std::byte*>(memory), size};
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : descriptor_(std::move(other.descriptor_)), bytes_(std::exchange(other.bytes_, {})) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

StepView step_view(const SharedMemory& memory, const MemoryPlan& plan, const EnvSpec& spec,
                   int lanes) {
  const auto at = [&](Section section) {
    return memory.bytes().data() + plan.offsets[static_cast<std::size_t>(section)];
  };
  const auto floats = [&](Section section) {
    return std::span(reinterpret_cast<float*>(at(section)), usize(lanes));
  };
  const auto flags = [&](Section section, int each = 1) {
    return std::span(reinterpret_cast<std::uint8_t*>(at(section)), usize(lanes) * usize(each));
  };
  const auto rows = [&](Section section) {
    const ObservationSpace& space = spec.observation;
    return ObservationView{at(section), lanes, space.bytes(), space.shape, space.element};
  };
  StepView view{.observation = rows(Section::kObservation),
                .reward = floats(Section::kReward),
                .terminated = flags(Section::kTerminated),
                .truncated = flags(Section::kTruncated),
                .final_observation = rows(Section::kFinalObservation),
                .legal = {},
                .final_legal = {},
                .scored = floats(Section::kScored),
                .game_ended = flags(Section::kGameEnded)};
  if (const int n = choices(spec); n > 0) {
    view.legal = {flags(Section::kLegal, n), n};
    view.final_legal = {flags(Section::kFinalLegal, n), n};
  }
  return view;
}

std::span<std::byte> action_bytes(const SharedMemory& memory, const MemoryPlan& plan,
                                  const StepSizes& sizes) {
  return memory.bytes().subspan(plan.offsets[static_cast<std::size_t>(Section::kAction)],
                                sizes.all(Section::kAction));
}

StepView lanes_of(const StepView& view, int first, int lanes) {
  const auto rows = [&](const ObservationView& from) {
    ObservationView part = from;
    if (!from.empty()) part.data += usize(first) * from.lane_stride;
    part.lanes = lanes;
    return part;
  };
  const auto values = [&]<class T>(std::span<T> from) {
    return from.empty() ? from : from.subspan(usize(first), usize(lanes));
  };
  const auto masks = [&](const MaskView& from) {
    const auto n = usize(from.actions);
    return from.empty()
               ? from
               : MaskView{from.data.subspan(usize(first) * n, usize(lanes) * n), from.actions};
  };
  return {.observation = rows(view.observation),
          .reward = values(view.reward),
          .terminated = values(view.terminated),
          .truncated = values(view.truncated),
          .final_observation = rows(view.final_observation),
          .legal = masks(view.legal),
          .final_legal = masks(view.final_legal),
          .scored = values(view.scored),
          .game_ended = values(view.game_ended)};
}

ActionView lanes_of(const ActionView& action, const ActionSpace& space, int first, int lanes) {
  if (const auto* box = std::get_if<Box>(&space)) {
    const std::size_t width = box->low.size();
    return {{}, action.box.subspan(usize(first) * width, usize(lanes) * width)};
  }
  return {action.discrete.subspan(usize(first), usize(lanes)), {}};
}

std::span<const std::byte> bytes_of(const ActionView& action) {
  return action.discrete.empty() ? std::as_bytes(action.box) : std::as_bytes(action.discrete);
}

void check_flags(std::span<const std::uint8_t> terminated, std::span<const std::uint8_t> truncated,
                 std::span<const std::uint8_t> game_ended) {
  const auto flag = [](std::span<const std::uint8_t> flags, std::size_t lane, const char* name) {
    if (flags[lane] > 1)
      throw Malformed("{} of lane {} is {}; it must be 0 or 1", name, lane, flags[lane]);
    return flags[lane] != 0;
  };
  for (std::size_t lane = 0; lane < terminated.size(); ++lane) {
    const bool task = flag(terminated, lane, "terminated");
    const bool clock = flag(truncated, lane, "truncated");
    const bool game = flag(game_ended, lane, "game_ended");
    if (task && clock) throw Malformed("lane {} is both terminated and truncated", lane);
    if (clock && !game) throw Malformed("lane {} is truncated, but its game has not ended", lane);
    if (game && !task && !clock)
      throw Malformed("the game of lane {} has ended, but its episode has not", lane);
  }
}

void check_actions(const ActionView& action, const ActionSpace& space, const MaskView& legal) {
  if (const auto* box = std::get_if<Box>(&space)) {
    const std::size_t width = box->low.size();
    for (std::size_t i = 0; i < action.box.size(); ++i)
      if (!(action.box[i] >= box->low[i % width] && action.box[i] <= box->high[i % width]))
        throw Malformed("action {} of lane {} is {}, outside of [{}, {}]", i % width, i / width,
                        action.box[i], box->low[i % width], box->high[i % width]);
    return;
  }
  const auto n = static_cast<std::uint32_t>(std::get<Discrete>(space).n);
  for (std::size_t lane = 0; lane < action.discrete.size(); ++lane) {
    const auto chosen = static_cast<std::uint32_t>(action.discrete[lane]);
    if (chosen >= n)
      throw Malformed("action {} of lane {} is outside of [0, {})", action.discrete[lane], lane, n);
    if (!legal.empty() && legal.row(static_cast<int>(lane))[chosen] == 0)
      throw Malformed("action {} of lane {} is not legal there", chosen, lane);
  }
}

}  // namespace tengen
