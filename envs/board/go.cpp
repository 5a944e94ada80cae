#include "envs/board/go.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"
#include "envs/board/go_area.hpp"
#include "envs/board/vertex.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tengen {

template <int kMaxSize>
Go<kMaxSize>::Go(int rows, int columns, const GoRules& rules) : board_(1, 1), rules_(rules) {
  if (rows < 1 || rows > kMaxSize || columns < 1 || columns > kMaxSize)
    throw Error("a Go board of {} × {}: sides are 1 to {}", rows, columns, kMaxSize);
  board_ = Board(rows, columns);
  const int most = 3 * board_.points();
  if (rules.max_moves < 0 || rules.max_moves > kMostMoves)
    throw Error("max_moves = {} is outside 0 to {}", rules.max_moves, kMostMoves);
  if (rules.max_moves == 0) rules_.max_moves = most;
  set_komi(rules.komi);
  remember();
}

template <int kMaxSize>
void Go<kMaxSize>::set_komi(float komi) {
  if (!std::isfinite(komi)) throw Error("komi {} is not a number of points", komi);
  rules_.komi = komi;
  const auto number = std::bit_cast<std::uint32_t>(komi == 0 ? 0.0F : komi);  // −0 is 0
  const auto rest = static_cast<std::uint64_t>(
      ((board_.rows() * 32 + board_.columns()) * 4 + static_cast<int>(rules_.ko)) * 2 +
      (rules_.suicide ? 1 : 0));
  rules_hash_ = mixed_bits(rest << 32 | number);
}

template <int kMaxSize>
GameSpec Go<kMaxSize>::spec() const {
  return {.name = "Go-v0",
          .rows = rows(),
          .columns = columns(),
          .planes = kPlanes,
          .globals = kGlobals,
          .actions = board_.points() + 1,
          .symmetries = rows() == columns() ? 8 : 1,
          .max_moves = rules_.max_moves,
          .ownership = true};
}

template <int kMaxSize>
float Go<kMaxSize>::margin() const {
  std::array<std::int8_t, Board::kCells> owner;
  return static_cast<float>(go_area(board_, owner)) - rules_.komi;
}

template <int kMaxSize>
float Go<kMaxSize>::score() const {
  const float points = margin();
  return points > 0 ? 1.0F : points < 0 ? -1.0F : 0.0F;
}

template <int kMaxSize>
void Go<kMaxSize>::ownership(std::span<std::int8_t> owners) const {
  std::array<std::int8_t, Board::kCells> owner;
  go_area(board_, owner);
  std::size_t point = 0;
  for (int y = 0; y < rows(); ++y)
    for (int x = 0; x < columns(); ++x) owners[point++] = owner[board_.cell(y, x)];
}

template <int kMaxSize>
int Go<kMaxSize>::liberties(int point) const {
  const int cell = board_.cell(point);
  return board_.at(cell) == Stone::kEmpty ? 0 : board_.liberties(cell);
}

// --- Legality --------------------------------------------------------------------------------

template <int kMaxSize>
bool Go<kMaxSize>::was(std::uint64_t position) const {
  const std::size_t bit = position % kFilterBits;
  if ((filter_[bit / 64] >> bit % 64 & 1U) == 0) return false;
  const auto all = past();
  return std::find(all.rbegin(), all.rend(), position) != all.rend();
}

template <int kMaxSize>
void Go<kMaxSize>::remember() {
  if (rules_.ko == KoRule::kSimple) return;
  const bool told = rules_.ko == KoRule::kSituational && to_move_ == 1;
  const std::uint64_t position = board_.hash() ^ (told ? kWhiteToMove : 0);
  TENGEN_CHECK(past_count_ < past_.size());
  past_[past_count_++] = position;
  const std::size_t bit = position % kFilterBits;
  filter_[bit / 64] |= std::uint64_t{1} << bit % 64;
}

template <int kMaxSize>
void Go<kMaxSize>::forget() {
  past_count_ = 0;
  filter_.fill(0);
  vacated_.fill({});
  passes_ = 0;
  ko_ = 0;
  moves_ = 0;
  last_.fill(-1);
  remember();
}

// Whether ko or superko forbids the mover's stone on an empty cell.
template <int kMaxSize>
bool Go<kMaxSize>::is_ko(int cell, bool suicide) const {
  const Stone colour = stone_of(to_move_);
  if (rules_.ko == KoRule::kSimple) return cell == ko_ && board_.captures(cell, colour);
  if (!vacated_[to_move_][usize(cell)] && !suicide) return false;
  const bool told = rules_.ko == KoRule::kSituational && to_move_ == 0;
  return was(board_.hash_after(cell, colour) ^ (told ? kWhiteToMove : 0));
}

template <int kMaxSize>
bool Go<kMaxSize>::is_legal_at(int cell) const {
  const bool suicide = board_.is_suicide(cell, stone_of(to_move_));
  return !(suicide && !rules_.suicide) && !is_ko(cell, suicide);
}

template <int kMaxSize>
bool Go<kMaxSize>::is_legal(int action) const {
  if (action == pass_action()) return true;
  TENGEN_CHECK(action >= 0 && action < pass_action(), "action {} on {} × {}", action, rows(),
               columns());
  const int cell = board_.cell(action);
  return board_.at(cell) == Stone::kEmpty && is_legal_at(cell);
}

template <int kMaxSize>
void Go<kMaxSize>::legal(std::span<std::uint8_t> mask) const {
  std::array<std::uint8_t, Board::kCells> open;
  board_.mark_open(open);
  std::size_t point = 0;
  for (int y = 0; y < rows(); ++y)
    for (int x = 0; x < columns(); ++x) mask[point++] = open[usize(board_.cell(y, x))];
  const auto& vacated = vacated_[to_move_];
  for (int i = 0; i < board_.empty_count(); ++i) {
    const int cell = board_.empty(i);
    const auto at = usize(cell);
    if (open[at] != 0 && !vacated[at]) continue;  // neither suicide nor ko
    mask[usize(board_.point(cell))] = is_legal_at(cell) ? 1 : 0;
  }
  mask[point] = 1;
}

// Calls function(cell) for every empty point that would be legal but for ko or superko.
template <int kMaxSize>
template <class F>
void Go<kMaxSize>::for_each_ko(F&& function) const {
  if (rules_.ko == KoRule::kSimple) {
    if (ko_ != 0 && is_ko(ko_, false)) function(ko_);
    return;
  }
  const auto& vacated = vacated_[to_move_];
  if (vacated.none() && !rules_.suicide) return;
  for (int i = 0; i < board_.empty_count(); ++i) {
    const int cell = board_.empty(i);
    if (!vacated[usize(cell)] && !rules_.suicide) continue;
    const bool suicide = board_.is_suicide(cell, stone_of(to_move_));
    if (!(suicide && !rules_.suicide) && is_ko(cell, suicide)) function(cell);
  }
}

// --- Moves -----------------------------------------------------------------------------------

template <int kMaxSize>
void Go<kMaxSize>::play(int action) {
  TENGEN_CHECK(action >= 0 && action <= pass_action() && !finished(),
               "action {} at move {} on {} × {}", action, moves_, rows(), columns());
  const bool pass = action == pass_action();
  if (pass) {
    ++passes_;
    ko_ = 0;
  } else {
    const int cell = board_.cell(action);
    TENGEN_CHECK(board_.at(cell) == Stone::kEmpty, "action {} is taken", action);
    const auto played = board_.play(cell, stone_of(to_move_));
    const bool suicide = board_.at(cell) == Stone::kEmpty;
    const auto loser = usize(suicide ? to_move_ : 1 - to_move_);
    prisoners_[loser] = static_cast<std::int16_t>(prisoners_[loser] + played.removed);
    for (int i = 1; i <= played.removed; ++i)
      vacated_[loser].set(usize(board_.empty(board_.empty_count() - i)));
    ko_ = static_cast<std::int16_t>(played.ko);
    passes_ = 0;
  }
  to_move_ = static_cast<std::int8_t>(1 - to_move_);
  ++moves_;
  std::shift_right(last_.begin(), last_.end(), 1);
  last_[0] = static_cast<std::int16_t>(action);
  if (!pass || rules_.ko == KoRule::kSituational) remember();
}

template <int kMaxSize>
void Go<kMaxSize>::set_to_move(int player) {
  TENGEN_CHECK(player == 0 || player == 1, "player {}", player);
  if (to_move_ == player) return;
  to_move_ = static_cast<std::int8_t>(player);
  if (rules_.ko != KoRule::kSituational) return;
  --past_count_;  // the situation that was remembered last did not come about
  remember();
}

template <int kMaxSize>
void Go<kMaxSize>::set_up(int point, Stone stone) {
  TENGEN_CHECK(point >= 0 && point < board_.points(), "point {} on {} × {}", point, rows(),
               columns());
  const int cell = board_.cell(point);
  if (board_.at(cell) != Stone::kEmpty)
    throw Error("{} has a stone already", to_gtp_vertex(point, rows(), columns()));
  if (board_.is_suicide(cell, stone) || board_.captures(cell, stone))
    throw Error("a stone set up at {} would leave a chain without liberties",
                to_gtp_vertex(point, rows(), columns()));
  board_.play(cell, stone);
  forget();
}

// --- Observation -----------------------------------------------------------------------------

template <int kMaxSize>
void Go<kMaxSize>::observe(std::span<std::uint8_t> planes, std::span<float> globals) const {
  // Planes by what is on a point (nothing, the mover's stone, the other's) and by the liberties of
  // its chain, counted up to 4.
  static constexpr auto kShown = [] {
    std::array<std::array<std::array<std::uint8_t, kPlanes>, 5>, 3> shown{};
    for (std::size_t owner = 0; owner < 3; ++owner)
      for (std::size_t liberties = 0; liberties < 5; ++liberties) {
        auto& point = shown[owner][liberties];
        point[0] = 1;
        if (owner == 0) continue;
        point[owner] = 1;
        if (liberties >= 1 && liberties <= 3) point[2 + liberties] = 1;
      }
    return shown;
  }();
  std::array<std::uint16_t, Board::kCells> liberties;  // by head
  board_.count_liberties(liberties);
  const Stone own = stone_of(to_move_);
  std::uint8_t* out = planes.data();
  for (int y = 0; y < rows(); ++y)
    for (int x = 0; x < columns(); ++x, out += kPlanes) {
      const int cell = board_.cell(y, x);
      const Stone stone = board_.at(cell);
      const std::size_t owner = stone == Stone::kEmpty ? 0 : stone == own ? 1 : 2;
      const std::size_t count = std::min<std::size_t>(4, liberties[board_.head(cell)]);
      std::ranges::copy(kShown[owner][count], out);
    }
  const auto set = [&](int point, int plane) { planes[usize(point * kPlanes + plane)] = 1; };
  for_each_ko([&](int cell) { set(board_.point(cell), 6); });
  for (int back = 0; back < kLastMoves; ++back)
    if (last_[back] >= 0 && last_[back] < pass_action()) set(last_[back], 7 + back);
  globals[0] = (to_move_ == 1 ? rules_.komi : -rules_.komi) / 10;
  globals[1] = static_cast<float>(to_move_);
  globals[2] = last_[0] == pass_action() ? 1.0F : 0.0F;
  globals[3] = last_[1] == pass_action() ? 1.0F : 0.0F;
}

template <int kMaxSize>
std::uint64_t Go<kMaxSize>::hash() const {
  std::uint64_t hash = board_.hash() ^ rules_hash_ ^ (to_move_ == 1 ? kWhiteToMove : 0);
  if (passes_ > 0) hash ^= mixed_bits(static_cast<std::uint64_t>(passes_));
  for_each_ko([&](int cell) { hash ^= std::rotl(Board::zobrist(cell, Stone::kBlack), 17); });
  return hash;
}

// --- Random play -----------------------------------------------------------------------------

template <int kMaxSize>
template <bool kMoves>
int Go<kMaxSize>::play_out(std::uint64_t seed, int player, ByCell* owner, ByCell* first) const {
  Board board = board_;
  Stone colour = stone_of(player);
  int ko = player == to_move_ ? ko_ : 0, passes = 0;
  std::uint64_t random = seed;  // Knuth's congruential generator: its upper half is good enough
  for (int left = 3 * board.points(); passes < 2 && left > 0; --left) {
    int candidates = board.empty_count(), next_ko = 0;
    while (candidates > 0) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      const int i = static_cast<int>((random >> 32) * static_cast<unsigned>(candidates) >> 32);
      const int cell = board.empty(i);
      if (cell != ko && !board.is_eye(cell, colour)) {
        next_ko = board.try_play(cell, colour);
        if constexpr (kMoves)
          if (next_ko >= 0 && (*first)[cell] == 0)
            (*first)[cell] = colour == Stone::kBlack ? 1 : -1;
        if (next_ko >= 0) break;
      }
      board.swap_empties(i, --candidates);
    }
    passes = candidates == 0 ? passes + 1 : 0;
    ko = candidates == 0 ? 0 : next_ko;
    colour = opponent(colour);
  }
  if (owner == nullptr && passes == 2) return board.settled_balance();
  std::array<std::int8_t, Board::kCells> own;
  return go_area(board, owner == nullptr ? own : *owner);
}

template <int kMaxSize>
float Go<kMaxSize>::playout(Rng& rng) const {
  const auto points = static_cast<float>(play_out(rng.next64(), to_move_, nullptr)) - rules_.komi;
  return points > 0 ? 1.0F : points < 0 ? -1.0F : 0.0F;
}

template <int kMaxSize>
float Go<kMaxSize>::playout(Rng& rng, std::span<std::int8_t> owners) const {
  std::array<std::int8_t, Board::kCells> owner;
  const int balance = play_out(rng.next64(), to_move_, &owner);
  for (int point = 0; point < board_.points(); ++point)
    owners[usize(point)] = owner[board_.cell(point)];
  return static_cast<float>(balance) - rules_.komi;
}

template <int kMaxSize>
float Go<kMaxSize>::playout_moves(Rng& rng, std::span<std::int8_t> first) const {
  ByCell by_cell{};
  const int balance = play_out<true>(rng.next64(), to_move_, nullptr, &by_cell);
  for (int point = 0; point < board_.points(); ++point) {
    std::int8_t& out = first[usize(point)];
    if (out == 0) out = by_cell[board_.cell(point)];
  }
  const float points = static_cast<float>(balance) - rules_.komi;
  return points > 0 ? 1.0F : points < 0 ? -1.0F : 0.0F;
}

template <int kMaxSize>
int Go<kMaxSize>::random_action(Rng& rng) const {
  std::array<typename Board::Cell, Board::kMaxPoints> candidates;
  int count = board_.empty_count();
  for (int i = 0; i < count; ++i)
    candidates[i] = static_cast<typename Board::Cell>(board_.empty(i));
  while (count > 0) {
    auto& chosen = candidates[rng.below(static_cast<std::uint32_t>(count))];
    if (!board_.is_eye(chosen, stone_of(to_move_)) && is_legal_at(chosen))
      return board_.point(chosen);
    chosen = candidates[--count];
  }
  return pass_action();
}

// --- Life and death --------------------------------------------------------------------------

template <int kMaxSize>
void Go<kMaxSize>::pass_alive(int player, std::span<std::uint8_t> marks) const {
  const auto alive = go_pass_alive(board_, stone_of(player));
  for (int point = 0; point < board_.points(); ++point)
    marks[usize(point)] = alive[board_.cell(point)] ? 1 : 0;
}

template class Go<9>;
template class Go<13>;
template class Go<19>;
template class Go<kLargestGoSide>;

// --- Handicap --------------------------------------------------------------------------------

namespace {

int most_fixed(int rows, int columns) {
  if (std::min(rows, columns) < 7) return 0;
  return rows % 2 == 0 || columns % 2 == 0 || std::min(rows, columns) == 7 ? 4 : 9;
}

// GTP 2, section 4.1.1.
std::vector<int> fixed_points(int rows, int columns, int stones) {
  const auto line = [](int side) { return side < 13 ? 2 : 3; };
  const int top = line(rows), left = line(columns), middle = rows / 2, centre = columns / 2;
  const int bottom = rows - 1 - top, right = columns - 1 - left;
  const auto at = [&](int y, int x) { return y * columns + x; };
  std::vector<int> points{at(bottom, left),   at(top, right),   at(top, left),
                          at(bottom, right),  at(middle, left), at(middle, right),
                          at(bottom, centre), at(top, centre)};
  const bool has_centre = stones >= 5 && stones % 2 == 1;
  points.resize(usize(has_centre ? stones - 1 : stones));
  if (has_centre) points.push_back(at(middle, centre));
  return points;
}

}  // namespace

std::vector<int> fixed_handicap(int rows, int columns, int stones) {
  const int most = most_fixed(rows, columns);
  if (stones < 2 || stones > most)
    throw Error("a fixed handicap of {} stones on {} × {}: {}", stones, rows, columns,
                most == 0 ? "there is none on so small a board" : fmt::format("2 to {}", most));
  return fixed_points(rows, columns, stones);
}

std::vector<int> free_handicap(int rows, int columns, int stones) {
  if (stones < 2 || stones >= rows * columns)
    throw Error("a handicap of {} stones on {} × {}: 2 to {}", stones, rows, columns,
                rows * columns - 1);
  const int fixed = std::min(stones, most_fixed(rows, columns));
  std::vector<int> points;
  if (fixed >= 2) points = fixed_points(rows, columns, fixed);
  while (static_cast<int>(points.size()) < stones) {
    int best = -1, best_distance = -1;
    for (int point = 0; point < rows * columns; ++point) {
      int nearest = rows + columns;
      for (const int other : points)
        nearest = std::min(nearest, std::abs(point / columns - other / columns) +
                                        std::abs(point % columns - other % columns));
      if (nearest > best_distance) best = point, best_distance = nearest;
    }
    points.push_back(best);
  }
  return points;
}

}  // namespace tengen
