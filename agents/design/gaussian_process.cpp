#include "agents/design/methods.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace tengen {
namespace {

constexpr std::size_t kMost = 500;

double matern(double square_distance, double length) {
  const double r = std::sqrt(5 * square_distance) / length;
  return (1 + r + r * r / 3) * std::exp(-r);
}

// Gaussian process regression (Rasmussen and Williams 2006, algorithm 2.1) with a constant mean.
class Process {
 public:
  explicit Process(std::span<const detector::Variable> variables)
      : variables_(variables), root_(std::sqrt(static_cast<double>(variables.size()))) {}

  [[nodiscard]] std::size_t size() const { return points_.size(); }
  // Beyond kMost designs the worst one is replaced.
  void add(const DesignPoint& point, double reward) {
    if (size() < kMost) {
      points_.push_back(point);
      rewards_.push_back(reward);
      return;
    }
    const auto worst = std::ranges::min_element(rewards_);
    if (reward <= *worst) return;
    points_[usize(worst - rewards_.begin())] = point;
    *worst = reward;
    factored_ = 0;
  }
  // With `choose`, length and noise are chosen from a grid by marginal likelihood.
  void fit(bool choose) {
    standardise();
    if (choose) {
      constexpr std::size_t kEnough = 150;
      double best = -INFINITY, length = length_, noise = noise_;
      const std::size_t n = std::min(size(), kEnough);
      for (const double l : {0.1, 0.25, 0.5, 1.0, 2.0})
        for (const double v : {1e-3, 1e-2, 1e-1}) {
          length_ = l * root_, noise_ = v, factored_ = 0;
          const double found = solve(n);
          if (found > best) best = found, length = length_, noise = noise_;
        }
      length_ = length, noise_ = noise, factored_ = 0;
    }
    solve(size());
  }
  [[nodiscard]] double expected_improvement(const DesignPoint& point) {
    scratch_.resize(size());
    double mean = 0, explained = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      scratch_[i] = matern(square_distance(points_[i], point), length_);
      mean += scratch_[i] * weights_[i];
    }
    for (std::size_t i = 0; i < size(); ++i) {
      scratch_[i] = (scratch_[i] - product(i, scratch_, i)) / at(i, i);
      explained += scratch_[i] * scratch_[i];
    }
    const double deviation = std::sqrt(std::max(1 - explained, 1e-12));
    const double z = (mean - best_) / deviation;
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
    return deviation * (z * 0.5 * std::erfc(-z / std::numbers::sqrt2) + density);
  }

 private:
  // Ordered and real coordinates lie in [0, 1]; different names are at a distance of 1.
  [[nodiscard]] double square_distance(const DesignPoint& a, const DesignPoint& b) const {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const detector::Variable& v = variables_[i];
      const double range = v.choices == 0 ? 2 : std::max(1, v.choices - 1);
      const double d = v.ordered ? (a[i] - b[i]) / range : a[i] == b[i] ? 0 : 1;
      sum += d * d;
    }
    return sum;
  }
  // Bad designs would stretch the scale: they are raised to as far below the middle as twice the
  // best lies above it.
  void standardise() {
    std::vector<double> sorted = rewards_;
    std::ranges::sort(sorted);
    const double middle = sorted[size() / 2], floor = middle - 2 * (sorted.back() - middle);
    targets_.resize(size());
    double sum = 0, square = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      targets_[i] = std::max(rewards_[i], floor);
      sum += targets_[i];
    }
    const double mean = sum / static_cast<double>(size());
    for (double& t : targets_) t -= mean, square += t * t;
    const double scale = std::max(std::sqrt(square / static_cast<double>(size())), 1e-9);
    for (double& t : targets_) t /= scale;
    best_ = *std::ranges::max_element(targets_);
  }
  double& at(std::size_t i, std::size_t j) { return factor_[i * kMost + j]; }
  // The product of a row of the factor and a vector, up to `end`, in four sums, which the processor
  // adds up side by side.
  double product(std::size_t row, const std::vector<double>& x, std::size_t end) const {
    const double* l = &factor_[row * kMost];
    double sum[4] = {};
    std::size_t j = 0;
    for (; j + 4 <= end; j += 4)
      for (std::size_t k = 0; k < 4; ++k) sum[k] += l[j + k] * x[j + k];
    for (; j < end; ++j) sum[0] += l[j] * x[j];
    return sum[0] + sum[1] + sum[2] + sum[3];
  }
  // Finds Cholesky's factor of the first n designs' covariance, row by row; rows that there are
  // stay. Returns the log marginal likelihood without its constant.
  double solve(std::size_t n) {
    factor_.resize(kMost * kMost);
    scratch_.resize(size());
    for (; factored_ < n; ++factored_) {
      const std::size_t i = factored_;
      double square = 0;
      for (std::size_t j = 0; j < i; ++j) {
        const double covariance = matern(square_distance(points_[i], points_[j]), length_);
        scratch_[j] = (covariance - product(j, scratch_, j)) / at(j, j);
        at(i, j) = scratch_[j];
        square += scratch_[j] * scratch_[j];
      }
      at(i, i) = std::sqrt(std::max(1 + noise_ - square, 1e-12));
    }
    double likelihood = 0;
    weights_.assign(size(), 0);
    for (std::size_t i = 0; i < n; ++i) {
      weights_[i] = (targets_[i] - product(i, weights_, i)) / at(i, i);
      likelihood -= weights_[i] * weights_[i] / 2 + std::log(at(i, i));
    }
    for (std::size_t i = n; i-- > 0;) {
      weights_[i] /= at(i, i);
      for (std::size_t j = 0; j < i; ++j) weights_[j] -= at(i, j) * weights_[i];
    }
    return likelihood;
  }

  std::span<const detector::Variable> variables_;
  double root_, length_ = 1, noise_ = 0.1, best_ = 0;
  std::vector<DesignPoint> points_;
  std::vector<double> rewards_, targets_, weights_, scratch_;
  std::vector<double> factor_;  // lower triangle, rows of kMost
  std::size_t factored_ = 0;    // rows that hold
};

}  // namespace

void design_by_gaussian_process(DesignSearch& search) {
  constexpr int kRandom = 100, kNear = 200;
  constexpr std::size_t kParents = 5;
  const detector::DesignProblem& problem = search.problem();
  Rng& rng = search.rng();
  struct Known {
    double reward;
    DesignPoint point;
  };
  std::vector<Known> best;  // the kParents best so far
  Process process(problem.variables());
  const auto evaluate = [&](DesignPoint point) {
    const double reward = search.evaluate(point);
    process.add(point, reward);
    best.push_back({reward, std::move(point)});
    std::ranges::sort(best, [](const Known& a, const Known& b) { return a.reward > b.reward; });
    if (best.size() > kParents) best.pop_back();
  };
  const std::int64_t first = std::clamp<std::int64_t>(search.designs_left() / 10, 5, 40);
  for (std::int64_t i = 0; i < first && search.more(); ++i) evaluate(random_point(problem, rng));
  for (std::int64_t fits = 0; search.more(); ++fits) {
    process.fit(fits % 20 == 0);
    std::vector<std::pair<double, DesignPoint>> candidates;
    for (std::size_t i = 0; i < kRandom + kNear; ++i) {
      DesignPoint point = i < kRandom ? random_point(problem, rng)
                                      : neighbour(problem, best[i % best.size()].point, rng);
      const double improvement = process.expected_improvement(point);
      candidates.emplace_back(improvement, std::move(point));
    }
    std::ranges::sort(candidates, [](const auto& a, const auto& b) { return a.first > b.first; });
    // A large process takes longer to fit than its designs take to simulate, so that the more there
    // are, the more are simulated at once.
    const std::size_t batch = 1 + process.size() / 100;
    for (std::size_t i = 0; i < batch && search.more(); ++i) evaluate(candidates[i].second);
  }
}

}  // namespace tengen
