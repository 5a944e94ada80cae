// Checks 1 to 16: materials, ionisation, scattering.
#include "core/check.hpp"
#include "physics/scattering.hpp"
#include "physics/validation/validation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tengen::detector {
namespace {

// Those with a row in the PDG's tables that the list of checks uses.
bool tabulated(const Material& m) { return m.name != "Au" && m.name != "PE" && m.name != "G10"; }

void materials_and_minima(std::vector<Check>& out) {
  Worst lengths("1", "X0 by Tsai and mixture rule, g/cm²; PDG", percent(1));
  Worst moliere("2a", "R_M = X0 E_s/E_c, cm; PDG", percent(1));
  Worst critical("2b", "E_c = 610/(Z + 1.24), MeV, elements; PDG", percent(8));
  Worst minimum("3a", "minimum dE/dx by Bethe, MeV cm²/g; PDG", percent(0.3));
  for (const Material& m : materials()) {
    if (!tabulated(m)) continue;
    lengths.add(m.name, radiation_length(m), m.radiation_gcm2);
    if (m.parts[1].weight <= 0) critical.add(m.name, critical_energy_fit(m.z), m.critical_mev);
    Material as_tabulated = m;
    if (m.name == "PbWO4")  // the PDG's own is by the general form
      as_tabulated.density_effect = general_density_effect(m.excitation_ev, m.plasma_ev);
    if (m.name != "Water")
      minimum.add(m.name, minimum_ionisation(as_tabulated).loss, m.minimum_loss);
  }
  constexpr std::pair<const char*, double> kRadii[] = {
      {"Pb", 1.602}, {"PbWO4", 1.959}, {"Fe", 1.719}, {"Cu", 1.568}, {"W", 0.933}, {"LAr", 9.04}};
  for (const auto& [name, radius] : kRadii) moliere.add(name, material(name).moliere_cm(), radius);
  const Material& water = material("Water");
  out.insert(out.end(), {lengths.check(), moliere.check(), critical.check(), minimum.check(),
                         compare("3b", "minimum dE/dx of water", minimum_ionisation(water).loss,
                                 water.minimum_loss, percent(0.8))});
  Worst where("4", "βγ at the minimum; PDG", percent(5));
  where.add("Pb", minimum_ionisation(material("Pb")).beta_gamma, 3.0);
  where.add("Be", minimum_ionisation(material("Be")).beta_gamma, 3.9);
  where.add("C", minimum_ionisation(material("C")).beta_gamma, 3.9);
  out.push_back(where.check());
}

void muon_losses(std::vector<Check>& out) {
  struct Row {
    const char* name;
    double loss[3];  // at 1, 10, 100 GeV
    double range;    // at 1 GeV; 0: not in the list
  };
  constexpr Row kRows[] = {{"Be", {1.686, 1.969, 2.206}, 0},    {"Si", {1.810, 2.174, 2.450}, 558},
                           {"LAr", {1.641, 2.000, 2.257}, 617}, {"Fe", {1.576, 1.941, 2.206}, 642},
                           {"Cu", {1.529, 1.891, 2.154}, 663},  {"W", {1.276, 1.617, 1.858}, 0},
                           {"Pb", {1.270, 1.616, 1.859}, 816},  {"PbWO4", {1.351, 1.704, 1.957}, 0},
                           {"PS", {2.042, 2.414, 2.702}, 0}};
  Worst loss[] = {{"5a", "muon ionisation at 1 GeV, MeV cm²/g; PUMAS tables", percent(2)},
                  {"5b", "muon ionisation at 10 GeV, MeV cm²/g; PUMAS tables", percent(2)},
                  {"5c", "muon ionisation at 100 GeV, MeV cm²/g; PUMAS tables", percent(3)}};
  Worst range("7", "muon range at 1 GeV, g/cm²; PUMAS tables", percent(2));
  for (const Row& row : kRows) {
    double energy = 1e3;
    for (int i = 0; i < 3; ++i, energy *= 10)
      loss[i].add(row.name,
                  mean_loss(material(row.name), Projectile::with_kinetic(kMuonMev, energy)),
                  row.loss[i]);
    if (row.range > 0) range.add(row.name, muon_range(material(row.name), 1e3), row.range);
  }
  for (const Worst& w : loss) out.push_back(w.check());
  out.push_back(range.check());
}

void deposits(std::vector<Check>& out) {
  const Material &silicon = material("Si"), &polyethylene = material("PE");
  const Projectile pion = Projectile::with_kinetic(kPionMev, 5000);
  const Projectile muon = Projectile::with_kinetic(kMuonMev, 96.2);
  Worst loss("8", "dE/dx, MeV cm²/g; Geant4 TestEm5", percent(1.5));
  loss.add("π 5 GeV in Si", mean_loss(silicon, pion), 2.028);
  loss.add("µ 96.2 MeV in polyethylene", mean_loss(polyethylene, muon), 2.409);
  loss.add("p 174.66 GeV in Al",
           mean_loss(material("Al"), Projectile::with_kinetic(kProtonMev, 174'660)), 2.24);
  out.push_back(loss.check());
  out.push_back(compare("9a", "mean deposit of 5 GeV π in 20 µm Si, keV; TestEm5",
                        mean_deposit(silicon, pion, 20e-4 * silicon.density) * 1e3, 6.353,
                        percent(8)));
  out.push_back(compare("9b", "mean deposit of 96.2 MeV µ in 4.74 mm polyethylene, MeV; TestEm5",
                        mean_deposit(polyethylene, muon, 0.474 * polyethylene.density), 1.048,
                        percent(3)));
  const Straggling layer = straggling(silicon, {kMuonMev, 1000, 1}, 0.03 * silicon.density);
  double half[2] = {kLandauMode - 3, kLandauMode + 8};  // of the maximum, by bisection
  for (double& edge : half) {
    double inside = kLandauMode, outside = edge;
    for (int i = 0; i < 40; ++i) {
      edge = (inside + outside) / 2;
      (landau_density(edge) > landau_density(kLandauMode) / 2 ? inside : outside) = edge;
    }
  }
  out.push_back(compare("10a", "most probable loss in 300 µm Si, keV; formula",
                        layer.most_probable_kev, 84.2, percent(0.5)));
  out.push_back(compare("10b", "most probable loss in 300 µm Si, keV; measured",
                        layer.most_probable_kev, 82, percent(3)));
  out.push_back(compare("10c", "full width at half maximum in 300 µm Si, keV; Bichsel",
                        (half[1] - half[0]) * layer.xi_kev, 21, {0, 0.25, true}));
}

struct Layer {
  const char* name;
  const char* material;
  double x_gcm2, mass_mev, kinetic_mev;
  double highland_mrad, rms_mrad, tail;  // TestEm5's: θ0, rms inside 3 θ0, percent beyond
};

// A material's projectile: mass is that of an electron too, since only p and β matter here.
struct Beam {
  double momentum, beta2;
  Beam(double mass, double kinetic)
      : momentum(std::sqrt(kinetic * (kinetic + 2 * mass))),
        beta2(momentum * momentum / (momentum * momentum + mass * mass)) {}
  [[nodiscard]] double pbeta() const { return momentum * std::sqrt(beta2); }
};

void scattering_widths(Effort effort, std::vector<Check>& out) {
  const Layer layers[] = {
      {"π 5 GeV, 20 µm Si", "Si", 20e-4 * 2.329, kPionMev, 5000, 0.02627, 0.02504, 1.95},
      {"e 15.7 MeV, 9.66 µm Au", "Au", 9.66e-4 * 19.32, kElectronMev, 15.7, 35.10, 34.71, 2.95},
      {"µ 96.2 MeV, 4.74 mm PE", "PE", 0.474 * 0.94, kMuonMev, 96.2, 7.636, 7.373, 1.21},
      {"p 174.66 GeV, 8 mm Al", "Al", 0.8004 * 2.699, kProtonMev, 174'660, 0.02111, 0.02062, 1.33},
      {"µ 100 GeV, 1 m Fe", "Fe", 100 * 7.874, kMuonMev, 100'000, 1.182, 1.178, 0.58}};
  const int draws = effort == Effort::kFull ? 1'000'000 : 100'000;
  Worst highland("11", "Highland θ0, the logarithm of the year 2000, mrad; TestEm5", percent(0.5));
  Worst rms("12a", "rms of the angle inside 3 θ0, mrad; TestEm5", percent(5));
  Worst tail("12b", "percent beyond 3 θ0; TestEm5", {0.5, 1, true});
  for (const Layer& l : layers) {
    const Material& m = material(l.material);
    const Beam beam(l.mass_mev, l.kinetic_mev);
    const double theta0 = highland_angle(beam.pbeta(), l.x_gcm2 / m.radiation_gcm2, 1, beam.beta2,
                                         HighlandLogarithm::kYear2000);
    highland.add(l.name, theta0 * 1e3, l.highland_mrad);
    const Scatterer scatterer = Scatterer::layer(m, l.x_gcm2, beam.momentum, beam.beta2);
    Rng rng(12);
    double square = 0;
    int beyond = 0;
    for (int i = 0; i < draws; ++i) {
      const double angle = scatterer.sample(0, rng).angle;
      if (std::abs(angle) > 3 * theta0)
        ++beyond;
      else
        square += angle * angle;
    }
    rms.add(l.name, std::sqrt(square / (draws - beyond)) * 1e3, l.rms_mrad);
    tail.add(l.name, 100.0 * beyond / draws, l.tail);
  }
  out.insert(out.end(), {highland.check(), rms.check(), tail.check()});
}

void measured_angles(std::vector<Check>& out) {
  const Material &aluminium = material("Al"), &gold = material("Au");
  const double degree = std::numbers::pi / 180;
  out.push_back(compare("13a", "θ0 of 175 GeV/c p in 8 mm Al, 1e-5 rad; Shen 1979",
                        highland_angle(175e3, 0.8004 / aluminium.radiation_cm()) * 1e5, 1.93,
                        within(0.39)));
  const Beam proton(kProtonMev, 158.6);
  out.push_back(compare(
      "13b", "θ0 of 158.6 MeV p in 0.216 g/cm² Al, mrad; Gottschalk 1993",
      highland_angle(proton.pbeta(), 0.216 / aluminium.radiation_gcm2, 1, proton.beta2) * 1e3,
      3.534, within(0.491)));
  // Halfway through, the electron has lost 1.5 MeV cm²/g times half of 26.6 mg/cm².
  const Beam electron(kElectronMev, 2.25 - 1.5 * 0.0266 / 2);
  out.push_back(
      compare("13c", "1/e angle of 2.25 MeV e in 26.6 mg/cm² Al by Molière, °; Kulchitsky 1942",
              moliere(aluminium, 0.0266, electron.momentum, electron.beta2).one_over_e() / degree,
              9.50, within(0.40)));
  const Beam hanson(kElectronMev, 15.7);
  const Moliere theory = moliere(gold, 19.3e-4 * gold.density, hanson.momentum, hanson.beta2);
  constexpr double kMeasured[][2] = {{0.25, 1.98e-2}, {1.25, 1.77e-2}, {2.2, 1.40e-2},
                                     {3.0, 1.03e-2},  {4.1, 0.62e-2},  {5.0, 0.38e-2}};
  Worst core("14", "15.7 MeV e through 19.3 µm Au by Molière, per square degree; Hanson 1951",
             percent(7));
  for (const auto& [angle, density] : kMeasured)
    core.add(fmt::format("{}°", angle), theory.density(angle * degree) * degree * degree, density);
  out.push_back(core.check());
}

void displacement_and_quantiles(Effort effort, std::vector<Check>& out) {
  const int draws = effort == Effort::kFull ? 400'000 : 100'000;
  const Beam muon(kMuonMev, 100'000);
  const Scatterer iron = Scatterer::layer(material("Fe"), 787.4, muon.momentum, muon.beta2);
  Rng rng(15);
  double radius = 0;
  for (int i = 0; i < draws; ++i)
    radius += std::hypot(iron.sample(1000, rng).displacement, iron.sample(1000, rng).displacement);
  out.push_back(compare("15", "mean displacement of 100 GeV µ after 1 m Fe, mm; Geant4 mumsc",
                        radius / draws, 0.956, percent(12)));
  const Beam slow(kMuonMev, 5000);
  Worst light("16a",
              "68.3 % quantile in 10 mm over Highland's θ0, 5 GeV µ; Geant4 0.98 to 1.02, ±3 %",
              {1 - 0.98 * 0.97, 1.02 * 1.03 - 1, true});
  const auto quantiles = [&](const char* name) {
    const Material& m = material(name);
    const Scatterer s = Scatterer::layer(m, m.density, slow.momentum, slow.beta2);
    std::vector<double> angles;
    for (int i = 0; i < draws; ++i) angles.push_back(std::abs(s.sample(0, rng).angle));
    std::ranges::sort(angles);
    const double theta0 = highland_angle(slow.pbeta(), 1 / m.radiation_cm(), 1, slow.beta2);
    return std::pair{angles[static_cast<std::size_t>(0.6827 * draws)] / theta0,
                     angles[static_cast<std::size_t>(0.9545 * draws)] / theta0 / 2};
  };
  Worst wide("16c", "95.45 % quantile over 2 θ0; Geant4 1.04 to 1.12", percent(7));
  for (const char* name : {"Si", "Al", "Fe"}) {
    const auto [core, tail] = quantiles(name);
    light.add(name, core, 1.0);
    wide.add(name, tail, 1.08);
  }
  out.push_back(light.check());
  out.push_back(between("16b", "the same in Pb; Geant4 1.04 to 1.10, ±3 %", quantiles("Pb").first,
                        1.04 * 0.97, 1.10 * 1.03));
  out.push_back(wide.check());
}

}  // namespace

void validate_matter(Effort effort, std::vector<Check>& out) {
  materials_and_minima(out);
  muon_losses(out);
  deposits(out);
  scattering_widths(effort, out);
  measured_angles(out);
  displacement_and_quantiles(effort, out);
}

}  // namespace tengen::detector
