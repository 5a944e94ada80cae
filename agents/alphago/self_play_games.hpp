// One thread's self-play: many games at once, whatever game it is.
#pragma once

#include "agents/alphago/self_play.hpp"
#include "agents/search/searchable_game.hpp"
#include "core/archive.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tengen {

/// Plays `options.slots` games at once: one leaf from every slot, one batch of evaluations, one
/// result back to every slot, with no lock and no queue. Game number n is played by slot
/// n mod (workers · slots) and draws from split(n) of the seed, so which games are played and how
/// depends neither on other workers nor on time.
class SelfPlayGames {
 public:
  /// `game` must outlive this; `worker` is in [0, options.workers).
  SelfPlayGames(const SearchableGame& game, const SelfPlayOptions& options, int worker);

  /// Plays on until finished games have brought `rows` rows; then every game stands between two
  /// moves. Or until `stop()`, which is asked before every batch; then searches stand where they
  /// are, and the next call goes on with them as if there had been no stop. Records go to
  /// `finished`, in the order of their ends. Returns the rows. Throws Error if what was loaded
  /// cannot be gone on with.
  std::int64_t play(Evaluator& evaluator, std::int64_t rows, const std::function<bool()>& stop,
                    std::vector<GameRecord>& finished);
  /// Sets the simulations of full searches, from the next move on; ≥ 1.
  void set_simulations(int simulations) { options_.search.simulations = simulations; }
  /// Any thread may ask.
  [[nodiscard]] SelfPlayCounts counts() const;

  /// Writes the games under way as records below `name`, so that a resumed run goes on with them.
  void save(ArchiveWriter& writer, const std::string& name) const;
  /// Throws Error if the records are not those of games like these.
  void load(const ArchiveReader& reader, const std::string& name);

 private:
  enum class State : std::uint8_t {
    kBetweenMoves,
    kOpening,  // waits for the policy to draw a move from
    kSearching,
  };
  struct Slot {
    std::unique_ptr<SearchCore> tree;  // its root is the game's position
    std::uint64_t number = 0;          // of the game
    Rng rng;
    int opening = 0;                     // moves that are drawn from the bare policy
    std::vector<std::uint16_t> actions;  // of the game so far
    GameRecord record;
    State state = State::kBetweenMoves;
    bool full = true;  // the search is a full one
    Pending pending;
    // A search under way is saved as its random stream at the start and the number of leaves that
    // have been evaluated. What is loaded is searched anew as far as that.
    Rng before;
    std::int32_t evaluated = 0, to_repeat = 0;
  };

  void start_game(Slot& slot, std::uint64_t number);
  [[nodiscard]] bool replay(Slot& slot, std::span<const std::uint16_t> actions);
  void catch_up(Evaluator& evaluator);
  void begin_move(Slot& slot);
  [[nodiscard]] bool ask(Slot& slot, int row);
  void take(Slot& slot, int row, std::vector<GameRecord>& finished);
  [[nodiscard]] int opening_move(Slot& slot, int row);
  [[nodiscard]] int searched_move(Slot& slot);
  [[nodiscard]] float search_value(const SearchCore& tree);
  void play_move(Slot& slot, int action, std::vector<GameRecord>& finished);
  void end_game(Slot& slot, std::vector<GameRecord>& finished);
  [[nodiscard]] std::uint64_t games_at_once() const;

  const SearchableGame* game_;
  SelfPlayOptions options_;
  GameSpec spec_;
  GameRowShape shape_;
  Rng games_rng_;
  EvaluationBatch batch_;
  std::vector<Slot> slots_;
  std::vector<Slot*> asked_;  // by row
  std::vector<float> policy_, globals_;
  std::vector<std::uint8_t> mask_, planes_;
  std::vector<std::int8_t> owners_;
  std::vector<MoveReport> reports_;
  std::int64_t finished_rows_ = 0;  // in this play()
  std::atomic<std::int64_t> games_ = 0, rows_ = 0, moves_ = 0, evaluations_ = 0;
};

}  // namespace tengen
