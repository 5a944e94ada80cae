#include "nets/board/inference_net.hpp"

#include "core/usize.hpp"
#include "nets/board/recording.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace tengen {
namespace {

constexpr int kBlock = 8;  // rows of a pass on a CPU: as many as a search's thread asks for at once

// The same with rows of zeros at its end, kBlock rows together.
Tensor filled_up(const Tensor& rows) {
  if (rows.size(0) == kBlock) return rows;
  std::vector<std::int64_t> shape = rows.sizes().vec();
  shape[0] = kBlock;
  Tensor block = torch::zeros(shape, rows.options());
  block.narrow(0, 0, rows.size(0)).copy_(rows);
  return block;
}

void put(const Tensor& from, float* to) {
  const Tensor host = from.contiguous();
  std::memcpy(to, host.data_ptr<float>(), usize(host.numel()) * sizeof(float));
}

}  // namespace

InferenceNet::InferenceNet(std::shared_ptr<const PolicyValueNet> net, const Parameters& parameters,
                           const Parameters& statistics, const Backend& backend)
    : net_(std::move(net)), backend_(backend) {
  const ComputeScope scope;
  if (backend.device.is_cpu() && backend.precision == Precision::kBfloat16 &&
      kernels::best_board_products() != kernels::BoardProducts::kNone) {
    const Tensor exact = torch::zeros({net_->folded_layout().size()});
    const ParameterViews folded = views_of(net_->folded_layout(), exact);
    net_->fold(parameters.exact_views(), statistics.exact_views(), folded);
    board_ = std::make_unique<BoardNet>(*net_, folded);
    return;
  }
  const auto type = torch::TensorOptions().device(backend.device);
  flat_ = torch::zeros({net_->folded_layout().size()}, type.dtype(scalar_type(backend.precision)));
  views_ = views_of(net_->folded_layout(), flat_);
  net_->fold(parameters.exact_views(), statistics.exact_views(), views_);
  wait_for(backend.device);  // other threads read it on streams of their own
}

void InferenceNet::evaluate(const PolicyValueRows& rows, Workspace& workspace) const {
  const ComputeScope scope;
  if (board_ != nullptr) return board_->evaluate(rows, workspace.board);
  if (!backend_.device.is_cpu()) {
    if (workspace.recorded == nullptr || &workspace.recorded->net() != net_.get())
      workspace.recorded = std::make_unique<RecordedPass>(net_, backend_);
    workspace.recorded->use(flat_, views_);
    return workspace.recorded->evaluate(rows);
  }
  for (int first = 0; first < rows.rows; first += kBlock)
    evaluate_block(rows, first, std::min(kBlock, rows.rows - first));
}

// torch sums in another order for another number of rows, so every pass has equally many: what a
// position is worth must not depend on which others happen to be asked for together with it.
void InferenceNet::evaluate_block(const PolicyValueRows& rows, int first, int count) const {
  const c10::InferenceMode inference;
  const PolicyValueOptions& o = options();
  const auto at = usize(first);
  // torch has no constant tensors; these are never written.
  const Tensor planes = torch::from_blob(
      const_cast<std::uint8_t*>(rows.planes) + at * usize(o.rows * o.columns * o.planes),
      {count, o.rows, o.columns, o.planes}, torch::kUInt8);
  const Tensor globals = torch::from_blob(const_cast<float*>(rows.globals) + at * usize(o.globals),
                                          {count, o.globals}, torch::kFloat32);
  const PolicyValueOutput out = net_->folded(views_, filled_up(planes), filled_up(globals));
  put(out.logits.narrow(0, 0, count), rows.logits + at * usize(out.logits.size(1)));
  put(out.value.narrow(0, 0, count), rows.value + at);
  if (o.territory) {
    put(out.margin.narrow(0, 0, count), rows.margin + at);
    put(out.ownership.narrow(0, 0, count), rows.ownership + at * usize(out.ownership.size(1)));
  } else {
    std::fill_n(rows.margin + at, count, 0.0F);
  }
}

}  // namespace tengen
