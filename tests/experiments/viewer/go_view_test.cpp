#include "experiments/viewer/go_view.hpp"

#include "envs/board/vertex.hpp"
#include "experiments/viewer/go_thinker.hpp"
#include "tests/catch.hpp"
#include "tests/experiments/viewer/scripted_go.hpp"

using namespace tengen;

namespace {

// The state once `ready` says so of it; the thread has ten seconds.
template <class F>
GoThinker::State wait_for(const GoThinker& thinker, F&& ready) {
  GoThinker::State state = thinker.state();
  for (int i = 0; i < 1000 && !ready(state); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    state = thinker.state();
  }
  return state;
}

GoAnalysis thoughts(const GoSession& session) {
  ScriptedGoPlayer player;
  player.choose(session.game(), {});
  return player.analysis();
}

}  // namespace

TEST_CASE("a scene shows stones, candidates and owners for Black and White alike") {
  GoSession session(GoGame(9, 9));
  session.play(40);
  GoScene scene;
  scene.update(session, thoughts(session), {.ownership = true});  // White to move
  const BoardPicture& picture = scene.picture();
  CHECK(picture.stones[40] == 1);
  CHECK(picture.last == 40);
  CHECK(picture.ownership[0] == -1);  // the mover's upper half is White's
  REQUIRE(picture.spots.size() == 2);
  CHECK(picture.spots[0].best);
  CHECK(picture.spots[0].text == "75.0\n1.0k");
  CHECK(picture.spots[0].heat == 1);
  CHECK(picture.spots[1].text == "50.0\n500");
  scene.update(session, thoughts(session), {.heat = GoHeat::kPolicy});
  REQUIRE(scene.picture().spots.size() == 2);
  CHECK(scene.picture().spots[0].text == "60");
  CHECK(scene.picture().ownership.empty());
  scene.update(session, thoughts(session), {.heat = GoHeat::kOff});
  CHECK(scene.picture().spots.empty());
  scene.update(session, {}, {.ownership = true});
  CHECK(scene.picture().spots.empty());
}

TEST_CASE("over a candidate lies its variation, elsewhere the stone that would be played") {
  GoSession session(GoGame(9, 9));
  session.play(40);
  GoScene scene;
  scene.update(session, thoughts(session), {.hover = 0, .may_play = true});
  const BoardPicture& picture = scene.picture();
  REQUIRE(picture.variation.size() == 5);  // the pass at its end is no stone
  CHECK(picture.variation[0].owner == -1);
  CHECK(picture.variation[1].owner == 1);
  CHECK(picture.variation[1].point == 1);
  CHECK(picture.variation[1].text == "2");
  CHECK(picture.spots.empty());
  CHECK(picture.hover == -1);
  scene.update(session, thoughts(session), {.hover = 60, .may_play = true});
  CHECK(scene.picture().variation.empty());
  CHECK(scene.picture().hover == 60);
  CHECK(scene.picture().hover_owner == -1);
  CHECK(scene.picture().hover_legal);
  scene.update(session, {}, {.hover = 40, .may_play = true});
  CHECK(scene.picture().hover == -1);  // there is a stone
  scene.update(session, {}, {.hover = 60});
  CHECK(scene.picture().hover == -1);
}

TEST_CASE("the panel tells who leads, and its graph knows the moves under the mouse") {
  GoSession session(GoGame(9, 9));
  for (const int point : {40, 20, 30}) session.play(point);
  session.note(0, thoughts(session));
  Canvas canvas(300, 600);
  CanvasPainter painter(canvas, 1);
  const GoPanelPlaces places =
      paint_go_panel(painter, {0, 0, 300, 600}, session, thoughts(session), {});
  CHECK(places.moves.size() == 2);
  REQUIRE(places.graph.width > 200);
  CHECK(places.move_at(places.graph.x, 3) == 0);
  CHECK(places.move_at(places.graph.x + places.graph.width, 3) == 3);
  CHECK(places.move_at(places.graph.x + places.graph.width / 3, 3) == 1);
  CHECK(places.move_at(-1e5, 3) == 0);
  // White, to move, wins three of four: the bar is black for a quarter of its width.
  int black = 0, white = 0;
  for (int x = 0; x < 300; ++x)
    for (int y = 40; y < 90; ++y) {
      black += canvas.at(x, y) == Colour{10, 11, 14} ? 1 : 0;
      white += canvas.at(x, y) == Colour{232, 230, 222} ? 1 : 0;
    }
  CHECK(black == Approx(white / 3.0).epsilon(0.15));
  for (const double height : {0.0, 5.0, 33.0, 90.0, 200.0})  // whatever fits
    CHECK_NOTHROW(paint_go_panel(painter, {0, 0, 90, height}, session, thoughts(session), {}));
}

TEST_CASE("board and panel are composed side by side") {
  GoSession session(GoGame(9, 9));
  session.play(40);
  Canvas out;
  compose_go(session, thoughts(session), {}, {}, kSmallLayout, out);
  CHECK(out.height() == 360);
  CHECK(out.width() == 360 + 220);
  CHECK(out.at(180, 186).red < 90);  // the stone in the middle, beside its mark
  CHECK(out.at(575, 355) == theme::kPanel);
}

TEST_CASE("visits are short") {
  CHECK(short_visits(999) == "999");
  CHECK(short_visits(1234) == "1.2k");
  CHECK(short_visits(56'789) == "56k");
  CHECK(short_visits(2'500'000) == "2.5M");
}

TEST_CASE("a thinker analyses until it is asked something else") {
  ScriptedGoPlayer player;
  GoThinker thinker;
  const GoGame game(9, 9);
  CHECK(thinker.state().tag == -1);
  thinker.analyse(player, game, 7, true);
  GoThinker::State state = wait_for(thinker, [](const auto& s) { return s.analysis.visits > 0; });
  CHECK(state.tag == 7);
  CHECK(state.thinking);
  CHECK(state.analysis.moves.size() == 2);
  CHECK(state.analysis.ownership.size() == 81);
  GoGame later = game;
  later.play(0, 0);
  thinker.choose(player, later, 8, {}, false);
  state = wait_for(thinker, [](const auto& s) { return s.action.has_value(); });
  CHECK(state.tag == 8);
  CHECK(*state.action == 1);
  thinker.analyse(player, game, 9, false);
  thinker.stop();
  CHECK(thinker.state().tag == -1);
  CHECK_FALSE(thinker.state().thinking);
}

TEST_CASE("a thinker tells why its player gave up") {
  ScriptedGoPlayer player;
  const std::unique_ptr<GoPlayer> chance = random_go_player(1);
  GoThinker thinker;
  thinker.analyse(player, GoGame(19, 19), 1, false);
  CHECK_THAT(wait_for(thinker, [](const auto& s) { return !s.error.empty(); }).error,
             ContainsSubstring("13 × 13"));
  thinker.analyse(*chance, GoGame(9, 9), 2, false);
  CHECK_THAT(wait_for(thinker, [](const auto& s) { return !s.error.empty(); }).error,
             ContainsSubstring("random cannot analyse"));
  thinker.choose(*chance, GoGame(9, 9), 3, {}, false);
  CHECK(wait_for(thinker, [](const auto& s) { return s.action.has_value(); }).action.has_value());
}
