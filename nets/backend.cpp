#include "nets/backend.hpp"

#include "core/check.hpp"
#include "core/system/output.hpp"
#include "nets/runtime.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <string>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tengen {
namespace {

// A function of the BLAS (or CUDA runtime) that this process has loaded; null where it has none.
template <class F>
F* library_symbol(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_DEFAULT, name));
}

// GPUs have it from compute capability 8 on. Where CUDA's runtime is hidden inside torch's library
// and cannot be asked, the GPU is taken for one of those.
bool gpu_has_bfloat16(const torch::Device& device) {
  constexpr int kComputeCapabilityMajor = 75;  // of CUDA's cudaDeviceAttr
  auto* const attribute = library_symbol<int(int*, int, int)>("cudaDeviceGetAttribute");
  int major = 8;
  if (attribute != nullptr)
    attribute(&major, kComputeCapabilityMajor, std::max<int>(0, device.index()));
  return major >= 8;
}

void use_one_thread() {
  // LibTorch and OpenMP have a number of threads per calling thread, OpenBLAS has one per process.
  torch::set_num_threads(1);
  if (auto* set = library_symbol<void(int)>("openblas_set_num_threads")) set(1);
}

#if defined(__x86_64__)
constexpr unsigned kFlushToZero = 0x8040;  // FTZ and DAZ of MXCSR
unsigned floating_point_control() { return _mm_getcsr(); }
void set_floating_point_control(unsigned control) { _mm_setcsr(control); }
#else
constexpr unsigned kFlushToZero = 0;
unsigned floating_point_control() { return 0; }
void set_floating_point_control(unsigned) {}
#endif

}  // namespace

Precision read_precision(const Config& net) {
  const std::string asked = net.choice("precision", "auto", {"auto", "float32", "bfloat16"});
  return asked == "float32" ? Precision::kFloat32 : Precision::kBfloat16;
}

Backend make_backend(const std::string& device, Precision asked) {
  check_device(device);
  const torch::Device where(device);
  const bool fast = where.is_cpu() ? bfloat16_report().fast : gpu_has_bfloat16(where);
  return {where, fast ? asked : Precision::kFloat32};
}

void compare_precision(const ArchiveReader& reader, const Backend& backend) {
  const std::string before = reader.string("agent/precision");
  if (before == name_of(backend.precision)) return;
  reader.check("agent/precision",
               before == name_of(Precision::kFloat32) || before == name_of(Precision::kBfloat16));
  warn("{}: the run has computed in {} and goes on in {} ({}): it is not the uninterrupted run",
       reader.origin(), before, name_of(backend.precision), bfloat16_report().why);
}

ComputeScope::ComputeScope() : control_(floating_point_control()) {
  thread_local const bool kPrepared = (use_one_thread(), true);
  static_cast<void>(kPrepared);
  set_floating_point_control(control_ | kFlushToZero);
}

ComputeScope::~ComputeScope() { set_floating_point_control(control_); }

}  // namespace tengen
