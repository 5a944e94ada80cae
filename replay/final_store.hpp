// The last observations of finished episodes: few, so they live beside the ring of frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tengen {

/// A queue of frames found by a strictly increasing id. Memory is recycled: once the largest number
/// of frames alive at a time has been seen, nothing is allocated.
class FinalStore {
 public:
  explicit FinalStore(std::size_t frame_bytes) : frame_bytes_(frame_bytes) {}

  /// Memory for the frame of `id`, which is larger than every id so far. Valid until dropped.
  std::byte* add(std::int64_t id);
  void drop_before(std::int64_t id);
  /// The frame of `id`, which must be there.
  [[nodiscard]] const std::byte* find(std::int64_t id) const;

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
  std::vector<Entry> ring_;  // size 0 or a power of two; entries head_ … tail_ − 1, by id
  std::size_t head_ = 0, tail_ = 0;
  std::vector<std::size_t> free_;  // slots to reuse
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
};

}  // namespace tengen
