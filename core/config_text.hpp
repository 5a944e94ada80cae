// How TOML writes settings; this is a part of core/config.cpp.
#pragma once

#include "core/config.hpp"

#include <string>
#include <string_view>

namespace tengen {

/// Returns `text` as a TOML string, in double quotes.
std::string toml_string(std::string_view text);
/// Returns the value as TOML, which reads back as the same to the last bit.
std::string to_text(const Config::Value& value);

}  // namespace tengen
