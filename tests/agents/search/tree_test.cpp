#include "agents/search/sampling.hpp"
#include "core/system/allocations.hpp"
#include "tests/agents/search/games.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <set>

using namespace tengen;

namespace {

SearchOptions options_of(SearchRule rule) {
  SearchOptions options;
  options.rule = rule;
  return options;
}

// A tree whose memory may be looked into.
template <Game G>
struct OpenTree : SearchTree<G> {
  using SearchTree<G>::SearchTree;
  using SearchTree<G>::arena_;

  // Everything below `node` in a form that does not depend on numbering.
  void write(std::uint32_t node, std::vector<double>& out) const {
    const SearchNode& at = arena_.node(node);
    out.insert(out.end(), {double(at.value), double(at.margin), double(at.move_count)});
    const auto moves = arena_.moves(at);
    const auto edges = arena_.edges(at);
    for (std::size_t k = 0; k < moves.size(); ++k) {
      out.insert(out.end(), {double(moves[k].action), double(float(moves[k].prior))});
      if (k >= edges.size()) continue;
      const SearchEdge& e = edges[k];
      out.insert(out.end(), {double(e.visits), double(e.value_sum), double(e.square_sum),
                             double(e.margin_sum), double(e.pending), double(e.proven)});
      if (e.child != SearchEdge::kNoChild) write(e.child, out);
    }
  }
  [[nodiscard]] std::vector<double> written(std::uint32_t node = 0) const {
    std::vector<double> out;
    write(node, out);
    return out;
  }
  // Visits and values below an edge are its child's own evaluation and those of the child's edges.
  void check_sums(std::uint32_t node = 0) const {
    for (const SearchEdge& e : arena_.edges(arena_.node(node))) {
      REQUIRE(e.pending == 0);
      const SearchNode& child = arena_.node(e.child);
      double visits = 1, value = -child.value, margin = -child.margin;
      for (const SearchEdge& below : arena_.edges(child)) {
        visits += below.visits;
        value -= below.value_sum;
        margin -= below.margin_sum;
      }
      REQUIRE(e.visits == visits);
      REQUIRE(e.value_sum == Approx(value).margin(1e-3));
      REQUIRE(e.margin_sum == Approx(margin).margin(1e-2));
      check_sums(e.child);
    }
  }
};

template <Game G>
int best_move(const G& position, SearchRule rule, int simulations) {
  SearchTree<G> tree(position, options_of(rule));
  tree.begin(simulations, RootNoise::kOff, Rng(1));
  UniformEvaluator evaluator;
  run(tree, evaluator);
  Rng rng;
  return tree.choose(rng);
}

std::vector<float> visits_of(const SearchCore& tree) {
  std::vector<float> visits(static_cast<std::size_t>(tree.spec().actions));
  tree.visits(visits);
  return visits;
}

float sum_of(const std::vector<float>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0F);
}

}  // namespace

TEST_CASE("a search wins where it can and blocks where it must") {
  const SearchRule rule = GENERATE(SearchRule::kPuct, SearchRule::kGumbel);
  CHECK(best_move(played<TicTacToe>("0314"), rule, 64) == 2);       // completes the row
  CHECK(best_move(played<ConnectFour>("001122"), rule, 100) == 3);  // four at the bottom
  CHECK(best_move(played<ConnectFour>("00112"), rule, 100) == 3);   // stops it
  CHECK(best_move(played<ConnectFour>("303132"), rule, 100) == 3);  // four in a column
  CHECK(best_move(played<ConnectFour>("30313"), rule, 100) == 3);   // stops it
  const int open_three = best_move(played<ConnectFour>("2636"), rule, 800);
  CHECK((open_three == 1 || open_three == 4));  // two ways to win next
}

TEST_CASE("the best move is found in every position of tic-tac-toe") {
  const SearchRule rule = GENERATE(SearchRule::kPuct, SearchRule::kGumbel);
  UniformEvaluator evaluator;
  std::set<std::uint64_t> seen;
  int solved = 0;
  std::vector<TicTacToe> open = {TicTacToe()};
  SearchTree<TicTacToe> tree(TicTacToe(), options_of(rule));
  while (!open.empty()) {
    const TicTacToe position = open.back();
    open.pop_back();
    const auto mask = legal_mask(position);
    for (int action = 0; action < 9; ++action) {
      if (mask[static_cast<std::size_t>(action)] == 0) continue;
      TicTacToe next = position;
      next.play(action);
      if (!next.finished() && seen.insert(next.hash()).second) open.push_back(next);
    }
    tree.reset(position);
    tree.begin(4000, RootNoise::kOff, Rng(1));
    run(tree, evaluator);
    const float sign = position.to_move() == 0 ? 1.0F : -1.0F;
    if (tree.solved()) REQUIRE(tree.root_value() == sign * minimax(position));
    solved += tree.solved();
    TicTacToe next = position;
    Rng rng;
    next.play(tree.choose(rng));
    REQUIRE(minimax(next) == minimax(position));
  }
  CHECK(seen.size() == 4519);
  CHECK(solved > 4000);
}

TEST_CASE("PUCT's target has no part for moves that are proven lost while there are others") {
  const RootNoise noise = GENERATE(RootNoise::kOff, RootNoise::kOn);
  int lost = 0, all_lost = 0;
  std::vector<float> target(7);
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    // A few moves by chance, so that there are threats.
    ConnectFour position;
    Rng rng = Rng(17).split(seed);
    for (int i = 0; i < 12 && !position.finished(); ++i)
      position.play(sample_legal(legal_mask(position), rng));
    if (position.finished()) continue;
    OpenTree<ConnectFour> tree(position, options_of(SearchRule::kPuct));
    HashedEvaluator evaluator;
    for (const int simulations : {5, 30, 100, 400}) {
      tree.reset(position);
      tree.begin(simulations, noise, Rng(seed));
      run(tree, evaluator);
      tree.policy_target(target);
      CHECK(sum_of(target) == Approx(1));
      const auto moves = tree.arena_.moves(tree.arena_.node(0));
      const auto edges = tree.arena_.edges(tree.arena_.node(0));
      const auto is_lost = [](const SearchEdge& e) { return e.proven == -1; };
      if (edges.size() == moves.size() && std::ranges::all_of(edges, is_lost)) {
        ++all_lost;
        continue;
      }
      for (std::size_t k = 0; k < edges.size(); ++k) {
        if (!is_lost(edges[k])) continue;
        CHECK(target[moves[k].action] == 0);
        lost += tree.solved() ? 0 : 1;
      }
    }
  }
  CHECK(lost > 20);
  CHECK(all_lost > 0);
}

TEST_CASE("PUCT's target is the rest of the prior where only lost moves were visited") {
  // Sure of 6, which does not stop four at the bottom, and then sure of 3, which makes them.
  struct Misled final : Evaluator {
    float sure = 0;
    int asked = 0;
    void evaluate(EvaluationBatch& batch, int /*rows*/) override {
      std::ranges::fill(batch.logits(0), 0.0F);
      batch.logits(0)[asked++ == 0 ? 6 : 3] = sure;
      batch.value(0) = 0;
    }
  } evaluator;
  evaluator.sure = GENERATE(12.0F, 500.0F);  // so sure that nothing is left for the others
  SearchTree<ConnectFour> tree(played<ConnectFour>("00112"), options_of(SearchRule::kPuct));
  tree.begin(2, RootNoise::kOff, Rng(1));
  run(tree, evaluator);
  REQUIRE(visits_of(tree) == std::vector<float>{0, 0, 0, 0, 0, 0, 2});
  std::vector<float> target(7);
  tree.policy_target(target);
  CHECK(target[6] == 0);
  for (std::size_t action = 0; action < 6; ++action)
    CHECK(target[action] == Approx(1.0 / 6).epsilon(1e-3));
}

TEST_CASE("sequential halving spends its budget as the paper says") {
  const auto counts = [](int simulations, int considered) {
    SearchOptions options;
    options.considered_actions = considered;
    SearchTree<WideGame> tree(WideGame(), options);
    tree.begin(simulations, RootNoise::kOn, Rng(3));
    HashedEvaluator evaluator;
    run(tree, evaluator);
    std::vector<float> visits = visits_of(tree);
    std::ranges::sort(visits, std::greater<>());
    while (!visits.empty() && visits.back() == 0) visits.pop_back();
    return visits;
  };
  using Counts = std::vector<float>;
  CHECK(counts(16, 16) == Counts(16, 1));
  CHECK(counts(16, 4) == Counts{6, 6, 2, 2});
  CHECK(counts(32, 16) == Counts{4, 4, 4, 4, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1});
  CHECK(counts(200, 16) == Counts{49, 49, 21, 21, 9, 9, 9, 9, 3, 3, 3, 3, 3, 3, 3, 3});
  CHECK(counts(5, 1) == Counts{5});
  CHECK(counts(2, 16) == Counts(2, 1));
  // A tree that was kept begins to count anew.
  SearchTree<WideGame> tree((WideGame()));
  HashedEvaluator evaluator;
  for (int search = 0; search < 2; ++search) {
    tree.begin(16, RootNoise::kOff, Rng(4));
    run(tree, evaluator);
  }
  CHECK(sum_of(visits_of(tree)) == 32);
}

TEST_CASE("the Gumbel root finds the one good move if it considers all") {
  PointEvaluator evaluator;
  SearchOptions options;
  options.considered_actions = 82;
  SearchTree<WideGame> tree(WideGame(), options);
  tree.begin(100, RootNoise::kOff, Rng(1));
  run(tree, evaluator);
  Rng rng;
  CHECK(tree.choose(rng) == 50);
  std::vector<float> target(82);
  tree.policy_target(target);
  CHECK(sum_of(target) == Approx(1));
  CHECK(std::ranges::max_element(target) - target.begin() == 50);
  CHECK(target[50] > 0.9F);
}

TEST_CASE("noise and forced playouts spread the visits, and the target takes them back") {
  SearchOptions options = options_of(SearchRule::kPuct);
  OpenTree<WideGame> tree(WideGame(), options);
  PointEvaluator evaluator;
  std::vector<float> calm(82), noisy(82), target(82), prior(82);
  tree.begin(1000, RootNoise::kOff, Rng(1));
  run(tree, evaluator);
  tree.visits(calm);
  tree.policy_target(target);
  for (std::size_t i = 0; i < 82; ++i) REQUIRE(target[i] == Approx(calm[i] / 1000));
  tree.reset(WideGame());
  tree.begin(1000, RootNoise::kOn, Rng(1));
  run(tree, evaluator);
  tree.visits(noisy);
  tree.policy_target(target);
  tree.prior(prior);
  CHECK(noisy != calm);
  CHECK(sum_of(target) == Approx(1));
  CHECK(prior[3] == Approx(1.0 / 82).epsilon(0.002));  // without noise
  // (1 − 0.25) / 82 is the least a move's prior can be.
  const float forced = std::sqrt(2 * 0.75F / 82 * 500);
  int pruned = 0;
  for (std::size_t i = 0; i < 82; ++i) {
    if (noisy[i] > 0 && i != 50) REQUIRE(noisy[i] >= std::floor(forced));
    REQUIRE(target[i] <= (i == 50 ? 1 : noisy[i] / noisy[50]));
    pruned += noisy[i] > 0 && target[i] == 0;
  }
  CHECK(pruned > 20);
  CHECK(target[50] > noisy[50] / 1000);
}

TEST_CASE("moves are drawn as often as the temperature says") {
  SearchTree<WideGame> tree(WideGame(), options_of(SearchRule::kPuct));
  PointEvaluator evaluator;
  tree.begin(200, RootNoise::kOff, Rng(1));
  run(tree, evaluator);
  std::vector<float> target(82);
  tree.policy_target(target);
  const float share = target[50];
  Rng rng(2);
  const auto drawn = [&](float temperature) {
    int count = 0;
    for (int i = 0; i < 2000; ++i) count += tree.choose(rng, temperature) == 50;
    return static_cast<float>(count) / 2000;
  };
  CHECK(drawn(1) == Approx(share).margin(0.04));
  float sum = 0;
  for (const float p : target) sum += std::sqrt(p);
  CHECK(drawn(2) == Approx(std::sqrt(share) / sum).margin(0.04));
  CHECK(drawn(0) == 1);
}

TEST_CASE("virtual losses leave no trace, in whatever order leaves come back") {
  const SearchRule rule = GENERATE(SearchRule::kPuct, SearchRule::kGumbel);
  OpenTree<WideGame> tree(WideGame(), options_of(rule));
  tree.begin(600, RootNoise::kOn, Rng(5));
  HashedEvaluator evaluator;
  EvaluationBatch batch(tree.spec(), 32);
  std::vector<Pending> pending(32);
  int most = 0;
  while (!tree.finished()) {
    int rows = 0;
    while (rows < 32 && (tree.remaining() > 0 || !tree.evaluated())) {
      if (tree.descend(batch, rows, pending[static_cast<std::size_t>(rows)]) != Descent::kLeaf)
        break;
      ++rows;
    }
    most = std::max(most, rows);
    evaluator.evaluate(batch, rows);
    for (int row = rows - 1; row >= 0; --row) {
      tree.absorb(batch, row, pending[static_cast<std::size_t>(row)]);
    }
  }
  CHECK(most == 32);
  CHECK(tree.pending() == 0);
  CHECK(sum_of(visits_of(tree)) == 600);
  CHECK(tree.root_visits() == 600);
  tree.check_sums();
}

TEST_CASE("cancelled simulations never were") {
  OpenTree<WideGame> tree(WideGame(), options_of(SearchRule::kPuct));
  HashedEvaluator evaluator;
  EvaluationBatch batch(tree.spec(), 8);
  std::vector<Pending> pending(8);
  REQUIRE(tree.descend(batch, 0, pending[0]) == Descent::kLeaf);
  REQUIRE(tree.descend(batch, 1, pending[1]) == Descent::kBusy);  // the root is on its way
  tree.cancel(pending[0]);
  tree.begin(50, RootNoise::kOff, Rng(1));
  run(tree, evaluator);
  const std::vector<float> before = visits_of(tree);
  tree.begin(50, RootNoise::kOff, Rng(1));
  for (int row = 0; row < 8; ++row) {
    REQUIRE(tree.descend(batch, row, pending[static_cast<std::size_t>(row)]) == Descent::kLeaf);
  }
  CHECK(tree.remaining() == 42);
  for (const Pending& leaf : pending) tree.cancel(leaf);
  CHECK(tree.remaining() == 50);
  CHECK(visits_of(tree) == before);
  run(tree, evaluator);
  CHECK(sum_of(visits_of(tree)) == 100);
  tree.check_sums();
}

TEST_CASE("a move keeps what is known of it, and only that") {
  const SearchRule rule = GENERATE(SearchRule::kPuct, SearchRule::kGumbel);
  OpenTree<WideGame> tree(WideGame(), options_of(rule));
  HashedEvaluator evaluator;
  Rng rng;
  for (int move = 0; move < 5; ++move) {
    tree.begin(300, RootNoise::kOff, Rng(7));
    run(tree, evaluator);
    const int action = tree.choose(rng);
    std::vector<double> expected;
    const auto moves = tree.arena_.moves(tree.arena_.node(0));
    const auto edges = tree.arena_.edges(tree.arena_.node(0));
    for (std::size_t k = 0; k < edges.size(); ++k) {
      if (moves[k].action == action) expected = tree.written(edges[k].child);
    }
    REQUIRE(tree.advance(action));
    REQUIRE(tree.written() == expected);
    tree.check_sums();
    // What is known may be asked for before the next search begins.
    const auto visits = visits_of(tree);
    REQUIRE(visits[static_cast<std::size_t>(tree.choose(rng))] ==
            *std::ranges::max_element(visits));
  }
  CHECK_FALSE(
      tree.advance(81 - 1));  // hardly looked at: passes for unknown or is kept, both rightly
  tree.begin(20, RootNoise::kOff, Rng(8));
  run(tree, evaluator);
  CHECK(tree.root_visits() == 20);
}

TEST_CASE("a warm tree does not allocate") {
  const SearchRule rule = GENERATE(SearchRule::kPuct, SearchRule::kGumbel);
  SearchOptions options = options_of(rule);
  options.random_symmetry = options.ownership = true;
  SearchTree<WideGame> tree(WideGame(), options);
  HashedEvaluator evaluator;
  EvaluationBatch batch(tree.spec(), 1);
  Pending pending;
  std::vector<float> target(82);
  const auto game = [&] {
    tree.reset(WideGame());
    Rng rng(1);
    for (int move = 0; move < 10; ++move) {
      tree.begin(100, RootNoise::kOn, rng.split(static_cast<std::uint64_t>(move)));
      while (!tree.finished()) {
        if (tree.descend(batch, 0, pending) != Descent::kLeaf) continue;
        evaluator.evaluate(batch, 1);
        tree.absorb(batch, 0, pending);
      }
      tree.policy_target(target);
      tree.advance(tree.choose(rng, 1));
    }
  };
  game();
  const AllocationScope scope;
  game();
  CHECK(scope.count() == 0);
}

TEST_CASE("an expansion as wide as Go's costs less than 0.7 kB") {
  SearchTree<WideGame> tree(WideGame(), options_of(SearchRule::kPuct));
  tree.begin(2000, RootNoise::kOff, Rng(1));
  HashedEvaluator evaluator;
  run(tree, evaluator);
  CHECK(tree.nodes() > 1900);
  CHECK(tree.bytes_per_expansion() < 700);
}

TEST_CASE("the evaluator sees turned boards, the tree does not") {
  // The likeliest move is where the hint is shown, however it is turned; so is the owner.
  struct Follows final : Evaluator {
    void evaluate(EvaluationBatch& batch, int rows) override {
      for (int row = 0; row < rows; ++row) {
        for (std::size_t i = 0; i < 81; ++i) {
          batch.logits(row)[i] = batch.planes(row)[2 * i] != 0 ? 5.0F : 0.0F;
          batch.ownership(row)[i] = batch.planes(row)[2 * i];
        }
        turned += batch.planes(row)[0] == 0;
        batch.logits(row)[81] = 0;
        batch.value(row) = batch.margin(row) = 0;
      }
    }
    int turned = 0;
  } evaluator;
  SearchOptions options;
  options.random_symmetry = options.ownership = true;
  SearchTree<WideGame> tree((WideGame()), options);
  std::vector<float> prior(82), owners(81);
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    WideGame game;
    for (std::uint64_t i = 0; i < seed; ++i) game.play(81);
    tree.reset(game);
    tree.begin(1, RootNoise::kOff, Rng(seed));
    EvaluationBatch batch(tree.spec(), 1);
    Pending pending;
    REQUIRE(tree.descend(batch, 0, pending) == Descent::kLeaf);
    evaluator.evaluate(batch, 1);
    tree.absorb(batch, 0, pending);
    tree.prior(prior);
    CHECK(std::ranges::max_element(prior) - prior.begin() == game.hint());
    tree.ownership(owners);
    CHECK(owners[static_cast<std::size_t>(game.hint())] == 1);
    CHECK(sum_of(owners) == 1);
  }
  CHECK(evaluator.turned > 25);
}

TEST_CASE("an evaluator that answers nonsense is found out") {
  struct Diverged final : Evaluator {
    void evaluate(EvaluationBatch& batch, int) override {
      std::ranges::fill(batch.logits(0), std::numeric_limits<float>::quiet_NaN());
    }
  } evaluator;
  SearchTree<TicTacToe> tree((TicTacToe()));
  tree.begin(4, RootNoise::kOff, Rng(1));
  CHECK_THROWS_WITH(run(tree, evaluator), ContainsSubstring("TicTacToe-v0"));
}
