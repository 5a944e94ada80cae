// Sampling calorimeters: what a stack of layers sees of an electron's shower, and how sharply it
// measures the energy.
#pragma once

#include "core/samplers.hpp"
#include "physics/incomplete_gamma.hpp"
#include "physics/showers.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace tengen::detector {

/// A segment has `layers` times an absorber and an active layer behind it. A homogeneous block has
/// absorber_cm = 0.
struct Segment {
  int layers = 1;
  const Material* absorber = nullptr;
  double absorber_cm = 0;
  const Material* active = nullptr;
  double active_cm = 0;
};

/// What the readout adds to the fluctuations of sampling; 0 switches a term off.
struct Readout {
  /// Per GeV of energy on the scale of minimum ionising particles, in materials that give light.
  /// Silicon and argon are read out by charge, of which there is plenty.
  double photo_electrons = 0;
  double noise_mev = 0;  ///< rms of the noise of an active layer, MeV of energy in it
  double constant = 0;   ///< relative error from non-uniformity and inter-calibration
  friend bool operator==(const Readout&, const Readout&) = default;
};

struct CaloDesign {
  std::vector<Segment> segments;  ///< from the front
  Readout readout;
};

inline constexpr int kMostCaloLayers = 10'000;
/// Throws Error that names the segment (from 0) and the key if there is no segment, a number is not
/// finite or out of range, or nothing is active.
void check_design(const CaloDesign& design);

/// How a cell of absorber and active layer responds to a shower, by our fit to EGSnrc's tables of
/// eleven stacks. Energies visible in a layer follow a Gamma law of mean f E and variance
/// q (1 − f)² f E for energy E deposited in the cell, so that σ/E = √(q/f) (1 − f)/√E in a uniform
/// stack; f_mip is from minimum dE/dx; e/mip from
/// 1/(e/mip) − 1 = 0.00663 (Z_p − Z_a) (1 − exp(−m_p/1.65)) × {1; Si 0.556}; the quantum is
/// q = (dE/dx)_a (m_a + κ), κ = 0.418 (Z_p/82)^0.666 (1 − exp(−t_p/0.364)) × {1; LAr 1.13; Si
/// 0.70} (EGSnrc's one stack of argon alone would have 1.24 ± 0.12, Geant4's 0.4 ± 0.5), with
/// thicknesses m in g/cm² and t_p in X0. `tengen detector validate` prints how close that comes.
struct CellResponse {
  double f_mip = 1;        ///< a minimum ionising particle's visible fraction
  double e_over_mip = 1;   ///< relative response to showers
  double visible = 1;      ///< f = f_mip e/mip
  double quantum_gev = 0;  ///< q
};
CellResponse cell_response(const Material& absorber, double absorber_cm, const Material& active,
                           double active_cm);

/// How a design responds to electrons of one energy. In weighted results layers count by 1/f_mip
/// ("mip weights"), in unweighted ones as they are. Errors are statistical (0 if analytic).
struct CaloResult {
  double energy_gev = 0;
  double resolution = 0, resolution_error = 0;  ///< rms over mean, weighted
  double resolution_unweighted = 0, resolution_unweighted_error = 0;
  /// Half of the width of the central 68.27 %, over the median; weighted. The analytic one is the
  /// rms of showers that do not begin late, since those are in the tail.
  double half_width = 0;
  double leakage = 0;           ///< mean fraction of the energy that leaves at the back
  double leakage_rms = 0;       ///< of that fraction, over single showers
  double visible_fraction = 0;  ///< mean energy in active layers over the shower's
  double pions = 0;  ///< share of π0 taken for photons (separation.hpp), where asked for
};

/// A segment with all that its evaluation needs.
struct CaloCell {
  Medium medium;
  CellResponse response;
  int layers = 0;
  double thickness = 0;          ///< of one layer with its absorber, X0
  double length_cm = 0;          ///< the same in cm
  double weight = 1;             ///< 1/f_mip
  double scale = 0;              ///< of the Gamma law, GeV: q (1 − f)²
  bool light = false;            ///< photo-electrons count
  double end = 0, root_end = 0;  ///< depth of the segment's back, X0, and its root; stack_cells
};
CaloCell calo_cell(const Segment& segment);
/// Sets `end` and `root_end` of every cell, from the front.
void stack_cells(std::span<CaloCell> cells);

/// A stack of at least one segment, which somebody else owns. Evaluating it allocates nothing.
class CaloStack {
 public:
  CaloStack(std::span<const CaloCell> cells, const Readout& readout)
      : cells_(cells), readout_(readout) {}

  /// Evaluates by quadrature over the fluctuations of ln T and ln α, which is deterministic. The
  /// energy is at least 0.05 GeV.
  [[nodiscard]] CaloResult analytic(double energy_gev) const;
  /// Of that only half_width, and the leakage of showers that do not begin late, in half the time:
  /// what rewards of designs are made of.
  [[nodiscard]] CaloResult core(double energy_gev) const;
  /// Draws `showers` ≥ 2 single showers, number i from rng.split(i): the same random numbers for
  /// every design. `scratch` holds a value for each; its content is lost. The sums are over
  /// segments, not layers, because a sum of Gamma draws of one scale is a Gamma draw.
  [[nodiscard]] CaloResult simulate(double energy_gev, int showers, const Rng& rng,
                                    std::vector<float>& scratch) const;
  /// Draws one shower, layer by layer and without noise: `deposited` and `visible` get layers()
  /// energies each, GeV. Returns what leaks, GeV.
  double simulate_layers(double energy_gev, Rng& rng, std::span<float> deposited,
                         std::span<float> visible) const;

  /// The mean share of the energy up to each depth i × step (X0), and its variance over showers.
  struct MeanProfile {
    std::vector<double> within, variance;
  };
  [[nodiscard]] MeanProfile mean_profile(double energy_gev, double step, std::size_t points) const;

  [[nodiscard]] std::span<const CaloCell> cells() const { return cells_; }
  [[nodiscard]] int layers() const;
  [[nodiscard]] double depth() const { return cells_.back().end; }  ///< of all layers, X0
  [[nodiscard]] double length_cm() const;
  /// The parameters of showers in this stack: those of the mean of its segments' media, weighted by
  /// the energy that they get.
  [[nodiscard]] Fluctuation showers(double energy_gev) const;

 private:
  template <bool kFull>
  [[nodiscard]] CaloResult quadrature(double energy_gev) const;
  [[nodiscard]] double noise2(const CaloCell& cell) const {  // of all its layers, GeV²
    return cell.layers * readout_.noise_mev * readout_.noise_mev * 1e-6;
  }

  std::span<const CaloCell> cells_;
  Readout readout_;
};

/// Owns the segments of a design, so that it can be evaluated again and again. Throws as
/// check_design does.
class Calorimeter {
 public:
  explicit Calorimeter(const CaloDesign& design);

  /// Valid as long as this is where it is.
  [[nodiscard]] CaloStack stack() const { return {cells_, readout_}; }

 private:
  std::vector<CaloCell> cells_;
  Readout readout_;
};

enum class CaloMode { kAnalytic, kMonteCarlo };

/// Evaluates in either mode and counts the showers. All designs get the same random numbers, those
/// of the seed.
class CaloSimulator {
 public:
  CaloSimulator(CaloMode mode, int showers, std::uint64_t seed)
      : mode_(mode), showers_each_(showers), rng_(seed) {}

  CaloResult evaluate(const Calorimeter& calorimeter, double energy_gev);
  /// How many were simulated so far; the analytic mode takes none.
  [[nodiscard]] std::int64_t showers() const { return showers_; }

 private:
  CaloMode mode_;
  int showers_each_;
  Rng rng_;
  std::int64_t showers_ = 0;
  std::vector<float> scratch_;
};

}  // namespace tengen::detector
