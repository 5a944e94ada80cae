#include "envs/board/board_games.hpp"

#include "envs/board/versus.hpp"
#include "envs/registry.hpp"

namespace tengen {
namespace {

template <Game G>
std::unique_ptr<VectorEnv> make_versus(const G& start, BoardStyle style, int stone_plane,
                                       const Config& options, int lanes, WorkerPool& pool) {
  static_assert(std::is_trivially_copyable_v<Versus<G>>);
  Versus<G> prototype{.start = start, .style = style, .stone_plane = stone_plane};
  prototype.opponent = options.choice<VersusOpponent>(
      "opponent", "random",
      {{"random", VersusOpponent::kRandom}, {"rollouts", VersusOpponent::kRollouts}});
  prototype.rollouts = options.get<int>("rollouts", prototype.rollouts, 1, 1'000'000);
  return std::make_unique<BatchedEnv<Versus<G>>>(prototype, lanes, pool);
}

}  // namespace

GoRules read_go_rules(const Config& options, int size) {
  GoRules rules;
  rules.ko = options.choice<KoRule>("ko", "positional",
                                    {{"simple", KoRule::kSimple},
                                     {"positional", KoRule::kPositional},
                                     {"situational", KoRule::kSituational}});
  rules.suicide = options.get<bool>("suicide", false);
  rules.komi = options.get<float>("komi", 7.5F, -1000.0F, 1000.0F);
  rules.max_moves = options.get<int>("max_moves", 0, 0, 3 * size * size);
  return rules;
}

void add_board_games(EnvRegistry& registry) {
  for_each_board_game([&](const auto& row) {
    registry.add(
        {row.id, row.environment, [&row](const Config& options, int lanes, WorkerPool& pool) {
           return row.start(options, [&](const auto& start) {
             return make_versus(start, row.style, row.stone_plane, options, lanes, pool);
           });
         }});
  });
}

}  // namespace tengen
