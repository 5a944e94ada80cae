#include "envs/synthetic/t_maze.hpp"

#include "envs/registry.hpp"
#include "tests/catch.hpp"

#include <vector>

using namespace tengen;

namespace {

std::vector<float> seen(const TMaze& maze) {
  std::vector<float> out(3, 7.0F);
  maze.observe(out);
  return out;
}

}  // namespace

TEST_CASE("TMaze: the way of one who remembers, at every length") {
  Rng rng(2);
  int north = 0;
  for (const int length : {2, 10, 50, 200, 1000})
    for (int episode = 0; episode < 20; ++episode) {
      TMaze maze{.length = length};
      maze.reset(rng);
      north += maze.goal < 0 ? 1 : 0;
      CHECK(seen(maze) ==
            (maze.goal < 0 ? std::vector<float>{0, 1, 1} : std::vector<float>{1, 1, 0}));
      for (int i = 1; i <= length; ++i) {
        const Outcome outcome = maze.step(maze.oracle(), rng);
        CHECK((outcome.reward == 0 && !outcome.terminated));
        CHECK(seen(maze) ==
              (i < length ? std::vector<float>{1, 0, 1} : std::vector<float>{0, 1, 0}));
      }
      const Outcome outcome = maze.step(maze.oracle(), rng);
      CHECK((outcome.reward == 4 && outcome.terminated));
    }
  CHECK((north > 30 && north < 70));
}

TEST_CASE("TMaze: after the first cell nothing shows where the goal is") {
  Rng rng;
  TMaze north{.length = 5, .goal = -1}, south{.length = 5, .goal = 1};
  CHECK(seen(north) != seen(south));
  for (int i = 0; i < 5; ++i) {
    north.step(TMaze::kEast, rng);
    south.step(TMaze::kEast, rng);
    CHECK(seen(north) == seen(south));
  }
}

TEST_CASE("TMaze: walls, the way back and the wrong turn") {
  Rng rng;
  TMaze maze{.length = 3, .goal = 1};
  for (const int wall : {TMaze::kWest, TMaze::kNorth, TMaze::kSouth}) {
    const Outcome outcome = maze.step(wall, rng);
    CHECK((outcome.reward == -0.1F && !outcome.terminated && maze.column == 0));
  }
  maze.step(TMaze::kEast, rng);
  CHECK(maze.step(TMaze::kSouth, rng).reward == -0.1F);
  CHECK(maze.step(TMaze::kWest, rng).reward == 0);
  CHECK(seen(maze) == std::vector<float>{1, 1, 0});  // the sign is still there
  for (int i = 0; i < 3; ++i) maze.step(TMaze::kEast, rng);
  const Outcome bump = maze.step(TMaze::kEast, rng);
  CHECK((bump.reward == -0.1F && !bump.terminated && maze.column == 3));
  const Outcome wrong = maze.step(TMaze::kNorth, rng);
  CHECK((wrong.reward == -0.1F && wrong.terminated));
}

TEST_CASE("TMaze: the length is an option and sets the time limit") {
  WorkerPool pool(1);
  const EnvRegistry registry = builtin_envs();
  const auto limit = [&](const char* options) {
    return registry.make("TMaze-v0", Config::from_string(options), 1, pool)
        ->spec()
        .max_episode_steps;
  };
  CHECK(limit("") == 100);
  CHECK(limit("length = 200") == 2000);
  CHECK_THROWS_AS(limit("length = 1"), UsageError);
  CHECK_THROWS_AS(limit("length = 1001"), UsageError);
}
