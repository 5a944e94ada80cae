// SGF FF[4] (Arno Hollosi, red-bean.com/sgf): trees of games, read and written.
//
// What is read is kept: every property of every node, known here or not, in its order, with its
// values; write_sgf() gives it back. What changes is the outside of it: text becomes UTF-8, which
// CA then says (sgf_encoding.hpp); lower-case letters of FF[1] to FF[3] in names go; a property
// given twice in a node becomes one; white space between properties is not kept.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tengen {

/// What was assumed to make sense of a file that is not quite SGF. What is assumed many times is
/// one warning, of the first place.
class SgfWarnings {
 public:
  /// `kind` says what counts as the same thing; `text` begins with the place, "name:line:column".
  void add(std::string_view kind, std::string text);
  /// One line each, in the order of their first places.
  [[nodiscard]] std::vector<std::string> texts() const;
  [[nodiscard]] bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    std::string kind, text;
    int times;
  };
  std::vector<Entry> entries_;
};

struct SgfProperty {
  std::string id;  ///< upper-case letters and digits, "AB"
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
  /// Makes the value, which must be escaped already, the property's only one.
  void set(std::string_view id, std::string value);
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

/// Whether no value has a byte beyond ASCII.
bool sgf_is_ascii(const SgfTree& tree);

/// Limits of what is read; no honest file comes near.
inline constexpr std::size_t kMaxSgfBytes = std::size_t{64} << 20;
inline constexpr int kMaxSgfNodes = 1'000'000;

/// The games of a file's bytes, at least one, in any character set. Reads what it can: brackets and
/// ';' that miss are assumed, text outside of properties and names without a value are left out, an
/// unescaped ']' in a comment is escaped; `warnings`, where given, says so. Throws Error with
/// "name:line:column" where there is no game, for an HTML page, and beyond the limits.
std::vector<SgfTree> parse_sgf(std::string_view bytes, const std::string& name,
                               SgfWarnings* warnings = nullptr);
/// The same from a file. Throws Error.
std::vector<SgfTree> read_sgf(const std::filesystem::path& path, SgfWarnings* warnings = nullptr);
/// Every *.sgf file in a folder, in any letter case, sorted by path; with `below`, in the folders
/// below, too. What cannot be listed is passed over.
std::vector<std::filesystem::path> sgf_files(const std::filesystem::path& folder, bool below);

/// The text of games, which parse_sgf() reads as the same trees: UTF-8, and where it is more than
/// ASCII, CA says so. Nodes that are no child of their parent are left out.
std::string write_sgf(std::span<const SgfTree> games);

/// How a value of type Text reads: escapes resolved, soft line breaks removed, line ends '\n',
/// other white space ' '.
std::string sgf_text(std::string_view value);
/// A value of type Text that reads as `text`.
std::string sgf_escaped(std::string_view text);
/// A composed value "left:right" at its first unescaped colon; right is empty where there is none.
std::pair<std::string_view, std::string_view> sgf_composed(std::string_view value);

}  // namespace tengen
