// Work for a GPU that is recorded once and launched as one.
#pragma once

#include "nets/tensor.hpp"

#include <c10/core/StreamGuard.h>

#include <functional>
#include <memory>

namespace tengen {

/// Makes a stream the current one of this thread, as long as the guard lives.
using c10::StreamGuard;

/// Hundreds of small kernels take longer to launch than to run. A recording (a CUDA graph) launches
/// them at once. Where Tengen was built without CUDA's headers, it launches them one by one.
class Recording {
 public:
  /// `stream` is not a device's default stream, see new_stream().
  explicit Recording(const torch::Stream& stream);
  ~Recording();

  /// Launches what `compute` launches, and does not wait for the results. `compute` launches
  /// kernels on the current stream, which is that one, and waits for nothing. Only the first run()
  /// calls it, and more than once, so it must be harmless to repeat. What it reads and writes stays
  /// where it is.
  void run(const std::function<void()>& compute);

 private:
  struct Graph;
  torch::Stream stream_;
  std::unique_ptr<Graph> graph_;
};

/// One of the device's streams, so that threads do not wait for each other.
torch::Stream new_stream(const torch::Device& device);
/// Waits for everything that this process has launched on the device. On a CPU it returns at once.
void wait_for(const torch::Device& device);

}  // namespace tengen
