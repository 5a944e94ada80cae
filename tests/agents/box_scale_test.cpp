// Actions of a Box that is not [−1, 1], and networks that answer with what is no number.
#include "agents/scaling.hpp"

#include "tests/agents/probes.hpp"
#include "tests/agents/run.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <limits>

using namespace tengen;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kEnd = std::numeric_limits<float>::max();

std::vector<float> scaled(const BoxScale& scale, const std::vector<float>& action) {
  std::vector<float> out(action.size());
  scale.apply(action, out);
  return out;
}

// One step, the best of the actions from 0 to 1000 is 700.
struct Far {
  using Element = float;
  using Action = std::span<const float>;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Far-v0",
            .observation = {{1}, tengen::Element::kFloat, 0, 1},
            .action = Box{{0}, {1000}}};
  }
  void reset(Rng&) {}
  Outcome step(Action action, Rng&) {
    const float error = (action[0] - 700) / 500;
    return {-error * error, true};
  }
  void observe(std::span<float> out) const { out[0] = 0; }
};

struct Unbounded : Far {
  [[nodiscard]] EnvSpec spec() const {
    EnvSpec spec = Far::spec();
    spec.action = Box{{-kEnd}, {kEnd}};
    return spec;
  }
};

std::string recipe(const std::string& algo, const std::string& more = "") {
  const std::string batch = algo == "ppo" ? "batch_size = 32\n" : "";
  return fmt::format(
      "steps = 100000\n[agent]\nn_steps = 16\nlearning_rate = 4e-3\n{}{}\n"
      "[net]\nhidden = [16]\nlog_std_init = {}\n",
      batch, more, more.empty() ? 0 : -1);
}

// The archive without records of that name, or with their numbers replaced.
ArchiveReader without(const std::vector<std::byte>& bytes, std::string_view name) {
  const auto reader = ArchiveReader::from_bytes(bytes, "whole.tgn");
  ArchiveWriter writer;
  for (const std::string& record : reader.names())
    if (!record.starts_with(name)) writer.put_bytes(record, reader.bytes(record));
  return ArchiveReader::from_bytes(writer.bytes(), "old.tgn");
}

ArchiveReader broken(const std::vector<std::byte>& bytes, const std::string& record) {
  const auto reader = ArchiveReader::from_bytes(bytes, "whole.tgn");
  ArchiveWriter writer;
  for (const std::string& name : reader.names()) writer.put_bytes(name, reader.bytes(name));
  const std::vector<float> nan(reader.bytes(record).size() / sizeof(float), NAN);
  writer.put_span<float>(record, nan);
  return ArchiveReader::from_bytes(writer.bytes(), "broken.tgn");
}

}  // namespace

TEST_CASE("a Box's bounds are a policy's -1 and 1") {
  const BoxScale far(Box{{0, -2}, {1000, 2}});
  CHECK(scaled(far, {-1, -1, 0, 0.5F, 3, 1}) == std::vector<float>{0, -2, 500, 1, 1000, 2});
  const BoxScale usual(Box{{-1}, {1}});
  CHECK(scaled(usual, {0.3F, -0.7F, 1.5F}) == std::vector<float>{0.3F, -0.7F, 1});
  // Without two bounds: as it is, clipped to the one.
  for (const float none : {kInfinity, kEnd}) {
    const BoxScale free(Box{{-none, 0}, {none, none}});
    CHECK(scaled(free, {-50, -3, 50, 3}) == std::vector<float>{-50, 0, 50, 3});
  }
  // The difference of these is beyond a float.
  CHECK(scaled(BoxScale(Box{{-3e38F}, {3e38F}}), {0.5F}) == std::vector<float>{1.5e38F});
}

TEST_CASE("a scale that is no number is refused") {
  for (const char* record : {"action/centre", "action/half"}) {
    BoxScale scale(Box{{0}, {1000}});
    ArchiveWriter writer;
    scale.save(writer, "action");
    writer.put(record, std::numeric_limits<float>::quiet_NaN());
    CHECK_THROWS_WITH(scale.load(ArchiveReader::from_bytes(writer.bytes(), "x"), "action"),
                      ContainsSubstring(record));
  }
}

TEST_CASE("actor-critics try all of a Box from 0 to 1000, and find its best action") {
  for (const char* algo : {"ppo", "a2c", "impala", "reinforce"}) {
    INFO(algo);
    Run<Far> run(algo, recipe(algo), 16);
    run.start();
    int inside = 0, all = 0;
    double sum = 0;
    for (int step = 0; step < 8; ++step) {
      const ActionView action = run.agent->act();
      for (const float a : action.box) {
        CHECK((a >= 0 && a <= 1000));
        inside += a > 0 && a < 1000 ? 1 : 0;
        sum += a;
        ++all;
      }
      run.env.step(action, run.agent->slot());
      run.agent->learn(run.logger);
    }
    // Of a standard normal 68 % are within ±1. Without the scale half of them were 0, all below 5.
    CHECK(inside > all / 2);
    CHECK(sum / all == Approx(500).margin(100));
  }
  Run<Far> run("ppo", recipe("ppo", "normalize_advantage = false"), 16);
  run.start();
  run.train(20'000);
  CHECK(play<Far>(*run.agent->policy(1), 1, 1) > -0.01);
}

TEST_CASE("a policy from before there were scales keeps its units") {
  Run<Far> run("ppo", recipe("ppo"), 4);
  run.start();
  run.train(64);
  const auto bytes = policy_bytes(*run.agent);
  const auto load = [](const AgentContext& context, const ArchiveReader& reader) {
    return find_agent("ppo").load_policy(context, reader);
  };
  StepBuffer seen(run.env.spec(), 1);
  ActionMemory action(run.env.spec().action, 1);
  AgentContext context = run.context;
  context.lanes = 1;
  load(context, without(bytes, "agent/none"))->act(seen.view(), action.view());
  const float now = action.view().box[0];
  load(context, without(bytes, "agent/action"))->act(seen.view(), action.view());
  const float before = action.view().box[0];
  CHECK(now == Approx(500 + 500 * (now - 500) / 500));
  CHECK(before == Approx(std::max(0.0F, (now - 500) / 500)).margin(1e-4));
}

TEST_CASE("bounds at float's end are none") {
  Run<Unbounded> run("ppo", recipe("ppo"), 8);
  run.start();
  run.train(400);
  for (const float a : run.agent->act().box) CHECK(std::abs(a) < 100);
  AgentContext context = run.context;
  CHECK_THROWS_WITH(find_agent("sac").make(context),
                    ContainsSubstring("sac needs bounded actions"));
}

TEST_CASE("a network that answers with no number is named as such") {
  struct Case {
    const char *algo, *record;
  };
  const auto complains = [](const auto& run, const Case& c) {
    const auto reader = broken(policy_bytes(*run.agent), c.record);
    AgentContext context = run.context;
    const auto policy = find_agent(c.algo).load_policy(context, reader);
    StepBuffer seen(run.env.spec(), context.lanes);
    ActionMemory action(run.env.spec().action, context.lanes);
    CHECK_THROWS_WITH(policy->act(seen.view(), action.view()),
                      ContainsSubstring("the network answers an observation with nan"));
  };
  complains(Run<probes::Choice>("ppo", recipe("ppo")), {"ppo", "agent/online/values"});
  complains(Run<probes::Choice>("dqn", "[net]\nhidden = [16]\n"), {"dqn", "agent/online/values"});
  complains(Run<probes::Target>("sac", "[net]\nhidden = [16]\n"), {"sac", "agent/actor/values"});
}
