#include "physics/calorimeter.hpp"

#include "core/check.hpp"
#include "core/system/interrupt.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {
namespace {

void check_number(std::size_t segment, const char* key, double value, bool zero_allowed) {
  // Showers leave nothing in less than a micrometre, and nothing has no resolution.
  constexpr double kThickest = 1000, kThinnest = 1e-4;  // cm
  const double least = zero_allowed ? 0 : kThinnest;
  if (std::isfinite(value) && value <= kThickest && value >= least) return;
  throw Error("segments[{}].{} = {}: must be a number from {} to {:.0f} (cm)", segment, key, value,
              least, kThickest);
}

// Sums of powers of what is drawn, relative to the first value, for rms over mean and its error.
class Moments {
 public:
  void add(double x) {
    if (n_++ == 0) first_ = x;
    const double d = x - first_, d2 = d * d;
    sum_[0] += d;
    sum_[1] += d2;
    sum_[2] += d2 * d;
    sum_[3] += d2 * d2;
  }
  [[nodiscard]] double mean() const { return first_ + sum_[0] / n_; }
  [[nodiscard]] double variance() const {
    const double m = sum_[0] / n_;
    return std::max(0.0, (sum_[1] - n_ * m * m) / (n_ - 1));
  }
  [[nodiscard]] double relative_rms() const { return std::sqrt(variance()) / mean(); }
  // The error of relative_rms, from the fourth moment. The mean's own error is smaller and left
  // out.
  [[nodiscard]] double error() const {
    const double m = sum_[0] / n_, m2 = sum_[1] / n_, m3 = sum_[2] / n_, m4 = sum_[3] / n_;
    const double fourth = m4 - 4 * m * m3 + 6 * m * m * m2 - 3 * m * m * m * m, v = m2 - m * m;
    if (v <= 0) return 0;
    return relative_rms() * std::sqrt(std::max(0.0, fourth / (v * v) - 1) / (4 * n_));
  }

 private:
  double n_ = 0, first_ = 0;
  std::array<double, 4> sum_{};
};

double half_width(std::vector<float>& values) {
  constexpr double kLow = 0.158655, kHigh = 0.841345;
  const auto at = [&](double p) {
    const auto i = static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + i, values.end());
    return static_cast<double>(values[usize(i)]);
  };
  const double low = at(kLow), high = at(kHigh), middle = at(0.5);
  return (high - low) / 2 / middle;
}

// Profile::within, by the table.
class FastProfile {
 public:
  FastProfile() = default;
  explicit FastProfile(const Profile& profile)
      : row_(GammaTable::shared().row(profile.alpha, profile.tail)),
        root_beta_(static_cast<float>(std::sqrt(profile.beta))),
        start_(profile.start) {
    static_assert(Profile::kStretch == 2);  // as in the table
  }
  double operator()(double depth) const {
    return row_.of_root(root_beta_ * static_cast<float>(std::sqrt(std::max(depth - start_, 0.0))));
  }
  // At the back of a segment, whose root is known.
  double operator()(const CaloCell& cell) const {
    return start_ > 0 ? (*this)(cell.end)
                      : row_.of_root(root_beta_ * static_cast<float>(cell.root_end));
  }

 private:
  GammaTable::Row row_;
  float root_beta_ = 0;
  double start_ = 0;
};

// Nodes and weights for two standard normals, exact up to fifth powers (Stroud's E₂^r² 5-1). At
// 12 X0 of lead or iron with 1 or 5 GeV they give the half-width within 2 % of the Monte Carlo's;
// the rms of what leaks comes out 7 to 18 % too small, since late showers are taken to fluctuate in
// nothing else.
struct Node {
  double z1, z2, weight;
};
constexpr double kRoot3 = 1.7320508075688772;
constexpr Node kNodes[] = {{0, 0, 1.0 / 2},        {2, 0, 1.0 / 12},       {-2, 0, 1.0 / 12},
                           {1, kRoot3, 1.0 / 12},  {1, -kRoot3, 1.0 / 12}, {-1, kRoot3, 1.0 / 12},
                           {-1, -kRoot3, 1.0 / 12}};
// Gauss and Laguerre's for an exponential law of mean 1, where late showers begin.
struct LateNode {
  double path, weight;
};
constexpr LateNode kLateNodes[] = {{0.41577455678347908, 0.71109300992917302},
                                   {2.2942803602790417, 0.27851773356924085},
                                   {6.2899450829374792, 0.010389256501586136}};

// Showers at all nodes side by side: those that begin at the front and, with kFull, late ones.
template <bool kFull>
struct Showers {
  static constexpr std::size_t kFront = std::size(kNodes);
  static constexpr std::size_t kAll = kFull ? kFront + std::size(kLateNodes) : kFront;
  static constexpr std::size_t kKinds = kFull ? 2 : 1;  // weighted, unweighted

  // The visible energy of a node's shower, and its variance without the electronic noise; both are
  // relative to the energy.
  std::array<std::array<double, kAll>, kKinds> mean{}, noise{};
  std::array<double, kAll> before{};   // the share of the energy deposited so far
  std::array<double, 2> electronic{};  // GeV²

  explicit Showers(const Fluctuation& fluctuation) {
    for (std::size_t i = 0; i < kFront; ++i)
      within_[i] = FastProfile(fluctuation.shower(kNodes[i].z1, kNodes[i].z2));
    for (std::size_t i = kFront; i < kAll; ++i)
      within_[i] = FastProfile(
          fluctuation.shower(0, 0, Fluctuation::kLatePath * kLateNodes[i - kFront].path));
  }

  // Takes the shares that the cell gets. `variance` is that of the visible energy for 1 GeV in it.
  void cross(const CaloCell& cell, double variance, double cell_noise2) {
    const double f = cell.response.visible, w = cell.weight;
    for (std::size_t i = 0; i < kAll; ++i) {
      const double end = within_[i](cell), share = end - before[i];
      before[i] = end;
      mean[0][i] += w * f * share;
      noise[0][i] += w * w * variance * share;
      if constexpr (kFull) {
        mean[1][i] += f * share;
        noise[1][i] += variance * share;
      }
    }
    electronic[0] += w * w * cell_noise2;
    electronic[1] += cell_noise2;
  }

  // The average over all showers, or over those from the front.
  template <class F>
  [[nodiscard]] double average(bool all, F&& value) const {
    double front = 0, late = 0;
    for (std::size_t i = 0; i < kFront; ++i) front += kNodes[i].weight * value(i);
    for (std::size_t i = kFront; i < kAll; ++i) late += kLateNodes[i - kFront].weight * value(i);
    return all ? front + Fluctuation::kLate * (late - front) : front;
  }
  template <class F>
  [[nodiscard]] double variance_of(bool all, F&& value) const {
    const double m = average(all, value);
    return average(all, [&](std::size_t i) { return (value(i) - m) * (value(i) - m); });
  }
  [[nodiscard]] double resolution(bool all, std::size_t kind, double energy_gev,
                                  double constant) const {
    const auto seen = [&](std::size_t i) { return mean[kind][i]; };
    const double m = average(all, seen);
    const double variance =
        variance_of(all, seen) +
        average(all, [&](std::size_t i) { return noise[kind][i]; }) / energy_gev +
        electronic[kind] / (energy_gev * energy_gev);
    return std::sqrt(variance / (m * m) + constant * constant);
  }

 private:
  std::array<FastProfile, kAll> within_;
};

}  // namespace

void check_design(const CaloDesign& design) {
  if (design.segments.empty()) throw Error("segments is empty: a calorimeter needs at least one");
  int layers = 0;
  for (std::size_t i = 0; i < design.segments.size(); ++i) {
    const Segment& s = design.segments[i];
    if (s.layers < 1 || s.layers > kMostCaloLayers - layers)
      throw Error("segments[{}].n = {}: must be 1 or more, and at most {} together", i, s.layers,
                  kMostCaloLayers);
    TENGEN_CHECK(s.absorber != nullptr && s.active != nullptr);
    check_number(i, "t_abs_cm", s.absorber_cm, true);
    check_number(i, "t_act_cm", s.active_cm, false);
    layers += s.layers;
  }
  const Readout& r = design.readout;
  const std::pair<const char*, double> terms[] = {{"photo_electrons_per_gev", r.photo_electrons},
                                                  {"noise_mev", r.noise_mev},
                                                  {"constant_term", r.constant}};
  for (const auto& [key, value] : terms)
    if (!(std::isfinite(value) && value >= 0))
      throw Error("{} = {}: must be a number from 0", key, value);
}

CellResponse cell_response(const Material& absorber, double absorber_cm, const Material& active,
                           double active_cm) {
  const double m_p = absorber_cm * absorber.density, m_a = active_cm * active.density;
  const double loss_p = m_p * absorber.minimum_loss, loss_a = m_a * active.minimum_loss;
  const bool silicon = active.name == "Si", argon = active.name == "LAr";
  CellResponse out;
  out.f_mip = loss_a / (loss_a + loss_p);
  const double suppression = 0.00663 * (absorber.z - active.z) * (1 - std::exp(-m_p / 1.65));
  out.e_over_mip = 1 / (1 + std::max(-0.5, suppression * (silicon ? 0.556 : 1)));
  out.visible = std::min(1.0, out.f_mip * out.e_over_mip);
  const double kappa = 0.418 * std::pow(absorber.z / 82, 0.666) *
                       (1 - std::exp(-absorber_cm / absorber.radiation_cm() / 0.364)) *
                       (silicon ? 0.70
                        : argon ? 1.13
                                : 1);
  out.quantum_gev = active.minimum_loss * (m_a + kappa) * 1e-3;
  return out;
}

CaloCell calo_cell(const Segment& s) {
  CaloCell cell;
  cell.medium = sampling_medium(*s.absorber, s.absorber_cm, *s.active, s.active_cm);
  cell.response = cell_response(*s.absorber, s.absorber_cm, *s.active, s.active_cm);
  cell.layers = s.layers;
  cell.length_cm = s.absorber_cm + s.active_cm;
  cell.thickness = cell.length_cm / cell.medium.radiation_cm;
  cell.weight = 1 / cell.response.f_mip;
  const double blind = 1 - cell.response.visible;
  cell.scale = cell.response.quantum_gev * blind * blind;
  cell.light = s.active->name != "Si" && s.active->name != "LAr";
  return cell;
}

void stack_cells(std::span<CaloCell> cells) {
  double depth = 0;
  for (CaloCell& cell : cells) {
    cell.end = depth += cell.layers * cell.thickness;
    cell.root_end = std::sqrt(depth);
  }
}

Calorimeter::Calorimeter(const CaloDesign& design) : readout_(design.readout) {
  check_design(design);
  for (const Segment& s : design.segments) cells_.push_back(calo_cell(s));
  stack_cells(cells_);
}

int CaloStack::layers() const {
  int sum = 0;
  for (const CaloCell& cell : cells_) sum += cell.layers;
  return sum;
}

double CaloStack::length_cm() const {
  double sum = 0;
  for (const CaloCell& cell : cells_) sum += cell.layers * cell.length_cm;
  return sum;
}

Fluctuation CaloStack::showers(double energy_gev) const {
  const Fluctuation first = fluctuation(cells_.front().medium, energy_gev);
  if (cells_.size() == 1) return first;
  const FastProfile within(first.shower(0, 0));
  Medium mean{.e_hat = 0};
  double before = 0;
  for (const CaloCell& cell : cells_) {
    const bool last = &cell == &cells_.back();  // has what comes later, too
    const double end = last ? 1 : within(cell), share = end - before;
    before = end;
    mean.z += share * cell.medium.z;
    mean.critical_gev += share * cell.medium.critical_gev;
    mean.inverse_fs += share * cell.medium.inverse_fs;
    mean.e_hat += share * cell.medium.e_hat;
    mean.smallest_beta += share * cell.medium.smallest_beta;
    mean.tail += share * cell.medium.tail;
  }
  return fluctuation(mean, energy_gev);
}

CaloStack::MeanProfile CaloStack::mean_profile(double energy_gev, double step,
                                               std::size_t points) const {
  const Fluctuation fluctuation = showers(energy_gev);
  MeanProfile out{std::vector<double>(points), std::vector<double>(points)};
  for (const Node& node : kNodes) {
    const FastProfile within(fluctuation.shower(node.z1, node.z2));
    for (std::size_t i = 0; i < points; ++i) {
      const double share = within(static_cast<double>(i) * step);
      out.within[i] += node.weight * share;
      out.variance[i] += node.weight * share * share;
    }
  }
  for (std::size_t i = 0; i < points; ++i)
    out.variance[i] = std::max(0.0, out.variance[i] - out.within[i] * out.within[i]);
  return out;
}

template <bool kFull>
CaloResult CaloStack::quadrature(double energy_gev) const {
  Showers<kFull> at(showers(energy_gev));
  for (const CaloCell& cell : cells_) {
    const double f = cell.response.visible;
    double variance = f * cell.scale;
    if (cell.light && readout_.photo_electrons > 0)
      variance += f / (readout_.photo_electrons * cell.weight);
    at.cross(cell, variance, noise2(cell));
  }
  const auto resolution = [&](bool all, std::size_t kind) {
    return at.resolution(all, kind, energy_gev, readout_.constant);
  };
  const auto leak = [&](std::size_t i) { return 1 - at.before[i]; };
  CaloResult out{.energy_gev = energy_gev,
                 .half_width = resolution(false, 0),
                 .leakage = at.average(kFull, leak)};
  if constexpr (kFull) {
    out.resolution = resolution(true, 0);
    out.resolution_unweighted = resolution(true, 1);
    out.leakage_rms = std::sqrt(at.variance_of(true, leak));
    out.visible_fraction = at.average(true, [&](std::size_t i) { return at.mean[1][i]; });
  }
  return out;
}

CaloResult CaloStack::analytic(double energy_gev) const { return quadrature<true>(energy_gev); }
CaloResult CaloStack::core(double energy_gev) const { return quadrature<false>(energy_gev); }

CaloResult CaloStack::simulate(double energy_gev, int showers_wanted, const Rng& rng,
                               std::vector<float>& scratch) const {
  TENGEN_CHECK(showers_wanted >= 2);
  const Fluctuation fluctuation = showers(energy_gev);
  const Ziggurat& ziggurat = Ziggurat::shared();
  const bool noisy = readout_.photo_electrons > 0 || readout_.noise_mev > 0;
  Moments weighted, unweighted, leakage;
  scratch.resize(usize(showers_wanted));
  for (float& value : scratch) {
    stop_if_interrupted();
    Rng own = rng.split(static_cast<std::uint64_t>(&value - scratch.data()));
    const double z1 = ziggurat.normal(own), z2 = ziggurat.normal(own);
    const double common = readout_.constant > 0 ? readout_.constant * ziggurat.normal(own) : 0;
    const double start = Fluctuation::start(1 - own.uniform_double());
    const FastProfile within(fluctuation.shower(z1, z2, start));
    double before = 0, sum = 0, plain = 0;
    for (const CaloCell& cell : cells_) {
      const double end = within(cell);
      double visible = cell.response.visible * std::max(0.0, end - before) * energy_gev;
      before = end;
      if (cell.scale > 0 && visible > 0)
        visible = cell.scale * sample_gamma(visible / cell.scale, ziggurat, own);
      if (noisy) {
        double variance = noise2(cell);
        if (cell.light && readout_.photo_electrons > 0)
          variance += visible / (readout_.photo_electrons * cell.weight);
        visible += std::sqrt(variance) * ziggurat.normal(own);
      }
      sum += cell.weight * visible;
      plain += visible;
    }
    sum *= (1 + common) / energy_gev;
    plain *= (1 + common) / energy_gev;
    value = static_cast<float>(sum);
    weighted.add(sum);
    unweighted.add(plain);
    leakage.add(1 - before);
  }
  return {.energy_gev = energy_gev,
          .resolution = weighted.relative_rms(),
          .resolution_error = weighted.error(),
          .resolution_unweighted = unweighted.relative_rms(),
          .resolution_unweighted_error = unweighted.error(),
          .half_width = half_width(scratch),
          .leakage = leakage.mean(),
          .leakage_rms = std::sqrt(leakage.variance()),
          .visible_fraction = unweighted.mean()};
}

double CaloStack::simulate_layers(double energy_gev, Rng& rng, std::span<float> deposited,
                                  std::span<float> visible) const {
  TENGEN_CHECK(deposited.size() == usize(layers()) && visible.size() == deposited.size());
  stop_if_interrupted();
  const Ziggurat& ziggurat = Ziggurat::shared();
  const double z1 = ziggurat.normal(rng), z2 = ziggurat.normal(rng);
  const double late = Fluctuation::start(1 - rng.uniform_double());
  const FastProfile within(showers(energy_gev).shower(z1, z2, late));
  double before = 0, start = 0;
  std::size_t layer = 0;
  for (const CaloCell& cell : cells_) {
    const double thickness = cell.thickness;
    for (int i = 1; i <= cell.layers; ++i, ++layer) {
      const double end = within(start + i * thickness);
      const double energy = std::max(0.0, end - before) * energy_gev;
      const double mean = cell.response.visible * energy;
      before = end;
      deposited[layer] = static_cast<float>(energy);
      visible[layer] = static_cast<float>(
          cell.scale > 0 && mean > 0 ? cell.scale * sample_gamma(mean / cell.scale, ziggurat, rng)
                                     : mean);
    }
    start = cell.end;
  }
  return (1 - before) * energy_gev;
}

CaloResult CaloSimulator::evaluate(const Calorimeter& calorimeter, double energy_gev) {
  if (mode_ == CaloMode::kAnalytic) return calorimeter.stack().analytic(energy_gev);
  showers_ += showers_each_;
  return calorimeter.stack().simulate(energy_gev, showers_each_, rng_, scratch_);
}

}  // namespace tengen::detector
