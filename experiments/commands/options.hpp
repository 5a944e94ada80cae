// Options that subcommands share.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace tengen {

/// Options that mean the same in every subcommand that has them.
struct SharedOptions {
  bool json = false;                           ///< --json: results as JSON lines on stdout
  bool quiet = false;                          ///< --quiet: no progress on stderr
  std::vector<std::filesystem::path> plugins;  ///< --plugin LIB, repeatable
  int threads = 0;                             ///< --threads N; 0 = every core
  std::optional<std::uint64_t> seed;           ///< --seed N
  std::string device;                          ///< --device cpu|cuda; empty: as the recipe says

  /// The thread budget: `threads`, or the number of cores this process may use (usable_cores).
  [[nodiscard]] int thread_budget() const;
};

enum class Shared { kJson, kQuiet, kPlugins, kThreads, kSeed, kDevice };

/// Adds the named options to a subcommand. `options` must outlive parsing: let a shared_ptr that
/// the callback owns keep it.
void add_shared(CLI::App& command, SharedOptions& options, std::initializer_list<Shared> wanted);

/// Lets all options of all commands that take an integer take it as 1e6 or 1_000_000, too.
void understand_integers(CLI::App& program);

}  // namespace tengen
