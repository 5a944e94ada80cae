// CaloBuild as a game for one player, so that a tree search with a network can plan a calorimeter.
#pragma once

#include "envs/detector/calo_build.hpp"
#include "envs/game.hpp"

#include <cstdint>
#include <span>

namespace tengen::detector {

/// Choices are those of CaloBuild, by the formulas, and it is always player 0's turn. The score is
/// tanh(R − aim): 0 for a design as good as `aim`, steep where good designs are. Two searches meet
/// in a match by taking turns at whole designs: whose turn it was wins if its design beats the aim,
/// and the other one if not.
class CaloGame {
 public:
  CaloGame() : CaloGame(CaloContext{}, 0) {}
  /// `context` has its reference.
  CaloGame(const CaloContext& context, double aim);
  /// Before the first choice.
  void set_context(const CaloContext& context);

  [[nodiscard]] static const GameSpec& spec();
  [[nodiscard]] int to_move() const { return 0; }
  [[nodiscard]] bool finished() const { return build_.finished; }
  [[nodiscard]] float score() const;
  void legal(std::span<std::uint8_t> mask) const { build_.legal(mask); }
  void play(int action);
  /// The board is one empty point; the numbers are CaloBuild's observation.
  void observe(std::span<std::uint8_t> planes, std::span<float> numbers) const;
  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  friend bool operator==(const CaloGame& a, const CaloGame& b) {
    return a.hash_ == b.hash_ && a.aim_ == b.aim_ && a.build_.context == b.build_.context;
  }

 private:
  CaloBuild build_;
  double aim_;
  std::uint64_t hash_ = 0;  // of the choices so far
};
static_assert(Game<CaloGame>);

}  // namespace tengen::detector
