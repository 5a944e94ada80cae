// Reads SGF, and what is nearly SGF.
#include "core/check.hpp"
#include "core/excerpt.hpp"
#include "core/usize.hpp"
#include "envs/board/sgf.hpp"
#include "envs/board/sgf_encoding.hpp"
#include "envs/board/sgf_space.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tengen {
namespace {

constexpr std::size_t kMaxProperties = 1000, kMaxName = 64;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_name(char c) { return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || c == '_'; }

std::string quoted(std::string_view text) { return fmt::format("'{}'", excerpt(text, 40)); }

// The id of a name: "Black" and "GaMe" of FF[1] to FF[3] are B and GM. A name all in lower-case
// letters is a long name or a short one.
std::string property_id(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kLong{
      {{"black", "B"},
       {"white", "W"},
       {"comment", "C"},
       {"name", "N"},
       {"game", "GM"},
       {"size", "SZ"},
       {"komi", "KM"},
       {"handicap", "HA"},
       {"playerblack", "PB"},
       {"playerwhite", "PW"},
       {"result", "RE"},
       {"date", "DT"},
       {"event", "EV"},
       {"addblack", "AB"},
       {"addwhite", "AW"},
       {"addempty", "AE"}}};
  std::string out;
  if (std::ranges::none_of(name, is_upper)) {
    const auto known =
        std::ranges::find(kLong, name, [](const auto& entry) { return entry.first; });
    if (known != kLong.end()) return std::string(known->second);
    for (const char c : name) out += is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
  }
  for (const char c : name)
    if (!is_lower(c)) out += c;
  return out;
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& name, SgfWarnings* warnings)
      : text_(text), name_(name), warnings_(warnings) {}

  std::vector<SgfTree> games() {
    refuse_html();
    std::vector<SgfTree> out;
    while (find_game()) {
      out.emplace_back().name = name_;
      read_game(out.back(), true);
    }
    const bool said = std::ranges::any_of(out, [](const SgfTree& tree) {
      return std::ranges::any_of(tree.nodes,
                                 [](const SgfNode& node) { return !node.properties.empty(); });
    });
    if (!out.empty() && (said || !other_text_)) return out;
    out.clear();
    line_ = column_ = 1;
    at_ = 0;
    if (!find_node()) fail("no game found: SGF starts with \"(;\"");
    out.emplace_back().name = name_;
    warn("(", "'(' before the first ';' is missing: assumed");
    read_game(out.back(), false);
    return out;
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Error("{}:{}:{}: {}", name_, line_, column_, what);
  }
  template <class... Arguments>
  void warn(std::string_view kind, fmt::format_string<Arguments...> format,
            Arguments&&... arguments) const {
    if (warnings_ != nullptr)
      warnings_->add(kind, fmt::format("{}:{}:{}: {}", name_, line_, column_,
                                       fmt::format(format, std::forward<Arguments>(arguments)...)));
  }

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return text_[at_]; }
  char take() {
    const char c = text_[at_++];
    if (c == '\n' || (c == '\r' && (at_end() || peek() != '\n'))) {
      ++line_;
      column_ = 1;
    } else {
      ++column_;
    }
    return c;
  }
  void skip_space() {
    while (!at_end() && is_sgf_space(peek())) take();
  }
  [[nodiscard]] std::size_t after_space(std::size_t at) const {
    while (at < text_.size() && is_sgf_space(text_[at])) ++at;
    return at;
  }
  // Whether a property's name and its '[' stand there; longer names than kMaxName are text.
  [[nodiscard]] bool is_property(std::size_t at) const {
    const std::size_t end = std::min(text_.size(), at + kMaxName);
    std::size_t next = at;
    while (next < end && is_name(text_[next])) ++next;
    if (next == at || !is_upper(text_[at])) return false;
    next = after_space(next);
    return next < text_.size() && text_[next] == '[';
  }
  // Whether a node begins there: a ";" or, without it, a property.
  [[nodiscard]] bool is_node(std::size_t at) const {
    at = after_space(at);
    return at < text_.size() && (text_[at] == ';' || is_property(at));
  }

  // Refuses pages of HTML, unless one holds a game, whose root then has properties of two letters.
  void refuse_html() const {
    const std::size_t start = after_space(0);
    if (start >= text_.size() || text_[start] != '<') return;
    for (std::size_t at = text_.find('('); at != std::string_view::npos;
         at = text_.find('(', at + 1)) {
      const std::size_t node = after_space(at + 1);
      if (node + 3 >= text_.size() || text_[node] != ';') continue;
      const std::size_t id = after_space(node + 1);
      if (is_property(id) && is_upper(text_[id + 1])) return;
    }
    fail("this is a page of HTML or XML, not SGF, which starts with \"(;\"");
  }

  // Goes to the next "(;" or "(" with a property; spaces may lie between.
  bool find_game() {
    const bool first = at_ == 0;
    int line = 0, column = 0;  // of text that is no game
    for (; !at_end(); take()) {
      if (peek() == '(' && is_node(at_ + 1)) break;
      if (line > 0 || is_sgf_space(peek()) || peek() == '\x1A') continue;  // DOS ends texts so
      line = line_;
      column = column_;
    }
    other_text_ = other_text_ || line > 0;
    if (warnings_ != nullptr && line > 0 && !(first && at_end()))
      warnings_->add(first ? "before" : "after",
                     fmt::format("{}:{}:{}: text {} is left out", name_, line, column,
                                 first ? "before the game" : "after a game"));
    return !at_end();
  }
  // Goes to the first ';' with a property.
  bool find_node() {
    for (; !at_end(); take())
      if (peek() == ';' && is_property(after_space(at_ + 1))) return true;
    return false;
  }

  void read_game(SgfTree& tree, bool bracket) {
    std::vector<int> open;  // the node each open bracket continues from
    if (!bracket) open.push_back(-1);
    int node = -1;
    do {
      skip_space();
      if (at_end()) {
        warn("end", "the file ends inside a game: {} ')' missing, assumed here", open.size());
        return;
      }
      switch (peek()) {
        case '(':
          open.push_back(node);
          take();
          skip_space();
          if (!at_end() && (peek() == '(' || peek() == ')'))
            warn("empty", "a variation without a node: nothing is in it");
          break;
        case ')':
          node = open.back();
          open.pop_back();
          take();
          if (open.empty() && goes_on()) {
            warn(")", "one ')' too many before this node: it goes on where the last one ended");
            open.push_back(-1);
            node = static_cast<int>(tree.nodes.size()) - 1;
          }
          break;
        case ';':
          node = read_node(tree, node, true);
          break;
        default:
          if (is_property(at_)) {
            warn(";", "';' expected before {}: assumed", quoted(text_.substr(at_, 2)));
            node = read_node(tree, node, false);
          } else {
            leave_out();
          }
      }
    } while (!open.empty());
  }

  // Whether there is more of a game after its last bracket.
  bool goes_on() {
    skip_space();
    return !at_end() && peek() == ';' && is_property(after_space(at_ + 1));
  }

  // Leaves out text where none belongs, up to what may be the next part of SGF.
  void leave_out() {
    const std::size_t start = at_, line = usize(line_), column = usize(column_);
    const auto ends = [&] {
      return peek() == ';' || peek() == '(' || peek() == ')' ||
             (!is_name(text_[at_ - 1]) && is_property(at_));
    };
    other_text_ = true;
    do take();
    while (!at_end() && !ends());
    std::string_view text = text_.substr(start, at_ - start);
    while (!text.empty() && is_sgf_space(text.back())) text.remove_suffix(1);
    if (warnings_ != nullptr)
      warnings_->add("text", fmt::format("{}:{}:{}: {} is no part of SGF: left out", name_, line,
                                         column, quoted(text)));
  }

  int read_node(SgfTree& tree, int parent, bool semicolon) {
    if (++nodes_ > kMaxSgfNodes) fail(fmt::format("more than {} nodes", kMaxSgfNodes));
    const int number = tree.add_node(parent);
    SgfNode& node = tree.nodes.back();
    node.line = line_;
    node.column = column_;
    if (semicolon) take();
    for (skip_space(); !at_end(); skip_space()) {
      const char c = peek();
      if (c == ';' || c == '(' || c == ')') break;
      if (!is_name(c) || !read_property(node)) leave_out();
    }
    return number;
  }

  // Reads a property. Returns false, having taken nothing, where the name has no value.
  bool read_property(SgfNode& node) {
    std::size_t end = at_;
    while (end < text_.size() && is_name(text_[end])) ++end;
    const std::size_t bracket = after_space(end);
    if (bracket >= text_.size() || text_[bracket] != '[') return false;
    const std::string_view name = text_.substr(at_, end - at_);
    if (name.size() > kMaxName) fail(fmt::format("a property's name of over {} letters", kMaxName));
    const std::string id = property_id(name);
    if (id != name) warn("name", "lower-case letters in {}: read as {}", quoted(name), id);
    // Looking a name up takes time for each, and a hostile node may have millions.
    if (node.properties.size() >= kMaxProperties)
      fail(fmt::format("more than {} properties in a node", kMaxProperties));
    if (node.find(id) != nullptr)
      warn("twice", "{} twice in a node: read as one with all the values", id);
    while (at_ < bracket) take();
    for (; !at_end() && peek() == '['; skip_space()) node.add(id, read_value(id));
    return true;
  }

  std::string read_value(std::string_view id) {
    const int line = line_, column = column_;
    std::string value;
    take();
    for (;;) {
      const std::size_t start = at_;
      while (!at_end() && peek() != ']')
        if (take() == '\\' && !at_end()) take();
      value += text_.substr(start, at_ - start);
      if (at_end()) break;
      if (!is_text(id) || !text_goes_on()) {
        take();
        return value;
      }
      warn("]", "a ']' inside of {}: taken for text, which should have it as \"\\]\"", id);
      take();
      value += "\\]";
    }
    if (warnings_ != nullptr)
      warnings_->add(
          "value", fmt::format("{}:{}:{}: ']' missing: this value of {} ends with the file", name_,
                               line, column, id));
    if (escapes_end(value)) value.pop_back();  // it would escape the ']' that is written
    return value;
  }

  static bool is_text(std::string_view id) { return id == "C" || id == "GC"; }
  static bool escapes_end(std::string_view value) {
    std::size_t slashes = 0;
    while (slashes < value.size() && value[value.size() - 1 - slashes] == '\\') ++slashes;
    return slashes % 2 == 1;
  }

  // Whether a ']' in a comment is text: another one comes before anything else that SGF has.
  [[nodiscard]] bool text_goes_on() const {
    std::size_t at = after_space(at_ + 1);
    if (at >= text_.size() || std::string_view(";()[]").find(text_[at]) != std::string_view::npos ||
        is_property(at))
      return at < text_.size() && text_[at] == ']';
    constexpr std::size_t kFarthest = 2000;
    const std::size_t end = std::min(text_.size(), at + kFarthest);
    while (at < end && text_[at] != '[' && text_[at] != ']') ++at;
    return at < end && text_[at] == ']';
  }

  std::string_view text_;
  const std::string& name_;
  SgfWarnings* warnings_;
  std::size_t at_ = 0;
  int line_ = 1, column_ = 1, nodes_ = 0;
  bool other_text_ = false;  // some of the file is no SGF
};

// The text is UTF-8 now; CA says so, wherever it stands.
void declare_utf8(SgfTree& tree) {
  for (SgfNode& node : tree.nodes)
    if (node.find("CA") != nullptr) node.set("CA", "UTF-8");
  SgfNode& root = tree.nodes.front();
  if (root.find("CA") == nullptr && !sgf_is_ascii(tree))
    root.properties.insert(root.properties.begin(), {"CA", {"UTF-8"}});
}

}  // namespace

std::vector<SgfTree> parse_sgf(std::string_view bytes, const std::string& name,
                               SgfWarnings* warnings) {
  if (bytes.size() > kMaxSgfBytes)
    throw Error("{}: {} bytes; an SGF file may have {}", name, bytes.size(), kMaxSgfBytes);
  const std::string text = sgf_as_utf8(bytes, name, warnings);
  std::vector<SgfTree> games = Parser(text, name, warnings).games();
  for (SgfTree& tree : games) declare_utf8(tree);
  return games;
}

}  // namespace tengen
