// Other programs that Tengen uses where they are installed: ffmpeg and gnuplot.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

namespace tengen {

/// The program's path by PATH; empty if it is not installed.
std::filesystem::path find_program(std::string_view name);
/// One word for a POSIX shell, whatever it contains.
std::string shell_quoted(std::string_view text);
/// A running program that reads what we write.
class ProgramInput {
 public:
  /// `command` is a shell's. Throws Error if it cannot start.
  explicit ProgramInput(const std::string& command);
  ~ProgramInput();
  ProgramInput(const ProgramInput&) = delete;
  ProgramInput& operator=(const ProgramInput&) = delete;

  /// False if the program takes no more.
  [[nodiscard]] bool write(std::string_view bytes);
  /// Lets the program end; false if it failed.
  [[nodiscard]] bool finish();

 private:
  std::FILE* pipe_;
};

/// Throws Error where gnuplot is not installed.
void require_gnuplot();
/// Lets gnuplot draw `out` by its script. Throws Error that names `out` if it fails.
void run_gnuplot(const std::string& script, const std::filesystem::path& out);

/// Throws Error unless the folder of `path` exists and a file there can be written; an existing
/// file stays as it is.
void check_writable(const std::filesystem::path& path);

}  // namespace tengen
