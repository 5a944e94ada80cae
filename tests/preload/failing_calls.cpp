// Preloaded into a program: makes one call of write, fsync or rename fail, as a disk may.
// TENGEN_FAIL_CALL says which kind, TENGEN_FAIL_NUMBER which of those on files in whose path
// TENGEN_FAIL_PATH occurs.
#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<int> calls = 0;

bool fails(const char* call, const char* path) {
  const char* const wanted = std::getenv("TENGEN_FAIL_CALL");
  const char* const part = std::getenv("TENGEN_FAIL_PATH");
  const char* const number = std::getenv("TENGEN_FAIL_NUMBER");
  if (wanted == nullptr || part == nullptr || number == nullptr) return false;
  if (std::strcmp(wanted, call) != 0 || std::strstr(path, part) == nullptr) return false;
  return ++calls == std::atoi(number);
}

bool fails(const char* call, int descriptor) {
  char link[64], path[PATH_MAX + 1];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
  const ssize_t size = ::readlink(link, path, PATH_MAX);
  if (size < 0) return false;
  path[size] = '\0';
  return fails(call, path);
}

template <class F>
F next(const char* name) {
  return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t count) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  if (!fails("write", descriptor)) return real(descriptor, bytes, count);
  errno = ENOSPC;
  return -1;
}

int fsync(int descriptor) {
  static const auto real = next<int (*)(int)>("fsync");
  if (!fails("fsync", descriptor)) return real(descriptor);
  errno = EIO;
  return -1;
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  if (!fails("rename", from)) return real(from, to);
  errno = EIO;
  return -1;
}

}  // extern "C"
