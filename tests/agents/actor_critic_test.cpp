#include "envs/registry.hpp"
#include "tests/agents/probes.hpp"
#include "tests/agents/run.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"
#include "tests/text_file.hpp"

using namespace tengen;

namespace {

struct Algorithm {
  std::string name, settings;
};

std::string recipe(const std::string& agent, const std::string& net, std::int64_t steps = 40'000) {
  return fmt::format("steps = {}\n[agent]\n{}\n[net]\n{}\n", steps, agent, net);
}

const std::string kNet = "hidden = [16]";
const std::vector<Algorithm> kAlgorithms = {
    {"a2c", "learning_rate = 4e-3\nn_steps = 8"},
    {"ppo", "learning_rate = 4e-3\nn_steps = 16\nbatch_size = 32\nnormalize_advantage = false"},
    {"impala", "learning_rate = 4e-3\nlearning_rate_schedule = \"constant\"\nn_steps = 8"},
    {"reinforce", "learning_rate = 4e-3\nn_steps = 32"},
};

template <class E>
std::vector<float> learn_values(const Algorithm& algorithm, const std::vector<float>& states,
                                std::vector<std::uint8_t> legal = {}) {
  Run<E> run(algorithm.name, recipe(algorithm.settings + "\ngamma = 0.5", kNet));
  run.start();
  run.train(12'000);
  return values(*run.agent, run.env.spec(), states, std::move(legal));
}

// PPO's default minibatch is larger than these rollouts.
std::string batch_of(const std::string& algo) { return algo == "ppo" ? "\nbatch_size = 32" : ""; }

const std::string kGru = "hidden = [16]\nrecurrent = \"gru\"\nrecurrent_size = 16";

// Counts up from 1000 and never ends.
struct Ramp {
  using Element = float;
  using Action = int;
  float at = 1000;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Ramp-v0",
            .observation = {{1}, tengen::Element::kFloat, 0, 1e6F},
            .action = Discrete{2, {}}};
  }
  void reset(Rng&) { at = 1000; }
  Outcome step(int, Rng&) {
    ++at;
    return {1, false};
  }
  void observe(std::span<float> out) const { out[0] = at; }
};

}  // namespace

TEST_CASE("actor-critics give probe environments their known values", "[long]") {
  const auto near = [](float value, float expected) {
    return value == Approx(expected).margin(0.1);
  };
  for (const Algorithm& algorithm : kAlgorithms) {
    INFO(algorithm.name);
    CHECK(near(learn_values<probes::Constant>(algorithm, {0})[0], 1));
    const auto seen = learn_values<probes::Seen>(algorithm, {-1, 1});
    CHECK(near(seen[0], -1));
    CHECK(near(seen[1], 1));
    const auto delayed = learn_values<probes::Delayed>(algorithm, {0, 1});
    CHECK(near(delayed[0], 0.5F));
    CHECK(near(delayed[1], 1));
    CHECK(near(learn_values<probes::Choice>(algorithm, {0})[0], 1));
    CHECK(near(learn_values<probes::Endless>(algorithm, {0})[0], 2));
    const auto masked = learn_values<probes::Masked>(algorithm, {0, 1}, {1, 0, 0, 1});
    CHECK(near(masked[0], 0.5F));
    CHECK(near(masked[1], 1));
  }
}

TEST_CASE("actor-critics find the best real action") {
  for (const Algorithm& algorithm : kAlgorithms) {
    INFO(algorithm.name);
    Run<probes::Target> run(algorithm.name,
                            recipe(algorithm.settings, kNet + "\nlog_std_init = -1"), 16);
    run.start();
    run.train(20'000);  // in time: later the deviation is so small that a policy may jump away
    CHECK(play<probes::Target>(*run.agent->policy(1), 1, 1) > -0.01);
  }
}

TEST_CASE("with memory a cue is recalled, without it cannot be", "[long]") {
  const std::vector<Algorithm> algorithms = {
      {"a2c", "learning_rate = 5e-3\nn_steps = 8\nent_coef = 0.01\ngae_lambda = 0.95"},
      {"ppo", "learning_rate = 5e-3\nn_steps = 16\nbatch_size = 128\nent_coef = 0.01"},
      {"impala", "learning_rate = 5e-3\nn_steps = 8\nent_coef = 0.01\noptimizer = \"adam\""}};
  for (const Algorithm& algorithm : algorithms) {
    INFO(algorithm.name);
    for (const char* cell : {"gru", "lstm"}) {
      INFO(cell);
      const std::string net =
          fmt::format("hidden = [16]\nrecurrent = \"{}\"\nrecurrent_size = 16", cell);
      Run<probes::Recall> run(algorithm.name, recipe(algorithm.settings, net), 16);
      run.start();
      run.train(40'000);
      CHECK(play<probes::Recall>(*run.agent->policy(500), 500, 4) > 0.95);
    }
    Run<probes::Recall> blind(algorithm.name, recipe(algorithm.settings, kNet), 16);
    blind.start();
    blind.train(20'000);
    CHECK(play<probes::Recall>(*blind.agent->policy(500), 500, 4) < 0.2);
  }
}

TEST_CASE("what a lane remembers does not reach its next episode") {
  Run<probes::Recall> run("ppo", recipe("n_steps = 16\nbatch_size = 32", kGru));
  run.start();
  run.train(2'000);
  // Two lanes: one comes from an episode, one is fresh. Both see the same new episode.
  const auto policy = run.agent->policy(2);
  StepBuffer seen(run.env.spec(), 2);
  ActionMemory action(run.env.spec().action, 2);
  const auto show = [&](int lane, float cue, float asked, bool ended) {
    seen.view().observation.row<float>(lane)[0] = cue;
    seen.view().observation.row<float>(lane)[1] = asked;
    seen.view().terminated[static_cast<std::size_t>(lane)] = ended ? 1 : 0;
  };
  show(0, 1, 0, false);
  show(1, -1, 0, false);
  policy->act(seen.view(), action.view());
  show(0, 0, 0, false);
  show(1, 1, 1, true);  // ends here: what is shown is a new episode's first observation
  policy->act(seen.view(), action.view());
  const std::size_t size = policy->insight().state.size() / 2;
  const std::vector<float> after_end(
      policy->insight().state.begin() + static_cast<std::ptrdiff_t>(size),
      policy->insight().state.end());
  policy->reset();
  show(0, 1, 1, false);
  show(1, 1, 1, false);
  policy->act(seen.view(), action.view());
  const std::vector<float> fresh(
      policy->insight().state.begin() + static_cast<std::ptrdiff_t>(size),
      policy->insight().state.end());
  CHECK(after_end == fresh);
}

TEST_CASE("actor-critics: the same bits with 1 and 2 threads", "[long]") {
  for (const char* algo : {"a2c", "ppo", "impala", "reinforce"}) {
    INFO(algo);
    std::vector<std::vector<std::byte>> results;
    for (const int threads : {1, 2}) {
      Run<tengen::Catch> run(
          algo, recipe("n_steps = 16\nlearning_rate = 1e-3" + batch_of(algo), kGru), 16, threads);
      run.start();
      run.train(4'096);
      results.push_back(policy_bytes(*run.agent));
    }
    CHECK(results[0] == results[1]);
    Run<tengen::Catch> other(
        algo, recipe("n_steps = 16\nlearning_rate = 1e-3" + batch_of(algo), kGru), 16, 1, 2);
    other.start();
    other.train(4'096);
    CHECK(results[0] != policy_bytes(*other.agent));
  }
}

TEST_CASE("with memory the learner sees the states that acted") {
  // Nothing is learnt and one pass is made: every probability ratio must be 1.
  for (const char* cell : {"gru", "lstm"}) {
    Run<probes::Recall> run("ppo",
                            recipe("n_steps = 6\nbatch_size = 12\nn_epochs = 1\nlearning_rate = 0",
                                   fmt::format("hidden = [16]\ninit = \"default\"\nrecurrent = "
                                               "\"{}\"\nrecurrent_size = 16",
                                               cell)),
                            4);
    run.start();
    run.train(4 * 6 * 3);
    const TempDirectory directory;
    run.logger.add(csv_sink(directory / "metrics.csv"));
    run.logger.dump(1);
    const std::string metrics = text_of(directory / "metrics.csv");
    INFO(metrics);
    const auto metric = [&](const std::string& tag) {
      const std::size_t at = metrics.find(tag + ",");
      REQUIRE(at != std::string::npos);
      return std::stod(metrics.substr(at + tag.size() + 1));
    };
    CHECK(metric("train/clip_fraction") == 0);
    CHECK(metric("train/approx_kl") < 1e-9);
    CHECK(metric("train/entropy_loss") < -0.1);
  }
}

TEST_CASE("PPO stops before the step that would take the policy too far") {
  // The first minibatch finds the policy that acted and steps far; the second finds it too far from
  // that, and must not step again.
  for (const int epochs : {1, 3}) {
    Run<tengen::Catch> run("ppo",
                           recipe(fmt::format("n_steps = 16\nbatch_size = 32\nn_epochs = {}\n"
                                              "learning_rate = 0.05\ntarget_kl = 1e-4",
                                              epochs),
                                  kNet),
                           8);
    run.start();
    run.train(2 * 16 * 8);
    const TempDirectory directory;
    ArchiveWriter writer;
    run.agent->save(writer, directory.path());
    const auto reader = ArchiveReader::from_bytes(writer.bytes(), "ppo");
    CHECK(reader.get<std::int64_t>("agent/updates") == 2);  // one a rollout
  }
}

TEST_CASE("observations are normalised from the first on, for acting and learning alike") {
  // As Stable-Baselines3's VecNormalize: by everything seen so far, the newest included.
  const std::string agent =
      "n_steps = 6\nbatch_size = 6\nn_epochs = 1\nlearning_rate = 0\nnormalize_observation = true";
  Run<Ramp> run("ppo", recipe(agent, "hidden = [16]\ninit = \"default\""), 1);
  run.start();
  const TempDirectory directory;
  const auto saved = [&] {
    ArchiveWriter writer;
    run.agent->save(writer, directory.path());
    return ArchiveReader::from_bytes(writer.bytes(), "ppo");
  };
  const auto check_scales = [&](const ArchiveReader& reader, int first, int count) {
    std::vector<float> shift(static_cast<std::size_t>(count)), factor(shift.size());
    reader.get_span("agent/rollout/shift", std::span(shift));
    reader.get_span("agent/rollout/factor", std::span(factor));
    for (int i = 0; i < count; ++i) {
      const double n = first + i + 1;  // 1000, 1001 … were seen
      CHECK(shift[static_cast<std::size_t>(i)] == Approx(1000 + (n - 1) / 2));
      const double variance = (n * n - 1) / 12;
      CHECK(factor[static_cast<std::size_t>(i)] == Approx(1 / std::sqrt(variance + 1e-8)));
    }
  };
  run.train(4);
  check_scales(saved(), 0, 5);
  run.train(4);  // in the second rollout
  check_scales(saved(), 6, 3);
  // Nothing is learnt and one pass is made: every probability ratio is 1.
  run.logger.add(csv_sink(directory / "metrics.csv"));
  run.logger.dump(1);
  const std::string metrics = text_of(directory / "metrics.csv");
  const std::size_t at = metrics.find("train/approx_kl,");
  REQUIRE(at != std::string::npos);
  CHECK(std::stod(metrics.substr(at + std::string("train/approx_kl,").size())) < 1e-9);
  // The player scales by what is known now.
  const auto policy = run.agent->policy(1);
  StepBuffer seen(run.env.spec(), 1);
  ActionMemory action(run.env.spec().action, 1);
  const auto value_of = [&](float x) {
    seen.view().observation.row<float>(0)[0] = x;
    policy->act(seen.view(), action.view());
    return policy->insight().value[0];
  };
  CHECK(value_of(1000) != value_of(1008));
  CHECK(value_of(1e6F) == value_of(1e7F));  // both are clipped
}

TEST_CASE("a rollout from before scales were kept by step has one for all its steps") {
  const std::string settings =
      recipe("n_steps = 6\nbatch_size = 6\nnormalize_observation = true", kNet);
  Run<Ramp> run("ppo", settings, 1);
  run.start();
  run.train(4);
  const TempDirectory directory;
  ArchiveWriter writer, old;
  run.agent->save(writer, directory.path());
  const auto reader = ArchiveReader::from_bytes(writer.bytes(), "new");
  for (const std::string& name : reader.names())
    if (!name.ends_with("/shift") && !name.ends_with("/factor"))
      old.put_bytes(name, reader.bytes(name));
  Run<Ramp> resumed("ppo", settings, 1);
  resumed.agent->load(ArchiveReader::from_bytes(old.bytes(), "old"), directory.path());
  ArchiveWriter again;
  resumed.agent->save(again, directory.path());
  std::vector<float> shift(5);
  ArchiveReader::from_bytes(again.bytes(), "again")
      .get_span("agent/rollout/shift", std::span(shift));
  for (const float s : shift) CHECK(s == Approx(1002));
}

TEST_CASE("actor-critics: lanes of pictures are shared out without a difference", "[long]") {
  for (const char* algo : {"ppo", "impala"}) {
    std::vector<std::vector<std::byte>> results;
    for (const int threads : {1, 2}) {
      WorkerPool pool(threads);
      const auto env = builtin_envs().make("Pong-v1", Config::from_string("size = 42"), 16, pool);
      const auto agent = find_agent(algo).make(
          {env->spec(), 16,
           Config::from_string(recipe("frame_stack = 4\nn_steps = 8\nbatch_size = 64",
                                      "body = \"small\"\nrecurrent = \"gru\"")),
           3, "cpu", &pool});
      Logger logger;
      env->reset(3, agent->slot());
      for (int i = 0; i < 24; ++i) {
        const ActionView action = agent->act();
        env->step(action, agent->slot());
        agent->learn(logger);
      }
      results.push_back(policy_bytes(*agent));
    }
    CHECK(results[0] == results[1]);
  }
}

TEST_CASE("actor-critics: stopped and loaded anywhere, the run ends with the same bytes",
          "[long]") {
  const std::string agent =
      "n_steps = 16\nlearning_rate = 1e-3\nnormalize_reward = true\nnormalize_observation = true\n"
      "frame_stack = 2";
  for (const char* algo : {"a2c", "ppo", "impala", "reinforce"}) {
    for (const std::string& net :
         {kNet, kGru, std::string("hidden = [16]\nrecurrent = \"lstm\"")}) {
      INFO(algo << " " << net);
      // The first 1,000 steps end in the middle of a rollout.
      check_resumed<probes::Recall>(algo, recipe(agent + batch_of(algo), net), 1'000, 400, 1'600);
    }
  }
}

TEST_CASE("actor-critics: real actions are resumed too") {
  for (const char* algo : {"a2c", "ppo", "impala", "reinforce"}) {
    INFO(algo);
    const std::string settings =
        recipe("n_steps = 16\nlearning_rate = 1e-3" + batch_of(algo), kGru);
    check_resumed<probes::Target>(algo, settings, 456, 0, 800);
  }
}

TEST_CASE("actor-critics: a saved policy plays as the agent's own") {
  for (const char* algo : {"a2c", "ppo", "impala", "reinforce"}) {
    INFO(algo);
    Run<tengen::Catch> run(algo,
                           recipe("n_steps = 16\nlearning_rate = 1e-3" + batch_of(algo), kGru), 8);
    run.start();
    run.train(4'000);
    const auto reader = ArchiveReader::from_bytes(policy_bytes(*run.agent), "best.tgn");
    AgentContext context = run.context;
    context.lanes = 200;
    const auto loaded = find_agent(algo).load_policy(context, reader);
    CHECK(play_catch(*loaded) == play_catch(*run.agent->policy(200)));
    context.config = Config::from_string(recipe("", kNet));
    CHECK_THROWS_WITH(find_agent(algo).load_policy(context, reader),
                      ContainsSubstring("best.tgn") && ContainsSubstring("hidden1.weight"));
  }
}

TEST_CASE("actor-critics: settings that make no sense are one clear line") {
  const auto error_of = [](const std::string& algo, const std::string& agent,
                           const std::string& net) -> std::string {
    try {
      Run<tengen::Catch> run(algo, recipe(agent, net));
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(error_of("ppo", "batch_size = 100000", kNet), ContainsSubstring("batch_size"));
  CHECK_THAT(error_of("ppo", "n_steps = 16\nbatch_size = 24", kGru), ContainsSubstring("multiple"));
  CHECK_THAT(error_of("impala", "n_steps = 16\nbatch_size = 24", kNet),
             ContainsSubstring("multiple"));
  CHECK_THAT(error_of("ppo", "batch_size = 32", "shared_hidden = true"),
             ContainsSubstring("shared_hidden"));
  CHECK_THAT(error_of("ppo", "batch_size = 32", "recurrent = \"gruu\""),
             ContainsSubstring("'gru'"));
  CHECK_THAT(error_of("ppo", "batch_size = 32", "separate = true\nrecurrent = \"gru\""),
             ContainsSubstring("separate"));
  CHECK_THAT(error_of("reinforce", "baseline = \"values\"", kNet), ContainsSubstring("'value'"));
  CHECK_THAT(error_of("a2c", "gae_lambda = 2", kNet), ContainsSubstring("gae_lambda"));
  CHECK_THAT(error_of("a2c", "normalize_observation = true", kNet + "\nprecision = \"bfloat16\""),
             ContainsSubstring("float32"));
  CHECK_THAT(error_of("ppo", "player = \"greed\"", kNet), ContainsSubstring("'greedy'"));
}
