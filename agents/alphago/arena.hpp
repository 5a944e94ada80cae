// Games between two players, many at once: how strong one is beside the other.
#pragma once

#include "agents/search/evaluator.hpp"
#include "agents/search/sampling.hpp"
#include "agents/search/tree.hpp"
#include "agents/search/uct.hpp"
#include "core/system/interrupt.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace tengen {

/// How one side plays. Searches have no noise.
struct ArenaPlayer {
  enum class Kind : std::uint8_t {
    kNetwork,  ///< searches with an evaluator
    kUct,      ///< UCT: as many random playouts as its search has simulations
    kRandom,   ///< uniformly random moves
  };
  Kind kind = Kind::kRandom;
  SearchOptions search;            ///< simulations a move, rule …
  Evaluator* evaluator = nullptr;  ///< kNetwork
  UctOptions uct = {};             ///< kUct
};

struct ArenaOptions {
  int games = 2;
  int opening_moves = 2;  ///< uniformly random, the same for games 2i and 2i + 1, colours swapped
  std::uint64_t seed = 0;
};

/// Of the first player.
struct ArenaResult {
  int wins = 0, draws = 0, losses = 0;

  [[nodiscard]] int games() const { return wins + draws + losses; }
  [[nodiscard]] double points() const { return wins + draws / 2.0; }
  void add(const ArenaResult& other) {
    wins += other.wins;
    draws += other.draws;
    losses += other.losses;
  }
};

/// Plays games [first, first + options.games) of a match, all at once: every round takes a leaf
/// from each game in which a side is searching, and that side judges them together.
template <Game G>
class Arena {
 public:
  Arena(const G& start, const std::array<ArenaPlayer, 2>& players, const ArenaOptions& options,
        int first = 0);
  /// Throws Interrupted.
  ArenaResult play();

 private:
  struct Table {
    std::array<SearchTree<G>, 2> trees;  // a player each; both stand where the game does
    Rng rng;
    int first_player = 0;  // which of the two moves first
    bool searching = false;
    Pending pending;
  };
  [[nodiscard]] static int side(const Table& table) {
    return table.trees[0].position().to_move() ^ table.first_player;
  }
  [[nodiscard]] bool over(const Table& t) const { return t.trees[0].position().finished(); }
  void open(Table& table, int game);
  int random_move(const G& position, Rng& rng, bool points_only);
  int uct_move(Table& table, int player);
  void round(int player);
  bool descend(SearchTree<G>& tree, int row, Pending& pending);
  void play_move(Table& table, int action);

  GameSpec spec_;
  std::array<ArenaPlayer, 2> players_;
  ArenaOptions options_;
  std::vector<Table> tables_;
  EvaluationBatch batch_;
  std::vector<Table*> asked_;
  std::vector<std::uint8_t> mask_;
  std::array<UctSearch<G>, 2> uct_;
};

template <Game G>
Arena<G>::Arena(const G& start, const std::array<ArenaPlayer, 2>& players,
                const ArenaOptions& options, int first)
    : spec_(start.spec()),
      players_(players),
      options_(options),
      batch_(spec_, options.games),
      mask_(static_cast<std::size_t>(spec_.actions)),
      uct_{UctSearch<G>(players[0].uct), UctSearch<G>(players[1].uct)} {
  tables_.reserve(static_cast<std::size_t>(options.games));
  for (int game = first; game < first + options.games; ++game) {
    Table& table = tables_.emplace_back(
        Table{{SearchTree<G>(start, players[0].search), SearchTree<G>(start, players[1].search)},
              Rng(options.seed).split(static_cast<std::uint64_t>(game)),
              game % 2,
              false,
              {}});
    open(table, game);
  }
}

template <Game G>
void Arena<G>::open(Table& table, int game) {
  Rng pair = Rng(~options_.seed).split(static_cast<std::uint64_t>(game / 2));
  G position = table.trees[0].position();
  for (int move = 0; move < options_.opening_moves; ++move) {
    G next = position;
    next.play(random_move(position, pair, true));
    if (next.finished()) break;
    position = next;
  }
  for (SearchTree<G>& tree : table.trees) tree.reset(position);
}

template <Game G>
int Arena<G>::random_move(const G& position, Rng& rng, bool points_only) {
  position.legal(mask_);
  std::span<const std::uint8_t> legal = mask_;
  if (points_only && spec_.layout == ActionLayout::kPoints) {
    const auto points = legal.first(static_cast<std::size_t>(spec_.points()));
    if (std::ranges::count(points, 1) > 0) legal = points;  // an opening of passes would be none
  }
  return sample_legal(legal, rng);
}

template <Game G>
ArenaResult Arena<G>::play() {
  const auto all_over = [&] {
    return std::ranges::all_of(tables_, [&](const Table& t) { return over(t); });
  };
  while (!all_over())
    for (int player = 0; player < 2; ++player) {
      stop_if_interrupted();
      round(player);
    }
  ArenaResult result;
  for (const Table& table : tables_) {
    const float score = table.trees[0].position().score();
    const float own = table.first_player == 0 ? score : -score;
    ++(own > 0 ? result.wins : own < 0 ? result.losses : result.draws);
  }
  return result;
}

// One leaf in every game where it is `player`'s turn.
template <Game G>
void Arena<G>::round(int player) {
  const ArenaPlayer& how = players_[static_cast<std::size_t>(player)];
  asked_.clear();
  for (Table& table : tables_) {
    if (over(table) || side(table) != player) continue;
    if (how.kind != ArenaPlayer::Kind::kNetwork) {
      play_move(table, how.kind == ArenaPlayer::Kind::kUct
                           ? uct_move(table, player)
                           : random_move(table.trees[0].position(), table.rng, false));
      continue;
    }
    SearchTree<G>& tree = table.trees[static_cast<std::size_t>(player)];
    if (!table.searching) {
      tree.begin(how.search.simulations, RootNoise::kOff, Rng(table.rng.next64()));
      table.searching = true;
    }
    if (descend(tree, static_cast<int>(asked_.size()), table.pending))
      asked_.push_back(&table);
    else
      play_move(table, tree.choose(table.rng));
  }
  if (asked_.empty()) return;
  how.evaluator->evaluate(batch_, static_cast<int>(asked_.size()));
  for (std::size_t row = 0; row < asked_.size(); ++row) {
    Table& table = *asked_[row];
    SearchTree<G>& tree = table.trees[static_cast<std::size_t>(player)];
    tree.absorb(batch_, static_cast<int>(row), table.pending);
    if (tree.finished()) play_move(table, tree.choose(table.rng));
  }
}

// Whether a leaf waits in `row`; false once the search has ended.
template <Game G>
bool Arena<G>::descend(SearchTree<G>& tree, int row, Pending& pending) {
  while (!tree.finished())
    if (tree.descend(batch_, row, pending) == Descent::kLeaf) return true;
  return false;
}

template <Game G>
int Arena<G>::uct_move(Table& table, int player) {
  const auto side = static_cast<std::size_t>(player);
  UctSearch<G>& uct = uct_[side];
  uct.reset(table.trees[0].position());
  for (int i = 0; i < players_[side].search.simulations; ++i) {
    stop_if_interrupted();
    uct.simulate(table.rng);
  }
  return uct.best();
}

template <Game G>
void Arena<G>::play_move(Table& table, int action) {
  G position = table.trees[0].position();
  position.play(action);
  for (SearchTree<G>& tree : table.trees) tree.reset(position);
  table.searching = false;
}

}  // namespace tengen
