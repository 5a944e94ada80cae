// What the torch underneath is and has, for people who never include it.
#pragma once

#include <string>

namespace tengen {

/// "1.13.1"
std::string torch_version();
/// Throws UsageError unless `device` is "cpu", or "cuda" (or "cuda:1" …) and this LibTorch and
/// machine have it; the message says which of the two is missing.
void check_device(const std::string& device);

/// Whether this processor multiplies bfloat16 matrices in hardware (AVX-512 BF16; one that emulates
/// it takes 5 to 30 times as long as with float32). oneDNN's own limit on the instructions it uses,
/// the environment variable ONEDNN_MAX_CPU_ISA, is heeded: AVX512_CORE and below rule bfloat16 out.
struct Bfloat16Report {
  bool fast = false;
  std::string why;  ///< "this processor has no AVX-512 BF16"
};
Bfloat16Report bfloat16_report();

/// What multiplies matrices here.
struct BlasReport {
  std::string text;   ///< "OpenBLAS 0.3.21 … SapphireRapids, oneDNN"
  bool slow = false;  ///< netlib's reference BLAS: 40 to 60 times slower than it need be
};
BlasReport blas_report();

}  // namespace tengen
