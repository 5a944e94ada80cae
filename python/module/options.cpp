#include "python/module/options.hpp"

#include "core/check.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;

namespace tengen::python {
namespace {

// A scalar of numpy, or what else is like an integer or a float, is the Python number that it
// converts to.
nb::object plain(const nb::handle& value) {
  return nb::hasattr(value, "item") ? value.attr("item")() : nb::borrow(value);
}

Config::Value value_of(const std::string& name, const nb::handle& given) {
  const nb::object value = plain(given);
  if (nb::isinstance<nb::bool_>(value)) return nb::cast<bool>(value);
  if (nb::isinstance<nb::int_>(value)) {
    std::int64_t small = 0;
    if (nb::try_cast(value, small)) return small;
    std::uint64_t large = 0;
    if (nb::try_cast(value, large)) return Config::integer(large);
  }
  if (nb::isinstance<nb::float_>(value)) return nb::cast<double>(value);
  if (nb::isinstance<nb::str>(value)) return nb::cast<std::string>(value);
  std::vector<double> numbers;
  if (nb::try_cast(value, numbers)) return numbers;
  std::vector<std::string> texts;
  if (nb::try_cast(value, texts)) return texts;
  throw UsageError(
      "option {} = {} is neither a boolean, a number or a string nor a list of numbers or strings",
      name, nb::repr(value).c_str());
}

}  // namespace

Config config_of(const nb::dict& options) {
  Config config;
  for (const auto [key, value] : options) {
    const std::string name = nb::cast<std::string>(key);
    config.set(name, value_of(name, value));
  }
  return config;
}

}  // namespace tengen::python
