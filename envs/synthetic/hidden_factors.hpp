// HiddenFactors-v0 and -v1: the contents of some of five closed boxes tell what is in others.
#pragma once

#include "envs/classic/palette.hpp"
#include "envs/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace tengen {

/// What Y1 is; Y2 is 1 − Y1.
enum class HiddenFormula : std::uint8_t {
  kCopy,  ///< Y1 = X1: the newest observation is enough to play best
  kXor,   ///< Y1 = X1 xor X2: two earlier observations must be remembered
};

/// The problem of hidden factors from AgentNet's tutorial on boolean reasoning
/// (github.com/yandexdataschool/AgentNet). X1, X2 and X3 are independent fair bits, Y1 and Y2
/// follow from them. Actions open a box or end the episode.
///
/// Reward: opening a box of value v for the first time pays 2v − 1 for an X and 6v − 3 for a Y;
/// opening it again pays −0.5; END pays 0 and terminates the episode, which is truncated after ten
/// steps.
/// Observation, 8 floats of 0 or 1: the value of the box just opened, whether the episode has
/// ended, and the last action one-hot (6); all zeros at the start.
template <HiddenFormula kFormula>
struct HiddenFactors {
  using Element = float;
  using Action = int;

  enum : int { kX1, kX2, kX3, kY1, kY2, kEnd, kStart = -1 };
  static constexpr int kBoxes = 5, kHorizon = 10;

  std::array<std::uint8_t, kBoxes> value{}, open{};
  int last = kStart;       ///< action
  float reward = 0;        ///< of the last action, for the picture
  float total_reward = 0;  ///< of the episode, for the picture

  [[nodiscard]] EnvSpec spec() const {
    return {.name = kFormula == HiddenFormula::kCopy ? "HiddenFactors-v0" : "HiddenFactors-v1",
            .observation = {{2 + kBoxes + 1}, tengen::Element::kFloat, 0, 1},
            .action = Discrete{kBoxes + 1, {"X1", "X2", "X3", "Y1", "Y2", "END"}},
            .max_episode_steps = kHorizon,
            .steps_per_second = 2};
  }

  void reset(Rng& rng) {
    *this = {};
    value = world(rng.below(kWorlds));
  }

  Outcome step(int action, Rng&) {
    last = action;
    reward = 0;
    if (action == kEnd) return {0, true};
    std::uint8_t& opened = open[static_cast<std::size_t>(action)];
    reward = opened != 0 ? kAgain : prize(action, value[static_cast<std::size_t>(action)]);
    opened = 1;
    total_reward += reward;
    return {reward, false};
  }

  void observe(std::span<float> out) const {
    std::ranges::fill(out, 0.0F);
    if (last == kStart) return;
    out[0] = last == kEnd ? 0.0F : static_cast<float>(value[static_cast<std::size_t>(last)]);
    out[1] = last == kEnd ? 1.0F : 0.0F;
    out[static_cast<std::size_t>(2 + last)] = 1;
  }

  [[nodiscard]] bool valid() const {
    const auto bit = [](std::uint8_t x) { return x <= 1; };
    return std::ranges::all_of(value, bit) && std::ranges::all_of(open, bit) && last >= kStart &&
           last <= kEnd;
  }

  /// The action of the best player, who knows no more than the open boxes show.
  [[nodiscard]] int oracle() const {
    if (open[kX1] == 0) return kX1;
    if (kFormula == HiddenFormula::kXor && open[kX2] == 0) return kX2;
    const int good = value[kY1] == 1 ? kY1 : kY2;
    return open[static_cast<std::size_t>(good)] == 0 ? good : kEnd;
  }

  void draw(Canvas& canvas) const {
    constexpr int kWidth = 560, kHeight = 220, kSide = 88, kGap = 104, kTop = 44;
    constexpr std::array<std::string_view, kBoxes> kNames{"X1", "X2", "X3", "Y1", "Y2"};
    canvas.reset(kWidth, kHeight, palette::kPaper);
    for (int box = 0; box < kBoxes; ++box) {
      const auto i = static_cast<std::size_t>(box);
      const int left = 28 + box * kGap, text = left + kSide / 2 - Canvas::kCharWidth * 2;
      if (box == last) canvas.fill(left - 5, kTop - 5, kSide + 10, kSide + 10, palette::kGold);
      const Colour shown = value[i] == 1 ? palette::kGreen : palette::kRed;
      canvas.fill(left, kTop, kSide, kSide, open[i] == 0 ? palette::kInk : shown);
      canvas.text(text, 14, kNames[i], palette::kInk, 2);
      const std::string_view inside = open[i] == 0 ? "?" : value[i] == 1 ? "1" : "0";
      canvas.text(left + kSide / 2 - 14, kTop + 27, inside, palette::kPaper, 5);
    }
    const std::string_view formula =
        kFormula == HiddenFormula::kCopy ? "Y1 = X1, Y2 = not X1" : "Y1 = X1 xor X2, Y2 = not Y1";
    canvas.text(28, kTop + kSide + 18, formula, palette::kInk, 2);
    canvas.text(28, kTop + kSide + 48,
                fmt::format("reward {:+.1f}   return {:+.1f}{}", reward, total_reward,
                            last == kEnd ? "   END" : ""),
                palette::kBlue, 2);
  }

  static constexpr int kWorlds = 8;
  static constexpr float kAgain = -0.5F;

  /// What is in the boxes if X1 + 2 X2 + 4 X3 = `bits`.
  static constexpr std::array<std::uint8_t, kBoxes> world(std::uint32_t bits) {
    const auto bit = [&](int i) { return static_cast<std::uint8_t>(bits >> i & 1); };
    const auto y1 =
        static_cast<std::uint8_t>(kFormula == HiddenFormula::kCopy ? bit(0) : bit(0) ^ bit(1));
    return {bit(0), bit(1), bit(2), y1, static_cast<std::uint8_t>(1 - y1)};
  }
  /// The reward for opening `box` first, with `inside` in it.
  static constexpr float prize(int box, int inside) {
    const float stake = box < kY1 ? 1.0F : 3.0F;
    return inside == 1 ? stake : -stake;
  }
};

/// What a player may base its next action on, from most to least.
enum class HiddenMemory : std::uint8_t {
  kAll,    ///< everything since the start of the episode
  kCount,  ///< the newest observation, and how often its box has been opened
  kNone,   ///< the newest observation only, as a feed-forward network has it
};

/// The exact best expected return, Σ discountᵗ rewardᵗ over `horizon` steps (0 to 16), of all
/// deterministic players with that much memory. The search is exhaustive: dynamic programming over
/// what is known for kAll, branch and bound over all players for the others.
///
/// Randomness does not help with kAll or kCount, because no such player decides twice in an episode
/// on the same information: its return is affine in each of its decisions, so a deterministic
/// player is among the best. A random player without memory may decide twice on the same
/// information, but is also one of kCount, whose optimum therefore bounds it. Where the optima of
/// kCount and kNone agree, that is the best of all players without memory, random or not.
double hidden_factors_optimum(HiddenFormula formula, int horizon, double discount,
                              HiddenMemory memory);

}  // namespace tengen
