// Schedules of a run whose end is moved, and weights that a new run begins with.
#include "agents/schedules.hpp"

#include "tests/agents/figures.hpp"
#include "tests/agents/probes.hpp"
#include "tests/agents/run.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

using namespace tengen;

namespace {

ScheduleClock moved(const ScheduleClock& clock, std::int64_t total, std::int64_t step) {
  ArchiveWriter writer;
  clock.save(writer, "schedule");
  ScheduleClock out(total);
  out.load(ArchiveReader::from_bytes(writer.bytes(), "a.tgn"), "schedule", step);
  return out;
}

template <class E>
std::map<std::string, double> metrics_of(Run<E>& run, std::int64_t steps) {
  std::map<std::string, double> values;
  run.logger = Logger();
  run.logger.add(std::make_unique<LastFigures>(values));
  run.train(steps);
  run.logger.dump(run.agent->steps());
  return values;
}

const char* const kScheduled[] = {"train/learning_rate", "rollout/exploration_rate",
                                  "train/clip_range"};

// A run of 2,000 steps that becomes one of 6,000 after half of them.
template <class E>
void check_continuous(const std::string& algo, const std::string& agent) {
  INFO(algo);
  const auto recipe = [&](int steps) {
    return fmt::format(
        "steps = {}\n[agent]\nlearning_rate_schedule = \"linear\"\n{}\n"
        "[net]\nhidden = [8]\n",
        steps, agent);
  };
  const TempDirectory directory;
  Run<E> first(algo, recipe(2000));
  first.start();
  const auto before = metrics_of(first, 1000);
  ArchiveWriter writer;
  first.agent->save(writer, directory.path());
  first.env.save(writer, "env");
  const auto reader = ArchiveReader::from_bytes(writer.bytes(), "run");
  const auto go_on = [&](int total) {
    auto run = std::make_unique<Run<E>>(algo, recipe(total));
    run->agent->load(reader, directory.path());
    run->env.load(reader, "env");
    return run;
  };
  const auto longer = go_on(6000);
  const auto after = metrics_of(*longer, 200);
  const auto end = metrics_of(*longer, 4800);
  const auto unmoved = metrics_of(*go_on(2000), 200);
  int seen = 0;
  for (const char* tag : kScheduled) {
    if (!before.contains(tag)) continue;
    ++seen;
    CAPTURE(tag, before.at(tag), after.at(tag), end.at(tag), unmoved.at(tag));
    CHECK(after.at(tag) < before.at(tag));              // it goes on falling,
    CHECK(after.at(tag) > 0.9 * before.at(tag));        // slower: five times the steps are left
    CHECK(unmoved.at(tag) < 0.85 * before.at(tag));     // than where the end stayed
    CHECK(end.at(tag) < 0.1 * before.at(tag) + 0.051);  // and comes to its end with the run's
  }
  CHECK(seen > 0);
}

// The player of one agent is what a second one begins with, and what a larger one cannot begin
// with.
template <class E>
void check_start(const std::string& algo, const std::string& agent) {
  INFO(algo);
  const auto settings = [&](int hidden) {
    return fmt::format("[agent]\n{}\n[net]\nhidden = [{}]\n", agent, hidden);
  };
  Run<E> first(algo, settings(8));
  first.start();
  first.train(400);
  const auto bytes = policy_bytes(*first.agent);
  const auto player = ArchiveReader::from_bytes(bytes, "first.tgn");
  Run<E> second(algo, settings(8), 4, 1, 2);
  CHECK(policy_bytes(*second.agent) != bytes);
  second.agent->start_from(player);
  CHECK(policy_bytes(*second.agent) == bytes);
  second.start();
  second.train(200);
  Run<E> larger(algo, settings(12));
  CHECK_THROWS_WITH(larger.agent->start_from(player), ContainsSubstring("first.tgn") &&
                                                          ContainsSubstring(" 8x") &&
                                                          ContainsSubstring(" 12x"));
}

}  // namespace

TEST_CASE("a schedule goes on from where it was to the run's new end") {
  const ScheduleClock clock(1000);
  for (const int step : {0, 1, 333, 1000}) CHECK(clock.at(step) == step);
  const auto same = moved(clock, 1000, 400);
  CHECK(same.at(700) == 700);

  const auto longer = moved(clock, 5000, 400);  // 0.4 of the way
  CHECK(longer.progress(400) == Approx(0.4));
  CHECK(longer.progress(2700) == Approx(0.7));
  CHECK(longer.progress(5000) == Approx(1));
  const auto again = moved(longer, 10'000, 2700);
  CHECK(again.progress(2700) == Approx(0.7));
  CHECK(again.progress(10'000) == Approx(1));
  const auto kept = moved(again, 10'000, 5000);
  CHECK(kept.at(6000) == again.at(6000));
  const auto shorter = moved(clock, 500, 400);
  CHECK(shorter.progress(400) == Approx(0.4));
  CHECK(shorter.progress(500) == Approx(1));
  // What has come to its end stays there.
  const auto finished = moved(clock, 5000, 1000);
  CHECK(finished.progress(1000) == 1);
  CHECK(finished.progress(3000) == 1);
  CHECK(moved(clock, 300, 400).progress(400) == 1);
}

TEST_CASE("every agent's schedules go on without a jump where a run is lengthened", "[long]") {
  check_continuous<probes::Choice>("ppo",
                                   "n_steps = 10\nbatch_size = 40\n"
                                   "clip_range_schedule = \"linear\"");
  check_continuous<probes::Choice>("a2c", "n_steps = 10");
  check_continuous<probes::Choice>("impala", "n_steps = 10");
  check_continuous<probes::Choice>("reinforce", "n_steps = 10");
  const std::string replay = "learning_starts = 50\nbatch_size = 8\nbuffer_size = 500\n";
  check_continuous<probes::Choice>("dqn", replay + "exploration_fraction = 1.0");
  check_continuous<probes::Choice>("r2d2", replay +
                                               "exploration_fraction = 1.0\n"
                                               "sequence_length = 4\nburn_in = 0");
  check_continuous<probes::Target>("sac", replay + "train_freq = 4");
}

TEST_CASE("every agent begins with the weights that it is given") {
  check_start<probes::Choice>("ppo", "n_steps = 10\nbatch_size = 40");
  check_start<probes::Choice>("ppo", "n_steps = 10\nbatch_size = 40\nnormalize_observation = true");
  check_start<probes::Choice>("a2c", "n_steps = 10");
  check_start<probes::Choice>("impala", "n_steps = 10");
  check_start<probes::Choice>("reinforce", "n_steps = 10");
  const std::string replay = "learning_starts = 50\nbatch_size = 8\nbuffer_size = 500\n";
  check_start<probes::Choice>("dqn", replay);
  check_start<probes::Choice>("r2d2", replay + "sequence_length = 4\nburn_in = 0");
  check_start<probes::Target>("sac", replay + "train_freq = 4");

  Run<probes::Choice> random("random", "");
  const auto nothing = ArchiveReader::from_bytes(ArchiveWriter().bytes(), "none.tgn");
  CHECK_THROWS_WITH(random.agent->start_from(nothing), ContainsSubstring("no weights"));
  // What the one normalises the other would not.
  Run<probes::Choice> plain("a2c", "");
  const auto player = ArchiveReader::from_bytes(policy_bytes(*plain.agent), "first.tgn");
  Run<probes::Choice> other("a2c", "[agent]\nnormalize_observation = true\n");
  CHECK_THROWS_WITH(other.agent->start_from(player),
                    ContainsSubstring("without agent.normalize_observation"));
}
