#include "experiments/go/gtp_protocol.hpp"

#include "core/excerpt.hpp"
#include "envs/board/vertex.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

namespace tengen {
namespace {

// A word of a line that may be hostile, as errors quote it.
std::string quoted(std::string_view word) { return fmt::format("'{}'", excerpt(word, 40)); }

}  // namespace

void GtpCommand::expect(std::size_t at_least, std::size_t at_most) const {
  if (arguments.size() >= at_least && arguments.size() <= at_most) return;
  throw GtpError("syntax error: {} takes {} argument{}, not {}", name,
                 at_least == at_most ? fmt::format("{}", at_least)
                                     : fmt::format("{} to {}", at_least, at_most),
                 at_most == 1 ? "" : "s", arguments.size());
}

const std::string& GtpCommand::word(std::size_t i) const {
  if (i >= arguments.size()) throw GtpError("syntax error: {} needs more arguments", name);
  return arguments[i];
}

int GtpCommand::integer(std::size_t i, int low, int high) const {
  const auto value = gtp_integer(word(i));
  if (!value || *value < low || *value > high)
    throw GtpError("syntax error: {} is no integer from {} to {}", quoted(word(i)), low, high);
  return *value;
}

float GtpCommand::number(std::size_t i) const {
  std::string_view text = word(i);
  if (text.starts_with('+')) text.remove_prefix(1);
  float value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    throw GtpError("syntax error: {} is no number", quoted(word(i)));
  return value;
}

int GtpCommand::player(std::size_t i) const {
  const auto player = gtp_player(word(i));
  if (!player) throw GtpError("syntax error: {} is no color; b and w are", quoted(word(i)));
  return *player;
}

int GtpCommand::vertex(std::size_t i, int rows, int columns) const {
  try {
    return from_gtp_vertex(word(i), rows, columns);
  } catch (const GtpError&) {
    throw;
  } catch (const Error&) {
    throw GtpError("syntax error: {} is no vertex of {}x{}; A1 to {} and pass are", quoted(word(i)),
                   columns, rows, to_gtp_vertex(columns - 1, rows, columns));
  }
}

std::optional<int> gtp_player(std::string_view text) {
  std::string word(text);
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (word == "b" || word == "black") return 0;
  if (word == "w" || word == "white") return 1;
  return std::nullopt;
}

std::optional<int> gtp_integer(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<GtpCommand> parse_gtp(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::vector<std::string> words;
  bool in_word = false;
  for (const char c : line) {
    if (c == ' ' || c == '\t') {
      in_word = false;
    } else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) {
      if (!std::exchange(in_word, true)) words.emplace_back();
      words.back() += c;
    }
  }
  GtpCommand command;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!words.empty() && std::ranges::all_of(words.front(), is_digit)) {
    command.id = std::move(words.front());
    words.erase(words.begin());
  }
  if (words.empty()) return std::nullopt;
  command.name = std::move(words.front());
  words.erase(words.begin());
  command.arguments = std::move(words);
  return command;
}

std::string gtp_answer(const std::string& id, bool ok, std::string_view text) {
  std::string out = (ok ? "=" : "?") + id;
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (!text.empty()) out += ' ';
  for (const char c : text) {
    if (c == '\n' && out.back() == '\n') out += ' ';
    out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
  }
  return out + "\n\n";
}

}  // namespace tengen
