// What a subcommand of `tengen` is.
#pragma once

#include <CLI/CLI.hpp>

namespace tengen {

/// Thrown by a callback that has said all there is to say: the program ends with this code.
struct Exit {
  int code;
};
/// The exit code after Ctrl-C, as shells report it.
inline constexpr int kInterrupted = 130;

/// A subcommand, which a file of its own defines and a line in main.cpp lists.
struct Command {
  const char* name;
  const char* description;  ///< one line of `tengen --help`
  /// Gives the new subcommand its options and its callback. The callback throws Error or
  /// UsageError; main() turns them into one line on stderr and the exit code.
  void (*add_options)(CLI::App* command);
  bool networks = false;  ///< it runs networks, whose libraries want threads settled beforehand
};

}  // namespace tengen
