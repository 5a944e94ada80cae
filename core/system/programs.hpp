// Other programs that Tengen uses where they are installed: ffmpeg and gnuplot.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// The program's path by PATH; empty if it is not installed.
std::filesystem::path find_program(std::string_view name);
/// One word for a POSIX shell, whatever it contains.
std::string shell_quoted(std::string_view text);
/// A string in a gnuplot script that shows `text`, whatever it contains: control characters as
/// spaces, bytes that are no UTF-8 as question marks.
std::string gnuplot_quoted(std::string_view text);

/// A running program that reads what we write. Ctrl-C does not reach it, its output goes nowhere,
/// and its complaints to standard error.
class ProgramInput {
 public:
  /// A program of PATH and its arguments. Throws Error if it cannot start.
  explicit ProgramInput(const std::vector<std::string>& command);
  ~ProgramInput();
  ProgramInput(const ProgramInput&) = delete;
  ProgramInput& operator=(const ProgramInput&) = delete;

  /// False if the program takes no more.
  [[nodiscard]] bool write(std::string_view bytes);
  /// Lets the program end; false if it failed.
  [[nodiscard]] bool finish();

 private:
  int input_ = -1;
  pid_t pid_ = -1;
};

/// Throws Error where gnuplot is not installed.
void require_gnuplot();
/// Lets gnuplot draw by a script that sets a terminal and no output, and puts what it draws in
/// `out`, atomically. Throws Error that names `out`, with gnuplot's last words if it fails.
void run_gnuplot(const std::string& script, const std::filesystem::path& out);

/// Throws Error unless the folder of `path` exists and a file there can be written; an existing
/// file stays as it is.
void check_writable(const std::filesystem::path& path);

}  // namespace tengen
