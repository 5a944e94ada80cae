// Two of the three kinds of error: bugs (TENGEN_CHECK) and bad input (tengen::Error).
// The third, expected absence, is std::optional.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace tengen {

/// Bad input, such as a file, an option or a plug-in. It is thrown at the edge; the message is one
/// line that says what was wrong, where, and what would be right. `tengen` prints it and exits with
/// 1, or with 2 for a UsageError.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  template <class First, class... Rest>
  Error(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest)
      : std::runtime_error(
            fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...)) {}
};

/// The command line itself was wrong (unknown option, id or key, value out of range): exit code 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// Says, within a handler, what was thrown, whatever its type: "cannot open levels.txt",
/// "42 (an int)". Throws Interrupted again, which is no failure.
std::string what_was_thrown();

/// Prints the broken promise and aborts. Called by TENGEN_CHECK only.
[[noreturn]] void check_failed(const char* condition, const char* file, int line,
                               const std::string& message);

}  // namespace tengen

/// A promise between parts of the program. It is always checked; a broken one is a bug and aborts.
#define TENGEN_CHECK(condition, ...) \
  ((condition)                       \
       ? static_cast<void>(0)        \
       : ::tengen::check_failed(#condition, __FILE__, __LINE__, ::fmt::format("" __VA_ARGS__)))
