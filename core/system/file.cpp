#include "core/system/file.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace tengen {
namespace {

Error failure(std::string_view what, const std::filesystem::path& path, int number = errno) {
  return Error("cannot {} '{}': {}", what, path.string(), std::strerror(number));
}

// Makes a rename last. Some file systems cannot sync a directory; nothing is lost to a kill then.
void sync_directory(const std::filesystem::path& directory) {
  const Descriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.is_open()) ::fsync(file);
}

}  // namespace

std::vector<std::byte> read_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) throw failure("open", path);
  std::error_code unknown;  // the size is a hint: pipes and /proc have none
  const auto expected = std::filesystem::file_size(path, unknown);
  std::vector<std::byte> out(unknown ? 0 : usize(expected));
  std::size_t size = 0;
  for (;;) {
    if (size == out.size()) out.resize(size + 4096);
    const ssize_t n = ::read(file, out.data() + size, out.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw failure("read", path);
    if (n == 0) break;
    size += usize(n);
  }
  out.resize(size);
  return out;
}

void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::filesystem::path aside = path;
  aside += ".part";
  const auto fail = [&](std::string_view what, int reason) {
    ::unlink(aside.c_str());
    throw failure(what, path, reason);
  };
  {
    const Descriptor file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.is_open()) throw failure("create", path);
    if (const int reason = write_all(file, bytes)) fail("write", reason);
    if (::fsync(file) != 0) fail("sync", errno);
  }
  if (::rename(aside.c_str(), path.c_str()) != 0) fail("replace", errno);
  sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  write_file_atomically(path, std::as_bytes(std::span(text)));
}

AppendFile::AppendFile(const std::filesystem::path& path)
    : path_(path.string()),
      descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (!descriptor_.is_open()) throw failure("append to", path);
}

AppendFile::~AppendFile() {
  try {
    flush();
  } catch (const Error&) {  // a destructor has nobody to tell
  }
}

void AppendFile::flush() {
  std::span<const std::byte> rest = std::as_bytes(std::span(buffer_));
  const int reason = write_all(descriptor_, rest);
  buffer_.erase(0, buffer_.size() - rest.size());  // a second try goes on where this one stopped
  if (reason != 0) throw failure("append to", path_, reason);
}

void check_writable(const std::filesystem::path& path) {
  const bool existed = std::filesystem::exists(path);
  const bool writable = std::ofstream(path, std::ios::app).good();
  if (!existed && writable) std::filesystem::remove(path);
  if (!writable) throw Error("cannot write {}", path.string());
}

}  // namespace tengen
