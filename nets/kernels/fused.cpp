#include "nets/kernels/fused.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <algorithm>
#include <optional>

namespace tengen {
namespace {

// In larger layers a library's product is as fast, and calling it costs little beside it.
constexpr std::int64_t kMostWeights = 1 << 16;

std::optional<kernels::Function> kernel_of(Activation activation) {
  switch (activation) {
    case Activation::kIdentity:
      return kernels::Function::kIdentity;
    case Activation::kRelu:
      return kernels::Function::kRelu;
    case Activation::kTanh:
      return kernels::Function::kTanh;
    default:
      return {};
  }
}

bool plain(const Tensor& t, std::int64_t dimensions) {
  return t.device().is_cpu() && t.scalar_type() == torch::kFloat32 && t.dim() == dimensions &&
         t.is_contiguous();
}

bool fits(const DenseLayer& layer) {
  return plain(layer.weight, 2) && plain(layer.bias, 1) && layer.weight.numel() <= kMostWeights &&
         kernel_of(layer.activation).has_value();
}
bool fit(const Tensor& x, std::span<const DenseLayer> layers) {
  return plain(x, 2) && std::ranges::all_of(layers, fits);
}

kernels::DenseShape shape_of(const Tensor& x, const Tensor& weight) {
  TENGEN_CHECK(x.size(1) == weight.size(1), "{} inputs for a layer of {}", x.size(1),
               weight.size(1));
  return {usize(x.size(0)), usize(weight.size(1)), usize(weight.size(0))};
}

Tensor compose(Tensor x, std::span<const DenseLayer> layers) {
  for (const DenseLayer& layer : layers)
    x = activate(layer.activation, torch::linear(x, layer.weight, layer.bias));
  return x;
}

// Makes `t` a matrix of that shape, and keeps its memory if it is one already.
void shape(Tensor& t, std::int64_t rows, std::int64_t columns) {
  if (!t.defined() || t.size(0) != rows || t.size(1) != columns)
    t = torch::empty({rows, columns}, torch::kFloat32);
}

}  // namespace

// ---- Without a graph ---------------------------------------------------------------------------

const Tensor& MlpPass::forward(const Tensor& x, std::span<const DenseLayer> layers) {
  if (!fit(x, layers)) {
    const torch::AutoGradMode graph(true);
    steps_.clear();
    parameters_.clear();
    for (const DenseLayer& layer : layers)
      parameters_.insert(parameters_.end(), {layer.weight, layer.bias});
    x_ = x.detach().requires_grad_(true);
    y_ = compose(x_, layers);
    dx_ = y_.detach();
    return dx_;
  }
  const torch::NoGradGuard no_grad;
  steps_.resize(layers.size());
  Tensor in = x;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const DenseLayer& layer = layers[i];
    Step& step = steps_[i];
    shape(step.y, in.size(0), layer.weight.size(0));
    step.x = in;
    step.weight = layer.weight;
    step.function = *kernel_of(layer.activation);
    kernels::forward(shape_of(in, layer.weight), step.function, in.data_ptr<float>(),
                     layer.weight.data_ptr<float>(), layer.bias.data_ptr<float>(),
                     step.y.data_ptr<float>());
    in = step.y;
  }
  return steps_.back().y;
}

Tensor& MlpPass::input_gradient(std::size_t step) {
  Step& s = steps_[step];
  shape(s.dx, s.x.size(0), s.x.size(1));
  return s.dx;
}

void MlpPass::backward(std::size_t step, const Tensor& dy, const kernels::DenseGradients& out) {
  const Step& s = steps_[step];
  kernels::backward(shape_of(s.x, s.weight), s.function, s.x.data_ptr<float>(),
                    s.weight.data_ptr<float>(), s.y.data_ptr<float>(), dy.data_ptr<float>(), out);
}

Tensor MlpPass::backward(const Tensor& dy, const Wanted& wanted) {
  const bool parameters = !wanted.parameters.empty();
  if (steps_.empty()) {
    std::vector<Tensor> inputs;
    if (wanted.input) inputs.push_back(x_);
    if (parameters) inputs.insert(inputs.end(), parameters_.begin(), parameters_.end());
    const auto gradients = torch::autograd::grad({y_}, inputs, {dy});
    const std::size_t first = wanted.input ? 1 : 0;
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < wanted.parameters.size(); ++i)
      wanted.parameters[i].copy_(gradients[first + i]);
    return wanted.input ? gradients[0] : Tensor();
  }
  Tensor gradient = dy;
  for (std::size_t i = steps_.size(); i-- > 0;) {
    kernels::DenseGradients to;
    if (parameters) {
      to.weight = wanted.parameters[2 * i].data_ptr<float>();
      to.bias = wanted.parameters[2 * i + 1].data_ptr<float>();
    }
    const bool deeper = i > 0 || wanted.input;
    if (deeper) to.x = input_gradient(i).data_ptr<float>();
    backward(i, gradient, to);
    gradient = deeper ? steps_[i].dx : Tensor();
  }
  return gradient;
}

// ---- As a node of a graph ----------------------------------------------------------------------

// The layers' backward pass. Its edges are x, then weight and bias of every layer.
class MlpNode final : public torch::autograd::Node {
 public:
  explicit MlpNode(MlpPass pass) : pass_(std::move(pass)) {}
  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override;
  void release_variables() override { pass_ = {}; }
  [[nodiscard]] std::string name() const override { return "tengen::mlp"; }

 private:
  MlpPass pass_;
};

torch::autograd::variable_list MlpNode::apply(torch::autograd::variable_list&& gradients) {
  TENGEN_CHECK(!torch::GradMode::is_enabled(), "a fused layer is differentiable once");
  TENGEN_CHECK(!pass_.steps_.empty(), "the graph has been differentiated and freed");
  torch::autograd::variable_list out(1 + 2 * pass_.steps_.size());
  if (!gradients[0].defined()) return out;
  std::size_t first = 0;  // the deepest edge whose gradient is asked for
  while (first < out.size() && !task_should_compute_output(first)) ++first;
  Tensor dy = gradients[0].clone(torch::MemoryFormat::Contiguous);
  for (std::size_t i = pass_.steps_.size(); i-- > 0;) {
    const std::size_t edge = 1 + 2 * i;
    kernels::DenseGradients to;
    if (task_should_compute_output(edge)) {
      out[edge] = torch::empty_like(pass_.steps_[i].weight);
      to.weight = out[edge].data_ptr<float>();
    }
    if (task_should_compute_output(edge + 1)) {
      out[edge + 1] = torch::empty({dy.size(1)}, torch::kFloat32);
      to.bias = out[edge + 1].data_ptr<float>();
    }
    const bool deeper = first < edge;
    if (deeper) to.x = pass_.input_gradient(i).data_ptr<float>();
    pass_.backward(i, dy, to);
    if (!deeper) return out;
    dy = pass_.steps_[i].dx;
  }
  out[0] = dy;
  return out;
}

// The type of pointer that owns a node depends on the version of LibTorch.
using NodePointer = std::remove_cvref_t<decltype(Tensor().grad_fn())>;
template <class Pointer, class Made = MlpNode>
Pointer make_node(MlpPass pass) {
  if constexpr (std::is_same_v<Pointer, std::shared_ptr<torch::autograd::Node>>)
    return std::make_shared<Made>(std::move(pass));
  else
    return c10::make_intrusive<Made>(std::move(pass));
}

Tensor mlp(const Tensor& x, std::span<const DenseLayer> layers) {
  if (!fit(x, layers)) return compose(x, layers);
  const bool graph = torch::GradMode::is_enabled() &&
                     (x.requires_grad() || std::ranges::any_of(layers, [](const DenseLayer& layer) {
                        return layer.weight.requires_grad() || layer.bias.requires_grad();
                      }));
  MlpPass pass;
  // The output will own the node, so the node must own the output's memory and not the output.
  Tensor y = pass.forward(x, layers).detach();
  if (!graph) return y;
  const auto node = make_node<NodePointer>(std::move(pass));
  torch::autograd::edge_list edges{torch::autograd::impl::gradient_edge(x)};
  for (const DenseLayer& layer : layers) {
    for (const Tensor* t : {&layer.weight, &layer.bias})
      edges.push_back(torch::autograd::impl::gradient_edge(*t));
  }
  node->set_next_edges(std::move(edges));
  torch::autograd::set_history(y, node);
  return y;
}

Tensor dense(const Tensor& x, const Tensor& weight, const Tensor& bias, Activation activation) {
  const DenseLayer layer[] = {{weight, bias, activation}};
  return mlp(x, layer);
}

}  // namespace tengen
