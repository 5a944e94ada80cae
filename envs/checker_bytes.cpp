// Checks that runs give equal bytes (same seed, threads, lanes, snapshots), and what memory they
// write to.
#include "envs/checker_parts.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <thread>

namespace tengen::checker {
namespace {

// The first lane at which two runs differ.
std::optional<std::size_t> difference(const std::vector<std::uint64_t>& a,
                                      const std::vector<std::uint64_t>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    if (a[i] != b[i]) return i;
  return std::nullopt;
}

// Whether all lanes look alike as long as all of them do what lane 0 does.
bool lanes_alike(VectorEnv& env, std::uint64_t seed) {
  RandomPlay play(env, seed);
  const auto alike = [&] {
    for (int lane = 1; lane < env.size(); ++lane)
      if (!std::ranges::equal(play.seen().observation.bytes(lane),
                              play.seen().observation.bytes(0)))
        return false;
    return true;
  };
  for (int step = 0; step < kSteps && alike(); ++step) {
    const ActionBuffer action = play.next_action();
    std::ranges::fill(action.discrete, action.discrete.empty() ? 0 : action.discrete[0]);
    const std::size_t width = action.box.size() / static_cast<std::size_t>(env.size());
    for (std::size_t i = width; i < action.box.size(); ++i) action.box[i] = action.box[i - width];
    play.play();
  }
  return alike();
}

void scribble(const StepView& view, std::uint8_t pattern) {
  for (int lane = 0; lane < view.lanes(); ++lane) {
    std::ranges::fill(view.observation.bytes(lane), std::byte{pattern});
    std::ranges::fill(view.final_observation.bytes(lane), std::byte{pattern});
  }
  std::ranges::fill(view.reward, static_cast<float>(pattern));
  std::ranges::fill(view.terminated, pattern);
  std::ranges::fill(view.truncated, pattern);
  std::ranges::fill(view.legal.data, pattern);
  std::ranges::fill(view.final_legal.data, pattern);
}

}  // namespace

void check_same_seed(const Subject& subject, Report& report) {
  constexpr auto kName = "same seed";
  WorkerPool pool(1);
  const auto env = subject.make(kLanes, pool);
  std::vector<std::uint64_t> runs[2];
  for (auto& run : runs) {
    RandomPlay play(*env, subject.options.seed);
    play.play(kSteps);
    run = play.signatures();
  }
  if (const auto lane = difference(runs[0], runs[1]))
    return report.fail(kName, "reset again with the same seed, lane {} behaves differently", *lane);
  if (const auto lane = difference(runs[0], subject.signatures(kLanes, 1, subject.options.seed)))
    return report.fail(kName, "in another instance with the same seed, lane {} behaves differently",
                       *lane);
  report.pass(kName, "the same bytes, reset and made anew");
}

void check_different_seeds(const Subject& subject, Report& report) {
  constexpr auto kName = "different seeds";
  WorkerPool pool(1);
  const auto env = subject.make(kLanes, pool);
  // The same actions under both seeds: those of the first, so that only the environment differs.
  StepBuffer other(env->spec(), kLanes);
  const auto twin = subject.make(kLanes, pool);
  RandomPlay play(*env, subject.options.seed);
  twin->reset(subject.options.seed + 1, other.view());
  const auto same = [&] {
    for (int lane = 0; lane < kLanes; ++lane)
      if (!std::ranges::equal(play.seen().observation.bytes(lane),
                              other.view().observation.bytes(lane)))
        return false;
    return true;
  };
  for (int step = 0; step < kSteps && same(); ++step) {
    twin->step(play.next_action(), other.view());
    play.play();
  }
  if (same())
    return report.warn(kName, "make no difference: fine if nothing here is random, else a bug");
  if (lanes_alike(*env, subject.options.seed))
    return report.fail(kName, "differ, but all lanes of one seed are alike");
  report.pass(kName, "differ");
}

void check_threads(const Subject& subject, Report& report) {
  constexpr auto kName = "threads";
  const auto expected = subject.signatures(3 * kLanes, 1, subject.options.seed);
  for (const int threads : {3, 8})
    if (const auto lane =
            difference(expected, subject.signatures(3 * kLanes, threads, subject.options.seed)))
      return report.fail(kName, "with {} threads lane {} behaves differently than with 1", threads,
                         *lane);
  report.pass(kName, "the same bytes with 1, 3 and 8");
}

void check_lanes(const Subject& subject, Report& report) {
  constexpr auto kName = "lanes";
  const auto expected = subject.signatures(kLanes, 1, subject.options.seed);
  for (const int lanes : {1, 4, 3 * kLanes})
    if (const auto lane = difference(expected, subject.signatures(lanes, 1, subject.options.seed)))
      return report.fail(kName, "lane {} of {} behaves differently than that of {}", *lane, lanes,
                         kLanes);
  report.pass(kName, "independent of how many there are");
}

void check_instances(const Subject& subject, Report& report) {
  constexpr auto kName = "instances";
  constexpr std::size_t kInstances = 4;
  struct Instance {
    WorkerPool pool{1};
    std::unique_ptr<VectorEnv> env;
  };
  std::array<Instance, kInstances> instances;
  // One after the other: reading a Config marks what was read, in all copies of it.
  for (Instance& instance : instances) instance.env = subject.make(kLanes, instance.pool);
  std::vector<std::vector<std::uint64_t>> found(kInstances);
  std::vector<std::exception_ptr> errors(kInstances);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kInstances; ++i)
      threads.emplace_back([&, i] {
        try {
          RandomPlay play(*instances[i].env, subject.options.seed);
          play.play(kSteps);
          found[i] = play.signatures();
        } catch (...) {
          errors[i] = std::current_exception();
        }
      });
  }
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
  for (const auto& other : found)
    if (difference(found[0], other))
      return report.fail(kName, "side by side in {} threads they disturb each other", kInstances);
  report.pass(kName, "{} side by side, each in its thread, do not disturb each other", kInstances);
}

void check_saving(const Subject& subject, Report& report) {
  constexpr auto kName = "save and load";
  WorkerPool pool(1);
  const auto env = subject.make(kLanes, pool);
  if (!env->spec().can_save)
    return report.warn(kName, "it cannot be saved: a resumed run starts its episodes anew");
  RandomPlay play(*env, subject.options.seed);
  play.play(kSteps);
  ArchiveWriter writer;
  env->save(writer, "env");
  const auto reader = ArchiveReader::from_bytes(writer.bytes(), "checker");
  // A copy that has lived another life goes on from the snapshot, with the original's actions.
  const auto copy = subject.make(kLanes, pool);
  RandomPlay(*copy, subject.options.seed + 1).play(7);
  copy->load(reader, "env");
  StepBuffer seen(copy->spec(), kLanes);
  copy->observe(seen.view());
  for (int step = 0; step <= kSteps; ++step) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const auto i = static_cast<std::size_t>(lane);
      const bool outcome_equal =
          step == 0 || (seen.view().reward[i] == play.seen().reward[i] &&
                        seen.view().terminated[i] == play.seen().terminated[i] &&
                        seen.view().truncated[i] == play.seen().truncated[i]);
      if (!outcome_equal || !std::ranges::equal(seen.view().observation.bytes(lane),
                                                play.seen().observation.bytes(lane)))
        return report.fail(kName, "{} steps after loading, lane {} differs from the original", step,
                           lane);
    }
    copy->step(play.next_action(), seen.view());
    play.play();
  }
  const auto other = subject.make(kLanes + 1, pool);
  try {
    other->load(reader, "env");
  } catch (const Error&) {
    return report.pass(kName, "a loaded copy goes on like the original");
  }
  report.fail(kName, "a state of {} lanes loads into {} lanes; it must throw Error", kLanes,
              kLanes + 1);
}

void check_memory(const Subject& subject, Report& report) {
  constexpr auto kName = "memory";
  WorkerPool pool(1);
  const auto expected = subject.signatures(kLanes, 1, subject.options.seed);
  // Scribbling between steps finds what is left unwritten and what is read back; two patterns,
  // because one might be the right value.
  for (const std::uint8_t pattern : {0x55, 0xAA}) {
    const auto env = subject.make(kLanes, pool);
    RandomPlay play(*env, subject.options.seed);
    for (int step = 0; step < kSteps; ++step) {
      scribble(play.seen(), pattern);
      play.play();
    }
    if (const auto lane = difference(expected, play.signatures()))
      return report.fail(
          kName, "lane {} leaves part of the step unwritten, or reads what it wrote before", *lane);
  }
  // Memory of the step before last must stay as it is: the environment may keep no pointer into it.
  const auto env = subject.make(kLanes, pool);
  RandomPlay play(*env, subject.options.seed);
  StepBuffer old(env->spec(), kLanes);
  env->reset(subject.options.seed, old.view());
  scribble(old.view(), 0x55);
  play.play(kSteps);
  for (int lane = 0; lane < kLanes; ++lane)
    if (std::ranges::any_of(old.view().observation.bytes(lane),
                            [](std::byte value) { return value != std::byte{0x55}; }))
      return report.fail(kName, "lane {} writes into memory lent for an earlier step", lane);
  report.pass(kName, "all of a step is written, nothing is kept");
}

void check_observe(const Subject& subject, Report& report) {
  constexpr auto kName = "observe";
  WorkerPool pool(1);
  const auto env = subject.make(kLanes, pool);
  RandomPlay play(*env, subject.options.seed);
  StepBuffer again(env->spec(), kLanes);
  for (int step = 0; step < 50; ++step) {
    play.play();
    env->observe(again.view());
    for (int lane = 0; lane < kLanes; ++lane) {
      if (!std::ranges::equal(again.view().observation.bytes(lane),
                              play.seen().observation.bytes(lane)))
        return report.fail(kName, "lane {} shows another observation when asked again", lane);
      if (!play.seen().legal.empty() &&
          !std::ranges::equal(again.view().legal.row(lane), play.seen().legal.row(lane)))
        return report.fail(kName, "lane {} shows another mask when asked again", lane);
    }
  }
  report.pass(kName, "the same again");
}

void check_allocations(const Subject& subject, Report& report) {
  constexpr auto kName = "allocations";
  if (!subject.options.count_allocations) return;
  WorkerPool pool(1);
  const auto env = subject.make(kLanes, pool);
  RandomPlay play(*env, subject.options.seed);
  play.play(kSteps);
  const std::int64_t count = subject.options.count_allocations([&] { play.play(kSteps); });
  if (count > 0)
    return report.warn(kName, "{} in {} steps of {} lanes; keep memory in the state instead", count,
                       kSteps, kLanes);
  report.pass(kName, "none in {} steps of {} lanes", kSteps, kLanes);
}

}  // namespace tengen::checker
