#include "experiments/runs/game_match.hpp"

#include "agents/alphago/arena.hpp"
#include "core/check.hpp"
#include "core/excerpt.hpp"
#include "core/system/interrupt.hpp"
#include "core/usize.hpp"
#include "core/worker_pool.hpp"
#include "experiments/go/player_names.hpp"
#include "experiments/runs/game_model.hpp"
#include "experiments/runs/games.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace tengen {
namespace {

constexpr int kTogether = 8;  // games of one arena: four openings, both colours

// A player, and how each thread makes its evaluator.
struct Side {
  ArenaPlayer player;
  EvaluatorFactory make;  // for networks
};

Side read_side(const std::string& what, const GameMatchOptions& options) {
  Side side;
  const std::optional<PlayerName> name = parse_player_name(what);
  if (name && name->kind == PlayerKind::kRandom) return side;
  if (name && (name->kind == PlayerKind::kUct || name->kind == PlayerKind::kUctRave)) {
    if (name->kind == PlayerKind::kUctRave) side.player.uct = kRave;
    side.player.kind = ArenaPlayer::Kind::kUct;
    side.player.search.simulations = name->number.value_or(1000);
    return side;
  }
  const GameModel model = load_game_model(what, options.device);
  if (model.game != options.game)
    throw UsageError("model '{}' plays {}, not {}", excerpt(what), model.game, options.game);
  side.player.kind = ArenaPlayer::Kind::kNetwork;
  side.player.search = model.search;
  side.player.search.simulations = options.simulations;
  side.make = model.make;
  return side;
}

}  // namespace

GameCount play_game_match(const GameMatchOptions& options,
                          const std::function<void(const GameCount&)>& progress) {
  Config config;
  config.set("id=\"" + options.game + "\"");
  const std::unique_ptr<AnyGame> game = make_game(config);
  const std::array<Side, 2> sides{read_side(options.players[0], options),
                                  read_side(options.players[1], options)};
  WorkerPool pool(options.threads);
  const auto threads = usize(pool.threads());
  std::vector<std::array<std::unique_ptr<Evaluator>, 2>> evaluators(threads);
  for (auto& own : evaluators)
    for (std::size_t side = 0; side < 2; ++side)
      if (sides[side].make) own[side] = sides[side].make();

  GameCount count;
  std::vector<ArenaResult> results(threads);
  for (int first = 0; first < options.games; first += kTogether * pool.threads()) {
    const auto play = [&](int thread) {
      const auto own = usize(thread);
      const int start = first + thread * kTogether;
      results[own] = {};
      const int games = std::min(kTogether, options.games - start);
      if (games <= 0) return;
      std::array<ArenaPlayer, 2> players{sides[0].player, sides[1].player};
      for (std::size_t side = 0; side < 2; ++side)
        players[side].evaluator = evaluators[own][side].get();
      results[own] = play_arena(
          *game, players,
          {.games = games, .opening_moves = options.opening_moves, .seed = options.seed}, start);
    };
    try {
      pool.run(pool.threads(), play);
    } catch (const Interrupted&) {
      break;
    }
    for (const ArenaResult& result : results) {
      count.wins += result.wins;
      count.draws += result.draws;
      count.losses += result.losses;
    }
    if (progress) progress(count);
    if (options.sprt && sprt(count, *options.sprt).verdict != SprtVerdict::kGoOn) break;
  }
  return count;
}

}  // namespace tengen
