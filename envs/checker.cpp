#include "envs/checker.hpp"

#include "envs/checker_parts.hpp"

#include <algorithm>
#include <chrono>

namespace tengen {
namespace checker {
namespace {

void check_drawing(const Subject& subject, Report& report) {
  constexpr auto kName = "picture";
  WorkerPool pool(1);
  const auto env = subject.make(2, pool);
  RandomPlay play(*env, subject.options.seed);
  Canvas canvas, again;
  if (!env->draw(0, canvas))
    return report.warn(kName, "none: watch and play have nothing to show; give it draw(Canvas&)");
  play.play(5);
  env->draw(1, canvas);
  env->draw(1, again);
  if (canvas.width() < 1 || canvas.height() < 1)
    return report.fail(kName, "draw() must size the canvas; it is {} × {}", canvas.width(),
                       canvas.height());
  if (!std::ranges::equal(canvas.rgb(), again.rgb()))
    return report.fail(kName, "drawn twice, the picture differs");
  const auto rgb = canvas.rgb();
  bool plain = true;
  for (std::size_t i = 3; i < rgb.size(); ++i) plain = plain && rgb[i] == rgb[i - 3];
  if (plain) return report.warn(kName, "it has one colour only");
  report.pass(kName, "{} × {}", canvas.width(), canvas.height());
}

void check_oracle(const Subject& subject, Report& report) {
  constexpr auto kName = "oracle";
  constexpr int kOracleLanes = 2;
  WorkerPool pool(1);
  const auto env = subject.make(kOracleLanes, pool);
  StepBuffer buffer(env->spec(), kOracleLanes);
  ActionMemory action(env->spec().action, kOracleLanes);
  env->reset(subject.options.seed, buffer.view());
  if (!env->oracle(action.view())) return;  // most environments have no scripted expert
  const int n = std::get<Discrete>(env->spec().action).n;
  double total = 0;
  int episodes = 0;
  for (int step = 0; step < subject.options.steps / kOracleLanes; ++step) {
    env->oracle(action.view());
    for (int lane = 0; lane < kOracleLanes; ++lane) {
      const std::int32_t chosen = action.view().discrete[static_cast<std::size_t>(lane)];
      if (chosen < 0 || chosen >= n)
        return report.fail(kName, "chooses action {}, outside [0, {})", chosen, n);
      if (!buffer.view().legal.empty() &&
          buffer.view().legal.row(lane)[static_cast<std::size_t>(chosen)] == 0)
        return report.fail(kName, "chooses action {}, which is illegal there", chosen);
    }
    env->step(action.view(), buffer.view());
    for (std::size_t lane = 0; lane < kOracleLanes; ++lane) {
      total += buffer.view().reward[lane];
      episodes += buffer.view().ended(static_cast<int>(lane)) ? 1 : 0;
    }
  }
  report.pass(kName, "legal throughout; {:.6g} points in {} episodes", total, episodes);
}

void check_speed(const Subject& subject, Report& report) {
  constexpr int kSpeedLanes = 64;
  if (subject.options.speed_seconds <= 0) return;
  WorkerPool pool(1);
  const auto env = subject.make(kSpeedLanes, pool);
  RandomPlay play(*env, subject.options.seed);
  using Clock = std::chrono::steady_clock;
  double seconds = 0;
  std::int64_t steps = 0;
  while (seconds < subject.options.speed_seconds) {
    const auto began = Clock::now();
    env->step(play.next_action(), play.seen());
    seconds += std::chrono::duration<double>(Clock::now() - began).count();
    steps += kSpeedLanes;
    play.play();  // off the clock, to draw other actions
  }
  report.pass("speed", "{:.3g} steps/s with {} lanes in one thread",
              static_cast<double>(steps) / seconds, kSpeedLanes);
}

struct Check {
  const char* name;
  void (*run)(const Subject&, Report&);
  bool repeats = false;  // it compares runs, which differ where the environment says so
};
constexpr Check kChecks[] = {{"description", check_description},
                             {"same seed", check_same_seed, true},
                             {"different seeds", check_different_seeds},
                             {"threads", check_threads, true},
                             {"lanes", check_lanes, true},
                             {"instances", check_instances, true},
                             {"save and load", check_saving, true},
                             {"memory", check_memory, true},
                             {"observe", check_observe},
                             {"allocations", check_allocations},
                             {"values", check_values},
                             {"picture", check_drawing},
                             {"oracle", check_oracle},
                             {"speed", check_speed}};

bool says_deterministic(const Subject& subject) {
  try {
    WorkerPool pool(1);
    return subject.make(1, pool)->spec().deterministic;
  } catch (const UsageError&) {
    throw;
  } catch (...) {
    return true;  // the checks will say what was thrown
  }
}

}  // namespace
}  // namespace checker

std::string_view verdict_name(Verdict verdict) {
  constexpr std::string_view kNames[] = {"pass", "warn", "fail"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::vector<Finding> check_env(const EnvEntry& entry, const CheckOptions& options) {
  const checker::Subject subject{entry, options};
  checker::Report report(options);
  const bool deterministic = checker::says_deterministic(subject);
  for (const checker::Check& check : checker::kChecks) {
    report.lenient = check.repeats && !deterministic;
    try {
      check.run(subject, report);
    } catch (const UsageError&) {
      throw;  // the options were wrong, not the environment
    } catch (...) {
      report.lenient = false;
      report.fail(check.name, "an exception: {}", what_was_thrown());
    }
    // An environment that is badly described cannot be played.
    if (check.run == checker::check_description && worst(report.findings) == Verdict::kFail) break;
  }
  return std::move(report.findings);
}

Verdict worst(const std::vector<Finding>& findings) {
  Verdict out = Verdict::kPass;
  for (const Finding& finding : findings) out = std::max(out, finding.verdict);
  return out;
}

}  // namespace tengen
