// Methods of design on problems whose best design is planted.
#include "agents/design/methods.hpp"

#include "core/check.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace tengen;

namespace {

// The reward falls with the square of the distance from a planted design, where it is 0; names are
// right or wrong. Simulated ones have noise, which depends on the seed and the design.
class Planted final : public detector::DesignProblem {
 public:
  explicit Planted(bool real) {
    for (int i = 0; i < 6; ++i) variables_.push_back({fmt::format("x{}", i), real ? 0 : 9, true});
    if (!real)
      for (int i = 0; i < 2; ++i) variables_.push_back({fmt::format("name{}", i), 4, false});
  }
  [[nodiscard]] double best_at(std::size_t i) const {
    const int n = variables_[i].choices;
    if (n == 0) return 0.15 * (static_cast<double>(i) - 2);
    return static_cast<double>((3 * i + 1) % static_cast<std::size_t>(n));
  }
  [[nodiscard]] std::span<const detector::Variable> variables() const override {
    return variables_;
  }
  void repair(std::span<double> point) const override {
    for (std::size_t i = 0; i < point.size(); ++i) {
      const int n = variables_[i].choices;
      point[i] =
          n == 0 ? std::clamp(point[i], -1.0, 1.0) : std::clamp(std::round(point[i]), 0.0, n - 1.0);
    }
  }
  double evaluate(std::span<const double> point, std::uint64_t seed) override {
    simulated_ += cost_of_one();
    Rng rng(seed);
    for (const double x : point) rng = rng.split(static_cast<std::uint64_t>(1000 * (x + 1)));
    return analytic(point) + 0.002 * rng.normal();
  }
  [[nodiscard]] double analytic(std::span<const double> point) const override {
    double sum = 0;
    for (std::size_t i = 0; i < point.size(); ++i) {
      const detector::Variable& v = variables_[i];
      const double off = point[i] - best_at(i);
      if (!v.ordered)
        sum += off != 0 ? 0.3 : 0;
      else
        sum += std::pow(v.choices == 0 ? off : off / 8, 2);
    }
    return -sum;
  }
  [[nodiscard]] double evaluate_finally(std::span<const double> point,
                                        std::uint64_t) const override {
    return analytic(point);
  }
  [[nodiscard]] std::int64_t simulated() const override { return simulated_; }
  [[nodiscard]] std::int64_t cost_of_one() const override { return 100; }
  [[nodiscard]] std::string currency() const override { return "throws"; }
  [[nodiscard]] std::vector<double> from_actions(std::span<const int> actions) const override {
    return {actions.begin(), actions.end()};
  }
  [[nodiscard]] std::string describe(std::span<const double> point) const override {
    return fmt::format("{}", fmt::join(point, " "));
  }

 private:
  std::vector<detector::Variable> variables_;
  std::int64_t simulated_ = 0;
};

constexpr std::int64_t kBudget = 100 * 400;

// Mean over seeds of what the named design is truly worth.
double worth(void (*method)(DesignSearch&), bool real) {
  constexpr int kSeeds = 2;
  double sum = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Planted problem(real);
    DesignSearch search(problem, kBudget, seed);
    method(search);
    REQUIRE(!search.nominees().empty());
    CHECK(search.spent() <= kBudget);
    CHECK(search.spent() == problem.simulated());
    sum += problem.evaluate_finally(search.nominees().back().point, 0);
  }
  return sum / kSeeds;
}

}  // namespace

TEST_CASE("methods that look around come close to a planted design, and blind ones do not",
          "[.slow]") {
  const double blind = worth(design_by_random, false);
  CHECK(blind < -0.15);
  CHECK(worth(design_by_sobol, false) < -0.1);
  CHECK(worth(design_by_hill_climbing, false) > -0.02);
  CHECK(worth(design_by_annealing, false) > -0.02);
  CHECK(worth(design_by_genetic, false) > -0.05);
  CHECK(worth(design_by_gaussian_process, false) > -0.02);
  CHECK(worth(design_by_guided, false) == 0);
  CHECK(worth(design_by_tree_search, false) > blind / 2);
}

TEST_CASE("methods for real coordinates find a planted design among them") {
  CHECK(worth(design_by_random, true) < -0.1);
  CHECK(worth(design_by_hill_climbing, true) > -0.02);
  CHECK(worth(design_by_annealing, true) > -0.02);
  CHECK(worth(design_by_gaussian_process, true) > -0.01);
  Planted problem(true);
  DesignSearch search(problem, kBudget, 0);
  CHECK_THROWS_WITH(design_by_tree_search(search), ContainsSubstring("x0 is a real number"));
  CHECK_THROWS_WITH(design_by_enumeration(search), ContainsSubstring("x0 is a real number"));
}

TEST_CASE("CMA-ES finds a planted design, or says what is missing") {
  Planted problem(true);
  DesignSearch search(problem, kBudget, 1);
  try {
    design_by_cma_es(search);
  } catch (const Error& error) {
    CHECK_THAT(error.what(), ContainsSubstring("libpagmo-dev"));
    return;
  }
  CHECK(search.spent() == kBudget);
  CHECK(worth(design_by_cma_es, true) > -0.001);
  CHECK(worth(design_by_cma_es, false) > -0.1);
}

TEST_CASE("Sobol's points cover every dimension evenly") {
  // Of 2^k points of a digitally shifted net each dimension has as many in each 2^-k.
  class Recorder final : public detector::DesignProblem {
   public:
    Recorder() { variables_.assign(50, {"x", 16, true}); }
    [[nodiscard]] std::span<const detector::Variable> variables() const override {
      return variables_;
    }
    void repair(std::span<double>) const override {}
    double evaluate(std::span<const double> point, std::uint64_t) override {
      points.emplace_back(point.begin(), point.end());
      return 0;
    }
    [[nodiscard]] double analytic(std::span<const double>) const override { return 0; }
    [[nodiscard]] double evaluate_finally(std::span<const double>, std::uint64_t) const override {
      return 0;
    }
    [[nodiscard]] std::int64_t simulated() const override {
      return static_cast<std::int64_t>(points.size());
    }
    [[nodiscard]] std::int64_t cost_of_one() const override { return 1; }
    [[nodiscard]] std::string currency() const override { return ""; }
    [[nodiscard]] std::vector<double> from_actions(std::span<const int>) const override {
      return {};
    }
    [[nodiscard]] std::string describe(std::span<const double> point) const override {
      return fmt::format("{}", fmt::join(point, " "));
    }
    std::vector<DesignPoint> points;

   private:
    std::vector<detector::Variable> variables_;
  };
  Recorder problem;
  DesignSearch search(problem, 64, 3);
  design_by_sobol(search);
  REQUIRE(problem.points.size() == 64);
  for (std::size_t k = 0; k < 50; ++k) {
    std::array<int, 16> count{};
    for (const DesignPoint& point : problem.points) ++count[static_cast<std::size_t>(point[k])];
    for (const int n : count) CHECK(n == 4);
  }
  // No two dimensions are the same.
  for (std::size_t k = 1; k < 50; ++k) {
    int equal = 0;
    for (const DesignPoint& point : problem.points) equal += point[k] == point[k - 1] ? 1 : 0;
    CHECK(equal < 32);
  }
}

TEST_CASE("enumeration refuses where there are too many designs") {
  Planted problem(false);
  DesignSearch search(problem, kBudget, 0);
  CHECK_THROWS_WITH(design_by_enumeration(search), ContainsSubstring("too many"));
}

TEST_CASE("a design is simulated once, and the budget is never overdrawn") {
  Planted problem(false);
  DesignSearch search(problem, 250, 0);  // two designs and a half
  DesignPoint point = random_point(problem, search.rng());
  const double reward = search.evaluate(point);
  CHECK(search.evaluate(point) == reward);
  CHECK(search.spent() == 100);
  CHECK(search.designs() == 1);
  point = neighbour(problem, point, search.rng());
  search.evaluate(point);
  CHECK(!search.more());
  CHECK(search.spent() == 200);

  Planted another(false), third(false);
  DesignSearch same(another, 1000, 0), other(third, 1000, 1);
  DesignPoint again = search.nominees().front().point;
  CHECK(same.evaluate(again) == reward);  // the seed decides the random numbers
  CHECK(other.evaluate(again) != reward);
  CHECK(other.evaluate_afresh(again, 1) != other.evaluate(again));

  search.nominate(again, 5);
  CHECK(search.best() == 5);
  CHECK(search.nominees().back().spent == 200);
}

TEST_CASE("a search ends when its watcher says so") {
  Planted problem(false);
  DesignSearch search(problem, kBudget, 0);
  search.watch = [](const DesignSearch& s) { return s.designs() < 7; };
  design_by_random(search);
  CHECK(search.designs() == 7);
}

TEST_CASE("the same seed gives the same search") {
  for (const DesignMethod& method : design_methods()) {
    if (method.name == "exact") continue;
    CAPTURE(method.name);
    const auto run = [&](std::uint64_t seed) {
      Planted problem(false);
      DesignSearch search(problem, 5000, seed);
      try {
        method.run(search);
      } catch (const Error&) {  // no pagmo
      }
      std::vector<double> out;
      for (const DesignSearch::Nominee& n : search.nominees())
        out.insert(out.end(), n.point.begin(), n.point.end());
      return out;
    };
    CHECK(run(4) == run(4));
  }
}
