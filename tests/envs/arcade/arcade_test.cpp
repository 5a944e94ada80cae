#include "envs/arcade/arcade.hpp"

#include "core/signature.hpp"
#include "envs/arcade/breakout.hpp"
#include "envs/arcade/freeway.hpp"
#include "envs/arcade/kung_fu.hpp"
#include "envs/arcade/pong.hpp"
#include "envs/arcade/space_invaders.hpp"
#include "envs/registry.hpp"
#include "tests/catch.hpp"

#include <bit>
#include <set>
#include <vector>

using namespace tengen;
using namespace tengen::arcade;

namespace {

// The picture as its definition says, by whole screens.
template <Game G>
std::vector<std::uint8_t> plain_picture(const Arcade<G>& env, const Format& format) {
  Window older(kWholeScreen), newer(kWholeScreen);
  env.previous().draw_still(older);
  env.previous().draw_moving(older);
  env.game().draw_still(newer);
  env.game().draw_moving(newer);
  std::vector<std::uint8_t> picture(format.shape().count());
  develop(older, newer, mix_table(G::kPalette), format, {0, 0, format.size, format.size}, picture);
  return picture;
}

template <Game G>
void check_pictures(const ArcadeOptions& options, int steps) {
  Arcade<G> env(options);
  Rng rng(7);
  env.reset(rng);
  std::vector<std::uint8_t> seen(options.format.shape().count());
  const auto actions = static_cast<std::uint32_t>(G::action_names().size());
  int different = 0;
  for (int i = 0; i < steps; ++i) {
    // Long stretches of good play show what random play never reaches.
    const bool expert = i / 200 % 2 == 1;
    const int action = expert ? env.oracle() : static_cast<int>(rng.below(actions));
    if (env.step(action, rng).terminated) env.reset(rng);
    std::ranges::fill(seen, std::uint8_t{77});
    env.observe(seen);
    if (seen != plain_picture(env, options.format)) ++different;
  }
  CHECK(different == 0);
}

// How many of `lanes` games go differently in so many steps, for a player without chance, whose key
// depends on everything in the picture.
int different_games(const EnvEntry& entry, const Conditions& conditions, int lanes, int steps) {
  WorkerPool pool(1);
  Config config;
  for (const auto& [key, value] : conditions.settings) config.set(key, value);
  const auto env = entry.make(config, lanes, pool);
  config.check_all_read();
  StepBuffer buffer(env->spec(), lanes);
  ActionMemory action(env->spec().action, lanes);
  const auto keys = static_cast<std::uint64_t>(std::get<Discrete>(env->spec().action).n);
  std::vector<Signature> courses(static_cast<std::size_t>(lanes));
  env->reset(77, buffer.view());
  for (int step = 0; step < steps; ++step) {
    for (int lane = 0; lane < lanes; ++lane) {
      const auto i = static_cast<std::size_t>(lane);
      Signature picture;
      picture.add(buffer.view().observation.bytes(lane));
      action.view().discrete[i] = static_cast<std::int32_t>(picture.value() % keys);
      courses[i].add(std::bit_cast<std::uint32_t>(buffer.view().reward[i]));
      courses[i].add(picture.value());
    }
    env->step(action.view(), buffer.view());
  }
  std::set<std::uint64_t> different;
  for (const Signature& course : courses) different.insert(course.value());
  return static_cast<int>(different.size());
}

// Writes down the actions of its last frames; the reward is the frame's number from 1, and every
// fiftieth frame costs a ball.
struct Tape {
  static constexpr const char* kId = "Tape-v0";
  static constexpr bool kFireServes = true;
  static constexpr Palette kPalette{};
  static std::vector<std::string> action_names() { return {"NOOP", "FIRE", "RIGHT", "LEFT"}; }
  void reset() { *this = Tape{}; }
  float step(int action) {
    actions[static_cast<std::size_t>(frames++ % 64)] = static_cast<std::uint8_t>(action);
    if (frames % 50 == 0) --balls;
    return static_cast<float>(frames);
  }
  [[nodiscard]] bool over() const { return balls == 0; }
  [[nodiscard]] int lives() const { return balls; }
  [[nodiscard]] static int oracle(int frames) { return frames % 4; }
  static void draw_still(Window& window) { window.fill(kWholeScreen, 0); }
  static void draw_moving(Window&) {}
  [[nodiscard]] static std::array<Rect, 1> moving() { return {}; }
  template <class F>
  void still_changes(const Tape&, F&&) const {}

  [[nodiscard]] int action(int frame) const {
    return actions[static_cast<std::size_t>(frame % 64)];
  }

  std::array<std::uint8_t, 64> actions{};
  int frames = 0, balls = 3;
};

ArcadeOptions quiet() {
  ArcadeOptions options;
  options.noop_max = 0;
  options.fire_reset = false;
  return options;
}

}  // namespace

TEMPLATE_TEST_CASE("a picture is that of the plain renderer, byte for byte", "", Pong, Breakout,
                   Freeway, SpaceInvaders, KungFu) {
  ArcadeOptions options;
  check_pictures<TestType>(options, 2200);
  for (const Format format : {Format{84, 3}, Format{42, 1}, Format{42, 3}}) {
    options.format = format;
    check_pictures<TestType>(options, 500);
  }
  options = {};
  options.frame_skip = 1;
  check_pictures<TestType>(options, 500);
}

TEST_CASE("a step is four frames of one action, and the sum of their rewards") {
  Arcade<Tape> env(quiet());
  Rng rng(0);
  env.reset(rng);
  CHECK(env.step(2, rng).reward == 1 + 2 + 3 + 4);
  CHECK(env.step(3, rng).reward == 5 + 6 + 7 + 8);
  for (int frame = 0; frame < 8; ++frame) CHECK(env.game().action(frame) == (frame < 4 ? 2 : 3));
  CHECK(env.previous().frames == 7);
  ArcadeOptions options = quiet();
  options.frame_skip = 1;
  Arcade<Tape> single(options);
  single.reset(rng);
  CHECK(single.step(2, rng).reward == 1);
  CHECK(single.previous().frames == 1);  // no maximum with the frame before
}

TEST_CASE("actions stick frame by frame with the chance that was asked for") {
  ArcadeOptions options = quiet();
  options.repeat_action_probability = 0.25;
  Arcade<Tape> env(options);
  Rng rng(3);
  int changed_at[5] = {};  // frames that the old action lasted
  constexpr int kTrials = 20000;
  for (int trial = 0; trial < kTrials; ++trial) {
    env.reset(rng);
    env.step(2, rng);
    int held = 0;
    while (held < 4 && env.game().action(held) == 0) ++held;
    for (int frame = held; frame < 4; ++frame) REQUIRE(env.game().action(frame) == 2);
    ++changed_at[held];
  }
  double chance = 0.75;
  for (int held = 0; held < 4; ++held, chance *= 0.25)
    CHECK(changed_at[held] / double{kTrials} == Approx(chance).margin(0.012));
}

TEST_CASE("an episode starts after 1 to noop_max idle frames, then FIRE where it serves") {
  ArcadeOptions options;
  options.noop_max = 5;
  Arcade<Tape> env(options);
  Rng rng(4);
  std::set<int> starts;
  for (int i = 0; i < 200; ++i) {
    env.reset(rng);
    starts.insert(env.game().frames);
    CHECK(env.game().action(env.game().frames - 1) == 1);
    for (int frame = 0; frame + 1 < env.game().frames; ++frame)
      CHECK(env.game().action(frame) == 0);
  }
  CHECK(starts == std::set<int>{2, 3, 4, 5, 6});
  Arcade<Pong> pong;  // serves by itself
  pong.reset(rng);
  CHECK((pong.game().frame >= 1 && pong.game().frame <= 30));
}

TEST_CASE("with episodic_life a lost life ends the episode and the game goes on") {
  ArcadeOptions options = quiet();
  options.episodic_life = true;
  Arcade<Tape> env(options);
  Rng rng(0);
  env.reset(rng);
  std::vector<int> ends;
  for (int step = 0; step < 60; ++step) {
    if (!env.step(0, rng).terminated) continue;
    ends.push_back(env.game().lives());
    env.reset(rng);
    CHECK(env.game().lives() == (ends.back() == 0 ? 3 : ends.back()));
  }
  CHECK(ends == std::vector<int>{2, 1, 0, 2});
  Arcade<Tape> whole(quiet());
  whole.reset(rng);
  int length = 1;
  while (!whole.step(0, rng).terminated) ++length;
  CHECK(length == 38);  // 150 frames; the last step is cut short
  CHECK(whole.game().frames == 150);
}

TEST_CASE("FIRE serves every ball, the same whether a life is an episode or not") {
  ArcadeOptions options = quiet();
  options.fire_reset = true;
  Arcade<Tape> whole(options);
  options.episodic_life = true;
  Arcade<Tape> lives(options);
  Rng rng(0), other(0);
  whole.reset(rng);
  lives.reset(other);
  int balls = 3, ends = 0;
  for (int step = 0; !whole.game().over(); ++step) {
    const Outcome one = whole.step(2, rng), two = lives.step(2, other);
    CHECK(one.reward == two.reward);
    const bool lost = whole.game().lives() < balls && !whole.game().over();
    balls = whole.game().lives();
    CHECK((whole.game().action(whole.game().frames - 1) == 1) == lost);
    CHECK(two.terminated == (lost || lives.game().over()));
    CHECK(lives.goes_on() == lost);
    CHECK(one.terminated == whole.game().over());
    if (lost) lives.reset(other);
    CHECK(lives.game().frames == whole.game().frames);
    CHECK(lives.game().actions == whole.game().actions);
    ends += lost ? 1 : 0;
  }
  CHECK(ends == 2);
}

TEST_CASE("a game of Breakout ends even for a player who never presses FIRE") {
  Arcade<Breakout> env;
  Rng rng(1);
  env.reset(rng);
  int steps = 1;
  while (steps < 1000 && !env.step(Breakout::kNoop, rng).terminated) ++steps;
  CHECK(steps < 1000);
  CHECK(env.game().balls == 0);
}

TEST_CASE("only a game begins with idle frames, not every life of it") {
  ArcadeOptions options;
  options.episodic_life = true;
  options.fire_reset = false;
  Arcade<Tape> env(options);
  Rng rng(5);
  env.reset(rng);
  while (!env.step(2, rng).terminated) {
  }
  REQUIRE(env.game().lives() == 2);
  const int frames = env.game().frames;
  env.reset(rng);
  CHECK(env.game().frames == frames);
}

TEST_CASE("the vector environment tells whole games and scores from lives and aids") {
  WorkerPool pool(1);
  ArcadeOptions options = quiet();
  BatchedEnv<Arcade<Tape>> whole(Arcade<Tape>(options), 1, pool);
  options.episodic_life = true;
  BatchedEnv<Arcade<Tape>> lives(Arcade<Tape>(options), 1, pool);
  StepBuffer one(whole.spec(), 1), two(lives.spec(), 1);
  ActionMemory action(whole.spec().action, 1);
  whole.reset(0, one.view());
  lives.reset(0, two.view());
  int games = 0, episodes = 0;
  for (int step = 0; step < 80; ++step) {
    whole.step(action.view(), one.view());
    lives.step(action.view(), two.view());
    CHECK(two.view().scored[0] == one.view().reward[0]);
    CHECK(two.view().game_ended[0] == one.view().terminated[0]);
    CHECK(one.view().game_ended[0] == one.view().terminated[0]);
    games += two.view().game_ended[0];
    episodes += two.view().terminated[0];
  }
  CHECK(games == 2);
  CHECK(episodes == 6);
}

TEST_CASE("players are judged in games that differ, though they play without chance") {
  const EnvRegistry registry = builtin_envs();
  for (const char* id : {"Pong-v1", "Breakout-v1", "Freeway-v1", "SpaceInvaders-v0", "KungFu-v0"}) {
    const EnvEntry& entry = registry.find(id);
    REQUIRE(entry.conditions.size() == 2);
    for (const Conditions& conditions : entry.conditions) {
      CAPTURE(id, conditions.name);
      CHECK(different_games(entry, conditions, 64, 40) >= 60);
    }
    CHECK(different_games(entry, {}, 64, 40) <= 30);  // training's idle frames
  }
}

TEST_CASE("randomise draws the light of every game anew") {
  ArcadeOptions options = quiet();
  Arcade<Freeway> plain(options);
  options.randomise = true;
  Arcade<Freeway> varied(options);
  Rng rng(1), same(1);
  std::vector<std::uint8_t> as_it_is(84 * 84), seen(84 * 84);
  plain.reset(same);
  plain.observe(as_it_is);
  std::set<std::uint8_t> pavements;
  constexpr std::size_t kPavement = 7 * 84 + 40;  // a cell of it
  REQUIRE(as_it_is[kPavement] == 170);
  for (int game = 0; game < 40; ++game) {
    varied.reset(rng);
    varied.observe(seen);
    pavements.insert(seen[kPavement]);
    CHECK((seen[kPavement] >= 126 && seen[kPavement] <= 214));
    for (std::size_t i = 1; i < seen.size(); ++i)  // all cells alike
      if (as_it_is[i] == as_it_is[i - 1]) REQUIRE(seen[i] == seen[i - 1]);
  }
  CHECK(pavements.size() > 20);
}

TEST_CASE("randomise lets keys reach a game up to two frames late") {
  ArcadeOptions options = quiet();
  options.randomise = true;
  Arcade<Tape> env(options);
  Rng rng(1);
  std::set<int> lates;
  for (int game = 0; game < 20; ++game) {
    env.reset(rng);
    env.step(2, rng);
    int late = 0;
    while (env.game().action(late) != 2) REQUIRE(env.game().action(late++) == 0);
    for (int frame = late; frame < 4; ++frame) CHECK(env.game().action(frame) == 2);
    lates.insert(late);
  }
  CHECK(lates == std::set<int>{0, 1, 2});
}

TEST_CASE("randomise draws Pong's sizes and speeds, which otherwise are the same in every game") {
  for (const bool randomise : {false, true}) {
    ArcadeOptions options;
    options.randomise = randomise;
    Arcade<Pong> env(options);
    Rng rng(1);
    std::set<int> heights, turns, rests;
    for (int game = 0; game < 60; ++game) {
      env.reset(rng);
      CHECK(env.game().valid());
      heights.insert(env.game().bat_height);
      turns.insert(env.game().turn);
      rests.insert(env.game().rest);
    }
    if (randomise) {
      CHECK(heights == std::set<int>{14, 15, 16, 17, 18});
      CHECK(rests == std::set<int>{7, 8, 9});
      CHECK((turns.size() > 40 && *turns.begin() >= 19550 && *turns.rbegin() <= 26450));
    } else {
      CHECK((heights == std::set<int>{16} && rests == std::set<int>{8}));
      CHECK(turns == std::set<int>{23000});
    }
  }
}

TEST_CASE("an episode is cut after max_frames") {
  WorkerPool pool(1);
  Arcade<Pong> env;
  CHECK(env.spec().max_episode_steps == 27000);
  ArcadeOptions options;
  options.max_frames = 100;
  BatchedEnv<Arcade<Pong>> lanes(Arcade<Pong>(options), 1, pool);
  StepBuffer buffer(lanes.spec(), 1);
  ActionMemory action(lanes.spec().action, 1);
  lanes.reset(0, buffer.view());
  for (int step = 1; step <= 50; ++step) {
    lanes.step(action.view(), buffer.view());
    CHECK(buffer.view().truncated[0] == (step % 25 == 0 ? 1 : 0));
    CHECK(buffer.view().terminated[0] == 0);
  }
  options.max_frames = 0;
  CHECK(Arcade<Pong>(options).spec().max_episode_steps == 0);
}

TEST_CASE("options come from the recipe, and bad ones are named") {
  const auto options = [](const char* toml) {
    const Config config = Config::from_string(toml);
    const ArcadeOptions read = ArcadeOptions::from(config);
    config.check_all_read();
    return read;
  };
  CHECK(options("").format == Format{84, 1});
  CHECK(options("size = 42\ncolour = \"rgb\"").format == Format{42, 3});
  CHECK(options("frame_skip = 2").frame_skip == 2);
  CHECK(options("repeat_action_probability = 0.25").repeat_action_probability == 0.25);
  CHECK(options("noop_max = 0\nmax_frames = 400").max_frames == 400);
  CHECK(options("episodic_life = true\nfire_reset = false").episodic_life);
  CHECK(options("random_start = 40").random_start == 40);
  CHECK_FALSE(options("").randomise);
  CHECK(options("randomise = true").randomise);
  CHECK_THROWS_AS(options("size = 64"), UsageError);
  CHECK_THROWS_AS(options("frame_skip = 0"), UsageError);
  CHECK_THROWS_AS(options("repeat_action_probability = 1.5"), UsageError);
  CHECK_THROWS_AS(options("colour = \"sepia\""), UsageError);
  CHECK_THROWS_AS(options("frameskip = 4"), UsageError);
}

TEST_CASE("the specification says what is seen and which keys there are") {
  ArcadeOptions options;
  options.format = {42, 3};
  options.frame_skip = 2;
  const EnvSpec spec = Arcade<Breakout>(options).spec();
  CHECK(spec.name == "Breakout-v1");
  CHECK(spec.observation.shape == Shape{3, 42, 42});
  CHECK(spec.steps_per_second == 30);
  const auto names = [](const EnvSpec& of) { return std::get<Discrete>(of.action).names; };
  CHECK(names(spec) == std::vector<std::string>{"NOOP", "FIRE", "RIGHT", "LEFT"});
  CHECK(names(Arcade<Pong>().spec()) ==
        std::vector<std::string>{"NOOP", "FIRE", "RIGHT", "LEFT", "RIGHTFIRE", "LEFTFIRE"});
  CHECK(names(Arcade<SpaceInvaders>().spec()) == names(Arcade<Pong>().spec()));
  CHECK(names(Arcade<Freeway>().spec()) == std::vector<std::string>{"NOOP", "UP", "DOWN"});
}

TEMPLATE_TEST_CASE("a saved state goes on as if nothing had happened", "", Pong, Breakout, Freeway,
                   SpaceInvaders, KungFu) {
  WorkerPool pool(1);
  ArcadeOptions options;
  options.repeat_action_probability = 0.25;
  options.randomise = GENERATE(false, true);
  BatchedEnv<Arcade<TestType>> env(Arcade<TestType>(options), 3, pool), copy(env);
  StepBuffer buffer(env.spec(), 3), other(env.spec(), 3);
  ActionMemory action(env.spec().action, 3);
  const auto actions = static_cast<std::uint32_t>(TestType::action_names().size());
  Rng rng(9);
  const auto step_both = [&](int steps, bool compare) {
    for (int i = 0; i < steps; ++i) {
      for (auto& a : action.view().discrete) a = static_cast<std::int32_t>(rng.below(actions));
      env.step(action.view(), buffer.view());
      if (!compare) continue;
      copy.step(action.view(), other.view());
      for (int lane = 0; lane < 3; ++lane)
        REQUIRE(std::ranges::equal(buffer.view().observation.bytes(lane),
                                   other.view().observation.bytes(lane)));
    }
  };
  env.reset(1, buffer.view());
  copy.reset(2, other.view());
  step_both(333, false);
  ArchiveWriter writer;
  env.save(writer, "env");
  copy.load(ArchiveReader::from_bytes(writer.bytes(), "memory"), "env");
  step_both(300, true);
}
