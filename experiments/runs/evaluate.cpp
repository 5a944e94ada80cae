#include "experiments/runs/evaluate.hpp"

#include "core/signature.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

namespace tengen {
namespace {

template <class T>
double mean(const std::vector<T>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// The games of one lane so far, and the one that it is playing.
struct LaneGames {
  int wanted = 0, cut = 0;
  double reward = 0;
  std::int64_t length = 0;
  bool stuck = false;  // its game was cut, so it waits until every lane is reset
  Signature course;
  Evaluation games;

  [[nodiscard]] bool done() const { return games.episodes() == wanted; }
  void start() {
    stuck = false;
    reward = 0;
    length = 0;
    course = {};
  }
  void take(const ActionView& action, std::size_t lane, std::size_t lanes, float scored, bool ended,
            std::int64_t longest) {
    reward += scored;
    ++length;
    course.add(std::as_bytes(part(action.discrete, lane, lanes)));
    course.add(std::as_bytes(part(action.box, lane, lanes)));
    course.add(std::bit_cast<std::uint32_t>(scored));
    if (!ended && length < longest) return;
    if (!done() && !stuck) {
      games.returns.push_back(reward);
      games.lengths.push_back(length);
      games.courses.push_back(course.value());
      stuck = !ended;
      cut += ended ? 0 : 1;
    }
    reward = 0;
    length = 0;
    course = {};
  }

 private:
  template <class T>
  static std::span<T> part(std::span<T> actions, std::size_t lane, std::size_t lanes) {
    const std::size_t width = actions.size() / lanes;
    return actions.subspan(lane * width, width);
  }
};

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

double Evaluation::mean_reward() const { return mean(returns); }
double Evaluation::mean_length() const { return mean(lengths); }
double Evaluation::std_reward() const {
  const double centre = mean_reward();
  double squares = 0;
  for (const double r : returns) squares += (r - centre) * (r - centre);
  return std::sqrt(squares / static_cast<double>(returns.size()));
}

int Evaluation::different_games() const {
  return static_cast<int>(std::set(courses.begin(), courses.end()).size());
}

void add_figures(nlohmann::ordered_json& line, std::span<const Evaluation> evaluations) {
  for (const Evaluation& e : evaluations) {
    nlohmann::ordered_json& at = &e == &evaluations.front() ? line : line[e.conditions];
    at["mean_reward"] = e.mean_reward();
    at["std_reward"] = e.std_reward();
    at["mean_length"] = e.mean_length();
    at["episodes"] = e.episodes();
    at["different_games"] = e.different_games();
  }
}

std::unique_ptr<VectorEnv> make_judged_env(const Config& judged, const EnvRegistry& registry,
                                           int lanes, WorkerPool& pool) {
  return registry.make(judged.get<std::string>("env.id", ""), judged.section("env"), lanes, pool);
}

int evaluation_lanes(int episodes) { return std::min(episodes, 32); }

Evaluation evaluate(Policy& policy, VectorEnv& env, int episodes, std::uint64_t seed) {
  const int lanes = env.size();
  StepBuffer buffer(env.spec(), lanes);
  ActionMemory action(env.spec().action, lanes);
  const StepView& seen = buffer.view();
  std::vector<LaneGames> games(static_cast<std::size_t>(lanes));
  for (int i = 0; i < lanes; ++i)
    games[static_cast<std::size_t>(i)].wanted = episodes / lanes + (i < episodes % lanes ? 1 : 0);
  const std::int64_t longest =
      env.spec().max_episode_steps > 0 ? std::numeric_limits<std::int64_t>::max() : kLongestGame;
  const auto waiting = [](const LaneGames& lane) { return lane.done() || lane.stuck; };
  // One round is enough, unless games were cut in lanes that have more to play.
  for (std::uint64_t round = 0; !std::ranges::all_of(games, &LaneGames::done) && !interrupted();
       ++round) {
    policy.reset();
    env.reset(round == 0 ? seed : Rng(seed).split(round).next64(), seen);
    for (LaneGames& lane : games) lane.start();
    while (!std::ranges::all_of(games, waiting) && !interrupted()) {
      const InterruptPause whole_step;
      policy.act(seen, action.view());
      env.step(action.view(), seen);
      for (std::size_t i = 0; i < games.size(); ++i)
        games[i].take(action.view(), i, games.size(), seen.scored[i], seen.game_ended[i] != 0,
                      longest);
    }
  }
  Evaluation result;
  for (const LaneGames& lane : games) {
    result.cut += lane.cut;
    append(result.returns, lane.games.returns);
    append(result.lengths, lane.games.lengths);
    append(result.courses, lane.games.courses);
  }
  return result;
}

void warn_of_cut_games(const Evaluation& result, const EnvSpec& spec) {
  if (result.cut > 0)
    warn(
        "{} of {} games were not over after {} steps and count as they stood; {} has no "
        "max_episode_steps",
        result.cut, result.episodes(), kLongestGame, spec.name);
}

}  // namespace tengen
