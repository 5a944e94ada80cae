#include "experiments/go/go_game.hpp"

#include "core/check.hpp"
#include "core/config.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

struct NamedRules {
  const char* name;
  KoRule ko;
  bool suicide;
  HandicapBonus bonus;
};

// KataGo's names for what differs under area scoring ("Supported Go rules", lightvector.github.io).
constexpr NamedRules kNamedRules[] = {
    {"tromp-taylor", KoRule::kPositional, true, HandicapBonus::kNone},
    {"tengen", KoRule::kPositional, false, HandicapBonus::kNone},
    {"chinese", KoRule::kSimple, false, HandicapBonus::kStones},
    {"chinese-ogs", KoRule::kPositional, false, HandicapBonus::kStones},
    {"chinese-kgs", KoRule::kPositional, false, HandicapBonus::kStones},
    {"aga", KoRule::kSituational, false, HandicapBonus::kStonesLessOne},
    {"bga", KoRule::kSituational, false, HandicapBonus::kStonesLessOne},
    {"new-zealand", KoRule::kSituational, true, HandicapBonus::kNone},
    {"goe", KoRule::kPositional, true, HandicapBonus::kNone},
};

GoRules unlimited(GoRules rules, float komi) {
  rules.komi = komi;
  rules.max_moves = GoGame::Position::kMostMoves;
  return rules;
}

}  // namespace

std::vector<std::string> rule_names() {
  std::vector<std::string> out;
  for (const NamedRules& rules : kNamedRules) out.emplace_back(rules.name);
  return out;
}

std::string rules_text(const GoRuleset& ruleset) {
  for (const NamedRules& rules : kNamedRules)
    if (rules.ko == ruleset.rules.ko && rules.suicide == ruleset.rules.suicide &&
        rules.bonus == ruleset.bonus)
      return rules.name;
  return "Area";
}

GoRuleset named_rules(std::string_view name, float komi) {
  std::string wanted(name);
  for (char& c : wanted) c = c == '_' || c == ' ' ? '-' : static_cast<char>(std::tolower(c));
  if (wanted == "japanese" || wanted == "korean" || wanted == "stone-scoring")
    throw UsageError(
        "rules '{}' need territory or stone scoring, which is not played here; area "
        "scoring is: {}",
        name, fmt::join(rule_names(), ", "));
  for (const NamedRules& rules : kNamedRules)
    if (wanted == rules.name)
      return {{.ko = rules.ko, .suicide = rules.suicide, .komi = komi}, rules.bonus};
  throw UsageError("{}", unknown_name("rules", name, rule_names()));
}

GoGame::GoGame(int rows, int columns, const GoRuleset& ruleset)
    : rows_(rows),
      columns_(columns),
      ruleset_(ruleset),
      position_(rows, columns, unlimited(ruleset.rules, ruleset.rules.komi)) {}

float GoGame::full_komi() const {
  if (handicap_ < 2 || ruleset_.bonus == HandicapBonus::kNone) return komi();
  const int less = ruleset_.bonus == HandicapBonus::kStonesLessOne ? 1 : 0;
  return komi() + static_cast<float>(handicap_ - less);
}

void GoGame::rebuild() {
  position_ = as_go<25>();
  to_move_ = position_.to_move();
}

void GoGame::clear() {
  stones_.clear();
  moves_.clear();
  handicap_ = first_to_move_ = to_move_ = 0;
  rebuild();
}

void GoGame::set_ruleset(const GoRuleset& ruleset) {
  if (!std::isfinite(ruleset.rules.komi)) throw Error("a komi must be a finite number");
  ruleset_ = ruleset;
  rebuild();
}

void GoGame::set_to_move(int player) {
  to_move_ = player;
  if (moves_.empty()) first_to_move_ = player;
  if (!passed_out()) position_.set_to_move(player);
}

// Every Go that the board fits in must take the game.
int GoGame::most_moves() const {
  const int side = std::max(rows_, columns_);
  return side <= 9    ? Go<9>::kMostMoves
         : side <= 13 ? Go<13>::kMostMoves
         : side <= 19 ? Go<19>::kMostMoves
                      : Go<25>::kMostMoves;
}

GoGame::Position GoGame::open_position() const { return opened(position_); }

std::string GoGame::why_illegal(int player, int action) const {
  if (static_cast<int>(moves_.size()) >= most_moves()) return "no game is that long";
  if (action == pass_action()) return "";
  if (position_.at(action) != Stone::kEmpty) return "occupied";
  Position go = position_;
  if (go.passes() >= 2) go.resume();
  go.set_to_move(player);
  if (go.is_legal(action)) return "";
  const bool suicide = go.board().is_suicide(go.board().cell(action), stone_of(player));
  if (suicide && !ruleset_.rules.suicide) return "suicide";
  return ruleset_.rules.ko == KoRule::kSimple ? "ko" : "superko";
}

void GoGame::play(int player, int action) {
  play_on(position_, {player, action});
  moves_.push_back({player, action});
  to_move_ = position_.to_move();
}

bool GoGame::undo() {
  if (moves_.empty()) return false;
  const int player = moves_.back().player;
  moves_.pop_back();
  to_move_ = player;
  position_ = as_go<25>();
  return true;
}

void GoGame::set_up(std::vector<Stones> stones, int to_move, int handicap) {
  GoGame next(rows_, columns_, ruleset_);
  next.stones_ = std::move(stones);
  next.first_to_move_ = next.to_move_ = to_move;
  next.handicap_ = handicap;
  next.rebuild();
  *this = std::move(next);
}

GoGame GoGame::from_record(const GoRecord& record, const GoRuleset& ruleset, int before_move) {
  GoRuleset own = ruleset;
  if (record.komi) own.rules.komi = *record.komi;
  GoGame game(record.rows, record.columns, own);
  std::vector<std::pair<int, int>> edits;  // point, player
  // Edits after moves make a new set-up position of what stands there.
  const auto settle = [&] {
    if (edits.empty()) return;
    std::vector<Stone> stones(static_cast<std::size_t>(game.points()));
    for (int point = 0; point < game.points(); ++point)
      stones[static_cast<std::size_t>(point)] = game.position().at(point);
    for (const auto& [point, player] : edits)
      stones[static_cast<std::size_t>(point)] = player < 0 ? Stone::kEmpty : stone_of(player);
    std::vector<Stones> all;
    for (int point = 0; point < game.points(); ++point)
      if (const Stone stone = stones[static_cast<std::size_t>(point)]; stone != Stone::kEmpty)
        all.push_back({point, stone});
    game.set_up(std::move(all), game.to_move(), record.handicap);
    edits.clear();
  };
  int number = 0;
  for (const GoEvent& event : record.events) {
    if (event.kind == GoEvent::Kind::kEdit) {
      edits.emplace_back(event.point, event.player);
      continue;
    }
    settle();
    if (++number == before_move) {
      game.set_to_move(event.player);
      return game;
    }
    const int action = event.point == GoEvent::kPass ? game.pass_action() : event.point;
    if (const std::string why = game.why_illegal(event.player, action); !why.empty())
      throw Error("move {} of the record is illegal: {}", number, why);
    game.play(event.player, action);
  }
  settle();
  if (game.moves_.empty()) game.set_to_move(record.first_player());
  return game;
}

GoRecord GoGame::to_record() const {
  GoRecord record;
  record.columns = columns_;
  record.rows = rows_;
  record.komi = komi();
  record.handicap = handicap_;
  for (const int player : {0, 1})
    for (const Stones& at : stones_)
      if (at.stone == stone_of(player))
        record.events.push_back({GoEvent::Kind::kEdit, player, at.point});
  if (first_to_move_ != (handicap_ >= 2 ? 1 : 0) || (!stones_.empty() && handicap_ == 0))
    record.player_to_move = first_to_move_;
  for (const Move& move : moves_)
    record.events.push_back({GoEvent::Kind::kMove, move.player,
                             move.action == pass_action() ? GoEvent::kPass : move.action});
  return record;
}

std::string score_text(float margin) {
  if (margin == 0) return "0";
  return fmt::format("{}+{}", margin > 0 ? 'B' : 'W', std::abs(margin));
}

GoJudgement judge(const GoGame& game, std::span<const float> owners) {
  return judge_go(game.position().board(), owners);
}

}  // namespace tengen
