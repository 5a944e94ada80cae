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

/// Reads `precision` of a recipe's [net] section: "auto" and "bfloat16" allow bfloat16 wherever the
/// device has it, "float32" does not. Recipes keep what was asked for, so that a player computes in
/// the type that suits the machine that plays. Throws UsageError for anything else.
Precision read_precision(const Config& net);

/// A backend on `device`. It computes in bfloat16 only if that is asked for and the device
/// multiplies bfloat16 in hardware, because what is asked for is speed. Throws UsageError where
/// there is no such device (see check_device).
Backend make_backend(const std::string& device, Precision asked);

/// Warns if the run that wrote this checkpoint computed in another precision (record
/// agent/precision): from here on its bits are not those of a run that was never stopped.
void compare_precision(const ArchiveReader& reader, const Backend& backend);

/// Brackets every use of torch on a thread. Inside, torch and OpenBLAS compute on this thread
/// alone, and denormal numbers are flushed to zero; on leaving, the floating-point mode is what it
/// was before, so that environments on the same thread see IEEE arithmetic. It is cheap enough for
/// every call.
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
