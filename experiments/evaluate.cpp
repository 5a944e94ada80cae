#include "experiments/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tengen {
namespace {

template <class T>
double mean(const std::vector<T>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// One lane's games so far, and the one it is in.
struct LaneGames {
  int wanted = 0;
  double reward = 0;
  std::int64_t length = 0;
  std::vector<double> returns;
  std::vector<std::int64_t> lengths;

  [[nodiscard]] bool done() const { return static_cast<int>(returns.size()) == wanted; }
  void take(double step_reward, bool ended) {
    reward += step_reward;
    ++length;
    if (!ended) return;
    if (!done()) {
      returns.push_back(reward);
      lengths.push_back(length);
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
  policy.reset();
  env.reset(seed, seen);
  while (!std::ranges::all_of(games, &LaneGames::done)) {
    policy.act(seen, action.view());
    env.step(action.view(), seen);
    for (int i = 0; i < lanes; ++i)
      games[static_cast<std::size_t>(i)].take(seen.reward[static_cast<std::size_t>(i)],
                                              seen.ended(i));
  }
  Evaluation result;
  for (const LaneGames& lane : games) {
    result.returns.insert(result.returns.end(), lane.returns.begin(), lane.returns.end());
    result.lengths.insert(result.lengths.end(), lane.lengths.begin(), lane.lengths.end());
  }
  return result;
}

}  // namespace tengen
