#include "core/excerpt.hpp"

namespace tengen {

std::string excerpt(std::string_view text, std::size_t most) {
  std::string out;
  std::size_t characters = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xC0) == 0x80;
    // A character has four bytes at most: what pretends to go on for ever is no UTF-8.
    if ((!continues && characters++ == most) || out.size() >= 4 * most) return out + "…";
    out += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  return out;
}

}  // namespace tengen
