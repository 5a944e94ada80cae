// Checks of values: the description itself, and whether a long random run keeps to it.
#include "envs/checker_parts.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace tengen::checker {
namespace {

void check_observation_space(const ObservationSpace& space, Report& report) {
  constexpr auto kName = "observation space";
  const Shape& shape = space.shape;
  if (shape.rank < 0 || shape.rank > 4)
    return report.fail(kName, "the shape's rank is {}; it must be from 0 to 4", shape.rank);
  for (int i = 0; i < shape.rank; ++i)
    if (shape[i] < 1)
      return report.fail(kName, "extent {} of the shape is {}; it must be at least 1", i, shape[i]);
  double count = 1;
  for (int i = 0; i < shape.rank; ++i) count *= shape[i];
  if (count >= 0x1p31)
    return report.fail(kName, "the shape has {:.3g} elements; there must be fewer than 2^31",
                       count);
  if (!(space.low <= space.high))
    return report.fail(kName, "the range [{}, {}] is empty", space.low, space.high);
  if (space.element == Element::kUint8 && (space.low < 0 || space.high > 255))
    return report.fail(kName, "bytes cannot span [{}, {}]", space.low, space.high);
  if (space.low == space.high)
    return report.warn(kName, "the range [{}, {}] has one value", space.low, space.high);
  if (std::isinf(space.low) || std::isinf(space.high))
    return report.warn(kName, "the range [{}, {}] is not bounded: learners cannot scale by it",
                       space.low, space.high);
  const bool image = space.element == Element::kUint8 && shape.rank >= 2 &&
                     space.high > 1;  // up to 1 they are the planes of a board
  if (image && (space.low != 0 || space.high != 255))
    return report.warn(kName, "pictures usually span [0, 255], not [{}, {}]", space.low,
                       space.high);
  if (image && std::min(shape[shape.rank - 1], shape[shape.rank - 2]) < 36)
    return report.warn(kName, "pictures below 36 × 36 are too small for the Nature network");
  report.pass(kName, "{} {} in [{}, {}]", shape.count(),
              space.element == Element::kUint8 ? "bytes" : "floats", space.low, space.high);
}

void check_box(const Box& box, Report& report) {
  constexpr auto kName = "action space";
  if (box.low.empty() || box.low.size() != box.high.size())
    return report.fail(kName, "{} lower and {} upper bounds; both must number the dimensions",
                       box.low.size(), box.high.size());
  for (std::size_t i = 0; i < box.low.size(); ++i)
    if (!(box.low[i] < box.high[i]))
      return report.fail(kName, "dimension {} spans [{}, {}]; the lower bound must be the smaller",
                         i, box.low[i], box.high[i]);
  for (std::size_t i = 0; i < box.low.size(); ++i)
    if (!box.bounded(i))
      return report.warn(kName,
                         "dimension {} spans [{}, {}], without bounds: sac does not learn it, the "
                         "others begin with deviations of 1 around 0",
                         i, box.low[i], box.high[i]);
  report.pass(kName, "{} real-valued, bounded", box.low.size());
}

void check_action_space(const ActionSpace& space, Report& report) {
  constexpr auto kName = "action space";
  if (const auto* box = std::get_if<Box>(&space)) return check_box(*box, report);
  const auto& [n, names] = std::get<Discrete>(space);
  if (n < 1) return report.fail(kName, "{} actions; there must be at least 1", n);
  if (!names.empty() && names.size() != static_cast<std::size_t>(n))
    return report.fail(kName, "{} names for {} actions", names.size(), n);
  if (std::set(names.begin(), names.end()).size() != names.size())
    return report.fail(kName, "two actions have the same name");
  if (n == 1) return report.warn(kName, "a single action leaves nothing to learn");
  report.pass(kName, "{} actions{}", n, names.empty() ? " without names" : "");
}

// For each rule where the run first broke it, as a message; empty if it never did.
struct Violations {
  std::string observation, reward, ending, mask;
};

template <class T>
std::string out_of_range(std::span<const T> values, const ObservationSpace& space) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<float>(values[i]);
    if (usable(value) && value >= space.low && value <= space.high) continue;
    return fmt::format("element {} is {}, outside [{}, {}]", i, value, space.low, space.high);
  }
  return "";
}

std::string out_of_range(const ObservationView& view, int lane, const ObservationSpace& space) {
  return view.element == Element::kUint8
             ? out_of_range(std::span<const std::uint8_t>(view.row<std::uint8_t>(lane)), space)
             : out_of_range(std::span<const float>(view.row<float>(lane)), space);
}

void note(std::string& first, const std::string& what, int step, int lane) {
  if (first.empty() && !what.empty()) first = fmt::format("step {}, lane {}: {}", step, lane, what);
}

std::string bad_ending(const StepView& seen, std::size_t lane, int elapsed, int limit) {
  const int terminated = seen.terminated[lane], truncated = seen.truncated[lane];
  if (terminated > 1 || truncated > 1) return "terminated and truncated must be 0 or 1";
  if (terminated == 1 && truncated == 1) return "both terminated and truncated";
  if (truncated == 1 && elapsed != limit)
    return fmt::format("truncated after {} steps, the limit is {}", elapsed, limit);
  if (limit > 0 && elapsed >= limit && terminated + truncated == 0)
    return fmt::format("goes on after {} steps, the limit is {}", elapsed, limit);
  return "";
}

std::string bad_mask(std::span<const std::uint8_t> mask) {
  if (std::ranges::any_of(mask, [](std::uint8_t entry) { return entry > 1; }))
    return "an entry is neither 0 nor 1";
  if (std::ranges::none_of(mask, [](std::uint8_t entry) { return entry != 0; }))
    return "no action is legal";
  return "";
}

struct Fuzz {
  Violations bad;
  int episodes = 0;
  float least_reward = INFINITY, most_reward = -INFINITY;
};

Fuzz fuzz(const Subject& subject) {
  constexpr int kFuzzLanes = 4;
  Fuzz out;
  WorkerPool pool(1);
  const auto env = subject.make(kFuzzLanes, pool);
  const EnvSpec& spec = env->spec();
  RandomPlay play(*env, subject.options.seed);
  const StepView& seen = play.seen();
  std::vector<int> elapsed(kFuzzLanes);
  for (int step = 0; step <= subject.options.steps / kFuzzLanes; ++step) {
    for (int lane = 0; lane < kFuzzLanes; ++lane) {
      const auto i = static_cast<std::size_t>(lane);
      note(out.bad.observation, out_of_range(seen.observation, lane, spec.observation), step, lane);
      if (!seen.legal.empty()) note(out.bad.mask, bad_mask(seen.legal.row(lane)), step, lane);
      if (step == 0) continue;
      if (!usable(seen.reward[i]))
        note(out.bad.reward, fmt::format("reward is {}", seen.reward[i]), step, lane);
      out.least_reward = std::min(out.least_reward, seen.reward[i]);
      out.most_reward = std::max(out.most_reward, seen.reward[i]);
      note(out.bad.ending, bad_ending(seen, i, ++elapsed[i], spec.max_episode_steps), step, lane);
      if (!seen.ended(lane)) continue;
      note(out.bad.observation, out_of_range(seen.final_observation, lane, spec.observation), step,
           lane);
      if (!seen.final_legal.empty() && seen.truncated[i] != 0)
        note(out.bad.mask, bad_mask(seen.final_legal.row(lane)), step, lane);
      elapsed[i] = 0;
      ++out.episodes;
    }
    play.play();
  }
  return out;
}

}  // namespace

void check_spec(const EnvSpec& spec, Report& report) {
  constexpr auto kName = "description";
  check_observation_space(spec.observation, report);
  check_action_space(spec.action, report);
  if (spec.masked && !std::holds_alternative<Discrete>(spec.action))
    return report.fail(kName, "legal() needs a Discrete action space");
  if (spec.max_episode_steps < 0)
    return report.fail(kName, "max_episode_steps is {}; 0 means none", spec.max_episode_steps);
  if (!(spec.steps_per_second > 0))
    return report.fail(kName, "steps_per_second is {}; it must be positive", spec.steps_per_second);
}

void check_description(const Subject& subject, Report& report) {
  constexpr auto kName = "description";
  WorkerPool pool(1);
  const EnvSpec spec = subject.make(1, pool)->spec();
  check_spec(spec, report);
  if (spec.name != subject.entry.id && !subject.entry.elsewhere)
    return report.fail(kName, "registered as '{}', but spec() says '{}'", subject.entry.id,
                       spec.name);
  if (worst(report.findings) == Verdict::kFail) return;
  if (subject.entry.description.empty())
    return report.warn(kName, "no description for 'tengen list envs'");
  report.pass(kName, "{}", subject.entry.description);
}

void check_values(const Subject& subject, Report& report) {
  const auto [bad, episodes, least, most] = fuzz(subject);
  const auto judge = [&](std::string_view name, const std::string& violation, std::string text) {
    if (violation.empty())
      report.pass(name, "{}", text);
    else
      report.fail(name, "{}", violation);
  };
  const int steps = subject.options.steps;
  judge("observations", bad.observation, fmt::format("within range in {} steps", steps));
  judge("rewards", bad.reward, fmt::format("from {} to {} under random play", least, most));
  judge("masks", bad.mask, "never empty");
  if (bad.ending.empty() && episodes == 0)
    report.warn("endings", "no episode ended in {} steps", steps);
  else
    judge("endings", bad.ending, fmt::format("{} episodes in {} steps", episodes, steps));
}

}  // namespace tengen::checker
