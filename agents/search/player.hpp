// Players of one side of a game.
#pragma once

#include "agents/search/searcher.hpp"
#include "agents/search/uct.hpp"
#include "core/rng.hpp"
#include "core/usize.hpp"
#include "envs/game.hpp"

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace tengen {

template <Game G>
class GamePlayer {
 public:
  virtual ~GamePlayer() = default;
  /// A legal action for the player to move; the position is not finished.
  virtual int choose(const G& position) = 0;
  /// Prepares for a new game: forgets the last one. Random streams go on.
  virtual void reset() {}
};

/// Plays legal moves, each with the same probability.
template <Game G>
class RandomPlayer final : public GamePlayer<G> {
 public:
  explicit RandomPlayer(Rng rng) : rng_(rng) {}

  int choose(const G& position) override {
    mask_.resize(usize(position.spec().actions));
    position.legal(mask_);
    actions_.clear();
    for (std::size_t action = 0; action < mask_.size(); ++action) {
      if (mask_[action] != 0) actions_.push_back(static_cast<int>(action));
    }
    return actions_[rng_.below(static_cast<std::uint32_t>(actions_.size()))];
  }

 private:
  Rng rng_;
  std::vector<std::uint8_t> mask_;
  std::vector<int> actions_;
};

/// Plays by UCT, `simulations` ≥ 1 playouts per move. Throws UsageError for fewer.
template <Game G>
class UctPlayer final : public GamePlayer<G> {
 public:
  UctPlayer(int simulations, Rng rng, const UctOptions& options = {})
      : simulations_(simulations), rng_(rng), search_(options) {
    if (simulations < 1) throw UsageError("{} simulations a move: at least 1", simulations);
  }

  int choose(const G& position) override {
    search_.reset(position);
    for (int i = 0; i < simulations_; ++i) search_.simulate(rng_);
    return search_.best();
  }
  /// The search for the last move, from the view of the player who made it.
  [[nodiscard]] const UctSearch<G>& search() const { return search_; }

 private:
  int simulations_;
  Rng rng_;
  UctSearch<G> search_;
};

/// A tree search that keeps its tree from move to move.
template <Game G>
class SearchPlayer final : public GamePlayer<G> {
 public:
  /// `limits` apply to each move. `temperature` 0 plays the best move found (SearchRoot::choose).
  SearchPlayer(const G& position, const SearchOptions& options, const EvaluatorFactory& make,
               const SearchLimits& limits, Rng rng, const SearcherOptions& how = {},
               float temperature = 0)
      : searcher_(position, options, make, how),
        limits_(limits),
        rng_(rng),
        temperature_(temperature) {}

  int choose(const G& position) override {
    searcher_.set_position(position);
    searcher_.search(limits_, rng_.split(++moves_));
    Rng sample = rng_.split(++moves_);
    return searcher_.tree().choose(sample, temperature_);
  }
  void reset() override { searcher_.clear(); }

  [[nodiscard]] const Searcher<G>& searcher() const { return searcher_; }
  /// From the next move on.
  void set_limits(const SearchLimits& limits) { limits_ = limits; }

 private:
  Searcher<G> searcher_;
  SearchLimits limits_;
  Rng rng_;
  std::uint64_t moves_ = 0;  // numbers the streams
  float temperature_;
};

}  // namespace tengen
