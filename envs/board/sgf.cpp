#include "envs/board/sgf.hpp"

#include "core/check.hpp"
#include "core/file.hpp"

#include <algorithm>

namespace tengen {
namespace {

constexpr std::size_t kWidth = 80;  // a new line starts with the first node beyond
constexpr std::size_t kMaxProperties = 1000, kMaxName = 64;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }

std::string shown(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7F ? fmt::format("'{}'", c) : fmt::format("byte 0x{:02x}", byte);
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  std::vector<SgfTree> games() {
    if (text_.size() > kMaxSgfBytes)
      throw Error("{}: {} bytes; an SGF file may have {}", name_, text_.size(), kMaxSgfBytes);
    std::vector<SgfTree> out;
    while (find_game()) {
      out.emplace_back().name = name_;
      read_game(out.back());
    }
    if (out.empty()) fail("no game found: SGF starts with \"(;\"");
    return out;
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Error("{}:{}:{}: {}", name_, line_, column_, what);
  }
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return text_[at_]; }
  char take() {
    const char c = text_[at_++];
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else {
      ++column_;
    }
    return c;
  }
  void skip_space() {
    while (!at_end() && is_space(peek())) take();
  }

  // To the next "(;", spaces allowed between.
  bool find_game() {
    for (; !at_end(); take()) {
      if (peek() != '(') continue;
      std::size_t next = at_ + 1;
      while (next < text_.size() && is_space(text_[next])) ++next;
      if (next < text_.size() && text_[next] == ';') return true;
    }
    return false;
  }

  void read_game(SgfTree& tree) {
    std::vector<int> open;  // the node each open bracket continues from
    int node = -1;
    do {
      skip_space();
      if (at_end()) fail(fmt::format("the file ends inside a game: {} ')' missing", open.size()));
      switch (peek()) {
        case '(':
          open.push_back(node);
          take();
          skip_space();
          if (at_end() || peek() != ';') fail("';' expected: a variation starts with a node");
          break;
        case ')':
          node = open.back();
          open.pop_back();
          take();
          break;
        case ';':
          node = read_node(tree, node);
          break;
        default:
          fail(fmt::format("{} where ';', '(' or ')' was expected", shown(peek())));
      }
    } while (!open.empty());
  }

  int read_node(SgfTree& tree, int parent) {
    if (++nodes_ > kMaxSgfNodes) fail(fmt::format("more than {} nodes", kMaxSgfNodes));
    const int number = tree.add_node(parent);
    SgfNode& node = tree.nodes.back();
    node.line = line_;
    node.column = column_;
    take();
    for (skip_space(); !at_end() && is_letter(peek()); skip_space()) read_property(node);
    return number;
  }

  void read_property(SgfNode& node) {
    std::string id;
    const int line = line_, column = column_;
    while (!at_end() && is_letter(peek()))
      if (const char c = take(); is_upper(c)) id += c;
    if (id.empty())
      throw Error("{}:{}:{}: a property's name needs upper-case letters, as in \"B[pd]\"", name_,
                  line, column);
    if (id.size() > kMaxName) fail(fmt::format("a property's name of over {} letters", kMaxName));
    skip_space();
    if (at_end() || peek() != '[') fail(fmt::format("'[' expected: property {} has no value", id));
    // Looking a name up takes time for each, and a hostile node may have millions.
    if (node.properties.size() >= kMaxProperties)
      fail(fmt::format("more than {} properties in a node", kMaxProperties));
    for (; !at_end() && peek() == '['; skip_space()) node.add(id, read_value(id));
  }

  std::string read_value(const std::string& id) {
    const int line = line_, column = column_;
    take();
    const std::size_t start = at_;
    while (!at_end() && peek() != ']') {
      if (take() == '\\' && !at_end()) take();
    }
    if (at_end())
      throw Error("{}:{}:{}: ']' missing: this value of {} never ends", name_, line, column, id);
    const std::string_view value = text_.substr(start, at_ - start);
    take();
    return std::string(value);
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  int line_ = 1, column_ = 1, nodes_ = 0;
};

// The text of one game; a stack of its own, for the depth may be any.
class Writer {
 public:
  std::string game(const SgfTree& tree) {
    struct Step {
      int node;
      bool closes;  // a bracket after everything below this node
    };
    out_ += '(';
    line_start_ = out_.size() - 1;
    std::vector<Step> steps{{0, false}};
    while (!steps.empty()) {
      const Step step = steps.back();
      steps.pop_back();
      if (step.closes) {
        out_ += ')';
        continue;
      }
      const SgfNode& node = tree.nodes[static_cast<std::size_t>(step.node)];
      const bool branch =
          node.parent >= 0 && tree.nodes[static_cast<std::size_t>(node.parent)].children.size() > 1;
      if (branch) open_variation();
      write_node(node);
      if (branch) steps.push_back({step.node, true});
      for (std::size_t i = node.children.size(); i-- > 0;)
        steps.push_back({node.children[i], false});
    }
    out_ += ")\n";
    return std::move(out_);
  }

 private:
  void open_variation() {
    new_line();
    out_ += '(';
  }
  void new_line() {
    out_ += '\n';
    line_start_ = out_.size();
  }
  void write_node(const SgfNode& node) {
    if (out_.size() - line_start_ >= kWidth) new_line();
    out_ += ';';
    for (const SgfProperty& property : node.properties) {
      out_ += property.id;
      for (const std::string& value : property.values) out_.append("[").append(value).append("]");
    }
  }

  std::string out_;
  std::size_t line_start_ = 0;
};

// The length of the line end at `at`: "\r\n" and "\n\r" are one.
std::size_t line_end(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != '\n' && text[at] != '\r')) return 0;
  const bool pair = at + 1 < text.size() && text[at + 1] != text[at] &&
                    (text[at + 1] == '\n' || text[at + 1] == '\r');
  return pair ? 2 : 1;
}

}  // namespace

const std::vector<std::string>* SgfNode::find(std::string_view id) const {
  const auto found = std::ranges::find(properties, id, &SgfProperty::id);
  return found == properties.end() ? nullptr : &found->values;
}

const std::string* SgfNode::value(std::string_view id) const {
  const auto* values = find(id);
  return values == nullptr ? nullptr : &values->front();
}

void SgfNode::add(std::string_view id, std::string value) {
  auto found = std::ranges::find(properties, id, &SgfProperty::id);
  if (found == properties.end()) found = properties.insert(properties.end(), {std::string(id), {}});
  found->values.push_back(std::move(value));
}

int SgfTree::add_node(int parent) {
  const int number = static_cast<int>(nodes.size());
  TENGEN_CHECK(parent < number && (parent >= 0 || number == 0), "node {} under {}", number, parent);
  nodes.emplace_back().parent = parent;
  if (parent >= 0) nodes[static_cast<std::size_t>(parent)].children.push_back(number);
  return number;
}

std::vector<int> SgfTree::main_line() const {
  std::vector<int> out{0};
  for (const SgfNode* node = &nodes.front(); !node->children.empty();
       node = &nodes[static_cast<std::size_t>(out.back())])
    out.push_back(node->children.front());
  return out;
}

std::string SgfTree::where(int node) const {
  const SgfNode& at = nodes[static_cast<std::size_t>(node)];
  return fmt::format("{}:{}:{}", name, at.line, at.column);
}

std::vector<SgfTree> parse_sgf(std::string_view text, const std::string& name) {
  return Parser(text, name).games();
}

std::vector<SgfTree> read_sgf(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::file_size(path, ignored) > kMaxSgfBytes && !ignored)
    throw Error("{}: an SGF file may have {} bytes", path.string(), kMaxSgfBytes);
  const std::vector<std::byte> bytes = read_file(path);
  return parse_sgf({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

std::string write_sgf(std::span<const SgfTree> games) {
  std::string out;
  for (const SgfTree& tree : games) out += Writer().game(tree);
  return out;
}

std::string sgf_text(std::string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size();) {
    if (value[at] == '\\') {
      if (++at == value.size()) break;
      if (const std::size_t end = line_end(value, at); end > 0) {
        at += end;  // a soft line break
        continue;
      }
      out += is_space(value[at]) ? ' ' : value[at];
      ++at;
    } else if (const std::size_t end = line_end(value, at); end > 0) {
      out += '\n';
      at += end;
    } else {
      out += is_space(value[at]) ? ' ' : value[at];
      ++at;
    }
  }
  return out;
}

std::string sgf_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ']' || c == '\\' || c == ':') out += '\\';
    out += c;
  }
  return out;
}

std::pair<std::string_view, std::string_view> sgf_composed(std::string_view value) {
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] == '\\')
      ++at;
    else if (value[at] == ':')
      return {value.substr(0, at), value.substr(at + 1)};
  }
  return {value, {}};
}

}  // namespace tengen
