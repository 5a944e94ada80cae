#include "core/config_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace tengen {

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\u{:04X}", static_cast<int>(c));
    else
      out += c;
  }
  return out + '"';
}

namespace {

// The shortest digits that read back as the same double, and as a float rather than an integer.
std::string number(double value) {
  std::string out = fmt::format("{}", value);
  if (std::isfinite(value) && out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

// Lists have one kind of number, so sizes may look like sizes: [256, 256].
std::string list_number(double value) {
  std::string out = number(value);
  if (out.ends_with(".0") && out != "-0.0") out.resize(out.size() - 2);
  return out;
}

template <class T, class F>
std::string list(const std::vector<T>& values, F&& format) {
  std::string out = "[";
  for (const T& value : values) out += (out.size() > 1 ? ", " : "") + format(value);
  return out + "]";
}

}  // namespace

std::string to_text(const Config::Value& value) {
  struct Visitor {
    std::string operator()(bool x) const { return x ? "true" : "false"; }
    std::string operator()(std::int64_t x) const { return fmt::format("{}", x); }
    std::string operator()(double x) const { return number(x); }
    std::string operator()(const std::string& x) const { return toml_string(x); }
    std::string operator()(const std::vector<double>& x) const { return list(x, list_number); }
    std::string operator()(const std::vector<std::string>& x) const { return list(x, toml_string); }
  };
  return std::visit(Visitor{}, value);
}

}  // namespace tengen
