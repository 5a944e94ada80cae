// Work for a GPU, recorded once and launched as one.
#pragma once

#include "nets/tensor.hpp"

#include <c10/core/StreamGuard.h>

#include <functional>
#include <memory>

namespace tengen {

/// Makes a stream the current one of this thread, as long as it lives.
using c10::StreamGuard;

/// Hundreds of small kernels take longer to launch than to run. A recording (a CUDA graph) is
/// launched at once, if CUDA's headers were found when Tengen was built; if not, kernel by kernel.
class Recording {
 public:
  /// Not a device's default stream, see new_stream().
  explicit Recording(const torch::Stream& stream);
  ~Recording();

  /// `compute` launches kernels on the current stream, which is that one, and waits for nothing.
  /// It is called the first time only, more than once, so it must be harmless to repeat; what it
  /// reads and writes stays where it is. Does not wait for the results.
  void run(const std::function<void()>& compute);

 private:
  struct Graph;
  torch::Stream stream_;
  std::unique_ptr<Graph> graph_;
};

/// One of the device's streams, so that threads do not wait for each other.
torch::Stream new_stream(const torch::Device& device);
/// Waits for everything that this process has launched on the device; on a CPU there is nothing.
void wait_for(const torch::Device& device);

}  // namespace tengen
