#include "experiments/viewer/session.hpp"

#include "experiments/viewer/keys.hpp"
#include "tests/catch.hpp"
#include "tests/experiments/viewer/scripted.hpp"

using namespace tengen;

TEST_CASE("a session shows picture, thoughts and action of the same moment") {
  ScriptedSession scripted;
  Session& session = scripted.session;
  CHECK(session.step() == 0);
  CHECK(session.insight().per_action[0] == 0);
  CHECK(session.action().discrete[0] == 2);
  session.advance();
  CHECK(session.step() == 1);
  CHECK(session.score() == 1);
  CHECK(session.picture().at(0, 0) == Colour{40, 90, 10});
  CHECK(session.insight().per_action[0] == 1);
  CHECK(session.aspect() == 4.0 / 3);
}

TEST_CASE("an ended episode is counted and the next one starts with empty curves") {
  ScriptedSession scripted;
  Session& session = scripted.session;
  for (int i = 0; i < 9; ++i) session.advance();
  CHECK(session.episode() == 3);
  CHECK(session.step() == 1);
  CHECK(session.total_steps() == 9);
  CHECK(std::vector(session.finished().begin(), session.finished().end()) ==
        std::vector<float>{4, 4});
  CHECK(std::vector(session.returns().begin(), session.returns().end()) ==
        std::vector<float>{0, 1});
  CHECK(session.values().size() == 2);
}

TEST_CASE("the hand's action is played and shown; the policy goes on looking") {
  ScriptedSession scripted;
  Session& session = scripted.session;
  const std::vector<std::int32_t> left{1};
  session.advance(ActionView{left, {}});
  CHECK(session.action().discrete[0] == 1);
  CHECK(session.insight().per_action[0] == 1);
  session.advance();
  CHECK(session.action().discrete[0] == 2);
}

TEST_CASE("a new policy takes over within the episode") {
  ScriptedSession scripted;
  Session& session = scripted.session;
  session.advance();
  session.advance();
  session.replace_policy(std::make_unique<CountingPolicy>(), "newer");
  CHECK(session.player() == "newer");
  CHECK(session.step() == 2);
  CHECK(session.insight().per_action[0] == 0);
  CHECK(session.returns().size() == 3);
  CHECK(session.values().size() == 3);
  session.restart();
  CHECK(session.step() == 0);
  CHECK(session.returns().size() == 1);
}

TEST_CASE("observations become pictures: planes grey, three bytes colour, vectors none") {
  std::vector<std::uint8_t> bytes(3 * 2 * 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(20 * i);
  auto* data = reinterpret_cast<std::byte*>(bytes.data());
  const auto planes = observation_pictures({data, 1, 8, {2, 2, 2}, Element::kUint8}, 0, 255);
  REQUIRE(planes.size() == 2);
  CHECK(planes[1].at(0, 0) == Colour{80, 80, 80});
  const auto colour = observation_pictures({data, 1, 12, {3, 2, 2}, Element::kUint8}, 0, 255);
  REQUIRE(colour.size() == 1);
  CHECK(colour[0].at(1, 1) == Colour{60, 140, 220});
  CHECK(observation_pictures({data, 1, 12, {12}, Element::kUint8}, 0, 255).empty());
  std::vector<float> reals{-1, 0, 1, 3};
  const ObservationView view{
      reinterpret_cast<std::byte*>(reals.data()), 1, 16, {2, 2}, Element::kFloat};
  const auto stretched = observation_pictures(view, -INFINITY, INFINITY);
  CHECK(stretched[0].at(0, 0) == Colour{0, 0, 0});
  CHECK(stretched[0].at(1, 0) == Colour{64, 64, 64});
  CHECK(stretched[0].at(1, 1) == Colour{255, 255, 255});
}

namespace {

// The action that keys choose, or −1 where the game waits.
int chosen(const ActionSpace& space, const GameKeys& keys, std::vector<std::uint8_t> legal = {}) {
  ActionMemory action(space, 1);
  const bool moves = KeyMap(space).choose(keys, legal, action.view());
  return moves ? action.view().discrete[0] : -1;
}

}  // namespace

TEST_CASE("keys play the action whose name they spell") {
  const ActionSpace pong = Discrete{6, {"NOOP", "FIRE", "RIGHT", "LEFT", "RIGHTFIRE", "LEFTFIRE"}};
  CHECK(chosen(pong, {}) == 0);
  CHECK(chosen(pong, {.right = true}) == 2);
  CHECK(chosen(pong, {.up = true}) == 2);  // Pong's paddle: right is up
  CHECK(chosen(pong, {.down = true}) == 3);
  CHECK(chosen(pong, {.left = true, .fire = true}) == 5);
  CHECK(chosen(pong, {.digit = 4}) == 4);
  CHECK(chosen(pong, {.left = true}, {1, 1, 1, 0, 1, 1}) == 0);  // illegal
  const ActionSpace freeway = Discrete{3, {"NOOP", "UP", "DOWN"}};
  CHECK(chosen(freeway, {.up = true}) == 1);
  CHECK(chosen(freeway, {.right = true}) == 0);
}

TEST_CASE("a game without doing nothing waits for a key") {
  const ActionSpace cart = Discrete{2, {"left", "right"}};
  CHECK(chosen(cart, {}) == -1);
  CHECK(chosen(cart, {.left = true}) == 0);
  CHECK(chosen(cart, {.right = true}) == 1);
  CHECK(chosen(Discrete{3, {}}, {}) == 1);  // unnamed: left, nothing, right
  CHECK(chosen(Discrete{3, {}}, {.right = true}) == 2);
}

TEST_CASE("arrows push a box action to its ends and let it go") {
  const ActionSpace torque = Box{{-2, 0.5F}, {2, 1}};
  ActionMemory action(torque, 1);
  const KeyMap keys(torque);
  REQUIRE(keys.choose({.left = true}, {}, action.view()));
  CHECK(action.view().box[0] == -2);
  CHECK(action.view().box[1] == 0.5F);  // nearest to zero
  REQUIRE(keys.choose({.up = true, .right = true}, {}, action.view()));
  CHECK(action.view().box[0] == 2);
  CHECK(action.view().box[1] == 1);
}
