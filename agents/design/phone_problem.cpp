// PhoneArray as optimisers see it: the cell of each cluster.
#include "agents/design/design_tasks.hpp"
#include "agents/design/simulated_problem.hpp"
#include "core/check.hpp"
#include "core/usize.hpp"
#include "envs/detector/phone_array.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {
namespace {

constexpr double kWorstArray = -6;  // reward of what sees nothing

/// Rewards are ln(P/P_ref).
class PhoneProblem final : public SimulatedProblem {
 public:
  PhoneProblem(const PhoneArray& array, int showers)
      : SimulatedProblem(clusters(array.clusters), {"showers", 1, showers}),
        map_(array.map),
        reference_(array.map.reference(array.clusters)) {}

  // Where two clusters are in one cell, the later one goes to the next free cell.
  void repair(std::span<double> point) const override {
    TENGEN_CHECK(point.size() == variables().size());
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
  [[nodiscard]] double analytic(std::span<const double> point) const override {
    PhoneMap::Expected expected;
    for (const int cell : cells(point)) map_.add(cell, expected);
    return reward(map_.probability(expected));
  }
  [[nodiscard]] std::vector<double> from_actions(std::span<const int> actions) const override {
    if (actions.size() != variables().size())
      throw Error("{} actions: {} place all clusters", actions.size(), variables().size());
    std::array<bool, PhoneMap::kCells> taken{};
    for (const int cell : actions) {
      if (cell < 0 || cell >= PhoneMap::kCells || taken[usize(cell)])
        throw Error("action {} is no free cell of PhoneArray-v0", cell);
      taken[usize(cell)] = true;
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
  static std::vector<Variable> clusters(int count) {
    std::vector<Variable> out;
    for (int i = 0; i < count; ++i)
      out.push_back({fmt::format("cluster{}", i + 1), PhoneMap::kCells, false});
    return out;
  }
  static std::vector<int> cells(std::span<const double> point) {
    std::vector<int> out;
    for (const double x : point) out.push_back(static_cast<int>(x));
    return out;
  }
  [[nodiscard]] double reward(double probability) const {
    return probability > 0 ? std::max(kWorstArray, std::log(probability / reference_))
                           : kWorstArray;
  }
  [[nodiscard]] double simulate(std::span<const double> point, int showers,
                                const Rng& rng) const override {
    return reward(map_.simulate(cells(point), showers, rng));
  }

  PhoneMap map_;
  double reference_;
};

std::unique_ptr<DesignProblem> make_problem(const Config& options) {
  return std::make_unique<PhoneProblem>(read_phone_array(options),
                                        options.get<int>("showers", 20'000, 100, 10'000'000));
}

}  // namespace

DesignTask phone_array_task() { return {PhoneArray::kName, make_problem}; }

}  // namespace tengen::detector
