// tengen play ENV: people play, with the keyboard; Go with the mouse.
#include "experiments/commands/commands.hpp"
#include "experiments/commands/go.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/runs/environments.hpp"
#include "experiments/runs/games.hpp"
#include "experiments/viewer/window.hpp"

namespace tengen {
namespace {

struct PlayOptions {
  std::string env;
  double speed = 1;
  std::int64_t frames = 0;
  std::string against, colour = "black";  // these and the next are for Go
  int size = 9, simulations = 0;
  float komi = 7.5F;
  SharedOptions shared;
};

void play_go(const PlayOptions& options) {
  GoBoardOptions board;
  (options.colour == "black" ? board.white : board.black) = options.against;
  board.analyse = options.against;
  board.size = options.size;
  board.komi = options.komi;
  board.simulations = options.simulations;
  board.shared = options.shared;
  open_go_board(board);
}

void play(const PlayOptions& options) {
  if (is_go(options.env)) return play_go(options);
  const EnvRegistry registry = make_registry(options.shared.plugins);
  // People see every frame, their keys always count, and they serve themselves; games without these
  // options ignore them. A server refuses options that it does not know, so it gets none.
  Config config;
  if (!registry.find(options.env).elsewhere) {
    config.set("frame_skip", std::int64_t{1});
    config.set("repeat_action_probability", 0.0);
    config.set("fire_reset", false);
  }
  WorkerPool pool(1);
  const std::unique_ptr<VectorEnv> env = registry.make(options.env, config, 1, pool);
  if (Canvas picture; !env->draw(0, picture) && !is_picture(env->spec().observation.shape))
    throw Error("{} draws nothing that people could play by", options.env);
  if (!can_open_window())
    throw Error("playing needs a display; 'tengen watch' can record a file without one");
  Session session(*env, nullptr, "you", options.shared.seed.value_or(0));
  WindowOptions window;
  window.human = true;
  window.speed = options.speed;
  window.steps = options.frames;
  run_window(session, window);
}

void add_options(CLI::App* command) {
  const auto options = std::make_shared<PlayOptions>();
  command->add_option("ENV", options->env, "A game of 'tengen list envs'")->required();
  command->add_option("--speed", options->speed, "Times the natural speed")
      ->type_name("X")
      ->check(CLI::PositiveNumber);
  command->add_option("--frames", options->frames, "Close after so many steps")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  options->against = "uct:2000";
  command->add_option("--against", options->against, "Go-v0: the opponent (uct:2000)")
      ->type_name("PLAYER");
  command->add_option("--colour", options->colour, "Go-v0: yours, black or white (black)")
      ->type_name("COLOUR")
      ->check(CLI::IsMember({"black", "white"}));
  command->add_option("--size", options->size, "Go-v0: the board (9)")
      ->type_name("N")
      ->check(CLI::Range(2, 25));
  command->add_option("--komi", options->komi, "Go-v0: komi (7.5)")->type_name("POINTS");
  command->add_option("--simulations", options->simulations, "Go-v0: of the opponent, a move")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000'000));
  add_shared(*command, options->shared, {Shared::kSeed, Shared::kPlugins});
  command->footer(
      "Keys: arrows and space play (number keys pick an action), P pauses, R restarts, H shows "
      "all\n"
      "keys, Esc quits. Games without a \"do nothing\" wait for a key.\n"
      "Go: a click plays; 'tengen go --help' tells who can be played against.\n"
      "Examples:\n"
      "  tengen play Pong-v1\n"
      "  tengen play Go-v0 --size 9 --against uct:5000 --colour white");
  command->callback([options] { play(*options); });
}

}  // namespace

extern const Command kPlay{.name = "play",
                           .description = "Play a game with the keyboard, Go with the mouse",
                           .add_options = add_options};

}  // namespace tengen
