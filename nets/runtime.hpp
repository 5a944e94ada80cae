// What the torch underneath is and has, for people who never include it.
#pragma once

#include <string>

namespace tengen {

/// "1.13.1"
std::string torch_version();
/// Throws UsageError unless `device` is "cpu", or "cuda" (or "cuda:1" …) and this LibTorch and
/// machine have it; the message says which of the two is missing.
void check_device(const std::string& device);

/// What multiplies matrices here.
struct BlasReport {
  std::string text;   ///< "OpenBLAS 0.3.21 … SapphireRapids, oneDNN"
  bool slow = false;  ///< netlib's reference BLAS: 40 to 60 times slower than it need be
};
BlasReport blas_report();

}  // namespace tengen
