// What is written for people and programs: standard output and standard error, which may be full,
// closed, or gone. Nothing here throws or ends the process.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace tengen {

/// To be called first of all. A reader that goes away is from then on a failed write instead of a
/// signal, and descriptors 0 to 2 are open, so that no file that is opened later gets their numbers
/// and what is meant for them: input that was closed is at its end, errors go nowhere, and output
/// fails.
void secure_streams();

/// Answers: on standard output, at once. What could not be written is remembered by
/// output_error(), of `optional` text only if something else is to blame than a reader who is gone.
void write_out(std::string_view text, bool optional = false);
template <class... Args>
void print_out(fmt::format_string<Args...> format, Args&&... args) {
  write_out(fmt::format(format, std::forward<Args>(args)...));
}
/// Why the first write to standard output failed that did: an errno; 0 where none has.
int output_error();

/// Messages: on standard error, at once. What cannot be written is dropped.
void write_err(std::string_view text);
template <class... Args>
void print_err(fmt::format_string<Args...> format, Args&&... args) {
  write_err(fmt::format(format, std::forward<Args>(args)...));
}
/// A line "tengen: warning: {text}", over a progress bar where one is being drawn.
void write_warning(std::string_view text);
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  write_warning(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace tengen
