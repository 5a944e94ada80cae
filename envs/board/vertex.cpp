#include "envs/board/vertex.hpp"

#include "core/check.hpp"
#include "core/excerpt.hpp"
#include "core/usize.hpp"

#include <cctype>
#include <charconv>

namespace tengen {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHJKLMNOPQRSTUVWXYZ";

}  // namespace

std::string to_gtp_vertex(int action, int rows, int columns) {
  TENGEN_CHECK(action >= 0 && action <= rows * columns, "action {} on {} × {}", action, rows,
               columns);
  if (action == rows * columns) return "pass";
  return fmt::format("{}{}", kLetters[usize(action % columns)], rows - action / columns);
}

int from_gtp_vertex(std::string_view vertex, int rows, int columns) {
  std::string upper;
  for (const char c : vertex)
    upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (upper == "PASS") return rows * columns;
  const std::size_t x = upper.empty() ? std::string_view::npos : kLetters.find(upper[0]);
  int row = 0;
  const char* end = upper.data() + upper.size();
  const bool is_number =
      upper.size() >= 2 && upper[1] != '-' &&
      std::from_chars(upper.data() + 1, end, row) == std::from_chars_result{end, std::errc{}};
  if (x == std::string_view::npos || !is_number)
    throw Error("'{}' is no vertex; one is a letter and a number, such as A1, or pass",
                excerpt(vertex));
  if (static_cast<int>(x) >= columns || row < 1 || row > rows)
    throw Error("vertex {} is outside the board, A1 to {}", upper,
                to_gtp_vertex(columns - 1, rows, columns));
  return (rows - row) * columns + static_cast<int>(x);
}

}  // namespace tengen
