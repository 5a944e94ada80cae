#include "envs/arcade/arcade.hpp"
#include "envs/arcade/breakout.hpp"
#include "envs/arcade/freeway.hpp"
#include "envs/arcade/kung_fu.hpp"
#include "envs/arcade/pong.hpp"
#include "envs/arcade/space_invaders.hpp"
#include "envs/board/board_games.hpp"
#include "envs/classic/acrobot.hpp"
#include "envs/classic/cart_pole.hpp"
#include "envs/classic/catch.hpp"
#include "envs/classic/grid_world.hpp"
#include "envs/classic/mountain_car.hpp"
#include "envs/classic/no_velocity.hpp"
#include "envs/classic/pendulum.hpp"
#include "envs/detector/entries.hpp"
#include "envs/registry.hpp"
#include "envs/synthetic/hidden_factors.hpp"
#include "envs/synthetic/t_maze.hpp"

namespace tengen {
namespace {

std::unique_ptr<VectorEnv> make_grid_world(const Config& options, int lanes, WorkerPool& pool) {
  GridWorld prototype;
  prototype.size =
      options.get<int>("size", prototype.size, GridWorld::kSmallest, GridWorld::kLargest);
  if (prototype.size % 2 == 0)
    throw UsageError("GridWorld-v0: size = {} is even; the middle walls need an odd one",
                     prototype.size);
  return std::make_unique<BatchedEnv<GridWorld>>(prototype, lanes, pool);
}

std::unique_ptr<VectorEnv> make_t_maze(const Config& options, int lanes, WorkerPool& pool) {
  TMaze prototype;
  prototype.length =
      options.get<int>("length", prototype.length, TMaze::kShortest, TMaze::kLongest);
  return std::make_unique<BatchedEnv<TMaze>>(prototype, lanes, pool);
}

}  // namespace

EnvRegistry builtin_envs() {
  EnvRegistry registry;
  registry.add(env_entry<CartPole>("Balance a pole on a cart (Gymnasium's dynamics)"));
  registry.add(env_entry<MountainCar>("Swing a car out of a valley (Gymnasium's dynamics)"));
  registry.add(env_entry<Acrobot>("Swing two links up (Gymnasium's dynamics)"));
  registry.add(env_entry<Pendulum>("Swing a pendulum up by torque (Gymnasium's dynamics)"));
  registry.add(env_entry<Catch>("Catch a falling ball, 10 × 5 board (bsuite's rules)"));
  registry.add(
      {"GridWorld-v0", "Four rooms, corner to corner; size = 7 (odd, 5 to 15)", make_grid_world});
  registry.add(env_entry<NoVelocity<CartPole>>("CartPole, of which only positions are seen"));
  registry.add(env_entry<NoVelocity<Pendulum>>("Pendulum, of which only the angle is seen"));
  registry.add(env_entry<HiddenFactors<HiddenFormula::kCopy>>(
      "Five boxes; the first tells which of the last two is good"));
  registry.add(env_entry<HiddenFactors<HiddenFormula::kXor>>(
      "Five boxes; two together tell which is good, and must be remembered"));
  registry.add({"TMaze-v0",
                "A sign at the start says where to turn at the end; length = 10 (2 to 1000)",
                make_t_maze});
  registry.add(arcade::arcade_entry<arcade::Pong>("Pong against the computer, to 21 points"));
  registry.add(
      arcade::arcade_entry<arcade::Breakout>("Breakout, two walls, five balls; FIRE serves"));
  registry.add(
      arcade::arcade_entry<arcade::Freeway>("A chicken across ten lanes, as often as it can"));
  registry.add(arcade::arcade_entry<arcade::SpaceInvaders>(
      "Space Invaders: wave after wave, three cannons"));
  registry.add(arcade::arcade_entry<arcade::KungFu>(
      "Five floors of fighters, each with its master, and again, harder"));
  add_board_games(registry);
  add_detector_design(registry);
  return registry;
}

}  // namespace tengen
