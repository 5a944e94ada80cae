#include "core/config.hpp"

#include "core/check.hpp"
#include "core/config_text.hpp"
#include "core/excerpt.hpp"
#include "core/system/file.hpp"

// toml++ 3.3 asserts (debug) or assumes (release: undefined behaviour) that a table's name begins
// as a name does, and only then tests it. Without the assumption "[=]" is the error it should be.
#if __has_include(<toml++/impl/preprocessor.h>)
#include <toml++/impl/preprocessor.h>
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT_ASSUME(expr) static_assert(true)
#endif
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace tengen {
namespace {

using Value = Config::Value;

// ---- Reading TOML ----------------------------------------------------------------------------

bool valid_key(std::string_view key) {
  const auto in_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  bool dot = true;  // a name must follow
  for (const char c : key) {
    if (c == '.' ? dot : !in_name(c)) return false;
    dot = c == '.';
  }
  return !dot;
}

std::optional<Value> value_of(const toml::array& array) {
  if (!array.empty() && array.is_homogeneous(toml::node_type::string)) {
    std::vector<std::string> out;
    for (const toml::node& node : array) out.push_back(**node.as_string());
    return out;
  }
  std::vector<double> out;
  for (const toml::node& node : array) {
    if (!node.is_number()) return std::nullopt;
    out.push_back(*node.value<double>());
    // A list is of doubles: an integer that a double cannot hold would change silently.
    constexpr std::int64_t kExact = std::int64_t{1} << 53;
    if (const auto* n = node.as_integer(); n && (**n > kExact || **n < -kExact))
      return std::nullopt;
  }
  return out;
}

std::optional<Value> value_of(const toml::node& node) {
  if (const auto* x = node.as_boolean()) return **x;
  if (const auto* x = node.as_integer()) return **x;
  if (const auto* x = node.as_floating_point()) return **x;
  if (const auto* x = node.as_string()) return **x;
  if (const auto* x = node.as_array()) return value_of(*x);
  return std::nullopt;
}

// Calls visit(key, value, line) for every leaf of the tree.
template <class F>
void flatten(const toml::table& table, const std::string& prefix, const std::string& origin,
             F&& visit) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    const auto line = node.source().begin.line;
    if (!valid_key(name.str()) || name.str().find('.') != std::string_view::npos)
      throw Error("{}:{}: key {} must be of letters, digits, _ and -", origin, line,
                  excerpt(toml_string(key)));
    if (const toml::table* below = node.as_table()) {
      flatten(*below, key + ".", origin, visit);
      continue;
    }
    std::optional<Value> value = value_of(node);
    if (!value)
      throw Error(
          "{}:{}: {} must be true or false, a number, a string, or a list of numbers or of strings",
          origin, line, excerpt(key));
    visit(key, std::move(*value), line);
  }
}

toml::table parse(std::string_view text, const std::string& origin) {
  try {
    return toml::parse(text, origin);
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    const bool large = error.description().find("in 64 bits") != std::string_view::npos;
    throw Error("{}:{}:{}: {}{}", origin, at.line, at.column, error.description(),
                large ? "; a seed from 2^63 on is written in quotes" : "");
  }
}

// What `text` means on a command line; empty if it is neither TOML nor a bare word.
std::optional<Value> command_line_value(std::string_view text) {
  const auto as_toml = [](const std::string& written) -> std::optional<Value> {
    try {
      const toml::table table = toml::parse("value = " + written);
      return table.size() == 1 ? value_of(*table.get("value")) : std::nullopt;
    } catch (const toml::parse_error&) {
      return std::nullopt;
    }
  };
  if (text.empty()) return std::nullopt;
  if (text.find_first_of("\n\r") == std::string_view::npos) {
    // A comment would swallow the end of the value.
    const bool comment = text.find('#') != std::string_view::npos && text.front() != '"';
    if (auto value = comment ? std::nullopt : as_toml(std::string(text))) return value;
  }
  if (std::string_view("\"'[{").find(text.front()) != std::string_view::npos) return std::nullopt;
  return as_toml(toml_string(text));  // fails on bytes that are not UTF-8
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// ---- Conversions -----------------------------------------------------------------------------

template <class T>
std::optional<T> whole(double value) {
  if (!(value >= static_cast<double>(std::numeric_limits<T>::min()) &&
        value < -static_cast<double>(std::numeric_limits<T>::min()) && value == std::floor(value)))
    return std::nullopt;
  return static_cast<T>(value);
}

template <class T>
std::optional<T> whole(std::int64_t value) {
  if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max())
    return std::nullopt;
  return static_cast<T>(value);
}

std::optional<std::uint64_t> natural(const Value& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value))
    return *n >= 0 ? std::optional(static_cast<std::uint64_t>(*n)) : std::nullopt;
  if (const auto* x = std::get_if<double>(&value))
    return *x >= 0 && *x < 0x1p64 && *x == std::floor(*x)
               ? std::optional(static_cast<std::uint64_t>(*x))
               : std::nullopt;
  const auto* text = std::get_if<std::string>(&value);
  if (!text) return std::nullopt;
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
  return error == std::errc() && end == text->data() + text->size() ? std::optional(out)
                                                                    : std::nullopt;
}

template <class T>
std::optional<std::vector<T>> list_as(const Value& value) {
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value); texts && texts->empty())
    return std::vector<T>{};
  const auto* numbers = std::get_if<std::vector<double>>(&value);
  if (!numbers) return std::nullopt;
  std::vector<T> out;
  for (const double x : *numbers) {
    if constexpr (std::is_same_v<T, int>) {
      const auto n = whole<int>(x);
      if (!n) return std::nullopt;
      out.push_back(*n);
    } else {
      out.push_back(x);
    }
  }
  return out;
}

template <class T>
std::optional<T> value_as(const Value& value) {
  if constexpr (std::is_same_v<T, std::vector<int>> || std::is_same_v<T, std::vector<double>>) {
    return list_as<typename T::value_type>(value);
  } else if constexpr (std::is_same_v<T, int> || std::is_same_v<T, std::int64_t>) {
    if (const auto* n = std::get_if<std::int64_t>(&value)) return whole<T>(*n);
    if (const auto* x = std::get_if<double>(&value)) return whole<T>(*x);
    return std::nullopt;
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    return natural(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (const auto* n = std::get_if<std::int64_t>(&value)) return static_cast<T>(*n);
    const auto* x = std::get_if<double>(&value);
    if (!x || (std::isfinite(*x) && std::abs(*x) > std::numeric_limits<T>::max()))
      return std::nullopt;
    return static_cast<T>(*x);
  } else {
    if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      const auto* numbers = std::get_if<std::vector<double>>(&value);
      if (numbers && numbers->empty()) return T{};  // [] is a list of anything
    }
    const T* found = std::get_if<T>(&value);
    return found ? std::optional(*found) : std::nullopt;
  }
}

template <class T>
constexpr std::string_view expected() {
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_same_v<T, int>) return "an integer below 2^31";
  if constexpr (std::is_same_v<T, std::int64_t>) return "an integer";
  if constexpr (std::is_same_v<T, std::uint64_t>) return "an integer from 0 to 2^64 - 1";
  if constexpr (std::is_same_v<T, float>) return "a number below 3.4e38";
  if constexpr (std::is_same_v<T, double>) return "a number";
  if constexpr (std::is_same_v<T, std::string>) return "a string";
  if constexpr (std::is_same_v<T, std::vector<int>>) return "a list of integers below 2^31";
  if constexpr (std::is_same_v<T, std::vector<double>>) return "a list of numbers";
  if constexpr (std::is_same_v<T, std::vector<std::string>>) return "a list of strings";
}

// 0.99F is recorded as 0.99, not as the 0.9900000095367432 it is, if that reads back as 0.99F.
double shortest(float value) {
  const std::string text = fmt::format("{}", value);
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return static_cast<float>(out) == value ? out : static_cast<double>(value);
}

template <class T>
Value recorded(const T& fallback) {
  if constexpr (std::is_same_v<T, float>)
    return shortest(fallback);
  else if constexpr (std::is_same_v<T, int>)
    return std::int64_t{fallback};
  else if constexpr (std::is_same_v<T, std::uint64_t>)
    return Config::integer(fallback);
  else if constexpr (std::is_same_v<T, std::vector<int>>)
    return std::vector<double>(fallback.begin(), fallback.end());
  else
    return fallback;
}

// "must be between 1 and 8", "must be at least 1", "must be at most 8".
template <class T>
std::string range_text(T low, T high) {
  using Limits = std::numeric_limits<T>;
  const bool below = low == Limits::lowest() || low == -Limits::infinity();
  const bool above = high == Limits::max() || high == Limits::infinity();
  if (above && !below) return fmt::format("must be at least {}", low);
  if (below && !above) return fmt::format("must be at most {}", high);
  return fmt::format("must be between {} and {}", low, high);
}

std::string at(const std::string& where) { return where.empty() ? "" : where + ": "; }

}  // namespace

Config::Value Config::integer(std::uint64_t value) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (value <= kMost) return static_cast<std::int64_t>(value);
  return fmt::format("{}", value);
}

Config Config::from_file(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  return from_string({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

Config Config::from_string(std::string_view toml, std::string origin) {
  Config config;
  const toml::table table = parse(toml, origin);
  flatten(table, "", origin, [&](const std::string& key, Value value, std::size_t line) {
    config.settings_[key] = {std::move(value), fmt::format("{}:{}", origin, line)};
  });
  return config;
}

void Config::set(std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos)
    throw UsageError("'{}' is not of the form key=value", excerpt(assignment));
  auto value = command_line_value(trimmed(assignment.substr(equals + 1)));
  if (!value)
    throw UsageError(
        "'{}': the value must be true or false, a number, a string, or a list like [1, 2]",
        excerpt(assignment));
  set(trimmed(assignment.substr(0, equals)), std::move(*value));
}

void Config::set(std::string_view key, Value value) {
  if (!valid_key(key))
    throw UsageError("'{}' is not a key: names of letters, digits, _ and -, with dots between",
                     excerpt(key));
  assign(full(key), {std::move(value), ""});
}

void Config::assign(std::string key, Setting setting) {
  const auto below = settings_.lower_bound(key + ".");
  if (below != settings_.end() && below->first.starts_with(key + "."))
    throw UsageError("{} is a section: set '{}' or others below it", excerpt(key),
                     excerpt(below->first));
  for (auto dot = key.find('.'); dot != std::string::npos; dot = key.find('.', dot + 1)) {
    if (const auto above = settings_.find(key.substr(0, dot)); above != settings_.end())
      throw UsageError("{}: {} is a setting, not a section", excerpt(key), excerpt(above->first));
  }
  settings_.insert_or_assign(std::move(key), std::move(setting));
}

std::vector<std::string> Config::remove(std::string_view name) {
  const std::string whole = full(name);
  std::vector<std::string> removed;
  std::erase_if(settings_, [&](const auto& setting) {
    const std::string& key = setting.first;
    if (key != whole && !key.starts_with(whole + ".")) return false;
    removed.push_back(key.substr(prefix_.size()));
    return true;
  });
  return removed;
}

bool Config::has(std::string_view key) const {
  const std::string name = full(key);
  if (settings_.contains(name)) return true;
  const auto below = settings_.lower_bound(name + ".");
  return below != settings_.end() && below->first.starts_with(name + ".");
}

const Config::Setting* Config::ask(std::string_view key, Value fallback) const {
  const std::string name = full(key);
  asked_->insert_or_assign(name, std::move(fallback));
  const auto found = settings_.find(name);
  if (found != settings_.end()) return &found->second;
  if (has(key)) throw UsageError("{} is a section, not a setting", name);
  return nullptr;
}

template <SettingType T>
T Config::get(std::string_view key, T fallback) const {
  const Setting* setting = ask(key, recorded(fallback));
  if (!setting) return fallback;
  std::optional<T> value = value_as<T>(setting->value);
  if (!value)
    throw UsageError("{}{} = {}: must be {}", at(setting->where), full(key),
                     excerpt(to_text(setting->value)), expected<T>());
  return std::move(*value);
}

template <SettingType T>
requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>) T Config::get(std::string_view key,
                                                                          T fallback, T low, T high)
const {
  TENGEN_CHECK(low <= fallback && fallback <= high, "{}: the default {} {}", full(key), fallback,
               range_text(low, high));
  const T value = get<T>(key, fallback);
  if (low <= value && value <= high) return value;
  const Setting& setting = settings_.find(full(key))->second;
  throw UsageError("{}{} = {}: {}", at(setting.where), full(key), excerpt(to_text(setting.value)),
                   range_text(low, high));
}

template bool Config::get(std::string_view, bool) const;
template int Config::get(std::string_view, int) const;
template std::int64_t Config::get(std::string_view, std::int64_t) const;
template std::uint64_t Config::get(std::string_view, std::uint64_t) const;
template float Config::get(std::string_view, float) const;
template double Config::get(std::string_view, double) const;
template std::string Config::get(std::string_view, std::string) const;
template std::vector<int> Config::get(std::string_view, std::vector<int>) const;
template std::vector<double> Config::get(std::string_view, std::vector<double>) const;
template std::vector<std::string> Config::get(std::string_view, std::vector<std::string>) const;
template int Config::get(std::string_view, int, int, int) const;
template std::int64_t Config::get(std::string_view, std::int64_t, std::int64_t, std::int64_t) const;
template float Config::get(std::string_view, float, float, float) const;
template double Config::get(std::string_view, double, double, double) const;

std::string Config::choice(std::string_view key, std::string_view fallback,
                           const std::vector<std::string>& choices) const {
  std::string value = get<std::string>(key, std::string(fallback));
  if (std::ranges::find(choices, value) != choices.end()) return value;
  const auto found = settings_.find(full(key));
  TENGEN_CHECK(found != settings_.end(), "{}: the default '{}' is not a choice", full(key), value);
  throw UsageError("{}{}: {}", at(found->second.where), full(key),
                   unknown_name("value", value, choices));
}

Config Config::section(std::string_view name) const {
  Config out = *this;
  out.prefix_ += std::string(name) + ".";
  return out;
}

Config Config::overlaid(std::string_view onto, std::string_view over) const {
  Config out = *this;
  out.asked_ = std::make_shared<Asked>(*asked_);
  const std::string prefix = full(over) + ".";
  for (const auto& [key, setting] : settings_) {
    if (!key.starts_with(prefix)) continue;
    asked_->insert_or_assign(key, setting.value);
    out.assign(full(onto) + "." + key.substr(prefix.size()), setting);
  }
  return out;
}

std::vector<double> Config::numbers(std::string_view key) const {
  const auto found = settings_.find(full(key));
  if (found == settings_.end()) return {};
  const Value& value = found->second.value;
  if (const auto* list = std::get_if<std::vector<double>>(&value)) return *list;
  const auto one = value_as<double>(value);
  return one ? std::vector{*one} : std::vector<double>{};
}

Config::Value Config::value(std::string_view key) const {
  const auto found = settings_.find(full(key));
  TENGEN_CHECK(found != settings_.end(), "{} is not set", full(key));
  asked_->try_emplace(full(key), found->second.value);
  return found->second.value;
}

std::vector<std::string> Config::keys() const {
  std::vector<std::string> out;
  for (const auto& [key, setting] : settings_)
    if (key.starts_with(prefix_)) out.push_back(key.substr(prefix_.size()));
  return out;
}

std::vector<Config::Difference> Config::differences_from(const Config& before) const {
  const auto number_of = [](const Value& value) {
    if (const auto* n = std::get_if<std::int64_t>(&value)) return std::optional<double>(*n);
    const auto* x = std::get_if<double>(&value);
    return x ? std::optional(*x) : std::nullopt;
  };
  const auto same = [&](const Value& a, const Value& b) {
    if (to_text(a) == to_text(b)) return true;
    // 20 and 20.0; two integers of other texts differ, even where they are the same double.
    return a.index() != b.index() && number_of(a) && number_of(a) == number_of(b);
  };
  std::map<std::string, Difference> found;
  for (const auto& [key, setting] : before.settings_) {
    const auto mine = settings_.find(key);
    if (mine == settings_.end())
      found[key] = {key, to_text(setting.value), ""};
    else if (!same(mine->second.value, setting.value))
      found[key] = {key, to_text(setting.value), to_text(mine->second.value)};
  }
  for (const auto& [key, setting] : settings_)
    if (!before.settings_.contains(key)) found[key] = {key, "", to_text(setting.value)};
  std::vector<Difference> out;
  for (auto& [key, difference] : found) out.push_back(std::move(difference));
  return out;
}

void Config::check_all_read() const {
  std::vector<std::string> known;
  for (const auto& [key, fallback] : *asked_) known.push_back(key);
  for (const auto& [key, setting] : settings_) {
    if (!key.starts_with(prefix_) || asked_->contains(key)) continue;
    const std::string nearest = nearest_match(key, known);
    throw UsageError("{}{}: unknown key{}", at(setting.where), excerpt(key),
                     nearest.empty() ? "" : "; did you mean '" + nearest + "'?");
  }
}

std::string Config::to_toml() const {
  // TOML wants a table's own keys before the tables below it: section → lines.
  std::map<std::string, std::string> sections;
  const auto write = [&](const std::string& key, const Value& value) {
    if (!key.starts_with(prefix_)) return;
    const std::string relative = key.substr(prefix_.size());
    const auto dot = relative.rfind('.');
    const bool top = dot == std::string::npos;
    sections[top ? "" : relative.substr(0, dot)] +=
        fmt::format("{} = {}\n", top ? relative : relative.substr(dot + 1), to_text(value));
  };
  std::map<std::string, const Value*> all;
  for (const auto& [key, fallback] : *asked_) all[key] = &fallback;
  for (const auto& [key, setting] : settings_) all[key] = &setting.value;
  for (const auto& [key, value] : all) write(key, *value);
  std::string out;
  for (const auto& [section, lines] : sections) {
    if (!out.empty()) out += '\n';
    out += section.empty() ? lines : fmt::format("[{}]\n{}", section, lines);
  }
  return out;
}

}  // namespace tengen
