// Other programs: how they are found, started, and spoken to.
#pragma once

#include "core/system/descriptor.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// Where a program lies: `name` itself if there is a '/' in it, else the first that can be run in
/// the folders of PATH or in /usr/games, where Debian puts games that root's PATH lacks. Empty if
/// it is not installed.
std::filesystem::path find_program(std::string_view name);
/// Words of a command line as a shell splits it: white space, '…', "…" and \x; nothing is expanded.
/// Throws UsageError where a quote stays open or there is no word.
std::vector<std::string> split_command(std::string_view line);
/// One word for a POSIX shell, whatever `text` contains.
std::string shell_quoted(std::string_view text);

/// A running program. It leads a process group of its own, so Ctrl-C does not reach it, and gets
/// the signals that this process ignores, blocks or handles as they are by default. When this
/// object goes, everything in that group is killed, and nothing stays a zombie.
class Child {
 public:
  using Clock = std::chrono::steady_clock;

  /// `command` has the program, as find_program takes it, and its arguments; `in`, `out` and `err`
  /// become its standard streams and stay the caller's. Throws Error where it cannot be started.
  Child(const std::vector<std::string>& command, int in, int out, int err);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits for the program's end, then kills what it has left behind in its group. Returns its
  /// status as waitpid() does, every time from then on; empty once `deadline` has passed.
  std::optional<int> wait(Clock::time_point deadline = Clock::time_point::max());

 private:
  pid_t pid_ = -1;  // −1: it has ended
  int status_ = 0;
};

/// A program that is spoken to by lines, both ways, such as an engine. A dead one is an Error of
/// write_line() or read_line(), never a SIGPIPE, and the Error tells its last words. One thread at
/// a time.
class Subprocess {
 public:
  using Clock = Child::Clock;

  /// As Child's; the destructor closes the program's input and grants it half a second.
  explicit Subprocess(const std::vector<std::string>& command);
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  /// Writes the line and '\n'. Throws Error where the program does not take it before `deadline`,
  /// and Interrupted.
  void write_line(std::string_view line, Clock::time_point deadline);
  /// The next line of its output, without its end. Empty once `deadline` has passed. Throws Error
  /// where the output has ended or a line has no end within a MiB, and Interrupted.
  std::optional<std::string> read_line(Clock::time_point deadline);

 private:
  // Waits until something can be read or, where asked, written; false at the deadline.
  bool wait(Clock::time_point deadline, bool writing);
  void drain_errors();
  // "it ended with exit code 1; its last words: …", after it closed its output.
  [[nodiscard]] std::string obituary();

  std::string name_;
  std::string buffer_, errors_;  // what nobody has read yet; the end of what its errors said
  Descriptor in_, out_, err_;    // our ends
  Child child_;                  // last: it ends while there is still someone to talk to
};

/// A program that reads the bytes we write, such as an encoder. Its output goes nowhere, and its
/// errors to our standard error.
class ProgramInput {
 public:
  /// As Child's. The destructor waits for the program's end.
  explicit ProgramInput(const std::vector<std::string>& command);
  ~ProgramInput();
  ProgramInput(const ProgramInput&) = delete;
  ProgramInput& operator=(const ProgramInput&) = delete;

  /// False if the program takes no more.
  [[nodiscard]] bool write(std::string_view bytes);
  /// Ends the input and waits for the program's end; false if it failed.
  [[nodiscard]] bool finish();

 private:
  Descriptor input_;
  Child child_;
};

struct ProgramOutput {
  bool succeeded = false;   ///< it ended by itself and with exit code 0
  std::string out, errors;  ///< all that it wrote to its standard streams
};
/// Runs a program to its end, to which `input` is all there is to read. Throws Error where it
/// cannot be started.
ProgramOutput run_program(const std::vector<std::string>& command, std::string_view input);

}  // namespace tengen
