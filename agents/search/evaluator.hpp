// What judges positions for a search: a network, rollouts, or nothing at all.
#pragma once

#include "envs/game.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// Memory for up to `capacity` positions of one game and what is thought of them. A search writes
/// Game::observe() straight into a row; the evaluator reads it there and answers beside it.
class EvaluationBatch {
 public:
  EvaluationBatch(const GameSpec& spec, int capacity);

  [[nodiscard]] const GameSpec& spec() const { return spec_; }
  [[nodiscard]] int capacity() const { return capacity_; }

  // What is asked: Game::observe() writes these.
  [[nodiscard]] std::span<std::uint8_t> planes(int row) { return row_of(planes_, row); }
  [[nodiscard]] std::span<float> globals(int row) { return row_of(globals_, row); }
  // What is answered, from the view of the player to move:
  /// A logit an action; legality is the search's business.
  [[nodiscard]] std::span<float> logits(int row) { return row_of(logits_, row); }
  /// The expected score() in [−1, 1].
  [[nodiscard]] float& value(int row) { return value_[static_cast<std::size_t>(row)]; }
  /// The expected margin in points (0 where the evaluator has no opinion).
  [[nodiscard]] float& margin(int row) { return margin_[static_cast<std::size_t>(row)]; }
  /// The expected owner of each point in [−1, 1]; empty where the game has no territory.
  [[nodiscard]] std::span<float> ownership(int row) { return row_of(ownership_, row); }

  // Every row at once, row-major.
  [[nodiscard]] std::span<const std::uint8_t> all_planes() const { return planes_; }
  [[nodiscard]] std::span<const float> all_globals() const { return globals_; }

 private:
  template <class T>
  std::span<T> row_of(std::vector<T>& data, int row) const {
    const std::size_t width = data.size() / static_cast<std::size_t>(capacity_);
    return {data.data() + static_cast<std::size_t>(row) * width, width};
  }

  GameSpec spec_;
  int capacity_;
  std::vector<std::uint8_t> planes_;
  std::vector<float> globals_, logits_, value_, margin_, ownership_;
};

/// One virtual call a batch. Not shared between threads: every searching thread has its own.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// Answers rows [0, rows).
  virtual void evaluate(EvaluationBatch& batch, int rows) = 0;
};

/// Knows nothing: equal logits, value 0. A search with it explores evenly.
class UniformEvaluator final : public Evaluator {
 public:
  void evaluate(EvaluationBatch& batch, int rows) override;
};

}  // namespace tengen
