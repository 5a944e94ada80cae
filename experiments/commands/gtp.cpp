// tengen gtp: an engine for Sabaki, Lizzie, GoGui, KGS and other programs that speak GTP 2.
#include "core/system/output.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/go/gtp_server.hpp"
#include "experiments/go/line_reader.hpp"
#include "experiments/go/player_names.hpp"
#include "experiments/go/rave_go_player.hpp"
#include "experiments/go/search_go_player.hpp"
#include "experiments/runs/game_model.hpp"
#include "experiments/runs/version.hpp"

#include <unistd.h>

namespace tengen {
namespace {

struct GtpCommandOptions {
  std::string model, player = "uct", rules = "tengen";
  int simulations = 0, size = 0;  // size 0: the model's, else 19
  float komi = 7.5F;
  bool ponder = false;
  double resign_below = 0;
  SharedOptions shared;
};

// Sets the size, too, where the command line does not: the model's, or 19.
std::unique_ptr<GoPlayer> make_player(GtpCommandOptions& options) {
  const std::uint64_t seed = options.shared.seed.value_or(0);
  const int threads = options.shared.threads > 0 ? options.shared.threads : 1;
  const int simulations = options.simulations > 0 ? options.simulations : 2000;
  if (!options.model.empty()) {
    const SearchGoOptions search = load_go_model(
        options.model, {.simulations = options.simulations,
                        .threads = threads,
                        .device = options.shared.device.empty() ? "cpu" : options.shared.device,
                        .seed = seed});
    if (options.size == 0) options.size = search.rows;
    return search_go_player(search);
  }
  if (options.size == 0) options.size = 19;
  const std::optional<PlayerName> player = parse_player_name(options.player);
  if (player && !player->number) {
    if (player->kind == PlayerKind::kRandom) return random_go_player(seed);
    if (player->kind == PlayerKind::kUctRave) return rave_go_player(simulations, seed);
    if (player->kind == PlayerKind::kUct) {
      SearchGoOptions search = uct_go_options(simulations, seed);
      search.how.threads = threads;
      return search_go_player(search);
    }
  }
  throw UsageError("{}", unknown_name("player", options.player, {"uct", "rave", "random"}));
}

void serve(GtpCommandOptions options) {
  const std::unique_ptr<GoPlayer> player = make_player(options);
  GtpOptions gtp;
  gtp.version = version_text();
  gtp.board_size = options.size;
  gtp.ruleset = named_rules(options.rules, options.komi + 0.0F);  // −0 is 0
  gtp.ponder = options.ponder;
  gtp.resign_below = options.resign_below;
  player->check_board(options.size, options.size);
  LineReader input(STDIN_FILENO);
  // Nothing but answers may ever go there.
  const auto write = [](std::string_view text) { write_out(text); };
  GtpServer server(*player, gtp, write, [&] { return input.waiting(); });
  while (const std::optional<std::string> line = input.next()) {
    if (!server.handle(*line) || output_error() != 0) return;
    server.ponder();
  }
}

void add_options(CLI::App* command) {
  const auto options = std::make_shared<GtpCommandOptions>();
  command->add_option("--model", options->model, "A network: file, run, or name")
      ->type_name("MODEL");
  command
      ->add_option("--player", options->player,
                   "Without a network: uct (the default), rave, random")
      ->type_name("NAME");
  command
      ->add_option("--simulations", options->simulations,
                   "Simulations a move (uct, rave: 2000, network: 400)")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000'000));
  command->add_option("--size", options->size, "Board at first (the model's, or 19)")
      ->type_name("N")
      ->check(CLI::Range(2, 25));
  command->add_option("--komi", options->komi, "Komi at first (7.5)")->type_name("POINTS");
  command
      ->add_option("--rules", options->rules,
                   "tengen (positional superko, no suicide), "
                   "tromp-taylor, chinese, aga, new-zealand …")
      ->type_name("NAME");
  command->add_flag("--ponder", options->ponder, "Think in the opponent's time");
  command->add_option("--resign-below", options->resign_below, "Resign below this winrate (never)")
      ->type_name("P")
      ->check(CLI::Range(0.0, 0.5));
  add_shared(*command, options->shared, {Shared::kSeed, Shared::kThreads, Shared::kDevice});
  command->footer(
      "Examples:\n"
      "  tengen gtp --player uct --simulations 5000\n"
      "  tengen gtp --model runs/go9-alphazero/1 --simulations 800 --threads 2 --ponder\n"
      "  gogui -program 'tengen gtp --size 9'");
  command->callback([options] { serve(*options); });
}

}  // namespace

extern const Command kGtp{.name = "gtp",
                          .description = "Play Go as an engine: GTP 2 on stdin, stdout",
                          .add_options = add_options,
                          .networks = true};

}  // namespace tengen
