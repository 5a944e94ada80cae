#include "experiments/runs/gnuplot.hpp"

#include "core/check.hpp"
#include "core/system/file.hpp"
#include "core/system/subprocess.hpp"

#include <algorithm>
#include <cctype>

namespace tengen {
namespace {

// How many bytes the UTF-8 character has that `text` begins with; 0 if it begins with none.
std::size_t character_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t n = at(0) < 0x80                    ? 1
                        : at(0) >= 0xC2 && at(0) < 0xE0 ? 2
                        : at(0) >= 0xE0 && at(0) < 0xF0 ? 3
                        : at(0) >= 0xF0 && at(0) < 0xF5 ? 4
                                                        : 0;
  if (n == 0 || n > text.size()) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((at(i) & 0xC0) != 0x80) return 0;
  const bool overlong = (at(0) == 0xE0 && at(1) < 0xA0) || (at(0) == 0xF0 && at(1) < 0x90);
  const bool no_character = (at(0) == 0xED && at(1) >= 0xA0) || (at(0) == 0xF4 && at(1) >= 0x90);
  return overlong || no_character ? 0 : n;
}

}  // namespace

bool has_gnuplot() { return !find_program("gnuplot").empty(); }

void require_gnuplot() {
  if (!has_gnuplot()) throw Error("plots need gnuplot (apt install gnuplot-nox)");
}

// In double quotes an octal number can stand for anything that would mean something.
std::string gnuplot_quoted(std::string_view text) {
  constexpr std::string_view kPlain = " .,:;/_+-=()[]";
  std::string quoted = "\"";
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const auto c = static_cast<unsigned char>(text.front());
    if (length == 0)
      quoted += '?';
    else if (c < 0x20 || c == 0x7F)
      quoted += ' ';
    else if (length > 1 || (c < 0x80 && std::isalnum(c) != 0) ||
             kPlain.find(static_cast<char>(c)) != std::string_view::npos)
      quoted += text.substr(0, length);
    else
      quoted += fmt::format("\\{:03o}", c);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return quoted + '"';
}

void run_gnuplot(const std::string& script, const std::filesystem::path& out) {
  ProgramOutput drawn = run_program({"gnuplot", "-d"}, script);
  if (!drawn.succeeded || drawn.out.empty()) {
    std::ranges::replace(drawn.errors, '\n', ' ');
    throw Error("{}: gnuplot failed: {}", out.string(), drawn.errors);
  }
  write_file_atomically(out, drawn.out);
}

}  // namespace tengen
