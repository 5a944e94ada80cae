// A calorimeter as people see it: the stack to scale with a shower in it, what is left to spend,
// and how sharp it is.
#include "envs/detector/calo_picture.hpp"

#include "core/usize.hpp"
#include "envs/detector/calo_build.hpp"
#include "envs/detector/picture.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tengen::detector {
namespace {

using namespace picture;

constexpr double kHalfHeight = 9;  // cm of the tower shown above and below its axis

Colour absorber_colour(std::string_view material) {
  return material == "Pb"   ? Colour{104, 110, 126}
         : material == "W"  ? Colour{142, 124, 104}
         : material == "Fe" ? Colour{112, 74, 62}
                            : Colour{158, 98, 56};
}

Colour active_colour(std::string_view material) {
  return material == "Sc"    ? Colour{38, 94, 80}
         : material == "LAr" ? Colour{34, 62, 104}
                             : Colour{128, 116, 62};
}

// Energy layer by layer of one simulated shower, in spots spread by the radial profile.
void paint_shower(Canvas& canvas, const Area& body, double scale, std::span<const CaloCell> cells,
                  double energy) {
  const CaloStack stack(cells, {});
  const auto n = usize(stack.layers());
  std::vector<float> deposited(n), visible(n);
  Rng rng(4);
  stack.simulate_layers(energy, rng, deposited, visible);
  const double maximum = stack.showers(energy).shower(0, 0).maximum();
  HeatMap map(body, 2);
  std::size_t layer = 0;
  double cm = 0, depth = 0;
  for (const CaloCell& cell : cells)
    for (int k = 0; k < cell.layers; ++k, ++layer) {
      const RadialProfile radial =
          radial_profile(cell.medium, energy, (depth + cell.thickness / 2) / maximum);
      const int spots = 20 + static_cast<int>(9000 * deposited[layer] / energy);
      for (int s = 0; s < spots; ++s) {
        const double r = radial.sample(rng) * cell.medium.moliere_cm;
        const double y = r * std::cos(2 * std::numbers::pi * rng.uniform());
        map.add(body.x + (cm + cell.length_cm * rng.uniform()) * scale,
                body.y + body.height / 2.0 + y * scale, deposited[layer] / spots);
      }
      cm += cell.length_cm, depth += cell.thickness;
    }
  map.soften();
  map.paint(canvas, energy / (60 * scale));
}

class Painter {
 public:
  Painter(const CaloView& view, Canvas& canvas) : view_(view), canvas_(canvas) {
    for (const Segment& s : view.segments) cells_.push_back(calo_cell(s));
    stack_cells(cells_);
  }

  void paint() {
    canvas_.reset(kWidth, kHeight, kNight);
    headline();
    detector();
    gauges({20, 452, 300, 204});
    resolution({340, 452, 480, 204});
    segments({840, 452, 340, 204});
  }

 private:
  // Left end of the tower and pixels per cm, by the length that may be built.
  static constexpr Area kTower{20, 64, 1160, 372};
  [[nodiscard]] double scale() const { return (kTower.width - 40) / view_.context.length_cm; }
  [[nodiscard]] double at(double cm) const { return kTower.x + 20 + cm * scale(); }

  void headline() {
    canvas_.text(20, 16, view_.title, kText, 3);
    const CaloTarget target = view_.context.target;
    const auto& energies = view_.context.energies_gev;
    canvas_.text(200, 18,
                 fmt::format("{} of {:.3g}, {:.3g}, {:.3g} GeV",
                             target == CaloTarget::kGammaPi0    ? "photons from pions,"
                             : target == CaloTarget::kResonance ? "sharpest resonance   electrons"
                                                                : "best resolution   electrons",
                             energies[0], energies[1], energies[2]),
                 kDim);
    canvas_.text(200, 32, view_.status, view_.finished ? kMint : kAmber);
    text_right(canvas_, kWidth - 20, 16,
               cells_.empty() ? "R   -" : fmt::format("R {:+.3f}", view_.reward),
               view_.reward > 0 ? kMint : kCoral, 3);
    if (view_.best > -5)
      text_right(canvas_, kWidth - 20, 46, fmt::format("best here {:+.3f}", view_.best), kDim);
  }

  void detector() {
    panel(canvas_, kTower, "the tower to scale, and one electron of the middle energy in it");
    const double half = std::min(kHalfHeight * scale(), kTower.height / 2.0 - 46);
    const double middle = kTower.y + kTower.height / 2.0 + 2;
    const Area body{static_cast<int>(at(0)), static_cast<int>(middle - half),
                    static_cast<int>(view_.context.length_cm * scale()),
                    static_cast<int>(2 * half)};
    canvas_.fill(body.x, body.y, body.width, body.height, mix(kPanel, kNight, 0.6));
    canvas_.line(kTower.x + 2, middle, at(0), middle, kAmber, 2);
    draw_stack(canvas_, body, scale(), view_.segments, view_.context.energies_gev[1]);
    axes(body);
  }

  void axes(const Area& body) {
    const int below = body.y + body.height + 8, above = body.y - 14;
    const double step = view_.context.length_cm > 60 ? 10 : view_.context.length_cm > 25 ? 5 : 2;
    for (double cm = 0; cm <= view_.context.length_cm + 1e-6; cm += step) {
      canvas_.fill(static_cast<int>(at(cm)), body.y + body.height, 1, 5, kDim);
      text_centred(canvas_, at(cm), below, fmt::format("{:.0f}", cm), kDim);
    }
    text_right(canvas_, kTower.x + kTower.width - 8, below + 12, "cm", kDim);
    double cm = 0, depth = 0, next = 5;
    for (const CaloCell& cell : cells_)
      for (int k = 0; k < cell.layers; ++k) {
        cm += cell.length_cm, depth += cell.thickness;
        if (depth < next) continue;
        canvas_.fill(static_cast<int>(at(cm)), body.y - 5, 1, 5, kDim);
        text_centred(canvas_, at(cm), above, fmt::format("{:.0f} X0", next), kDim);
        next += 5;
      }
  }

  void gauges(const Area& area) {
    const Area in = panel(canvas_, area, "what is spent");
    const CaloContext& c = view_.context;
    const double length = cells_.empty() ? 0 : CaloStack(cells_, c.readout).length_cm();
    const int layers = cells_.empty() ? 0 : CaloStack(cells_, c.readout).layers();
    const auto segments = static_cast<int>(cells_.size());
    const double depth = cells_.empty() ? 0 : cells_.back().end;
    const auto row = [&](int i, std::string_view name, const std::string& number, double part) {
      gauge(canvas_, in.x, in.y + 4 + 33 * i, in.width, name, number, part);
    };
    row(0, "cost", fmt::format("{:.0f} of {:.0f}", view_.cost, c.budget), view_.cost / c.budget);
    row(1, "length", fmt::format("{:.1f} of {:.1f} cm", length, c.length_cm), length / c.length_cm);
    row(2, "layers", fmt::format("{} of {}", layers, kMostLayers), layers / double{kMostLayers});
    row(3, "segments", fmt::format("{} of {}", segments, view_.most_segments),
        segments / static_cast<double>(view_.most_segments));
    row(4, "depth", fmt::format("{:.1f} X0", depth), depth / 30);
  }

  void resolution(const Area& area) {
    const Area in = panel(canvas_, area, "sigma(E)/E, percent");
    Chart chart(canvas_, in, 0.5, 50, 0.5, 20, "GeV");
    const Calorimeter reference(view_.context.reference_design());
    chart.curve([&](double e) { return 100 * reference.stack().core(e).half_width; }, kDim, 1.6);
    chart.legend("textbook (R = 0)", kDim);
    if (const CaloPlan* known = best_known_calo(view_.context)) {
      std::array<CaloCell, kMostSegments> storage;
      const CaloStack best(known->cells(storage), view_.context.readout);
      chart.curve([&](double e) { return 100 * best.core(e).half_width; }, kMint, 1.6);
      chart.legend("best known", kMint);
    }
    chart.legend("this design", kAmber);
    if (cells_.empty()) return;
    const CaloStack stack(cells_, view_.context.readout);
    chart.curve([&](double e) { return 100 * stack.core(e).half_width; }, kAmber, 2.4);
    for (const CaloResult& result : view_.at)
      chart.point(result.energy_gev, 100 * result.half_width, kAmber);
  }

  void segments(const Area& area) {
    const Area in = panel(canvas_, area, "from the front");
    int y = in.y + 1;
    for (const Segment& s : view_.segments) {
      canvas_.fill(in.x, y, 8, 8, absorber_colour(s.absorber->name));
      canvas_.fill(in.x + 9, y, 8, 8, active_colour(s.active->name));
      canvas_.text(
          in.x + 26, y,
          fmt::format("{:>2} x {:<2} {:4.2f} X0 + {:<3} {:.1f} mm", s.layers, s.absorber->name,
                      s.absorber_cm / s.absorber->radiation_cm(), s.active->name, 10 * s.active_cm),
          kText);
      y += 14;
    }
  }

  const CaloView& view_;
  Canvas& canvas_;
  std::vector<CaloCell> cells_;
};

}  // namespace

void draw_stack(Canvas& canvas, const picture::Area& body, double scale,
                std::span<const Segment> segments, double energy_gev) {
  // Thin layers are less than a pixel wide: what covers part of one shows as such.
  const auto bar = [&](double from, double cm, Colour colour) {
    const double left = body.x + from * scale, right = left + cm * scale, top = body.y,
                 bottom = body.y + body.height;
    const std::array corners{left, top, right, top, right, bottom, left, bottom};
    canvas.polygon(corners, colour);
  };
  double cm = 0;
  std::vector<CaloCell> cells;
  for (const Segment& s : segments) {
    for (int k = 0; k < s.layers; ++k) {
      bar(cm, s.absorber_cm, absorber_colour(s.absorber->name));
      bar(cm + s.absorber_cm, s.active_cm, active_colour(s.active->name));
      cm += s.absorber_cm + s.active_cm;
    }
    canvas.fill(static_cast<int>(body.x + cm * scale), body.y - 4, 1, body.height + 8, kText);
    cells.push_back(calo_cell(s));
  }
  stack_cells(cells);
  if (!cells.empty()) paint_shower(canvas, body, scale, cells, energy_gev);
}

void draw_calorimeter(const CaloView& view, Canvas& canvas) { Painter(view, canvas).paint(); }

void CaloBuild::draw(Canvas& canvas) const {
  const auto status = [&]() -> std::string {
    if (finished) return "finished";
    std::string out = fmt::format("segment {}: ", plan.count + 1);
    if (phase == kAbsorber) return out + "which absorber?";
    out += kAbsorbers[pending.absorber];
    if (phase == kThickness) return out + ", how thick?";
    out += fmt::format(" {} X0", kAbsorberLengths[pending.thickness]);
    if (phase == kActive) return out + ", and which active layer?";
    const ActiveLayer& a = kActiveLayers[pending.active];
    return out + fmt::format(" + {} {:.1f} mm, how often?", a.material, 10 * a.cm);
  };
  draw_calorimeter({.title = "CaloBuild",
                    .status = status(),
                    .finished = finished,
                    .reward = finished ? reward : value.unclipped,
                    .best = best,
                    .context = context,
                    .segments = plan.design(context.readout).segments,
                    .most_segments = kMostSegments,
                    .cost = plan.cost,
                    .at = value.at},
                   canvas);
}

}  // namespace tengen::detector
