// What CaloBuild builds calorimeters of, what they cost, and what they are worth.
#pragma once

#include "core/config.hpp"
#include "physics/calorimeter.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tengen::detector {

// The catalogue; a layer of it is an absorber and an active layer behind it.
inline constexpr std::array<std::string_view, 4> kAbsorbers{"Pb", "W", "Fe", "Cu"};
inline constexpr std::array<double, 8> kAbsorberLengths{0.15, 0.25, 0.35, 0.5,
                                                        0.7,  1.0,  1.4,  2.0};  // X0
struct ActiveLayer {
  std::string_view material;
  double cm;
};
inline constexpr std::array<ActiveLayer, 10> kActiveLayers{{{"Sc", 0.1},
                                                            {"Sc", 0.2},
                                                            {"Sc", 0.4},
                                                            {"Sc", 0.6},
                                                            {"LAr", 0.2},
                                                            {"LAr", 0.3},
                                                            {"LAr", 0.5},
                                                            {"LAr", 0.8},
                                                            {"Si", 0.03},
                                                            {"Si", 0.05}}};
inline constexpr std::array<int, 8> kRepeats{1, 2, 3, 4, 6, 8, 12, 16};
inline constexpr int kMostSegments = 12, kMostLayers = 120;

// Our model of the price of one tower: a cm of absorber costs 1 (Fe), 2 (Pb), 3 (Cu) or 30 (W), of
// an active layer 4 (Sc), 6 (LAr) or 2000 (Si), and of any other material nothing. Each layer costs
// kReadoutPrice more for its readout, a calorimeter with any liquid argon kCryostatPrice once.
inline constexpr double kReadoutPrice = 2, kCryostatPrice = 40;
inline constexpr std::array<std::pair<std::string_view, double>, 7> kPrices{
    {{"Fe", 1}, {"Pb", 2}, {"Cu", 3}, {"W", 30}, {"Sc", 4}, {"LAr", 6}, {"Si", 2000}}};
double price_per_cm(std::string_view material);
double calo_cost(const CaloDesign& design);

/// A segment, by its places in the catalogue.
struct CaloChoice {
  std::uint8_t absorber = 0, thickness = 0, active = 0, repeats = 0;
  [[nodiscard]] int layers() const { return kRepeats[repeats]; }
  [[nodiscard]] bool valid() const;
  friend bool operator==(const CaloChoice&, const CaloChoice&) = default;
};
/// The four places in the order in which they are chosen, and how many choices there are of each.
inline constexpr std::array kChoiceParts{&CaloChoice::absorber, &CaloChoice::thickness,
                                         &CaloChoice::active, &CaloChoice::repeats};
inline constexpr std::array<std::size_t, 4> kChoiceSizes{kAbsorbers.size(), kAbsorberLengths.size(),
                                                         kActiveLayers.size(), kRepeats.size()};
inline bool CaloChoice::valid() const {
  for (std::size_t part = 0; part < kChoiceParts.size(); ++part)
    if (this->*kChoiceParts[part] >= kChoiceSizes[part]) return false;
  return true;
}
/// One layer of the catalogue, with all that its evaluation needs.
struct CatalogueLayer {
  const Material *absorber = nullptr, *active = nullptr;
  CaloCell cell;  ///< layers = 1
  double absorber_price = 0, active_price = 0;
  bool argon = false;
  double interaction_lengths = 0;  ///< its thickness, λ_I
};
const CatalogueLayer& catalogue_layer(const CaloChoice& choice);

enum class CaloTarget : std::uint8_t {
  kResolution,  ///< R = ln(σ_ref/σ), σ the geometric mean over the energies of σ(E)/E
  /// Two electrons of the lowest and the highest energy come from a resonance of mass m over a flat
  /// background: σ_m/m = ½ (σ_1/E_1 ⊕ σ_2/E_2 ⊕ kOpeningError), significance Z ∝ 1/√σ_m, and
  /// R = ln(Z/Z_ref).
  kResonance,
  /// R = mean over the energies of ln(B_ref/B), B the share of π0 that is taken for photons
  /// (separation.hpp).
  kGammaPi0,
};
inline constexpr double kOpeningError = 0.01;  ///< σ_θ / tan(θ/2)

/// One task: what may be spent, and what is to be measured. The reference design is the textbook's:
/// layers of ½ X0 of lead and 4 mm of scintillator, as many as fit, 60 at most.
struct CaloContext {
  double budget = 500;    ///< kLeastBudget to kMostBudget
  double length_cm = 60;  ///< kLeastLength to kMostLength
  std::array<double, 3> energies_gev{1, 5, 20};
  Readout readout{1000, 0.1, 0.005};
  CaloTarget target = CaloTarget::kResolution;
  int free =
      -1;  ///< a place in kPrices whose material costs nothing: a task with a planted optimum
  double reference = 0;  ///< the reference design's figure of merit; see set_reference()

  static constexpr double kLeastBudget = 50, kMostBudget = 2000;
  static constexpr double kLeastLength = 10, kMostLength = 200;

  /// The price of one layer, without the cryostat.
  [[nodiscard]] double price(const CaloChoice& layer) const;
  /// Works out `reference`. To be called when anything else has changed.
  void set_reference();
  [[nodiscard]] CaloDesign reference_design() const;
  [[nodiscard]] bool valid() const {
    for (const double energy : energies_gev)
      if (!(energy > 0 && energy < 1e9)) return false;
    const auto within = [](double low, double value, double high) {
      return value >= low && value <= high;
    };
    return within(0, budget, 1e4) && within(kLeastLength, length_cm, kMostLength) &&
           within(0, readout.photo_electrons, 1e6) && within(0, readout.noise_mev, 100) &&
           within(0, readout.constant, 0.2) && target <= CaloTarget::kGammaPi0 && free >= -1 &&
           free < static_cast<int>(kPrices.size());
  }
  friend bool operator==(const CaloContext&, const CaloContext&) = default;
};
/// Reads the options `budget`, `length_cm`, `energies` (three), `photo_electrons`, `noise_mev`,
/// `constant`, `target` = "resolution", "resonance" or "gamma_pi0" (with that the energies are 20,
/// 50, 100 if none are given, and random ones five times as large), `free` = a material that costs
/// nothing, or "none"; or, with `context_seed` = n ≥ 0, the n-th random one.
CaloContext read_calo_context(const Config& options);
/// Reads the options `photo_electrons`, `noise_mev` and `constant`; what they do not set stays.
void read_readout(const Config& options, Readout& readout);
/// Option `showers` (512): how many of each energy a design is simulated with.
int read_showers(const Config& options);
/// Draws a budget from 250 to 1000 and energies E/4, E, 4 E with E from 4 to 8 GeV, noise from 0.02
/// to 1 MeV and photo-electrons from 300 to 10,000 per GeV, all uniform in the logarithm; length
/// from 30 to 100 cm and constant term from 0 to 1 % uniform.
CaloContext random_context(CaloTarget target, Rng& rng);

/// The reward R of a design of less than kLeastDepth X0, and the least there is.
inline constexpr double kWorstReward = -3, kLeastDepth = 10;

struct CaloValue {
  double reward = kWorstReward;     ///< R
  double unclipped = kWorstReward;  ///< R if any depth were allowed
  std::array<CaloResult, 3> at{};   ///< by energy
};
/// What a stack is worth by the formulas.
CaloValue calo_value(std::span<const CaloCell> cells, const CaloContext& context);
/// What it is worth by `showers` of each energy, with the half-width of the central 68 % for σ;
/// those of energy number i come from rng.split(i).
CaloValue calo_value(std::span<const CaloCell> cells, const CaloContext& context, int showers,
                     const Rng& rng);
/// P(X|D) = Φ(5 Z/Z_ref − 5): the probability of finding, at five standard deviations, what the
/// reference design would find with probability one half.
double discovery_probability(double significance_ratio);

/// The segments chosen so far, and what they take. It is plain data.
struct CaloPlan {
  std::array<CaloChoice, kMostSegments> segments{};
  int count = 0, layers = 0;
  double cost = 0, length_cm = 0, depth = 0;
  bool argon = false;

  /// Whether the segment can be added within the context's limits.
  [[nodiscard]] bool fits(const CaloChoice& choice, const CaloContext& context) const;
  void add(const CaloChoice& choice, const CaloContext& context);
  [[nodiscard]] bool valid() const {
    for (const CaloChoice& segment : segments)
      if (!segment.valid()) return false;
    return count >= 0 && count <= kMostSegments && layers >= 0 && layers <= kMostLayers;
  }
  /// Fills `out` with the segments' cells, in order, and returns the `count` of them.
  std::span<const CaloCell> cells(std::array<CaloCell, kMostSegments>& out) const;
  [[nodiscard]] CaloDesign design(const Readout& readout) const;
};
/// Returns the plan as a file that `tengen detector calo` reads.
std::string calo_json(const CaloPlan& plan, const CaloContext& context);
std::string calo_json(std::span<const Segment> segments, const CaloContext& context);

/// The best design that best_calo() has found for the default context in 250 runs (R = 0.8953);
/// null for any other context.
const CaloPlan* best_known_calo(const CaloContext& context);

}  // namespace tengen::detector
