#include "nets/runtime.hpp"

#include "core/check.hpp"
#include "nets/tensor.hpp"

#include <dlfcn.h>
#include <torch/version.h>

#include <regex>

namespace tengen {

std::string torch_version() { return TORCH_VERSION; }

void check_device(const std::string& device) {
  if (device == "cpu") return;
  static const std::regex kCuda("cuda(:[0-9]{1,3})?");
  if (!std::regex_match(device, kCuda))
    throw UsageError("unknown device '{}'; cpu, cuda or cuda:N (N from 0) would be right", device);
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

BlasReport blas_report() {
  BlasReport report;
  // Debian chooses the BLAS when the program is loaded, so what torch was built with says little.
  if (void* symbol = dlsym(RTLD_DEFAULT, "openblas_get_config")) {
    report.text = reinterpret_cast<const char* (*)()>(symbol)();
  } else if (torch::show_config().find("Math Kernel Library") != std::string::npos) {
    report.text = "MKL";
  } else {
    report.text = "netlib's reference BLAS";
    report.slow = true;
  }
  if (torch::hasMKLDNN()) report.text += ", oneDNN";
  return report;
}

}  // namespace tengen
