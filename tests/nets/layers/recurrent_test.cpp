#include "nets/layers/recurrent.hpp"

#include "tests/catch.hpp"

#include <torch/nn.h>

using namespace tengen;

namespace {

constexpr int kSteps = 7, kLanes = 3, kFeatures = 5, kSize = 4;

struct Cell {
  ParameterLayout layout;
  Recurrent cell;
  std::unique_ptr<Parameters> parameters;

  explicit Cell(RecurrentKind kind) : cell{.kind = kind, .size = kSize} {
    NetBuilder builder{.layout = layout, .features = flat_features(kFeatures)};
    cell.add(builder);
    parameters = std::make_unique<Parameters>(layout, Backend{});
    parameters->initialise(Rng(11));
  }
};

// Episodes start here and there, never everywhere at once.
Tensor some_starts() {
  Tensor keep = torch::ones({kSteps, kLanes});
  keep[2][0] = 0;
  keep[5][1] = 0;
  keep[0][2] = 0;
  return keep;
}

// The cell in torch's own operations, step by step.
Sequence with_torch(const Cell& c, const Tensor& x, const Tensor& state, const Tensor& keep) {
  const ParameterViews& p = c.parameters->views();  // weight_ih, weight_hh, bias_ih, bias_hh
  const bool gru = c.cell.kind == RecurrentKind::kGru;
  const Tensor all = torch::linear(x, p[0], p[2]);
  Tensor h = state.narrow(1, 0, kSize), cell;
  if (!gru) cell = state.narrow(1, kSize, kSize);
  std::vector<Tensor> outputs;
  for (std::int64_t t = 0; t < keep.size(0); ++t) {
    const Tensor kept = keep[t].unsqueeze(1);
    h = h * kept;
    const auto in = all.narrow(0, t * kLanes, kLanes).split(kSize, 1);
    const auto own = torch::linear(h, p[1], p[3]).split(kSize, 1);
    if (gru) {
      const Tensor reset = torch::sigmoid(in[0] + own[0]), update = torch::sigmoid(in[1] + own[1]);
      const Tensor candidate = torch::tanh(in[2] + reset * own[2]);
      h = (1 - update) * candidate + update * h;
    } else {
      cell = torch::sigmoid(in[1] + own[1]) * (cell * kept) +
             torch::sigmoid(in[0] + own[0]) * torch::tanh(in[2] + own[2]);
      h = torch::sigmoid(in[3] + own[3]) * torch::tanh(cell);
    }
    outputs.push_back(h);
  }
  return {torch::cat(outputs), gru ? h : torch::cat({h, cell}, 1)};
}

}  // namespace

TEST_CASE("recurrent cells: our node equals torch's operations, gradients included") {
  torch::manual_seed(1);
  for (const RecurrentKind kind : {RecurrentKind::kGru, RecurrentKind::kLstm}) {
    const Cell c(kind);
    Tensor x = torch::randn({kSteps * kLanes, kFeatures}).requires_grad_(true);
    Tensor state = torch::randn({kLanes, c.cell.state_size()}).requires_grad_(true);
    const Tensor keep = some_starts();
    const Tensor d_out = torch::randn({kSteps * kLanes, kSize});
    const Tensor d_state = torch::randn({kLanes, c.cell.state_size()});
    std::vector<Tensor> inputs = c.parameters->views();
    inputs.push_back(x);
    inputs.push_back(state);
    const auto results = [&](const Sequence& s) {
      auto all = torch::autograd::grad({s.output, s.state}, inputs, {d_out, d_state});
      all.push_back(s.output);
      all.push_back(s.state);
      return all;
    };
    const auto ours = results(c.cell.run(c.parameters->views(), x, state, keep));
    const auto theirs = results(with_torch(c, x, state, keep));
    for (std::size_t i = 0; i < ours.size(); ++i)
      CHECK(torch::allclose(ours[i], theirs[i], 1e-4, 1e-5));
  }
}

TEST_CASE("recurrent cells agree with torch's own modules") {
  torch::manual_seed(2);
  const Tensor x = torch::randn({kSteps, kLanes, kFeatures});
  const Tensor keep = torch::ones({kSteps, kLanes});
  const auto copy = [](const Cell& c, const std::vector<Tensor>& theirs) {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < 4; ++i) c.parameters->exact_views()[i].copy_(theirs[i]);
    c.parameters->refresh();
  };
  const torch::NoGradGuard no_grad;
  const Cell gru(RecurrentKind::kGru);
  torch::nn::GRU torch_gru(torch::nn::GRUOptions(kFeatures, kSize));
  copy(gru, torch_gru->parameters());
  const auto [gru_out, gru_state] = torch_gru->forward(x);
  const Sequence a = gru.cell.run(gru.parameters->views(), x.view({-1, kFeatures}),
                                  torch::zeros({kLanes, kSize}), keep);
  CHECK(torch::allclose(a.output, gru_out.view({-1, kSize}), 1e-4, 1e-5));
  CHECK(torch::allclose(a.state, gru_state[0], 1e-4, 1e-5));

  const Cell lstm(RecurrentKind::kLstm);
  torch::nn::LSTM torch_lstm(torch::nn::LSTMOptions(kFeatures, kSize));
  copy(lstm, torch_lstm->parameters());
  const auto [lstm_out, lstm_state] = torch_lstm->forward(x);
  const Sequence b = lstm.cell.run(lstm.parameters->views(), x.view({-1, kFeatures}),
                                   torch::zeros({kLanes, 2 * kSize}), keep);
  CHECK(torch::allclose(b.output, lstm_out.view({-1, kSize}), 1e-4, 1e-5));
  CHECK(torch::allclose(b.state,
                        torch::cat({std::get<0>(lstm_state)[0], std::get<1>(lstm_state)[0]}, 1),
                        1e-4, 1e-5));
}

TEST_CASE("a sequence cut in two gives the same outputs, and a start forgets the past") {
  torch::manual_seed(3);
  const torch::NoGradGuard no_grad;
  for (const RecurrentKind kind : {RecurrentKind::kGru, RecurrentKind::kLstm}) {
    const Cell c(kind);
    const auto& p = c.parameters->views();
    const Tensor x = torch::randn({kSteps * kLanes, kFeatures});
    const Tensor state = torch::randn({kLanes, c.cell.state_size()}), keep = some_starts();
    const Sequence all = c.cell.run(p, x, state, keep);
    const int cut = 3;
    const Sequence first =
        c.cell.run(p, x.narrow(0, 0, cut * kLanes), state, keep.narrow(0, 0, cut));
    const Sequence second = c.cell.run(p, x.narrow(0, cut * kLanes, (kSteps - cut) * kLanes),
                                       first.state, keep.narrow(0, cut, kSteps - cut));
    CHECK(torch::equal(all.output, torch::cat({first.output, second.output})));
    CHECK(torch::equal(all.state, second.state));

    // Lane 0 starts an episode at step 2: what was before makes no difference from there on.
    Tensor other_x = x.clone();
    other_x.narrow(0, 0, 2 * kLanes).add_(1);
    const Sequence other = c.cell.run(p, other_x, state + 5, keep);
    for (int t = 2; t < kSteps; ++t)
      CHECK(torch::equal(all.output[t * kLanes], other.output[t * kLanes]));
    CHECK(!torch::equal(all.output[0], other.output[0]));
  }
}
