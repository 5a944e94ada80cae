// A board game as an environment: the learner plays one side, a fixed opponent the other.
#pragma once

#include "core/check.hpp"
#include "core/usize.hpp"
#include "envs/board/board_picture.hpp"
#include "envs/environment.hpp"
#include "envs/game.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace tengen {

/// A game that draws random legal actions itself, by `int random_action(Rng&) const`, because not
/// every legal one makes sense (Go: filling own eyes).
template <class G>
concept HasRandomAction = requires(const G& game, Rng& rng) {
  { game.random_action(rng) } -> std::same_as<int>;
};

enum class VersusOpponent : std::uint8_t {
  kRandom,    ///< plays a random legal action (HasRandomAction, where the game has that)
  kRollouts,  ///< flat Monte Carlo: the action whose random continuations end best on average
};

/// Each episode is a game; who begins is drawn by lot. A step is the learner's action and the
/// opponent's answer. Observation: the game's planes (envs/game.hpp) as channels × rows × columns
/// bytes, and one more channel that is 1 if the learner is player 1; from the view of the player to
/// move, who is the learner unless the game is over. Reward 1, 0 or −1 at the end; an illegal
/// action loses at once.
template <Game G>
struct Versus {
  using Element = std::uint8_t;
  using Action = int;

  G start{};            ///< every game begins here
  BoardStyle style{};   ///< how the board is drawn
  int stone_plane = 0;  ///< the plane of own stones; the next one has the opponent's
  VersusOpponent opponent = VersusOpponent::kRandom;
  int rollouts = 100;  ///< playouts per move of kRollouts, spread evenly over the legal actions

  G game = start;
  int learner = 0;
  int last = -1;  ///< the opponent's last action

  [[nodiscard]] EnvSpec spec() const {
    const GameSpec spec = start.spec();
    TENGEN_CHECK(usize(spec.actions) <= kMostActions && spec.plane_bytes() <= kMostBytes);
    return {
        .name = spec.name,
        .observation = {{spec.planes + 1, spec.rows, spec.columns}, tengen::Element::kUint8, 0, 1},
        .action = Discrete{spec.actions, {}},
        .steps_per_second = 1};
  }

  void reset(Rng& rng) {
    game = start;
    last = -1;
    learner = static_cast<int>(rng.below(2));
    if (game.to_move() != learner) answer(rng);
  }

  Outcome step(int action, Rng& rng) {
    Bytes mask;
    legal(mask);
    if (mask[usize(action)] == 0) return {-1.0F, true};
    game.play(action);
    if (!game.finished()) answer(rng);
    if (!game.finished()) return {};
    return {learner == 0 ? game.score() : -game.score(), true};
  }

  void observe(std::span<std::uint8_t> out) const {
    const GameSpec spec = start.spec();
    Bytes planes;
    const auto seen = look(spec, planes);
    const auto points = usize(spec.points());
    const auto width = usize(spec.planes);
    for (std::size_t plane = 0; plane < width; ++plane)
      for (std::size_t point = 0; point < points; ++point)
        out[plane * points + point] = seen[point * width + plane];
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(width * points), points,
                static_cast<std::uint8_t>(learner));
  }

  [[nodiscard]] bool valid() const {
    bool good = learner == (learner & 1) && opponent <= VersusOpponent::kRollouts &&
                rollouts >= 1 && rollouts <= 1'000'000 && stone_plane >= 0 &&
                stone_plane + 1 < start.spec().planes;
    if constexpr (SelfChecking<G>) good = good && start.valid() && game.valid();
    return good;
  }

  void legal(std::span<std::uint8_t> mask) const {
    game.legal(mask.first(usize(start.spec().actions)));
  }

  void draw(Canvas& canvas) const {
    const GameSpec spec = start.spec();
    Bytes planes;
    const auto seen = look(spec, planes);
    const int own = game.to_move() == 0 ? 1 : -1;
    std::array<std::int8_t, kMostActions> stones{};
    for (int point = 0; point < spec.points(); ++point) {
      const auto at = usize(point * spec.planes + stone_plane);
      stones[usize(point)] = static_cast<std::int8_t>(own * (seen[at] - seen[at + 1]));
    }
    const BoardPicture picture{.style = style,
                               .rows = spec.rows,
                               .columns = spec.columns,
                               .stones = std::span(stones).first(usize(spec.points())),
                               .last = spec.layout == ActionLayout::kPoints ? last : -1};
    constexpr int kHeight = 480;
    draw_board(picture, static_cast<int>(kHeight * board_aspect(picture)), kHeight, canvas);
  }

 private:
  static constexpr std::size_t kMostActions = 25 * 25 + 1, kMostBytes = kMostActions * 12;
  using Bytes = std::array<std::uint8_t, kMostBytes>;

  [[nodiscard]] std::span<const std::uint8_t> look(const GameSpec& spec, Bytes& planes) const {
    std::array<float, 16> globals;
    game.observe(std::span(planes).first(spec.plane_bytes()),
                 std::span(globals).first(usize(spec.globals)));
    return std::span(planes).first(spec.plane_bytes());
  }

  void answer(Rng& rng) {
    last = opponent == VersusOpponent::kRandom ? random_action(game, rng) : best_by_rollouts(rng);
    game.play(last);
  }

  struct Actions {
    std::array<std::int16_t, kMostActions> list;
    int count = 0;
  };
  static void find_legal(const G& position, Actions& actions) {
    std::array<std::uint8_t, kMostActions> mask;
    const auto n = usize(position.spec().actions);
    position.legal(std::span(mask).first(n));
    actions.count = 0;
    for (std::size_t i = 0; i < n; ++i)
      if (mask[i] != 0) actions.list[usize(actions.count++)] = static_cast<std::int16_t>(i);
  }

  static int random_action(const G& position, Rng& rng) {
    if constexpr (HasRandomAction<G>) {
      return position.random_action(rng);
    } else {
      Actions actions;
      find_legal(position, actions);
      return actions.list[rng.below(static_cast<std::uint32_t>(actions.count))];
    }
  }

  static float play_out(const G& position, Rng& rng) {
    if (position.finished()) return position.score();
    if constexpr (HasPlayout<G>) return position.playout(rng);
    G copy = position;
    while (!copy.finished()) copy.play(random_action(copy, rng));
    return copy.score();
  }

  [[nodiscard]] int best_by_rollouts(Rng& rng) const {
    Actions actions;
    find_legal(game, actions);
    const auto n = usize(actions.count);
    for (std::size_t i = n; i > 1; --i)  // ties, and few playouts, favour no action
      std::swap(actions.list[i - 1], actions.list[rng.below(static_cast<std::uint32_t>(i))]);
    std::size_t best = 0;
    float best_mean = -2;
    const auto total = usize(rollouts);
    for (std::size_t i = 0; i < std::min(n, total); ++i) {
      G next = game;
      next.play(actions.list[i]);
      const std::size_t share = total / n + (i < total % n ? 1 : 0);
      float sum = 0;
      for (std::size_t k = 0; k < share; ++k) sum += play_out(next, rng);
      const float mean = (game.to_move() == 0 ? sum : -sum) / static_cast<float>(share);
      if (mean > best_mean) best = i, best_mean = mean;
    }
    return actions.list[best];
  }
};

}  // namespace tengen
