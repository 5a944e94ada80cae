// Games that policies play without a search, many at once: what AlphaGo's policy gradient and value
// network learn from.
#pragma once

#include "agents/alphago/self_play.hpp"
#include "agents/search/evaluator.hpp"
#include "agents/search/sampling.hpp"
#include "core/rng.hpp"
#include "core/usize.hpp"
#include "replay/game_store.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace tengen {

/// Who plays which moves, and which positions are kept.
enum class PolicyGamesKind : std::uint8_t {
  /// Policy 0 plays against policy 1, with each colour in turn. Every position in which policy 0
  /// moves
  /// is kept, with its move as the target. Silver et al. 2016, "Reinforcement learning of policy
  /// networks".
  kAgainst,
  /// Policy 0 plays some moves, then comes a uniformly random one, then policy 1 plays to the end.
  /// Only the position after the random move is kept, so that no two of a data set are alike.
  /// Ibid., "Reinforcement learning of value networks".
  kOnePosition,
};

struct PolicyGamesOptions {
  PolicyGamesKind kind = PolicyGamesKind::kAgainst;
  int slots = 64;              ///< games at once
  double longest_opening = 1;  ///< kOnePosition: policy 0 plays between 0 and this many moves
  std::uint64_t seed = 0;
};

class PolicyGames {
 public:
  virtual ~PolicyGames() = default;
  using Stop = std::function<bool()>;
  /// Plays games [first, first + games) to their ends; each draws from its number alone. Records go
  /// to `finished` in the order of their ends; a game may leave none. False if `stop()` came first.
  virtual bool play(const std::array<Evaluator*, 2>& policies, std::uint64_t first, int games,
                    const Stop& stop, std::vector<GameRecord>& finished) = 0;
  /// Since it was made; rows are counted when the game ends.
  [[nodiscard]] virtual SelfPlayCounts counts() const = 0;
};

template <Game G>
class PolicyGamesOf final : public PolicyGames {
 public:
  PolicyGamesOf(const G& start, const PolicyGamesOptions& options)
      : start_(start),
        spec_(start.spec()),
        shape_{spec_.points(), spec_.planes, spec_.globals, spec_.actions, spec_.ownership},
        options_(options),
        batch_(spec_, options.slots),
        legal_(usize(spec_.actions)),
        target_(legal_.size()),
        owners_(usize(spec_.points())) {}

  bool play(const std::array<Evaluator*, 2>& policies, std::uint64_t first, int games,
            const Stop& stop, std::vector<GameRecord>& finished) override {
    const std::uint64_t end = first + static_cast<std::uint64_t>(games);
    tables_.clear();
    while (first < end && static_cast<int>(tables_.size()) < options_.slots) open(first++);
    while (!tables_.empty()) {
      if (stop()) return false;
      for (int policy = 0; policy < 2; ++policy) move_all(policy, *policies[usize(policy)]);
      for (std::size_t t = 0; t < tables_.size();) {
        if (!tables_[t].game.finished()) {
          ++t;
          continue;
        }
        close(tables_[t], finished);
        tables_[t] = std::move(tables_.back());
        tables_.pop_back();
        if (first < end) open(first++);
      }
    }
    return true;
  }

  [[nodiscard]] SelfPlayCounts counts() const override { return counts_; }

 private:
  struct Table {
    G game;
    Rng rng;
    std::uint64_t number;
    int opening;  // kOnePosition: the random move's number
    int moves = 0;
    GameRecord record = {};
  };

  void open(std::uint64_t number) {
    Table table{start_, Rng(options_.seed).split(number), number, 0};
    table.opening = static_cast<int>((options_.longest_opening + 1) * table.rng.uniform_double());
    tables_.push_back(std::move(table));
  }

  [[nodiscard]] int policy_of(const Table& table) const {
    if (options_.kind == PolicyGamesKind::kOnePosition) return table.moves <= table.opening ? 0 : 1;
    return table.game.to_move() == static_cast<int>(table.number % 2) ? 0 : 1;
  }

  // Makes one move at every table where it is this policy's turn.
  void move_all(int policy, Evaluator& evaluator) {
    asked_.clear();
    for (Table& table : tables_) {
      if (table.game.finished() || policy_of(table) != policy) continue;
      const int row = static_cast<int>(asked_.size());
      table.game.observe(batch_.planes(row), batch_.globals(row));
      asked_.push_back(&table);
    }
    if (asked_.empty()) return;
    evaluator.evaluate(batch_, static_cast<int>(asked_.size()));
    counts_.evaluations += static_cast<std::int64_t>(asked_.size());
    for (std::size_t row = 0; row < asked_.size(); ++row)
      move(*asked_[row], policy, static_cast<int>(row));
  }

  void move(Table& table, int policy, int row) {
    table.game.legal(legal_);
    const bool lone = options_.kind == PolicyGamesKind::kOnePosition;
    const bool at_random = lone && table.moves == table.opening;
    const int action = at_random ? sample_legal(legal_, table.rng)
                                 : sample_policy(batch_.logits(row), legal_, table.rng, target_);
    if (!lone && policy == 0) {
      std::ranges::fill(target_, 0.0F);
      target_[usize(action)] = 1;
      table.record.add_row(shape_, table.game.to_move(), batch_.planes(row), batch_.globals(row),
                           target_, batch_.value(row), 1);
    }
    table.game.play(action);
    ++table.moves;
    ++counts_.moves;
    if (at_random && !table.game.finished()) {
      // The row's memory is free again. Nothing is said of the policy: the weight is 0.
      table.game.observe(batch_.planes(row), batch_.globals(row));
      std::ranges::fill(target_, 0.0F);
      target_[0] = 1;
      table.record.add_row(shape_, table.game.to_move(), batch_.planes(row), batch_.globals(row),
                           target_, 0, 0);
    }
  }

  void close(Table& table, std::vector<GameRecord>& finished) {
    ++counts_.games;
    if (table.record.rows() == 0) return;
    counts_.rows += table.record.rows();
    GameResult result{table.game.score()};
    if constexpr (HasTerritory<G>) {
      result.margin = table.game.margin();
      table.game.ownership(owners_);
      result.owners = owners_;
    }
    table.record.finish(shape_, table.number, table.moves, result);
    finished.push_back(std::move(table.record));
  }

  G start_;
  GameSpec spec_;
  GameRowShape shape_;
  PolicyGamesOptions options_;
  EvaluationBatch batch_;
  std::vector<Table> tables_;
  std::vector<Table*> asked_;
  std::vector<std::uint8_t> legal_;
  std::vector<float> target_;
  std::vector<std::int8_t> owners_;
  SelfPlayCounts counts_;
};

}  // namespace tengen
