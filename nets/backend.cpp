#include "nets/backend.hpp"

#include "core/check.hpp"
#include "nets/runtime.hpp"

#include <dlfcn.h>

#include <string>
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace tengen {
namespace {

// A function of whichever BLAS the program runs on; null where that BLAS is another.
template <class F>
F* blas_symbol(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_DEFAULT, name));
}

void use_one_thread() {
  // LibTorch and OpenMP keep the number of threads per calling thread, OpenBLAS per process.
  torch::set_num_threads(1);
  if (auto* set = blas_symbol<void(int)>("openblas_set_num_threads")) set(1);
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

Backend make_backend(const std::string& device, Precision precision) {
  check_device(device);
  return {torch::Device(device), precision};
}

bool has_fast_bfloat16() {
#if defined(__x86_64__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  // Intel's manual, volume 2A, CPUID leaf 7: subleaf 1 EAX bit 5, subleaf 0 EDX bit 22.
  const bool avx512 = __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & 1U << 5U) != 0;
  const bool amx = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & 1U << 22U) != 0;
  return avx512 || amx;
#else
  return false;
#endif
}

ComputeScope::ComputeScope() : control_(floating_point_control()) {
  thread_local const bool kPrepared = (use_one_thread(), true);
  static_cast<void>(kPrepared);
  set_floating_point_control(control_ | kFlushToZero);
}

ComputeScope::~ComputeScope() { set_floating_point_control(control_); }

}  // namespace tengen
