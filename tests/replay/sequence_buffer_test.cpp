#include "replay/sequence_buffer.hpp"

#include "core/system/allocations.hpp"
#include "tests/replay/history.hpp"
#include "tests/temp_directory.hpp"

#include <cmath>
#include <map>

using namespace tengen;

namespace {

// A history in a sequence buffer; the recurrent state is the place it belongs to.
struct Run {
  SequenceOptions options;
  History history;
  SequenceBuffer replay;
  Rng rng{3};
  SequenceBatch batch;

  explicit Run(const SequenceOptions& o, const HistoryOptions& h = {.masked = true},
               std::uint64_t seed = 1)
      : options(o), history(h, o.lanes, o.stack, seed), replay(history.spec(), o) {}

  void step(int steps = 1) {
    for (int i = 0; i < steps; ++i) {
      if (history.empty()) history.start(replay);
      std::vector<float> state;
      for (int lane = 0; lane < options.lanes; ++lane)
        for (int k = 0; k < options.state_size; ++k)
          state.push_back(static_cast<float>(k == 0 ? lane : history.steps()));
      replay.remember(state);
      history.step(replay);
    }
  }
  // Draws, and sends errors back.
  void learn() {
    if (replay.size() == 0) return;
    replay.sample(6, 0.5F, rng, batch);
    std::vector<float> error(6);
    for (float& e : error) e = rng.uniform() * 3;
    replay.update_priorities(batch.index, error);
  }
};

void require_equal(const SequenceBatch& a, const SequenceBatch& b) {
  REQUIRE(a.index == b.index);
  REQUIRE(a.keep == b.keep);
  REQUIRE(a.acted == b.acted);
  REQUIRE(a.action == b.action);
  REQUIRE(a.reward == b.reward);
  REQUIRE(a.terminated == b.terminated);
  REQUIRE(a.legal == b.legal);
  REQUIRE(a.state == b.state);
  REQUIRE(a.weight == b.weight);
  for (std::size_t i = 0; i < a.observation.size(); ++i)
    REQUIRE(std::memcmp(a.observation[i], b.observation[i], a.frame_bytes) == 0);
}

const SequenceOptions kOptions{.capacity = 90,
                               .lanes = 3,
                               .stack = 4,
                               .burn_in = 3,
                               .length = 6,
                               .period = 3,
                               .state_size = 2,
                               .prioritised = true};

}  // namespace

TEST_CASE("SequenceBuffer: sequences equal those of a memory that keeps everything") {
  for (const bool prioritised : {false, true})
    for (const int burn_in : {0, 5})
      for (const int period : {1, 4, 9})
        for (const int stack : {1, 4})
          for (const double ends : {0.0, 0.15, 0.9}) {
            CAPTURE(prioritised, burn_in, period, stack, ends);
            Run run({.capacity = 120,
                     .lanes = 3,
                     .stack = stack,
                     .burn_in = burn_in,
                     .length = 8,
                     .period = period,
                     .state_size = 2,
                     .prioritised = prioritised},
                    {.masked = period == 4, .end_chance = ends});
            for (int i = 0; i < 150; ++i) {  // the ring wraps three times
              run.step();
              run.history.check_newest(run.replay);
              run.learn();
              if (run.replay.size() == 0) continue;
              run.history.check(run.batch);
              for (std::size_t b = 0; b < 6; ++b) {
                const auto place =
                    History::place(run.batch, static_cast<int>(b) * run.batch.rows());
                REQUIRE(run.batch.state[2 * b] == static_cast<float>(place.lane));
                REQUIRE(run.batch.state[2 * b + 1] == static_cast<float>(place.time));
              }
            }
          }
}

TEST_CASE("SequenceBuffer: every start whose steps are all there is drawn, all equally often") {
  for (const bool prioritised : {false, true}) {
    SequenceOptions options = kOptions;
    options.prioritised = prioritised;
    Run run(options);
    run.step(8);
    CHECK(run.replay.size() == 0);
    run.step(1);
    CHECK(run.replay.size() == 3);  // one a lane, complete with the observation after step 8
    run.step(91);
    // 30 steps a lane: those from time 70 on. Starts 72, 75 … 90; the next one ends too late.
    CHECK(run.replay.size() == 3 * 7);
    std::map<History::Place, int> seen;
    for (int i = 0; i < 2100; ++i) {
      run.replay.sample(10, 0, run.rng, run.batch);
      for (int b = 0; b < 10; ++b) ++seen[History::place(run.batch, b * run.batch.rows())];
    }
    REQUIRE(seen.size() == 21);
    CHECK(seen.begin()->first == History::Place{0, 72});
    CHECK(seen.rbegin()->first == History::Place{2, 90});
    for (const auto& [place, count] : seen) CHECK(std::abs(count - 1000) < 6 * std::sqrt(1000));
  }
}

TEST_CASE("SequenceBuffer: sequences are drawn in proportion to their errors") {
  SequenceOptions options = kOptions;
  options.alpha = 1;
  Run run(options);
  run.step(50);
  const auto errors = [&](std::int64_t index) { return static_cast<float>(index % 5); };
  std::map<std::int64_t, float> all;
  while (static_cast<std::int64_t>(all.size()) < run.replay.size()) {
    run.replay.sample(8, 0, run.rng, run.batch);
    std::vector<float> error;
    for (const auto index : run.batch.index) error.push_back(all[index] = errors(index));
    run.replay.update_priorities(run.batch.index, error);
  }
  double total = 0;
  for (const auto& [index, error] : all) total += error;
  std::map<std::int64_t, int> seen;
  for (int i = 0; i < 4000; ++i) {
    run.replay.sample(5, 1, run.rng, run.batch);
    float least = 5;
    for (const auto index : run.batch.index) least = std::min(least, errors(index));
    for (std::size_t b = 0; b < 5; ++b) {
      ++seen[run.batch.index[b]];
      REQUIRE(run.batch.weight[b] == Approx(least / errors(run.batch.index[b])).epsilon(1e-4));
    }
  }
  for (const auto& [index, error] : all) {
    const double mean = 20000 * error / total;
    CHECK(std::abs(seen[index] - mean) < 6 * std::sqrt(mean) + 3);
  }
  // Overwritten meanwhile: nothing changes, and its leaf is another's.
  const std::vector old{all.begin()->first};
  run.step(40);
  run.replay.update_priorities(old, std::vector{1e6F});
  for (int i = 0; i < 100; ++i) {
    run.replay.sample(5, 1, run.rng, run.batch);
    run.history.check(run.batch);
  }
  CHECK(std::ranges::count(run.batch.weight, 1.0F) >= 1);
  CHECK_THROWS_AS(run.replay.update_priorities(old, std::vector{std::nanf("")}), Error);
}

TEST_CASE("SequenceBuffer: saved and loaded it is the same in all that follows") {
  for (const bool prioritised : {false, true})
    for (const int steps : {0, 1, 10, 27, 121}) {
      CAPTURE(prioritised, steps);
      SequenceOptions options = kOptions;
      options.prioritised = prioritised;
      const TempDirectory directory;
      Run run(options);
      for (int i = 0; i < steps; ++i) {
        run.step();
        run.learn();
      }
      ArchiveWriter writer;
      run.replay.save(writer, "agent/replay", directory.path());
      const auto reader = ArchiveReader::from_bytes(writer.bytes(), "test.archive");
      Run resumed(options, {.masked = true}, 99);
      resumed.step(steps % 2 * 30);  // what was there before must not matter
      resumed.replay.load(reader, "agent/replay", directory.path());
      ArchiveWriter again;
      resumed.replay.save(again, "agent/replay", directory.path());
      CHECK(again.bytes() == writer.bytes());
      resumed.history = run.history;
      resumed.rng = run.rng;
      for (int i = 0; i < 100; ++i) {
        for (Run* one : {&run, &resumed}) {
          one->step();
          one->learn();
        }
        if (run.replay.size() > 0) require_equal(run.batch, resumed.batch);
      }
    }
}

TEST_CASE("SequenceBuffer: other options than the checkpoint's are named") {
  const TempDirectory directory;
  Run run(kOptions);
  run.step(20);
  ArchiveWriter writer;
  run.replay.save(writer, "agent/replay", directory.path());
  const auto reader = ArchiveReader::from_bytes(writer.bytes(), "test.archive");
  const auto error_with = [&](auto change) -> std::string {
    SequenceOptions options = kOptions;
    change(options);
    Run other(options);
    try {
      other.replay.load(reader, "agent/replay", directory.path());
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(error_with([](auto&) {}).empty());
  CHECK(error_with([](auto& o) { o.burn_in = 2; }) ==
        "'test.archive': the replay was saved with burn_in = 3, here it is 2");
  CHECK_THAT(error_with([](auto& o) { o.length = 5; }), ContainsSubstring("sequence_length"));
  CHECK_THAT(error_with([](auto& o) { o.period = 4; }), ContainsSubstring("sequence_period"));
  CHECK_THAT(error_with([](auto& o) { o.state_size = 3; }), ContainsSubstring("state_size"));
  CHECK_THAT(error_with([](auto& o) { o.prioritised = false; }), ContainsSubstring("prioritised"));
  CHECK_THAT(error_with([](auto& o) { o.stack = 3; }), ContainsSubstring("stack"));
}

TEST_CASE("SequenceBuffer: options out of range are named") {
  const auto error_with = [](auto change, int box = 0) -> std::string {
    SequenceOptions options = kOptions;
    change(options);
    try {
      Run run(options, {.box = box});
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(error_with([](auto& o) { o.length = 1; }), ContainsSubstring("at least 2"));
  CHECK_THAT(error_with([](auto& o) { o.period = 0; }), ContainsSubstring("period"));
  CHECK_THAT(error_with([](auto& o) { o.burn_in = -1; }), ContainsSubstring("burn_in"));
  CHECK_THAT(error_with([](auto& o) { o.capacity = 26; }), ContainsSubstring("27 would"));
  CHECK(error_with([](auto& o) { o.capacity = 27; }).empty());
  CHECK_THAT(error_with([](auto&) {}, 2), ContainsSubstring("continuous"));
}

TEST_CASE("SequenceBuffer: nothing is allocated once the ring has filled") {
  EnvSpec spec;
  spec.observation = {{84, 84}, Element::kUint8, 0, 255};
  spec.action = Discrete{6, {}};
  spec.masked = true;
  SequenceBuffer replay(spec, {.capacity = 500,
                               .lanes = 2,
                               .stack = 4,
                               .burn_in = 10,
                               .length = 20,
                               .period = 10,
                               .state_size = 64,
                               .prioritised = true});
  replay.start();
  Rng rng(0);
  SequenceBatch batch;
  const std::vector<std::int32_t> action{1, 2};
  const std::vector<float> reward{0, 1}, error(16, 0.5F), state(128, 0.25F);
  const auto step = [&](int i) {
    const StepView view = replay.slot();
    view.terminated[0] = i % 7 == 0 ? 1 : 0;
    view.truncated[1] = i % 5 == 0 ? 1 : 0;
    replay.remember(state);
    replay.commit({action, {}}, reward);
    if (replay.size() == 0) return;
    replay.sample(16, 0.5F, rng, batch);
    replay.update_priorities(batch.index, error);
  };
  for (int i = 0; i < 300; ++i) step(i);
  const AllocationScope scope;
  for (int i = 300; i < 1000; ++i) step(i);
  CHECK(scope.count() == 0);
}

TEST_CASE("a sequence's error is between the mean and the largest of its steps'") {
  const std::vector<float> errors{1, 0, 5, 2};
  CHECK(sequence_error(errors, 0) == 2);
  CHECK(sequence_error(errors, 1) == 5);
  CHECK(sequence_error(errors, 0.9F) == Approx(0.9 * 5 + 0.1 * 2));
}
