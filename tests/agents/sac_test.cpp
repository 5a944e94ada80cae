#include "agents/distributions.hpp"
#include "agents/registry.hpp"
#include "core/check.hpp"
#include "envs/classic/pendulum.hpp"
#include "envs/vector_env.hpp"
#include "tests/agents/probes.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>

using namespace tengen;

namespace {

// ---- Environments ------------------------------------------------------------------------------

using Action = std::span<const float>;

ActionSpace one_box() { return Box{{-2}, {6}}; }

// One step; the nearer the action is to what is seen (in the box's coordinates), the better: the
// best is −0 = 0, and that at x = ±1 is to be found in a box that is not around 0.
struct Aim {
  using Element = float;
  using Action = std::span<const float>;
  float side = 1;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Aim-v0",
            .observation = {{1}, tengen::Element::kFloat, -1, 1},
            .action = one_box()};
  }
  void reset(Rng& rng) { side = rng.below(2) == 0 ? -1.0F : 1.0F; }
  Outcome step(Action action, Rng&) {
    TENGEN_CHECK(action[0] >= -2 && action[0] <= 6);
    const float miss = action[0] - (2 + 2 * side);
    return {-miss * miss, true};
  }
  void observe(probes::Floats out) const { out[0] = side; }
};

// Reward 1 a step whatever is done. Ends by the clock, or (Ending) at the third step.
template <bool Ending>
struct Steady {
  using Element = float;
  using Action = std::span<const float>;
  float time = 0;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Steady-v0",
            .observation = {{1}, tengen::Element::kFloat, 0, 3},
            .action = one_box(),
            .max_episode_steps = Ending ? 0 : 3};
  }
  void reset(Rng&) { time = 0; }
  Outcome step(Action, Rng&) {
    time += 1;
    return {1, Ending && time == 3};
  }
  void observe(probes::Floats out) const { out[0] = Ending ? time : 0; }
};

// A picture that is bright on the side to aim at.
struct Screen {
  using Element = std::uint8_t;
  using Action = std::span<const float>;
  Aim aim;
  [[nodiscard]] EnvSpec spec() const {
    EnvSpec spec = aim.spec();
    spec.observation = {{12, 12}, tengen::Element::kUint8, 0, 255};
    return spec;
  }
  void reset(Rng& rng) { aim.reset(rng); }
  Outcome step(Action action, Rng& rng) { return aim.step(action, rng); }
  void observe(std::span<std::uint8_t> out) const {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = (i % 12 < 6) == (aim.side < 0) ? 255 : 0;
  }
};

// ---- Runs --------------------------------------------------------------------------------------

template <class E>
struct Run {
  WorkerPool pool;
  BatchedEnv<E> env;
  AgentContext context;
  std::unique_ptr<tengen::Agent> agent;
  Logger logger;

  explicit Run(const std::string& settings, int lanes = 1, int threads = 1, std::uint64_t seed = 1)
      : pool(threads), env(E{}, lanes, pool) {
    context.env = env.spec();
    context.lanes = lanes;
    context.config = Config::from_string(settings);
    context.seed = seed;
    context.pool = &pool;
    agent = find_agent("sac").make(context);
  }
  void start() { env.reset(context.seed, agent->slot()); }
  void train(std::int64_t steps) {
    const std::int64_t total = agent->steps() + steps;
    while (agent->steps() < total) {
      const ActionView action = agent->act();
      env.step(action, agent->slot());
      agent->learn(logger);
    }
  }
};

// What the policy does and expects after seeing each of `states`.
struct Answer {
  std::vector<float> action, value;
};
Answer ask(const Agent& agent, const EnvSpec& spec, const std::vector<float>& states) {
  const int lanes = static_cast<int>(states.size());
  const auto policy = agent.policy(lanes);
  StepBuffer seen(spec, lanes);
  for (int i = 0; i < lanes; ++i)
    seen.view().observation.row<float>(i)[0] = states[static_cast<std::size_t>(i)];
  ActionMemory action(spec.action, lanes);
  policy->act(seen.view(), action.view());
  const auto box = action.view().box;
  const Insight insight = policy->insight();
  CHECK(insight.kind == "mean");
  CHECK(std::ranges::equal(insight.per_action, box));
  return {{box.begin(), box.end()}, {insight.value.begin(), insight.value.end()}};
}

std::vector<std::byte> policy_bytes(const Agent& agent) {
  ArchiveWriter writer;
  agent.save_policy(writer);
  return writer.bytes();
}

const std::string kFast = R"(
steps = 3000
[agent]
learning_rate = 5e-3
buffer_size = 1000
batch_size = 64
tau = 0.05
gamma = 0.5
)";
const std::string kNet = "[net]\nhidden = [32, 32]\n";

}  // namespace

TEST_CASE("a squashed Gaussian's density is that of its samples, far from 0 too") {
  for (const float mean : {-3.0F, 0.0F, 0.4F, 12.0F}) {
    for (const float log_std : {-1.5F, 0.0F, 1.0F}) {
      for (const float noise : {-1.2F, 0.0F, 0.7F}) {
        const std::vector<float> parameters{mean, log_std}, draw{noise};
        std::vector<float> action(1);
        const float log_prob = SquashedGaussian(parameters).sample(draw, action);
        const double u = mean + std::exp(static_cast<double>(log_std)) * noise;
        const double d_action_d_u = 1 / (std::cosh(u) * std::cosh(u));
        const double expected = -0.5 * noise * noise - log_std -
                                0.5 * std::log(2 * std::numbers::pi) - std::log(d_action_d_u);
        CHECK(action[0] == Approx(std::tanh(u)).margin(1e-6));
        CHECK(log_prob == Approx(expected).epsilon(1e-5).margin(1e-4));
      }
    }
  }
}

TEST_CASE("a squashed Gaussian's density sums to one over the actions") {
  const std::vector<float> parameters{0.3F, -0.5F};
  std::vector<float> action(1);
  double sum = 0, last = -1, density = 0;
  for (double u = -8; u <= 8; u += 1e-3) {  // action by action, by the noise that makes it
    const std::vector<float> noise{static_cast<float>((u - 0.3) / std::exp(-0.5))};
    const double now = std::exp(SquashedGaussian(parameters).sample(noise, action));
    sum += 0.5 * (now + density) * (action[0] - last);
    last = action[0];
    density = now;
  }
  CHECK(sum == Approx(1).margin(2e-3));
}

TEST_CASE("a squashed Gaussian's gradients agree with finite differences") {
  const std::vector<float> noise{0.8F, -1.1F, 0.3F}, weight{1.3F, -0.7F, 0.4F};
  const float d_log_prob = 0.6F;
  std::vector<float> parameters{0.2F, -0.9F, 1.1F, -0.3F, 0.5F, -1.0F};
  std::vector<float> action(3), gradient(6);
  const auto loss = [&] {
    double sum = d_log_prob * SquashedGaussian(parameters).sample(noise, action);
    for (std::size_t i = 0; i < 3; ++i) sum += weight[i] * action[i];
    return sum;
  };
  loss();
  SquashedGaussian(parameters).backward(noise, action, weight, d_log_prob, gradient);
  for (std::size_t i = 0; i < 6; ++i) {
    const float kept = parameters[i], step = 2e-3F;
    parameters[i] = kept + step;
    const double after = loss();
    parameters[i] = kept - step;
    const double before = loss();
    parameters[i] = kept;
    CHECK((after - before) / (2 * step) == Approx(gradient[i]).epsilon(0.01).margin(1e-3));
  }
  // Beyond the clamp the deviation moves no more.
  parameters[3] = 2.5F;
  loss();
  SquashedGaussian(parameters).backward(noise, action, weight, d_log_prob, gradient);
  CHECK(gradient[3] == 0);
}

TEST_CASE("SAC gets the known values of probe environments") {
  // Without entropy in the reward, values are those of the rewards alone.
  const std::string settings = kFast + "ent_coef = 0.0\n" + kNet;
  Run<Steady<false>> endless(settings);
  endless.start();
  endless.train(1000);
  CHECK(ask(*endless.agent, endless.env.spec(), {0}).value[0] == Approx(2).margin(0.1));
  Run<Steady<true>> ending(settings);
  ending.start();
  ending.train(1500);
  const auto value = ask(*ending.agent, ending.env.spec(), {0, 1, 2}).value;
  CHECK(value[0] == Approx(1.75).margin(0.1));
  CHECK(value[1] == Approx(1.5).margin(0.1));
  CHECK(value[2] == Approx(1).margin(0.1));
}

TEST_CASE("a fixed temperature pays for entropy in the values") {
  // Rewards that are 0 whatever is done leave the most undecided policy: uniform on (−1, 1), log
  // density −log 2. After a step of reward 1 and discount ½: V = 1 + ½ (V + α log 2).
  Run<Steady<false>> run(kFast + "ent_coef = 0.5\n" + kNet);
  run.start();
  run.train(1500);
  const double expected = 2 * (1 + 0.5 * 0.5 * std::log(2.0));
  CHECK(ask(*run.agent, run.env.spec(), {0}).value[0] == Approx(expected).margin(0.15));
}

TEST_CASE("decay of the networks' weights does not pull at SAC's temperature") {
  // Adam's first step is one learning rate long, whatever the gradient. Decay would add its part of
  // log 0.1 to it.
  Run<Aim> run(kFast +
               "learning_starts = 99\nent_coef_init = 0.1\noptimizer = \"adamw\"\n"
               "weight_decay = 0.5\n" +
               kNet);
  run.start();
  run.train(100);
  const TempDirectory directory;
  ArchiveWriter writer;
  run.agent->save(writer, directory.path());
  const auto reader = ArchiveReader::from_bytes(writer.bytes(), "sac");
  REQUIRE(reader.get<std::int64_t>("agent/updates") == 1);
  float log_ent_coef = 0;
  std::memcpy(&log_ent_coef, reader.bytes("agent/temperature/values").data(), sizeof(float));
  CHECK(std::abs(log_ent_coef - std::log(0.1)) == Approx(5e-3).epsilon(1e-3));
}

TEST_CASE("SAC finds the best action in a box that is not around 0", "[long]") {
  for (const char* extra : {"", "n_steps = 3\ngradient_steps = 2\ntrain_freq = 2\n",
                            "target_update_interval = 2\nlearning_rate_schedule = \"linear\"\n"}) {
    for (const int lanes : {1, 4}) {
      INFO(extra << " " << lanes);
      Run<Aim> run(kFast + extra + kNet, lanes);
      run.start();
      run.train(3000);
      const auto answer = ask(*run.agent, run.env.spec(), {-1, 1});
      CHECK(answer.action[0] == Approx(0).margin(0.5));
      CHECK(answer.action[1] == Approx(4).margin(0.5));
    }
  }
}

TEST_CASE("SAC sees pictures, in both precisions", "[long]") {
  for (const char* precision : {"float32", "bfloat16"}) {
    INFO(precision);
    Run<Screen> run(kFast +
                    "[net]\nconv = [\"8@4s4\"]\nhidden = [32]\nscale = 0.004\nprecision = \"" +
                    precision + "\"\n");
    run.start();
    run.train(2000);
    const auto policy = run.agent->policy(2);
    StepBuffer seen(run.env.spec(), 2);
    for (const int lane : {0, 1}) {
      Screen screen;
      screen.aim.side = lane == 0 ? -1.0F : 1.0F;
      screen.observe(seen.view().observation.row<std::uint8_t>(lane));
    }
    ActionMemory action(run.env.spec().action, 2);
    policy->act(seen.view(), action.view());
    CHECK(action.view().box[0] == Approx(0).margin(1.5));
    CHECK(action.view().box[1] == Approx(4).margin(1.5));
  }
}

TEST_CASE("SAC's same seed gives the same network with 1 and 2 threads, another seed another") {
  std::vector<std::vector<std::byte>> results;
  for (const int threads : {1, 2}) {
    Run<Aim> run(kFast + kNet, 4, threads);
    run.start();
    run.train(400);
    results.push_back(policy_bytes(*run.agent));
  }
  CHECK((results[0] == results[1]));
  Run<Aim> other(kFast + kNet, 4, 1, 2);
  other.start();
  other.train(400);
  CHECK((results[0] != policy_bytes(*other.agent)));
}

TEST_CASE("a SAC run that was stopped and loaded ends with the bytes of one that never stopped") {
  const std::string settings = kFast + kNet;
  Run<Pendulum> whole(settings, 2);
  whole.start();
  whole.train(900);

  const TempDirectory directory;
  Run<Pendulum> first(settings, 2);
  first.start();
  first.train(500);
  ArchiveWriter writer;
  first.agent->save(writer, directory.path());
  first.env.save(writer, "env");
  first.train(40);  // what happens after the save is lost

  Run<Pendulum> second(settings, 2);
  const auto reader = ArchiveReader::from_bytes(writer.bytes(), "run");
  second.agent->load(reader, directory.path());
  second.env.load(reader, "env");
  CHECK(second.agent->steps() == 500);
  second.train(400);
  CHECK((policy_bytes(*second.agent) == policy_bytes(*whole.agent)));
}

TEST_CASE("a saved SAC policy plays as the agent's own, and another architecture is refused") {
  Run<Aim> run(kFast + kNet);
  run.start();
  run.train(300);
  const auto reader = ArchiveReader::from_bytes(policy_bytes(*run.agent), "best.ckpt");
  const auto loaded = find_agent("sac").load_policy(run.context, reader);
  StepBuffer seen(run.env.spec(), 1);
  seen.view().observation.row<float>(0)[0] = 1;
  ActionMemory action(run.env.spec().action, 1);
  loaded->act(seen.view(), action.view());
  const auto answer = ask(*run.agent, run.env.spec(), {1});
  CHECK(action.view().box[0] == answer.action[0]);
  CHECK(loaded->insight().value[0] == answer.value[0]);

  AgentContext context = run.context;
  context.config = Config::from_string(kFast + "[net]\nhidden = [48]\n");
  CHECK_THROWS_WITH(find_agent("sac").load_policy(context, reader),
                    ContainsSubstring("best.ckpt") && ContainsSubstring("policy.hidden1.weight"));
}

TEST_CASE("SAC settings that make no sense are one clear line") {
  const auto error_of = [](const std::string& extra, const std::string& net = kNet) -> std::string {
    try {
      Run<Aim> run(kFast + extra + "\n" + net);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(error_of("ent_coef = \"atuo\""), ContainsSubstring("did you mean 'auto'"));
  CHECK_THAT(error_of("ent_coef = -1"), ContainsSubstring("agent.ent_coef = -1"));
  CHECK_THAT(error_of("target_entropy = \"none\""), ContainsSubstring("auto"));
  CHECK_THAT(error_of("train_freq = 0"), ContainsSubstring("train_freq"));
  CHECK_THAT(error_of("", "[net]\ndropout = 0.1\n"), ContainsSubstring("dropout"));
  CHECK(error_of("ent_coef = \"auto\"\ntarget_entropy = -2").empty());

  AgentContext context;
  context.env = probes::Choice{}.spec();
  CHECK_THROWS_WITH(find_agent("sac").make(context), ContainsSubstring("discrete"));
  context.env = Aim{}.spec();
  context.env.action = Box{{-INFINITY}, {INFINITY}};
  CHECK_THROWS_WITH(find_agent("sac").make(context), ContainsSubstring("bounded"));
}
