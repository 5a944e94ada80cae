#include "agents/search/searcher.hpp"
#include "agents/search/player.hpp"
#include "envs/board/go.hpp"
#include "tests/agents/search/games.hpp"
#include "tests/catch.hpp"

#include <numeric>
#include <thread>

using namespace tengen;

namespace {

SearchOptions puct() {
  SearchOptions options;
  options.rule = SearchRule::kPuct;
  return options;
}

EvaluatorFactory hashed() {
  return [] { return std::make_unique<HashedEvaluator>(); };
}
EvaluatorFactory uniform() {
  return [] { return std::make_unique<UniformEvaluator>(); };
}

std::vector<float> visits_of(const SearchCore& tree) {
  std::vector<float> visits(static_cast<std::size_t>(tree.spec().actions));
  tree.visits(visits);
  return visits;
}

}  // namespace

TEST_CASE("one thread or several, every simulation is counted once") {
  for (const int threads : {1, 2, 3}) {
    for (const int batch : {1, 8}) {
      Searcher<WideGame> searcher(WideGame(), puct(), hashed(),
                                  {.threads = threads, .batch = batch});
      searcher.search({.simulations = 1000}, Rng(1));
      const auto visits = visits_of(searcher.tree());
      CHECK(std::accumulate(visits.begin(), visits.end(), 0.0F) == 1000);
      CHECK(searcher.tree().pending() == 0);
      CHECK(searcher.tree().nodes() == 1001);
    }
  }
}

TEST_CASE("a search on one thread is determined by its arguments") {
  const auto visits = [](std::uint64_t seed, std::size_t cache_bytes) {
    Searcher<WideGame> searcher(WideGame(), puct(), uniform(), {.cache_bytes = cache_bytes});
    searcher.search({.simulations = 300}, Rng(seed), RootNoise::kOn);
    return visits_of(searcher.tree());
  };
  CHECK(visits(1, 0) == visits(1, 0));
  CHECK(visits(1, 0) != visits(2, 0));
}

TEST_CASE("a cache answers what was asked before") {
  const SearcherOptions how{.batch = 1, .cache_bytes = 1 << 22};
  Searcher<WideGame> searcher(WideGame(), puct(), hashed(), how);
  searcher.search({.simulations = 300}, Rng(1));
  const auto first = visits_of(searcher.tree());
  const std::int64_t asked = searcher.cache()->misses();
  CHECK(asked > 200);
  searcher.set_position(WideGame(59));  // something else
  searcher.set_position(WideGame());
  CHECK_FALSE(searcher.tree().evaluated());
  searcher.search({.simulations = 300}, Rng(1));
  CHECK(searcher.cache()->hits() > 250);
  searcher.clear();
  CHECK(searcher.cache()->hits() == 0);
}

TEST_CASE("a searcher follows the game for two moves and keeps what it knows") {
  Searcher<ConnectFour> searcher(ConnectFour(), puct(), uniform());
  searcher.search({.simulations = 2000}, Rng(1));
  CHECK(searcher.set_position(ConnectFour()));
  CHECK(searcher.set_position(played<ConnectFour>("33")));
  const int kept = searcher.tree().root_visits();
  CHECK(kept > 20);
  searcher.search({.simulations = 100}, Rng(1));
  CHECK(searcher.tree().root_visits() == kept + 100);
  CHECK(searcher.set_position(played<ConnectFour>("332")));
  CHECK_FALSE(searcher.set_position(played<ConnectFour>("332112")));
  CHECK_FALSE(searcher.set_position(ConnectFour()));
  CHECK(searcher.tree().position() == ConnectFour());
}

TEST_CASE("a search ends on time, when it is told to, and when the root is proven") {
  Searcher<WideGame> searcher(WideGame(), puct(), hashed(), {.threads = 2});
  searcher.search({.seconds = 0.02}, Rng(1));
  CHECK(searcher.tree().evaluated());
  std::atomic<bool> stop{false};
  int reports = 0;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop = true;
  });
  searcher.search(
      {.stop = &stop}, Rng(2), RootNoise::kOff,
      [&](const SearchTree<WideGame>& tree) {
        ++reports;
        CHECK(tree.evaluated());
      },
      0.005);
  other.join();
  CHECK(reports > 0);
  Searcher<ConnectFour> won(played<ConnectFour>("001122"), puct(), uniform());
  won.search({.simulations = 1 << 20}, Rng(3));
  CHECK(won.tree().solved());
  CHECK(won.tree().root_value() == 1);
  CHECK(won.tree().nodes() < 1000);
}

TEST_CASE("an evaluator's exception reaches the caller, and the searcher can go on") {
  struct Flaky final : Evaluator {
    explicit Flaky(std::atomic<int>& calls_left) : left(calls_left) {}
    void evaluate(EvaluationBatch& batch, int rows) override {
      if (--left == 0) throw Error("the device is gone");
      UniformEvaluator().evaluate(batch, rows);
    }
    std::atomic<int>& left;
  };
  std::atomic<int> calls_left{50};
  const EvaluatorFactory make = [&] { return std::make_unique<Flaky>(calls_left); };
  Searcher<WideGame> searcher(WideGame(), puct(), make, {.threads = 2});
  CHECK_THROWS_WITH(searcher.search({.simulations = 5000}, Rng(1)), "the device is gone");
  const int before = searcher.tree().root_visits();
  searcher.search({.simulations = 100}, Rng(1));
  CHECK(searcher.tree().root_visits() == before + 100);
}

TEST_CASE("playouts alone can judge leaves") {
  SearchOptions options = puct();
  options.playout_weight = 1;
  Searcher<ConnectFour> searcher(ConnectFour(), options, uniform());
  searcher.search({.simulations = 2000}, Rng(1));
  const auto visits = visits_of(searcher.tree());
  CHECK(std::ranges::max_element(visits) - visits.begin() == 3);  // the centre
  CHECK(searcher.tree().root_value() > 0.02F);
}

TEST_CASE("players: search beats UCT beats chance at Connect Four") {
  const auto match = [](GamePlayer<ConnectFour>& a, GamePlayer<ConnectFour>& b, int games) {
    float points = 0;
    for (int game = 0; game < games; ++game) {
      a.reset();
      b.reset();
      ConnectFour position;
      while (!position.finished()) {
        const bool first = position.to_move() == game % 2;
        position.play((first ? a : b).choose(position));
      }
      points += game % 2 == 0 ? position.score() : -position.score();
    }
    return points / static_cast<float>(games);
  };
  RandomPlayer<ConnectFour> random(Rng(1));
  UctPlayer<ConnectFour> weak(60, Rng(2)), strong(1000, Rng(3));
  CHECK(match(weak, random, 20) > 0.7F);
  CHECK(match(strong, weak, 20) > 0.3F);
  SearchOptions options = puct();
  options.playout_weight = 1;
  SearchPlayer<ConnectFour> searched(ConnectFour(), options, uniform(), {.simulations = 1000},
                                     Rng(4));
  CHECK(match(searched, weak, 10) > 0.3F);
}

TEST_CASE("Go: an expansion on 9 x 9 costs less than half a kilobyte, and ends are exact") {
  SearchTree<Go<9>> tree(Go<9>(), puct());
  tree.begin(1000, RootNoise::kOff, Rng(1));
  HashedEvaluator evaluator;
  run(tree, evaluator);
  CHECK(tree.bytes_per_expansion() < 500);
  // After a pass, passing ends the game: komi wins it for White.
  Go<9> game;
  game.play(game.pass_action());
  tree.reset(game);
  tree.begin(100, RootNoise::kOff, Rng(1));
  run(tree, evaluator);
  CHECK(tree.solved());
  Rng rng;
  CHECK(tree.choose(rng) == game.pass_action());
  CHECK(tree.root_value() == 1);
}
