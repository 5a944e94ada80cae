// A game behind virtual calls, for code that plays and searches games without knowing which.
#pragma once

#include "agents/search/search_core.hpp"
#include "agents/search/tree.hpp"
#include "agents/search/uct.hpp"
#include "core/system/interrupt.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace tengen {

/// Chooses moves by UCT with random playouts.
class PlayoutSearch {
 public:
  virtual ~PlayoutSearch() = default;
  /// The best move after `simulations` playouts from the position of `tree`, which belongs to the
  /// game that made this. Throws Interrupted.
  virtual int choose(const SearchCore& tree, int simulations, Rng& rng) = 0;
};

/// Makes what plays and searches one game. Safe for concurrent use.
class SearchableGame {
 public:
  virtual ~SearchableGame() = default;
  [[nodiscard]] virtual const GameSpec& spec() const = 0;
  /// A tree at the position where games begin.
  [[nodiscard]] virtual std::unique_ptr<SearchCore> make_tree(
      const SearchOptions& options) const = 0;
  /// Takes a tree of make_tree() to the first position of a new self-play game: what varies from
  /// game to game (komi …) is drawn from `rng`.
  virtual void begin_game(SearchCore& tree, Rng& rng) const = 0;
  [[nodiscard]] virtual std::unique_ptr<PlayoutSearch> make_playout_search(
      const UctOptions& options) const = 0;
};

/// The implementation of SearchableGame, or of a class derived from it, for one type of game.
template <Game G, class Base = SearchableGame>
class SearchableGameOf : public Base {
 public:
  /// Changes a copy of `start` into the first position of a self-play game.
  using Vary = std::function<void(G&, Rng&)>;

  explicit SearchableGameOf(const G& start, Vary vary = {})
      : start_(start), vary_(std::move(vary)), spec_(start.spec()) {}

  [[nodiscard]] const GameSpec& spec() const override { return spec_; }
  [[nodiscard]] std::unique_ptr<SearchCore> make_tree(const SearchOptions& options) const override {
    return std::make_unique<SearchTree<G>>(start_, options);
  }
  void begin_game(SearchCore& tree, Rng& rng) const override {
    G game = start_;
    if (vary_) vary_(game, rng);
    static_cast<SearchTree<G>&>(tree).reset(game);
  }
  [[nodiscard]] std::unique_ptr<PlayoutSearch> make_playout_search(
      const UctOptions& options) const override {
    return std::make_unique<Uct>(options);
  }

 protected:
  [[nodiscard]] const G& start() const { return start_; }

 private:
  class Uct final : public PlayoutSearch {
   public:
    explicit Uct(const UctOptions& options) : search_(options) {}
    int choose(const SearchCore& tree, int simulations, Rng& rng) override {
      search_.reset(static_cast<const SearchTree<G>&>(tree).position());
      for (int i = 0; i < simulations; ++i) {
        stop_if_interrupted();
        search_.simulate(rng);
      }
      return search_.best();
    }

   private:
    UctSearch<G> search_;
  };

  G start_;
  Vary vary_;
  GameSpec spec_;
};

}  // namespace tengen
