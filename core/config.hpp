// Settings: a TOML recipe, overridden from the command line, read with defaults, checked for
// leftovers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tengen {

/// A tree of settings flattened to dotted keys: "agent.learning_rate". A regular value; a section()
/// view shares the record of which keys were read with its parent.
class Config {
 public:
  using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<double>,
                             std::vector<std::string>>;

  Config() = default;
  /// Throws Error with file, line and column for malformed TOML or a value of a type not listed
  /// above.
  static Config from_file(const std::filesystem::path& path);
  static Config from_string(std::string_view toml, std::string origin = "<string>");

  /// Command line: "agent.learning_rate=1e-3". The value is TOML; bare words are strings.
  /// Throws UsageError if malformed. Unknown keys are found by check_all_read().
  void set(std::string_view assignment);
  void set(std::string_view key, Value value);

  [[nodiscard]] bool has(std::string_view key) const;
  /// The setting, or `fallback`, which is recorded so that the resolved recipe shows every default.
  /// T: bool, int, std::int64_t, float, double, std::string, std::vector<int|double|std::string>.
  /// Throws UsageError naming key, value and expected type.
  template <class T>
  [[nodiscard]] T get(std::string_view key, T fallback) const;
  /// As get, and throws UsageError unless low ≤ value ≤ high.
  template <class T>
  [[nodiscard]] T get(std::string_view key, T fallback, T low, T high) const;
  /// As get<std::string>, and throws UsageError with the nearest match unless the value is one of
  /// `choices`.
  [[nodiscard]] std::string choice(std::string_view key, std::string_view fallback,
                                   const std::vector<std::string>& choices) const;
  /// Keys below `name.`, as a Config of their own (sharing values and read marks).
  [[nodiscard]] Config section(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> keys() const;

  /// Throws UsageError naming the first key that nobody asked for and the nearest key somebody did.
  void check_all_read() const;
  /// The resolved recipe as TOML: what was set and every default that was asked for.
  [[nodiscard]] std::string to_toml() const;

 private:
  struct Entry {
    Value value;
    bool read = false;       // somebody asked for it
    bool defaulted = false;  // recorded from a fallback
  };
  struct Store;  // origin, std::map<std::string, Entry>
  [[nodiscard]] Store& store() const;

  mutable std::shared_ptr<Store> store_;
  std::string prefix_;  // "" or "agent."
};

/// The member of `candidates` with the smallest edit distance to `word`; "" if none is near.
std::string nearest_match(std::string_view word, const std::vector<std::string>& candidates);
/// "unknown {what} 'pnog'; did you mean 'pong'? (known: …)": the one way such errors read.
std::string unknown_name(std::string_view what, std::string_view word,
                         const std::vector<std::string>& candidates);

}  // namespace tengen
