#include "envs/detector/phone_array.hpp"

#include "core/usize.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {

EnvSpec PhoneArray::spec() const {
  return {.name = kName,
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
  constexpr std::size_t kPlane = PhoneMap::kCells;
  constexpr int kPart = PhoneMap::kCellCores;
  for (std::size_t cell = 0; cell < kPlane; ++cell) {
    double p = 0;
    for (int j = 0; j < kPart; ++j)
      for (int i = 0; i < kPart; ++i)
        p += map.probability_at(static_cast<int>(cell), i, j, expected) / (kPart * kPart);
    out[cell] = std::min(1.0F, std::log10(std::max(map.phones[cell], 1.0F)) / 4);
    out[kPlane + cell] = taken[cell] ? 1 : 0;
    out[2 * kPlane + cell] = static_cast<float>(std::min(p, 1.0));
    out[3 * kPlane + cell] = 1 - static_cast<float>(placed) / static_cast<float>(clusters);
  }
}

void PhoneArray::legal(std::span<std::uint8_t> mask) const {
  for (std::size_t cell = 0; cell < mask.size(); ++cell) mask[cell] = taken[cell] ? 0 : 1;
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
