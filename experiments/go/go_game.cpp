#include "experiments/go/go_game.hpp"

#include "core/check.hpp"
#include "core/config.hpp"
#include "core/excerpt.hpp"
#include "core/usize.hpp"
#include "envs/board/vertex.hpp"

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

// How people write them, by what they begin with; small letters, without spaces and hyphens.
constexpr std::pair<std::string_view, const char*> kWrittenRules[] = {{"chinese", "chinese"},
                                                                      {"china", "chinese"},
                                                                      {"中国", "chinese"},
                                                                      {"cn", "chinese"},
                                                                      {"american", "aga"},
                                                                      {"usa", "aga"},
                                                                      {"aga", "aga"},
                                                                      {"french", "aga"},
                                                                      {"ffg", "aga"},
                                                                      {"british", "bga"},
                                                                      {"newzealand", "new-zealand"},
                                                                      {"nz", "new-zealand"},
                                                                      {"ing", "goe"},
                                                                      {"应氏", "goe"},
                                                                      {"應氏", "goe"},
                                                                      {"tt", "tromp-taylor"},
                                                                      {"tromp", "tromp-taylor"},
                                                                      {"中國", "chinese"}};
constexpr const char* kTerritoryRules[] = {"japan", "jp",   "korea",     "kr",  "日本",
                                           "韓國",  "韩国", "territory", "한국"};

GoRules unlimited(GoRules rules, float komi) {
  rules.komi = komi;
  rules.max_moves = GoGame::Position::kMostMoves;
  return rules;
}

// Takes the chains of a colour that have no liberty off; whether there were any.
bool take_off(std::vector<Stone>& board, int columns, Stone colour) {
  const int points = static_cast<int>(board.size());
  const auto at = [&](int point) -> Stone& { return board[usize(point)]; };
  std::vector<bool> seen(board.size());
  std::vector<int> chain;
  std::vector<int> dead;
  for (int start = 0; start < points; ++start) {
    if (at(start) != colour || seen[usize(start)]) continue;
    chain.assign(1, start);
    seen[usize(start)] = true;
    bool lives = false;
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const int point = chain[i], x = point % columns;
      const int neighbours[] = {x > 0 ? point - 1 : -1, x + 1 < columns ? point + 1 : -1,
                                point - columns, point + columns};
      for (const int next : neighbours) {
        if (next < 0 || next >= points) continue;
        lives = lives || at(next) == Stone::kEmpty;
        if (at(next) != colour || seen[usize(next)]) continue;
        seen[usize(next)] = true;
        chain.push_back(next);
      }
    }
    if (!lives) dead.insert(dead.end(), chain.begin(), chain.end());
  }
  for (const int point : dead) at(point) = Stone::kEmpty;
  return !dead.empty();
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

GoRuleset recorded_rules(const GoRecord& record, const GoRuleset& otherwise,
                         SgfWarnings* warnings) {
  GoRuleset out = otherwise;
  if (record.komi) out.rules.komi = *record.komi;
  std::string key;
  for (const char c : record.rules)
    if (c != ' ' && c != '_' && c != '-' && c != '.')
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (key.empty() || key == "area") return out;
  const NamedRules* named = nullptr;
  for (const NamedRules& rules : kNamedRules) {
    std::string name = rules.name;
    std::erase(name, '-');
    if (name == key) named = &rules;
  }
  for (const auto& [start, name] : kWrittenRules)
    if (named == nullptr && key.starts_with(start))
      named = std::ranges::find(kNamedRules, std::string_view(name), &NamedRules::name);
  if (named != nullptr) {
    out.rules.ko = named->ko;
    out.rules.suicide = named->suicide;
    out.bonus = named->bonus;
  } else if (std::ranges::any_of(kTerritoryRules,
                                 [&](const char* name) { return key.starts_with(name); })) {
    out.rules.ko = KoRule::kSimple;
    out.rules.suicide = false;
    out.bonus = HandicapBonus::kNone;
  } else if (key.starts_with("ko")) {  // KataGo's "koPOSITIONALscoreAREAtaxNONEsui1"
    out.rules.ko = key.starts_with("kosimple")        ? KoRule::kSimple
                   : key.starts_with("kosituational") ? KoRule::kSituational
                                                      : KoRule::kPositional;
    out.rules.suicide = key.find("sui1") != std::string::npos;
    out.bonus = HandicapBonus::kNone;
  } else if (warnings != nullptr) {
    warnings->add("RU", fmt::format("{}: RU[{}] names no rules known here: read by {}", record.name,
                                    excerpt(record.rules, 40), rules_text(otherwise)));
  }
  return out;
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
  position_ = as_go<kLargestGoSide>();
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
  return with_go_size(std::max(rows_, columns_),
                      []<int kMaxSize>() { return Go<kMaxSize>::kMostMoves; });
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
  position_ = as_go<kLargestGoSide>();
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

std::vector<Stone> GoGame::stones_now() const {
  std::vector<Stone> board(usize(points()));
  for (int point = 0; point < points(); ++point) board[usize(point)] = position_.at(point);
  return board;
}

void GoGame::settle(const std::vector<Stone>& board, int to_move) {
  std::vector<Stones> stones;
  for (int point = 0; point < points(); ++point)
    if (const Stone stone = board[usize(point)]; stone != Stone::kEmpty)
      stones.push_back({point, stone});
  set_up(std::move(stones), to_move, handicap_);
}

// Whether the move was illegal.
bool GoGame::force(int player, int action) {
  if (why_illegal(player, action).empty()) {
    play(player, action);
    return false;
  }
  std::vector<Stone> board = stones_now();
  if (action != pass_action()) {
    const Stone own = stone_of(player);
    board[usize(action)] = own;
    take_off(board, columns_, opponent(own));
    take_off(board, columns_, own);
  }
  settle(board, 1 - player);
  return true;
}

void GoGame::execute(std::span<const GoEvent> events,
                     const std::function<void(std::size_t, const std::string&)>& assumed) {
  const auto say = [&](std::size_t i, const std::string& what) {
    if (assumed) assumed(i, what);
  };
  for (std::size_t i = 0; i < events.size(); ++i) {
    const GoEvent& event = events[i];
    if (event.kind == GoEvent::Kind::kTurn) {
      set_to_move(event.player);
    } else if (event.kind == GoEvent::Kind::kMove) {
      const int action = event.point == GoEvent::kPass ? pass_action() : event.point;
      const std::string why = assumed ? why_illegal(event.player, action) : "";
      if (force(event.player, action))
        say(i, fmt::format("{} at {} is illegal ({}): made all the same",
                           event.player == 0 ? "Black" : "White",
                           to_gtp_vertex(action, rows_, columns_), why));
    } else {
      std::vector<Stone> board = stones_now();
      for (; i < events.size() && events[i].kind == GoEvent::Kind::kEdit; ++i)
        board[usize(events[i].point)] =
            events[i].player < 0 ? Stone::kEmpty : stone_of(events[i].player);
      --i;
      std::vector<Stone> other = board;
      const bool black = take_off(board, columns_, Stone::kBlack);
      if (take_off(other, columns_, Stone::kWhite) || black)
        say(i, "stones set up without a liberty: taken off");
      for (std::size_t point = 0; point < board.size(); ++point)
        if (other[point] == Stone::kEmpty) board[point] = Stone::kEmpty;
      settle(board, to_move_);
    }
  }
}

GoGame GoGame::from_record(const GoRecord& record, const GoRuleset& ruleset, int before_move,
                           SgfWarnings* warnings) {
  GoRuleset own = ruleset;
  if (record.komi) own.rules.komi = *record.komi;
  GoGame game(record.rows, record.columns, own);
  game.handicap_ = record.handicap;
  game.set_to_move(record.first_player());
  std::vector<int> numbers;  // of moves, by event
  std::size_t end = 0;
  for (int number = 0; end < record.events.size(); ++end) {
    if (record.events[end].kind == GoEvent::Kind::kMove && ++number == before_move) break;
    numbers.push_back(number);
  }
  game.execute(std::span(record.events).first(end), [&](std::size_t i, const std::string& what) {
    if (warnings != nullptr)
      warnings->add("illegal", fmt::format("{}: move {}, {}", record.name, numbers[i], what));
  });
  if (end < record.events.size()) game.set_to_move(record.events[end].player);
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
