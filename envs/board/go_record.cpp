#include "envs/board/go_record.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tengen {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<int> integer(std::string_view text) {
  text = trimmed(text);
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::optional<float> real(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  float out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(out))
    return std::nullopt;
  return out;
}

// a…z, A…Z: 0…51.
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

// Takes the nodes of one line in, root first.
class RecordReader {
 public:
  explicit RecordReader(const SgfTree& tree) : tree_(tree) {}

  GoRecord read(const std::vector<int>& line) {
    read_root();
    for (const int number : line) read_node(number);
    return std::move(record_);
  }

 private:
  template <class... Arguments>
  [[noreturn]] void fail(int node, fmt::format_string<Arguments...> format,
                         Arguments&&... arguments) const {
    throw Error("{}: {}", tree_.where(node),
                fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  void read_root() {
    const SgfNode& root = tree_.nodes.front();
    if (const std::string* game = root.value("GM"); game != nullptr && integer(*game) != 1)
      fail(0, "GM[{}] is another game; Go is GM[1]", *game);
    if (const std::string* size = root.value("SZ")) read_size(*size);
  }

  void read_size(const std::string& text) {
    const auto [left, right] = sgf_composed(text);
    const auto columns = integer(left), rows = right.empty() ? columns : integer(right);
    const auto fits = [](std::optional<int> n) { return n && *n >= 1 && *n <= kMaxSgfBoard; };
    if (!fits(columns) || !fits(rows))
      fail(0, "SZ[{}] is no size; SZ[9] and SZ[9:13] are, up to {}", text, kMaxSgfBoard);
    record_.columns = *columns;
    record_.rows = *rows;
  }

  // Some programs write these in later nodes.
  void read_game_info(int number, const SgfNode& node) {
    if (const std::string* komi = node.value("KM"); komi != nullptr && !trimmed(*komi).empty()) {
      record_.komi = real(*komi);
      if (!record_.komi) fail(number, "KM[{}] is no komi; KM[7.5] is", *komi);
    }
    if (const std::string* stones = node.value("HA"); stones && !trimmed(*stones).empty()) {
      const auto count = integer(*stones);
      if (!count || *count < 0 || *count > kMaxSgfBoard * kMaxSgfBoard)
        fail(number, "HA[{}] is no number of handicap stones", *stones);
      record_.handicap = *count;
    }
    const std::pair<const char*, std::string*> texts[] = {
        {"PB", &record_.black},  {"PW", &record_.white}, {"RU", &record_.rules},
        {"RE", &record_.result}, {"EV", &record_.event}, {"DT", &record_.date}};
    for (const auto& [id, to] : texts)
      if (const std::string* value = node.value(id)) *to = simple_text(*value);
  }

  void read_node(int number) {
    const SgfNode& node = tree_.nodes[static_cast<std::size_t>(number)];
    read_game_info(number, node);
    if (number == 0)
      if (const std::string* comment = node.value("C")) record_.comment = sgf_text(*comment);
    read_edits(number, node, "AE", -1);
    read_edits(number, node, "AB", 0);
    read_edits(number, node, "AW", 1);
    if (const std::string* player = node.value("PL"); player != nullptr && !moved_) {
      const std::string_view name = trimmed(*player);
      if (name.starts_with('B') || name.starts_with('b') || name == "1")
        record_.player_to_move = 0;
      else if (name.starts_with('W') || name.starts_with('w') || name == "2")
        record_.player_to_move = 1;
      else
        fail(number, "PL[{}] is no player; B and W are", *player);
    }
    read_moves(number, node);
  }

  // A node should have one move; where it has more, they count in the order of the file.
  void read_moves(int number, const SgfNode& node) {
    for (const SgfProperty& property : node.properties) {
      if (property.id != "B" && property.id != "W") continue;
      for (const std::string& value : property.values) {
        const auto point = sgf_point(trimmed(value), record_.columns, record_.rows);
        if (!point) fail_point(number, property.id, value);
        push(number, {GoEvent::Kind::kMove, property.id == "W" ? 1 : 0, *point});
        moved_ = true;
      }
    }
  }

  void read_edits(int number, const SgfNode& node, const char* id, int player) {
    const auto* values = node.find(id);
    if (values == nullptr) return;
    for (const std::string& value : *values) {
      const auto [first, last] = sgf_composed(value);
      const auto from = corner(first), to = last.empty() ? from : corner(last);
      if (!from || !to) fail_point(number, id, value);
      const int left = std::min(*from % record_.columns, *to % record_.columns);
      const int right = std::max(*from % record_.columns, *to % record_.columns);
      const int top = std::min(*from, *to) / record_.columns;
      const int bottom = std::max(*from, *to) / record_.columns;
      for (int y = top; y <= bottom; ++y)
        for (int x = left; x <= right; ++x)
          push(number, {GoEvent::Kind::kEdit, player, y * record_.columns + x});
    }
  }

  // A point and nothing else.
  [[nodiscard]] std::optional<int> corner(std::string_view text) const {
    const auto point = sgf_point(trimmed(text), record_.columns, record_.rows);
    return point == GoEvent::kPass ? std::nullopt : point;
  }

  // Rectangles say much in few bytes: what they say has a limit too.
  void push(int number, const GoEvent& event) {
    constexpr std::size_t kMaxEvents = 1'000'000;
    if (record_.events.size() == kMaxEvents) fail(number, "more than {} moves", kMaxEvents);
    record_.events.push_back(event);
  }

  [[noreturn]] void fail_point(int number, std::string_view id, const std::string& value) const {
    const std::string last = sgf_point_text(record_.columns * record_.rows - 1, record_.columns);
    fail(number, "{}[{}] is no point of a board of {}x{}; those are aa to {}", id,
         value.substr(0, 20), record_.columns, record_.rows, last);
  }

  const SgfTree& tree_;
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

GoRecord go_record(const SgfTree& tree, int node) {
  if (node < 0) return RecordReader(tree).read(tree.main_line());
  std::vector<int> line;
  for (int at = node; at >= 0; at = tree.nodes[static_cast<std::size_t>(at)].parent)
    line.push_back(at);
  std::ranges::reverse(line);
  return RecordReader(tree).read(line);
}

SgfTree sgf_tree(const GoRecord& record, std::span<const std::string> comments) {
  SgfTree tree;
  int node = tree.add_node(-1);
  const auto add = [&](const char* id, const std::string& text) {
    if (!text.empty()) tree.nodes[static_cast<std::size_t>(node)].add(id, text);
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
    const bool move = event.kind == GoEvent::Kind::kMove;
    if (move || !edits_continue || event.player < last_player) node = tree.add_node(node);
    edits_continue = !move;
    last_player = event.player;
    SgfNode& at = tree.nodes[static_cast<std::size_t>(node)];
    const char* id = move ? (event.player == 0 ? "B" : "W") : kEdits[event.player + 1];
    at.add(id, sgf_point_text(event.point, record.columns));
    if (i < comments.size() && !comments[i].empty()) at.add("C", sgf_escaped(comments[i]));
  }
  return tree;
}

}  // namespace tengen
