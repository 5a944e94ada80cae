#include "agents/alphago/arena.hpp"

#include "agents/search/sampling.hpp"
#include "core/system/interrupt.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

namespace tengen {
namespace {

struct Table {
  std::array<std::unique_ptr<SearchCore>, 2>
      trees;  // a player each; both stand where the game does
  Rng rng;
  int first_player = 0;  // which of the two moves first
  bool searching = false;
  Pending pending;

  [[nodiscard]] const SearchCore& position() const { return *trees[0]; }
  [[nodiscard]] bool over() const { return position().game_over(); }
  [[nodiscard]] int player_to_move() const { return position().to_move() ^ first_player; }
  void play(int action) {
    for (auto& tree : trees) tree->play(action);
    searching = false;
  }
};

class Arena {
 public:
  Arena(const SearchableGame& game, const std::array<ArenaPlayer, 2>& players,
        const ArenaOptions& options, int first);
  ArenaResult play();

 private:
  void play_opening(Table& table, int game);
  int random_move(const SearchCore& position, Rng& rng, bool points_only);
  int unsearched_move(Table& table, int player);
  void round(int player);
  bool descend(SearchCore& tree, int row, Pending& pending);

  GameSpec spec_;
  std::array<ArenaPlayer, 2> players_;
  ArenaOptions options_;
  std::vector<Table> tables_;
  EvaluationBatch batch_;
  std::vector<Table*> asked_;  // by row
  std::vector<std::uint8_t> mask_;
  std::array<std::unique_ptr<PlayoutSearch>, 2> uct_;  // of kUct
};

Arena::Arena(const SearchableGame& game, const std::array<ArenaPlayer, 2>& players,
             const ArenaOptions& options, int first)
    : spec_(game.spec()),
      players_(players),
      options_(options),
      batch_(spec_, options.games),
      mask_(usize(spec_.actions)) {
  for (std::size_t player = 0; player < 2; ++player)
    if (players[player].kind == ArenaPlayer::Kind::kUct)
      uct_[player] = game.make_playout_search(players[player].uct);
  for (int number = first; number < first + options.games; ++number) {
    Table& table = tables_.emplace_back();
    for (std::size_t player = 0; player < 2; ++player)
      table.trees[player] = game.make_tree(players[player].search);
    table.rng = Rng(options.seed).split(usize(number));
    table.first_player = number % 2;
    play_opening(table, number);
  }
}

// Stops before a move that would end the game.
void Arena::play_opening(Table& table, int game) {
  Rng pair = Rng(~options_.seed).split(usize(game / 2));
  for (int move = 0; move < options_.opening_moves; ++move) {
    const int action = random_move(table.position(), pair, true);
    table.trees[0]->play(action);
    if (table.over()) {
      table.trees[0]->reset_to(*table.trees[1]);
      return;
    }
    table.trees[1]->play(action);
  }
}

int Arena::random_move(const SearchCore& position, Rng& rng, bool points_only) {
  position.legal(mask_);
  std::span<const std::uint8_t> legal = mask_;
  if (points_only && spec_.layout == ActionLayout::kPoints) {
    const auto points = legal.first(usize(spec_.points()));
    if (std::ranges::count(points, 1) > 0) legal = points;  // an opening of passes would be none
  }
  return sample_legal(legal, rng);
}

ArenaResult Arena::play() {
  while (!std::ranges::all_of(tables_, &Table::over))
    for (int player = 0; player < 2; ++player) {
      stop_if_interrupted();
      round(player);
    }
  ArenaResult result;
  for (const Table& table : tables_) {
    const float score = table.position().score();
    const float own = table.first_player == 0 ? score : -score;
    ++(own > 0 ? result.wins : own < 0 ? result.losses : result.draws);
  }
  return result;
}

// One leaf, or one move without a network, in every game where it is `player`'s turn.
void Arena::round(int player) {
  const ArenaPlayer& how = players_[usize(player)];
  asked_.clear();
  for (Table& table : tables_) {
    if (table.over() || table.player_to_move() != player) continue;
    if (how.kind != ArenaPlayer::Kind::kNetwork) {
      table.play(unsearched_move(table, player));
      continue;
    }
    SearchCore& tree = *table.trees[usize(player)];
    if (!table.searching) {
      tree.begin(how.search.simulations, RootNoise::kOff, Rng(table.rng.next64()));
      table.searching = true;
    }
    if (descend(tree, static_cast<int>(asked_.size()), table.pending))
      asked_.push_back(&table);
    else
      table.play(tree.choose(table.rng));
  }
  if (asked_.empty()) return;
  how.evaluator->evaluate(batch_, static_cast<int>(asked_.size()));
  for (std::size_t row = 0; row < asked_.size(); ++row) {
    Table& table = *asked_[row];
    SearchCore& tree = *table.trees[usize(player)];
    tree.absorb(batch_, static_cast<int>(row), table.pending);
    if (tree.finished()) table.play(tree.choose(table.rng));
  }
}

// Whether a leaf waits in `row`; false once the search has ended.
bool Arena::descend(SearchCore& tree, int row, Pending& pending) {
  while (!tree.finished())
    if (tree.descend(batch_, row, pending) == Descent::kLeaf) return true;
  return false;
}

int Arena::unsearched_move(Table& table, int player) {
  if (players_[usize(player)].kind == ArenaPlayer::Kind::kRandom)
    return random_move(table.position(), table.rng, false);
  return uct_[usize(player)]->choose(table.position(), players_[usize(player)].search.simulations,
                                     table.rng);
}

}  // namespace

ArenaResult play_arena(const SearchableGame& game, const std::array<ArenaPlayer, 2>& players,
                       const ArenaOptions& options, int first) {
  return Arena(game, players, options, first).play();
}

}  // namespace tengen
