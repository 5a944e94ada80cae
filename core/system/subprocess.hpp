// Another program, spoken to by lines.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// Words of a command line as a shell splits it: white space, '…', "…" and \x; nothing is expanded.
/// Throws UsageError where a quote stays open or there is no word.
std::vector<std::string> split_command(std::string_view line);

/// A child process with its standard streams in our hands. It leads a process group of its own, so
/// Ctrl-C is ours to pass on; when this object goes, so does everything in that group, and nothing
/// stays a zombie. A dead child is an Error of write_line() or read_line(), never a SIGPIPE. One
/// thread at a time.
class Subprocess {
 public:
  /// Looks for the program in PATH and in /usr/games. Throws Error where it cannot be started.
  explicit Subprocess(const std::vector<std::string>& command);
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  using Clock = std::chrono::steady_clock;
  /// Writes the line and '\n'. Throws Error where the child does not take it before `deadline`.
  void write_line(std::string_view line, Clock::time_point deadline);
  /// The next line of its output, without its end. Empty once `deadline` has passed. Throws Error
  /// where the output has ended, or where a line has no end within a MiB.
  std::optional<std::string> read_line(Clock::time_point deadline);
  /// Closes its input and waits; true if it ended before `deadline`.
  bool finish(Clock::time_point deadline);

  /// The last lines it wrote to its standard error, up to 2 kB.
  [[nodiscard]] const std::string& complaints() const { return complaints_; }

 private:
  // Waits until something can be read or, where asked, written; false at the deadline.
  bool wait(Clock::time_point deadline, bool writing);
  void drain_complaints();
  // "…; exit code 1; its last words: …", after it closed its output.
  [[nodiscard]] std::string obituary();

  std::string name_, buffer_, complaints_;
  pid_t pid_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;  // our ends; −1: closed
};

}  // namespace tengen
