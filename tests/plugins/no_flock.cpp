// In front of the C library: a file system that has no locks, as Lustre and some of NFS.
#include <cerrno>

extern "C" int flock(int, int) {
  errno = ENOTSUP;
  return -1;
}
