#include "envs/board/sgf.hpp"

#include "core/check.hpp"
#include "core/system/file.hpp"
#include "core/usize.hpp"
#include "envs/board/sgf_encoding.hpp"
#include "envs/board/sgf_space.hpp"

#include <algorithm>
#include <cctype>

namespace tengen {
namespace {

constexpr std::size_t kWidth = 80;  // a new line starts with the first node beyond

// Writes the text of one game, with a stack of its own, because any depth may come.
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
      const SgfNode& node = tree.nodes[usize(step.node)];
      const bool branch = node.parent >= 0 && tree.nodes[usize(node.parent)].children.size() > 1;
      if (branch) open_variation();
      write_node(node, step.node == 0 && node.find("CA") == nullptr && !sgf_is_ascii(tree));
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
  void write_node(const SgfNode& node, bool says_utf8) {
    if (out_.size() - line_start_ >= kWidth) new_line();
    out_ += ';';
    if (says_utf8) out_ += "CA[UTF-8]";
    for (const SgfProperty& property : node.properties) {
      out_ += property.id;
      for (const std::string& value : property.values) out_.append("[").append(value).append("]");
    }
  }

  std::string out_;
  std::size_t line_start_ = 0;
};

// The length of the line end at `at`: "\r\n" and "\n\r" are one line end.
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

void SgfNode::set(std::string_view id, std::string value) {
  auto found = std::ranges::find(properties, id, &SgfProperty::id);
  if (found == properties.end()) found = properties.insert(properties.end(), {std::string(id), {}});
  found->values.assign(1, std::move(value));
}

int SgfTree::add_node(int parent) {
  const int number = static_cast<int>(nodes.size());
  TENGEN_CHECK(parent < number && (parent >= 0 || number == 0), "node {} under {}", number, parent);
  nodes.emplace_back().parent = parent;
  if (parent >= 0) nodes[usize(parent)].children.push_back(number);
  return number;
}

std::vector<int> SgfTree::main_line() const {
  std::vector<int> out{0};
  for (const SgfNode* node = &nodes.front(); !node->children.empty();
       node = &nodes[usize(out.back())])
    out.push_back(node->children.front());
  return out;
}

std::string SgfTree::where(int node) const {
  const SgfNode& at = nodes[usize(node)];
  return fmt::format("{}:{}:{}", name, at.line, at.column);
}

bool sgf_is_ascii(const SgfTree& tree) {
  return std::ranges::all_of(tree.nodes, [](const SgfNode& node) {
    return std::ranges::all_of(node.properties, [](const SgfProperty& property) {
      return std::ranges::all_of(property.values, is_ascii);
    });
  });
}

void SgfWarnings::add(std::string_view kind, std::string text) {
  const auto found = std::ranges::find(entries_, kind, &Entry::kind);
  if (found != entries_.end())
    ++found->times;
  else
    entries_.push_back({std::string(kind), std::move(text), 1});
}

std::vector<std::string> SgfWarnings::texts() const {
  std::vector<std::string> out;
  for (const Entry& entry : entries_)
    out.push_back(entry.times == 1
                      ? entry.text
                      : fmt::format("{} (and {} more like it)", entry.text, entry.times - 1));
  return out;
}

std::vector<SgfTree> read_sgf(const std::filesystem::path& path, SgfWarnings* warnings) {
  std::error_code ignored;
  if (std::filesystem::file_size(path, ignored) > kMaxSgfBytes && !ignored)
    throw Error("{}: an SGF file may have {} bytes", path.string(), kMaxSgfBytes);
  const std::vector<std::byte> bytes = read_file(path);
  return parse_sgf({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string(),
                   warnings);
}

std::vector<std::filesystem::path> sgf_files(const std::filesystem::path& folder, bool below) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(folder, options, error), end; !error && at != end;
       at.increment(error)) {
    if (!below) at.disable_recursion_pending();
    std::string ending = at->path().extension().string();
    for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (ending == ".sgf") files.push_back(at->path());
  }
  std::ranges::sort(files);
  return files;
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
      out += is_sgf_space(value[at]) ? ' ' : value[at];
      ++at;
    } else if (const std::size_t end = line_end(value, at); end > 0) {
      out += '\n';
      at += end;
    } else {
      out += is_sgf_space(value[at]) ? ' ' : value[at];
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
