// The syntax of GTP 2 (Farnebäck, "GTP version 2, draft 2", section 2).
#pragma once

#include "core/check.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// An error that the engine answers with '?'.
class GtpError : public Error {
 public:
  using Error::Error;
};

struct GtpCommand {
  std::string id;  ///< digits, as given; empty without one
  std::string name;
  std::vector<std::string> arguments;

  /// Throws GtpError unless there are between `at_least` and `at_most` arguments.
  void expect(std::size_t at_least, std::size_t at_most) const;
  /// Argument `i` as a value; `i` may be beyond the end. Each throws GtpError, which names what is
  /// wrong with the argument.
  [[nodiscard]] const std::string& word(std::size_t i) const;
  [[nodiscard]] int integer(std::size_t i, int low, int high) const;
  [[nodiscard]] float number(std::size_t i) const;
  /// 0 for b and black, 1 for w and white, in any letter case.
  [[nodiscard]] int player(std::size_t i) const;
  /// The action y · columns + x of a point, or rows · columns for "pass".
  [[nodiscard]] int vertex(std::size_t i, int rows, int columns) const;
};

/// 0 for b and black, 1 for w and white, in any letter case.
std::optional<int> gtp_player(std::string_view text);
/// The whole of `text` as an integer; empty if it is none.
std::optional<int> gtp_integer(std::string_view text);

/// Reads a command. Control characters are dropped, a tab is a space, '#' starts a comment; empty
/// where nothing is left.
std::optional<GtpCommand> parse_gtp(std::string_view line);

/// Formats an answer: "=12 text\n\n", or with '?' where not `ok`. Blank lines in `text`, which
/// would end it, become lines of one space, and control characters spaces.
std::string gtp_answer(const std::string& id, bool ok, std::string_view text);

}  // namespace tengen
