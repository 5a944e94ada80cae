#include "physics/separation.hpp"

#include "core/check.hpp"
#include "physics/constants.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

namespace tengen::detector {
namespace {

constexpr double kLeastTaken = 0.005;  // such a model, and 512 showers, tell no less

// How a photon's energy lies across the mean shower, by slices of depth.
struct Lateral {
  struct Slice {
    double until = 0;       // the share of the energy up to its back
    RadialProfile profile;  // in cm
  };
  std::array<Slice, 32> slices;
  double window_cm = 0;  // two R_M
  double quanta = 1;     // N
};

Lateral lateral(const CaloStack& stack, const CaloResult& core) {
  Lateral out;
  const double energy_gev = core.energy_gev, sigma = core.half_width;
  out.quanta = std::clamp(1 / (sigma * sigma), 10.0, 1e5);
  const Profile shower = stack.showers(energy_gev).shower(0, 0);
  const double step = stack.depth() / out.slices.size(), all = shower.within(stack.depth());
  auto cell = stack.cells().begin();
  double before = 0;
  for (std::size_t i = 0; i < out.slices.size(); ++i) {
    const double back = static_cast<double>(i + 1) * step, middle = back - step / 2;
    while (cell + 1 != stack.cells().end() && cell->end < middle) ++cell;
    Lateral::Slice& slice = out.slices[i];
    slice.until = shower.within(back) / all;
    slice.profile = radial_profile(cell->medium, energy_gev, middle / shower.maximum());
    slice.profile.core *= cell->medium.moliere_cm;
    slice.profile.tail *= cell->medium.moliere_cm;
    out.window_cm += 2 * cell->medium.moliere_cm * (slice.until - before);
    before = slice.until;
  }
  return out;
}

// Returns m D/E.
double lever_cm(double energy_gev) { return kNeutralPionMev * 1e-3 * kFlightCm / energy_gev; }

double opening_cm(double energy_gev, double z) {
  return lever_cm(energy_gev) / std::sqrt(z * (1 - z));
}

// Whether the softer photon of a pair, of z E, is a cluster of its own.
bool apart(double energy_gev, double z, double window_cm) {
  return (1 - z) * opening_cm(energy_gev, z) > window_cm;
}

}  // namespace

double pions_taken(const CaloStack& stack, const CaloResult& core) {
  const double energy_gev = core.energy_gev;
  const Lateral photon = lateral(stack, core);
  // Moments of u = r² up to U = W² where it has the density R²/(u + R²)².
  const double most = photon.window_cm * photon.window_cm;
  double inside = 0, first = 0, second = 0, before = 0;
  for (const Lateral::Slice& slice : photon.slices) {
    const double share = slice.until - before;
    before = slice.until;
    const RadialProfile& p = slice.profile;
    for (const auto& [width, part] :
         {std::pair{p.core, p.core_fraction}, std::pair{p.tail, 1 - p.core_fraction}}) {
      const double a = width * width, weight = share * part;
      const double f = most / (most + a), log = std::log1p(most / a);
      inside += weight * f;
      first += weight * a * (log - f);
      second += weight * a * (most - 2 * a * log + a * f);
    }
  }
  first /= inside;
  second /= inside;
  const double sigma = std::sqrt((second - first * first) / (photon.quanta * inside));
  constexpr double kCut = 1.2815515655446004;  // Φ(kCut) = kPhotonsKept
  const double lever = lever_cm(energy_gev), shift = lever * lever;
  const double merged = 0.5 * std::erfc((shift / sigma - kCut) / std::numbers::sqrt2);
  constexpr int kDecays = 64;
  double taken = 0;
  for (int i = 0; i < kDecays; ++i) {
    const double z = 0.5 * (i + 0.5) / kDecays;
    const bool seen = apart(energy_gev, z, photon.window_cm);
    taken += (!seen ? merged : z * energy_gev < kSeenGev ? kPhotonsKept : 0) / kDecays;
  }
  return std::max(taken, kLeastTaken);
}

double pions_taken(const CaloStack& stack, const CaloResult& core, int showers, const Rng& rng) {
  TENGEN_CHECK(showers >= 20);
  const double energy_gev = core.energy_gev;
  const Lateral photon = lateral(stack, core);
  const double most = photon.window_cm * photon.window_cm;
  // The slice by 8 random bits, with shares of the energy rounded to 1/256.
  std::array<const RadialProfile*, 256> slice_of;
  std::size_t next = 0;
  for (const Lateral::Slice& slice : photon.slices)
    for (; next < slice_of.size() && (static_cast<double>(next) + 0.5) / 256 < slice.until; ++next)
      slice_of[next] = &slice.profile;
  while (next < slice_of.size()) slice_of[next++] = &photon.slices.back().profile;
  const auto quanta = static_cast<int>(photon.quanta + 0.5);
  // The moment of a shower whose quanta belong, z of them, to a photon at (1 − z) d, the others to
  // one at −z d; of a single photon with d = 0, whose quanta need no direction.
  const auto moment = [&](double z, double d, Rng& own) {
    double sum = 0;
    int inside = 0;
    for (int k = 0; k < quanta; ++k) {
      const std::uint64_t bits = own.next64();
      const RadialProfile& profile = *slice_of[bits & 255];
      const bool inner =
          static_cast<double>(bits >> 8 & 0xffffff) * 0x1p-24 < profile.core_fraction;
      const double width = inner ? profile.core : profile.tail;
      const double v = static_cast<double>(bits >> 32) * 0x1p-32;
      double u = width * width * v / (1 - v);  // r², as RadialProfile::sample
      if (d > 0) {
        const double x = own.chance(z) ? (1 - z) * d : -z * d;
        u += x * x + 2 * x * std::sqrt(u) * std::cos(std::numbers::pi * own.uniform_double());
      }
      if (u < most) sum += u, ++inside;
    }
    return inside > 0 ? sum / inside : 0;
  };
  std::vector<double> photons;
  const int half = showers / 2;
  for (int i = 0; i < half; ++i) {
    Rng own = rng.split(static_cast<std::uint64_t>(i));
    photons.push_back(moment(0.5, 0, own));
  }
  const auto cut = photons.begin() + static_cast<std::ptrdiff_t>(kPhotonsKept * half);
  std::ranges::nth_element(photons, cut);
  double taken = 0;
  for (int i = 0; i < half; ++i) {
    Rng own = rng.split(static_cast<std::uint64_t>(half + i));
    const double z = 0.5 * (1 - own.uniform_double());
    if (apart(energy_gev, z, photon.window_cm))
      taken += z * energy_gev < kSeenGev ? kPhotonsKept : 0;
    else
      taken += moment(z, opening_cm(energy_gev, z), own) < *cut ? 1 : 0;
  }
  return std::max(taken / half, kLeastTaken);
}

}  // namespace tengen::detector
