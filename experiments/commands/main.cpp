// `tengen`: one program, one file a subcommand.
#include "core/excerpt.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/runs/manifest.hpp"
#include "experiments/runs/version.hpp"
#include "nets/runtime.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <sstream>

namespace tengen {

// Every subcommand, defined in its own file; in the order of `tengen --help`.
extern const Command kTrain, kResume, kEval, kWatch, kPlay, kGo, kGtp, kMatch, kSelfplay, kPlot,
    kServe, kCheck, kDetector, kList, kSignature, kBench;

namespace {

constexpr const Command* kCommands[] = {
    &kTrain,    &kResume, &kEval,  &kWatch, &kPlay,     &kGo,   &kGtp,       &kMatch,
    &kSelfplay, &kPlot,   &kServe, &kCheck, &kDetector, &kList, &kSignature, &kBench};

constexpr int kFailure = 1, kUsage = 2;

// OpenMP and OpenBLAS read these while they are loaded, before main(): the program starts itself
// again with them set. Threads are ours to split, and a spinning barrier starves them; see
// docs/architecture.md. What the user has set stays.
void settle_thread_environment(int argc, char** argv) {
  const auto runs_networks = [&](const Command* command) {
    return command->networks && std::string_view(argv[1]) == command->name;
  };
  if (argc < 2 || std::ranges::none_of(kCommands, runs_networks)) return;
  constexpr std::pair<const char*, const char*> kWanted[] = {
      {"OMP_NUM_THREADS", "1"}, {"OPENBLAS_NUM_THREADS", "1"}, {"OMP_WAIT_POLICY", "PASSIVE"}};
  bool changed = false;
  for (const auto& [name, value] : kWanted) {
    if (std::getenv(name) != nullptr) continue;
    ::setenv(name, value, 0);
    changed = true;
  }
  if (changed) ::execv("/proc/self/exe", argv);  // returns only on failure: then we go on as we are
}

// The version and what the program runs on.
std::string about() {
  const Bfloat16Report bfloat16 = bfloat16_report();
  return fmt::format("tengen {}\nLibTorch {}, BLAS: {}\nprecision \"auto\": {} ({})",
                     version_text(), torch_version(), blas_name(),
                     bfloat16.fast ? "bfloat16 for convolutions" : "float32", bfloat16.why);
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

// CLI11 quotes in full what it was given, however long.
std::string with_short_words(const std::string& text) {
  std::istringstream words(text);
  std::string out;
  for (std::string word; words >> word;) out += (out.empty() ? "" : " ") + excerpt(word);
  return out;
}

int fail(std::string_view message, int code) {
  print_err("tengen: {}\n", one_line(std::string(message)));
  return code;
}

// CLI11 only says that a word was not expected; people want to know which was meant.
std::string explain(const CLI::App& program, const CLI::ParseError& error) {
  const auto chosen = program.get_subcommands();
  const CLI::App* deepest = &program;  // "tengen detector calo": the last of them
  for (auto below = chosen; !below.empty(); below = deepest->get_subcommands())
    deepest = below.front();
  const CLI::App& parser = *deepest;
  const std::vector<std::string> left = parser.remaining(true);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr || left.empty())
    return with_short_words(error.what());
  const std::string& word = left.front();
  std::vector<std::string> known;
  if (word.starts_with("-")) {
    for (const CLI::Option* option : parser.get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    return unknown_name("option", word, known);
  }
  return fmt::format("unexpected argument '{}'", excerpt(word));
}

void check_command_exists(const CLI::App& program, std::string_view what, std::string_view word) {
  std::vector<std::string> known;
  for (const CLI::App* command : program.get_subcommands(nullptr))
    known.push_back(command->get_name());
  if (std::ranges::count(known, word) == 0) throw UsageError("{}", unknown_name(what, word, known));
}

// Checks the command's name, and that of a command's own command.
void check_commands_exist(const CLI::App& program, int argc, char** argv) {
  if (argv[1][0] == '-') return;
  check_command_exists(program, "command", argv[1]);
  const CLI::App& command = *program.get_subcommand(argv[1]);
  if (argc > 2 && argv[2][0] != '-' && !command.get_subcommands(nullptr).empty())
    check_command_exists(command, fmt::format("{} command", argv[1]), argv[2]);
}

int run(int argc, char** argv) {
  CLI::App program{"Tengen: agents that learn to play, and people who watch them do it.", "tengen"};
  program.set_version_flag("--version", about);
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);
  program.footer(
      "First steps:\n"
      "  tengen watch pong                     see the Pong player that ships\n"
      "  tengen train cartpole-dqn             learn something small\n"
      "  tengen eval oracle --env Pong-v1      the scripted expert's score\n"
      "  tengen COMMAND --help                 options and examples of a command");
  for (const Command* command : kCommands)
    command->add_options(program.add_subcommand(command->name, command->description));
  understand_integers(program);
  if (argc < 2) {
    write_err(program.help());
    return kUsage;
  }
  try {
    check_commands_exist(program, argc, argv);
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
      std::ostringstream text;
      program.exit(error, text, text);
      write_out(text.str());
      return 0;
    }
    return fail(explain(program, error) + " (see 'tengen --help')", kUsage);
  } catch (const Exit& exit) {
    return exit.code;
  } catch (const Interrupted&) {
    return kInterrupted;
  } catch (const UsageError& error) {
    return fail(error.what(), kUsage);
  } catch (const std::bad_alloc&) {
    return fail("there is not enough memory for this", kFailure);
  } catch (const std::exception& error) {  // Error, and what the libraries below throw
    return fail(error.what(), kFailure);
  }
  return 0;
}

// An answer that did not arrive is no success. A reader who had enough of it (head) is told of
// nothing, as by any other program.
int with_output_settled(int code) {
  const int error = output_error();
  if (code != 0 || error == 0) return code;
  if (error == EPIPE) return 128 + SIGPIPE;
  return fail(fmt::format("cannot write to standard output: {}", std::strerror(error)), kFailure);
}

}  // namespace
}  // namespace tengen

int main(int argc, char** argv) {
  tengen::secure_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a file over the size limit is an error like a full disk
  tengen::settle_thread_environment(argc, argv);
  return tengen::with_output_settled(tengen::run(argc, argv));
}
