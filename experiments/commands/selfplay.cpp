// tengen selfplay: an engine's games against itself, as SGF, to learn from.
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "core/system/progress.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/go/go_match.hpp"
#include "experiments/go/player_names.hpp"

#include <algorithm>

namespace tengen {
namespace {

struct SelfplayOptions {
  std::string engine = "gnugo", out, rules = "tengen";
  int games = 1000, level = 0, size = 9, opening_moves = 0, opening_spread = 8;
  std::vector<float> komis{7.5F};
  double patience = 120;
  SharedOptions shared;
};

void play(const SelfplayOptions& options) {
  MatchOptions match;
  match.ruleset = named_rules(options.rules, options.komis.front());
  match.komis = options.komis;
  std::string what = options.engine;
  if (options.level > 0) {
    const std::optional<PlayerName> name = parse_player_name(what);
    if (!name || name->kind != PlayerKind::kGnuGo || name->number)
      throw UsageError("--level is for gnugo; write {}:N", what);
    what = fmt::format("{}:{}", name_of(name->kind), options.level);
  }
  const std::chrono::duration<double> patience(options.patience);
  auto side = named_side(what, match.ruleset.rules, patience);
  if (!side && what.find(' ') != std::string::npos)
    side = named_side("engine:" + what, match.ruleset.rules, patience);
  if (!side)
    throw UsageError(
        "unknown engine '{}'; known are gnugo, pachi:N, uct:N, random, or a command "
        "line",
        what);
  match.games = options.games;
  match.rows = match.columns = options.size;
  match.opening_moves = options.opening_moves;
  match.opening_spread = options.opening_spread;
  match.paired = false;
  match.threads = options.shared.thread_budget();
  match.seed = options.shared.seed.value_or(0);
  match.out = options.out;
  match.skip_existing = true;
  const InterruptGuard guard;
  std::optional<ProgressBar> progress;
  if (!options.shared.quiet) progress.emplace("selfplay", options.games, 0, "games");
  std::int64_t moves = 0;
  const MatchResult result =
      play_match(*side, *side, match, [&](const MatchResult& so_far, const MatchGame& game) {
        moves += game.moves;
        if (!game.note.empty() && !options.shared.quiet)
          print_err("game {}: {}, {}\n", game.number, game.result, game.note);
        if (progress) progress->update(so_far.count.games() + so_far.skipped);
      });
  if (progress) progress->finish();
  const auto black = std::ranges::count_if(
      result.games, [](const MatchGame& game) { return game.result.starts_with('B'); });
  print_out("{} games of {} in {}, {} of them there already; {} moves; Black won {} of the new\n",
            result.count.games() + result.skipped, side->name, options.out, result.skipped, moves,
            black);
  stop_if_interrupted();
}

void add_options(CLI::App* command) {
  const auto options = std::make_shared<SelfplayOptions>();
  command
      ->add_option("--engine", options->engine,
                   "gnugo (the default), pachi:N, uct:N, or the command line of a GTP engine")
      ->type_name("ENGINE");
  command->add_option("--level", options->level, "GNU Go's level (10)")
      ->type_name("N")
      ->check(CLI::Range(1, 20));
  command->add_option("--games", options->games, "Games (1000); those there already count")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000'000));
  command->add_option("--out", options->out, "Folder of the games")->type_name("DIR")->required();
  command->add_option("--size", options->size, "Board (9)")
      ->type_name("N")
      ->check(CLI::Range(2, 25));
  command->add_option("--komi", options->komis, "Komi (7.5); of several one is drawn for each game")
      ->type_name("POINTS")
      ->expected(1)
      ->take_all();
  command->add_option("--rules", options->rules, "Rules by name (tengen)")->type_name("NAME");
  command->add_option("--opening-moves", options->opening_moves, "Random first moves at least (0)")
      ->type_name("N")
      ->check(CLI::Range(0, 100));
  command
      ->add_option("--opening-spread", options->opening_spread,
                   "Up to so many more, drawn for each game (8)")
      ->type_name("N")
      ->check(CLI::Range(0, 100));
  command->add_option("--patience", options->patience, "Seconds an engine may take to answer (120)")
      ->type_name("S")
      ->check(CLI::PositiveNumber);
  add_shared(*command, options->shared, {Shared::kSeed, Shared::kThreads, Shared::kQuiet});
  command->footer(
      "Example:\n"
      "  tengen selfplay --engine gnugo --level 1 --games 2000 --out games/gnugo1");
  command->callback([options] { play(*options); });
}

}  // namespace

extern const Command kSelfplay{
    .name = "selfplay",
    .description = "Let an engine play Go against itself, into SGF files",
    .add_options = add_options,
    .networks = true};

}  // namespace tengen
