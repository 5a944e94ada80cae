// Checkpoints: named, typed, checksummed records in one file that is replaced atomically.
#pragma once

#include "core/check.hpp"
#include "core/file.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tengen {

/// Collects records in memory, then writes them in one go. Names are paths: "agent/optimizer/step".
class ArchiveWriter {
 public:
  void put_bytes(std::string_view name, std::span<const std::byte> bytes);
  void put_string(std::string_view name, std::string_view text);
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(std::string_view name, const T& value) {
    put_bytes(name, std::as_bytes(std::span(&value, 1)));
  }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put_span(std::string_view name, std::span<const T> values) {
    put_bytes(name, std::as_bytes(values));
  }

  /// The whole archive as bytes: header with magic and version, records, XXH3 checksum.
  [[nodiscard]] std::vector<std::byte> bytes() const;
  /// Writes beside `path`, syncs, renames over it: a reader sees the old file or the new one,
  /// whole. Throws Error (full disk, no permission …) and leaves an existing file untouched.
  void write_file(const std::filesystem::path& path) const;

 private:
  std::map<std::string, std::vector<std::byte>, std::less<>> records_;
};

/// Reads what ArchiveWriter wrote. A cheap copy: the bytes are shared and immutable.
class ArchiveReader {
 public:
  /// Throws Error: missing, truncated, wrong magic or version, bad checksum; the message names the
  /// file.
  static ArchiveReader read_file(const std::filesystem::path& path);
  /// `origin` names the source in error messages. Throws Error as read_file does.
  static ArchiveReader from_bytes(std::vector<std::byte> bytes, std::string origin);

  [[nodiscard]] bool has(std::string_view name) const;
  /// All names, sorted.
  [[nodiscard]] std::vector<std::string> names() const;
  /// Throws Error naming the record and the file if it is missing.
  [[nodiscard]] std::span<const std::byte> bytes(std::string_view name) const;
  [[nodiscard]] std::string string(std::string_view name) const;
  /// Throws Error if missing or of another size.
  template <class T>
  requires std::is_trivially_copyable_v<T>
  [[nodiscard]] T get(std::string_view name) const {
    T value{};
    get_span<T>(name, std::span(&value, 1));
    return value;
  }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void get_span(std::string_view name, std::span<T> values) const {
    copy_exactly(name, std::as_writable_bytes(values));
  }
  [[nodiscard]] const std::string& origin() const { return origin_; }

 private:
  void copy_exactly(std::string_view name, std::span<std::byte> out) const;

  std::string origin_;
  std::shared_ptr<const std::vector<std::byte>> storage_;
  std::map<std::string, std::span<const std::byte>, std::less<>> records_;
};

}  // namespace tengen
