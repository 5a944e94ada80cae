// Multiple Coulomb scattering: Highland's width, Molière's theory, and draws that have displacement
// and tails.
#pragma once

#include "core/rng.hpp"
#include "physics/ionisation.hpp"

namespace tengen::detector {

/// Which logarithm Highland's formula has: the PDG's of today, ln(x z²/(X0 β²)), or that of its
/// year 2000 edition, ln(x/X0), which older programs print. They are the same for β = z = 1.
enum class HighlandLogarithm { kCurrent, kYear2000 };

/// θ0, radians: the Gaussian width of the central 98 % of the angle in a plane (Highland 1975;
/// Lynch and Dahl, NIM B58 (1991) 6; PDG eq. 34.16). `pbeta_mev` is p β c, `lengths` x/X0 of the
/// whole thickness: thin steps that are added in quadrature come out too small. It is good to 11 %
/// for 1e-3 < x/X0 < 100.
double highland_angle(double pbeta_mev, double lengths, double charge = 1, double beta_squared = 1,
                      HighlandLogarithm logarithm = HighlandLogarithm::kCurrent);

/// The same width with the material's own Z and A: θ0² = χ_c²/(1 + F²) ((1 + v)/v ln(1 + v) − 1),
/// v = Ω/(2 (1 − F)), F = 0.98, Ω = χ_c²/χ_a² (Lynch and Dahl 1991, eqs. 5 to 7), radians. It is
/// good to 2 % where Highland's is to 11 %, because X0 alone does not tell lead from silicon.
double lynch_dahl_angle(const Material& material, double x_gcm2, double momentum_mev,
                        double beta_squared, double charge = 1);

/// Molière's theory of the angle in space (Bethe, Phys. Rev. 89 (1953) 1256), with Fano's
/// correction for scattering off electrons (Phys. Rev. 93 (1954) 117).
struct Moliere {
  double chi_c = 0;  ///< characteristic angle χ_c, rad: one scattering on average beyond it
  double b = 0;      ///< B of B − ln B = ln(χ_c²/χ_a²) − 0.154

  /// dN/dΩ per solid angle for one particle, at `angle` radians: 2 e^−ϑ² + f₁/B + f₂/B² over
  /// 2π χ_c² B, ϑ = angle/(χ_c √B). It is found by quadrature, too slowly for hot loops.
  [[nodiscard]] double density(double angle) const;
  /// Where the density is 1/e of that at 0, radians.
  [[nodiscard]] double one_over_e() const;
};
/// A layer of x g/cm² of an element or compound (elements summed in χ_c², their logarithms averaged
/// with the same weights), for a particle of p β c and β² as given.
Moliere moliere(const Material& material, double x_gcm2, double momentum_mev, double beta_squared,
                double charge = 1);

/// What a layer does to tracks: a Gaussian core and, with probability `tail`, one three times θ0
/// wide (the mixture of Frühwirth and Regler, NIM A456 (2001) 369, with our choice of weights: as
/// many beyond 3 θ0 as Molière's single scatters, 1/(9 (B − 1.2)), and a core that keeps the rms of
/// what is inside 3 θ0 at a Gaussian's).
struct Scatterer {
  double theta0 = 0;  ///< Highland's, radians
  double core = 1;    ///< width of the core, in θ0
  double tail = 0;    ///< probability of the wide component, whose width is 3 θ0

  static constexpr double kTailWidth = 3;

  static Scatterer with_tails(double theta0, double moliere_b);
  /// What a layer of x g/cm² does, with tails and with Lynch and Dahl's width.
  static Scatterer layer(const Material& material, double x_gcm2, double momentum_mev,
                         double beta_squared, double charge = 1);

  /// A deflection in a plane and the displacement it comes with after `thickness` (any unit): PDG
  /// eqs. 34.22, correlation √3/2.
  struct Kick {
    double angle = 0, displacement = 0;
  };
  Kick sample(double thickness, Rng& rng) const;
};

}  // namespace tengen::detector
