#include "agents/search/formulas.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using namespace tengen;

namespace {

// An open node of `moves` moves by descending prior, of which `tried` were visited with known
// means.
struct Node {
  NodeArena arena;
  std::vector<float> prior, q;

  Node(int moves, int tried, Rng& rng) : prior(static_cast<std::size_t>(moves)), q(prior.size()) {
    std::vector<std::uint16_t> actions(prior.size());
    std::iota(actions.begin(), actions.end(), std::uint16_t{0});
    arena.add(0, 0, 0, actions);
    sample_dirichlet(0.5F, rng, prior);
    std::ranges::sort(prior, std::greater<>());
    for (float& x : q) x = static_cast<float>(rng.uniform(-1, 1));
    for (std::size_t k = 0; k < prior.size(); ++k) {
      SearchMove& move = arena.moves(arena.node(0))[k];
      move.prior = PackedProbability(std::max(prior[k], 1e-30F));
      prior[k] = static_cast<float>(move.prior);
    }
    for (int k = 0; k < tried; ++k) {
      arena.add_edge(0, k);
      visit(k, 1 + static_cast<int>(rng.below(20)));
    }
    arena.node(0).state = NodeState::kOpen;
  }
  void visit(int k, int times) {
    SearchEdge& edge = arena.edges(arena.node(0))[static_cast<std::size_t>(k)];
    edge.visits += static_cast<std::uint32_t>(times);
    edge.value_sum += static_cast<float>(times) * q[static_cast<std::size_t>(k)];
  }
  [[nodiscard]] float visits(std::size_t k) const {
    const auto edges = arena.edges(arena.node(0));
    return k < edges.size() ? static_cast<float>(edges[k].visits) : 0;
  }
};

}  // namespace

TEST_CASE("a packed probability is off by less than a thousandth") {
  for (float p = 1; p > 1e-30F; p *= 0.77F) {
    CHECK(static_cast<float>(PackedProbability(p)) == Approx(p).epsilon(1.0 / 1024));
  }
  CHECK(static_cast<float>(PackedProbability(1)) == 1);
  CHECK(static_cast<float>(PackedProbability(0)) == 0);
  CHECK(PackedProbability(0.5F) > PackedProbability(0.25F));
}

TEST_CASE("Dirichlet and Gumbel samples have the right mean and variance") {
  Rng rng(1);
  for (const float alpha : {0.13F, 1.0F, 3.0F}) {
    constexpr int kDraws = 4000, kSize = 10;
    std::vector<float> sample(kSize);
    double sum = 0, squares = 0;
    for (int draw = 0; draw < kDraws; ++draw) {
      sample_dirichlet(alpha, rng, sample);
      REQUIRE(std::accumulate(sample.begin(), sample.end(), 0.0F) == Approx(1));
      sum += sample[3];
      squares += sample[3] * sample[3];
    }
    const double mean = sum / kDraws, variance = squares / kDraws - mean * mean;
    CHECK(mean == Approx(0.1).margin(0.015));
    CHECK(variance == Approx(0.1 * 0.9 / (kSize * alpha + 1)).epsilon(0.15));
  }
  double sum = 0, squares = 0;
  constexpr int kDraws = 20000;
  for (int draw = 0; draw < kDraws; ++draw) {
    const double x = sample_gumbel(rng);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  CHECK(mean == Approx(0.5772).margin(0.03));
  CHECK(squares / kDraws - mean * mean == Approx(1.6449).margin(0.1));
}

TEST_CASE("a halving schedule uses its budget exactly") {
  std::vector<std::uint32_t> schedule;
  for (const int considered : {1, 2, 3, 5, 16, 82}) {
    for (const int simulations : {1, 2, 15, 16, 50, 400}) {
      halving_schedule(considered, simulations, schedule);
      CHECK(schedule.size() == static_cast<std::size_t>(simulations));
      // Nobody is visited for the n-th time more often than for the one before.
      std::vector<int> count(schedule.size() + 1);
      for (const std::uint32_t visits : schedule) ++count[visits];
      CHECK(count[0] == std::min(considered, simulations));
      for (std::size_t i = 1; i < count.size(); ++i) CHECK(count[i] <= count[i - 1]);
    }
  }
}

TEST_CASE("PUCT's choice is that of the formula over all moves") {
  Rng rng(2);
  SearchOptions options;
  options.fpu_reduction = 0.3F;
  for (int trial = 0; trial < 300; ++trial) {
    Node node(12, trial % 13, rng);
    node.arena.node(0).value = static_cast<float>(rng.uniform(-1, 1));
    float all = 0, seen = 0, value = node.arena.node(0).value;
    for (std::size_t k = 0; k < 12; ++k) {
      const float n = node.visits(k);
      all += n;
      value += n * node.q[k];
      seen += n > 0 ? node.prior[k] : 0;
    }
    const float unseen = value / (1 + all) - 0.3F * std::sqrt(seen);
    const auto score = [&](std::size_t k) {
      const float n = node.visits(k);
      return (n > 0 ? node.q[k] : unseen) + 1.1F * node.prior[k] * std::sqrt(all) / (1 + n);
    };
    const auto chosen =
        static_cast<std::size_t>(select_puct(node.arena, node.arena.node(0), options));
    for (std::size_t k = 0; k < 12; ++k) REQUIRE(score(chosen) >= score(k) - 1e-5F);
  }
}

TEST_CASE("with exact Q the improved policy is an improvement") {
  Rng rng(3);
  const SearchOptions options;
  std::vector<float> improved(10);
  for (int trial = 0; trial < 500; ++trial) {
    Node node(10, 10, rng);
    improved_policy(node.arena, node.arena.node(0), options, improved);
    REQUIRE(std::accumulate(improved.begin(), improved.end(), 0.0F) == Approx(1));
    const double before =
        std::inner_product(node.prior.begin(), node.prior.end(), node.q.begin(), 0.0);
    const double after = std::inner_product(improved.begin(), improved.end(), node.q.begin(), 0.0);
    REQUIRE(after >= before - 1e-3);
  }
}

TEST_CASE("moves not tried count with the mixed value") {
  Rng rng(4);
  Node node(4, 2, rng);
  node.arena.node(0).value = 0.25F;
  const NodeSummary seen = settled_summary(node.arena, node.arena.node(0));
  const float n = node.visits(0) + node.visits(1);
  const float weighted =
      (node.prior[0] * node.q[0] + node.prior[1] * node.q[1]) / (node.prior[0] + node.prior[1]);
  CHECK(seen.mixed_value == Approx((0.25F + n * weighted) / (1 + n)));
  SearchOptions options;
  std::vector<float> improved(4);
  improved_policy(node.arena, node.arena.node(0), options, improved);
  // Between themselves they keep the prior's odds.
  CHECK(improved[2] * node.prior[3] == Approx(improved[3] * node.prior[2]));
}

TEST_CASE("the deterministic selection visits moves as the improved policy wants") {
  Rng rng(5);
  SearchOptions options;
  options.c_visit = 2000;  // nearly constant σ
  options.c_scale = 5e-4F;
  Node node(8, 0, rng);
  for (int visit = 0; visit < 3000; ++visit) {
    int k = select_gumbel(node.arena, node.arena.node(0), options);
    if (k == node.arena.node(0).child_count) k = node.arena.add_edge(0, k);
    node.visit(k, 1);
  }
  std::vector<float> improved(8);
  improved_policy(node.arena, node.arena.node(0), options, improved);
  for (std::size_t k = 0; k < 8; ++k) {
    CHECK(node.visits(k) / 3000 == Approx(improved[k]).margin(0.03));
  }
}
