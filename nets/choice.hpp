// Settings chosen by name from a short list.
#pragma once

#include "core/check.hpp"
#include "core/config.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tengen {

/// The value beside `name`. Throws UsageError with the nearest name if there is none.
template <class T>
T find_choice(std::string_view what, std::string_view name,
              const std::vector<std::pair<std::string, T>>& choices) {
  std::vector<std::string> names;
  for (const auto& [known, value] : choices) {
    if (known == name) return value;
    names.push_back(known);
  }
  throw UsageError("{}", unknown_name(what, name, names));
}

}  // namespace tengen
