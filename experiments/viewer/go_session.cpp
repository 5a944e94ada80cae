#include "experiments/viewer/go_session.hpp"

#include "core/excerpt.hpp"
#include "envs/board/vertex.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tengen {
namespace {

std::vector<BoardMark> marks_of(const SgfNode& from, int columns, int rows) {
  constexpr std::array<std::pair<std::string_view, MarkShape>, 4> kShapes{
      {{"CR", MarkShape::kCircle},
       {"SQ", MarkShape::kSquare},
       {"TR", MarkShape::kTriangle},
       {"MA", MarkShape::kCross}}};
  std::vector<BoardMark> marks;
  for (const auto& [id, shape] : kShapes)
    if (const auto* values = from.find(id); values != nullptr)
      for (const std::string& value : *values)
        for (const int point : sgf_points(value, columns, rows))
          marks.push_back({point, shape, ""});
  if (const auto* values = from.find("LB"); values != nullptr)
    for (const std::string& value : *values) {
      const auto [where, text] = sgf_composed(value);
      if (const auto point = sgf_point(where, columns, rows); point && *point >= 0)
        marks.push_back({*point, MarkShape::kText, sgf_text(text)});
    }
  return marks;
}

// A new game as a file would have it.
SgfTree tree_of(const GoGame& game) {
  GoRecord record = game.to_record();
  record.rules = rules_text(game.ruleset());
  return sgf_tree(record);
}

}  // namespace

std::string go_move_name(const GoGame& game, int action) {
  return to_gtp_vertex(action, game.rows(), game.columns());
}

GoSession::GoSession(const GoGame& start) : GoSession(tree_of(start), start.ruleset()) {
  from_file_ = 0;
  go_to(line_length());
}

GoSession::GoSession(SgfTree tree, const GoRuleset& rules, SgfWarnings* warnings)
    : tree_(std::move(tree)), from_file_(tree_.nodes.size()) {
  const GoRecord record = go_record(tree_, 0, warnings);
  if (!record.black.empty()) black = record.black;
  if (!record.white.empty()) white = record.white;
  given_black_ = black;
  given_white_ = white;
  recorded_result_ = record.result;
  start_ = GoGame::from_record(record, recorded_rules(record, rules, warnings), 0, warnings);
  // If the root does not give the komi, a later node may.
  if (!record.komi)
    if (const auto later = go_record(tree_).komi) {
      GoRuleset ruleset = start_.ruleset();
      ruleset.rules.komi = *later;
      start_.set_ruleset(ruleset);
    }
  game_ = start_;
  nodes_.resize(tree_.nodes.size());
  nodes_.front().to_move = start_.to_move();
  path_.assign(1, 0);
  read_nodes(warnings);
  stand_at(0);
}

// Finds out what every node does, and which moves are illegal.
void GoSession::read_nodes(SgfWarnings* warnings) {
  // This bounds the time that hostile trees take, since going back to a branch replays all moves up
  // to it.
  constexpr std::int64_t kMostSteps = 1'000'000;
  std::int64_t steps = 0;
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    const int node = static_cast<int>(i);
    Node& to = nodes_[i];
    const bool looks = steps <= kMostSteps;
    const auto events =
        go_events(tree_, node, start_.columns(), start_.rows(), looks ? warnings : nullptr);
    for (const GoEvent& event : events) {
      to.set_up = to.set_up || to.action >= 0 || event.kind != GoEvent::Kind::kMove;
      if (event.kind != GoEvent::Kind::kMove) continue;
      to.action = event.point == GoEvent::kPass ? start_.pass_action() : event.point;
      to.player = event.player;
    }
    to.to_move = to.action >= 0 ? 1 - to.player : node_at(in_tree(node).parent).to_move;
    if (!looks) continue;
    steps += move_to(node, warnings);
    to.to_move = game_.to_move();
    if (steps > kMostSteps && warnings != nullptr)
      warnings->add("large", fmt::format("{}: so many variations: the rest is not checked for "
                                         "illegal moves before it is looked at",
                                         tree_.where(node)));
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const std::vector<int>& children = tree_.nodes[i].children;
    nodes_[i].next = children.empty() ? -1 : children.front();
  }
}

// Makes the moves and set-up of a node on the board.
void GoSession::apply(int node, SgfWarnings* warnings) {
  const auto events = go_events(tree_, node, start_.columns(), start_.rows());
  if (warnings == nullptr) return game_.execute(events);
  game_.execute(events, [&](std::size_t /*event*/, const std::string& what) {
    warnings->add("illegal", fmt::format("{}: move {}, {}", tree_.where(node), path_.size(), what));
  });
}

// Moves game and path to a node. Returns how many nodes had to be applied.
int GoSession::move_to(int node, SgfWarnings* warnings) {
  int steps = 1;
  if (node != 0 && in_tree(node).parent == path_.back()) {
    apply(node, warnings);
    path_.push_back(node);
    return steps;
  }
  std::vector<int> way;
  for (int i = node; i >= 0; i = in_tree(i).parent) way.push_back(i);
  game_ = start_;
  path_.assign(1, 0);
  for (std::size_t i = way.size() - 1; i-- > 0; ++steps) {
    apply(way[i], i == 0 ? warnings : nullptr);
    path_.push_back(way[i]);
  }
  return steps;
}

void GoSession::stand_at(int node) {
  move_to(node);
  at_ = node;
  for (std::size_t i = 1; i < path_.size(); ++i) node_at(path_[i - 1]).next = path_[i];
  line_ = path_;
  for (int i = node_at(node).next; i >= 0; i = node_at(i).next) line_.push_back(i);
  read_place();
}

void GoSession::read_place() {
  const SgfNode& node = in_tree(at_);
  marks_ = marks_of(node, start_.columns(), start_.rows());
  comment_.clear();
  if (const auto* texts = node.find("C"))
    for (const std::string& text : *texts) {
      if (!comment_.empty()) comment_ += '\n';
      comment_ += sgf_text(text);
    }
}

std::string GoSession::result() const {
  if (resigned() >= 0) return resigned() == 0 ? "W+R" : "B+R";
  if (!game_.passed_out()) return "";
  if (std::exchange(judged_, at_) != at_)  // computed once, since it is shown many times a second
    judged_result_ = score_text(static_cast<float>(judge(game_).balance) - game_.full_komi());
  return judged_result_;
}

std::string GoSession::why_illegal(int action) const {
  if (finished()) return "the game is over";
  return game_.why_illegal(game_.to_move(), action);
}

void GoSession::play(int action) {
  const int player = game_.to_move();
  for (const int child : in_tree(at_).children) {
    const Node& node = nodes_[static_cast<std::size_t>(child)];
    if (node.action == action && node.player == player && !node.set_up) return stand_at(child);
  }
  const int child = tree_.add_node(at_);
  const int point = action == game_.pass_action() ? GoEvent::kPass : action;
  tree_.nodes.back().add(player == 0 ? "B" : "W", sgf_point_text(point, game_.columns()));
  nodes_.emplace_back();
  nodes_.back().action = action;
  nodes_.back().player = player;
  nodes_.back().to_move = 1 - player;
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
  const int gone = at_, parent = in_tree(at_).parent;
  // The node stays, out of reach, because numbers are never used again.
  std::vector<int>& left = tree_.nodes[static_cast<std::size_t>(parent)].children;
  std::erase(left, gone);
  node_at(parent).next = left.empty() ? -1 : left.front();
  stand_at(parent);
  return true;
}

void GoSession::go_to(int move_number) {
  const int to = line_[static_cast<std::size_t>(std::clamp(move_number, 0, line_length()))];
  if (to == at_) return;
  stand_at(to);
}

int GoSession::continuations() const { return static_cast<int>(in_tree(at_).children.size()); }

int GoSession::variations() const {
  return at_ == 0 ? 1 : static_cast<int>(in_tree(in_tree(at_).parent).children.size());
}

bool GoSession::other_variation(int by) {
  if (variations() < 2) return false;
  const std::vector<int>& siblings = in_tree(in_tree(at_).parent).children;
  const auto count = static_cast<std::ptrdiff_t>(siblings.size());
  const std::ptrdiff_t place = std::ranges::find(siblings, at_) - siblings.begin();
  stand_at(siblings[static_cast<std::size_t>(((place + by) % count + count) % count)]);
  return true;
}

void GoSession::note(int node, const GoAnalysis& analysis) {
  GoFigures& known = node_at(node).figures;
  if (analysis.visits <= 0 || analysis.visits < known.visits) return;
  const double sign = nodes_[static_cast<std::size_t>(node)].to_move == 0 ? 1 : -1;
  known = {static_cast<float>(sign * analysis.value), static_cast<float>(sign * analysis.margin),
           analysis.visits};
}

std::vector<GoFigures> GoSession::line_figures() const {
  std::vector<GoFigures> figures;
  for (const int node : line_) figures.push_back(nodes_[static_cast<std::size_t>(node)].figures);
  return figures;
}

SgfTree GoSession::to_sgf() const {
  SgfTree tree = tree_;
  SgfNode& root = tree.nodes.front();
  if (from_file_ == 0 || black != given_black_) root.set("PB", sgf_escaped(black));
  if (from_file_ == 0 || white != given_white_) root.set("PW", sgf_escaped(white));
  const bool ours = resigned() >= 0 || static_cast<std::size_t>(at_) >= from_file_;
  if (recorded_result_.empty() && ours && finished()) root.set("RE", result());
  return tree;
}

std::string GoSession::file_text() const {
  std::vector<SgfTree> games{to_sgf()};
  games.insert(games.end(), other_games.begin(), other_games.end());
  return write_sgf(games);
}

}  // namespace tengen
