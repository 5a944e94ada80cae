// The last observations of finished episodes. They are few and are kept beside the ring of frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tengen {

/// A queue of frames that are found by strictly increasing ids. Memory is recycled: nothing is
/// allocated once the largest number of frames at a time has been reached.
class FinalStore {
 public:
  explicit FinalStore(std::size_t frame_bytes) : frame_bytes_(frame_bytes) {}

  /// Returns memory (frame_bytes) for the frame of `id`, which must be larger than every id so far.
  /// It is valid until the frame is dropped.
  std::byte* add(std::int64_t id);
  /// Drops the frames of all smaller ids.
  void drop_before(std::int64_t id);
  /// The frame of `id`, which must be there.
  [[nodiscard]] const std::byte* find(std::int64_t id) const;

  /// The number of frames with ids in [begin, end).
  [[nodiscard]] std::int64_t count(std::int64_t begin, std::int64_t end) const;
  /// Calls f(id, frame) for the ids in [begin, end), in order.
  template <class F>
  void for_each(std::int64_t begin, std::int64_t end, F&& f) const {
    for (std::size_t i = lower_bound(begin); i < tail_ && entry(i).id < end; ++i)
      f(entry(i).id, frame(entry(i).slot));
  }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  static constexpr std::size_t kSlotsPerChunk = 64;
  struct Entry {
    std::int64_t id;
    std::size_t slot;
  };

  [[nodiscard]] const Entry& entry(std::size_t i) const { return ring_[i & (ring_.size() - 1)]; }
  [[nodiscard]] std::byte* frame(std::size_t slot) const {
    return chunks_[slot / kSlotsPerChunk].get() + slot % kSlotsPerChunk * frame_bytes_;
  }
  [[nodiscard]] std::size_t lower_bound(std::int64_t id) const;
  void grow_ring();
  void grow_slots();

  std::size_t frame_bytes_;
  std::vector<Entry> ring_;  // size 0 or a power of two; entries head_ … tail_ − 1 are sorted by id
  std::size_t head_ = 0, tail_ = 0;
  std::vector<std::size_t> free_;  // slots to reuse
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
};

}  // namespace tengen
