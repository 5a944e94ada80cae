#include "experiments/commands/options.hpp"

#include "core/check.hpp"
#include "core/config.hpp"
#include "core/system/machine.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tengen {

int SharedOptions::thread_budget() const { return threads > 0 ? threads : usable_cores(); }

void add_shared(CLI::App& command, SharedOptions& options, std::initializer_list<Shared> wanted) {
  for (const Shared option : wanted) {
    switch (option) {
      case Shared::kJson:
        command.add_flag("--json", options.json, "Figures as JSON lines on stdout");
        break;
      case Shared::kQuiet:
        command.add_flag("--quiet", options.quiet, "No progress on stderr");
        break;
      case Shared::kPlugins:
        command.add_option("--plugin", options.plugins, "Library with more environments")
            ->type_name("LIB")
            ->expected(1)
            ->take_all();
        break;
      case Shared::kThreads:
        command.add_option("--threads", options.threads, "Threads to use; 0: every core")
            ->type_name("N")
            ->check(CLI::Range(0, 1024));
        break;
      case Shared::kSeed:
        command.add_option("--seed", options.seed, "Seed of every random stream")->type_name("N");
        break;
      case Shared::kDevice:
        command.add_option("--device", options.device, "Where the networks run: cpu or cuda")
            ->type_name("NAME");
        break;
    }
  }
}

namespace {

// CLI11 turns a number that is too large into the largest one there is.
template <class T>
bool fits_in(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

void understand_integers(CLI::App& program) {
  for (CLI::Option* option : program.get_options()) {
    const std::string type = option->get_type_name();
    const std::string_view own = std::string_view(type).substr(0, type.find(':'));
    if (own == "N" || own.starts_with("INT") || own.starts_with("UINT"))
      option->transform(CLI::Validator(
          [seed = option->check_name("--seed")](std::string& text) -> std::string {
            const std::string plain = plain_integer(text);
            const bool fits = seed ? fits_in<std::uint64_t>(plain) : fits_in<std::int64_t>(plain);
            const std::string given = std::exchange(text, plain);
            return fits ? "" : fmt::format("{} is no integer of 64 bits", given);
          },
          ""));
  }
  for (CLI::App* command : program.get_subcommands(nullptr)) understand_integers(*command);
}

}  // namespace tengen
