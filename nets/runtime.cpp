#include "nets/runtime.hpp"

#include "core/check.hpp"
#include "core/excerpt.hpp"
#include "nets/tensor.hpp"

#include <torch/version.h>

#include <cstdlib>
#include <regex>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace tengen {

std::string torch_version() { return TORCH_VERSION; }

void check_device(const std::string& device) {
  if (device == "cpu") return;
  static const std::regex kCuda("cuda(:[0-9]{1,3})?");
  if (!std::regex_match(device, kCuda))
    throw UsageError("unknown device '{}'; cpu, cuda or cuda:N (N from 0) would be right",
                     excerpt(device));
  if (!torch::cuda::is_available())
    throw UsageError(
        "device '{}': this LibTorch ({}) has no CUDA, or finds no GPU; use cpu, or see "
        "docs/building.md",
        device, torch_version());
  const int index = device == "cuda" ? 0 : std::stoi(device.substr(5));
  if (index >= static_cast<int>(torch::cuda::device_count()))
    throw UsageError("device '{}': there are {} GPUs, numbered from 0", device,
                     torch::cuda::device_count());
}

Bfloat16Report bfloat16_report() {
  bool has = false;
#if defined(__x86_64__)
  // Intel's manual, volume 2A, CPUID leaf 7, subleaf 1: EAX bit 5. Asking the compiler's
  // runtime about avx512f tells, too, whether the system keeps the registers.
  unsigned a = 0, b = 0, c = 0, d = 0;
  __builtin_cpu_init();
  has = __builtin_cpu_supports("avx512f") != 0 && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 &&
        (a & 1U << 5U) != 0;
#endif
  if (!has) return {false, "this processor has no AVX-512 BF16"};
  static const std::regex kBelow(
      "(SSE41|AVX|AVX2|AVX2_VNNI|AVX512_MIC.*|AVX512_CORE|"
      "AVX512_CORE_VNNI)",
      std::regex::icase);
  for (const char* name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) {
    const char* limit = std::getenv(name);
    if (limit != nullptr && std::regex_match(limit, kBelow))
      return {false, fmt::format("{}={} rules AVX-512 BF16 out", name, limit)};
  }
  return {true, "this processor has AVX-512 BF16"};
}

}  // namespace tengen
