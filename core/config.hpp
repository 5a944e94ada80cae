// Settings come from a TOML recipe and the command line, are read with defaults, and are checked
// for leftovers.
#pragma once

#include "core/usize.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tengen {

/// The types a setting can be read as.
template <class T>
concept SettingType = std::same_as<T, bool> || std::same_as<T, int> ||
    std::same_as<T, std::int64_t> || std::same_as<T, std::uint64_t> || std::same_as<T, float> ||
    std::same_as<T, double> || std::same_as<T, std::string> || std::same_as<T, std::vector<int>> ||
    std::same_as<T, std::vector<double>> || std::same_as<T, std::vector<std::string>>;

/// A tree of settings flattened to dotted keys: "agent.learning_rate".
///
/// The settings are a plain value: set() on a copy or on a section() changes that one alone. What
/// is shared by copies and sections is the record of which keys were asked for and with which
/// default, so that an agent may keep its own copy and the recipe's owner can still tell what
/// nobody read.
class Config {
 public:
  using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<double>,
                             std::vector<std::string>>;

  /// TOML's integers end at 2^63; what is larger becomes a string of digits.
  [[nodiscard]] static Value integer(std::uint64_t value);

  Config() = default;
  /// Throws Error with file, line and column for an unreadable file, malformed TOML, a value of a
  /// type not listed above (dates, nested arrays), or a key that is not of letters, digits, _ and
  /// -.
  static Config from_file(const std::filesystem::path& path);
  static Config from_string(std::string_view toml, std::string origin = "<string>");

  /// Sets what a command line says: "agent.learning_rate=1e-3". The value is TOML; bare words are
  /// strings. Throws UsageError if it is malformed. Unknown keys are found by check_all_read().
  void set(std::string_view assignment);
  /// Throws UsageError if the key is malformed, or a section where a setting is meant or vice
  /// versa.
  void set(std::string_view key, Value value);

  /// Removes the setting or the section of that name. Returns the keys that this removed, sorted.
  std::vector<std::string> remove(std::string_view name);

  /// Whether there is a setting or a section of that name. To ask does not count as reading it.
  [[nodiscard]] bool has(std::string_view key) const;
  /// Returns the setting, or `fallback`, which is recorded so that the resolved recipe shows every
  /// default (whoever asks again should ask with the same one). Integers are read from 1e6 as from
  /// 1000000. Throws UsageError that names key, value and expected type.
  template <SettingType T>
  [[nodiscard]] T get(std::string_view key, T fallback) const;
  [[nodiscard]] std::string get(std::string_view key, const char* fallback) const {
    return get<std::string>(key, fallback);
  }
  /// As get, and throws UsageError unless low ≤ value ≤ high.
  template <SettingType T>
  requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>) [[nodiscard]] T
      get(std::string_view key, T fallback, T low, T high) const;
  /// As get<std::string>, and throws UsageError with the nearest match unless the value is one of
  /// `choices`.
  [[nodiscard]] std::string choice(std::string_view key, std::string_view fallback,
                                   const std::vector<std::string>& choices) const;
  /// Returns the value beside the name that choice() above would return: an enumerator by its name
  /// in recipes.
  template <class T>
  [[nodiscard]] T choice(std::string_view key, std::string_view fallback,
                         const std::vector<std::pair<std::string, T>>& choices) const {
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) names.push_back(name);
    const std::string chosen = choice(key, fallback, names);
    const auto at = std::ranges::find(names, chosen);  // choice() accepts no other name
    return choices[usize(at - names.begin())].second;
  }
  /// Returns the settings below `name.`, as a Config of their own.
  [[nodiscard]] Config section(std::string_view name) const;
  /// Returns a copy in which the settings of section `over` replace those of section `onto`; in
  /// this one they count as read.
  [[nodiscard]] Config overlaid(std::string_view onto, std::string_view over) const;
  /// Returns the numbers of a setting, however many; none if it is no number. This does not count
  /// as reading it.
  [[nodiscard]] std::vector<double> numbers(std::string_view key) const;
  /// Returns what is set, whatever its type; this counts as reading it. The key must be set.
  [[nodiscard]] Value value(std::string_view key) const;
  /// Returns the keys that are set (defaults are not), sorted.
  [[nodiscard]] std::vector<std::string> keys() const;

  /// A setting in which two configurations differ, as TOML; empty where one has none.
  struct Difference {
    std::string key, before, now;
  };
  /// Returns what this one sets otherwise than `before`, by key. 3 and 3.0 are the same.
  [[nodiscard]] std::vector<Difference> differences_from(const Config& before) const;

  /// Throws UsageError that names the first key that nobody asked for and the nearest one that
  /// somebody did.
  void check_all_read() const;
  /// Returns the resolved recipe as TOML: what was set and every default that was asked for.
  /// Reading it back gives the same values to the last bit.
  [[nodiscard]] std::string to_toml() const;

 private:
  struct Setting {
    Value value;
    std::string where;  // "pong.toml:12", or "" for the command line
  };
  using Asked = std::map<std::string, Value, std::less<>>;  // key → default

  [[nodiscard]] std::string full(std::string_view key) const { return prefix_ + std::string(key); }
  void assign(std::string key, Setting setting);
  // The setting or null; records that `key` was asked for.
  [[nodiscard]] const Setting* ask(std::string_view key, Value fallback) const;

  std::map<std::string, Setting, std::less<>> settings_;  // by full key
  std::shared_ptr<Asked> asked_ = std::make_shared<Asked>();
  std::string prefix_;  // "" or "agent."
};

/// Rewrites an integer as people write it, "1e6", "1_000_000" or "1000000.0", as "1000000"; returns
/// any other text as it is.
std::string plain_integer(std::string_view text);

/// Returns the member of `candidates` that `word` was probably meant to be: by edit distance,
/// letter case aside, as the beginning of a longer name, or by initials (lr: learning_rate); "" if
/// none is near.
std::string nearest_match(std::string_view word, const std::vector<std::string>& candidates);
/// Returns "unknown {what} 'pnog'; did you mean 'pong'? (known: …)". All such errors read like
/// that.
std::string unknown_name(std::string_view what, std::string_view word,
                         const std::vector<std::string>& candidates);

}  // namespace tengen
