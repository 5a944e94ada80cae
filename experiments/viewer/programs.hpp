// Other programs that Tengen uses where they are installed: ffmpeg and gnuplot.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tengen {

/// The program's path by PATH; empty if it is not installed.
std::filesystem::path find_program(std::string_view name);
/// One word for a POSIX shell, whatever it contains.
std::string shell_quoted(std::string_view text);
/// Throws Error unless the folder of `path` exists and a file there can be written; an existing
/// file stays as it is.
void check_writable(const std::filesystem::path& path);

}  // namespace tengen
