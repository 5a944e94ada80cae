#include "agents/returns.hpp"
#include "envs/synthetic/hidden_factors.hpp"
#include "tests/agents/probes.hpp"
#include "tests/agents/run.hpp"
#include "tests/catch.hpp"

using namespace tengen;

namespace {

const char* const kSequences = "burn_in = 3\nsequence_length = 6\n";

std::string recipe(const std::string& agent, const std::string& net = "") {
  return fmt::format(R"(
steps = 4000
[agent]
learning_rate = 5e-3
buffer_size = 1000
learning_starts = 100
batch_size = 8
target_update_interval = 50
{}{}
[net]
hidden = [16]
recurrent_size = 16
{}
)",
                     agent.find("sequence_length") == std::string::npos ? kSequences : "", agent,
                     net);
}

template <class E>
std::vector<float> learn_values(const std::string& agent, const std::string& net,
                                const std::vector<float>& states,
                                std::vector<std::uint8_t> legal = {}) {
  Run<E> run("r2d2", recipe(agent + "\ngamma = 0.5", net));
  run.start();
  run.train(2000);
  return values(*run.agent, run.env.spec(), states, std::move(legal));
}

// Mean return of greedy play, 1000 episodes.
template <HiddenFormula kFormula>
double play_factors(const Agent& agent) {
  constexpr int kLanes = 1000;
  using E = HiddenFactors<kFormula>;
  WorkerPool pool(1);
  BatchedEnv<E> env(E{}, kLanes, pool);
  StepBuffer seen(env.spec(), kLanes);
  ActionMemory action(env.spec().action, kLanes);
  const auto policy = agent.policy(kLanes);
  env.reset(99, seen.view());
  std::vector<std::uint8_t> over(kLanes);
  double sum = 0;
  for (int step = 0; step < E::kHorizon; ++step) {
    policy->act(seen.view(), action.view());
    env.step(action.view(), seen.view());
    for (int lane = 0; lane < kLanes; ++lane) {
      const auto i = static_cast<std::size_t>(lane);
      if (over[i] == 0) sum += seen.view().reward[i];
      if (seen.view().ended(lane)) over[i] = 1;
    }
  }
  return sum / kLanes;
}

}  // namespace

TEST_CASE("R2D2 gives probe environments their known values", "[long]") {
  const auto near = [](float value, float expected) {
    return value == Approx(expected).margin(0.08);
  };
  const std::pair<const char*, const char*> variants[] = {
      {"", ""},
      {"", "recurrent = \"lstm\""},
      {"double = false\ndueling = false\nprioritised = false\nshards = 3", ""},
      {"burn_in = 0\nsequence_length = 2\nsequence_period = 2\nn_steps = 3", ""},
      {"loss = \"mse\"\ntau = 0.5\nn_steps = 2", ""}};
  for (const auto& [agent, net] : variants) {
    INFO(agent << " " << net);
    const std::string settings = std::string(agent) + "\n";
    CHECK(near(learn_values<probes::Constant>(settings, net, {0})[0], 1));
    const auto seen = learn_values<probes::Seen>(settings, net, {-1, 1});
    CHECK(near(seen[0], -1));
    CHECK(near(seen[1], 1));
    CHECK(near(learn_values<probes::Delayed>(settings, net, {0})[0], 0.5F));
    CHECK(near(learn_values<probes::Choice>(settings, net, {0})[0], 1));
    CHECK(near(learn_values<probes::Endless>(settings, net, {0})[0], 2));
    CHECK(near(learn_values<probes::Masked>(settings, net, {0}, {1, 0})[0], 0.5F));
  }
}

TEST_CASE("after truncation R2D2's targets maximise over what would have been legal", "[long]") {
  // Nobody ever acts with the memory that the last observation leaves, so that what is expected
  // there is a guess; but it is not one about action 0 unless that is legal there.
  struct Uncut : probes::Cut {
    void legal(std::span<std::uint8_t> mask) const { mask[0] = mask[1] = 1; }
  };
  const std::string explore = "exploration_final_eps = 0.5";
  const auto cut = learn_values<probes::Cut>(explore, "", {0}, {0, 1});
  const auto uncut = learn_values<Uncut>(explore, "", {0}, {0, 1});
  CHECK(uncut[0] > 3);  // 1 + 0.5 · 5 where it counts on action 0
  CHECK(cut[0] < uncut[0] - 0.5F);
}

TEST_CASE("R2D2 with rescaling learns h of the values", "[long]") {
  const auto endless = learn_values<probes::Endless>("value_rescaling = true", "", {0});
  CHECK(endless[0] == Approx(rescale(2)).margin(0.05));
  const auto delayed = learn_values<probes::Delayed>("value_rescaling = true", "", {0});
  CHECK(delayed[0] == Approx(rescale(0.5F)).margin(0.05));
}

TEST_CASE("R2D2 recalls a cue, DQN cannot", "[long]") {
  const auto play_recall = [](const char* algo, const std::string& settings) {
    Run<probes::Recall> run(algo, settings, 8);
    run.start();
    run.train(4000);
    return play<probes::Recall>(*run.agent->policy(500), 500, 4);
  };
  CHECK(play_recall("r2d2", recipe("exploration_fraction = 0.5")) > 0.95);
  CHECK(play_recall("r2d2", recipe("exploration_fraction = 0.5", "recurrent = \"lstm\"")) > 0.95);
  // The last observation is the same whatever the cue was: nothing can be better than 0.
  CHECK(play_recall("dqn",
                    "steps = 4000\n[agent]\nlearning_rate = 5e-3\nbuffer_size = 1000\n"
                    "target_update_interval = 50\nexploration_fraction = 0.5\n[net]\nhidden = "
                    "[16]\n") < 0.2);
}

TEST_CASE("HiddenFactors: DQN and R2D2 learn the first, R2D2 the second, DQN not", "[long]") {
  const std::string dqn = R"(
steps = 100000
[agent]
learning_rate = 5e-4
gamma = 0.95
n_steps = 10
buffer_size = 2000
learning_starts = 1000
batch_size = 64
target_update_interval = 500
exploration_fraction = 0.2
double = true
)";
  const std::string r2d2 = R"(
steps = 200000
[agent]
learning_rate = 2e-3
gamma = 0.95
buffer_size = 50000
learning_starts = 1000
burn_in = 4
sequence_length = 10
train_freq = 16
target_update_interval = 500
exploration_fraction = 0.2
[net]
hidden = [32]
recurrent_size = 32
)";
  // The best of a few evaluations; no more of them once one is good.
  const auto learn = [&]<HiddenFormula kFormula>(const char* algo, const std::string& settings,
                                                 int steps) {
    Run<HiddenFactors<kFormula>> run(algo, settings, 16);
    run.start();
    double best = -100;
    for (int done = 0; done < steps && best < 2.9; done += 5000) {
      run.train(5000);
      best = std::max(best, play_factors<kFormula>(*run.agent));
    }
    return best;
  };
  using enum HiddenFormula;
  CHECK(learn.operator()<kCopy>("dqn", dqn, 30'000) >= 2.9);
  CHECK(learn.operator()<kCopy>("r2d2", r2d2, 30'000) >= 2.9);
  CHECK(learn.operator()<kXor>("r2d2", r2d2, 60'000) >= 2.9);
  // Without memory 2.25 is the most there is (2.5 with chance's help), however long it learns.
  CHECK(learn.operator()<kXor>("dqn", dqn, 30'000) < 2.7);
}

TEST_CASE("R2D2: what a lane remembers does not reach its next episode") {
  Run<probes::Recall> run("r2d2", recipe(""));
  run.start();
  run.train(1'000);
  // Two lanes: one goes on, one ends. What is shown then is a new episode's first observation.
  const auto policy = run.agent->policy(2);
  StepBuffer seen(run.env.spec(), 2);
  ActionMemory action(run.env.spec().action, 2);
  const auto show = [&](int lane, float cue, bool ended) {
    seen.view().observation.row<float>(lane)[0] = cue;
    seen.view().terminated[static_cast<std::size_t>(lane)] = ended ? 1 : 0;
    return lane;
  };
  const auto act = [&] {
    policy->act(seen.view(), action.view());
    const Insight insight = policy->insight();
    std::vector<float> all(insight.state.begin(), insight.state.end());
    all.insert(all.end(), insight.per_action.begin(), insight.per_action.end());
    return all;
  };
  const auto of_lane = [](const std::vector<float>& all, int lane) {  // 16 of state, 2 values
    std::vector<float> out(all.begin() + 16 * lane, all.begin() + 16 * (lane + 1));
    out.insert(out.end(), all.begin() + 32 + 2 * lane, all.begin() + 34 + 2 * lane);
    return out;
  };
  show(0, -1, false);
  show(1, -1, false);
  const auto start = act();
  REQUIRE(start.size() == 36);
  show(0, 1, false);
  show(1, 1, true);
  const auto later = act();
  policy->reset();
  show(1, 1, false);
  const auto fresh = act();
  CHECK(of_lane(later, 1) == of_lane(fresh, 1));
  CHECK(of_lane(later, 0) != of_lane(fresh, 0));
  CHECK(of_lane(fresh, 0) == of_lane(fresh, 1));
}

TEST_CASE("R2D2: the same bits with 1 and 2 threads", "[long]") {
  std::vector<std::vector<std::byte>> results;
  for (const int threads : {1, 2}) {
    Run<tengen::Catch> run("r2d2", recipe("shards = 2", "dropout = 0.1"), 16, threads);
    run.start();
    run.train(1600);
    results.push_back(policy_bytes(*run.agent));
  }
  CHECK(results[0] == results[1]);
  Run<tengen::Catch> other("r2d2", recipe("shards = 2", "dropout = 0.1"), 16, 1, 2);
  other.start();
  other.train(1600);
  CHECK(results[0] != policy_bytes(*other.agent));
}

TEST_CASE("R2D2: stopped and loaded, the run ends with the bytes of one that never stopped",
          "[long]") {
  for (const char* net : {"", "recurrent = \"lstm\"\nprecision = \"bfloat16\""}) {
    const std::string settings =
        recipe("frame_stack = 2\nn_steps = 2\nvalue_rescaling = true", net);
    check_resumed<probes::Recall>("r2d2", settings, 1000, 40, 1600);
  }
}

TEST_CASE("R2D2: a saved policy plays as the agent's own, and another architecture is refused") {
  Run<tengen::Catch> run("r2d2", recipe(""), 8);
  run.start();
  run.train(2000);
  const auto reader = ArchiveReader::from_bytes(policy_bytes(*run.agent), "best.tgn");
  AgentContext context = run.context;
  context.lanes = 200;
  const auto loaded = find_agent("r2d2").load_policy(context, reader);
  CHECK(play_catch(*loaded) == play_catch(*run.agent->policy(200)));
  context.config = Config::from_string(recipe("", "recurrent = \"lstm\""));
  CHECK_THROWS_WITH(find_agent("r2d2").load_policy(context, reader),
                    ContainsSubstring("best.tgn") && ContainsSubstring("recurrent.weight_ih"));
}

TEST_CASE("R2D2: settings that make no sense are one clear line") {
  const auto error_of = [](const std::string& settings) -> std::string {
    try {
      Run<tengen::Catch> run("r2d2", "[agent]\n" + settings);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(error_of("").empty());
  CHECK_THAT(error_of("[net]\nrecurrent = \"none\""), ContainsSubstring("dqn"));
  CHECK_THAT(error_of("[net]\nrecurrent = \"gruu\""), ContainsSubstring("'gru'"));
  CHECK_THAT(error_of("[net]\nlayers = [\"dense 8\"]"), ContainsSubstring("dqn"));
  CHECK_THAT(error_of("[net]\nlayers = [\"noisy 8\", \"gru 8\"]"), ContainsSubstring("noisy"));
  CHECK(error_of("[net]\nlayers = [\"dense 8\", \"norm\", \"lstm 8\"]").empty());
  CHECK_THAT(error_of("[net]\nshared_hidden = true"), ContainsSubstring("net.shared_hidden"));
  CHECK_THAT(error_of("buffer_size = 100\nsequence_length = 30\nburn_in = 10"),
             ContainsSubstring("buffer_size = 100") && ContainsSubstring("160"));
  CHECK_THAT(error_of("sequence_length = 1"), ContainsSubstring("sequence_length"));
  CHECK_THAT(error_of("sequence_length = 10\nsequence_period = 11"),
             ContainsSubstring("sequence_period"));
  CHECK_THAT(error_of("burn_in = -1"), ContainsSubstring("burn_in"));
  CHECK_THAT(error_of("prioritised_eta = 2"), ContainsSubstring("prioritised_eta"));
  CHECK_THAT(error_of("loss = \"hubr\""), ContainsSubstring("huber"));
  CHECK_THAT(error_of("shards = 33"), ContainsSubstring("shards"));
}
