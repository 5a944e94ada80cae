#include "nets/layers/recurrent.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <bit>
#include <cmath>
#include <tuple>

namespace tengen {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using torch::autograd::Variable;

constexpr int kMostOutputs = 8192;

// e^x by range reduction and a polynomial (Cephes' expf, relative error below 2e-7), without calls
// or branches so that compilers make vector instructions of loops over it.
inline float exponential(float x) {
  const float wrong = x - x;  // NaN for NaN, which the clamp below hides from the cast
  x = x > -87.0F ? x : -87.0F;
  x = x < 87.0F ? x : 87.0F;
  const float n = std::nearbyint(x * 1.44269504F);
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  return p * std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23) + wrong;
}
inline float sigmoid(float x) { return 1.0F / (1.0F + exponential(-x)); }
inline float hyperbolic_tangent(float x) { return 2.0F / (1.0F + exponential(-2.0F * x)) - 1.0F; }

// One step of one lane. `g` points at its gates: pre-activations from the input on entry,
// activations on return; `r` points at the products with the last output.
struct GruStep {
  static constexpr int kGates = 3;
  static constexpr bool kCell = false;

  // It leaves U_n h + b in the third part of `r` for the backward pass.
  static void forward(int size, float* __restrict g, const float* __restrict r,
                      const float* __restrict h, const float* /*c*/, float* __restrict out_h,
                      float* /*out_c*/) {
    for (int i = 0; i < size; ++i) {
      const float reset = sigmoid(g[i] + r[i]);
      const float update = sigmoid(g[size + i] + r[size + i]);
      const float candidate = hyperbolic_tangent(g[2 * size + i] + reset * r[2 * size + i]);
      out_h[i] = (1 - update) * candidate + update * h[i];
      g[i] = reset;
      g[size + i] = update;
      g[2 * size + i] = candidate;
    }
  }
  // `dh` is the gradient by the output, and becomes the part of the gradient by the last output
  // that passes the update gate. Writes gradients by the input's (dx) and the recurrent (dr)
  // pre-activations.
  static void backward(int size, const float* __restrict g, const float* __restrict r,
                       const float* __restrict h, const float* /*c*/, const float* /*new_c*/,
                       float* __restrict dh, float* /*dc*/, float* __restrict dx,
                       float* __restrict dr) {
    for (int i = 0; i < size; ++i) {
      const float reset = g[i], update = g[size + i], candidate = g[2 * size + i];
      const float dn = dh[i] * (1 - update) * (1 - candidate * candidate);
      const float dz = dh[i] * (h[i] - candidate) * update * (1 - update);
      const float d_reset = dn * r[2 * size + i] * reset * (1 - reset);
      dx[i] = dr[i] = d_reset;
      dx[size + i] = dr[size + i] = dz;
      dx[2 * size + i] = dn;
      dr[2 * size + i] = dn * reset;
      dh[i] *= update;
    }
  }
};

struct LstmStep {
  static constexpr int kGates = 4;
  static constexpr bool kCell = true;

  static void forward(int size, float* __restrict g, const float* __restrict r, const float* /*h*/,
                      const float* __restrict c, float* __restrict out_h, float* __restrict out_c) {
    for (int i = 0; i < size; ++i) {
      const float in = sigmoid(g[i] + r[i]);
      const float forget = sigmoid(g[size + i] + r[size + i]);
      const float candidate = hyperbolic_tangent(g[2 * size + i] + r[2 * size + i]);
      const float out = sigmoid(g[3 * size + i] + r[3 * size + i]);
      out_c[i] = forget * c[i] + in * candidate;
      out_h[i] = out * hyperbolic_tangent(out_c[i]);
      g[i] = in;
      g[size + i] = forget;
      g[2 * size + i] = candidate;
      g[3 * size + i] = out;
    }
  }
  static void backward(int size, const float* __restrict g, const float* /*r*/, const float* /*h*/,
                       const float* __restrict c, const float* __restrict new_c,
                       float* __restrict dh, float* __restrict dc, float* __restrict dx,
                       float* __restrict dr) {
    for (int i = 0; i < size; ++i) {
      const float in = g[i], forget = g[size + i], candidate = g[2 * size + i];
      const float out = g[3 * size + i], t = hyperbolic_tangent(new_c[i]);
      const float d_cell = dc[i] + dh[i] * out * (1 - t * t);
      dx[i] = dr[i] = d_cell * candidate * in * (1 - in);
      dx[size + i] = dr[size + i] = d_cell * c[i] * forget * (1 - forget);
      dx[2 * size + i] = dr[2 * size + i] = d_cell * in * (1 - candidate * candidate);
      dx[3 * size + i] = dr[3 * size + i] = dh[i] * t * out * (1 - out);
      dc[i] = d_cell * forget;
      dh[i] = 0;
    }
  }
};

// The whole sequence is one node of the graph. Each step is one matrix product and one loop.
template <class Step>
struct SequenceFunction : torch::autograd::Function<SequenceFunction<Step>> {
  // `x`, steps·lanes × gates·size, is the input's share of the pre-activations. Returns outputs and
  // state.
  static tensor_list forward(AutogradContext* context, const Variable& x, const Variable& weight,
                             const Variable& bias, const Variable& state, const Variable& keep) {
    const std::int64_t steps = keep.size(0), lanes = keep.size(1), size = weight.size(1);
    const Tensor gates = x.clone(torch::MemoryFormat::Contiguous);
    const Tensor recurrent = torch::empty_like(gates);
    const Tensor output = torch::empty({steps * lanes, size});
    const Tensor before = torch::empty({steps * lanes, size});  // outputs before, where kept
    const std::int64_t cell_rows = Step::kCell ? steps * lanes : 0;
    const Tensor cell_before = torch::empty({cell_rows, size}),
                 cell = torch::empty_like(cell_before);
    const Tensor transposed = weight.t();
    const Tensor keeping = keep.contiguous(), start = state.contiguous();

    const auto* kept = keeping.template data_ptr<float>();
    const float* first = start.template data_ptr<float>();
    const std::int64_t width = start.size(1);
    for (std::int64_t t = 0; t < steps; ++t) {
      for (std::int64_t b = 0; b < lanes; ++b) {
        const std::int64_t row = t * lanes + b;
        const float k = kept[row];
        const auto carry = [&](const Tensor& from, const Tensor& to, std::int64_t part) {
          const float* source = t == 0 ? first + b * width + part * size
                                       : from.template data_ptr<float>() + (row - lanes) * size;
          float* target = to.template data_ptr<float>() + row * size;
          for (std::int64_t i = 0; i < size; ++i) target[i] = k != 0 ? source[i] : 0.0F;
        };
        carry(output, before, 0);
        if constexpr (Step::kCell) carry(cell, cell_before, 1);
      }
      Tensor product = recurrent.narrow(0, t * lanes, lanes);
      at::addmm_out(product, bias, before.narrow(0, t * lanes, lanes), transposed);
      for (std::int64_t row = t * lanes; row < (t + 1) * lanes; ++row)
        Step::forward(static_cast<int>(size), at_row(gates, row), at_row(recurrent, row),
                      at_row(before, row), Step::kCell ? at_row(cell_before, row) : nullptr,
                      at_row(output, row), Step::kCell ? at_row(cell, row) : nullptr);
    }
    Tensor last = output.narrow(0, (steps - 1) * lanes, lanes);
    last = Step::kCell ? torch::cat({last, cell.narrow(0, (steps - 1) * lanes, lanes)}, 1)
                       : last.clone();
    context->save_for_backward({gates, recurrent, before, cell_before, cell, weight, keeping});
    return {output, last};
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradient) {
    const auto saved = context->get_saved_variables();
    const Tensor &gates = saved[0], &recurrent = saved[1], &before = saved[2];
    const Tensor &cell_before = saved[3], &cell = saved[4], &weight = saved[5], &keep = saved[6];
    const std::int64_t steps = keep.size(0), lanes = keep.size(1), size = weight.size(1);
    const Tensor dx = torch::empty_like(gates), dr = torch::empty_like(gates);
    Tensor dh = torch::zeros({lanes, size}), dc = torch::zeros({lanes, size});
    if (gradient[1].defined()) {
      dh.copy_(gradient[1].narrow(1, 0, size));
      if constexpr (Step::kCell) dc.copy_(gradient[1].narrow(1, size, size));
    }
    const Tensor d_output = gradient[0].defined() ? gradient[0].contiguous() : Tensor();
    const auto* kept = keep.template data_ptr<float>();
    for (std::int64_t t = steps - 1; t >= 0; --t) {
      if (d_output.defined()) dh.add_(d_output.narrow(0, t * lanes, lanes));
      for (std::int64_t b = 0; b < lanes; ++b) {
        const std::int64_t row = t * lanes + b;
        Step::backward(static_cast<int>(size), at_row(gates, row), at_row(recurrent, row),
                       at_row(before, row), Step::kCell ? at_row(cell_before, row) : nullptr,
                       Step::kCell ? at_row(cell, row) : nullptr, at_row(dh, b), at_row(dc, b),
                       at_row(dx, row), at_row(dr, row));
      }
      dh.addmm_(dr.narrow(0, t * lanes, lanes), weight);
      for (std::int64_t b = 0; b < lanes; ++b) {
        if (kept[t * lanes + b] != 0) continue;
        std::fill_n(at_row(dh, b), size, 0.0F);
        std::fill_n(at_row(dc, b), size, 0.0F);
      }
    }
    const Tensor d_state = Step::kCell ? torch::cat({dh, dc}, 1) : dh;
    return {dx, torch::mm(dr.t(), before), dr.sum(0), d_state, Variable()};
  }

 private:
  static float* at_row(const Tensor& matrix, std::int64_t row) {
    return matrix.data_ptr<float>() + row * matrix.size(1);
  }
};

// The same on a GPU, by kernels that torch has for CUDA alone and that do all gates of a step.
template <class Step>
struct CudaSequenceFunction : torch::autograd::Function<CudaSequenceFunction<Step>> {
  static tensor_list forward(AutogradContext* context, const Variable& x, const Variable& weight,
                             const Variable& bias, const Variable& state, const Variable& keep) {
    const std::int64_t steps = keep.size(0), lanes = keep.size(1), size = weight.size(1);
    const auto columns = keep.unsqueeze(2).unbind(0);  // lanes × 1 a step
    const auto gates = x.split(lanes);
    const Tensor transposed = weight.t();
    Tensor h = state.narrow(1, 0, size), c = Step::kCell ? state.narrow(1, size, size) : Tensor();
    tensor_list before, cell_before, cell, room, output;
    for (std::size_t t = 0; t < usize(steps); ++t) {
      before.push_back(h * columns[t]);
      const Tensor own = at::addmm(bias, before.back(), transposed);
      if constexpr (Step::kCell) {
        cell_before.push_back(c * columns[t]);
        auto [new_h, new_c, kept] = at::_thnn_fused_lstm_cell(gates[t], own, cell_before.back());
        h = new_h;
        c = new_c;
        cell.push_back(c);
        room.push_back(kept);
      } else {
        auto [new_h, kept] = at::_thnn_fused_gru_cell(gates[t], own, before.back());
        h = new_h;
        room.push_back(kept);
      }
      output.push_back(h);
    }
    tensor_list saved{weight, keep};
    for (const tensor_list& each : {before, room, cell_before, cell})
      saved.insert(saved.end(), each.begin(), each.end());
    context->save_for_backward(saved);
    return {torch::cat(output), Step::kCell ? torch::cat({h, c}, 1) : h.clone()};
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradient) {
    const auto saved = context->get_saved_variables();
    const Tensor &weight = saved[0], &keep = saved[1];
    const std::int64_t lanes = keep.size(1), size = weight.size(1);
    const std::size_t steps = usize(keep.size(0));
    const auto part = [&](std::size_t list, std::size_t t) { return saved[2 + list * steps + t]; };
    const auto columns = keep.unsqueeze(2).unbind(0);
    Tensor dh = torch::zeros({lanes, size}, weight.options()), dc = dh;
    if (gradient[1].defined()) {
      dh = gradient[1].narrow(1, 0, size).contiguous();
      if constexpr (Step::kCell) dc = gradient[1].narrow(1, size, size).contiguous();
    }
    tensor_list d_output, before, dx(steps), dr(steps);
    if (gradient[0].defined()) d_output = gradient[0].split(lanes);
    for (std::size_t t = steps; t-- > 0;) {
      if (!d_output.empty()) dh = dh + d_output[t];
      if constexpr (Step::kCell) {
        const auto back = at::_thnn_fused_lstm_cell_backward_impl(dh, dc, part(2, t), part(3, t),
                                                                  part(1, t), /*has_bias=*/false);
        dx[t] = dr[t] = std::get<0>(back);
        dc = std::get<1>(back) * columns[t];
        dh = at::mm(dr[t], weight) * columns[t];
      } else {
        const auto back =
            at::_thnn_fused_gru_cell_backward(dh.contiguous(), part(1, t), /*has_bias=*/false);
        dx[t] = std::get<0>(back);
        dr[t] = std::get<1>(back);
        dh = at::addmm(std::get<2>(back), dr[t], weight) * columns[t];
      }
    }
    for (std::size_t t = 0; t < steps; ++t) before.push_back(part(0, t));
    const Tensor recurrent = torch::cat(dr);
    return {Step::kCell ? recurrent : torch::cat(dx), torch::mm(recurrent.t(), torch::cat(before)),
            recurrent.sum(0), Step::kCell ? torch::cat({dh, dc}, 1) : dh, Variable()};
  }
};

template <class Step>
tensor_list run_sequence(const Tensor& x, const Tensor& weight, const Tensor& bias,
                         const Tensor& state, const Tensor& keep) {
  return x.is_cuda() ? CudaSequenceFunction<Step>::apply(x, weight, bias, state, keep)
                     : SequenceFunction<Step>::apply(x, weight, bias, state, keep);
}

}  // namespace

std::optional<Recurrent> Recurrent::parse(const LayerWords& words) {
  const auto outputs = whole_number(words.argument, 1, kMostOutputs);
  if ((words.name != "gru" && words.name != "lstm") || !outputs) return {};
  return Recurrent{.kind = words.name == "gru" ? RecurrentKind::kGru : RecurrentKind::kLstm,
                   .size = *outputs};
}

void Recurrent::add(NetBuilder& net) {
  const int gates = kind == RecurrentKind::kGru ? GruStep::kGates : LstmStep::kGates;
  const int features = net.features.count();
  const std::string name = net.name("recurrent", 2);
  const InitRule in{Init::kOrthogonal, 1, gates * size, features, gates * size};
  const InitRule own{Init::kOrthogonal, 1, gates * size, size, gates * size};
  weight_ih = net.layout.add(name + ".weight_ih", {gates * size, features}, in);
  weight_hh = net.layout.add(name + ".weight_hh", {gates * size, size}, own);
  bias_ih = net.layout.add(name + ".bias_ih", {gates * size}, bias_rule(in));
  bias_hh = net.layout.add(name + ".bias_hh", {gates * size}, bias_rule(own));
  state_begin = net.state_size;
  net.state_size += state_size();
  net.features = flat_features(size);
}

Tensor Recurrent::forward(const ParameterViews& parameters, const Tensor& x, Pass& pass) const {
  TENGEN_CHECK(pass.state.defined() && pass.keep.defined(), "memory without a state");
  const Tensor own = pass.state.size(1) == state_size()
                         ? pass.state
                         : pass.state.narrow(1, state_begin, state_size());
  Sequence sequence = run(parameters, flat(x), own, pass.keep);
  pass.states_after.push_back(std::move(sequence.state));
  return sequence.output.to(x.scalar_type());
}

Sequence Recurrent::run(const ParameterViews& parameters, const Tensor& x, const Tensor& state,
                        const Tensor& keep) const {
  const Tensor gates =
      torch::linear(x, parameters[weight_ih], parameters[bias_ih]).to(torch::kFloat32);
  const Tensor weight = parameters[weight_hh].to(torch::kFloat32);
  const Tensor bias = parameters[bias_hh].to(torch::kFloat32);
  const auto result = kind == RecurrentKind::kGru
                          ? run_sequence<GruStep>(gates, weight, bias, state, keep)
                          : run_sequence<LstmStep>(gates, weight, bias, state, keep);
  return {result[0], result[1]};
}

}  // namespace tengen
