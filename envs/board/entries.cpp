#include "envs/board/entries.hpp"

#include "envs/board/connect_four.hpp"
#include "envs/board/go.hpp"
#include "envs/board/hex.hpp"
#include "envs/board/othello.hpp"
#include "envs/board/tic_tac_toe.hpp"
#include "envs/board/versus.hpp"

namespace tengen {
namespace {

using Made = std::unique_ptr<VectorEnv>;

template <Game G>
Made make_versus(const G& start, BoardStyle style, int stone_plane, const Config& options,
                 int lanes, WorkerPool& pool) {
  static_assert(std::is_trivially_copyable_v<Versus<G>>);
  Versus<G> prototype{.start = start, .style = style, .stone_plane = stone_plane};
  const std::string opponent = options.choice("opponent", "random", {"random", "rollouts"});
  if (opponent == "rollouts") prototype.opponent = VersusOpponent::kRollouts;
  prototype.rollouts = options.get<int>("rollouts", prototype.rollouts, 1, 1'000'000);
  return std::make_unique<BatchedEnv<Versus<G>>>(prototype, lanes, pool);
}

template <Game G>
EnvMaker maker(BoardStyle style) {
  return [style](const Config& options, int lanes, WorkerPool& pool) {
    return make_versus(G{}, style, 0, options, lanes, pool);
  };
}

Made make_hex(const Config& options, int lanes, WorkerPool& pool) {
  const Hex start(options.get<int>("size", 7, 2, Hex::kLargest));
  return make_versus(start, BoardStyle::kHex, 0, options, lanes, pool);
}

Made make_go(const Config& options, int lanes, WorkerPool& pool) {
  const int size = options.get<int>("size", 9, 2, 25);
  const GoRules rules{.komi = options.get<float>("komi", 7.5F)};
  const auto make = [&](const auto& start) {
    return make_versus(start, BoardStyle::kGo, 1, options, lanes, pool);
  };
  if (size <= 9) return make(Go<9>(size, size, rules));
  if (size <= 13) return make(Go<13>(size, size, rules));
  if (size <= 19) return make(Go<19>(size, size, rules));
  return make(Go<25>(size, size, rules));
}

}  // namespace

void add_board_games(EnvRegistry& registry) {
  registry.add({"TicTacToe-v0", "Three in a row; opponent = \"random\" or \"rollouts\"",
                maker<TicTacToe>(BoardStyle::kMarks)});
  registry.add({"ConnectFour-v0", "Four in a row, 7 columns of 6; opponent = \"random\"",
                maker<ConnectFour>(BoardStyle::kRack)});
  registry.add({"Othello-v0", "Othello on 8 × 8; opponent = \"random\"",
                maker<Othello>(BoardStyle::kDiscs)});
  registry.add({"Hex-v0", "Hex; size = 7 (2 to 13), opponent = \"random\"", make_hex});
  registry.add(
      {"Go-v0", "Go by area; size = 9 (2 to 25), komi = 7.5, opponent = \"random\"", make_go});
}

}  // namespace tengen
