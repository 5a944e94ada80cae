// Checks 25, 29 to 31 and 33 to 38: sampling calorimeters; 42: scaling laws.
#include "core/usize.hpp"
#include "physics/calorimeter.hpp"
#include "physics/tracker.hpp"
#include "physics/validation/published_data.hpp"
#include "physics/validation/validation.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>

namespace tengen::detector {
namespace {

Segment segment(int n, std::string_view absorber, double absorber_cm, std::string_view active,
                double active_cm) {
  return {n, &material(absorber), absorber_cm, &material(active), active_cm};
}

Calorimeter uniform(int n, std::string_view absorber, double absorber_cm, std::string_view active,
                    double active_cm) {
  return Calorimeter({{segment(n, absorber, absorber_cm, active, active_cm)}, {}});
}

// Two plates as one absorber.
Material laminate(std::string_view first, double first_cm, std::string_view second,
                  double second_cm) {
  const Material &a = material(first), &b = material(second);
  const Mixture mixture = mix(a, first_cm, b, second_cm);
  const double share = a.density * first_cm / (a.density * first_cm + b.density * second_cm);
  Material out;
  out.z = mixture.z;
  out.density = mixture.density;
  out.radiation_gcm2 = mixture.radiation_cm * mixture.density;
  out.critical_mev = mixture.critical_mev;
  out.z_over_a = share * a.z_over_a + (1 - share) * b.z_over_a;
  out.minimum_loss = share * a.minimum_loss + (1 - share) * b.minimum_loss;
  return out;
}

// Monte Carlo with one seed for all.
class Simulation {
 public:
  explicit Simulation(Effort effort)
      : simulator_(CaloMode::kMonteCarlo, effort == Effort::kFull ? 100'000 : 20'000, 29) {}
  CaloResult operator()(const Calorimeter& calorimeter, double energy_gev) {
    return simulator_.evaluate(calorimeter, energy_gev);
  }
  /// σ/E √E, percent √GeV.
  double stochastic(const Calorimeter& calorimeter, double energy_gev) {
    return (*this)(calorimeter, energy_gev).resolution * std::sqrt(energy_gev) * 100;
  }

 private:
  CaloSimulator simulator_;
};

void lead_argon(Simulation& simulate, std::vector<Check>& out) {
  const CaloResult r = simulate(uniform(50, "Pb", 0.23, "LAr", 0.57), 1);
  const double argon = 1000 * r.visible_fraction;
  Worst mean("25a", "1 GeV e in 50 × (2.3 mm Pb, 5.7 mm LAr), mean deposits, MeV; Geant4 TestEm3",
             percent(3));
  mean.add("LAr", argon, 215.7);
  mean.add("Pb", 1000 * (1 - r.leakage) - argon, 774.0);
  out.push_back(mean.check());
  out.push_back(compare("25b", "rms of that in LAr, MeV; TestEm3 (13.4 ± 0.95)",
                        argon * r.resolution_unweighted, 13.4, percent(12)));
  out.push_back(compare("25c", "rms of that in LAr, MeV; EGSnrc (15.0 ± 0.3)",
                        argon * r.resolution_unweighted, 15.0, percent(12)));
}

std::string name_of(const reference::Stack& s) {
  return fmt::format("{} {:g} {} {:g} mm", s.absorber, s.absorber_cm * 10, s.active,
                     s.active_cm * 10);
}

void reference_stacks(Simulation& simulate, std::vector<Check>& out) {
  const std::map<std::string, double> terms{
      {"Pb 1 Sc 5 mm", 3.96},  {"Pb 2 Sc 4 mm", 7.3},       {"Pb 2 Sc 2 mm", 8.5},
      {"Pb 5 Sc 5 mm", 12.6},  {"Pb 10 Sc 2.5 mm", 23.3},   {"Pb 2.3 LAr 5.7 mm", 7.1},
      {"W 2 Si 0.3 mm", 14.5}, {"W 3.5 Si 0.5 mm", 18.6},   {"Fe 25 Sc 5 mm", 20.7},
      {"Cu 5 Sc 3 mm", 9.2},   {"Fe 23.08 Si 0.4 mm", 27.3}};
  Worst term("29a", "stochastic term, % √GeV, eleven stacks; EGSnrc", percent(10));
  Worst ratio("30a", "e/mip of the same, 1 to 20 GeV; EGSnrc", percent(8));
  Worst slope("30b", "e/mip at 20 GeV over that at 1 GeV", within(0.015));
  struct Sum {
    double stochastic = 0, n = 0, first = 0, last = 0;
  };
  std::map<std::string, Sum> sums;
  double square = 0;
  for (const reference::Stack& s : reference::kStacks) {
    const std::string name = name_of(s);
    const CaloResult r =
        simulate(uniform(s.n, s.absorber, s.absorber_cm, s.active, s.active_cm), s.energy_gev);
    const double f_mip =
        cell_response(material(s.absorber), s.absorber_cm, material(s.active), s.active_cm).f_mip;
    const double e_over_mip = r.visible_fraction / (1 - r.leakage) / f_mip;
    ratio.add(fmt::format("{} {} GeV", name, s.energy_gev), e_over_mip, s.e_over_mip);
    Sum& sum = sums[name];
    sum.stochastic += r.resolution * std::sqrt(s.energy_gev) * 100;
    sum.n += 1;
    if (s.energy_gev == 1) sum.first = e_over_mip;
    if (s.energy_gev == 20) sum.last = e_over_mip;
    square += std::pow(r.resolution / s.resolution - 1, 2);
  }
  for (const auto& [name, sum] : sums) {
    term.add(name, sum.stochastic / sum.n, terms.at(name));
    if (sum.first > 0 && sum.last > 0) slope.add(name, sum.last / sum.first, 1);
  }
  out.push_back(term.check());
  out.push_back(between("29b", "rms over 24 points of resolution over EGSnrc's less 1, percent",
                        100 * std::sqrt(square / std::size(reference::kStacks)), 0, 8));
  out.insert(out.end(), {ratio.check(), slope.check()});
}

// Layers above 90 % of the maximum: "around" it. A layer's energy fluctuates by 30 %: so many
// showers that what is left of it, 0.2 %, is small beside the tolerance.
void layer_energies(Effort effort, std::vector<Check>& out) {
  const int showers = effort == Effort::kFull ? 50'000 : 20'000;
  Worst worst("31", "mean energy of layers above 90 % of the highest, 24 stacks; EGSnrc",
              percent(8));
  for (const reference::Stack& s : reference::kStacks) {
    const Calorimeter c = uniform(s.n, s.absorber, s.absorber_cm, s.active, s.active_cm);
    const auto n = usize(s.n);
    std::vector<float> deposited(n), visible(n);
    std::vector<double> sum(n);
    Rng rng(31);
    for (int i = 0; i < showers; ++i) {
      c.stack().simulate_layers(s.energy_gev, rng, deposited, visible);
      for (std::size_t k = 0; k < n; ++k) sum[k] += 1000.0 * visible[k] / showers;
    }
    float highest = 0;
    for (const float layer : s.layers) highest = std::max(highest, layer);
    for (std::size_t k = 0; k < s.layers.size() && s.layers[k] > 0; ++k)
      if (s.layers[k] > 0.9F * highest)
        worst.add(fmt::format("{} {} GeV, layer {}", name_of(s), s.energy_gev, usize(s.first) + k),
                  sum[usize(s.first) + k], s.layers[k]);
  }
  out.push_back(worst.check());
}

// (σ/E)² = a²/E + b² by least squares over these energies: percent.
std::pair<double, double> fit_terms(Simulation& simulate, const Calorimeter& calorimeter,
                                    std::initializer_list<double> energies) {
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  const auto n = static_cast<double>(energies.size());
  for (const double e : energies) {
    const double x = 1 / e, y = std::pow(100 * simulate(calorimeter, e).resolution, 2);
    sx += x, sy += y, sxx += x * x, sxy += x * y;
  }
  const double a2 = (n * sxy - sx * sy) / (n * sxx - sx * sx);
  return {std::sqrt(std::max(a2, 0.0)), std::sqrt(std::max((sy - a2 * sx) / n, 0.0))};
}

void experiments(Simulation& simulate, std::vector<Check>& out) {
  out.push_back(compare("33", "10 mm Pb, 2.5 mm scintillator, % √GeV; ZEUS prototype, measured",
                        simulate.stochastic(uniform(20, "Pb", 1, "Sc", 0.25), 5), 23.5,
                        percent(7)));
  // Tungsten of 1.4, 2.8 and 4.2 mm. Every other layer has 7.2 % of a plate of 1.4 mm more in front
  // (the paper's η): circuit boards, shielding, carbon fibre. That is 2.8 mm of G10 a layer.
  constexpr double kBoard = 0.28;
  const Material plates[] = {laminate("W", 0.14, "G10", kBoard), laminate("W", 0.28, "G10", kBoard),
                             laminate("W", 0.42, "G10", kBoard)};
  CaloDesign calice;
  for (std::size_t i = 0; i < 3; ++i)
    calice.segments.push_back(
        {10, &plates[i], kBoard + 0.14 * static_cast<double>(i + 1), &material("Si"), 0.0525});
  out.push_back(compare("34", "CALICE Si-W, stochastic term, % √GeV; measured, arXiv 0811.2354",
                        fit_terms(simulate, Calorimeter(calice), {6, 10, 15, 20, 30, 45}).first,
                        16.6, percent(12)));
  const double sampling = simulate.stochastic(uniform(66, "Pb", 0.2, "Sc", 0.4), 10);
  out.push_back(between("35", "LHCb's 9 % √GeV less sampling in quadrature: photo-statistics, %",
                        std::sqrt(81 - sampling * sampling), 4, 6));
  // 4500 photo-electrons a GeV with an excess noise factor of 2; the energy inside 3 × 3 crystals
  // of 2.2 cm, taken as a circle, fluctuates as its number of spots does.
  const Calorimeter cms({{segment(1, "Pb", 0, "PbWO4", 23)}, {4500.0 / 2, 0, 0}});
  const Medium crystal = homogeneous_medium(material("PbWO4"));
  const double radius = 6.6 / std::sqrt(3.14159265358979) / crystal.moliere_cm;
  const double inside = contained(crystal, 1, std::numeric_limits<double>::infinity(), radius);
  const double light = simulate(cms, 1).resolution;
  out.push_back(
      compare("36",
              "CMS 3 × 3 crystals, photo-statistics and containment at 1 GeV, %; "
              "measured stochastic term",
              100 * std::hypot(light, std::sqrt((1 - inside) / inside / spots(crystal, 1))), 2.8,
              percent(15)));
  out.push_back(between("38", "0.275 mm Pb, 1.5 mm scintillator, sampling alone, % √GeV; 0709.4514",
                        simulate.stochastic(uniform(600, "Pb", 0.0275, "Sc", 0.15), 0.5), 0, 2.74));
}

double slope(double y1, double y0, double ratio) { return std::log(y1 / y0) / std::log(ratio); }

}  // namespace

void validate_stacks(Effort effort, std::vector<Check>& out) {
  Simulation simulate(effort);
  lead_argon(simulate, out);
  reference_stacks(simulate, out);
  layer_energies(effort, out);
  experiments(simulate, out);
}

void validate_scaling(Effort effort, std::vector<Check>& out) {
  Simulation simulate(effort);
  const Calorimeter stack = uniform(90, "Pb", 0.2, "Sc", 0.4);
  Worst flat("42a", "stochastic term at 1 to 20 GeV over that at 5 GeV", within(0.05));
  const double middle = simulate.stochastic(stack, 5);
  for (const double e : {1.0, 2.0, 10.0, 20.0})
    flat.add(fmt::format("{} GeV", e), simulate.stochastic(stack, e) / middle, 1);
  out.push_back(flat.check());
  const auto tracker = [](double field, double scale) {
    Tracker t{{}, 0, 0, field};
    for (int i = 0; i < 8; ++i) t.layers.push_back({scale * (5 + 10 * i), 20e-4, 0.01});
    return t;
  };
  const auto momentum = [&](double pt, double field, double scale) {
    return track_resolution(tracker(field, scale), pt).momentum;
  };
  Worst powers("42b", "powers of p_T, B, L in σ(p_T)/p_T at 1 TeV: 1, −1, −2", within(0.05));
  const double base = momentum(1000, 2, 1);
  powers.add("p_T", slope(momentum(2000, 2, 1), base, 2), 1);
  powers.add("B", slope(momentum(1000, 4, 1), base, 2), -1);
  powers.add("L", slope(momentum(1000, 2, 2), base, 2), -2);
  out.push_back(powers.check());
  const auto impact = [&](double pt) { return track_resolution(tracker(2, 1), pt).impact_cm; };
  out.push_back(compare("42c", "power of p_T in σ(d0) at 0.2 GeV",
                        slope(impact(0.4), impact(0.2), 2), -1, within(0.05)));
  Worst growth("42d", "growth of the mean depth per e-fold of energy, X0, 1 to 20 GeV",
               within(0.1));
  for (const char* name : {"Pb", "Fe"}) {
    const Medium m = homogeneous_medium(material(name));
    growth.add(
        name,
        (average_profile(m, 20).mean_depth() - average_profile(m, 1).mean_depth()) / std::log(20.0),
        1);
  }
  out.push_back(growth.check());
}

}  // namespace tengen::detector
