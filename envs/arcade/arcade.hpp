// The Atari pipeline around a game: frame skip, sticky actions, no-op starts, and small pictures.
#pragma once

#include "envs/arcade/screen.hpp"
#include "envs/registry.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace tengen::arcade {

/// A game on the 160×210 screen, one 60 Hz frame at a time. Pong says what each member means.
template <class G>
concept Game = std::is_trivially_copyable_v<G> && requires(G game, const G& seen, Window& window) {
  game.reset();
  { game.step(0) } -> std::same_as<float>;
  { seen.over() } -> std::same_as<bool>;
  { seen.lives() } -> std::same_as<int>;
  { seen.oracle(4) } -> std::same_as<int>;
  seen.draw_still(window);
  seen.draw_moving(window);
  seen.moving();
  seen.still_changes(seen, [](const Rect&) {});
};

/// What `randomise` draws for an episode, for players that are to play on a screen that is not
/// quite this one.
struct Variation {
  static constexpr int kMostLate = 2;
  float gain = 1, lift = 0;  ///< a byte v of the picture becomes gain · v + lift
  int late = 0;              ///< frames by which keys reach the game late

  /// Draws a gain of 0.8 to 1.2, a lift of −10 to 10, and 0 to kMostLate frames.
  static Variation draw(Rng& rng) {
    return {static_cast<float>(rng.uniform(0.8, 1.2)), static_cast<float>(rng.uniform(-10, 10)),
            static_cast<int>(rng.below(kMostLate + 1))};
  }
  [[nodiscard]] std::uint8_t shade(std::uint8_t v) const {
    return static_cast<std::uint8_t>(std::clamp(gain * v + lift, 0.0F, 255.0F) + 0.5F);
  }
  [[nodiscard]] bool valid() const {
    return gain >= 0 && gain <= 2 && lift >= -255 && lift <= 255 && late >= 0 && late <= kMostLate;
  }
};

/// Games whose sizes and speeds can be other than they should offer `void vary(Rng&)`, which draws
/// them for a game that has just begun.
template <class G>
concept Varies = requires(G game, Rng& rng) {
  game.vary(rng);
};

/// How a game is shown and stepped. The defaults are those of the usual DQN experiments on Atari
/// games (no sticky actions; Machado et al. 2018 propose repeat_action_probability 0.25).
struct ArcadeOptions {
  int frame_skip = 4;  ///< frames per step, ≥ 1; the picture is the maximum of the last two
  double repeat_action_probability = 0;  ///< every frame keeps the last action with this chance
  int noop_max = 30;                     ///< a game starts after 1…noop_max idle frames; 0: none
  int random_start = 0;                  ///< after the idle frames, so many frames of random keys
  int max_frames = 108000;  ///< an episode is truncated after this many frames; 0: never
  Format format;
  bool episodic_life = false;  ///< a lost life ends the episode, the game goes on in the next
  bool randomise = false;      ///< draw a Variation, and what the game can vary, for every game
  bool fire_reset = true;      ///< where FIRE serves, it is pressed when a game or a life starts
  /// A training aid for games that lead along a way: points for every pixel forward, and as many
  /// lost for every pixel back. The game's score, and so every evaluation, leaves them out.
  float progress_reward = 0;

  /// Reads every option; throws UsageError if one is out of range.
  static ArcadeOptions from(const Config& config);
};

/// Games that lead along a way offer `int travelled() const`, the pixels walked so far.
template <class G>
concept HasWay = requires(const G& seen) {
  { seen.travelled() } -> std::same_as<int>;
};

/// Draws the whole screen of `game` for people, in colour.
template <Game G>
void draw_screen(const G& game, Canvas& canvas) {
  Window window(kWholeScreen);
  game.draw_still(window);
  game.draw_moving(window);
  canvas.reset(kScreenWidth, kScreenHeight);
  const std::span<std::uint8_t> rgb = canvas.rgb();
  for (std::size_t i = 0; i < rgb.size() / 3; ++i) {
    const Colour& colour = G::kPalette[window.row(0)[i]];
    rgb[3 * i] = colour.red;
    rgb[3 * i + 1] = colour.green;
    rgb[3 * i + 2] = colour.blue;
  }
}

/// The environment that a game becomes: its observation is format.shape() bytes (the newest picture
/// only), its reward what the game scores. A picture equals develop() of two whole screens, but is
/// made faster: the still part of the screen is kept in the learner's format, and only what moved
/// is drawn over it.
template <Game G>
class Arcade {
 public:
  using Element = std::uint8_t;
  using Action = int;

  explicit Arcade(const ArcadeOptions& options = {})
      : options_(options), background_(options.format.shape().count()) {
    restart();
    paint_background();
  }

  [[nodiscard]] EnvSpec spec() const {
    EnvSpec spec;
    spec.name = G::kId;
    spec.observation = {options_.format.shape(), tengen::Element::kUint8, 0, 255};
    const std::vector<std::string> names = G::action_names();
    spec.action = Discrete{static_cast<int>(names.size()), names};
    spec.max_episode_steps = (options_.max_frames + options_.frame_skip - 1) / options_.frame_skip;
    spec.steps_per_second = 60.0 / options_.frame_skip;
    spec.picture_aspect = 4.0 / 3.0;
    return spec;
  }

  void reset(Rng& rng) {
    if (life_lost_) {  // the game goes on as step() left it
      life_lost_ = false;
      return;
    }
    restart();
    if (options_.randomise) vary(rng);
    wait(rng);
    begin_life();
    update_background();
  }

  Outcome step(int action, Rng& rng) {
    const int lives = game_.lives();
    const int travelled = way();
    scored_ = 0;
    for (int i = 0; i < options_.frame_skip && !game_.over(); ++i) {
      const bool repeat =
          options_.repeat_action_probability > 0 && rng.chance(options_.repeat_action_probability);
      if (!repeat) held_ = action;
      scored_ += advance(held_);
    }
    const bool life_lost = !game_.over() && game_.lives() < lives;
    if (life_lost) scored_ += begin_life();
    life_lost_ = options_.episodic_life && life_lost;
    if (options_.frame_skip == 1)
      previous_ = game_;  // there are no two frames to take the maximum of
    update_background();
    const float aid = options_.progress_reward * static_cast<float>(way() - travelled);
    return {scored_ + aid, game_.over() || life_lost_};
  }

  [[nodiscard]] float scored() const { return scored_; }
  [[nodiscard]] bool goes_on() const { return life_lost_; }

  void observe(std::span<std::uint8_t> out) const {
    std::ranges::copy(background_, out.begin());
    const auto patch = [&](const Rect& area) {
      const Rect cells = cells_over(area, options_.format.size);
      if (cells.empty()) return;
      const Rect pixels = pixels_under(cells, options_.format.size);
      Window older(pixels), newer(pixels);
      draw(previous_, older);
      draw(game_, newer);
      develop(older, newer, kMix, options_.format, cells, out);
    };
    const auto before = previous_.moving(), now = game_.moving();
    for (std::size_t i = 0; i < now.size(); ++i) patch(united(before[i], now[i]));
    game_.still_changes(previous_, patch);
    if (options_.randomise)
      for (std::uint8_t& value : out) value = variation_.shade(value);
  }

  void draw(Canvas& canvas) const { draw_screen(game_, canvas); }
  [[nodiscard]] int oracle() const { return game_.oracle(options_.frame_skip); }

  void save(ArchiveWriter& writer, const std::string& name) const {
    writer.put(name + "/game", game_);
    writer.put(name + "/previous", previous_);
    writer.put(name + "/held", held_);
    if (!options_.randomise) return;
    writer.put(name + "/variation", variation_);
    writer.put(name + "/keys", keys_);
  }
  void load(const ArchiveReader& reader, const std::string& name) {
    game_ = reader.get<G>(name + "/game");
    previous_ = reader.get<G>(name + "/previous");
    held_ = reader.get<int>(name + "/held", 0, static_cast<int>(G::action_names().size()) - 1);
    life_lost_ = false;
    if (options_.randomise) {
      variation_ = reader.get<Variation>(name + "/variation");
      keys_ = reader.get<Keys>(name + "/keys");
      reader.check(name + "/keys", std::ranges::all_of(keys_, [](std::uint8_t key) {
                     return key < G::action_names().size();
                   }));
    }
    paint_background();
  }

  /// The two frames that the picture is the maximum of.
  [[nodiscard]] const G& game() const { return game_; }
  [[nodiscard]] const G& previous() const { return previous_; }

 private:
  using Keys = std::array<std::uint8_t, Variation::kMostLate + 1>;
  static constexpr MixTable kMix = mix_table(G::kPalette);
  static constexpr std::array<Shades, 4> kShades = shades_of(kMix);

  static void draw(const G& game, Window& window) {
    game.draw_still(window);
    game.draw_moving(window);
  }

  [[nodiscard]] int way() const {
    if constexpr (HasWay<G>)
      return game_.travelled();
    else
      return 0;
  }

  void restart() {
    game_.reset();
    previous_ = game_;
  }

  void vary(Rng& rng) {
    variation_ = Variation::draw(rng);
    keys_ = {};
    if constexpr (Varies<G>) game_.vary(rng);
    previous_ = game_;
  }

  float advance(int action) {
    previous_ = game_;
    if (!options_.randomise) return game_.step(action);
    std::ranges::copy_backward(keys_.begin(), keys_.end() - 1, keys_.end());
    keys_[0] = static_cast<std::uint8_t>(action);
    return game_.step(keys_[static_cast<std::size_t>(variation_.late)]);
  }

  // Plays idle frames, then random keys, each held for four frames on average.
  void wait(Rng& rng) {
    if (options_.noop_max > 0) {
      const std::uint32_t frames = 1 + rng.below(static_cast<std::uint32_t>(options_.noop_max));
      for (std::uint32_t i = 0; i < frames; ++i) advance(0);
    }
    static const auto kKeys = static_cast<std::uint32_t>(G::action_names().size());
    const int lives = game_.lives();
    int key = 0;
    for (int i = 0; i < options_.random_start && game_.lives() == lives; ++i) {
      if (i == 0 || rng.chance(0.25)) key = static_cast<int>(rng.below(kKeys));
      advance(key);
    }
  }

  // This is the same whether a life is an episode or not, so that evaluation, where it is not,
  // meets what training has seen.
  float begin_life() {
    held_ = 0;
    return G::kFireServes && options_.fire_reset ? advance(1) : 0;
  }

  void paint_background() {
    drawn_ = game_;
    paint({0, 0, options_.format.size, options_.format.size});
  }

  // background_ shows the still part of drawn_; afterwards it shows that of game_.
  void update_background() {
    const G drawn = drawn_;
    drawn_ = game_;
    game_.still_changes(drawn,
                        [&](const Rect& area) { paint(cells_over(area, options_.format.size)); });
  }

  void paint(const Rect& cells) {
    const Format& format = options_.format;
    const auto count = static_cast<std::size_t>(format.size * format.size);
    for (std::size_t channel = 0; channel * count < background_.size(); ++channel) {
      Window window(pixels_under(cells, format.size),
                    kShades[format.channels == 1 ? 0 : channel + 1]);
      game_.draw_still(window);
      develop(window, format.size, cells, std::span(background_).subspan(channel * count, count));
    }
  }

  ArcadeOptions options_;
  G game_{}, previous_{}, drawn_{};
  int held_ = 0;            // the action of the last frame
  float scored_ = 0;        // in the last step, without the training aid
  bool life_lost_ = false;  // the episode ended, the game did not
  Variation variation_;     // where the options say randomise
  Keys keys_{};             // those of the last frames, the newest first
  std::vector<std::uint8_t> background_;
};

/// The conditions of evaluation. Games draw no random numbers, so with idle frames alone a player
/// would be evaluated from the few starts that it was trained on. The first conditions have the
/// rules of training, and starts that it never had: random keys, for too short a time to decide
/// anything. The second are those of the Arcade Learning Environment's v5 (Machado et al. 2018,
/// section 5).
inline std::vector<Conditions> arcade_conditions() {
  return {{"unseen_starts", {{"noop_max", std::int64_t{60}}, {"random_start", std::int64_t{40}}}},
          {"sticky_actions", {{"repeat_action_probability", 0.25}}}};
}

/// The registry's entry of a game.
template <Game G>
EnvEntry arcade_entry(std::string description) {
  return {G::kId, std::move(description),
          [](const Config& config, int lanes, WorkerPool& pool) -> std::unique_ptr<VectorEnv> {
            ArcadeOptions options = ArcadeOptions::from(config);
            if constexpr (HasWay<G>)
              options.progress_reward = config.get<float>("progress_reward", 0.0F, 0.0F, 1e6F);
            return std::make_unique<BatchedEnv<Arcade<G>>>(Arcade<G>(options), lanes, pool);
          },
          arcade_conditions()};
}

}  // namespace tengen::arcade
