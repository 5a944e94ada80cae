// ReplayBuffer's save and load. Frames and steps never change once written, so they go to segments
// that successive checkpoints share; priorities and cursors do change, and go to the archive.
#include "replay/replay_buffer.hpp"
#include "replay/segment.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <sstream>

namespace tengen {
namespace {

// This bounds the memory that saving and loading take, and how much an overwritten byte can keep on
// disk.
constexpr std::size_t kSegmentBytes = std::size_t{64} << 20;
// This is added to a segment's number of final frames if their masks follow. Segments that were
// written before masks were kept have none: every action counts as legal there, as it did then.
constexpr std::int64_t kWithMasks = std::int64_t{1} << 62;

std::string file_prefix(std::string name) {
  std::replace(name.begin(), name.end(), '/', '-');
  return name;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (!line.empty()) out.push_back(line);
  return out;
}

}  // namespace

std::vector<std::pair<std::string_view, double>> ReplayBuffer::geometry() const {
  return {{"capacity", static_cast<double>(capacity())},
          {"lanes", lanes_},
          {"stack", stack_},
          {"n_steps", n_steps_},
          {"gamma", gamma_},
          {"prioritised", priorities_ ? 1 : 0},
          {"alpha", alpha_},
          {"frame_bytes", static_cast<double>(frame_bytes_)},
          {"actions", actions_},
          {"action_dimensions", dimensions_},
          {"masked", masked_ ? 1 : 0}};
}

// Calls f(writable bytes) for everything that is stored of times [begin, end), always in the same
// order. It goes lane by lane, because a frame compresses best after its predecessor.
template <class F>
void ReplayBuffer::for_each_piece(TimeRange range, F&& f) {
  const auto d = static_cast<std::size_t>(dimensions_);
  for (std::int64_t time = range.begin; time < range.end;) {
    const std::size_t at = position(time);
    const auto n =
        static_cast<std::size_t>(std::min(range.end - time, ring_ - static_cast<std::int64_t>(at)));
    for (int lane = 0; lane < lanes_; ++lane) {
      const std::size_t first = row(lane, at);
      f(std::span(frames_.data() + first * frame_bytes_, n * frame_bytes_));
      f(std::as_writable_bytes(std::span(steps_).subspan(first, n)));
      if (d > 0) f(std::as_writable_bytes(std::span(box_actions_).subspan(first * d, n * d)));
    }
    const std::size_t m = legal_.size() / static_cast<std::size_t>(ring_);
    if (m > 0) f(std::as_writable_bytes(std::span(legal_).subspan(at * m, n * m)));
    time += static_cast<std::int64_t>(n);
  }
}

void ReplayBuffer::save(ArchiveWriter& writer, const std::string& name,
                        const std::filesystem::path& directory) {
  const auto lost = [&](const Segment& segment) {
    std::error_code error;
    return !std::filesystem::exists(directory / segment.file, error);
  };
  const auto gone = [&](const Segment& segment) { return segment.range.end <= oldest_time(); };
  std::erase_if(segments_, gone);
  std::erase_if(unwritten_, gone);
  // In another directory, or in one that was cleaned, everything has to be written.
  if (directory != directory_ || std::any_of(segments_.begin(), segments_.end(), lost))
    segments_.clear(), unwritten_.clear();
  directory_ = directory;
  // A save that fails divides the times like one that does not. So the next save has the same
  // segments, and the same bytes, as in a run whose disk was never full.
  const auto longest = static_cast<std::int64_t>(
      std::max<std::size_t>(1, kSegmentBytes / (frame_bytes_ * slot_reward_.size())));
  const auto& last = unwritten_.empty() ? segments_ : unwritten_;
  std::int64_t planned = last.empty() ? oldest_time() : last.back().range.end;
  for (; planned < now_; planned = unwritten_.back().range.end)
    unwritten_.push_back({"", {planned, std::min(now_, planned + longest)}});
  while (!unwritten_.empty()) {
    const auto [begin, end] = unwritten_.front().range;
    save_segment({segments_.empty() ? std::max(begin, oldest_time()) : begin, end}, name);
    unwritten_.erase(unwritten_.begin());
  }

  std::string list;
  for (const Segment& segment : segments_) list += segment.file + "\n";
  writer.put_string(name + "/segments", list);
  for (const auto& [key, value] : geometry()) writer.put(fmt::format("{}/{}", name, key), value);
  writer.put(name + "/now", now_);
  if (now_ >= 0) {
    // The newest frame's step is still to come, so it belongs to the next segment.
    std::vector<std::byte> newest;
    for_each_piece({now_, now_ + 1}, [&](std::span<std::byte> piece) {
      newest.insert(newest.end(), piece.begin(), piece.end());
    });
    writer.put_bytes(name + "/newest", compressed(newest));
  }
  if (priorities_) priorities_->save(writer, name);
}

void ReplayBuffer::save_segment(TimeRange range, const std::string& name) {
  SegmentWriter segment(range);
  for_each_piece(range, [&](std::span<std::byte> piece) { segment.add(piece); });
  const std::int64_t begin = range.begin * lanes_, end = range.end * lanes_;
  const std::int64_t finals = finals_.count(begin, end) + (masked_ ? kWithMasks : 0);
  segment.add(std::as_bytes(std::span(&finals, 1)));
  finals_.for_each(begin, end, [&](std::int64_t id, const std::byte* frame) {
    segment.add(std::as_bytes(std::span(&id, 1)));
    segment.add({frame, frame_bytes_ + mask_bytes()});
  });
  segments_.push_back({segment.finish(directory_, file_prefix(name)), range});
}

void ReplayBuffer::load(const ArchiveReader& reader, const std::string& name,
                        const std::filesystem::path& directory) {
  for (const auto& [key, value] : geometry()) {
    const auto saved = reader.get<double>(fmt::format("{}/{}", name, key));
    if (saved != value)
      throw Error("'{}': the replay was saved with {} = {}, here it is {}", reader.origin(), key,
                  saved, value);
  }
  now_ = reader.get<std::int64_t>(name + "/now", -1, std::int64_t{1} << 53);
  directory_ = directory;
  segments_.clear();
  unwritten_.clear();
  finals_.drop_before(std::numeric_limits<std::int64_t>::max());
  std::fill(newest_.begin(), newest_.end(), zero_frame_.data());
  for (const std::string& file : lines(reader.string(name + "/segments"))) {
    reader.check(name + "/segments", file.starts_with(file_prefix(name)) &&
                                         file.ends_with(kSegmentExtension) &&
                                         file.find('/') == std::string::npos);
    load_segment(file);
  }
  const bool complete = segments_.empty() ? now_ <= 0
                                          : segments_.front().range.begin <= oldest_time() &&
                                                segments_.back().range.end == now_;
  if (!complete)
    throw Error("'{}': its replay segments do not cover times {} to {}", reader.origin(),
                oldest_time(), now_);
  finals_.drop_before(oldest_time() * lanes_);
  if (now_ >= 0) load_newest(reader, name);
  if (!makes_sense())
    throw Error("'{}': its replay segments hold steps that no environment makes", reader.origin());
  if (now_ >= 0) refresh_newest();
  if (priorities_) priorities_->load(reader, name, first_id(), last_id());
}

void ReplayBuffer::load_newest(const ArchiveReader& reader, const std::string& name) {
  std::size_t bytes = 0;
  for_each_piece({now_, now_ + 1}, [&](std::span<std::byte> piece) { bytes += piece.size(); });
  std::vector<std::byte> newest(bytes);
  decompress(reader.bytes(name + "/newest"), newest, reader.origin());
  auto from = newest.begin();
  for_each_piece({now_, now_ + 1}, [&](std::span<std::byte> piece) {
    std::copy_n(from, piece.size(), piece.begin());
    from += static_cast<std::ptrdiff_t>(piece.size());
  });
}

// Whether what was loaded can be sampled: all actions exist, something is legal at every time, and
// there is a final observation for every episode that ended and for nothing else.
bool ReplayBuffer::makes_sense() const {
  const std::int64_t oldest = oldest_time();
  std::int64_t ends = 0;
  bool good = true;
  for (std::int64_t time = oldest; time <= now_ && good; ++time) {
    for (int lane = 0; lane < lanes_; ++lane) {
      const std::span<const std::uint8_t> mask = legal(lane, time);
      good = good && (mask.empty() || std::ranges::count(mask, 0) < std::ssize(mask));
      if (time == now_) continue;
      const Step& step = steps_[row(lane, position(time))];
      const bool known = dimensions_ > 0 || step.action < static_cast<std::uint32_t>(actions_);
      good = good && known && step.end <= static_cast<std::uint32_t>(End::kTruncated);
      if (step.end == 0) continue;
      const std::int64_t id = time * lanes_ + lane;
      good = good && finals_.count(id, id + 1) == 1;
      ++ends;
    }
  }
  return good && finals_.count(oldest * lanes_, std::numeric_limits<std::int64_t>::max()) == ends;
}

// Segments come in the order of time. The first may begin before the oldest time in the ring; later
// steps then overwrite its stale part.
void ReplayBuffer::load_segment(const std::string& file) {
  SegmentReader segment(directory_ / file);
  const TimeRange range = segment.range();
  if (range.begin < 0 || range.end <= range.begin || range.end - range.begin > ring_ ||
      range.end > now_ || (!segments_.empty() && segments_.back().range.end != range.begin))
    throw Error("'{}' does not follow on the segment before it", (directory_ / file).string());
  for_each_piece(range, [&](std::span<std::byte> piece) { segment.take(piece); });
  std::int64_t finals = 0;
  segment.take(std::as_writable_bytes(std::span(&finals, 1)));
  const std::size_t mask = masked_ && (finals & kWithMasks) != 0 ? mask_bytes() : 0;
  const auto refuse = [&] {
    throw Error("'{}' holds an impossible end of an episode", (directory_ / file).string());
  };
  finals &= ~kWithMasks;
  for (std::int64_t before = range.begin * lanes_ - 1; finals > 0; --finals) {
    std::int64_t id = 0;
    segment.take(std::as_writable_bytes(std::span(&id, 1)));
    if (id <= before || id >= range.end * lanes_) refuse();
    before = id;
    std::byte* last = finals_.add(id);
    segment.take({last, frame_bytes_ + mask});
    const std::span legal(last + frame_bytes_, mask);
    if (mask > 0 && std::ranges::count(legal, std::byte{0}) == std::ssize(legal)) refuse();
    std::fill_n(last + frame_bytes_ + mask, mask_bytes() - mask, std::byte{1});
  }
  segment.finish();
  segments_.push_back({file, range});
}

void ReplayBuffer::remove_unreferenced_segments(const std::filesystem::path& directory,
                                                std::span<const std::string> kept) {
  std::set<std::string> names;
  for (const std::string& list : kept)
    for (std::string& name : lines(list)) names.insert(std::move(name));
  const auto is_segment = [](const std::string& name) {
    return name.ends_with(kSegmentExtension) ||
           name.ends_with(std::string(kSegmentExtension) + ".part");
  };
  std::error_code error;
  std::vector<std::filesystem::path> doomed;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (is_segment(name) && !names.contains(name)) doomed.push_back(entry.path());
  }
  for (const auto& path : doomed) std::filesystem::remove(path, error);
}

}  // namespace tengen
