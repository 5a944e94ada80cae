// Checkpoints: named, typed, checksummed records in one file that is replaced atomically.
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
/// The bytes are those of the values: what a compiler leaves unused between members is zero.
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

  /// The whole archive as bytes: header with magic and version, records, XXH3 checksum.
  [[nodiscard]] std::vector<std::byte> bytes() const;
  /// Writes beside `path`, syncs, renames over it: a reader sees the old file or the new one,
  /// whole. Throws Error (full disk, no permission …) and leaves an existing file untouched.
  void write_file(const std::filesystem::path& path) const;

 private:
  std::map<std::string, std::vector<std::byte>, std::less<>> records_;
};

/// A type of which not every pattern of bytes is a value: `bool valid() const` tells. Whatever is
/// read from an archive is asked, so that bytes from a file never become a value that harms.
template <class T>
concept SelfChecking = requires(const T& value) {
  { value.valid() } -> std::same_as<bool>;
};

/// Reads what ArchiveWriter wrote. A cheap copy: the bytes are shared and immutable. Sizes and
/// values are checked here, before memory is taken for them, and every Error names the file and the
/// record: a right checksum does not make a file one of ours.
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
  /// Throws Error if missing, of another size, or no value of T.
  template <class T>
  requires std::is_trivially_copyable_v<T>
  [[nodiscard]] T get(std::string_view name) const {
    T value{};
    get_span<T>(name, std::span(&value, 1));
    return value;
  }
  /// As get, and throws Error unless low ≤ value ≤ high. Of numbers and of enumerations.
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
  /// How many of something there are. Throws Error if missing or negative.
  [[nodiscard]] std::int64_t count(std::string_view name) const {
    return get<std::int64_t>(name, 0, std::int64_t{1} << 53);  // sums of a few do not overflow
  }
  /// A record of as many values as there are. Throws Error if it is missing, if its size is no
  /// multiple of T's, or if something in it is no value of T.
  template <class T>
  requires std::is_trivially_copyable_v<T>
  [[nodiscard]] std::vector<T> vector(std::string_view name) const {
    std::vector<T> values(bytes(name).size() / sizeof(T));
    get_span<T>(name, values);
    return values;
  }
  /// Throws Error, "'FILE': record 'NAME' holds a value that cannot be", unless `good`: for what
  /// only the caller knows of a record.
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
