#include "envs/board/go_record.hpp"

#include "core/check.hpp"
#include "core/excerpt.hpp"
#include "core/usize.hpp"
#include "envs/board/go.hpp"
#include "envs/board/sgf_space.hpp"
#include "envs/board/vertex.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tengen {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_sgf_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_sgf_space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<int> integer(std::string_view text) {
  text = trimmed(text);
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

struct Number {
  float value;
  std::string_view rest;  // what follows it
};

// The number that a text begins with; a comma may take the place of the point.
std::optional<Number> leading_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  std::string point(text.substr(0, 40));
  std::ranges::replace(point, ',', '.');
  float out = 0;
  const auto [end, error] =
      std::from_chars(point.data(), point.data() + point.size(), out, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(out)) return std::nullopt;
  return Number{out, trimmed(text.substr(usize(end - point.data())))};
}

// 0…51 of a…z, A…Z.
std::optional<int> coordinate(char c) {
  if (c >= 'a' && c <= 'z') return c - 'a';
  if (c >= 'A' && c <= 'Z') return c - 'A' + 26;
  return std::nullopt;
}
char letter(int coordinate) {
  return static_cast<char>(coordinate < 26 ? 'a' + coordinate : 'A' + coordinate - 26);
}

std::string simple_text(std::string_view value) {
  std::string out = sgf_text(value);
  std::ranges::replace(out, '\n', ' ');
  return out;
}

// The point of "pd", also in upper case where the board has no such letters, or of "Q16".
std::optional<int> point_of(std::string_view text, int columns, int rows) {
  text = trimmed(text);
  if (const auto point = sgf_point(text, columns, rows)) return point;
  if (text.size() <= 3 && text.find_first_of("0123456789") != std::string_view::npos &&
      std::max(columns, rows) <= 25)
    try {
      return from_gtp_vertex(text, rows, columns);
    } catch (const Error&) {
      return std::nullopt;
    }
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return sgf_point(lower, columns, rows);
}

// Adds a warning about a node.
template <class... Arguments>
void warn_of(const SgfTree& tree, int node, SgfWarnings* warnings, std::string_view kind,
             fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  if (warnings != nullptr)
    warnings->add(kind, fmt::format("{}: {}", tree.where(node),
                                    fmt::format(format, std::forward<Arguments>(arguments)...)));
}

// Reads what one node does to the board.
class NodeReader {
 public:
  NodeReader(const SgfTree& tree, int node, int columns, int rows, SgfWarnings* warnings)
      : tree_(tree), number_(node), columns_(columns), rows_(rows), warnings_(warnings) {}

  std::vector<GoEvent> events() {
    read_edits("AE", -1);
    read_edits("AB", 0);
    read_edits("AW", 1);
    read_moves();
    if (const std::string* player = node().value("PL")) read_player(*player);
    return std::move(events_);
  }
  [[nodiscard]] int unreadable_moves() const { return unreadable_; }

 private:
  [[nodiscard]] const SgfNode& node() const { return tree_.nodes[usize(number_)]; }

  // A node should have one move; where it has more, they count in the order of the file.
  void read_moves() {
    for (const SgfProperty& property : node().properties) {
      if (property.id != "B" && property.id != "W") continue;
      const int player = property.id == "W" ? 1 : 0;
      if (property.values.size() > 1)
        warn_of(tree_, number_, warnings_, "moves", "{} has {} values: each is read as a move",
                property.id, property.values.size());
      for (const std::string& value : property.values) {
        auto point = point_of(value, columns_, rows_);
        if (point && !sgf_point(trimmed(value), columns_, rows_))
          warn_of(tree_, number_, warnings_, "spelling", "{}[{}] is read as {}[{}]", property.id,
                  excerpt(value), property.id, sgf_point_text(*point, columns_));
        if (!point) {
          warn_point(property.id, value, "read as a pass");
          point = GoEvent::kPass;
          ++unreadable_;
        }
        events_.push_back({GoEvent::Kind::kMove, player, *point});
      }
    }
  }

  void read_edits(const char* id, int player) {
    const auto* values = node().find(id);
    if (values == nullptr) return;
    // Rectangles say much in few bytes, so the number of their stones is limited, too.
    constexpr std::size_t kMost = 100'000;
    for (const std::string& value : *values) {
      const std::vector<int> points = sgf_points(value, columns_, rows_);
      if (points.empty()) warn_point(id, value, "left out");
      for (const int point : points) events_.push_back({GoEvent::Kind::kEdit, player, point});
      if (events_.size() > kMost)
        throw Error("{}: more than {} stones in a node", tree_.where(number_), kMost);
    }
  }

  void read_player(std::string_view text) {
    const std::string_view name = trimmed(text);
    const bool black = name.starts_with('B') || name.starts_with('b') || name == "1";
    const bool white = name.starts_with('W') || name.starts_with('w') || name == "2";
    if (black || white)
      events_.push_back({GoEvent::Kind::kTurn, white ? 1 : 0, GoEvent::kPass});
    else
      warn_of(tree_, number_, warnings_, "PL", "PL[{}] is no player (B and W are): left out",
              excerpt(text));
  }

  void warn_point(std::string_view id, const std::string& value, const char* what) const {
    warn_of(tree_, number_, warnings_, fmt::format("{} point", id),
            "{}[{}] is no point of a board of {}x{} (aa to {}): {}", id, excerpt(value), columns_,
            rows_, sgf_point_text(columns_ * rows_ - 1, columns_), what);
  }

  const SgfTree& tree_;
  int number_, columns_, rows_, unreadable_ = 0;
  SgfWarnings* warnings_;
  std::vector<GoEvent> events_;
};

// Takes the nodes of one line in, root first.
class RecordReader {
 public:
  RecordReader(const SgfTree& tree, SgfWarnings* warnings) : tree_(tree), warnings_(warnings) {}

  GoRecord read(const std::vector<int>& line) {
    record_.name = tree_.name;
    read_root();
    for (const int number : line) read_node(number);
    place_handicap();
    return std::move(record_);
  }

 private:
  template <class... Arguments>
  void warn(int node, std::string_view kind, fmt::format_string<Arguments...> format,
            Arguments&&... arguments) const {
    warn_of(tree_, node, warnings_, kind, format, std::forward<Arguments>(arguments)...);
  }
  [[nodiscard]] const SgfNode& node(int number) const { return tree_.nodes[usize(number)]; }

  void read_root() {
    const SgfNode& root = node(0);
    if (const std::string* game = root.value("GM")) {
      const auto number = integer(*game);
      if (!number)
        warn(0, "GM", "GM[{}] names no game: taken for Go, GM[1]", excerpt(*game));
      else if (*number != 1)
        throw Error("{}: GM[{}] is another game; Go is GM[1]", tree_.where(0), *number);
    }
    if (const std::string* size = root.value("SZ")) read_size(*size);
    // The Nihon Ki-in's files write komi as KO; elsewhere KO is a mark of moves.
    if (const std::string* komi = root.value("KO");
        komi != nullptr && root.find("KM") == nullptr && leading_number(*komi)) {
      warn(0, "KO", "KO[{}] in the root is taken for the komi", excerpt(*komi));
      record_.komi = read_komi(0, *komi);
    }
  }

  void read_size(const std::string& text) {
    std::string sides(text);
    for (char& c : sides)
      if (c == 'x' || c == 'X' || c == '*') c = ':';
    const auto [left, right] = sgf_composed(sides);
    const auto columns = integer(left), rows = right.empty() ? columns : integer(right);
    if (!columns || !rows) {
      warn(0, "SZ", "SZ[{}] is no size: taken for {}", excerpt(text), record_.columns);
      return;
    }
    const auto fits = [](int n) { return n >= 1 && n <= kMaxSgfBoard; };
    if (!fits(*columns) || !fits(*rows))
      throw Error("{}: SZ[{}] is no size; SZ[9] and SZ[9:13] are, up to {}", tree_.where(0),
                  excerpt(text), kMaxSgfBoard);
    if (sides != text)
      warn(0, "SZ", "SZ[{}] is read as {} columns and {} rows", excerpt(text), *columns, *rows);
    record_.columns = *columns;
    record_.rows = *rows;
  }

  std::optional<float> read_komi(int number, std::string_view text) const {
    const auto komi = leading_number(text);
    if (!komi || komi->rest.find_first_of("eExX.") == 0) {  // 1e3, 0x10, 7..5
      warn(number, "KM", "KM[{}] is no komi (KM[7.5] is): it says none", excerpt(text));
      return std::nullopt;
    }
    float value = komi->value;
    constexpr std::pair<std::string_view, float> kFractions[] = {
        {"½", 0.5F},    {"1/2", 0.5F}, {"半", 0.5F},  {"¾", 0.75F},
        {"3/4", 0.75F}, {"¼", 0.25F},  {"1/4", 0.25F}};
    for (const auto& [name, part] : kFractions)
      if (komi->rest.find(name) != std::string_view::npos) value += value < 0 ? -part : part;
    // In our own files every number is meant as it stands.
    const std::string* program = node(0).value("AP");
    if (program == nullptr || !program->starts_with("Tengen")) {
      constexpr float kFewestHundredths = 50;
      if (std::abs(value) >= kFewestHundredths && std::fmod(value, 25.0F) == 0) value /= 100;
      // Quarters come from Chinese counting, where a stone is worth two points.
      if (std::fmod(std::abs(value), 0.5F) == 0.25F) value *= 2;
    }
    const auto exact = leading_number(text.substr(0, text.find(',')));
    if (value != komi->value || !komi->rest.empty() || !exact || exact->value != komi->value)
      warn(number, "KM", "KM[{}] is read as {} points", excerpt(text), value);
    return value + 0.0F;  // −0 is 0
  }

  // Some programs write these properties in later nodes.
  void read_game_info(int number) {
    if (const std::string* komi = node(number).value("KM"))
      if (const auto value = read_komi(number, *komi)) record_.komi = value;
    if (const std::string* stones = node(number).value("HA")) {
      const auto count = integer(*stones);
      if (count && *count >= 0 && *count <= kMaxSgfBoard * kMaxSgfBoard)
        record_.handicap = *count;
      else
        warn(number, "HA", "HA[{}] is no number of handicap stones: it says none",
             excerpt(*stones));
    }
    const std::pair<const char*, std::string*> texts[] = {
        {"PB", &record_.black},  {"PW", &record_.white}, {"RU", &record_.rules},
        {"RE", &record_.result}, {"EV", &record_.event}, {"DT", &record_.date}};
    for (const auto& [id, to] : texts)
      if (const std::string* value = node(number).value(id)) *to = simple_text(*value);
  }

  void read_node(int number) {
    read_game_info(number);
    if (const std::string* size = node(number).value("SZ"); size != nullptr && number != 0)
      warn(number, "SZ", "SZ[{}] outside of the root is left out", excerpt(*size));
    if (number == 0)
      if (const std::string* comment = node(0).value("C")) record_.comment = sgf_text(*comment);
    NodeReader reader(tree_, number, record_.columns, record_.rows, warnings_);
    for (const GoEvent& event : reader.events()) {
      constexpr std::size_t kMaxEvents = 1'000'000;
      if (record_.events.size() == kMaxEvents)
        throw Error("{}: more than {} moves", tree_.where(number), kMaxEvents);
      moved_ = moved_ || event.kind == GoEvent::Kind::kMove;
      if (event.kind == GoEvent::Kind::kTurn && !moved_)
        record_.player_to_move = event.player;
      else
        record_.events.push_back(event);
    }
    record_.unreadable_moves += reader.unreadable_moves();
  }

  // Whether Black's first stones are in the file: set up, or placed before White moves.
  [[nodiscard]] bool has_black_first() const {
    for (const int number : tree_.main_line())
      for (const GoEvent& event : go_events(tree_, number, record_.columns, record_.rows)) {
        if (event.kind != GoEvent::Kind::kTurn && event.player == 0) return true;
        if (event.kind == GoEvent::Kind::kMove) return false;
      }
    return false;
  }

  // Places a handicap whose stones the file leaves to the reader.
  void place_handicap() {
    if (record_.handicap < 2 || has_black_first()) return;
    try {
      std::vector<GoEvent> stones;
      for (const int point : fixed_handicap(record_.rows, record_.columns, record_.handicap))
        stones.push_back({GoEvent::Kind::kEdit, 0, point});
      record_.events.insert(record_.events.begin(), stones.begin(), stones.end());
      warn(0, "HA", "HA[{}] without AB: the fixed handicap is assumed", record_.handicap);
    } catch (const Error&) {
      warn(0, "HA", "HA[{}] without AB, and no fixed handicap has so many: no stones",
           record_.handicap);
    }
  }

  const SgfTree& tree_;
  SgfWarnings* warnings_;
  GoRecord record_;
  bool moved_ = false;
};

}  // namespace

int GoRecord::first_player() const {
  if (player_to_move) return *player_to_move;
  const auto first = std::ranges::find(events, GoEvent::Kind::kMove, &GoEvent::kind);
  if (first != events.end()) return first->player;
  return handicap >= 2 ? 1 : 0;
}

std::optional<int> GoRecord::winner() const {
  if (result.starts_with("B+") || result.starts_with("b+")) return 0;
  if (result.starts_with("W+") || result.starts_with("w+")) return 1;
  const auto says = [&](const char* word) { return result.find(word) != std::string::npos; };
  if (says("胜") || says("勝") || says("승")) {  // "wins", after the colour
    for (const char* colour : {"黑", "黒", "흑"})
      if (result.starts_with(colour)) return 0;
    for (const char* colour : {"白", "백"})
      if (result.starts_with(colour)) return 1;
  }
  return std::nullopt;
}

std::optional<int> sgf_point(std::string_view text, int columns, int rows) {
  if (text.empty()) return GoEvent::kPass;
  if (text.size() != 2) return std::nullopt;
  if (text == "tt" && columns <= 19 && rows <= 19) return GoEvent::kPass;
  const auto x = coordinate(text[0]), y = coordinate(text[1]);
  if (!x || !y || *x >= columns || *y >= rows) return std::nullopt;
  return *y * columns + *x;
}

std::string sgf_point_text(int point, int columns) {
  if (point == GoEvent::kPass) return "";
  return {letter(point % columns), letter(point / columns)};
}

std::vector<int> sgf_points(std::string_view value, int columns, int rows) {
  const auto [first, last] = sgf_composed(value);
  const auto from = point_of(first, columns, rows);
  const auto to = last.empty() ? from : point_of(last, columns, rows);
  if (!from || !to || *from < 0 || *to < 0) return {};
  const auto [left, right] = std::minmax({*from % columns, *to % columns});
  const auto [top, bottom] = std::minmax({*from / columns, *to / columns});
  std::vector<int> points;
  for (int y = top; y <= bottom; ++y)
    for (int x = left; x <= right; ++x) points.push_back(y * columns + x);
  return points;
}

std::vector<GoEvent> go_events(const SgfTree& tree, int node, int columns, int rows,
                               SgfWarnings* warnings) {
  return NodeReader(tree, node, columns, rows, warnings).events();
}

GoRecord go_record(const SgfTree& tree, int node, SgfWarnings* warnings) {
  if (node < 0) return RecordReader(tree, warnings).read(tree.main_line());
  std::vector<int> line;
  for (int at = node; at >= 0; at = tree.nodes[usize(at)].parent) line.push_back(at);
  std::ranges::reverse(line);
  return RecordReader(tree, warnings).read(line);
}

SgfTree sgf_tree(const GoRecord& record, std::span<const std::string> comments) {
  SgfTree tree;
  int node = tree.add_node(-1);
  const auto add = [&](const char* id, const std::string& text) {
    if (!text.empty()) tree.nodes[usize(node)].add(id, text);
  };
  add("GM", "1");
  add("FF", "4");
  add("CA", "UTF-8");
  add("AP", "Tengen");
  add("SZ", record.columns == record.rows ? fmt::format("{}", record.rows)
                                          : fmt::format("{}:{}", record.columns, record.rows));
  if (record.komi) add("KM", fmt::format("{}", *record.komi));
  if (record.handicap > 0) add("HA", fmt::format("{}", record.handicap));
  add("RU", sgf_escaped(record.rules));
  add("PB", sgf_escaped(record.black));
  add("PW", sgf_escaped(record.white));
  add("EV", sgf_escaped(record.event));
  add("DT", sgf_escaped(record.date));
  add("RE", sgf_escaped(record.result));
  add("C", sgf_escaped(record.comment));
  if (record.player_to_move) add("PL", *record.player_to_move == 0 ? "B" : "W");
  constexpr const char* kEdits[] = {"AE", "AB", "AW"};
  // The root takes edits until the first move. Within a node they are read by colour, so one that
  // goes back starts another node.
  bool edits_continue = true;
  int last_player = -1;
  for (std::size_t i = 0; i < record.events.size(); ++i) {
    const GoEvent& event = record.events[i];
    const bool move = event.kind == GoEvent::Kind::kMove, turn = event.kind == GoEvent::Kind::kTurn;
    if (move || !edits_continue || (!turn && event.player < last_player))
      node = tree.add_node(node);
    edits_continue = event.kind == GoEvent::Kind::kEdit;
    last_player = event.player;
    SgfNode& at = tree.nodes[usize(node)];
    const char* colour = event.player == 0 ? "B" : "W";
    if (turn)
      at.set("PL", colour);
    else
      at.add(move ? colour : kEdits[event.player + 1], sgf_point_text(event.point, record.columns));
    if (i < comments.size() && !comments[i].empty()) at.add("C", sgf_escaped(comments[i]));
  }
  return tree;
}

}  // namespace tengen
