#include "core/check.hpp"
#include "tests/agents/probes.hpp"
#include "tests/agents/run.hpp"
#include "tests/catch.hpp"

#include <memory>

using namespace tengen;

namespace {

const std::string kFast = R"(
steps = 3000
[agent]
learning_rate = 5e-3
buffer_size = 500
learning_starts = 50
batch_size = 32
train_freq = 4
target_update_interval = 50
gamma = 0.5
[net]
hidden = [16]
)";

template <class E>
std::vector<float> learn_values(const std::string& extra, const std::vector<float>& states,
                                std::vector<std::uint8_t> legal = {}) {
  std::string settings = kFast;
  settings.insert(settings.find("[net]"), extra + "\n");
  Run<E> run("dqn", settings);
  run.start();
  run.train(2000);
  return values(*run.agent, run.env.spec(), states, std::move(legal));
}

const std::string kCatch = R"(
steps = 8000
[agent]
learning_rate = 1e-3
buffer_size = 4000
learning_starts = 500
batch_size = 32
target_update_interval = 200
exploration_fraction = 0.4
)";
const std::string kSmallNet = "[net]\nhidden = [32]\n";
const std::string kRainbow = R"(
double = true
dueling = true
prioritised = true
n_steps = 3
noisy = true
distribution = "categorical"
v_min = -1
v_max = 1
)";

}  // namespace

TEST_CASE("probe environments get their known values", "[long]") {
  const auto near = [](float value, float expected) {
    return value == Approx(expected).margin(0.07);
  };
  for (const char* extra : {"double = true", "dueling = true", "prioritised = true",
                            "optimizer = \"rmsprop\"", "noisy = true", "tau = 0.5", "shards = 3",
                            "loss = \"mse\"", "distribution = \"quantile\"\natoms = 8",
                            "distribution = \"categorical\"\nv_min = -3\nv_max = 3"}) {
    INFO(extra);
    const auto constant = learn_values<probes::Constant>(extra, {0});
    CHECK(near(constant[0], 1));
    const auto seen = learn_values<probes::Seen>(extra, {-1, 1});
    CHECK(near(seen[0], -1));
    CHECK(near(seen[1], 1));
    const auto delayed = learn_values<probes::Delayed>(extra, {0, 1});
    CHECK(near(delayed[0], 0.5F));
    CHECK(near(delayed[1], 1));
    const auto choice = learn_values<probes::Choice>(extra, {0});
    CHECK(near(choice[0], 1));
    const auto endless = learn_values<probes::Endless>(extra, {0});
    CHECK(near(endless[0], 2));
    const auto masked = learn_values<probes::Masked>(extra, {0, 1}, {1, 0, 0, 1});
    CHECK(near(masked[0], 0.5F));
    CHECK(near(masked[1], 1));
  }
}

TEST_CASE("after truncation DQN's targets maximise over what would have been legal") {
  for (const char* extra :
       {"", "double = true", "distribution = \"categorical\"\nv_min = -1\nv_max = 6"}) {
    INFO(extra);
    const auto explore = "exploration_final_eps = 0.5\n";
    const auto value = learn_values<probes::Cut>(explore + std::string(extra), {0}, {0, 1});
    CHECK(value[0] == Approx(2).margin(0.2));  // counting on action 0: 1 + 0.5 · 5 = 3.5
  }
}

TEST_CASE("n-step returns keep the values") {
  const auto delayed = learn_values<probes::Delayed>("n_steps = 3", {0, 1});
  CHECK(delayed[0] == Approx(0.5).margin(0.07));
  const auto endless = learn_values<probes::Endless>("n_steps = 2", {0});
  CHECK(endless[0] == Approx(2).margin(0.07));
}

TEST_CASE("DQN and Rainbow learn Catch", "[long]") {
  for (const std::string& extra : {std::string(), kRainbow}) {
    Run<tengen::Catch> run("dqn", kCatch + extra + kSmallNet, 8);
    run.start();
    run.train(8000);
    INFO(extra);
    CHECK(play_catch(*run.agent->policy(200)) >= 0.9);
  }
}

TEST_CASE("the same seed gives the same network with 1 and 2 threads", "[long]") {
  std::vector<std::vector<std::byte>> results;
  for (const std::string& settings :
       {kCatch + "shards = 2\n[net]\nlayers = [\"noisy 32\", \"norm\", \"dropout 0.1\"]\n",
        kCatch + kRainbow + "shards = 2\n" + kSmallNet + "dropout = 0.1\n"}) {
    results.clear();
    for (const int threads : {1, 2}) {
      Run<tengen::Catch> run("dqn", settings, 16, threads);
      run.start();
      run.train(2000);
      results.push_back(policy_bytes(*run.agent));
    }
    CHECK(results[0] == results[1]);
  }
  Run<tengen::Catch> other("dqn", kCatch + kRainbow + "shards = 2\n" + kSmallNet, 16, 1, 2);
  other.start();
  other.train(2000);
  CHECK(results[0] != policy_bytes(*other.agent));
}

TEST_CASE("a run that was stopped and loaded ends with the bytes of one that never stopped",
          "[long]") {
  for (const std::string& settings : {kCatch + kRainbow + kSmallNet + "precision = \"bfloat16\"\n",
                                      kCatch + "repeat_exploration = true\n" + kSmallNet}) {
    check_resumed<tengen::Catch>("dqn", settings, 1000, 40, 1600);
  }
}

TEST_CASE("a saved policy plays as the agent's own, and another architecture is refused") {
  Run<tengen::Catch> run("dqn", kCatch + kSmallNet, 8);
  run.start();
  run.train(3000);
  const auto reader = ArchiveReader::from_bytes(policy_bytes(*run.agent), "best.ckpt");
  AgentContext context = run.context;
  context.lanes = 200;
  const auto loaded = find_agent("dqn").load_policy(context, reader);
  CHECK(play_catch(*loaded) == play_catch(*run.agent->policy(200)));

  context.config = Config::from_string(kCatch + "[net]\nhidden = [48]\n");
  CHECK_THROWS_WITH(find_agent("dqn").load_policy(context, reader),
                    ContainsSubstring("best.ckpt") && ContainsSubstring("q.hidden.weight 32x50"));
}

TEST_CASE("settings that make no sense are one clear line") {
  const auto error_of = [](const std::string& extra, const std::string& net = "") -> std::string {
    try {
      Run<tengen::Catch> run("dqn", kCatch + extra + "\n" + kSmallNet + net);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(error_of("optimizer = \"adm\""), ContainsSubstring("did you mean 'adam'"));
  CHECK_THAT(error_of("loss = \"hubr\""), ContainsSubstring("did you mean 'huber'"));
  CHECK_THAT(error_of("loss = \"cross_entropy\""), ContainsSubstring("categorical"));
  CHECK_THAT(error_of("distribution = \"quantiles\""), ContainsSubstring("'quantile'"));
  CHECK_THAT(error_of("distribution = \"categorical\"\nv_min = 3\nv_max = 3"),
             ContainsSubstring("v_min"));
  CHECK_THAT(error_of("gamma = 1.5"), ContainsSubstring("gamma"));
  CHECK_THAT(error_of("shards = 64"), ContainsSubstring("shards"));
  CHECK_THAT(error_of("reward_clip = \"signs\""), ContainsSubstring("sign"));
  CHECK_THAT(error_of("", "recurrent = \"gru\""),
             ContainsSubstring("net.recurrent: dqn") && ContainsSubstring("r2d2"));
  CHECK_THAT(error_of("", "shared_hidden = true"), ContainsSubstring("agent.dueling"));
}
