// tengen play ENV: people play, with the keyboard.
#include "experiments/commands.hpp"
#include "experiments/common.hpp"
#include "experiments/viewer/window.hpp"

namespace tengen {
namespace {

struct PlayOptions {
  std::string env;
  double speed = 1;
  std::int64_t frames = 0;
  SharedOptions shared;
};

void play(const PlayOptions& options) {
  const EnvRegistry registry = make_registry(options.shared.plugins);
  // People see every frame and their keys always count; games without these options ignore them.
  Config config;
  config.set("frame_skip", std::int64_t{1});
  config.set("repeat_action_probability", 0.0);
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

}  // namespace

void add_play_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand("play", "Play a game with the keyboard");
  const auto options = std::make_shared<PlayOptions>();
  command->add_option("ENV", options->env, "A game of 'tengen list envs'")->required();
  command->add_option("--speed", options->speed, "Times the natural speed")
      ->type_name("X")
      ->check(CLI::PositiveNumber);
  command->add_option("--frames", options->frames, "Close after so many steps")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  add_shared(*command, options->shared, {Shared::kSeed, Shared::kPlugins});
  command->footer(
      "Keys: arrows and space play (number keys pick an action), P pauses, R restarts, H shows "
      "all\n"
      "keys, Esc quits. Games without a \"do nothing\" wait for a key.\n"
      "Example:\n"
      "  tengen play Pong-v0");
  command->callback([options] { play(*options); });
}

}  // namespace tengen
