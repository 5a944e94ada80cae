#include "experiments/go/game_file.hpp"

#include "core/system/output.hpp"
#include "core/usize.hpp"

#include <algorithm>

namespace tengen {
namespace {

GoEvent event_of(const GoGame& game, const GoGame::Move& move) {
  return {GoEvent::Kind::kMove, move.player,
          move.action == game.pass_action() ? GoEvent::kPass : move.action};
}

// The child that makes just this move; −1 if there is none.
int child_with(const SgfTree& tree, int node, const GoGame& game, const GoEvent& move) {
  for (const int child : tree.nodes[usize(node)].children)
    if (go_events(tree, child, game.columns(), game.rows()) == std::vector{move}) return child;
  return -1;
}

bool same_set_up(const GoGame& a, const GoGame& b) {
  return a.rows() == b.rows() && a.columns() == b.columns() && a.handicap() == b.handicap() &&
         std::ranges::equal(a.set_up_stones(), b.set_up_stones(),
                            [](const GoGame::Stones& left, const GoGame::Stones& right) {
                              return left.point == right.point && left.stone == right.stone;
                            });
}

}  // namespace

GameFile::GameFile(std::vector<SgfTree> games, int before_move, const GoGame& game)
    : games_(std::move(games)), loaded_(game) {
  const SgfTree& tree = games_.front();
  int place = 0, moves = 0;
  std::vector<int> from;  // every move so far
  for (const int node : tree.main_line()) {
    const auto events = go_events(tree, node, game.columns(), game.rows());
    const auto made = std::ranges::count(events, GoEvent::Kind::kMove, &GoEvent::kind);
    if (before_move > 0 && moves + made >= before_move) break;
    moves += static_cast<int>(made);
    from.insert(from.end(), usize(made), std::max(0, tree.nodes[usize(node)].parent));
    place = node;
  }
  const std::size_t kept = std::min(from.size(), game.moves().size());
  before_.assign(from.end() - static_cast<std::ptrdiff_t>(kept), from.end());
  before_.push_back(place);
}

std::vector<SgfTree> GameFile::with(const GoGame& game) const {
  if (!same_set_up(game, loaded_)) return {};
  const auto& old = loaded_.moves();
  const auto& now = game.moves();
  const auto same = usize(std::ranges::mismatch(old, now).in1 - old.begin());
  if (same >= before_.size()) return {};
  std::vector<SgfTree> games = games_;
  SgfTree& tree = games.front();
  int node = before_[same];
  for (std::size_t i = same; i < now.size(); ++i) {
    const GoEvent move = event_of(game, now[i]);
    int child = child_with(tree, node, game, move);
    if (child < 0) {
      child = tree.add_node(node);
      tree.nodes.back().add(move.player == 0 ? "B" : "W",
                            sgf_point_text(move.point, game.columns()));
    }
    auto& children = tree.nodes[usize(node)].children;
    const auto place = std::ranges::find(children, child);
    std::rotate(children.begin(), place, place + 1);
    node = child;
  }
  SgfNode& root = tree.nodes.front();
  if (game.komi() != loaded_.komi()) root.set("KM", fmt::format("{}", game.komi()));
  GoRuleset rules = game.ruleset();
  rules.rules.komi = loaded_.komi();
  if (rules != loaded_.ruleset()) root.set("RU", rules_text(rules));
  return games;
}

void print_warnings(const SgfWarnings& warnings) {
  for (const std::string& text : warnings.texts()) write_warning(text);
}

}  // namespace tengen
