// The subcommands of `tengen`: one file each, one line here, one line in main.cpp.
#pragma once

#include <CLI/CLI.hpp>

namespace tengen {

/// Thrown by a callback that has said all there is to say: the program ends with this code.
struct Exit {
  int code;
};
/// After Ctrl-C, as shells report it.
inline constexpr int kInterrupted = 130;

/// Each adds its subcommand, with its options and its callback, to the program. A callback throws
/// Error or UsageError; main() turns them into one line on stderr and the exit code.
void add_bench_command(CLI::App& program);
void add_check_command(CLI::App& program);
void add_detector_command(CLI::App& program);
void add_eval_command(CLI::App& program);
void add_go_command(CLI::App& program);
void add_gtp_command(CLI::App& program);
void add_list_command(CLI::App& program);
void add_match_command(CLI::App& program);
void add_play_command(CLI::App& program);
void add_plot_command(CLI::App& program);
void add_resume_command(CLI::App& program);
void add_selfplay_command(CLI::App& program);
void add_signature_command(CLI::App& program);
void add_train_command(CLI::App& program);
void add_watch_command(CLI::App& program);

}  // namespace tengen
