// Files are read whole, replaced atomically, or appended to. Every function throws Error with the
// file's name and the system's reason.
#pragma once

#include "core/system/descriptor.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// Returns the whole file. A directory is an Error.
std::vector<std::byte> read_file(const std::filesystem::path& path);

/// Writes `bytes` to `path` by way of a temporary beside it, fsync and rename: whoever reads sees
/// the old file or the new one, whole, even after a power cut. A failure leaves an existing file
/// untouched.
void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

/// Throws Error unless the folder of `path` exists and a file there can be written; an existing
/// file stays as it is.
void check_writable(const std::filesystem::path& path);

/// Appends to a log through a buffer. What was flushed survives the death of the process, though a
/// kill within flush() may leave part of it. The destructor flushes and keeps quiet about failure.
class AppendFile {
 public:
  /// Opens the file, or makes it.
  explicit AppendFile(const std::filesystem::path& path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  void write(std::string_view bytes) { buffer_ += bytes; }
  void flush();

 private:
  std::string path_, buffer_;
  Descriptor descriptor_;
};

}  // namespace tengen
