// Standard output and standard error, which may be full, closed, or gone. Nothing here throws or
// ends the process.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace tengen {

/// A program calls this first of all. From then on a reader that goes away means a failed write
/// instead of a signal, and descriptors 0 to 2 are open, so that no file that is opened later gets
/// their numbers and what is meant for them: input that was closed is at its end, errors go
/// nowhere, and output fails.
void secure_streams();

/// Writes an answer on standard output, at once. A failure is remembered by output_error(), that of
/// `optional` text only if something else is to blame than a reader who is gone.
void write_out(std::string_view text, bool optional = false);
template <class... Args>
void print_out(fmt::format_string<Args...> format, Args&&... args) {
  write_out(fmt::format(format, std::forward<Args>(args)...));
}
/// Returns the errno of the first write to standard output that failed; 0 where none has.
int output_error();

/// Writes a message on standard error, at once. What cannot be written is dropped.
void write_err(std::string_view text);
template <class... Args>
void print_err(fmt::format_string<Args...> format, Args&&... args) {
  write_err(fmt::format(format, std::forward<Args>(args)...));
}
/// Writes a line "tengen: warning: {text}", over a progress bar where one is being drawn.
void write_warning(std::string_view text);
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  write_warning(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace tengen
