// CaloBuild as optimisers see it: twelve places for segments, of four coordinates each.
#include "core/check.hpp"
#include "envs/detector/calo_build.hpp"
#include "envs/detector/design_problems.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {
namespace {

constexpr int kNothing = static_cast<int>(kAbsorbers.size());  // no segment in this place

class CaloProblem final : public DesignProblem {
 public:
  CaloProblem(const CaloContext& context, int showers) : context_(context), showers_(showers) {
    for (int i = 0; i < kMostSegments; ++i) {
      const auto add = [&](const char* what, std::size_t choices, bool ordered) {
        variables_.push_back(
            {fmt::format("{}{}", what, i + 1), static_cast<int>(choices), ordered});
      };
      add("absorber", kAbsorbers.size() + 1, false);
      add("thickness", kAbsorberLengths.size(), true);
      add("active", kActiveLayers.size(), false);
      add("repeats", kRepeats.size(), true);
    }
  }

  [[nodiscard]] std::span<const Variable> variables() const override { return variables_; }

  // From the front: what does not fit gets fewer repeats, then a thinner absorber, then is left
  // out.
  void repair(std::span<double> point) const override {
    TENGEN_CHECK(point.size() == variables_.size());
    for (std::size_t i = 0; i < point.size(); ++i) {
      const double most = variables_[i].choices - 1;
      point[i] = std::isfinite(point[i]) ? std::clamp(std::round(point[i]), 0.0, most) : 0;
    }
    CaloPlan plan;
    for (std::size_t i = 0; i < point.size(); i += 4) {
      if (point[i] >= kNothing) continue;
      while (!plan.fits(choice(point, i), context_)) {
        if (point[i + 3] > 0) {
          --point[i + 3];
        } else if (point[i + 1] > 0) {
          --point[i + 1];
        } else {
          point[i] = kNothing;
          break;
        }
      }
      if (point[i] < kNothing) plan.add(choice(point, i), context_);
    }
  }

  double evaluate(std::span<const double> point, std::uint64_t seed) override {
    simulated_ += cost_of_one();
    return simulate(point, showers_, Rng(seed));
  }
  [[nodiscard]] double analytic(std::span<const double> point) const override {
    std::array<CaloCell, kMostSegments> cells;
    return calo_value(plan(point).cells(cells), context_).reward;
  }
  [[nodiscard]] double judge(std::span<const double> point, std::uint64_t seed) const override {
    constexpr int kJudged = 50'000;
    return simulate(point, kJudged, Rng(seed).split(kJudged));
  }

  [[nodiscard]] std::int64_t simulated() const override { return simulated_; }
  [[nodiscard]] std::int64_t cost_of_one() const override {
    return static_cast<std::int64_t>(context_.energies_gev.size()) * showers_;
  }
  [[nodiscard]] std::string currency() const override { return "showers"; }

  [[nodiscard]] std::vector<double> from_actions(std::span<const int> actions) const override {
    std::vector<double> point(variables_.size(), 0);
    for (std::size_t i = 0; i < point.size(); i += 4) point[i] = kNothing;
    constexpr std::array<int, 4> kFirst{0, CaloBuild::kFirstThickness, CaloBuild::kFirstActive,
                                        CaloBuild::kFirstRepeat};
    std::size_t next = 0;
    for (const int action : actions) {
      if (action == CaloBuild::kStop && next % 4 == 0) break;
      const int place = action - kFirst[next % 4];
      if (next >= point.size() || place < 0 || place >= variables_[next].choices)
        throw Error("action {} is none of step {} of CaloBuild-v0", action, next);
      point[next++] = place;
    }
    // A segment that was begun but not finished is none.
    if (next % 4 != 0) point[next - next % 4] = kNothing;
    return point;
  }
  [[nodiscard]] std::string describe(std::span<const double> point) const override {
    return calo_json(plan(point), context_);
  }

 private:
  static CaloChoice choice(std::span<const double> point, std::size_t i) {
    const auto at = [&](std::size_t k) { return static_cast<std::uint8_t>(point[i + k]); };
    return {at(0), at(1), at(2), at(3)};
  }
  [[nodiscard]] CaloPlan plan(std::span<const double> point) const {
    CaloPlan out;
    for (std::size_t i = 0; i < point.size(); i += 4)
      if (point[i] < kNothing) out.add(choice(point, i), context_);
    return out;
  }
  [[nodiscard]] double simulate(std::span<const double> point, int showers, const Rng& rng) const {
    std::array<CaloCell, kMostSegments> cells;
    return calo_value(plan(point).cells(cells), context_, showers, rng).reward;
  }

  CaloContext context_;
  int showers_;
  std::vector<Variable> variables_;
  std::int64_t simulated_ = 0;
};

}  // namespace

std::unique_ptr<DesignProblem> make_calo_problem(const Config& options) {
  return std::make_unique<CaloProblem>(read_calo_context(options), read_showers(options));
}

}  // namespace tengen::detector
