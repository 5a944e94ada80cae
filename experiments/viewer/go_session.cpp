#include "experiments/viewer/go_session.hpp"

#include "core/excerpt.hpp"
#include "envs/board/vertex.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tengen {
namespace {

// The points of a value, "dd" or a rectangle "aa:cc".
std::vector<int> points_of(const SgfTree& tree, int node, const std::string& value, int columns,
                           int rows) {
  const auto [from, to] = sgf_composed(value);
  const std::optional<int> first = sgf_point(from, columns, rows);
  const std::optional<int> last = to.empty() ? first : sgf_point(to, columns, rows);
  if (!first || !last || *first < 0 || *last < 0)
    throw Error("{}: '{}' is no point of a {} × {} board", tree.where(node), excerpt(value), columns, rows);
  std::vector<int> points;
  for (int y = std::min(*first / columns, *last / columns);
       y <= std::max(*first / columns, *last / columns); ++y)
    for (int x = std::min(*first % columns, *last % columns);
         x <= std::max(*first % columns, *last % columns); ++x)
      points.push_back(y * columns + x);
  return points;
}

std::vector<BoardMark> marks_of(const SgfTree& tree, int node, int columns, int rows) {
  constexpr std::array<std::pair<std::string_view, MarkShape>, 4> kShapes{
      {{"CR", MarkShape::kCircle},
       {"SQ", MarkShape::kSquare},
       {"TR", MarkShape::kTriangle},
       {"MA", MarkShape::kCross}}};
  std::vector<BoardMark> marks;
  const SgfNode& from = tree.nodes[static_cast<std::size_t>(node)];
  for (const auto& [id, shape] : kShapes)
    if (const auto* values = from.find(id); values != nullptr)
      for (const std::string& value : *values)
        for (const int point : points_of(tree, node, value, columns, rows))
          marks.push_back({point, shape, ""});
  if (const auto* values = from.find("LB"); values != nullptr)
    for (const std::string& value : *values) {
      const auto [where, text] = sgf_composed(value);
      if (const auto point = sgf_point(where, columns, rows); point && *point >= 0)
        marks.push_back({*point, MarkShape::kText, sgf_text(text)});
    }
  return marks;
}

bool has_edits(const SgfNode& node) {
  return node.find("AB") != nullptr || node.find("AW") != nullptr || node.find("AE") != nullptr;
}

// What stands on the board after the node's edits.
std::vector<GoGame::Stones> edited(const SgfTree& tree, int node, const GoGame& game) {
  std::vector<Stone> board(static_cast<std::size_t>(game.points()));
  for (int point = 0; point < game.points(); ++point)
    board[static_cast<std::size_t>(point)] = game.position().at(point);
  constexpr std::array<std::pair<std::string_view, Stone>, 3> kEdits{
      {{"AE", Stone::kEmpty}, {"AB", Stone::kBlack}, {"AW", Stone::kWhite}}};
  for (const auto& [id, stone] : kEdits)
    if (const auto* values = tree.nodes[static_cast<std::size_t>(node)].find(id); values != nullptr)
      for (const std::string& value : *values)
        for (const int point : points_of(tree, node, value, game.columns(), game.rows()))
          board[static_cast<std::size_t>(point)] = stone;
  std::vector<GoGame::Stones> stones;
  for (int point = 0; point < game.points(); ++point)
    if (const Stone stone = board[static_cast<std::size_t>(point)]; stone != Stone::kEmpty)
      stones.push_back({point, stone});
  return stones;
}

}  // namespace

std::string go_move_name(const GoGame& game, int action) {
  return to_gtp_vertex(action, game.rows(), game.columns());
}

GoSession::GoSession(GoGame start) : start_(std::move(start)), game_(start_), nodes_(1) {
  stand_at(0);
}

GoSession::GoSession(const SgfTree& tree, const GoRuleset& rules)
    : start_(GoGame::from_record(go_record(tree, 0), rules)), game_(start_), nodes_(1) {
  const GoRecord record = go_record(tree, 0);
  if (!record.black.empty()) black = record.black;
  if (!record.white.empty()) white = record.white;
  recorded_result_ = record.result;
  std::vector<int> ours(tree.nodes.size(), 0);
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const auto parent = static_cast<std::size_t>(std::max(tree.nodes[i].parent, 0));
    ours[i] = i == 0 ? 0 : add_node(ours[parent]);
    add_from(tree, static_cast<int>(i), ours[i]);
  }
  for (Node& node : nodes_) node.next = node.children.empty() ? -1 : node.children.front();
  stand_at(0);
}

// The node's move, edits and words. Its parent is in place.
void GoSession::add_from(const SgfTree& tree, int sgf_node, int node) {
  const SgfNode& from = tree.nodes[static_cast<std::size_t>(sgf_node)];
  Node& to = node_at(node);
  if (const std::string* text = from.value("C"); text != nullptr) to.comment = sgf_text(*text);
  to.marks = marks_of(tree, sgf_node, start_.columns(), start_.rows());
  if (node == 0) return;
  stand_at(to.parent);
  if (has_edits(from)) {
    to.set_up = true;
    to.stones = edited(tree, sgf_node, game_);
    to.player = game_.to_move();
  }
  for (const int player : {0, 1}) {
    const std::string* value = from.value(player == 0 ? "B" : "W");
    if (value == nullptr) continue;
    const std::optional<int> point = sgf_point(*value, start_.columns(), start_.rows());
    if (!point) throw Error("{}: '{}' is no point of this board", tree.where(sgf_node), excerpt(*value));
    to.action = *point < 0 ? game_.pass_action() : *point;
    to.player = player;
    if (const std::string why = game_.why_illegal(player, to.action); !why.empty())
      throw Error("{}: an illegal move, {} at {}: {}", tree.where(sgf_node),
                  player == 0 ? "Black" : "White", go_move_name(game_, to.action), why);
  }
}

int GoSession::add_node(int parent) {
  const int node = static_cast<int>(nodes_.size());
  nodes_.push_back({});
  nodes_.back().parent = parent;
  node_at(parent).children.push_back(node);
  return node;
}

void GoSession::apply(GoGame& game, int node) const {
  const Node& at = nodes_[static_cast<std::size_t>(node)];
  if (at.set_up) game.set_up(at.stones, at.player, game.handicap());
  if (at.action >= 0) game.play(at.player, at.action);
}

void GoSession::stand_at(int node) {
  const bool onwards = node != 0 && node_at(node).parent == at_ && !path_.empty();
  if (onwards) {
    apply(game_, node);
    path_.push_back(node);
  } else {
    path_.clear();
    for (int i = node; i >= 0; i = node_at(i).parent) path_.push_back(i);
    std::ranges::reverse(path_);
    game_ = start_;
    for (const int i : path_) apply(game_, i);
  }
  at_ = node;
  for (std::size_t i = 1; i < path_.size(); ++i) node_at(path_[i - 1]).next = path_[i];
  line_ = path_;
  for (int i = node_at(node).next; i >= 0; i = node_at(i).next) line_.push_back(i);
}

std::string GoSession::result() const {
  if (resigned() >= 0) return resigned() == 0 ? "W+R" : "B+R";
  return game_.passed_out() ? score_text(game_.position().margin()) : "";
}

std::string GoSession::why_illegal(int action) const {
  if (finished()) return "the game is over";
  return game_.why_illegal(game_.to_move(), action);
}

void GoSession::play(int action) {
  const int player = game_.to_move();
  for (const int child : here().children) {
    const Node& node = nodes_[static_cast<std::size_t>(child)];
    if (node.action == action && node.player == player && !node.set_up) return stand_at(child);
  }
  const int child = add_node(at_);
  node_at(child).action = action;
  node_at(child).player = player;
  stand_at(child);
}

void GoSession::resign() {
  if (!finished()) node_at(at_).resigned = game_.to_move();
}

bool GoSession::undo() {
  if (resigned() >= 0) {
    node_at(at_).resigned = -1;
    return true;
  }
  if (at_ == 0) return false;
  const int gone = at_, parent = here().parent;
  std::erase(node_at(parent).children, gone);  // the node stays, unreachable: numbers are for ever
  const std::vector<int>& left = node_at(parent).children;
  node_at(parent).next = left.empty() ? -1 : left.front();
  stand_at(parent);
  return true;
}

void GoSession::go_to(int move_number) {
  const int to = line_[static_cast<std::size_t>(std::clamp(move_number, 0, line_length()))];
  if (to == at_) return;
  stand_at(to);
}

int GoSession::continuations() const { return static_cast<int>(here().children.size()); }

int GoSession::variations() const {
  return at_ == 0
             ? 1
             : static_cast<int>(nodes_[static_cast<std::size_t>(here().parent)].children.size());
}

bool GoSession::other_variation(int by) {
  if (variations() < 2) return false;
  const std::vector<int>& siblings = node_at(here().parent).children;
  const auto count = static_cast<std::ptrdiff_t>(siblings.size());
  const std::ptrdiff_t place = std::ranges::find(siblings, at_) - siblings.begin();
  stand_at(siblings[static_cast<std::size_t>(((place + by) % count + count) % count)]);
  return true;
}

int GoSession::mover(int node) const {
  if (node == at_) return game_.to_move();
  const Node& at = nodes_[static_cast<std::size_t>(node)];
  return at.action >= 0 ? 1 - at.player : node == 0 ? start_.to_move() : at.player;
}

void GoSession::note(int node, const GoAnalysis& analysis) {
  GoFigures& known = node_at(node).figures;
  if (analysis.visits <= 0 || analysis.visits < known.visits) return;
  const double sign = mover(node) == 0 ? 1 : -1;
  known = {static_cast<float>(sign * analysis.value), static_cast<float>(sign * analysis.margin),
           analysis.visits};
}

std::vector<GoFigures> GoSession::line_figures() const {
  std::vector<GoFigures> figures;
  for (const int node : line_) figures.push_back(nodes_[static_cast<std::size_t>(node)].figures);
  return figures;
}

SgfTree GoSession::to_sgf() const {
  GoRecord head = start_.to_record();
  head.black = black;
  head.white = white;
  head.result = finished() ? result() : recorded_result_;
  SgfTree tree = sgf_tree(head);
  const int root = tree.main_line().back();
  std::vector<std::pair<int, int>> open{{0, root}};  // ours, the file's
  while (!open.empty()) {
    const auto [node, theirs] = open.back();
    open.pop_back();
    const Node& from = nodes_[static_cast<std::size_t>(node)];
    if (!from.comment.empty())
      tree.nodes[static_cast<std::size_t>(theirs)].add("C", sgf_escaped(from.comment));
    // The tree's numbers follow the order of making: children first to last.
    std::vector<std::pair<int, int>> children;
    for (const int child : from.children) {
      const Node& move = nodes_[static_cast<std::size_t>(child)];
      const int made = tree.add_node(theirs);
      SgfNode& to = tree.nodes[static_cast<std::size_t>(made)];
      for (const GoGame::Stones& at : move.stones)
        to.add(at.stone == Stone::kBlack ? "AB" : "AW", sgf_point_text(at.point, start_.columns()));
      if (move.action >= 0)
        to.add(move.player == 0 ? "B" : "W",
               sgf_point_text(move.action == start_.pass_action() ? GoEvent::kPass : move.action,
                              start_.columns()));
      children.emplace_back(child, made);
    }
    open.insert(open.end(), children.rbegin(), children.rend());
  }
  return tree;
}

}  // namespace tengen
