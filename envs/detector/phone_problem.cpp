// PhoneArray as optimisers see it: the cell of each cluster.
#include "core/check.hpp"
#include "envs/detector/design_problems.hpp"
#include "envs/detector/phone_array.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {
namespace {

constexpr double kWorstArray = -6;  // reward of what sees nothing

/// Rewards are ln(P/P_ref).
class PhoneProblem final : public DesignProblem {
 public:
  PhoneProblem(const PhoneArray& array, int showers)
      : map_(array.map), reference_(array.map.reference(array.clusters)), showers_(showers) {
    for (int i = 0; i < array.clusters; ++i)
      variables_.push_back({fmt::format("cluster{}", i + 1), PhoneMap::kCells, false});
  }

  [[nodiscard]] std::span<const Variable> variables() const override { return variables_; }
  // Of two clusters in one cell, the later goes to the next free one.
  void repair(std::span<double> point) const override {
    TENGEN_CHECK(point.size() == variables_.size());
    std::array<bool, PhoneMap::kCells> taken{};
    for (double& x : point) {
      auto cell =
          std::isfinite(x)
              ? static_cast<std::size_t>(std::clamp(std::round(x), 0.0, PhoneMap::kCells - 1.0))
              : 0;
      while (taken[cell]) cell = (cell + 1) % taken.size();
      taken[cell] = true;
      x = static_cast<double>(cell);
    }
  }
  double evaluate(std::span<const double> point, std::uint64_t seed) override {
    simulated_ += showers_;
    return simulate(point, showers_, Rng(seed));
  }
  [[nodiscard]] double analytic(std::span<const double> point) const override {
    PhoneMap::Expected expected;
    for (const int cell : cells(point)) map_.add(cell, expected);
    return reward(map_.probability(expected));
  }
  [[nodiscard]] double judge(std::span<const double> point, std::uint64_t seed) const override {
    constexpr int kJudged = 150'000;
    return simulate(point, kJudged, Rng(seed).split(kJudged));
  }
  [[nodiscard]] std::int64_t simulated() const override { return simulated_; }
  [[nodiscard]] std::int64_t cost_of_one() const override { return showers_; }
  [[nodiscard]] std::string currency() const override { return "showers"; }
  [[nodiscard]] std::vector<double> from_actions(std::span<const int> actions) const override {
    if (actions.size() != variables_.size())
      throw Error("{} actions: {} place all clusters", actions.size(), variables_.size());
    std::array<bool, PhoneMap::kCells> taken{};
    for (const int cell : actions) {
      if (cell < 0 || cell >= PhoneMap::kCells || taken[static_cast<std::size_t>(cell)])
        throw Error("action {} is no free cell of PhoneArray-v0", cell);
      taken[static_cast<std::size_t>(cell)] = true;
    }
    return {actions.begin(), actions.end()};
  }
  [[nodiscard]] std::string describe(std::span<const double> point) const override {
    std::string list;
    for (const int cell : cells(point))
      list += fmt::format("{}[{}, {}]", list.empty() ? "" : ", ",
                          PhoneMap::kCellKm * (cell % PhoneMap::kSide + 0.5),
                          PhoneMap::kCellKm * (cell / PhoneMap::kSide + 0.5));
    return fmt::format("{{\"clusters_km\": [{}]}}\n", list);
  }

 private:
  static std::vector<int> cells(std::span<const double> point) {
    std::vector<int> out;
    for (const double x : point) out.push_back(static_cast<int>(x));
    return out;
  }
  [[nodiscard]] double reward(double probability) const {
    return probability > 0 ? std::max(kWorstArray, std::log(probability / reference_))
                           : kWorstArray;
  }
  [[nodiscard]] double simulate(std::span<const double> point, int showers, const Rng& rng) const {
    return reward(map_.simulate(cells(point), showers, rng));
  }

  PhoneMap map_;
  double reference_;
  int showers_;
  std::vector<Variable> variables_;
  std::int64_t simulated_ = 0;
};

}  // namespace

std::unique_ptr<DesignProblem> make_phone_problem(const Config& options) {
  return std::make_unique<PhoneProblem>(read_phone_array(options),
                                        options.get<int>("showers", 20'000, 100, 10'000'000));
}

}  // namespace tengen::detector
