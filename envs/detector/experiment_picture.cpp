// ExperimentBuild as people see it: a slice from the beam outwards, to scale.
#include "core/usize.hpp"
#include "envs/detector/calo_picture.hpp"
#include "envs/detector/experiment_build.hpp"
#include "envs/detector/picture.hpp"

#include <cmath>

namespace tengen::detector {

namespace {

using namespace picture;

constexpr double kFront = 118;  // cm, where the calorimeter begins

// Tracker, calorimeter, an electron's shower and a muon, along the radius.
void draw_slice(const ExperimentBuild& env, Canvas& canvas) {
  constexpr int kLeft = 44, kMiddle = 246, kHalf = 128;
  const TrackerBuild& tracker = env.tracker;
  const CaloBuild& calorimeter = env.calorimeter;
  const ExperimentContext& context = env.context;
  panel(canvas, {20, 64, 1160, 372}, "from the beam outwards, to scale: tracker, calorimeter");
  const double scale = 1120 / (kFront + context.calorimeter.length_cm);
  const auto at = [&](double cm) { return kLeft + cm * scale; };
  const Area body{static_cast<int>(at(kFront)), kMiddle - kHalf,
                  static_cast<int>(context.calorimeter.length_cm * scale), 2 * kHalf};
  canvas.fill(body.x, body.y, body.width, body.height, mix(kPanel, kNight, 0.6));
  constexpr std::array<Colour, 3> kColours{{{255, 207, 92}, {96, 178, 255}, {132, 146, 176}}};
  for (int slot = 0; slot < kSlots; ++slot) {
    const int technology = tracker.plan.technology[usize(slot)];
    const double x = at(slot_radius_cm(slot));
    if (technology < 0) {
      canvas.line(x, body.y, x, body.y + body.height, kGrid, 1, 0.5);
      continue;
    }
    const auto i = usize(technology);
    canvas.line(x, body.y, x, body.y + body.height, kColours[i],
                1.5 + 200 * kTechnologies[i].lengths);
  }
  draw_stack(canvas, body, scale, calorimeter.plan.design(context.calorimeter.readout).segments,
             kDecayGev);
  // An electron straight out, and a muon that leaves everything.
  canvas.line(at(0), kMiddle, at(kFront), kMiddle, kAmber, 1.6);
  canvas.line(at(0), kMiddle, at(kFront + context.calorimeter.length_cm), kMiddle - 92, kMint, 1.6);
  canvas.disc(at(0), kMiddle, 5, kText);
  for (int slot = 0; slot < kSlots; ++slot) {
    if (tracker.plan.technology[usize(slot)] < 0) continue;
    const double r = slot_radius_cm(slot);
    const double up = 92 * r / (kFront + context.calorimeter.length_cm);
    for (const double y : {kMiddle * 1.0, kMiddle - up}) {
      canvas.disc(at(r), y, 4.5, heat(0.7), 0.7);
      canvas.disc(at(r), y, 2, heat(1));
    }
  }
  for (int r = 0; r <= static_cast<int>(kFront + context.calorimeter.length_cm); r += 20)
    text_centred(canvas, at(r), body.y + body.height + 10, fmt::format("{} cm", r), kDim);
}

void draw_gauges(const ExperimentBuild& env, const ExperimentValue& v, Canvas& canvas) {
  const TrackerBuild& tracker = env.tracker;
  const CaloBuild& calorimeter = env.calorimeter;
  const ExperimentContext& context = env.context;
  const Area spent = panel(canvas, {20, 452, 570, 204}, "what is spent");
  const double cost = tracker.plan.cost + calorimeter.plan.cost;
  const auto row = [&](int i, std::string_view name, const std::string& number, double part) {
    gauge(canvas, spent.x, spent.y + 4 + 40 * i, spent.width, name, number, part);
  };
  row(0, "all", fmt::format("{:.0f} of {:.0f}", cost, context.budget), cost / context.budget);
  row(1, "tracker",
      fmt::format("{:.0f}, {} layers, {:.1f} % X0", tracker.plan.cost, tracker.plan.count,
                  100 * tracker.plan.material),
      tracker.plan.cost / context.budget);
  row(2, "calorimeter",
      fmt::format("{:.0f}, {} layers, {:.1f} X0", calorimeter.plan.cost, calorimeter.plan.layers,
                  calorimeter.plan.depth),
      calorimeter.plan.cost / context.budget);
  row(3, "calorimeter's length",
      fmt::format("{:.1f} of {:.1f} cm", calorimeter.plan.length_cm, context.calorimeter.length_cm),
      calorimeter.plan.length_cm / context.calorimeter.length_cm);
  const Area found = panel(canvas, {610, 452, 570, 204}, "significance over the reference's");
  const auto bar = [&](int i, std::string_view name, double z) {
    gauge(canvas, found.x, found.y + 4 + 40 * i, found.width, name, fmt::format("{:.3f}", z),
          z / 2);
  };
  bar(0, "muons, by the tracker", v.muons);
  bar(1, "electrons, by the calorimeter", v.electrons);
  bar(2, "both", v.ratio);
}

}  // namespace

void ExperimentBuild::draw(Canvas& canvas) const {
  canvas.reset(kWidth, kHeight, kNight);
  const ExperimentValue v = value();
  canvas.text(20, 16, "ExperimentBuild", kText, 3);
  canvas.text(310, 18, fmt::format("X to two muons or two electrons of {:.0f} GeV", kDecayGev),
              kDim);
  canvas.text(310, 32,
              finished          ? "finished"
              : calorimeter_now ? "building the calorimeter"
                                : "building the tracker",
              finished ? kMint : kAmber);
  text_right(canvas, kWidth - 20, 16,
             fmt::format("P(X|D) {:.3f}", finished ? reward : v.probability()),
             v.ratio > 1 ? kMint : kCoral, 3);
  if (best > 0) text_right(canvas, kWidth - 20, 46, fmt::format("best here {:.3f}", best), kDim);
  draw_slice(*this, canvas);
  draw_gauges(*this, v, canvas);
}

}  // namespace tengen::detector
