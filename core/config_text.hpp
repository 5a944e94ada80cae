// Settings as TOML writes them; a part of core/config.cpp.
#pragma once

#include "core/config.hpp"

#include <string>
#include <string_view>

namespace tengen {

/// In double quotes.
std::string toml_string(std::string_view text);
/// Reads back as the same value to the last bit.
std::string to_text(const Config::Value& value);

}  // namespace tengen
