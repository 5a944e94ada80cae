// What evaluates positions for a search: a network, rollouts, or nothing at all.
#pragma once

#include "core/usize.hpp"
#include "envs/game.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// Memory for up to `capacity` positions of one game and their evaluations. A search writes
/// Game::observe() straight into a row; the evaluator reads it there and answers beside it.
class EvaluationBatch {
 public:
  EvaluationBatch(const GameSpec& spec, int capacity);

  [[nodiscard]] const GameSpec& spec() const { return spec_; }
  [[nodiscard]] int capacity() const { return capacity_; }

  // The question, which Game::observe() writes.
  [[nodiscard]] std::span<std::uint8_t> planes(int row) { return row_of(planes_, row); }
  [[nodiscard]] std::span<float> globals(int row) { return row_of(globals_, row); }
  // The answer, from the view of the player to move.
  /// One logit per action; the search leaves out those of illegal ones.
  [[nodiscard]] std::span<float> logits(int row) { return row_of(logits_, row); }
  /// The expected score() in [−1, 1].
  [[nodiscard]] float& value(int row) { return value_[usize(row)]; }
  /// The expected margin in points; 0 where the evaluator gives none.
  [[nodiscard]] float& margin(int row) { return margin_[usize(row)]; }
  /// The expected owner of each point in [−1, 1]; empty where the game has no territory.
  [[nodiscard]] std::span<float> ownership(int row) { return row_of(ownership_, row); }

  // Every row at once, row-major.
  [[nodiscard]] std::span<const std::uint8_t> all_planes() const { return planes_; }
  [[nodiscard]] std::span<const float> all_globals() const { return globals_; }

 private:
  template <class T>
  std::span<T> row_of(std::vector<T>& data, int row) const {
    const std::size_t width = data.size() / usize(capacity_);
    return {data.data() + usize(row) * width, width};
  }

  GameSpec spec_;
  int capacity_;
  std::vector<std::uint8_t> planes_;
  std::vector<float> globals_, logits_, value_, margin_, ownership_;
};

/// Evaluates positions, one virtual call per batch. Every searching thread has its own.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// Answers rows [0, rows).
  virtual void evaluate(EvaluationBatch& batch, int rows) = 0;
};

/// Answers with equal logits and value 0, so that a search explores evenly.
class UniformEvaluator final : public Evaluator {
 public:
  void evaluate(EvaluationBatch& batch, int rows) override;
};

}  // namespace tengen
