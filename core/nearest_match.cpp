#include "core/config.hpp"
#include "core/excerpt.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace tengen {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// Damerau–Levenshtein, optimal string alignment: insert, delete, replace, swap neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string initials(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (i == 0 || name[i - 1] == '_' || name[i - 1] == '-') out += name[i];
  return out;
}

// How far `word` is from `name`, both in lower case; empty if too far to be meant.
std::optional<std::size_t> name_distance(std::string_view word, std::string_view name) {
  const std::size_t near = std::max<std::size_t>(1, word.size() / 3);
  if (word.size() >= 2 && word == initials(name)) return 0;  // typed on purpose: lr
  if (word.size() <= name.size() + near && name.size() <= word.size() + near) {
    if (const std::size_t distance = edit_distance(word, name); distance <= near) return distance;
  }
  if (word.size() >= 3 && name.starts_with(word)) return near;
  return std::nullopt;
}

// "agent.net.width" → "agent.net", "width".
std::pair<std::string_view, std::string_view> split_key(std::string_view key) {
  const auto dot = key.rfind('.');
  if (dot == std::string_view::npos) return {"", key};
  return {key.substr(0, dot), key.substr(dot + 1)};
}

// Longer words are nobody's typing error, and comparing them takes time.
constexpr std::size_t kLongestWord = 200;

}  // namespace

std::string nearest_match(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > kLongestWord) return "";
  const std::string wanted = lower(word);
  const auto [section, leaf] = split_key(wanted);
  std::pair<std::size_t, std::size_t> best{kLongestWord, 0};
  std::string out;
  for (const std::string& candidate : candidates) {
    const std::string name = lower(candidate);
    const auto [its_section, its_leaf] = split_key(name);
    const auto distance = name_distance(leaf, its_leaf);
    if (!distance) continue;
    // The right name in the wrong section beats a wrong name in the right one.
    const std::pair score{*distance, edit_distance(section, its_section)};
    if (score < best) {
      best = score;
      out = candidate;
    }
  }
  return out;
}

std::string unknown_name(std::string_view what, std::string_view word,
                         const std::vector<std::string>& candidates) {
  const std::string nearest = nearest_match(word, candidates);
  return fmt::format("unknown {} '{}'{} (known: {})", what, excerpt(word),
                     nearest.empty() ? "" : "; did you mean '" + nearest + "'?",
                     candidates.empty() ? "none" : fmt::format("{}", fmt::join(candidates, ", ")));
}

}  // namespace tengen
