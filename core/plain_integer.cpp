#include "core/config.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <charconv>

namespace tengen {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

// Decimal arithmetic on the digits, so that nothing is rounded.
std::string plain_integer(std::string_view text) {
  constexpr int kMostZeros = 30;
  std::string digits;
  int after_point = 0;
  bool point = false;
  std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const std::string sign = text.starts_with('-') ? "-" : "";
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    const char c = text[at];
    const bool between =
        at > 0 && at + 1 < text.size() && is_digit(text[at - 1]) && is_digit(text[at + 1]);
    if (is_digit(c)) {
      digits += c;
      after_point += point ? 1 : 0;
    } else if (c == '.' && !point) {
      point = true;
    } else if (c != '_' || !between) {
      return std::string(text);
    }
  }
  int exponent = 0;
  if (at < text.size()) {
    std::string_view rest = text.substr(at + 1);
    if (rest.starts_with('+')) rest.remove_prefix(1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
    if (error != std::errc() || end != rest.data() + rest.size()) return std::string(text);
  }
  if (digits.empty() || exponent < -kMostZeros || exponent > kMostZeros) return std::string(text);
  for (exponent -= after_point; exponent < 0; ++exponent) {
    if (digits.empty() || digits.back() != '0') return std::string(text);
    digits.pop_back();
  }
  digits.append(usize(exponent), '0');
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits.empty() ? "0" : sign + digits;
}

}  // namespace tengen
