#include "core/system/file.hpp"

#include "core/check.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tengen {
namespace {

// Closes on every way out.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

// False, with errno set, if not everything could be written; `bytes` is then what is left.
bool write_all(int descriptor, std::span<const std::byte>& bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

Error failure(std::string_view what, const std::filesystem::path& path, int number = errno) {
  return Error("cannot {} '{}': {}", what, path.string(), std::strerror(number));
}

// Makes a rename last. Some file systems cannot sync a directory; nothing is lost to a kill then.
void sync_directory(const std::filesystem::path& directory) {
  const Descriptor file{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (file.number >= 0) ::fsync(file.number);
}

}  // namespace

std::vector<std::byte> read_file(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) throw failure("open", path);
  std::error_code unknown;  // the size is a hint: pipes and /proc have none
  const auto expected = std::filesystem::file_size(path, unknown);
  std::vector<std::byte> out(unknown ? 0 : static_cast<std::size_t>(expected));
  std::size_t size = 0;
  for (;;) {
    if (size == out.size()) out.resize(size + 4096);
    const ssize_t n = ::read(file.number, out.data() + size, out.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw failure("read", path);
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  out.resize(size);
  return out;
}

void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::filesystem::path aside = path;
  aside += ".part";
  const auto fail = [&](std::string_view what) {
    const int reason = errno;
    ::unlink(aside.c_str());
    throw failure(what, path, reason);
  };
  {
    const Descriptor file{::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (file.number < 0) throw failure("create", path);
    if (!write_all(file.number, bytes)) fail("write");
    if (::fsync(file.number) != 0) fail("sync");
  }
  if (::rename(aside.c_str(), path.c_str()) != 0) fail("replace");
  sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  write_file_atomically(path, std::as_bytes(std::span(text)));
}

AppendFile::AppendFile(const std::filesystem::path& path)
    : path_(path.string()),
      descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) throw failure("append to", path);
}

AppendFile::~AppendFile() {
  try {
    flush();
  } catch (const Error&) {  // a destructor has nobody to tell
  }
  ::close(descriptor_);
}

void AppendFile::flush() {
  std::span<const std::byte> rest = std::as_bytes(std::span(buffer_));
  const bool done = write_all(descriptor_, rest);
  const int reason = errno;
  buffer_.erase(0, buffer_.size() - rest.size());  // a second try goes on where this one stopped
  if (!done) throw failure("append to", path_, reason);
}

}  // namespace tengen
