// Othello (Reversi) on 8 × 8.
#pragma once

#include "envs/board/mixed_bits.hpp"
#include "envs/game.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tengen {

/// Black (player 0) begins. A disc must turn discs, all that it encloses; a player who cannot
/// passes, and may only then; when neither can, more discs win. Action y · 8 + x is a point, 64
/// passes. Planes are own discs, the opponent's, and the points where the mover may play.
class Othello {
 public:
  static constexpr int kSide = 8, kPoints = kSide * kSide, kPass = kPoints;

  [[nodiscard]] static const GameSpec& spec() {
    static const GameSpec spec = {.name = "Othello-v0",
                                  .rows = kSide,
                                  .columns = kSide,
                                  .planes = 3,
                                  .globals = 0,
                                  .actions = kPoints + 1,
                                  .symmetries = 8,
                                  .max_moves = 120,  // 60 discs, never two passes in a row
                                  .ownership = true};
    return spec;
  }

  [[nodiscard]] int to_move() const { return to_move_; }
  [[nodiscard]] bool finished() const {
    return moves(own(), foe()) == 0 && moves(foe(), own()) == 0;
  }
  [[nodiscard]] float score() const {
    const float discs = margin();
    return discs > 0 ? 1.0F : discs < 0 ? -1.0F : 0.0F;
  }
  /// The number of discs by which Black is ahead.
  [[nodiscard]] float margin() const {
    return static_cast<float>(std::popcount(discs_[0]) - std::popcount(discs_[1]));
  }
  void ownership(std::span<std::int8_t> owners) const {
    for (std::size_t i = 0; i < kPoints; ++i)
      owners[i] = static_cast<std::int8_t>((discs_[0] >> i & 1) - (discs_[1] >> i & 1));
  }

  void legal(std::span<std::uint8_t> mask) const {
    const std::uint64_t may = moves(own(), foe());
    for (std::size_t i = 0; i < kPoints; ++i) mask[i] = may >> i & 1;
    mask[kPass] = may == 0 ? 1 : 0;
  }
  void play(int action) {
    if (action != kPass) {
      const std::uint64_t disc = std::uint64_t{1} << action;
      const std::uint64_t turned = turned_by(disc);
      discs_[to_move_] |= turned | disc;
      discs_[1 - to_move_] &= ~turned;
    }
    to_move_ = static_cast<std::uint8_t>(1 - to_move_);
  }
  void observe(std::span<std::uint8_t> planes, std::span<float> /*globals*/) const {
    const std::uint64_t may = moves(own(), foe());
    for (std::size_t i = 0; i < kPoints; ++i) {
      planes[3 * i] = own() >> i & 1;
      planes[3 * i + 1] = foe() >> i & 1;
      planes[3 * i + 2] = may >> i & 1;
    }
  }
  [[nodiscard]] std::uint64_t hash() const {
    return mixed_bits(mixed_bits(discs_[0]) ^ discs_[1]) ^ to_move_;
  }
  [[nodiscard]] float playout(Rng& rng) const {
    Othello game = *this;
    for (int passes = 0; passes < 2;) {
      std::uint64_t may = moves(game.own(), game.foe());
      const int count = std::popcount(may);
      passes = count == 0 ? passes + 1 : 0;
      for (auto skip = count == 0 ? 0U : rng.below(static_cast<unsigned>(count)); skip > 0; --skip)
        may &= may - 1;
      game.play(count == 0 ? kPass : std::countr_zero(may));
    }
    return game.score();
  }
  [[nodiscard]] bool valid() const { return (discs_[0] & discs_[1]) == 0 && to_move_ <= 1; }
  friend bool operator==(const Othello&, const Othello&) = default;

 private:
  [[nodiscard]] std::uint64_t own() const { return discs_[to_move_]; }
  [[nodiscard]] std::uint64_t foe() const { return discs_[1 - to_move_]; }

  // All bits one step on in direction 0 … 7; columns do not wrap around.
  static constexpr std::uint64_t step(std::uint64_t bits, int direction) {
    constexpr std::uint64_t kNotFirst = 0xFEFEFEFEFEFEFEFEU, kNotLast = 0x7F7F7F7F7F7F7F7FU;
    switch (direction) {
      case 0:
        return bits << 1 & kNotFirst;
      case 1:
        return bits >> 1 & kNotLast;
      case 2:
        return bits << 8;
      case 3:
        return bits >> 8;
      case 4:
        return bits << 9 & kNotFirst;
      case 5:
        return bits >> 9 & kNotLast;
      case 6:
        return bits << 7 & kNotLast;
      default:
        return bits >> 7 & kNotFirst;
    }
  }
  static constexpr std::uint64_t moves(std::uint64_t mine, std::uint64_t theirs) {
    std::uint64_t found = 0;
    for (int direction = 0; direction < 8; ++direction) {
      std::uint64_t run = step(mine, direction) & theirs;
      for (int i = 0; i < 5; ++i) run |= step(run, direction) & theirs;
      found |= step(run, direction);
    }
    return found & ~(mine | theirs);
  }
  [[nodiscard]] std::uint64_t turned_by(std::uint64_t disc) const {
    std::uint64_t turned = 0;
    for (int direction = 0; direction < 8; ++direction) {
      std::uint64_t run = 0, at = step(disc, direction);
      for (; (at & foe()) != 0; at = step(at, direction)) run |= at;
      if ((at & own()) != 0) turned |= run;
    }
    return turned;
  }

  std::array<std::uint64_t, 2> discs_{1ULL << 28 | 1ULL << 35,
                                      1ULL << 27 | 1ULL << 36};  // bit y · 8 + x
  std::uint8_t to_move_ = 0;
};

static_assert(Game<Othello> && HasPlayout<Othello> && HasTerritory<Othello>);

}  // namespace tengen
