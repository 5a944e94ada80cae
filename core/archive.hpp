// Checkpoints are named, typed and checksummed records in one file, which is replaced atomically.
#pragma once

#include "core/check.hpp"
#include "core/system/file.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
/// The bytes are those of the values; what a compiler leaves unused between members is zero.
class ArchiveWriter {
 public:
  void put_bytes(std::string_view name, std::span<const std::byte> bytes);
  void put_string(std::string_view name, std::string_view text);
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(std::string_view name, const T& value) { put_span<T>(name, std::span(&value, 1)); }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put_span(std::string_view name, std::span<const T> values) {
#if __has_builtin(__builtin_clear_padding)
    if constexpr (!std::has_unique_object_representations_v<T> && !std::is_floating_point_v<T>) {
      std::vector<std::byte> bytes(values.size_bytes());
      if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
      for (std::size_t i = 0; i < values.size(); ++i)
        __builtin_clear_padding(reinterpret_cast<T*>(bytes.data()) + i);
      return put_bytes(name, bytes);
    }
#endif
    put_bytes(name, std::as_bytes(values));
  }

  /// Returns the whole archive: a header with magic and version, the records, an XXH3 checksum.
  [[nodiscard]] std::vector<std::byte> bytes() const;
  /// Writes beside `path`, syncs, and renames over it, so that a reader sees the old file or the
  /// new one, whole. Throws Error (full disk, no permission …) and leaves an existing file
  /// untouched.
  void write_file(const std::filesystem::path& path) const;

 private:
  std::map<std::string, std::vector<std::byte>, std::less<>> records_;
};

/// A type of which not every pattern of bytes is a value; `bool valid() const` tells. Every such
/// value that is read from an archive is asked, so that bytes from a file never become one that
/// harms.
template <class T>
concept SelfChecking = requires(const T& value) {
  { value.valid() } -> std::same_as<bool>;
};

/// Reads what ArchiveWriter wrote. Copies are cheap, since they share the bytes. Sizes and values
/// are checked before memory is taken for them, and every Error names the file and the record: a
/// right checksum does not make a file one of ours.
class ArchiveReader {
 public:
  /// Throws Error that names the file where it is missing or truncated, or where magic, version or
  /// checksum are wrong.
  static ArchiveReader read_file(const std::filesystem::path& path);
  /// `origin` names the source in error messages. Throws Error as read_file does.
  static ArchiveReader from_bytes(std::vector<std::byte> bytes, std::string origin);

  [[nodiscard]] bool has(std::string_view name) const;
  /// Returns all names, sorted.
  [[nodiscard]] std::vector<std::string> names() const;
  /// Throws Error that names the record and the file if it is missing.
  [[nodiscard]] std::span<const std::byte> bytes(std::string_view name) const;
  [[nodiscard]] std::string string(std::string_view name) const;
  /// Throws Error if the record is missing, has another size, or holds no value of T.
  template <class T>
  requires std::is_trivially_copyable_v<T>
  [[nodiscard]] T get(std::string_view name) const {
    T value{};
    get_span<T>(name, std::span(&value, 1));
    return value;
  }
  /// As get, for numbers and enumerations, and throws Error unless low ≤ value ≤ high.
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  [[nodiscard]] T get(std::string_view name, T low, T high) const {
    const T value = get<T>(name);
    check(name, value >= low && value <= high);
    return value;
  }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void get_span(std::string_view name, std::span<T> values) const {
    copy_exactly(name, std::as_writable_bytes(values));
    if constexpr (SelfChecking<T>)
      for (const T& value : values) check(name, value.valid());
  }
  /// Returns how many of something there are. Throws Error if that is missing or negative.
  [[nodiscard]] std::int64_t count(std::string_view name) const {
    return get<std::int64_t>(name, 0, std::int64_t{1} << 53);  // sums of a few do not overflow
  }
  /// Returns as many values as the record has. Throws Error if it is missing, if its size is no
  /// multiple of T's, or if something in it is no value of T.
  template <class T>
  requires std::is_trivially_copyable_v<T>
  [[nodiscard]] std::vector<T> vector(std::string_view name) const {
    std::vector<T> values(bytes(name).size() / sizeof(T));
    get_span<T>(name, values);
    return values;
  }
  /// Throws Error, "'FILE': record 'NAME' holds a value that cannot be", unless `good`. This is for
  /// what only the caller knows of a record.
  void check(std::string_view name, bool good) const {
    if (!good) refuse(name);
  }
  [[nodiscard]] const std::string& origin() const { return origin_; }

 private:
  void copy_exactly(std::string_view name, std::span<std::byte> out) const;
  [[noreturn]] void refuse(std::string_view name) const;

  std::string origin_;
  std::shared_ptr<const std::vector<std::byte>> storage_;
  std::map<std::string, std::span<const std::byte>, std::less<>> records_;
};

}  // namespace tengen
