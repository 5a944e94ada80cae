// The list of board games.
#include "envs/board/board_games.hpp"

#include "envs/registry.hpp"
#include "tests/catch.hpp"

using namespace tengen;

namespace {

int capacity_for(int side) {
  return with_go_size(side, []<int kMaxSize>() { return kMaxSize; });
}

}  // namespace

TEST_CASE("board games: a row's id is that of its game and of its environment") {
  const EnvRegistry registry = builtin_envs();
  WorkerPool pool(1);
  int rows = 0;
  for_each_board_game([&](const auto& row) {
    CAPTURE(row.id);
    ++rows;
    const GameSpec game = row.start(Config(), [](const auto& start) { return start.spec(); });
    CHECK(game.name == row.id);
    CHECK(registry.find(row.id).description == row.environment);
    const auto env = registry.make(row.id, Config(), 1, pool);
    CHECK(env->spec().observation.shape == Shape{game.planes + 1, game.rows, game.columns});
    CHECK(std::get<Discrete>(env->spec().action).n == game.actions);
  });
  CHECK(rows == 5);
}

TEST_CASE("board games: a game and its environment read the same options") {
  const Config options =
      Config::from_string("size = 5\nko = \"simple\"\nsuicide = true\nkomi = 0.5\nmax_moves = 7");
  kGoStart(options, [](const auto& start) {
    CHECK(start.rows() == 5);
    CHECK(start.rules() == GoRules{KoRule::kSimple, true, 0.5F, 7});
  });
  options.check_all_read();
  WorkerPool pool(1);
  const Config same = Config::from_string(options.to_toml());
  CHECK(builtin_envs().make("Go-v0", same, 1, pool)->spec().observation.shape == Shape{13, 5, 5});
  same.check_all_read();
}

TEST_CASE("Go: the smallest capacity that fits is chosen") {
  CHECK(capacity_for(1) == 9);
  CHECK(capacity_for(9) == 9);
  CHECK(capacity_for(10) == 13);
  CHECK(capacity_for(14) == 19);
  CHECK(capacity_for(20) == kLargestGoSide);
  CHECK(capacity_for(kLargestGoSide) == kLargestGoSide);
}
