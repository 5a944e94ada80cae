// The contract of a game that is searched: one or two players, perfect information, no chance.
#pragma once

#include "core/rng.hpp"
#include "core/space.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

namespace tengen {

/// What the numbers of a game's actions mean, so that boards can be turned and mirrored.
enum class ActionLayout : std::uint8_t {
  kPoints,  ///< action y · columns + x is a point; from rows · columns on (pass) no symmetry moves
  kColumns,  ///< action x is a column
};

/// What a game is, apart from its position. The same for every position of one game.
struct GameSpec {
  std::string name;           ///< "Go-v0", "TicTacToe-v0"
  int rows = 0, columns = 0;  ///< of the board
  int planes = 0;             ///< bytes that observe() writes per point
  int globals = 0;            ///< numbers that observe() writes besides
  int actions = 0;            ///< actions are in [0, actions), pass included
  ActionLayout layout = ActionLayout::kPoints;
  int symmetries = 1;      ///< 1: none, 2: left–right mirror, 8: those of the square
  int max_moves = 0;       ///< every game is over after so many
  bool ownership = false;  ///< points have owners at the end (HasTerritory)
  bool graded = false;     ///< scores may be anything in [−1, 1], so that nothing can be proven

  [[nodiscard]] int points() const { return rows * columns; }
  [[nodiscard]] std::size_t plane_bytes() const {
    return static_cast<std::size_t>(points()) * static_cast<std::size_t>(planes);
  }
};

/// A position together with what the rules remember of the way to it (ko, passes, move number).
/// A game is a small regular value, since search copies it. Players are 0 (moves first) and 1.
///
///   spec()           what the game is; the same for all positions of a game
///   to_move()        whose turn it is
///   finished()       the game is over; only score() and observe() may be asked then
///   score()          the result of a finished game for player 0: −1 lost, 0 drawn, 1 won, or
///                    anything in between (spec().graded)
///   legal(mask)      spec().actions bytes, 1 where the action may be played; never all 0
///   play(action)     a legal action
///   observe(p, g)    from the view of the player to move: `p` has rows × columns × planes bytes of
///                    0 or 1, channels last; `g` has spec().globals numbers of about unit size.
///                    Writes every element.
///   hash()           64 bits; positions that look alike and continue alike have equal hashes, and
///                    others collide only by chance
template <class G>
concept Game = std::regular<G> &&
    requires(G game, const G& seen, int action, std::span<std::uint8_t> bytes,
             std::span<float> numbers) {
  { seen.spec() } -> std::convertible_to<GameSpec>;
  { seen.to_move() } -> std::same_as<int>;
  { seen.finished() } -> std::same_as<bool>;
  { seen.score() } -> std::same_as<float>;
  { seen.legal(bytes) } -> std::same_as<void>;
  { game.play(action) } -> std::same_as<void>;
  { seen.observe(bytes, numbers) } -> std::same_as<void>;
  { seen.hash() } -> std::same_as<std::uint64_t>;
};

/// `float playout(Rng&) const` plays random moves to the end and returns score() there. It is for
/// games that can do so faster, or more sensibly (Go: no own eye is filled), than by legal() and
/// play().
template <class G>
concept HasPlayout = requires(const G& game, Rng& rng) {
  { game.playout(rng) } -> std::same_as<float>;
};
/// A finished game that has territory offers `float margin() const`, the points by which player 0
/// is ahead, komi counted, and `void ownership(std::span<std::int8_t>) const`, which writes one
/// number per point: 1 for player 0's, −1 for player 1's, 0 for neutral ones.
template <class G>
concept HasTerritory = requires(const G& game, std::span<std::int8_t> owners) {
  { game.margin() } -> std::same_as<float>;
  { game.ownership(owners) } -> std::same_as<void>;
};

/// The action that `symmetry` in [0, spec.symmetries) makes of `action`. Symmetry 0 is the
/// identity; bit 0 mirrors left–right, bit 1 top–bottom, bit 2 (applied last) transposes.
int transformed(const GameSpec& spec, int action, int symmetry);
/// The symmetry that undoes `symmetry`.
int inverse_symmetry(int symmetry);
/// Writes out[transformed point] = in[point] for `width` values per point (planes of observe(),
/// ownership). Both spans have points × width elements and do not overlap.
template <class T>
void transform_points(const GameSpec& spec, int symmetry, std::span<const T> in, std::span<T> out,
                      int width = 1) {
  GameSpec board = spec;
  board.layout = ActionLayout::kPoints;
  const auto w = static_cast<std::size_t>(width);
  for (int point = 0; point < spec.points(); ++point) {
    const auto to = static_cast<std::size_t>(transformed(board, point, symmetry));
    std::copy_n(in.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(point) * w), w,
                out.begin() + static_cast<std::ptrdiff_t>(to * w));
  }
}

}  // namespace tengen
