#include "nets/board/inference_net.hpp"

#include "core/usize.hpp"
#include "nets/board/recording.hpp"

#include <algorithm>
#include <cstring>

namespace tengen {
namespace {

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
  const c10::InferenceMode inference;
  const PolicyValueOptions& o = options();
  // torch has no constant tensors; these are never written.
  const Tensor planes = torch::from_blob(const_cast<std::uint8_t*>(rows.planes),
                                         {rows.rows, o.rows, o.columns, o.planes}, torch::kUInt8);
  const Tensor globals =
      torch::from_blob(const_cast<float*>(rows.globals), {rows.rows, o.globals}, torch::kFloat32);
  const PolicyValueOutput out = net_->folded(views_, planes, globals);
  put(out.logits, rows.logits);
  put(out.value, rows.value);
  if (o.territory) {
    put(out.margin, rows.margin);
    put(out.ownership, rows.ownership);
  } else {
    std::fill_n(rows.margin, rows.rows, 0.0F);
  }
}

}  // namespace tengen
