#include "experiments/viewer/keys.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <string>
#include <string_view>

namespace tengen {
namespace {

enum : unsigned { kUp = 1, kDown = 2, kLeft = 4, kRight = 8, kFire = 16 };

unsigned keys_named(std::string name) {
  constexpr std::array<std::pair<std::string_view, unsigned>, 5> kWords{
      {{"UP", kUp}, {"DOWN", kDown}, {"LEFT", kLeft}, {"RIGHT", kRight}, {"FIRE", kFire}}};
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  unsigned keys = 0;
  for (const auto& [word, key] : kWords)
    if (name.find(word) != std::string::npos) keys |= key;
  return keys;
}

float push(bool to_low, bool to_high, float low, float high) {
  if (to_low != to_high) return to_low ? low : high;
  return std::clamp(0.0F, low, high);
}

}  // namespace

KeyMap::KeyMap(ActionSpace space) : space_(std::move(space)) {
  const auto* discrete = std::get_if<Discrete>(&space_);
  if (discrete == nullptr) return;
  for (const std::string& name : discrete->names) needs_.push_back(keys_named(name));
  needs_.resize(static_cast<std::size_t>(discrete->n));
  // Two or three actions without a direction in their names lie from left to right.
  if (std::ranges::count(needs_, 0U) == discrete->n && (discrete->n == 2 || discrete->n == 3)) {
    needs_.front() = kLeft;
    needs_.back() = kRight;
  }
  vertical_ =
      std::ranges::any_of(needs_, [](unsigned keys) { return (keys & (kUp | kDown)) != 0; });
}

bool KeyMap::choose(const GameKeys& keys, std::span<const std::uint8_t> legal,
                    ActionBuffer out) const {
  if (const auto* box = std::get_if<Box>(&space_)) {
    const std::array<bool, 2> to_low{keys.left, keys.down}, to_high{keys.right, keys.up};
    for (std::size_t i = 0; i < box->low.size(); ++i)
      out.box[i] = push(i < 2 && to_low[i], i < 2 && to_high[i], box->low[i], box->high[i]);
    return true;
  }
  const auto is_legal = [&](std::size_t i) { return legal.empty() || legal[i] != 0; };
  const auto digit = static_cast<std::size_t>(std::max(keys.digit, 0));
  if (keys.digit >= 0 && digit < needs_.size() && is_legal(digit)) {
    out.discrete[0] = keys.digit;
    return true;
  }
  const bool right = keys.right || (!vertical_ && keys.up);
  const bool left = keys.left || (!vertical_ && keys.down);
  const unsigned down = (keys.up ? kUp : 0U) | (keys.down ? kDown : 0U) | (left ? kLeft : 0U) |
                        (right ? kRight : 0U) | (keys.fire ? kFire : 0U);
  int most = -1;
  for (std::size_t i = 0; i < needs_.size(); ++i) {
    if (!is_legal(i) || (needs_[i] & ~down) != 0 || std::popcount(needs_[i]) <= most) continue;
    most = std::popcount(needs_[i]);
    out.discrete[0] = static_cast<std::int32_t>(i);
  }
  return most >= 0;
}

}  // namespace tengen
