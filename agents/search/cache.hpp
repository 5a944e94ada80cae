// Evaluations that were made already, in memory of fixed size, shared by any number of searches.
#pragma once

#include "agents/search/evaluator.hpp"
#include "agents/search/symmetry.hpp"
#include "envs/game.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace tengen {

/// What an evaluator answered, by Game::hash(). Each hash has two places, of which the one used
/// last is kept. Safe for concurrent use (each stripe of the table has a lock). Logits are kept to
/// 1/512 and down to 128 below the greatest, ownership to 1/127; value and margin exactly.
class EvaluationCache {
 public:
  /// Uses at most `bytes` of memory, but holds at least two evaluations.
  EvaluationCache(const GameSpec& spec, std::size_t bytes);

  /// Writes the evaluation of that hash into the row's answers, as for symmetry 0. False if the
  /// cache has none.
  bool find(std::uint64_t hash, EvaluationBatch& batch, int row);
  /// Keeps the row's answers, which are those for planes turned by `symmetry`.
  void put(std::uint64_t hash, EvaluationBatch& batch, int row, int symmetry = 0);
  /// Forgets everything, for an evaluator that has changed. Must not run while others use the
  /// cache.
  void clear();

  [[nodiscard]] std::int64_t hits() const { return hits_; }
  [[nodiscard]] std::int64_t misses() const { return misses_; }
  [[nodiscard]] std::size_t entries() const { return keys_.size(); }
  [[nodiscard]] std::size_t bytes_per_entry() const;

 private:
  static constexpr std::size_t kStripes = 64;

  [[nodiscard]] std::size_t first_place(std::uint64_t key) const { return key % pairs_ * 2; }
  void swap_places(std::size_t first);

  struct Outcome {
    float value = 0, margin = 0;
  };

  SymmetryTables symmetries_;
  std::size_t actions_, points_;  // points_: 0 without ownership
  std::size_t pairs_;
  std::array<std::mutex, kStripes> locks_;
  // By place:
  std::vector<std::uint64_t> keys_;  // 0: empty
  std::vector<Outcome> outcomes_;
  std::vector<std::uint16_t> below_;  // (greatest logit − logit) · 512, an action
  std::vector<std::int8_t> owners_;
  std::atomic<std::int64_t> hits_{0}, misses_{0};
};

}  // namespace tengen
