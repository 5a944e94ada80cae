// What search tests share: positions by their moves, solved games, a search to its end.
#pragma once

#include "agents/search/tree.hpp"
#include "envs/board/connect_four.hpp"
#include "envs/board/tic_tac_toe.hpp"
#include "tests/envs/board/positions.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tengen {

/// 9 × 9 points, each played once, and a pass: as wide as Go, and `length` moves long. Its plane 0
/// marks one point, the hint; what happens before the end does not matter.
class WideGame {
 public:
  explicit WideGame(int length = 60) : length_(length) {}

  [[nodiscard]] static const GameSpec& spec() {
    static const GameSpec spec = {.name = "Wide-v0",
                                  .rows = 9,
                                  .columns = 9,
                                  .planes = 2,
                                  .globals = 1,
                                  .actions = 82,
                                  .layout = ActionLayout::kPoints,
                                  .symmetries = 8,
                                  .max_moves = 100,
                                  .ownership = true};
    return spec;
  }
  [[nodiscard]] int to_move() const { return moves_ % 2; }
  [[nodiscard]] bool finished() const { return moves_ >= length_; }
  [[nodiscard]] float score() const { return (hash() & 1) != 0 ? 1.0F : -1.0F; }
  [[nodiscard]] float margin() const { return 3 * score(); }
  void ownership(std::span<std::int8_t> owners) const { std::ranges::fill(owners, 1); }
  void legal(std::span<std::uint8_t> mask) const {
    for (std::size_t i = 0; i < 81; ++i) mask[i] = (played_[i / 64] >> i % 64 & 1) == 0;
    mask[81] = 1;
  }
  void play(int action) {
    const auto i = static_cast<std::size_t>(action);
    if (i < 81) played_[i / 64] |= 1ULL << i % 64;
    ++moves_;
  }
  [[nodiscard]] int hint() const { return moves_ * 7 % 81; }
  void observe(std::span<std::uint8_t> planes, std::span<float> globals) const {
    for (std::size_t i = 0; i < 81; ++i) {
      planes[2 * i] = static_cast<int>(i) == hint();
      planes[2 * i + 1] = played_[i / 64] >> i % 64 & 1;
    }
    globals[0] = static_cast<float>(moves_);
  }
  [[nodiscard]] std::uint64_t hash() const {
    return mixed_bits(played_[0] + mixed_bits(played_[1] + static_cast<std::uint64_t>(moves_)));
  }
  friend bool operator==(const WideGame&, const WideGame&) = default;

 private:
  std::array<std::uint64_t, 2> played_{};
  int moves_ = 0, length_ = 0;
};
static_assert(Game<WideGame> && HasTerritory<WideGame>);

/// The result of best play for player 0.
inline float minimax(const TicTacToe& game) {
  static std::map<std::uint64_t, float> known;
  if (game.finished()) return game.score();
  if (const auto it = known.find(game.hash()); it != known.end()) return it->second;
  const float sign = game.to_move() == 0 ? 1.0F : -1.0F;
  float best = -1;
  const auto mask = legal_mask(game);
  for (int action = 0; action < 9; ++action) {
    if (mask[static_cast<std::size_t>(action)] == 0) continue;
    TicTacToe next = game;
    next.play(action);
    best = std::max(best, sign * minimax(next));
  }
  return known[game.hash()] = sign * best;
}

/// Runs the search that begin() planned, one leaf at a time.
template <Game G>
void run(SearchTree<G>& tree, Evaluator& evaluator) {
  EvaluationBatch batch(tree.spec(), 1);
  Pending pending;
  while (!tree.finished()) {
    if (tree.descend(batch, 0, pending) != Descent::kLeaf) continue;
    evaluator.evaluate(batch, 1);
    tree.absorb(batch, 0, pending);
  }
}

/// Logits and values that are different for every position, but always the same for one.
class HashedEvaluator final : public Evaluator {
 public:
  void evaluate(EvaluationBatch& batch, int rows) override {
    for (int row = 0; row < rows; ++row) {
      std::uint64_t hash = 1;
      for (const std::uint8_t byte : batch.planes(row)) hash = hash * 1099511628211U + byte + 1;
      Rng rng(hash);
      for (float& logit : batch.logits(row)) logit = static_cast<float>(rng.normal());
      for (float& owner : batch.ownership(row)) owner = rng.uniform();
      batch.value(row) = static_cast<float>(rng.uniform(-0.5, 0.5));
      batch.margin(row) = 10 * batch.value(row);
    }
  }
};

/// In a WideGame: having played point 50 is worth 0.5 to the first player, not having −0.1; equal
/// logits.
class PointEvaluator final : public Evaluator {
 public:
  void evaluate(EvaluationBatch& batch, int rows) override {
    for (int row = 0; row < rows; ++row) {
      std::ranges::fill(batch.logits(row), 0.0F);
      const bool good = batch.planes(row)[2 * 50 + 1] != 0;
      const bool second = static_cast<int>(batch.globals(row)[0]) % 2 == 1;
      batch.value(row) = (good ? 0.5F : -0.1F) * (second ? -1.0F : 1.0F);
      batch.margin(row) = 0;
    }
  }
};

}  // namespace tengen
