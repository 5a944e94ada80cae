#include "agents/alphago/self_play_games.hpp"

#include "agents/search/sampling.hpp"
#include "core/check.hpp"
#include "core/usize.hpp"

#include <cmath>
#include <optional>
#include <utility>

namespace tengen {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

SelfPlayGames::SelfPlayGames(const SearchableGame& game, const SelfPlayOptions& options, int worker)
    : game_(&game),
      options_(options),
      spec_(game.spec()),
      shape_(row_shape(spec_)),
      games_rng_(options.seed),
      batch_(spec_, options.slots),
      asked_(usize(options.slots)),
      policy_(usize(spec_.actions)),
      globals_(usize(spec_.globals)),
      mask_(usize(spec_.actions)),
      planes_(spec_.plane_bytes()),
      owners_(usize(spec_.ownership ? spec_.points() : 0)) {
  slots_.resize(usize(options.slots));
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    slots_[s].tree = game.make_tree(options.search);
    slots_[s].actions.reserve(usize(spec_.max_moves));
    start_game(slots_[s], usize(worker) * slots_.size() + s);
  }
}

std::uint64_t SelfPlayGames::games_at_once() const {
  return usize(options_.workers * options_.slots);
}

SelfPlayCounts SelfPlayGames::counts() const {
  return {games_.load(kRelaxed), rows_.load(kRelaxed), moves_.load(kRelaxed),
          evaluations_.load(kRelaxed)};
}

void SelfPlayGames::start_game(Slot& slot, std::uint64_t number) {
  slot.number = number;
  slot.rng = games_rng_.split(number);
  game_->begin_game(*slot.tree, slot.rng);
  slot.opening =
      options_.opening_moves == 0
          ? 0
          : static_cast<int>(-options_.opening_moves * std::log(1 - slot.rng.uniform_double()));
  slot.actions.clear();
  slot.record = {};
  slot.state = State::kBetweenMoves;
  slot.to_repeat = 0;
}

std::int64_t SelfPlayGames::play(Evaluator& evaluator, std::int64_t rows,
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
      if (ask(slot, asked))
        asked_[usize(asked++)] = &slot;
      else  // the search ended with positions that need no evaluation
        play_move(slot, searched_move(slot), finished);
    }
    if (asked == 0) {
      if (!going) return finished_rows_;
      continue;
    }
    evaluator.evaluate(batch_, asked);
    evaluations_.fetch_add(asked, kRelaxed);
    for (int row = 0; row < asked; ++row) take(*asked_[usize(row)], row, finished);
  }
}

// Brings the searches that were loaded to where they stood.
void SelfPlayGames::catch_up(Evaluator& evaluator) {
  while (true) {
    int asked = 0;
    for (Slot& slot : slots_) {
      if (slot.to_repeat == 0) continue;
      if (slot.state == State::kBetweenMoves) begin_move(slot);
      if (slot.state != State::kSearching || !ask(slot, asked))
        throw Error("a game under way was not searched as the checkpoint says");
      asked_[usize(asked++)] = &slot;
    }
    if (asked == 0) return;
    evaluator.evaluate(batch_, asked);
    for (int row = 0; row < asked; ++row) {
      Slot& slot = *asked_[usize(row)];
      slot.tree->absorb(batch_, row, slot.pending);
      ++slot.evaluated;
      --slot.to_repeat;
    }
  }
}

void SelfPlayGames::begin_move(Slot& slot) {
  slot.before = slot.rng;
  slot.evaluated = 0;
  if (static_cast<int>(slot.actions.size()) < slot.opening) {
    slot.state = State::kOpening;
    return;
  }
  slot.full = options_.full_probability >= 1 || slot.rng.chance(options_.full_probability);
  slot.tree->begin(slot.full ? options_.search.simulations : options_.cheap_simulations,
                   slot.full ? RootNoise::kOn : RootNoise::kOff, Rng(slot.rng.next64()));
  slot.state = State::kSearching;
}

// Writes the position that the slot wants evaluated into `row`; false if its search ended without.
bool SelfPlayGames::ask(Slot& slot, int row) {
  if (slot.state == State::kOpening) {
    slot.tree->observe(batch_.planes(row), batch_.globals(row));
    return true;
  }
  while (!slot.tree->finished())
    if (slot.tree->descend(batch_, row, slot.pending) == Descent::kLeaf) return true;
  return false;
}

void SelfPlayGames::take(Slot& slot, int row, std::vector<GameRecord>& finished) {
  if (slot.state == State::kOpening) {
    play_move(slot, opening_move(slot, row), finished);
    return;
  }
  slot.tree->absorb(batch_, row, slot.pending);
  ++slot.evaluated;
  if (slot.tree->finished()) play_move(slot, searched_move(slot), finished);
}

int SelfPlayGames::opening_move(Slot& slot, int row) {
  slot.tree->legal(mask_);
  for (float& logit : batch_.logits(row)) logit /= static_cast<float>(options_.opening_temperature);
  return sample_policy(batch_.logits(row), mask_, slot.rng, policy_);
}

// The value of the position under policy_, the search's target. The mean of all evaluations is not
// that: sequential halving visits bad moves as often as good ones at first.
float SelfPlayGames::search_value(const SearchCore& tree) {
  if (tree.solved()) return tree.root_value();
  tree.report(reports_);
  float sum = 0, weight = 0;
  for (const MoveReport& move : reports_) {
    if (move.visits == 0 && !move.proven) continue;
    const float p = policy_[usize(move.action)];
    sum += p * move.value;
    weight += p;
  }
  return weight > 0 ? sum / weight : tree.root_value();
}

int SelfPlayGames::searched_move(Slot& slot) {
  const SearchCore& tree = *slot.tree;
  if (slot.full) {
    tree.policy_target(policy_);
    tree.observe(planes_, globals_);
    slot.record.add_row(shape_, tree.to_move(), planes_, globals_, policy_, search_value(tree), 1);
  }
  const double fade =
      std::exp2(-static_cast<double>(slot.actions.size()) / options_.temperature_half_life);
  const double temperature =
      options_.final_temperature + (options_.temperature - options_.final_temperature) * fade;
  return tree.choose(slot.rng, static_cast<float>(temperature));
}

void SelfPlayGames::play_move(Slot& slot, int action, std::vector<GameRecord>& finished) {
  slot.tree->play(action);
  slot.actions.push_back(static_cast<std::uint16_t>(action));
  slot.state = State::kBetweenMoves;
  moves_.fetch_add(1, kRelaxed);
  if (slot.tree->game_over()) end_game(slot, finished);
}

void SelfPlayGames::end_game(Slot& slot, std::vector<GameRecord>& finished) {
  const SearchCore& tree = *slot.tree;
  if (slot.record.rows() > 0) {
    tree.final_owners(owners_);
    slot.record.finish(shape_, slot.number, static_cast<int>(slot.actions.size()),
                       {tree.score(), tree.final_margin(), owners_});
    finished_rows_ += slot.record.rows();
    rows_.fetch_add(slot.record.rows(), kRelaxed);
    finished.push_back(std::move(slot.record));
  }
  games_.fetch_add(1, kRelaxed);
  start_game(slot, slot.number + games_at_once());
}

void SelfPlayGames::save(ArchiveWriter& writer, const std::string& name) const {
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
    judged.push_back(searching ? slot.evaluated : slot.to_repeat);
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

void SelfPlayGames::load(const ArchiveReader& reader, const std::string& name) {
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
    reader.check(name + record, count >= 0 && usize(count) <= from.size());
    const auto taken = from.first(usize(count));
    from = from.subspan(taken.size());
    return taken;
  };
  for (std::size_t s = 0; s < n; ++s) {
    Slot& slot = slots_[s];
    reader.check(name + "/numbers", numbers[s] % games_at_once() == slot.number % games_at_once());
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

// Plays the moves of a game under way; false where one is illegal, or the game is over.
bool SelfPlayGames::replay(Slot& slot, std::span<const std::uint16_t> actions) {
  for (const std::uint16_t action : actions) {
    if (slot.tree->game_over() || action >= spec_.actions) return false;
    slot.tree->legal(mask_);
    if (mask_[action] == 0) return false;
    slot.tree->play(action);
  }
  slot.actions.assign(actions.begin(), actions.end());
  return !slot.tree->game_over();
}

}  // namespace tengen
