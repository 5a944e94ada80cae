#include "core/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace tengen {

void check_failed(const char* condition, const char* file, int line, const std::string& message) {
  std::fprintf(stderr, "%s:%d: this is a bug in Tengen: %s does not hold. %s\n", file, line,
               condition, message.c_str());
  std::abort();
}

}  // namespace tengen
