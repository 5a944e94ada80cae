// A game for one player, and of more than two results: CaloBuild as a search sees it.
#include "agents/design/design_tasks.hpp"
#include "agents/search/sampling.hpp"
#include "envs/detector/calo_game.hpp"
#include "tests/agents/search/games.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <vector>

using namespace tengen;
using namespace tengen::detector;

namespace {

constexpr double kAim = 0.25;

CaloGame empty() { return {read_calo_context({}), kAim}; }

int any(const CaloGame& game, Rng& rng) { return sample_legal(legal_mask(game), rng); }

// Without a network every leaf is worth what a random design from there is.
float planned(int simulations, std::uint64_t seed) {
  SearchOptions options;
  options.simulations = simulations;
  options.playout_weight = 1;
  CaloGame game = empty();
  SearchTree<CaloGame> tree(game, options);
  UniformEvaluator evaluator;
  Rng rng(seed);
  while (!game.finished()) {
    tree.reset(game);
    tree.begin(simulations, RootNoise::kOff, Rng(rng.next64()));
    run(tree, evaluator);
    REQUIRE_FALSE(tree.solved());  // nothing is ever proven
    game.play(tree.choose(rng));
  }
  return game.score();
}

}  // namespace

TEST_CASE("CaloBuild is a game for one player, scored as the environment is") {
  const auto problem = find_design_task("CaloBuild-v0").make_problem({});
  Rng rng(1);
  for (int round = 0; round < 200; ++round) {
    CaloGame game = empty();
    std::vector<int> actions;
    while (!game.finished()) {
      REQUIRE(game.to_move() == 0);
      const CaloGame before = game;
      actions.push_back(any(game, rng));
      game.play(actions.back());
      REQUIRE_FALSE(game == before);
      REQUIRE(game.hash() != before.hash());
    }
    REQUIRE(static_cast<int>(actions.size()) <= CaloGame::spec().max_moves);
    const double reward = problem->analytic(problem->from_actions(actions));
    CHECK(game.score() == Approx(std::tanh(reward - kAim)).margin(1e-5));
  }
}

TEST_CASE("a tree search plans better calorimeters than chance") {
  float blind = 0, searched = 0;
  constexpr int kRounds = 8;
  for (std::uint64_t seed = 0; seed < kRounds; ++seed) {
    CaloGame game = empty();
    Rng rng(seed);
    while (!game.finished()) game.play(any(game, rng));
    blind += game.score() / kRounds;
    searched += planned(32, seed) / kRounds;
  }
  CHECK(searched > blind + 0.1F);
}
