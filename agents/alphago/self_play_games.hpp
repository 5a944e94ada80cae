// Self-play of one kind of game. Instantiated where games are listed: agents know none.
#pragma once

#include "agents/alphago/self_play.hpp"
#include "agents/search/sampling.hpp"
#include "agents/search/tree.hpp"
#include "core/check.hpp"

#include <atomic>
#include <cmath>
#include <utility>
#include <vector>

namespace tengen {

/// "One leaf in every slot → one forward pass over all → absorb", with no lock and no queue. Game
/// number n is played by slot n mod (workers · slots) and draws from split(n) of the seed.
template <Game G>
class SelfPlayGames final : public SelfPlay {
 public:
  /// `vary` makes a game of the prototype before its first move (komi …).
  using Vary = std::function<void(G&, Rng&)>;

  SelfPlayGames(const G& prototype, Vary vary, const SelfPlayOptions& options, int worker);

  std::int64_t play(Evaluator& evaluator, std::int64_t rows, const std::function<bool()>& stop,
                    std::vector<GameRecord>& finished) override;
  void set_simulations(int simulations) override { options_.search.simulations = simulations; }
  [[nodiscard]] SelfPlayCounts counts() const override {
    return {games_.load(kRelaxed), rows_.load(kRelaxed), moves_.load(kRelaxed),
            evaluations_.load(kRelaxed)};
  }
  void save(ArchiveWriter& writer, const std::string& name) const override;
  void load(const ArchiveReader& reader, const std::string& name) override;

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;
  enum class State : std::uint8_t {
    kBetweenMoves,
    kOpening,  // waits for the policy to draw a move from
    kSearching,
  };
  struct Slot {
    explicit Slot(const G& prototype, const SearchOptions& search) : tree(prototype, search) {}

    SearchTree<G> tree;  // its position is the game's
    std::uint64_t number = 0;
    Rng rng;
    int opening = 0;                     // moves that are drawn from the bare policy
    std::vector<std::uint16_t> actions;  // all so far
    GameRecord record;
    State state = State::kBetweenMoves;
    bool full = true;
    Pending pending;
    // What a search under way is saved as: its random stream at the start, and the number of its
    // leaves that have been judged. It is searched anew as far as that.
    Rng before;
    std::int32_t judged = 0, to_repeat = 0;
  };

  void start_game(Slot& slot, std::uint64_t number);
  [[nodiscard]] bool replay(Slot& slot, std::span<const std::uint16_t> actions);
  void catch_up(Evaluator& evaluator);
  void begin_move(Slot& slot);
  [[nodiscard]] bool ask(Slot& slot, int row);
  void take(Slot& slot, int row, std::vector<GameRecord>& finished);
  [[nodiscard]] int opening_move(Slot& slot, int row);
  [[nodiscard]] int searched_move(Slot& slot);
  [[nodiscard]] float search_value(const SearchTree<G>& tree);
  void play_move(Slot& slot, int action, std::vector<GameRecord>& finished);
  void end_game(Slot& slot, std::vector<GameRecord>& finished);

  G prototype_;
  Vary vary_;
  SelfPlayOptions options_;
  GameSpec spec_;
  GameRowShape shape_;
  Rng games_rng_;
  EvaluationBatch batch_;
  std::vector<Slot> slots_;
  std::vector<Slot*> asked_;  // row → slot
  std::vector<float> policy_, globals_;
  std::vector<std::uint8_t> mask_, planes_;
  std::vector<std::int8_t> owners_;
  std::vector<MoveReport> reports_;
  std::int64_t finished_rows_ = 0;  // in this play()
  std::atomic<std::int64_t> games_ = 0, rows_ = 0, moves_ = 0, evaluations_ = 0;
};

template <Game G>
SelfPlayGames<G>::SelfPlayGames(const G& prototype, Vary vary, const SelfPlayOptions& options,
                                int worker)
    : prototype_(prototype),
      vary_(std::move(vary)),
      options_(options),
      spec_(prototype.spec()),
      shape_(row_shape(spec_)),
      games_rng_(options.seed),
      batch_(spec_, options.slots),
      asked_(static_cast<std::size_t>(options.slots)),
      policy_(static_cast<std::size_t>(spec_.actions)),
      globals_(static_cast<std::size_t>(spec_.globals)),
      mask_(static_cast<std::size_t>(spec_.actions)),
      planes_(spec_.plane_bytes()),
      owners_(static_cast<std::size_t>(spec_.ownership ? spec_.points() : 0)) {
  slots_.reserve(static_cast<std::size_t>(options.slots));
  for (int s = 0; s < options.slots; ++s) {
    Slot& slot = slots_.emplace_back(prototype, options.search);
    slot.actions.reserve(static_cast<std::size_t>(spec_.max_moves));
    start_game(slot, static_cast<std::uint64_t>(worker * options.slots + s));
  }
}

template <Game G>
void SelfPlayGames<G>::start_game(Slot& slot, std::uint64_t number) {
  slot.number = number;
  slot.rng = games_rng_.split(number);
  G game = prototype_;
  if (vary_) vary_(game, slot.rng);
  slot.tree.reset(game);
  slot.opening =
      options_.opening_moves == 0
          ? 0
          : static_cast<int>(-options_.opening_moves * std::log(1 - slot.rng.uniform_double()));
  slot.actions.clear();
  slot.record = {};
  slot.state = State::kBetweenMoves;
  slot.to_repeat = 0;
}

template <Game G>
std::int64_t SelfPlayGames<G>::play(Evaluator& evaluator, std::int64_t rows,
                                    const std::function<bool()>& stop,
                                    std::vector<GameRecord>& finished) {
  catch_up(evaluator);
  finished_rows_ = 0;
  while (true) {
    const bool going = finished_rows_ < rows;
    if (going && stop()) return finished_rows_;
    int asked = 0;
    for (Slot& slot : slots_) {
      if (slot.state == State::kBetweenMoves) {
        if (!going) continue;
        begin_move(slot);
      }
      if (!ask(slot, asked)) {  // the search ended with positions that nobody needs to judge
        play_move(slot, searched_move(slot), finished);
        continue;
      }
      asked_[static_cast<std::size_t>(asked++)] = &slot;
    }
    if (asked == 0) {
      if (!going) return finished_rows_;
      continue;
    }
    evaluator.evaluate(batch_, asked);
    evaluations_.fetch_add(asked, kRelaxed);
    for (int row = 0; row < asked; ++row)
      take(*asked_[static_cast<std::size_t>(row)], row, finished);
  }
}

// Brings the searches that were loaded to where they stood.
template <Game G>
void SelfPlayGames<G>::catch_up(Evaluator& evaluator) {
  while (true) {
    int asked = 0;
    for (Slot& slot : slots_) {
      if (slot.to_repeat == 0) continue;
      if (slot.state == State::kBetweenMoves) begin_move(slot);
      if (slot.state != State::kSearching || !ask(slot, asked))
        throw Error("a game under way was not searched as the checkpoint says");
      asked_[static_cast<std::size_t>(asked++)] = &slot;
    }
    if (asked == 0) return;
    evaluator.evaluate(batch_, asked);
    for (int row = 0; row < asked; ++row) {
      Slot& slot = *asked_[static_cast<std::size_t>(row)];
      slot.tree.absorb(batch_, row, slot.pending);
      ++slot.judged;
      --slot.to_repeat;
    }
  }
}

template <Game G>
void SelfPlayGames<G>::begin_move(Slot& slot) {
  slot.before = slot.rng;
  slot.judged = 0;
  if (static_cast<int>(slot.actions.size()) < slot.opening) {
    slot.state = State::kOpening;
    return;
  }
  slot.full = options_.full_probability >= 1 || slot.rng.chance(options_.full_probability);
  slot.tree.begin(slot.full ? options_.search.simulations : options_.cheap_simulations,
                  slot.full ? RootNoise::kOn : RootNoise::kOff, Rng(slot.rng.next64()));
  slot.state = State::kSearching;
}

// Writes what the slot wants to be judged into `row`; false if its search ended without.
template <Game G>
bool SelfPlayGames<G>::ask(Slot& slot, int row) {
  if (slot.state == State::kOpening) {
    slot.tree.position().observe(batch_.planes(row), batch_.globals(row));
    return true;
  }
  while (!slot.tree.finished())
    if (slot.tree.descend(batch_, row, slot.pending) == Descent::kLeaf) return true;
  return false;
}

template <Game G>
void SelfPlayGames<G>::take(Slot& slot, int row, std::vector<GameRecord>& finished) {
  if (slot.state == State::kOpening) {
    play_move(slot, opening_move(slot, row), finished);
    return;
  }
  slot.tree.absorb(batch_, row, slot.pending);
  ++slot.judged;
  if (slot.tree.finished()) play_move(slot, searched_move(slot), finished);
}

template <Game G>
int SelfPlayGames<G>::opening_move(Slot& slot, int row) {
  slot.tree.position().legal(mask_);
  for (float& logit : batch_.logits(row)) logit /= static_cast<float>(options_.opening_temperature);
  return sample_policy(batch_.logits(row), mask_, slot.rng, policy_);
}

// What the position is worth to who follows policy_, the search's target. The mean of all
// evaluations is not that: sequential halving visits bad moves as often as good ones at first.
template <Game G>
float SelfPlayGames<G>::search_value(const SearchTree<G>& tree) {
  if (tree.solved()) return tree.root_value();
  tree.report(reports_);
  float sum = 0, weight = 0;
  for (const MoveReport& move : reports_) {
    if (move.visits == 0 && !move.proven) continue;
    const float p = policy_[static_cast<std::size_t>(move.action)];
    sum += p * move.value;
    weight += p;
  }
  return weight > 0 ? sum / weight : tree.root_value();
}

template <Game G>
int SelfPlayGames<G>::searched_move(Slot& slot) {
  const G& game = slot.tree.position();
  if (slot.full) {
    slot.tree.policy_target(policy_);
    game.observe(planes_, globals_);
    slot.record.add_row(shape_, game.to_move(), planes_, globals_, policy_, search_value(slot.tree),
                        1);
  }
  const double fade =
      std::exp2(-static_cast<double>(slot.actions.size()) / options_.temperature_half_life);
  const double temperature =
      options_.final_temperature + (options_.temperature - options_.final_temperature) * fade;
  return slot.tree.choose(slot.rng, static_cast<float>(temperature));
}

template <Game G>
void SelfPlayGames<G>::play_move(Slot& slot, int action, std::vector<GameRecord>& finished) {
  G game = slot.tree.position();
  game.play(action);
  slot.actions.push_back(static_cast<std::uint16_t>(action));
  slot.tree.reset(game);
  slot.state = State::kBetweenMoves;
  moves_.fetch_add(1, kRelaxed);
  if (game.finished()) end_game(slot, finished);
}

template <Game G>
void SelfPlayGames<G>::end_game(Slot& slot, std::vector<GameRecord>& finished) {
  const G& game = slot.tree.position();
  GameResult result{game.score()};
  if constexpr (HasTerritory<G>) {
    result.margin = game.margin();
    game.ownership(owners_);
    result.owners = owners_;
  }
  if (slot.record.rows() > 0) {
    slot.record.finish(shape_, slot.number, static_cast<int>(slot.actions.size()), result);
    finished_rows_ += slot.record.rows();
    rows_.fetch_add(slot.record.rows(), kRelaxed);
    finished.push_back(std::move(slot.record));
  }
  games_.fetch_add(1, kRelaxed);
  start_game(slot, slot.number + static_cast<std::uint64_t>(options_.workers * options_.slots));
}

template <Game G>
void SelfPlayGames<G>::save(ArchiveWriter& writer, const std::string& name) const {
  std::vector<std::uint64_t> numbers;
  std::vector<Rng> rngs;
  std::vector<std::int32_t> judged, moves, rows, bytes;
  std::vector<std::uint16_t> actions;
  std::vector<std::byte> records;
  for (const Slot& slot : slots_) {
    TENGEN_CHECK(slot.state != State::kOpening);
    const bool searching = slot.state == State::kSearching;
    const auto record = slot.record.unfinished();
    numbers.push_back(slot.number);
    rngs.push_back(searching ? slot.before : slot.rng);
    judged.push_back(searching ? slot.judged : slot.to_repeat);
    moves.push_back(static_cast<std::int32_t>(slot.actions.size()));
    rows.push_back(slot.record.rows());
    bytes.push_back(static_cast<std::int32_t>(record.size()));
    actions.insert(actions.end(), slot.actions.begin(), slot.actions.end());
    records.insert(records.end(), record.begin(), record.end());
  }
  writer.put(name + "/slots", options_.slots);
  writer.put_span<std::uint64_t>(name + "/numbers", numbers);
  writer.put_span<Rng>(name + "/rngs", rngs);
  writer.put_span<std::int32_t>(name + "/judged", judged);
  writer.put_span<std::int32_t>(name + "/moves", moves);
  writer.put_span<std::int32_t>(name + "/rows", rows);
  writer.put_span<std::int32_t>(name + "/bytes", bytes);
  writer.put_span<std::uint16_t>(name + "/actions", actions);
  writer.put_bytes(name + "/records", records);
}

template <Game G>
void SelfPlayGames<G>::load(const ArchiveReader& reader, const std::string& name) {
  const int slots = reader.get<int>(name + "/slots");
  if (slots != options_.slots)
    throw Error("{}: {} games were under way, agent.n_slots says {}", reader.origin(), slots,
                options_.slots);
  const std::size_t n = slots_.size();
  std::vector<std::uint64_t> numbers(n);
  std::vector<Rng> rngs(n);
  std::vector<std::int32_t> judged(n), moves(n), rows(n), bytes(n);
  reader.get_span<std::uint64_t>(name + "/numbers", numbers);
  reader.get_span<Rng>(name + "/rngs", rngs);
  if (reader.has(name + "/judged"))  // older checkpoints were made between moves only
    reader.get_span<std::int32_t>(name + "/judged", judged);
  reader.get_span<std::int32_t>(name + "/moves", moves);
  reader.get_span<std::int32_t>(name + "/rows", rows);
  reader.get_span<std::int32_t>(name + "/bytes", bytes);
  const std::vector<std::uint16_t> actions = reader.vector<std::uint16_t>(name + "/actions");
  std::span<const std::uint16_t> next = actions;
  std::span<const std::byte> records = reader.bytes(name + "/records");
  const auto take = [&](const char* record, auto& from, std::int32_t count) {
    reader.check(name + record, count >= 0 && static_cast<std::size_t>(count) <= from.size());
    const auto taken = from.first(static_cast<std::size_t>(count));
    from = from.subspan(taken.size());
    return taken;
  };
  for (std::size_t s = 0; s < n; ++s) {
    Slot& slot = slots_[s];
    const auto every = static_cast<std::uint64_t>(options_.workers * options_.slots);
    reader.check(name + "/numbers", numbers[s] % every == slot.number % every);
    start_game(slot, numbers[s]);
    reader.check(name + "/actions", replay(slot, take("/moves", next, moves[s])));
    slot.rng = rngs[s];
    reader.check(name + "/judged", judged[s] >= 0);
    slot.to_repeat = judged[s];
    auto record = GameRecord::resumed(shape_, rows[s], take("/bytes", records, bytes[s]));
    reader.check(name + "/records", record && rows[s] <= moves[s]);
    slot.record = std::move(*record);
  }
  reader.check(name + "/actions", next.empty());
  reader.check(name + "/records", records.empty());
}

// Plays the moves of a game under way; false if they are none.
template <Game G>
bool SelfPlayGames<G>::replay(Slot& slot, std::span<const std::uint16_t> actions) {
  G game = slot.tree.position();
  for (const std::uint16_t action : actions) {
    if (game.finished() || action >= spec_.actions) return false;
    game.legal(mask_);
    if (mask_[action] == 0) return false;
    game.play(action);
  }
  slot.actions.assign(actions.begin(), actions.end());
  slot.tree.reset(game);
  return !game.finished();
}

}  // namespace tengen
