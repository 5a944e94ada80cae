#include "envs/detector/calo_task.hpp"

#include "core/check.hpp"
#include "core/samplers.hpp"
#include "core/usize.hpp"
#include "physics/separation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tengen::detector {
namespace {

constexpr std::size_t kThicknesses = kAbsorberLengths.size(), kActives = kActiveLayers.size();

Segment segment_of(const CaloChoice& choice) {
  const Material& absorber = material(kAbsorbers[choice.absorber]);
  const ActiveLayer& active = kActiveLayers[choice.active];
  return {choice.layers(), &absorber, kAbsorberLengths[choice.thickness] * absorber.radiation_cm(),
          &material(active.material), active.cm};
}

// Thickness times price.
double price_of(const Material& material, double cm) { return cm * price_per_cm(material.name); }

using Catalogue = std::array<CatalogueLayer, kAbsorbers.size() * kThicknesses * kActives>;

Catalogue make_catalogue() {
  Catalogue out;
  std::size_t i = 0;
  for (std::uint8_t a = 0; a < kAbsorbers.size(); ++a)
    for (std::uint8_t t = 0; t < kThicknesses; ++t)
      for (std::uint8_t active = 0; active < kActives; ++active) {
        const Segment s = segment_of({a, t, active, 0});
        out[i++] = {
            s.absorber,
            s.active,
            calo_cell(s),
            price_of(*s.absorber, s.absorber_cm),
            price_of(*s.active, s.active_cm),
            s.active->name == "LAr",
            s.absorber_cm / s.absorber->interaction_cm + s.active_cm / s.active->interaction_cm};
      }
  return out;
}

CaloResult formulas(const CaloStack& stack, const CaloContext& context, std::size_t i) {
  CaloResult out = stack.core(context.energies_gev[i]);
  if (context.target == CaloTarget::kGammaPi0) out.pions = pions_taken(stack, out);
  return out;
}

// The figure of merit of a design, the smaller the better; the reward is the reference's less its
// own.
double merit(const std::array<CaloResult, 3>& at, CaloTarget target) {
  const auto square = [&](std::size_t i) { return at[i].half_width * at[i].half_width; };
  if (target == CaloTarget::kResonance)
    return std::log(0.25 * (square(0) + square(2) + kOpeningError * kOpeningError)) / 4;
  if (target == CaloTarget::kGammaPi0) return std::log(at[0].pions * at[1].pions * at[2].pions) / 3;
  return std::log(square(0) * square(1) * square(2)) / 6;
}

template <class F>
CaloValue value_of(std::span<const CaloCell> cells, const CaloContext& context, F&& result) {
  CaloValue out;
  if (cells.empty()) return out;
  for (std::size_t i = 0; i < out.at.size(); ++i) out.at[i] = result(i);
  out.unclipped = std::max(kWorstReward, context.reference - merit(out.at, context.target));
  if (cells.back().end >= kLeastDepth) out.reward = out.unclipped;
  return out;
}

}  // namespace

double price_per_cm(std::string_view name) {
  for (const auto& [material, price] : kPrices)
    if (material == name) return price;
  return 0;
}

double calo_cost(const CaloDesign& design) {
  double cost = 0;
  bool argon = false;
  for (const Segment& s : design.segments) {
    cost += s.layers * (price_of(*s.absorber, s.absorber_cm) + price_of(*s.active, s.active_cm) +
                        kReadoutPrice);
    argon = argon || s.active->name == "LAr";
  }
  return cost + (argon ? kCryostatPrice : 0);
}

const CatalogueLayer& catalogue_layer(const CaloChoice& choice) {
  static const Catalogue catalogue = make_catalogue();
  return catalogue[(choice.absorber * kThicknesses + choice.thickness) * kActives + choice.active];
}

double CaloContext::price(const CaloChoice& choice) const {
  const CatalogueLayer& layer = catalogue_layer(choice);
  const std::string_view gift = free < 0 ? "" : kPrices[usize(free)].first;
  return (layer.absorber->name == gift ? 0 : layer.absorber_price) +
         (layer.active->name == gift ? 0 : layer.active_price) + kReadoutPrice;
}

CaloDesign CaloContext::reference_design() const {
  constexpr int kLayers = 60;
  constexpr CaloChoice kLayer{0, 3, 2, 0};  // Pb ½ X0, Sc 4 mm
  const CatalogueLayer& layer = catalogue_layer(kLayer);
  Segment s = segment_of(kLayer);
  s.layers = std::clamp(
      static_cast<int>(std::min(budget / price(kLayer), length_cm / layer.cell.length_cm)), 1,
      kLayers);
  return {{s}, readout};
}

void CaloContext::set_reference() {
  const Calorimeter calorimeter(reference_design());
  std::array<CaloResult, 3> at;
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = formulas(calorimeter.stack(), *this, i);
  reference = merit(at, target);
}

void read_readout(const Config& options, Readout& r) {
  r.photo_electrons = options.get<double>("photo_electrons", r.photo_electrons, 0, 1e6);
  r.noise_mev = options.get<double>("noise_mev", r.noise_mev, 0, 100);
  r.constant = options.get<double>("constant", r.constant, 0, 0.2);
}

CaloContext read_calo_context(const Config& options) {
  CaloContext out;
  const std::string target =
      options.choice("target", "resolution", {"resolution", "resonance", "gamma_pi0"});
  if (target == "resonance") out.target = CaloTarget::kResonance;
  if (target == "gamma_pi0") {
    out.target = CaloTarget::kGammaPi0;
    out.energies_gev = {20, 50, 100};
  }
  out.budget = options.get<double>("budget", out.budget, CaloContext::kLeastBudget,
                                   CaloContext::kMostBudget);
  out.length_cm = options.get<double>("length_cm", out.length_cm, CaloContext::kLeastLength,
                                      CaloContext::kMostLength);
  const auto energies = options.get<std::vector<double>>(
      "energies", {out.energies_gev.begin(), out.energies_gev.end()});
  const bool good = std::ranges::all_of(energies, [](double e) { return e >= 0.1 && e <= 200; });
  if (energies.size() != out.energies_gev.size() || !good || !std::ranges::is_sorted(energies))
    throw UsageError("energies must be three numbers in rising order, from 0.1 to 200 (GeV)");
  std::ranges::copy(energies, out.energies_gev.begin());
  read_readout(options, out.readout);
  std::vector<std::string> materials{"none"};
  for (const auto& [name, price] : kPrices) materials.emplace_back(name);
  out.free =
      static_cast<int>(std::ranges::find(materials, options.choice("free", "none", materials)) -
                       materials.begin()) -
      1;
  const int seed = options.get<int>("context_seed", -1, -1, 1'000'000'000);
  if (seed >= 0) {
    Rng rng(static_cast<std::uint64_t>(seed));
    return random_context(out.target, rng);
  }
  out.set_reference();
  return out;
}

int read_showers(const Config& options) { return options.get<int>("showers", 512, 10, 1'000'000); }

CaloContext random_context(CaloTarget target, Rng& rng) {
  CaloContext out;
  out.target = target;
  out.budget = log_uniform(rng, 250, 1000);
  out.length_cm = rng.uniform(30, 100);
  const double energy = log_uniform(rng, 4, 8) * (target == CaloTarget::kGammaPi0 ? 5 : 1);
  out.energies_gev = {energy / 4, energy, 4 * energy};
  out.readout.noise_mev = log_uniform(rng, 0.02, 1);
  out.readout.photo_electrons = log_uniform(rng, 300, 10'000);
  out.readout.constant = rng.uniform(0, 0.01);
  out.set_reference();
  return out;
}

CaloValue calo_value(std::span<const CaloCell> cells, const CaloContext& context) {
  const CaloStack stack(cells, context.readout);
  return value_of(cells, context, [&](std::size_t i) { return formulas(stack, context, i); });
}

CaloValue calo_value(std::span<const CaloCell> cells, const CaloContext& context, int showers,
                     const Rng& rng) {
  thread_local std::vector<float> scratch;  // memory, not state: what is in it is lost
  const CaloStack stack(cells, context.readout);
  return value_of(cells, context, [&](std::size_t i) {
    const double energy = context.energies_gev[i];
    if (context.target != CaloTarget::kGammaPi0)
      return stack.simulate(energy, showers, rng.split(i), scratch);
    CaloResult out = stack.core(energy);
    out.pions = pions_taken(stack, out, std::max(showers, 20), rng.split(i));
    return out;
  });
}

double discovery_probability(double significance_ratio) {
  return 0.5 * std::erfc((5 - 5 * significance_ratio) / std::numbers::sqrt2);
}

bool CaloPlan::fits(const CaloChoice& choice, const CaloContext& context) const {
  constexpr double kRounding = 1e-9;
  const CatalogueLayer& layer = catalogue_layer(choice);
  const int n = choice.layers();
  const double cryostat = layer.argon && !argon ? kCryostatPrice : 0;
  return count < kMostSegments && layers + n <= kMostLayers &&
         cost + n * context.price(choice) + cryostat <= context.budget + kRounding &&
         length_cm + n * layer.cell.length_cm <= context.length_cm + kRounding;
}

void CaloPlan::add(const CaloChoice& choice, const CaloContext& context) {
  const CatalogueLayer& layer = catalogue_layer(choice);
  const int n = choice.layers();
  TENGEN_CHECK(count < kMostSegments);
  segments[usize(count++)] = choice;
  layers += n;
  cost += n * context.price(choice) + (layer.argon && !argon ? kCryostatPrice : 0);
  length_cm += n * layer.cell.length_cm;
  depth += n * layer.cell.thickness;
  argon = argon || layer.argon;
}

std::span<const CaloCell> CaloPlan::cells(std::array<CaloCell, kMostSegments>& out) const {
  const auto n = usize(count);
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = catalogue_layer(segments[i]).cell;
    out[i].layers = segments[i].layers();
  }
  const std::span used = std::span(out).first(n);
  stack_cells(used);
  return used;
}

CaloDesign CaloPlan::design(const Readout& readout) const {
  CaloDesign out{{}, readout};
  for (int i = 0; i < count; ++i) out.segments.push_back(segment_of(segments[usize(i)]));
  return out;
}

std::string calo_json(const CaloPlan& plan, const CaloContext& context) {
  return calo_json(plan.design(context.readout).segments, context);
}

std::string calo_json(std::span<const Segment> built, const CaloContext& context) {
  std::string segments;
  for (const Segment& s : built)
    segments += fmt::format(
        R"({}{{"n": {}, "absorber": "{}", "t_abs_cm": {}, "active": "{}", "t_act_cm": {}}})",
        segments.empty() ? "" : ",\n  ", s.layers, s.absorber->name, s.absorber_cm, s.active->name,
        s.active_cm);
  const Readout& r = context.readout;
  return fmt::format(
      R"({{"segments": [
  {}],
 "readout": {{"photo_electrons_per_gev": {}, "noise_mev": {}, "constant_term": {}}},
 "budget": {{{}"length_cm": {}}}}})"
      "\n",
      segments, r.photo_electrons, r.noise_mev, r.constant,
      context.free < 0 ? fmt::format("\"cost\": {}, ", context.budget) : "", context.length_cm);
}

const CaloPlan* best_known_calo(const CaloContext& context) {
  static const CaloPlan plan = [] {
    constexpr CaloChoice kChoices[] = {{0, 1, 5, 2}, {0, 0, 5, 5}, {0, 0, 6, 4}, {0, 0, 6, 7},
                                       {0, 0, 6, 6}, {0, 0, 5, 7}, {0, 0, 4, 7}, {0, 0, 4, 5},
                                       {0, 1, 4, 5}, {2, 1, 4, 4}, {2, 2, 5, 4}, {0, 5, 5, 3}};
    CaloPlan out;
    for (const CaloChoice& c : kChoices) out.add(c, CaloContext{});
    return out;
  }();
  CaloContext usual;
  usual.reference = context.reference;
  return context == usual ? &plan : nullptr;
}

}  // namespace tengen::detector
