// CaloBuild as people see it: the stack to scale with a shower in it, what is left to spend, and
// how sharp it is.
#include "envs/detector/calo_build.hpp"
#include "envs/detector/calo_optimum.hpp"
#include "envs/detector/picture.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tengen::detector {
namespace {

using namespace picture;

constexpr double kHalfHeight = 9;  // cm of the tower shown above and below its axis

Colour absorber_colour(int absorber) {
  constexpr std::array<Colour, 4> kColours{
      {{104, 110, 126}, {142, 124, 104}, {112, 74, 62}, {158, 98, 56}}};
  return kColours[static_cast<std::size_t>(absorber)];
}

Colour active_colour(std::string_view material) {
  return material == "Sc"    ? Colour{38, 94, 80}
         : material == "LAr" ? Colour{34, 62, 104}
                             : Colour{128, 116, 62};
}

class Painter {
 public:
  Painter(const CaloBuild& env, Canvas& canvas) : env_(env), canvas_(canvas) {
    const std::span<const CaloCell> used = env.plan.cells(storage_);
    cells_.assign(used.begin(), used.end());
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
  [[nodiscard]] double scale() const { return (kTower.width - 40) / env_.context.length_cm; }
  [[nodiscard]] double at(double cm) const { return kTower.x + 20 + cm * scale(); }

  void headline() {
    canvas_.text(20, 16, "CaloBuild", kText, 3);
    const bool resonance = env_.context.target == CaloTarget::kResonance;
    canvas_.text(200, 18,
                 fmt::format("{}   electrons of {:.3g}, {:.3g}, {:.3g} GeV",
                             resonance ? "sharpest resonance" : "best resolution",
                             env_.context.energies_gev[0], env_.context.energies_gev[1],
                             env_.context.energies_gev[2]),
                 kDim);
    canvas_.text(200, 32, pending(), env_.finished ? kMint : kAmber);
    const double r = env_.finished ? env_.reward : env_.value.unclipped;
    const std::string figure = env_.plan.count == 0 ? "R   -" : fmt::format("R {:+.3f}", r);
    text_right(canvas_, kWidth - 20, 16, figure, r > 0 ? kMint : kCoral, 3);
    if (env_.best > -5)
      text_right(canvas_, kWidth - 20, 46, fmt::format("best here {:+.3f}", env_.best), kDim);
  }

  [[nodiscard]] std::string pending() const {
    if (env_.finished) return "finished";
    std::string out = fmt::format("segment {}: ", env_.plan.count + 1);
    if (env_.phase == CaloBuild::kAbsorber) return out + "which absorber?";
    out += kAbsorbers[env_.pending.absorber];
    if (env_.phase == CaloBuild::kThickness) return out + ", how thick?";
    out += fmt::format(" {} X0", kAbsorberLengths[env_.pending.thickness]);
    if (env_.phase == CaloBuild::kActive) return out + ", and which active layer?";
    const ActiveLayer& a = kActiveLayers[env_.pending.active];
    return out + fmt::format(" + {} {:.1f} mm, how often?", a.material, 10 * a.cm);
  }

  void detector() {
    panel(canvas_, kTower, "the tower to scale, and one electron of the middle energy in it");
    const double half = std::min(kHalfHeight * scale(), kTower.height / 2.0 - 46);
    const double middle = kTower.y + kTower.height / 2.0 + 2;
    const Area body{static_cast<int>(at(0)), static_cast<int>(middle - half),
                    static_cast<int>(env_.context.length_cm * scale()), static_cast<int>(2 * half)};
    canvas_.fill(body.x, body.y, body.width, body.height, mix(kPanel, kNight, 0.6));
    stripes(body);
    shower(body, middle);
    axes(body);
  }

  void stripes(const Area& body) {
    double cm = 0;
    for (int i = 0; i < env_.plan.count; ++i) {
      const CaloChoice& choice = env_.plan.segments[static_cast<std::size_t>(i)];
      const CatalogueLayer& layer = catalogue_layer(choice);
      const double active = kActiveLayers[choice.active].cm;
      for (int k = 0; k < choice.layers(); ++k) {
        bar(body, cm, layer.cell.length_cm - active, absorber_colour(choice.absorber));
        bar(body, cm + layer.cell.length_cm - active, active,
            active_colour(kActiveLayers[choice.active].material));
        cm += layer.cell.length_cm;
      }
      canvas_.fill(static_cast<int>(at(cm)), body.y - 4, 1, body.height + 8, kText);
    }
  }

  // Thin layers are less than a pixel wide: what covers part of one shows as such.
  void bar(const Area& body, double from, double cm, Colour colour) {
    const double left = at(from), right = at(from + cm), top = body.y,
                 bottom = body.y + body.height;
    const std::array corners{left, top, right, top, right, bottom, left, bottom};
    canvas_.polygon(corners, colour);
  }

  // Energy layer by layer of one simulated shower, in spots spread by the radial profile.
  void shower(const Area& body, double middle) {
    canvas_.line(kTower.x + 2, middle, at(0), middle, kAmber, 2);
    if (cells_.empty()) return;
    const double energy = env_.context.energies_gev[1];
    const CaloStack stack(cells_, env_.context.readout);
    const auto n = static_cast<std::size_t>(stack.layers());
    std::vector<float> deposited(n), visible(n);
    Rng rng(4);
    stack.simulate_layers(energy, rng, deposited, visible);
    const double maximum = stack.showers(energy).shower(0, 0).maximum();
    HeatMap map(body, 2);
    std::size_t layer = 0;
    double cm = 0, depth = 0;
    for (const CaloCell& cell : cells_)
      for (int k = 0; k < cell.layers; ++k, ++layer) {
        const RadialProfile radial =
            radial_profile(cell.medium, energy, (depth + cell.thickness / 2) / maximum);
        const int spots = 20 + static_cast<int>(9000 * deposited[layer] / energy);
        for (int s = 0; s < spots; ++s) {
          const double r = radial.sample(rng) * cell.medium.moliere_cm;
          const double y = r * std::cos(2 * std::numbers::pi * rng.uniform());
          map.add(at(cm + cell.length_cm * rng.uniform()), middle + y * scale(),
                  deposited[layer] / spots);
        }
        cm += cell.length_cm, depth += cell.thickness;
      }
    map.soften();
    map.paint(canvas_, energy / (60 * scale()));
  }

  void axes(const Area& body) {
    const int below = body.y + body.height + 8, above = body.y - 14;
    const double step = env_.context.length_cm > 60 ? 10 : env_.context.length_cm > 25 ? 5 : 2;
    for (double cm = 0; cm <= env_.context.length_cm + 1e-6; cm += step) {
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
    const CaloPlan& p = env_.plan;
    const CaloContext& c = env_.context;
    const auto row = [&](int i, std::string_view name, const std::string& figure, double part) {
      gauge(canvas_, in.x, in.y + 4 + 33 * i, in.width, name, figure, part);
    };
    row(0, "cost", fmt::format("{:.0f} of {:.0f}", p.cost, c.budget), p.cost / c.budget);
    row(1, "length", fmt::format("{:.1f} of {:.1f} cm", p.length_cm, c.length_cm),
        p.length_cm / c.length_cm);
    row(2, "layers", fmt::format("{} of {}", p.layers, kMostLayers),
        p.layers / double{kMostLayers});
    row(3, "segments", fmt::format("{} of {}", p.count, kMostSegments),
        p.count / double{kMostSegments});
    row(4, "depth", fmt::format("{:.1f} X0", p.depth), p.depth / 30);
  }

  void resolution(const Area& area) {
    const Area in = panel(canvas_, area, "sigma(E)/E, percent");
    Chart chart(canvas_, in, 0.5, 50, 0.5, 20, "GeV");
    const Calorimeter reference(env_.context.reference_design());
    chart.curve([&](double e) { return 100 * reference.analytic(e).resolution; }, kDim, 1.6);
    chart.legend("textbook (R = 0)", kDim);
    if (const CaloPlan* known = best_known_calo(env_.context)) {
      std::array<CaloCell, kMostSegments> storage;
      const CaloStack best(known->cells(storage), env_.context.readout);
      chart.curve([&](double e) { return 100 * best.analytic(e).resolution; }, kMint, 1.6);
      chart.legend("best known", kMint);
    }
    chart.legend("this design", kAmber);
    if (cells_.empty()) return;
    const CaloStack stack(cells_, env_.context.readout);
    chart.curve([&](double e) { return 100 * stack.analytic(e).resolution; }, kAmber, 2.4);
    for (const CaloResult& result : env_.value.at)
      chart.point(result.energy_gev, 100 * result.resolution, kAmber);
  }

  void segments(const Area& area) {
    const Area in = panel(canvas_, area, "from the front");
    for (int i = 0; i < env_.plan.count; ++i) {
      const CaloChoice& c = env_.plan.segments[static_cast<std::size_t>(i)];
      const ActiveLayer& a = kActiveLayers[c.active];
      const int y = in.y + 1 + 14 * i;
      canvas_.fill(in.x, y, 8, 8, absorber_colour(c.absorber));
      canvas_.fill(in.x + 9, y, 8, 8, active_colour(a.material));
      canvas_.text(
          in.x + 26, y,
          fmt::format("{:>2} x {:<2} {:<4} X0 + {:<3} {:.1f} mm", c.layers(),
                      kAbsorbers[c.absorber], kAbsorberLengths[c.thickness], a.material, 10 * a.cm),
          kText);
    }
  }

  const CaloBuild& env_;
  Canvas& canvas_;
  std::array<CaloCell, kMostSegments> storage_;
  std::vector<CaloCell> cells_;
};

}  // namespace

void CaloBuild::draw(Canvas& canvas) const { Painter(*this, canvas).paint(); }

}  // namespace tengen::detector
