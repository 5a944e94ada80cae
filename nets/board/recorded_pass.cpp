#include "nets/board/recorded_pass.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"
#include "nets/board/recording.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace tengen {
namespace {

constexpr unsigned kFewestRows = 16;  // a pass over fewer takes as long

template <class T>
void fill(const Tensor& to, const T* from, int rows) {
  const std::size_t width = usize(to.numel() / to.size(0));
  std::memcpy(to.data_ptr<T>(), from, usize(rows) * width * sizeof(T));
}

}  // namespace

// A pass over a power of two of rows. Rows that are not used may hold anything.
struct RecordedPass::Pass {
  explicit Pass(const torch::Stream& stream) : recording(stream) {}
  int rows = 0;
  Tensor host_planes, host_globals, host_answers;  // pinned
  Tensor planes, globals, answers;
  Recording recording;
};

RecordedPass::RecordedPass(std::shared_ptr<const PolicyValueNet> net, const Backend& backend)
    : net_(std::move(net)), stream_(new_stream(backend.device)) {
  TENGEN_CHECK(!backend.device.is_cpu());
}

RecordedPass::~RecordedPass() = default;

void RecordedPass::use(const Tensor& flat, const ParameterViews& folded) {
  if (source_.defined() && source_.is_same(flat)) return;
  const c10::InferenceMode inference;
  const StreamGuard guard(stream_);
  if (parameters_.empty())
    for (const Tensor& view : folded)
      parameters_.push_back(torch::empty_like(
          view, {},
          view.dim() == 4 ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous));
  for (std::size_t i = 0; i < folded.size(); ++i) parameters_[i].copy_(folded[i]);
  source_ = flat;
}

RecordedPass::Pass& RecordedPass::pass_of(int rows) {
  const auto size =
      static_cast<int>(std::bit_ceil(std::max(static_cast<unsigned>(rows), kFewestRows)));
  for (const auto& pass : passes_)
    if (pass->rows == size) return *pass;
  const PolicyValueOptions& o = net_->options();
  Pass& pass = *passes_.emplace_back(std::make_unique<Pass>(stream_));
  pass.rows = size;
  const auto pinned = torch::TensorOptions().pinned_memory(true);
  const auto device = torch::TensorOptions().device(stream_.device());
  const std::vector<std::int64_t> planes{size, o.rows, o.columns, o.planes},
      globals{size, o.globals};
  const std::int64_t answers = o.actions + 1 + (o.territory ? 1 + o.board() : 0);
  pass.host_planes = torch::zeros(planes, pinned.dtype(torch::kUInt8));
  pass.host_globals = torch::zeros(globals, pinned.dtype(torch::kFloat32));
  pass.host_answers = torch::zeros({size * answers}, pinned.dtype(torch::kFloat32));
  pass.planes = torch::zeros(planes, device.dtype(torch::kUInt8));
  pass.globals = torch::zeros(globals, device.dtype(torch::kFloat32));
  return pass;
}

void RecordedPass::evaluate(const PolicyValueRows& rows) {
  const c10::InferenceMode inference;
  const StreamGuard guard(stream_);
  const PolicyValueOptions& o = net_->options();
  Pass& pass = pass_of(rows.rows);
  fill(pass.host_planes, rows.planes, rows.rows);
  fill(pass.host_globals, rows.globals, rows.rows);
  pass.planes.copy_(pass.host_planes, true);
  pass.globals.copy_(pass.host_globals, true);
  pass.recording.run([&] {
    const PolicyValueOutput out = net_->folded(parameters_, pass.planes, pass.globals);
    std::vector<Tensor> parts{out.logits.flatten(), out.value};
    if (o.territory) parts.insert(parts.end(), {out.margin, out.ownership.flatten()});
    pass.answers = torch::cat(parts);
  });
  pass.host_answers.copy_(pass.answers, true);
  stream_.synchronize();

  const float* answer = pass.host_answers.data_ptr<float>();
  const auto take = [&](float* to, int width) {
    std::memcpy(to, answer, usize(rows.rows * width) * sizeof(float));
    answer += pass.rows * width;
  };
  take(rows.logits, o.actions);
  take(rows.value, 1);
  if (o.territory) {
    take(rows.margin, 1);
    take(rows.ownership, o.board());
  } else {
    std::fill_n(rows.margin, rows.rows, 0.0F);
  }
}

}  // namespace tengen
