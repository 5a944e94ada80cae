// Append-only pieces of a replay on disk. A segment's name has the hash of its bytes, so that two
// runs, or two tries at one checkpoint, never take each other's files for their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

constexpr std::string_view kSegmentExtension = ".segment";

/// The times in [begin, end), of all lanes.
struct TimeRange {
  std::int64_t begin = 0, end = 0;
};

/// Compresses pieces, one after the other, and writes them as a file.
class SegmentWriter {
 public:
  explicit SegmentWriter(TimeRange range);
  ~SegmentWriter();
  void add(std::span<const std::byte> piece);
  /// Writes "<directory>/<prefix>-<begin>-<end>-<hash>.segment" atomically and synced, and returns
  /// the file's name. Throws Error if it cannot be written.
  std::string finish(const std::filesystem::path& directory, std::string_view prefix);

 private:
  struct Stream;
  void compress(std::span<const std::byte> piece, bool last);

  TimeRange range_;
  std::unique_ptr<Stream> stream_;
  std::vector<std::byte> bytes_;
};

/// Gives the pieces back in the same order and sizes. Every function throws an Error that names the
/// file if something is wrong with it.
class SegmentReader {
 public:
  /// Reads the whole file and verifies its hash.
  explicit SegmentReader(const std::filesystem::path& path);
  ~SegmentReader();
  [[nodiscard]] TimeRange range() const { return range_; }
  /// Fills `piece` with the next bytes.
  void take(std::span<std::byte> piece);
  /// Throws Error unless everything was taken.
  void finish();

 private:
  struct Stream;
  void decompress(std::span<std::byte>& rest);

  std::filesystem::path path_;
  TimeRange range_;
  std::vector<std::byte> bytes_;
  std::size_t taken_ = 0;
  bool ended_ = false;
  std::unique_ptr<Stream> stream_;
};

/// One compressed block, for a record of an archive.
std::vector<std::byte> compressed(std::span<const std::byte> bytes);
/// Fills `out` exactly. Throws an Error that names `origin` if the block has another size.
void decompress(std::span<const std::byte> block, std::span<std::byte> out,
                const std::string& origin);

}  // namespace tengen
