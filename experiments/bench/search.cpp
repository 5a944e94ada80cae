// Searches on 9 × 9 Go, from the empty board.
#include "experiments/bench/bench.hpp"

#include "agents/search/tree.hpp"
#include "agents/search/uct.hpp"
#include "core/rng.hpp"
#include "envs/board/go.hpp"

namespace tengen {
namespace {

using Game = Go<9>;

void bench_uct(const BenchOptions& options) {
  constexpr int kPlayouts = 10'000;  // per move
  UctSearch<Game> search;
  Rng rng(1);
  bench(options, "UCT, 9x9 Go, 10k playouts a move", "playouts/s", 1, [&] {
    search.reset(Game());
    for (int i = 0; i < kPlayouts; ++i) search.simulate(rng);
    return kPlayouts;
  });
}

// The cost of a search without its evaluations, which are free here.
void bench_tree(const BenchOptions& options, const SearchOptions& how, const std::string& what) {
  SearchTree<Game> tree(Game(), how);
  EvaluationBatch batch(tree.spec(), 1);
  UniformEvaluator evaluator;
  Pending pending;
  std::uint64_t searches = 0;
  bench(options, what, "leaves/s", 1, [&] {
    tree.reset(Game());
    tree.begin(how.simulations, RootNoise::kOn, Rng(++searches));
    while (!tree.finished()) {
      if (tree.descend(batch, 0, pending) != Descent::kLeaf) continue;
      evaluator.evaluate(batch, 1);
      tree.absorb(batch, 0, pending);
    }
    return how.simulations;
  });
  if (searches > 0) {
    report(options, what + ": memory", tree.bytes_per_expansion(), "bytes/leaf", 1);
  }
}

}  // namespace

void bench_search(const BenchOptions& options) {
  bench_uct(options);
  SearchOptions how;
  bench_tree(options, how, "tree, 9x9 Go, Gumbel, 16 simulations");
  how.rule = SearchRule::kPuct;
  how.simulations = 800;
  bench_tree(options, how, "tree, 9x9 Go, PUCT, 800 simulations");
}

}  // namespace tengen
