// How a message quotes text that somebody gave us.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tengen {

/// Returns the first `most` characters of `text` (UTF-8) and "…" for the rest; control characters
/// become spaces. So a message stays a line that can be read, whatever was given.
std::string excerpt(std::string_view text, std::size_t most = 80);

}  // namespace tengen
