#include "experiments/viewer/panel.hpp"

#include "tests/catch.hpp"
#include "tests/experiments/viewer/scripted.hpp"

#include <algorithm>
#include <cmath>

using namespace tengen;

namespace {

// Remembers what was painted and where.
class Witness final : public Painter {
 public:
  explicit Witness(double line_height) : line_height_(line_height) {}
  void fill(const Area& area, Colour) override { areas.push_back(area); }
  void line(double x0, double y0, double x1, double y1, Colour) override {
    areas.push_back({x0, std::min(y0, y1), x1 - x0, std::abs(y1 - y0)});
  }
  void text(double x, double y, std::string_view text, Colour) override {
    texts.emplace_back(text);
    text_areas.push_back({x, y, text_width(text), line_height_});
    areas.push_back(text_areas.back());
  }
  void image(const Canvas&, const Area& area) override { images.push_back(area); }
  [[nodiscard]] double text_width(std::string_view text) const override {
    return 0.55 * line_height_ * static_cast<double>(text.size());
  }
  [[nodiscard]] double line_height() const override { return line_height_; }

  std::vector<Area> areas, text_areas, images;
  std::vector<std::string> texts;

 private:
  double line_height_;
};

bool inside(const Area& a, const Area& frame) {
  return a.x >= frame.x && a.y >= frame.y && a.x + a.width <= frame.x + frame.width + 0.01 &&
         a.y + a.height <= frame.y + frame.height + 0.01;
}

bool overlap(const Area& a, const Area& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

}  // namespace

TEST_CASE("at any size nothing leaves the panel and no two texts overlap") {
  ScriptedSession scripted;
  if (GENERATE(false, true)) {
    scripted.policy.entropy = {0.4F};
    scripted.policy.state.assign(256, 0.5F);
  }
  for (int i = 0; i < 7; ++i) scripted.session.advance();
  const double line_height = GENERATE(9.0, 15.0, 18.0);
  const double width = GENERATE(160.0, 250.0, 440.0);
  const double height = GENERATE(120.0, 240.0, 420.0, 760.0, 1400.0);
  const Area frame{100, 50, width, height};
  Witness witness(line_height);
  paint_panel(witness, frame, scripted.session, "60 frames/s");
  INFO("line height " << line_height << ", panel " << width << " x " << height);
  for (const Area& area : witness.areas) {
    INFO(area.x << ", " << area.y << ": " << area.width << " x " << area.height);
    CHECK(inside(area, frame));
  }
  for (const Area& area : witness.images) CHECK(inside(area, frame));
  for (std::size_t i = 0; i < witness.text_areas.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (overlap(witness.text_areas[i], witness.text_areas[k]))
        FAIL("'" << witness.texts[i] << "' lies on '" << witness.texts[k] << "'");
}

TEST_CASE("the panel names actions, Q-values, score and what the network sees") {
  ScriptedSession scripted;
  for (int i = 0; i < 5; ++i) scripted.session.advance();
  Witness witness(15);
  paint_panel(witness, {0, 0, 440, 760}, scripted.session);
  for (const char* text :
       {"Corridor-v0", "counting, 3 steps", "score 1", "episode 2  step 1", "last 4", "Q-values",
        "NOOP", "RIGHTFIRE", "7.000", "state value", "return so far", "what the network sees"})
    CHECK(std::ranges::count(witness.texts, text) >= 1);
  CHECK(witness.images.size() == 2);  // the stack
}

TEST_CASE("the game keeps its aspect, whole pixels and the middle") {
  const Area wide = fitted({10, 0, 1000, 300}, 4.0 / 3);
  CHECK(wide.width == 400);
  CHECK(wide.height == 300);
  CHECK(wide.x == 310);
  const Area tall = fitted({0, 0, 300, 1000}, 1.5);
  CHECK(tall.width == 300);
  CHECK(tall.height == 200);
  CHECK(tall.y == 400);
}

TEST_CASE("a composed frame has the game on the left, the panel on the right, even sides") {
  ScriptedSession scripted;
  scripted.session.advance();
  Canvas frame;
  for (const FrameLayout& layout : {kClipLayout, kSmallLayout, kSheetLayout}) {
    compose(scripted.session, layout, frame);
    CHECK(frame.width() % 2 == 0);
    CHECK(frame.height() == layout.game_height);
    CHECK(frame.width() == layout.game_height * 4 / 3 + layout.panel_width);
    CHECK(frame.at(5, 5) == Colour{40, 90, 10});
    CHECK(frame.at(frame.width() - 1, 0) == theme::kPanel);
  }
}

TEST_CASE("the panel shows memory and entropy where a player has them") {
  ScriptedSession scripted;
  scripted.policy.entropy = {0.4F};
  scripted.policy.state.assign(256, 0.5F);
  for (int i = 0; i < 5; ++i) scripted.session.advance();
  CHECK(scripted.session.entropies().size() == scripted.session.values().size());
  Witness witness(15);
  paint_panel(witness, {0, 0, 440, 900}, scripted.session);
  for (const char* text : {"memory", "256 numbers", "entropy"})
    CHECK(std::ranges::count(witness.texts, text) == 1);
  CHECK(witness.images.size() == 3);  // the strip and the stack
}

TEST_CASE("where there is no room for all actions, the best and the chosen one are shown") {
  using Actions = std::vector<std::size_t>;
  const std::vector<float> judgement = {0.1F, 0, 0.5F, NAN, 0.3F};
  CHECK(shown_actions(5, 5, judgement, 1) == Actions{0, 1, 2, 3, 4});
  CHECK(shown_actions(5, 3, judgement, 2) == Actions{0, 2, 4});
  CHECK(shown_actions(5, 3, judgement, 3) == Actions{2, 3, 4});
  CHECK(shown_actions(5, 2, {}, 4) == Actions{0, 4});
  CHECK(shown_actions(5, 0, judgement, 4).empty());
}
