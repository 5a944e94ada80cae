// tengen match A B: games between any two players, and the statistics of them.
#include "core/system/file.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "core/system/progress.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/go/game_file.hpp"
#include "experiments/go/go_match.hpp"
#include "experiments/go/player_names.hpp"
#include "experiments/runs/game_match.hpp"
#include "experiments/runs/game_model.hpp"
#include "experiments/runs/games.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace tengen {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using Names = std::array<std::string, 2>;

struct MatchCommandOptions {
  std::vector<std::string> players, engines;
  std::string game = "Go-v0", rules = "tengen", out, openings;
  int games = 200, size = 0, opening_moves = 2, simulations = 0;  // size 0: the openings', or 9
  int rows = 0, columns = 0;  // the board of Go, once the openings are read
  float komi = 7.5F;
  double patience = 120;
  bool sprt = false;
  SprtOptions test;
  SharedOptions shared;
};

// Reads openings, all on one board, which is `size` × `size` if that is not 0.
std::vector<GoRecord> read_openings(const std::string& path, int size) {
  std::vector<GoRecord> out;
  std::vector<fs::path> files{path};
  if (fs::is_directory(path)) files = sgf_files(path, false);
  SgfWarnings warnings;
  for (const fs::path& file : files)
    for (const SgfTree& tree : read_sgf(file, &warnings)) {
      const GoRecord& record = out.emplace_back(go_record(tree, -1, &warnings));
      if (size != 0 && (record.columns != size || record.rows != size))
        throw UsageError("--openings {}: an opening on {}x{}, but --size {}", file.string(),
                         record.columns, record.rows, size);
      if (record.columns != out[0].columns || record.rows != out[0].rows)
        throw UsageError("--openings {}: an opening on {}x{} beside others on {}x{}", file.string(),
                         record.columns, record.rows, out[0].columns, out[0].rows);
    }
  if (out.empty()) throw UsageError("--openings {}: no SGF file there", path);
  for (const GoRecord& record : out)  // for what is against the rules
    GoGame::from_record(record, recorded_rules(record, {}), 0, &warnings);
  print_warnings(warnings);
  return out;
}

fs::path next_folder(std::string name) {
  std::ranges::replace(name, '/', '-');
  const fs::path parent = fs::path("matches") / name;
  for (int n = 1;; ++n)
    if (const fs::path folder = parent / fmt::format("{}", n); !fs::exists(folder)) return folder;
}

MatchSide side(const MatchCommandOptions& options, const std::string& what,
               const MatchOptions& match) {
  const std::chrono::duration<double> patience(options.patience);
  if (auto named = named_side(what, match.ruleset.rules, patience)) return *std::move(named);
  const SearchGoOptions model =
      load_go_model(what, {.simulations = options.simulations,
                           .threads = 1,
                           .device = options.shared.device.empty() ? "cpu" : options.shared.device,
                           .seed = 0});
  search_go_player(model)->check_board(match.rows, match.columns);
  return {model.name, [model] { return search_go_player(model); }};
}

// The two players, with names that differ, for files and tables.
std::array<MatchSide, 2> sides(const MatchCommandOptions& options, const MatchOptions& match) {
  std::vector<std::string> all = options.players;
  for (const std::string& engine : options.engines) all.push_back("engine:" + engine);
  if (all.size() != 2)
    throw UsageError("a match needs two players, not {}: names or --engine \"COMMAND\"",
                     all.size());
  std::array<MatchSide, 2> out{side(options, all[0], match), side(options, all[1], match)};
  if (out[0].name == out[1].name) {
    out[0].name += " (1)";
    out[1].name += " (2)";
  }
  return out;
}

std::string elo_text(double score) {
  const double elo = elo_of_score(score);
  return std::isfinite(elo) ? fmt::format("{:+.0f}", elo) : elo > 0 ? "+inf" : "-inf";
}

ordered_json finite(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

std::string standing(const Names& names, const GameCount& count) {
  const Interval interval = wilson_interval(count.points(), count.games());
  return fmt::format("{} {:g} : {:g} {}  {:.1f} % [{:.1f}, {:.1f}]", names[0], count.points(),
                     static_cast<double>(count.games()) - count.points(), names[1],
                     100 * count.score(), 100 * interval.low, 100 * interval.high);
}

ordered_json summary(const MatchCommandOptions& options, const Names& names,
                     const MatchResult& result) {
  const GameCount& count = result.count;
  const Interval interval = wilson_interval(count.points(), count.games());
  ordered_json out{{"first", names[0]},
                   {"second", names[1]},
                   {"game", options.game},
                   {"games", count.games()},
                   {"wins", count.wins},
                   {"draws", count.draws},
                   {"losses", count.losses},
                   {"forfeits", result.forfeits},
                   {"score", count.score()},
                   {"low", interval.low},
                   {"high", interval.high},
                   {"elo", finite(elo_of_score(count.score()))},
                   {"elo_low", finite(elo_of_score(interval.low))},
                   {"elo_high", finite(elo_of_score(interval.high))}};
  if (is_go(options.game)) {
    if (options.rows == options.columns)
      out["size"] = options.rows;
    else
      out["size"] = fmt::format("{}x{}", options.columns, options.rows);
    out["komi"] = options.komi;
    out["rules"] = options.rules;
  }
  if (options.sprt) {
    const Sprt test = sprt(count, options.test);
    out["sprt"] = {{"elo0", options.test.elo0},
                   {"elo1", options.test.elo1},
                   {"llr", test.llr},
                   {"lower", test.lower},
                   {"upper", test.upper},
                   {"verdict", test.verdict == SprtVerdict::kElo1   ? "elo1"
                               : test.verdict == SprtVerdict::kElo0 ? "elo0"
                                                                    : "undecided"}};
  }
  return out;
}

void print_result(const MatchCommandOptions& options, const Names& names, const MatchResult& result,
                  const fs::path& folder) {
  const ordered_json line = summary(options, names, result);
  const std::string text = line.dump() + "\n";
  if (!folder.empty()) write_file_atomically(folder / "result.json", text);
  if (options.shared.json) {
    print_out("{}", text);
    return;
  }
  const Interval interval = wilson_interval(result.count.points(), result.count.games());
  print_out("{}\n{} wins, {} draws, {} losses of {} games, {} of them forfeited; Elo {} [{}, {}]\n",
            standing(names, result.count), result.count.wins, result.count.draws,
            result.count.losses, result.count.games(), result.forfeits,
            elo_text(result.count.score()), elo_text(interval.low), elo_text(interval.high));
  if (options.sprt) {
    const Sprt test = sprt(result.count, options.test);
    print_out(
        "SPRT of Elo {:g} against {:g}: log-likelihood ratio {:.2f} in ({:.2f}, {:.2f}), {}\n",
        options.test.elo0, options.test.elo1, test.llr, test.lower, test.upper,
        test.verdict == SprtVerdict::kElo1   ? "the second holds"
        : test.verdict == SprtVerdict::kElo0 ? "the first holds"
                                             : "undecided");
  }
  if (!folder.empty()) print_out("Games: {}\n", folder.string());
}

std::optional<SprtOptions> test_of(const MatchCommandOptions& options) {
  if (!options.sprt) return std::nullopt;
  if (options.test.elo0 >= options.test.elo1)
    throw UsageError("--elo0 {:g} must be below --elo1 {:g}", options.test.elo0, options.test.elo1);
  return options.test;
}

void play_go(MatchCommandOptions options) {
  constexpr int kUsualSize = 9;
  MatchOptions match;
  match.ruleset = named_rules(options.rules, options.komi);
  match.sprt = test_of(options);
  match.rows = match.columns = options.size == 0 ? kUsualSize : options.size;
  if (!options.openings.empty()) {
    match.openings = read_openings(options.openings, options.size);
    match.rows = match.openings[0].rows;
    match.columns = match.openings[0].columns;
  }
  options.rows = match.rows;
  options.columns = match.columns;
  const std::array<MatchSide, 2> players = sides(options, match);
  const Names names{players[0].name, players[1].name};
  match.games = options.games;
  match.opening_moves = options.opening_moves;
  match.threads = options.shared.thread_budget();
  match.seed = options.shared.seed.value_or(0);
  match.out = options.out.empty() ? next_folder(names[0] + "-" + names[1]) : fs::path(options.out);
  const InterruptGuard guard;
  std::optional<ProgressBar> progress;
  if (!options.shared.quiet) progress.emplace("match", options.games, 0, "games");
  const MatchResult result = play_match(
      players[0], players[1], match, [&](const MatchResult& so_far, const MatchGame& game) {
        if (!game.note.empty() && !options.shared.quiet)
          print_err("game {}: {}, {}\n", game.number, game.result, game.note);
        if (progress) progress->update(so_far.count.games(), standing(names, so_far.count));
      });
  if (progress) progress->finish();
  print_result(options, names, result, match.out);
  stop_if_interrupted();
}

void play_other(const MatchCommandOptions& options) {
  if (options.players.size() != 2 || !options.engines.empty())
    throw UsageError("a match of {} needs two players of our own: uct:N, rave:N, random or models",
                     options.game);
  const InterruptGuard guard;
  GameMatchOptions match;
  match.game = options.game;
  match.players = {options.players[0], options.players[1]};
  match.games = options.games;
  match.opening_moves = options.opening_moves;
  if (options.simulations > 0) match.simulations = options.simulations;
  match.threads = options.shared.thread_budget();
  match.seed = options.shared.seed.value_or(0);
  if (!options.shared.device.empty()) match.device = options.shared.device;
  match.sprt = test_of(options);
  std::optional<ProgressBar> progress;
  if (!options.shared.quiet) progress.emplace("match", options.games, 0, "games");
  MatchResult result;
  result.count = play_game_match(match, [&](const GameCount& count) {
    if (progress) progress->update(count.games(), standing(match.players, count));
  });
  if (progress) progress->finish();
  print_result(options, match.players, result, {});
  stop_if_interrupted();
}

void play(const MatchCommandOptions& options) {
  if (is_go(options.game))
    play_go(options);
  else
    play_other(options);
}

void add_options(CLI::App* command) {
  const auto options = std::make_shared<MatchCommandOptions>();
  command
      ->add_option("PLAYER", options->players,
                   "A model (file, run, name), uct[:SIMULATIONS], rave[:SIMULATIONS], random, "
                   "gnugo[:LEVEL], pachi[:PLAYOUTS]")
      ->expected(0, 2);
  command->add_option("--engine", options->engines, "Any GTP engine as a player, by its command")
      ->type_name("COMMAND")
      ->expected(1)
      ->take_all();
  command->add_option("--simulations", options->simulations, "A move of networks (400)")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000'000));
  command->add_option("--game", options->game, "The game (Go-v0); others among our own players")
      ->type_name("GAME");
  command->add_option("--games", options->games, "Games; colours alternate (200)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--size", options->size, "Board of Go (that of the openings, or 9)")
      ->type_name("N")
      ->check(CLI::Range(2, 25));
  command->add_option("--komi", options->komi, "Komi (7.5)")->type_name("POINTS");
  command->add_option("--rules", options->rules, "Rules by name (tengen)")->type_name("NAME");
  command
      ->add_option("--opening-moves", options->opening_moves,
                   "Random first moves, the same for two games (2)")
      ->type_name("N")
      ->check(CLI::Range(0, 100));
  command->add_option("--openings", options->openings, "Openings from an SGF file or a folder")
      ->type_name("PATH");
  command->add_option("--out", options->out, "Folder of the games (matches/A-B/N)")
      ->type_name("DIR");
  command->add_option("--patience", options->patience, "Seconds an engine may take to answer (120)")
      ->type_name("S")
      ->check(CLI::PositiveNumber);
  command->add_flag("--sprt", options->sprt, "Stop once Wald's test has decided");
  command->add_option("--elo0", options->test.elo0, "--sprt: not stronger than this (0)");
  command->add_option("--elo1", options->test.elo1, "--sprt: at least as strong as this (50)");
  add_shared(*command, options->shared,
             {Shared::kSeed, Shared::kThreads, Shared::kDevice, Shared::kJson, Shared::kQuiet});
  command->footer(
      "Examples:\n"
      "  tengen match uct:1000 gnugo:10 --games 200\n"
      "  tengen match runs/go9-alphazero/1 gnugo:10 --simulations 800\n"
      "  tengen match uct:2000 --engine \"katago gtp -model m.bin.gz\" --size 13\n"
      "  tengen match uct:200 uct:1000 --game ConnectFour-v0\n"
      "  tengen match uct:1000 uct:2000 --sprt --elo0 0 --elo1 50");
  command->callback([options] { play(*options); });
}

}  // namespace

extern const Command kMatch{.name = "match",
                            .description = "Let two players play each other",
                            .add_options = add_options,
                            .networks = true};

}  // namespace tengen
