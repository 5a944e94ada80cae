#include "replay/final_store.hpp"

#include "core/check.hpp"

#include <algorithm>

namespace tengen {

std::byte* FinalStore::add(std::int64_t id) {
  TENGEN_CHECK(head_ == tail_ || entry(tail_ - 1).id < id);
  if (tail_ - head_ == ring_.size()) grow_ring();
  if (free_.empty()) grow_slots();
  const std::size_t slot = free_.back();
  free_.pop_back();
  ring_[tail_++ & (ring_.size() - 1)] = {id, slot};
  return frame(slot);
}

void FinalStore::drop_before(std::int64_t id) {
  for (; head_ < tail_ && entry(head_).id < id; ++head_) free_.push_back(entry(head_).slot);
}

const std::byte* FinalStore::find(std::int64_t id) const {
  const std::size_t i = lower_bound(id);
  TENGEN_CHECK(i < tail_ && entry(i).id == id);
  return frame(entry(i).slot);
}

std::int64_t FinalStore::count(std::int64_t begin, std::int64_t end) const {
  return static_cast<std::int64_t>(lower_bound(end) - lower_bound(begin));
}

std::size_t FinalStore::memory_bytes() const {
  return chunks_.size() * kSlotsPerChunk * (frame_bytes_ + sizeof(std::size_t)) +
         ring_.size() * sizeof(Entry);
}

std::size_t FinalStore::lower_bound(std::int64_t id) const {
  std::size_t low = head_, high = tail_;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (entry(middle).id < id)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

void FinalStore::grow_ring() {
  std::vector<Entry> larger(std::max<std::size_t>(kSlotsPerChunk, 2 * ring_.size()));
  for (std::size_t i = head_; i < tail_; ++i) larger[i & (larger.size() - 1)] = entry(i);
  ring_ = std::move(larger);
}

void FinalStore::grow_slots() {
  const std::size_t first = chunks_.size() * kSlotsPerChunk;
  chunks_.push_back(std::make_unique<std::byte[]>(kSlotsPerChunk * frame_bytes_));
  free_.reserve(first + kSlotsPerChunk);  // so that drop_before() never allocates
  for (std::size_t i = kSlotsPerChunk; i-- > 0;) free_.push_back(first + i);
}

}  // namespace tengen
