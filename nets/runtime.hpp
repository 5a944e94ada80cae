// What the LibTorch of this build is and has, for files that never include its headers.
#pragma once

#include <string>

namespace tengen {

/// The version of LibTorch: "1.13.1".
std::string torch_version();
/// Throws UsageError unless `device` is "cpu", or "cuda" (or "cuda:1" …) and this LibTorch and
/// machine have it; the message says which of the two is missing.
void check_device(const std::string& device);

struct Bfloat16Report {
  bool fast = false;
  std::string why;  ///< "this processor has no AVX-512 BF16"
};
/// Whether this processor multiplies bfloat16 matrices in hardware (AVX-512 BF16; a processor that
/// emulates it takes 5 to 30 times as long as with float32). It respects the environment variable
/// ONEDNN_MAX_CPU_ISA, oneDNN's limit on the instructions it uses: AVX512_CORE and below rule
/// bfloat16 out.
Bfloat16Report bfloat16_report();

}  // namespace tengen
