// TrackerBuild as people see it: a quarter of the barrel across the beam, to scale, with tracks.
#include "envs/detector/picture.hpp"
#include "envs/detector/tracker_build.hpp"
#include "physics/constants.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace tengen::detector {
namespace {

using namespace picture;

constexpr std::array<Colour, 3> kLayerColours{{{255, 207, 92}, {96, 178, 255}, {132, 146, 176}}};

class Painter {
 public:
  Painter(const TrackerBuild& env, Canvas& canvas)
      : env_(env), canvas_(canvas), tracker_(build_tracker(env.plan)) {}

  void paint() {
    canvas_.reset(kWidth, kHeight, kNight);
    headline();
    barrel();
    gauges({680, 64, 240, 236});
    layers({940, 64, 240, 236});
    const bool measures = tracker_.layers.size() >= kLeastTrackerLayers;
    chart({680, 316, 500, 162}, "sigma(p_T)/p_T, percent", measures, 0.05, 20,
          [](const TrackResolution& r) { return 100 * r.momentum; });
    chart({680, 494, 500, 162}, "sigma(d0), micrometres", measures, 2, 500,
          [](const TrackResolution& r) { return 1e4 * r.impact_cm; });
  }

 private:
  static constexpr Area kBarrel{20, 64, 640, 592};
  static constexpr double kScale = 4.8, kLeft = 46, kBottom = 632;  // pixels per cm; the beam

  void headline() {
    canvas_.text(20, 16, "TrackerBuild", kText, 3);
    canvas_.text(254, 18,
                 env_.context.identical ? "six equal layers, whatever they cost"
                                        : "thin pixels, pixels, strips; at least four layers",
                 kDim);
    canvas_.text(254, 32,
                 env_.finished ? "finished" : fmt::format("layer {}: where?", env_.plan.count + 1),
                 env_.finished ? kMint : kAmber);
    const bool measures = tracker_.layers.size() >= kLeastTrackerLayers;
    const double r = env_.finished ? env_.reward : env_.value.reward;
    text_right(canvas_, kWidth - 20, 16, measures ? fmt::format("R {:+.3f}", r) : "R   -",
               r > 0 ? kMint : kCoral, 3);
    if (env_.best > -8)
      text_right(canvas_, kWidth - 20, 46, fmt::format("best here {:+.3f}", env_.best), kDim);
  }

  // A quarter of a circle around the beam.
  void arc(double radius, double thickness, Colour colour, double opacity = 1) {
    const int pieces = 12 + static_cast<int>(radius / 2);
    std::vector<double> ends;
    for (int i = 0; i < pieces; ++i)
      for (const int k : {i, i + 1}) {
        const double angle = 0.5 * std::numbers::pi * k / pieces;
        ends.push_back(kLeft + kScale * radius * std::cos(angle));
        ends.push_back(kBottom - kScale * radius * std::sin(angle));
      }
    canvas_.lines(ends, colour, thickness, opacity);
  }

  void barrel() {
    panel(canvas_, kBarrel, "a quarter of the barrel, to scale, across the beam in 3.8 T");
    for (int slot = 0; slot < kSlots; ++slot)
      arc(slot_radius_cm(slot), 1, kGrid, env_.plan.last >= slot ? 0.45 : 0.9);
    arc(tracker_.pipe_radius_cm, 2, kDim);
    for (const TrackerLayer& layer : tracker_.layers)
      arc(layer.radius_cm, 1.5 + 300 * layer.lengths, colour(layer));
    for (const auto& [pt, degrees, bend] :
         {std::array{1.0, 24.0, 1.0}, {2.0, 68.0, -1.0}, {5.0, 34.0, -1.0}, {100.0, 50.0, 1.0}})
      track(pt, degrees * std::numbers::pi / 180, bend);
    for (int r = 20; r <= 100; r += 20)
      text_centred(canvas_, kLeft + kScale * r, static_cast<int>(kBottom) + 6, fmt::format("{}", r),
                   kDim);
    text_right(canvas_, kBarrel.x + kBarrel.width - 10, static_cast<int>(kBottom) + 6, "cm", kDim);
  }

  static Colour colour(const TrackerLayer& layer) {
    for (std::size_t i = 0; i < kTechnologies.size(); ++i)
      if (kTechnologies[i].resolution_cm == layer.resolution_cm) return kLayerColours[i];
    return kText;
  }

  // A circle from the beam, which crosses radius r at asin(r/2R) from where it began.
  void track(double pt, double angle, double bend) {
    const double radius = 100 * pt / (kGevPerTeslaMetre * tracker_.field_tesla);
    const auto place = [&](double r) {
      const double turned = angle + bend * std::asin(std::min(1.0, r / (2 * radius)));
      return std::array{kLeft + kScale * r * std::cos(turned),
                        kBottom - kScale * r * std::sin(turned)};
    };
    std::vector<double> ends;
    for (int i = 0; i < 60; ++i)
      for (const int k : {i, i + 1}) {
        const auto [x, y] = place(117.0 * k / 60);
        ends.insert(ends.end(), {x, y});
      }
    canvas_.lines(ends, kAmber, 1.4, 0.75);
    for (const TrackerLayer& layer : tracker_.layers) {
      const auto [x, y] = place(layer.radius_cm);
      canvas_.disc(x, y, 8, heat(0.55), 0.25);
      canvas_.disc(x, y, 4.5, heat(0.8), 0.8);
      canvas_.disc(x, y, 2, heat(1));
    }
    const auto [x, y] = place(119);
    text_centred(canvas_, std::min(x + 4, kBarrel.x + kBarrel.width - 30.0),
                 static_cast<int>(y) - 8, fmt::format("{:.0f} GeV", pt), kAmber);
  }

  void gauges(const Area& area) {
    const Area in = panel(canvas_, area, "what is spent");
    const TrackerPlan& p = env_.plan;
    const TrackerContext& c = env_.context;
    const auto row = [&](int i, std::string_view name, const std::string& number, double part) {
      gauge(canvas_, in.x, in.y + 6 + 40 * i, in.width, name, number, part);
    };
    row(0, "layers", fmt::format("{} of {}", p.count, c.most_layers()),
        p.count / static_cast<double>(c.most_layers()));
    if (!c.identical) {
      row(1, "cost", fmt::format("{:.0f} of {:.0f}", p.cost, c.budget), p.cost / c.budget);
      row(2, "material", fmt::format("{:.1f} of {:.1f} % X0", 100 * p.material, 100 * c.material),
          p.material / c.material);
    }
    for (std::size_t i = 0; i < kTechnologies.size(); ++i) {
      const int y = in.y + 132 + 14 * static_cast<int>(i);
      canvas_.fill(in.x, y, 14, 8, kLayerColours[i]);
      const Technology& t = kTechnologies[i];
      canvas_.text(in.x + 22, y,
                   fmt::format("{:<6}{:2.0f} um, {:.1f} % X0", t.name, 1e4 * t.resolution_cm,
                               100 * t.lengths),
                   kText);
    }
  }

  void layers(const Area& area) {
    const Area in = panel(canvas_, area, "from the inside");
    int y = in.y + 2;
    for (const TrackerLayer& layer : tracker_.layers) {
      canvas_.fill(in.x, y, 14, 8, colour(layer));
      canvas_.text(
          in.x + 22, y,
          fmt::format("{:6.1f} cm  {:2.0f} um", layer.radius_cm, 1e4 * layer.resolution_cm), kText);
      y += 18;
    }
  }

  template <class F>
  void chart(const Area& area, std::string_view title, bool measures, double low, double high,
             F&& metric) {
    const Area in = panel(canvas_, area, title);
    Chart chart(canvas_, in, 0.5, 200, low, high, "GeV");
    const auto of = [&](const Tracker& tracker) {
      return [&](double pt) { return metric(track_resolution(tracker, pt)); };
    };
    const Tracker equidistant = slot_tracker(kEquidistantSlots);
    chart.curve(of(equidistant), kDim, 1.6);
    chart.legend("equidistant (R = 0)", kDim);
    if (const auto known = best_known_tracker(env_.context)) {
      const Tracker best = build_tracker(*known);
      chart.curve(of(best), kMint, 1.6);
      chart.legend("best known", kMint);
    }
    chart.legend("this tracker", kAmber);
    if (!measures) return;
    chart.curve(of(tracker_), kAmber, 2.4);
    for (std::size_t i = 0; i < kScoredPt.size(); ++i)
      chart.point(kScoredPt[i], metric(env_.value.score.at[i]), kAmber);
  }

  const TrackerBuild& env_;
  Canvas& canvas_;
  Tracker tracker_;
};

}  // namespace

void TrackerBuild::draw(Canvas& canvas) const { Painter(*this, canvas).paint(); }

}  // namespace tengen::detector
