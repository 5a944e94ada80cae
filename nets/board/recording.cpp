#include "nets/board/recording.hpp"

#include <c10/core/impl/VirtualGuardImpl.h>
#ifdef TENGEN_CUDA_GRAPHS
#include <ATen/cuda/CUDAGraph.h>
#endif

#include <mutex>

namespace tengen {

#ifdef TENGEN_CUDA_GRAPHS
struct Recording::Graph {
  at::cuda::CUDAGraph graph;
};
#else
struct Recording::Graph {};
#endif

torch::Stream new_stream(const torch::Device& device) {
  return c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

Recording::Recording(const torch::Stream& stream) : stream_(stream) {}
Recording::~Recording() = default;

void Recording::run(const std::function<void()>& compute) {
  const StreamGuard guard(stream_);
#ifdef TENGEN_CUDA_GRAPHS
  if (graph_ == nullptr) {
    static std::mutex mutex;  // libraries prepare themselves and allocate
    const std::scoped_lock lock(mutex);
    compute();
    stream_.synchronize();
    graph_ = std::make_unique<Graph>();
    graph_->graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    compute();
    graph_->graph.capture_end();
  }
  graph_->graph.replay();
#else
  compute();
#endif
}

void wait_for(const torch::Device& device) {
  if (device.is_cuda()) torch::cuda::synchronize(device.index());
}

}  // namespace tengen
