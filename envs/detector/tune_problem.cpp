// The Tune tasks as optimisers see them: real coordinates in [−1, 1].
#include "core/check.hpp"
#include "envs/detector/calo_tune.hpp"
#include "envs/detector/design_problems.hpp"
#include "envs/detector/spectrometer.hpp"
#include "envs/detector/tracker_task.hpp"

namespace tengen::detector {
namespace {

template <class Task>
class TuneProblem final : public DesignProblem {
 public:
  TuneProblem(const Task& task, int each, std::string currency)
      : task_(task), each_(each), currency_(std::move(currency)) {
    for (std::string& name : task.names()) variables_.push_back({std::move(name), 0, true});
  }

  [[nodiscard]] std::span<const Variable> variables() const override { return variables_; }
  void repair(std::span<double> point) const override {
    TENGEN_CHECK(point.size() == variables_.size());
    for (double& x : point) x = std::isfinite(x) ? std::clamp(x, -1.0, 1.0) : 0;
  }
  double evaluate(std::span<const double> point, std::uint64_t seed) override {
    simulated_ += cost_of_one();
    return task_.value(point, each_, Rng(seed)).reward;
  }
  [[nodiscard]] double analytic(std::span<const double> point) const override {
    return task_.value(point).reward;
  }
  [[nodiscard]] double judge(std::span<const double> point, std::uint64_t seed) const override {
    constexpr int kJudged = 50'000;
    return task_.value(point, kJudged, Rng(seed).split(kJudged)).reward;
  }
  [[nodiscard]] std::int64_t simulated() const override { return simulated_; }
  [[nodiscard]] std::int64_t cost_of_one() const override { return 3 * std::int64_t{each_}; }
  [[nodiscard]] std::string currency() const override { return currency_; }
  [[nodiscard]] std::vector<double> from_actions(std::span<const int>) const override {
    throw Error("{}: actions are real numbers, and the knobs themselves the point", Task::kName);
  }
  [[nodiscard]] std::string describe(std::span<const double> point) const override {
    return task_.json(point);
  }

 private:
  Task task_;
  int each_;
  std::string currency_;
  std::vector<Variable> variables_;
  std::int64_t simulated_ = 0;
};

}  // namespace

std::unique_ptr<DesignProblem> make_calo_tune_problem(const Config& options) {
  return std::make_unique<TuneProblem<CaloTuneTask>>(read_calo_tune(options), read_showers(options),
                                                     "showers");
}

std::unique_ptr<DesignProblem> make_spectro_problem(const Config& options) {
  return std::make_unique<TuneProblem<SpectroTask>>(read_spectro(options), read_tracks(options),
                                                    "tracks");
}

}  // namespace tengen::detector
