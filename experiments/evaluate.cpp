#include "experiments/evaluate.hpp"

#include "core/interrupt.hpp"
#include "core/output.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tengen {
namespace {

template <class T>
double mean(const std::vector<T>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// One lane's games so far, and the one it is in.
struct LaneGames {
  int wanted = 0, cut = 0;
  double reward = 0;
  std::int64_t length = 0;
  std::vector<double> returns;
  std::vector<std::int64_t> lengths;
  bool stuck = false;  // in a game that was cut, until every lane is reset

  [[nodiscard]] bool done() const { return static_cast<int>(returns.size()) == wanted; }
  void take(double step_reward, bool ended, std::int64_t longest) {
    reward += step_reward;
    ++length;
    if (!ended && length < longest) return;
    if (!done() && !stuck) {
      returns.push_back(reward);
      lengths.push_back(length);
      stuck = !ended;
      cut += ended ? 0 : 1;
    }
    reward = 0;
    length = 0;
  }
};

}  // namespace

double Evaluation::mean_reward() const { return mean(returns); }
double Evaluation::mean_length() const { return mean(lengths); }
double Evaluation::std_reward() const {
  const double centre = mean_reward();
  double squares = 0;
  for (const double r : returns) squares += (r - centre) * (r - centre);
  return std::sqrt(squares / static_cast<double>(returns.size()));
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
  // One round, unless games had to be cut whose lanes have more to play.
  for (std::uint64_t round = 0; !std::ranges::all_of(games, &LaneGames::done) && !interrupted();
       ++round) {
    policy.reset();
    env.reset(round == 0 ? seed : Rng(seed).split(round).next64(), seen);
    for (LaneGames& lane : games) lane.stuck = false, lane.reward = 0, lane.length = 0;
    while (!std::ranges::all_of(games, waiting) && !interrupted()) {
      const InterruptPause whole_step;
      policy.act(seen, action.view());
      env.step(action.view(), seen);
      for (int i = 0; i < lanes; ++i)
        games[static_cast<std::size_t>(i)].take(seen.reward[static_cast<std::size_t>(i)],
                                                seen.ended(i), longest);
    }
  }
  Evaluation result;
  for (const LaneGames& lane : games) {
    result.cut += lane.cut;
    result.returns.insert(result.returns.end(), lane.returns.begin(), lane.returns.end());
    result.lengths.insert(result.lengths.end(), lane.lengths.begin(), lane.lengths.end());
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
