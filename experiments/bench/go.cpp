// Go: random playouts and whole games of legal moves per second, on one core.
#include "envs/board/go.hpp"

#include "experiments/bench/bench.hpp"

#include <vector>

namespace tengen {
namespace {

template <int kSize>
void bench_size(const BenchOptions& options) {
  const std::string board = "go/" + std::to_string(kSize) + "x" + std::to_string(kSize);
  const Go<kSize> start;
  Rng rng(1);
  bench(options, board + " playouts", "playouts/s", 1, [&] {
    double sum = 0;  // the result is used, so that the compiler leaves nothing out
    for (int i = 0; i < 200; ++i) sum += start.playout(rng);
    return sum > 1000 ? 0 : 200;
  });

  // A search does this at every node: copy, move, legal moves, observation, hash.
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(start.spec().actions));
  std::vector<std::uint8_t> planes(start.spec().plane_bytes());
  std::vector<float> globals(Go<kSize>::kGlobals);
  Go<kSize> game;
  bench(options, board + " positions", "positions/s", 1, [&] {
    std::uint64_t keys = 0;
    for (int i = 0; i < 200; ++i) {
      const Go<kSize> before = game.finished() ? start : game;
      game = before;
      game.play(game.random_action(rng));
      game.legal(mask);
      game.observe(planes, globals);
      keys ^= game.hash();
    }
    return keys == 1 ? 0 : 200;
  });
}

}  // namespace

void bench_go(const BenchOptions& options) {
  bench_size<9>(options);
  bench_size<19>(options);
}

}  // namespace tengen
