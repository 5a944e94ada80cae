// SGF FF[4] (Arno Hollosi, red-bean.com/sgf): trees of games, read and written.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tengen {

struct SgfProperty {
  std::string id;  ///< upper-case letters, "AB"
  /// One or more, as they stand between the brackets, escapes included: what is not understood is
  /// written back unchanged. sgf_text() and sgf_escaped() translate.
  std::vector<std::string> values;
};

struct SgfNode {
  std::vector<SgfProperty> properties;  ///< in the order of the file, each id once
  int parent = -1;                      ///< −1: the root
  std::vector<int> children;            ///< the first is the main line
  int line = 0, column = 0;             ///< where the file has it, from 1; 0: made here

  /// The values of a property; null where the node lacks it.
  [[nodiscard]] const std::vector<std::string>* find(std::string_view id) const;
  /// The first of them; null where the node lacks it.
  [[nodiscard]] const std::string* value(std::string_view id) const;
  /// Appends a value, which must be escaped already, to the property, making it if need be.
  void add(std::string_view id, std::string value);
};

/// One game. Nodes refer to each other by number, so that no depth of a hostile file can exhaust
/// the stack; node 0 is the root, and a parent stands before its children.
struct SgfTree {
  std::string name;  ///< of the file, for errors
  std::vector<SgfNode> nodes;

  /// Appends a node under `parent` (−1: as the root) and returns its number.
  int add_node(int parent);
  /// The nodes from the root along first children to the end.
  [[nodiscard]] std::vector<int> main_line() const;
  /// "name:line:column" of a node.
  [[nodiscard]] std::string where(int node) const;
};

/// Limits of what is read; no honest file comes near.
inline constexpr std::size_t kMaxSgfBytes = std::size_t{64} << 20;
inline constexpr int kMaxSgfNodes = 1'000'000;

/// The games of a file's text, at least one. Text before the first "(;" and between games is
/// skipped, lower-case letters in property names are (FF[3]), and a property given twice in a node
/// counts once with all its values. Bytes beyond ASCII pass through. Throws Error with
/// "name:line:column" and what would be right.
std::vector<SgfTree> parse_sgf(std::string_view text, const std::string& name);
/// The same from a file. Throws Error.
std::vector<SgfTree> read_sgf(const std::filesystem::path& path);

/// The text of games, which parse_sgf() reads as the same trees.
std::string write_sgf(std::span<const SgfTree> games);

/// How a value of type Text reads: escapes resolved, soft line breaks removed, line ends '\n',
/// other white space ' '.
std::string sgf_text(std::string_view value);
/// A value of type Text that reads as `text`.
std::string sgf_escaped(std::string_view text);
/// A composed value "left:right" at its first unescaped colon; right is empty where there is none.
std::pair<std::string_view, std::string_view> sgf_composed(std::string_view value);

}  // namespace tengen
