#include "envs/detector/phone_array.hpp"

#include "core/usize.hpp"
#include "envs/detector/picture.hpp"
#include "core/samplers.hpp"

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

// The core of a cell with the smallest x and y.
std::size_t first_core(std::size_t cell) {
  return (cell / PhoneMap::kSide * kCores + cell % PhoneMap::kSide) * PhoneMap::kCellCores;
}

}  // namespace

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
  // Of a single phone, by distance.
  constexpr double kStepKm = 0.005, kFarKm = (kReachKm + kCellKm) * std::numbers::sqrt2;
  std::vector<double> single;
  for (double r = 0; r <= kFarKm; r += kStepKm)
    single.push_back(phone_hit_probability(muon_density(energy_gev, 1000 * r)));
  constexpr int kPhones = 63;  // a side of a cell: dense, since the core is sharp
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

// Bilinear; a distance in either direction, less than kReachKm.
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
  constexpr int kReach = static_cast<int>(kReachKm / kCellKm * kCellCores);  // cores, either way
  constexpr int kHalfStep = static_cast<int>(kPerKm * kCellKm / kCellCores / 2);
  const int middle_x = cell % kSide * kCellCores + kCellCores / 2,
            middle_y = cell / kSide * kCellCores + kCellCores / 2;
  // Core number d from the middle lies d + ½ cores off it.
  const auto place = [](int d) {
    return usize(std::abs(2 * d + 1) * kHalfStep);
  };
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
      if (!taken[usize(cell)] &&
          (most < 0 ||
           phones[usize(cell)] > phones[usize(most)]))
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

EnvSpec PhoneArray::spec() const {
  return {.name = "PhoneArray-v0",
          .observation = {{4, PhoneMap::kSide, PhoneMap::kSide}, tengen::Element::kFloat, 0, 1},
          .action = Discrete{PhoneMap::kCells, {}},
          .steps_per_second = 3};
}

void PhoneArray::reset(Rng& rng) {
  if (random) map.draw_towns(rng);
  reference = map.reference(clusters);
  taken = {};
  expected = {};
  placed = 0, last = -1;
  probability = 0;
}

Outcome PhoneArray::step(int action, Rng&) {
  if (taken[usize(action)]) return {0, true};
  const double gain = map.gain(action, expected);
  map.add(action, expected);
  taken[usize(action)] = true;
  last = action;
  probability += gain;
  return {static_cast<float>(gain / reference), ++placed == clusters};
}

void PhoneArray::observe(std::span<float> out) const {
  constexpr std::size_t kPlane = PhoneMap::kCells, kPart = PhoneMap::kCellCores;
  for (std::size_t cell = 0; cell < kPlane; ++cell) {
    const std::size_t core = first_core(cell);
    double p = 0;
    for (std::size_t j = 0; j < kPart; ++j)
      for (std::size_t i = 0; i < kPart; ++i)
        p += poisson_tail(expected.hits[core + j * kCores + i], map.coincidence) / (kPart * kPart);
    out[cell] = std::min(1.0F, std::log10(std::max(map.phones[cell], 1.0F)) / 4);
    out[kPlane + cell] = taken[cell] ? 1 : 0;
    out[2 * kPlane + cell] = static_cast<float>(std::min(p, 1.0));
    out[3 * kPlane + cell] = 1 - static_cast<float>(placed) / static_cast<float>(clusters);
  }
}

void PhoneArray::legal(std::span<std::uint8_t> mask) const {
  for (std::size_t cell = 0; cell < mask.size(); ++cell) mask[cell] = taken[cell] ? 0 : 1;
}

void PhoneArray::draw(Canvas& canvas) const {
  using namespace picture;
  canvas.reset(kWidth, kHeight, kNight);
  canvas.text(20, 16, "PhoneArray", kText, 3);
  canvas.text(220, 18,
              fmt::format("showers of {:.0e} GeV, seen by {} phones or more", map.energy_gev,
                          map.coincidence),
              kDim);
  canvas.text(220, 32, fmt::format("{} of {} clusters", placed, clusters), kAmber);
  text_right(canvas, kWidth - 20, 16, fmt::format("P {:.3f} %", 100 * probability), kMint, 3);
  const auto square = [&](int x0, std::string_view title, auto&& tone) {
    panel(canvas, {x0, 64, 570, 592}, title);
    constexpr int kCell = 35;
    const int left = x0 + 22, top = 64 + 42;
    for (int cell = 0; cell < PhoneMap::kCells; ++cell) {
      const int x = left + cell % PhoneMap::kSide * kCell, y = top + cell / PhoneMap::kSide * kCell;
      tone(cell, x, y, kCell);
    }
    for (int cell = 0; cell < PhoneMap::kCells; ++cell) {
      if (!taken[usize(cell)]) continue;
      const double x = left + (cell % PhoneMap::kSide + 0.5) * kCell;
      const double y = top + (cell / PhoneMap::kSide + 0.5) * kCell;
      canvas.disc(x, y, cell == last ? 9 : 7, kNight, 0.8);
      canvas.disc(x, y, cell == last ? 7 : 5, cell == last ? kAmber : kSky);
    }
  };
  square(20, "phones that can be recruited, 2 km cells", [&](int cell, int x, int y, int size) {
    const double n = map.phones[usize(cell)];
    canvas.fill(x, y, size - 1, size - 1,
                mix(kPanel, {150, 190, 150}, std::log10(std::max(n, 5.0) / 5) / 2.4));
  });
  square(610, "chance that a shower there is seen", [&](int cell, int x, int y, int size) {
    constexpr int kPart = PhoneMap::kCellCores;
    const auto core = static_cast<int>(first_core(usize(cell)));
    for (int j = 0; j < kPart; ++j)
      for (int i = 0; i < kPart; ++i) {
        const double p = poisson_tail(
            expected.hits[usize(core + j * kCores + i)], map.coincidence);
        const auto edge = [&](int k) { return k * size / kPart; };
        canvas.fill(x + edge(i), y + edge(j), edge(i + 1) - edge(i), edge(j + 1) - edge(j),
                    mix(kNight, heat(0.1 + 0.85 * p), std::min(1.0, 3 * p + 0.02)));
      }
  });
}

PhoneArray read_phone_array(const Config& options) {
  PhoneArray out;
  out.clusters = options.get<int>("clusters", out.clusters, 1, PhoneArray::kMostClusters);
  out.map.coincidence = options.get<int>("coincidence", out.map.coincidence, 1, 20);
  out.map.energy_gev = options.get<double>("energy_gev", out.map.energy_gev, 1e9, 1e12);
  out.random = options.get<bool>("random_context", false);
  Rng towns(static_cast<std::uint64_t>(options.get<int>("map_seed", 0, 0, 1'000'000'000)));
  out.map.draw_towns(towns);
  out.map.set_reach();
  return out;
}

}  // namespace tengen::detector
