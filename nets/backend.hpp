// Where networks compute, how precisely, and on how many threads.
#pragma once

#include "core/archive.hpp"
#include "core/config.hpp"
#include "nets/tensor.hpp"

#include <string>
#include <string_view>

namespace tengen {

enum class Precision { kFloat32, kBfloat16 };

constexpr torch::ScalarType scalar_type(Precision precision) {
  return precision == Precision::kBfloat16 ? torch::kBFloat16 : torch::kFloat32;
}
constexpr std::string_view name_of(Precision precision) {
  return precision == Precision::kBfloat16 ? "bfloat16" : "float32";
}

/// Where a network's tensors live and in which type it computes. Parameters are kept in float32
/// whatever the precision.
struct Backend {
  torch::Device device = torch::kCPU;
  Precision precision = Precision::kFloat32;
};

/// What a recipe's net.precision allows: "auto" and "bfloat16" bfloat16, wherever the device has
/// it; "float32" not. What is stored is what was asked for, so that a player computes as the
/// machine that plays does best. Throws UsageError for anything else.
Precision read_precision(const Config& net);

/// In bfloat16 only if that is asked for and the device multiplies it in hardware: asking for it is
/// asking for speed. Throws UsageError where `device` is not to be had (see check_device).
Backend make_backend(const std::string& device, Precision asked);

/// Warns if the run whose checkpoint this is has computed in another precision so far (record
/// agent/precision): from here on its bits are not those of a run that was never stopped.
void compare_precision(const ArchiveReader& reader, const Backend& backend);

/// Brackets every use of torch on a thread: one intra-op thread (OpenBLAS's included), and denormal
/// numbers flushed to zero, as before on leaving, so that environments on the same thread see IEEE
/// arithmetic. Cheap enough for every call.
class ComputeScope {
 public:
  ComputeScope();
  ~ComputeScope();
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;

 private:
  unsigned control_;  // the processor's floating-point control register before
};

}  // namespace tengen
