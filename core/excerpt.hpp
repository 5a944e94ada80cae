// Text that somebody gave us, as a message quotes it.
#pragma once

#include <string>
#include <string_view>

namespace tengen {

/// The first 80 characters of `text` (UTF-8) and "…" for the rest; control characters are shown as
/// spaces. So a message stays a line that can be read, whatever was given.
std::string excerpt(std::string_view text);

}  // namespace tengen
