#include "physics/phones.hpp"

#include "core/samplers.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace tengen::detector {
namespace {

constexpr int kCores = PhoneMap::kCoreSide;
constexpr double kSideKm = PhoneMap::kCellKm * PhoneMap::kSide;

// The middle of a cell, km.
double middle(int index) { return PhoneMap::kCellKm * (index + 0.5); }

}  // namespace

double muon_density(double energy_gev, double distance_m) {
  const double electrons = std::pow(energy_gev / 3.9e6, 1 / 0.9);  // 10⁶ of them
  const double muons = 0.95e5 * std::pow(electrons, 0.75);
  const double r = std::max(distance_m, 10.0);
  return 1.25 * muons / (2 * std::numbers::pi * std::tgamma(1.25)) * std::pow(320, -1.25) *
         std::pow(r, -0.75) * std::pow(1 + r / 320, -2.5);
}

double phone_hit_probability(double density) { return -std::expm1(-density * kPhoneArea); }

double poisson_tail(double mean, int least) {
  double term = 1, below = 0;
  for (int k = 0; k < least; ++k) {
    below += term;
    term *= mean / (k + 1);
  }
  return std::max(0.0, 1 - std::exp(-mean) * below);
}

void PhoneMap::draw_towns(Rng& rng) {
  struct Town {
    double x, y, width, phones;
  };
  std::array<Town, 4> towns;
  for (Town& t : towns)
    t = {rng.uniform(3, kSideKm - 3), rng.uniform(3, kSideKm - 3), rng.uniform(1.5, 4),
         log_uniform(rng, 400, 2000)};
  for (int cell = 0; cell < kCells; ++cell) {
    const double x = middle(cell % kSide), y = middle(cell / kSide);
    double n = 5 + 60 * rng.uniform_double() * rng.uniform_double();
    for (const Town& t : towns) {
      const double d2 = (x - t.x) * (x - t.x) + (y - t.y) * (y - t.y);
      n += t.phones * std::exp(-d2 / (2 * t.width * t.width));
    }
    phones[usize(cell)] = static_cast<float>(n);
  }
}

void PhoneMap::set_reach() {
  // How often a single phone is hit, by its distance from the core.
  constexpr double kStepKm = 0.005, kFarKm = (kReachKm + kCellKm) * std::numbers::sqrt2;
  std::vector<double> single;
  for (double r = 0; r <= kFarKm; r += kStepKm)
    single.push_back(phone_hit_probability(muon_density(energy_gev, 1000 * r)));
  constexpr int kPhones = 63;  // along a side of a cell; many, since the core is sharp
  for (int y = 0; y < kGrid; ++y)
    for (int x = 0; x < kGrid; ++x) {
      double sum = 0;
      for (int j = 0; j < kPhones; ++j)
        for (int i = 0; i < kPhones; ++i) {
          const auto off = [](int at, int k) {
            return static_cast<double>(at) / kPerKm - kCellKm * ((k + 0.5) / kPhones - 0.5);
          };
          sum += single[static_cast<std::size_t>(std::hypot(off(x, i), off(y, j)) / kStepKm + 0.5)];
        }
      hit_[usize(y * kGrid + x)] = static_cast<float>(sum / (kPhones * kPhones));
    }
}

// Interpolates bilinearly. Either distance is less than kReachKm.
double PhoneMap::hit(double dx_km, double dy_km) const {
  const double x = std::abs(dx_km) * kPerKm, y = std::abs(dy_km) * kPerKm;
  const auto i = static_cast<std::size_t>(x), j = static_cast<std::size_t>(y);
  const double u = x - static_cast<double>(i), v = y - static_cast<double>(j);
  const auto at = [&](std::size_t row, std::size_t column) {
    return static_cast<double>(hit_[row * kGrid + column]);
  };
  return (1 - v) * ((1 - u) * at(j, i) + u * at(j, i + 1)) +
         v * ((1 - u) * at(j + 1, i) + u * at(j + 1, i + 1));
}

// Calls f(core, hits that a phone of the cell adds there).
template <class F>
void PhoneMap::for_each_core(int cell, F&& f) const {
  constexpr int kReach =
      static_cast<int>(kReachKm / kCellKm * kCellCores);  // in cores, to either side
  constexpr int kHalfStep = static_cast<int>(kPerKm * kCellKm / kCellCores / 2);
  const int middle_x = cell % kSide * kCellCores + kCellCores / 2,
            middle_y = cell / kSide * kCellCores + kCellCores / 2;
  // Core number d from the middle lies d + ½ cores off it.
  const auto place = [](int d) { return usize(std::abs(2 * d + 1) * kHalfStep); };
  for (int j = -kReach; j < kReach; ++j) {
    const int y = middle_y + j;
    if (y < 0 || y >= kCores) continue;
    for (int i = -kReach; i < kReach; ++i) {
      const int x = middle_x + i;
      if (x < 0 || x >= kCores) continue;
      f(usize(y * kCores + x), hit_[place(j) * kGrid + place(i)]);
    }
  }
}

void PhoneMap::add(int cell, Expected& expected) const {
  const float n = phones[usize(cell)];
  for_each_core(cell, [&](std::size_t core, float hit) { expected.hits[core] += n * hit; });
}

double PhoneMap::gain(int cell, const Expected& expected) const {
  const float n = phones[usize(cell)];
  double sum = 0;
  for_each_core(cell, [&](std::size_t core, float hit) {
    const double before = expected.hits[core];
    sum += poisson_tail(before + n * hit, coincidence) - poisson_tail(before, coincidence);
  });
  return sum / (kCores * kCores);
}

double PhoneMap::probability(const Expected& expected) const {
  double sum = 0;
  for (const float hits : expected.hits) sum += poisson_tail(hits, coincidence);
  return sum / (kCores * kCores);
}

double PhoneMap::probability_at(int cell, int i, int j, const Expected& expected) const {
  const int row = cell / kSide * kCellCores + j, column = cell % kSide * kCellCores + i;
  return poisson_tail(expected.hits[usize(row * kCores + column)], coincidence);
}

int PhoneMap::best_cell(const Expected& expected, const std::array<bool, kCells>& taken) const {
  int best = -1;
  double most = -1;
  for (int cell = 0; cell < kCells; ++cell) {
    if (taken[usize(cell)]) continue;
    const double g = gain(cell, expected);
    if (g > most) most = g, best = cell;
  }
  return best;
}

double PhoneMap::reference(int n) const {
  std::array<bool, kCells> taken{};
  Expected expected;
  for (int i = 0; i < n; ++i) {
    int most = -1;
    for (int cell = 0; cell < kCells; ++cell)
      if (!taken[usize(cell)] && (most < 0 || phones[usize(cell)] > phones[usize(most)]))
        most = cell;
    taken[usize(most)] = true;
    add(most, expected);
  }
  return probability(expected);
}

double PhoneMap::simulate(std::span<const int> cells, int showers, const Rng& rng) const {
  int seen = 0;
  for (int i = 0; i < showers; ++i) {
    Rng own = rng.split(static_cast<std::uint64_t>(i));
    const double x = own.uniform(0, kSideKm), y = own.uniform(0, kSideKm);
    double hits = 0;
    for (const int cell : cells) {
      const double dx = x - middle(cell % kSide), dy = y - middle(cell / kSide);
      if (std::max(std::abs(dx), std::abs(dy)) < kReachKm)
        hits += static_cast<double>(phones[usize(cell)]) * hit(dx, dy);
    }
    seen += own.chance(poisson_tail(hits, coincidence)) ? 1 : 0;
  }
  return seen / static_cast<double>(showers);
}

}  // namespace tengen::detector
