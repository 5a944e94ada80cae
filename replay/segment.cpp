#include "replay/segment.hpp"

#include "core/check.hpp"
#include "core/system/file.hpp"

#include <xxhash.h>
#include <zstd.h>

#include <cstring>

namespace tengen {
namespace {

constexpr int kLevel = 1;  // consecutive frames are alike, so higher levels gain little

struct Header {
  char magic[8];
  std::uint32_t version, unused;
  std::int64_t begin, end;
};
constexpr Header kHeader{{'T', 'E', 'N', 'G', 'E', 'N', 'R', 'S'}, 1, 0, 0, 0};

std::string hash(std::span<const std::byte> bytes) {
  return fmt::format("{:016x}", XXH3_64bits(bytes.data(), bytes.size()));
}

}  // namespace

struct SegmentWriter::Stream {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  std::vector<std::byte> chunk = std::vector<std::byte>(ZSTD_CStreamOutSize());
  ~Stream() { ZSTD_freeCCtx(context); }
};

SegmentWriter::SegmentWriter(TimeRange range)
    : range_(range), stream_(std::make_unique<Stream>()), bytes_(sizeof(Header)) {
  Header header = kHeader;
  header.begin = range.begin;
  header.end = range.end;
  std::memcpy(bytes_.data(), &header, sizeof(header));
  ZSTD_CCtx_setParameter(stream_->context, ZSTD_c_compressionLevel, kLevel);
}

SegmentWriter::~SegmentWriter() = default;

void SegmentWriter::add(std::span<const std::byte> piece) { compress(piece, false); }

void SegmentWriter::compress(std::span<const std::byte> piece, bool last) {
  ZSTD_inBuffer in{piece.data(), piece.size(), 0};
  std::vector<std::byte>& chunk = stream_->chunk;
  for (bool done = false; !done;) {
    ZSTD_outBuffer out{chunk.data(), chunk.size(), 0};
    const std::size_t left =
        ZSTD_compressStream2(stream_->context, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
    TENGEN_CHECK(ZSTD_isError(left) == 0U, "{}", ZSTD_getErrorName(left));
    bytes_.insert(bytes_.end(), chunk.begin(),
                  chunk.begin() + static_cast<std::ptrdiff_t>(out.pos));
    done = last ? left == 0 : in.pos == in.size;
  }
}

std::string SegmentWriter::finish(const std::filesystem::path& directory, std::string_view prefix) {
  compress({}, true);
  const std::string name = fmt::format("{}-{:012}-{:012}-{}{}", prefix, range_.begin, range_.end,
                                       hash(bytes_), kSegmentExtension);
  write_file_atomically(directory / name, bytes_);
  return name;
}

struct SegmentReader::Stream {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  ~Stream() { ZSTD_freeDCtx(context); }
};

SegmentReader::SegmentReader(const std::filesystem::path& path)
    : path_(path), bytes_(read_file(path)), stream_(std::make_unique<Stream>()) {
  const std::string stem = path.stem().string();
  if (!stem.ends_with(fmt::format("-{}", hash(bytes_))))
    throw Error("'{}' is truncated or damaged (its hash is not the one in its name)",
                path.string());
  Header header{};
  if (bytes_.size() >= sizeof(header)) std::memcpy(&header, bytes_.data(), sizeof(header));
  if (std::memcmp(header.magic, kHeader.magic, sizeof(header.magic)) != 0)
    throw Error("'{}' is not a replay segment", path.string());
  if (header.version != kHeader.version)
    throw Error("'{}' is of segment version {}; this program reads version {}", path.string(),
                header.version, kHeader.version);
  range_ = {header.begin, header.end};
  taken_ = sizeof(header);
}

SegmentReader::~SegmentReader() = default;

void SegmentReader::take(std::span<std::byte> piece) {
  while (!piece.empty() && !ended_) decompress(piece);
  if (!piece.empty()) throw Error("'{}' holds less than this replay needs", path_.string());
}

void SegmentReader::finish() {
  std::byte more{};
  std::span<std::byte> rest(&more, 1);
  while (!ended_ && !rest.empty()) decompress(rest);
  if (rest.empty() || taken_ != bytes_.size())
    throw Error("'{}' holds more than this replay needs", path_.string());
}

// Makes one call of the decompressor and removes the part that it filled from the front of `rest`.
void SegmentReader::decompress(std::span<std::byte>& rest) {
  ZSTD_inBuffer in{bytes_.data(), bytes_.size(), taken_};
  ZSTD_outBuffer out{rest.data(), rest.size(), 0};
  const std::size_t left = ZSTD_decompressStream(stream_->context, &out, &in);
  if (ZSTD_isError(left) != 0U || (in.pos == taken_ && out.pos == 0))
    throw Error("'{}' is damaged: {}", path_.string(),
                ZSTD_isError(left) != 0U ? ZSTD_getErrorName(left) : "it ends too early");
  taken_ = in.pos;
  ended_ = left == 0;
  rest = rest.subspan(out.pos);
}

std::vector<std::byte> compressed(std::span<const std::byte> bytes) {
  std::vector<std::byte> out(ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kLevel);
  TENGEN_CHECK(ZSTD_isError(size) == 0U, "{}", ZSTD_getErrorName(size));
  out.resize(size);
  return out;
}

void decompress(std::span<const std::byte> block, std::span<std::byte> out,
                const std::string& origin) {
  const std::size_t size = ZSTD_decompress(out.data(), out.size(), block.data(), block.size());
  if (size != out.size()) throw Error("'{}': replay of another size, or damaged", origin);
}

}  // namespace tengen
