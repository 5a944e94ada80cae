#include "core/archive.hpp"

#include "core/usize.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace tengen {
namespace {

constexpr std::string_view kMagic = "TENGENAR";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 8 + 4 + 4;  // magic, version, record count
constexpr std::size_t kChecksumBytes = 8;

std::uint64_t checksum(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

// Takes values off the front of a span; empty when too few bytes are left.
struct Cursor {
  std::span<const std::byte> rest;

  std::optional<std::span<const std::byte>> take(std::uint64_t n) {
    if (n > rest.size()) return std::nullopt;
    const auto head = rest.first(usize(n));
    rest = rest.subspan(usize(n));
    return head;
  }
  template <class T>
  std::optional<T> value() {
    const auto bytes = take(sizeof(T));
    if (!bytes) return std::nullopt;
    T out;
    std::memcpy(&out, bytes->data(), sizeof(T));
    return out;
  }
};

}  // namespace

void ArchiveWriter::put_bytes(std::string_view name, std::span<const std::byte> bytes) {
  records_.insert_or_assign(std::string(name), std::vector<std::byte>(bytes.begin(), bytes.end()));
}

void ArchiveWriter::put_string(std::string_view name, std::string_view text) {
  put_bytes(name, std::as_bytes(std::span(text)));
}

std::vector<std::byte> ArchiveWriter::bytes() const {
  std::size_t size = kHeaderBytes + kChecksumBytes;
  for (const auto& [name, bytes] : records_) size += 4 + 8 + name.size() + bytes.size();
  std::vector<std::byte> out(size);
  std::byte* end = out.data();
  const auto append = [&end](const void* from, std::size_t n) {
    if (n > 0) std::memcpy(end, from, n);
    end += n;
  };
  const auto append_value = [&append](auto value) { append(&value, sizeof(value)); };
  append(kMagic.data(), kMagic.size());
  append_value(kVersion);
  append_value(static_cast<std::uint32_t>(records_.size()));
  for (const auto& [name, bytes] : records_) {
    append_value(static_cast<std::uint32_t>(name.size()));
    append_value(static_cast<std::uint64_t>(bytes.size()));
    append(name.data(), name.size());
    append(bytes.data(), bytes.size());
  }
  append_value(checksum(std::span(out).first(size - kChecksumBytes)));
  return out;
}

void ArchiveWriter::write_file(const std::filesystem::path& path) const {
  write_file_atomically(path, bytes());
}

ArchiveReader ArchiveReader::read_file(const std::filesystem::path& path) {
  return from_bytes(tengen::read_file(path), path.string());
}

ArchiveReader ArchiveReader::from_bytes(std::vector<std::byte> bytes, std::string origin) {
  ArchiveReader reader;
  reader.origin_ = std::move(origin);
  reader.storage_ = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  const std::span<const std::byte> all = *reader.storage_;
  const auto damaged = [&] {
    return Error("'{}' is truncated or damaged (its checksum does not match)", reader.origin_);
  };
  const std::string_view start(reinterpret_cast<const char*>(all.data()),
                               std::min(all.size(), kMagic.size()));
  if (!kMagic.starts_with(start))
    throw Error("'{}' is not a Tengen archive (it does not begin with '{}')", reader.origin_,
                kMagic);
  if (all.size() < kHeaderBytes + kChecksumBytes) throw damaged();
  Cursor cursor{all.first(all.size() - kChecksumBytes).subspan(kMagic.size())};
  const auto version = cursor.value<std::uint32_t>();
  if (version != kVersion)
    throw Error("'{}' is of archive version {}; this program reads version {}", reader.origin_,
                *version, kVersion);
  std::uint64_t stored = 0;
  std::memcpy(&stored, all.data() + all.size() - kChecksumBytes, kChecksumBytes);
  if (stored != checksum(all.first(all.size() - kChecksumBytes))) throw damaged();

  const auto count = cursor.value<std::uint32_t>();
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto name_size = cursor.value<std::uint32_t>();
    const auto size = cursor.value<std::uint64_t>();
    if (!name_size || !size) throw damaged();
    const auto name = cursor.take(*name_size);
    const auto record = cursor.take(*size);
    if (!name || !record) throw damaged();
    std::string key(reinterpret_cast<const char*>(name->data()), name->size());
    if (!reader.records_.emplace(std::move(key), *record).second) throw damaged();
  }
  if (!cursor.rest.empty()) throw damaged();
  return reader;
}

bool ArchiveReader::has(std::string_view name) const { return records_.contains(name); }

std::vector<std::string> ArchiveReader::names() const {
  std::vector<std::string> out;
  for (const auto& [name, bytes] : records_) out.push_back(name);
  return out;
}

std::span<const std::byte> ArchiveReader::bytes(std::string_view name) const {
  const auto found = records_.find(name);
  if (found == records_.end()) throw Error("'{}' has no record '{}'", origin_, name);
  return found->second;
}

std::string ArchiveReader::string(std::string_view name) const {
  const auto record = bytes(name);
  return {reinterpret_cast<const char*>(record.data()), record.size()};
}

void ArchiveReader::copy_exactly(std::string_view name, std::span<std::byte> out) const {
  const auto record = bytes(name);
  if (record.size() != out.size())
    throw Error("'{}': record '{}' has {} bytes where {} are expected", origin_, name,
                record.size(), out.size());
  if (!out.empty()) std::memcpy(out.data(), record.data(), out.size());
}

void ArchiveReader::refuse(std::string_view name) const {
  throw Error("'{}': record '{}' holds a value that cannot be: the file is damaged", origin_, name);
}

}  // namespace tengen
