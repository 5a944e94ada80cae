// Physical constants that the simulations need (CODATA and PDG).
#pragma once

namespace tengen::detector {

inline constexpr double kBetheMevCm2 = 0.307075;     ///< K = 4π N_A r_e² m_e c², MeV cm²/mol
inline constexpr double kElectronMev = 0.51099895;   ///< m_e c²
inline constexpr double kMuonMev = 105.6583755;      ///< m_µ c²
inline constexpr double kPionMev = 139.57039;        ///< m_π± c²
inline constexpr double kNeutralPionMev = 134.9768;  ///< m_π0 c²
inline constexpr double kProtonMev = 938.27209;      ///< m_p c²
inline constexpr double kFineStructure = 1 / 137.035999;  ///< α
inline constexpr double kScatteringMev = 21.2052;         ///< E_s = √(4π/α) m_e c²
inline constexpr double kTsaiGPerCm2 = 716.408;  ///< (4 α r_e² N_A)⁻¹, g/cm² for A in g/mol
inline constexpr double kGevPerTeslaMetre = 0.299792458;  ///< p_T = 0.2998 B R

}  // namespace tengen::detector
