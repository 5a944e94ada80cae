#include "experiments/design/design_agents.hpp"

#include "agents/design/methods.hpp"
#include "agents/explore.hpp"
#include "agents/registry.hpp"
#include "agents/search/sampling.hpp"
#include "agents/search/searcher.hpp"
#include "core/usize.hpp"
#include "envs/detector/calo_game.hpp"
#include "envs/registry.hpp"
#include "experiments/runs/game_model.hpp"
#include "experiments/runs/model.hpp"

#include <algorithm>

namespace tengen {
namespace {

constexpr const char* kBuilds = "agents that build one design an episode, trained from nothing";
// These settings learn much from little data. Returns are those of one episode, without discount.
constexpr DesignAgent kAgents[] = {{"ppo", kBuilds, 8, R"(
[agent]
n_steps = 32
batch_size = 64
n_epochs = 8
learning_rate = 5e-4
learning_rate_schedule = "linear"
gamma = 1.0
gae_lambda = 0.95
ent_coef = 0.03
shards = 1
[net]
hidden = [256, 256]
)"},
                                   {"dqn", kBuilds, 4, R"(
[agent]
learning_rate = 1e-3
learning_rate_schedule = "linear"
gamma = 1.0
buffer_size = 50_000
learning_starts = 500
train_freq = 4
gradient_steps = 2
batch_size = 64
shards = 1
double = true
n_steps = 4
target_update_interval = 200
exploration_fraction = 0.5
exploration_final_eps = 0.02
[net]
hidden = [64, 64]
)"},
                                   {"sac", "an agent with continuous actions", 1, R"(
[agent]
learning_rate = 1e-3
batch_size = 64
buffer_size = 20_000
learning_starts = 100
gamma = 1.0
[net]
hidden = [64, 64]
)"}};

// The environment rewards by the formulas; where knobs are turned, all at once in one step.
std::unique_ptr<VectorEnv> make_env(std::string_view id, Config options, int lanes,
                                    WorkerPool& pool) {
  auto env = builtin_envs().make(id, options, lanes, pool);
  if (!std::holds_alternative<Box>(env->spec().action)) return env;
  options.set("bandit", true);
  return builtin_envs().make(id, options, lanes, pool);
}

// Returns about how many environment steps the budget lasts; schedules end there.
std::int64_t expected_steps(const EnvSpec& spec, const DesignSearch& search) {
  // The longest episode of a design that is built a choice a step; most are shorter.
  const auto longest = static_cast<std::int64_t>(search.problem().variables().size());
  return std::holds_alternative<Discrete>(spec.action) ? search.designs_left() * longest / 2
                                                       : search.designs_left();
}

// Keeps what is being built in every lane: choices, or real coordinates.
class Builders {
 public:
  Builders(const DesignSearch& search, int lanes)
      : search_(search), built_(usize(lanes)), reward_(usize(lanes)) {}

  // Takes a step in. Calls `finished` with the lane, the design and the return of every episode
  // that ended.
  template <class F>
  void take(const ActionView& action, const StepView& slot, F&& finished) {
    for (std::size_t i = 0; i < built_.size(); ++i) {
      if (action.box.empty()) built_[i].push_back(action.discrete[i]);
      reward_[i] += slot.reward[i];
      if (!slot.ended(static_cast<int>(i))) continue;
      finished(i, point(action, i), reward_[i]);
      built_[i].clear();
      reward_[i] = 0;
    }
  }

 private:
  [[nodiscard]] DesignPoint point(const ActionView& action, std::size_t lane) const {
    if (action.box.empty()) return search_.problem().from_actions(built_[lane]);
    const auto row = action.box.subspan(lane * search_.problem().variables().size(),
                                        search_.problem().variables().size());
    return {row.begin(), row.end()};
  }

  const DesignSearch& search_;
  std::vector<std::vector<int>> built_;
  std::vector<double> reward_;
};

}  // namespace

std::span<const DesignAgent> design_agents() { return kAgents; }

void design_by_agent(const DesignAgent& agent, std::string_view env_id, const Config& options,
                     std::uint64_t seed, DesignSearch& search) {
  WorkerPool pool;
  const auto env = make_env(env_id, options, agent.lanes, pool);
  Config config = Config::from_string(agent.settings, agent.name);
  config.set("steps", expected_steps(env->spec(), search));
  const auto learner =
      find_agent(agent.name).make({env->spec(), agent.lanes, config, seed, "cpu", &pool});
  config.check_all_read();
  Logger logger;
  Builders builders(search, agent.lanes);
  env->reset(Rng(seed).split(1).next64(), learner->slot());
  while (search.more()) {
    const ActionView action = learner->act();
    const StepView slot = learner->slot();
    env->step(action, slot);
    builders.take(action, slot, [&](std::size_t lane, DesignPoint point, double total) {
      // The environment has told what the formulas say; the agent learns what was simulated.
      if (search.more()) slot.reward[lane] += static_cast<float>(search.evaluate(point) - total);
    });
    learner->learn(logger);
  }
}

namespace {

// Draws designs from `build` and spends the budget: its best guess first, then the best by the
// formulas of `draws` more.
template <class Build>
void design_by_draws(DesignSearch& search, int draws, Build&& build) {
  build(false, [&](DesignPoint& point) {
    search.evaluate(point);
    return false;
  });
  if (!search.more()) return;
  FormulaRanking ranking(search.problem());
  build(true, [&](DesignPoint& point) {
    ranking.look(point);
    return --draws > 0;
  });
  ranking.decide(search);
}

// Makes another legal choice now and then: a policy that has learnt enough always draws the same
// design.
void vary(const StepView& seen, Rng& rng, const ActionBuffer& action) {
  constexpr double kOften = 0.1;
  for (std::size_t lane = 0; lane < action.discrete.size(); ++lane) {
    if (!rng.chance(kOften)) continue;
    const auto legal = legal_row(seen.legal, static_cast<int>(lane));
    if (!legal.empty()) action.discrete[lane] = sample_legal(legal, rng);
  }
}

// A tree search with a network makes every choice; to draw designs, it does so with Gumbel's noise
// and a temperature of 1.
void design_by_planner(const std::string& model, const Config& options, std::uint64_t seed,
                       DesignSearch& search) {
  constexpr int kDraws = 300;
  const GameModel planner = load_game_model(model, "cpu");
  const detector::CaloGame start(detector::read_calo_context(options), 0);
  Searcher<detector::CaloGame> searcher(start, planner.search, planner.make, {.batch = 1});
  Rng rng = Rng(seed).split(1);
  design_by_draws(search, kDraws, [&](bool draw, auto&& finished) {
    std::vector<int> actions;
    do {
      actions.clear();
      for (detector::CaloGame game = start; !game.finished();) {
        searcher.set_position(game);
        searcher.clear();  // every choice has the whole search
        searcher.search({.simulations = planner.search.simulations}, Rng(rng.next64()),
                        draw ? RootNoise::kOn : RootNoise::kOff);
        actions.push_back(searcher.tree().choose(rng, draw ? 1 : 0));
        game.play(actions.back());
      }
      DesignPoint point = search.problem().from_actions(actions);
      if (!finished(point)) return;
    } while (true);
  });
}

}  // namespace

void design_by_policy(const std::string& model, std::string_view env_id, const Config& options,
                      std::uint64_t seed, DesignSearch& search) {
  const ArchiveReader reader = ArchiveReader::read_file(find_model(model, RunPlayer::kBest));
  const Recipe recipe = Recipe::from_config(Config::from_string(model_info(reader).recipe), model);
  if (recipe.env != env_id)
    throw UsageError("the model '{}' has learnt {}, not {}", model, recipe.env, env_id);
  const AgentEntry& agent = find_agent(recipe.algo);
  if (agent.from_games()) return design_by_planner(model, options, seed, search);
  if (!agent.draws_actions)
    throw UsageError(
        "the model '{}' is {}'s, which draws no designs: ppo's, a2c's, alphazero's can", model,
        recipe.algo);
  WorkerPool pool;
  constexpr int kDraws = 10'000, kLanes = 64;
  design_by_draws(search, kDraws, [&](bool draw, auto&& finished) {
    const int lanes = draw ? kLanes : 1;
    const auto env = make_env(env_id, options, lanes, pool);
    Config config = recipe.config;
    config.set("agent.player", std::string(draw ? "sampling" : "greedy"));
    const auto policy = agent.load_policy({env->spec(), lanes, config, seed, "cpu", &pool}, reader);
    StepBuffer buffer(env->spec(), lanes);
    ActionMemory action(env->spec().action, lanes);
    Builders builders(search, lanes);
    Rng rng = Rng(seed).split(2);
    env->reset(Rng(seed).split(1).next64(), buffer.view());
    for (bool more = true; more;) {
      policy->act(buffer.view(), action.view());
      if (draw) vary(buffer.view(), rng, action.view());
      env->step(action.view(), buffer.view());
      builders.take(action.view(), buffer.view(), [&](std::size_t, DesignPoint point, double) {
        more = more && finished(point);
      });
    }
  });
}

}  // namespace tengen
