#include "nets/optimisers.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"
#include "nets/kernels/bfloat16.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tengen {

// The constants of one step.
struct OptimiserRates {
  float rate, beta1, beta2, rest1, rest2, eps, decay, l1, scale, shrink;
  float correction;  // 1/√(1 − β₂ᵗ)
};

namespace {

constexpr std::int64_t kPiece =
    4096;  // elements: a sum of gradients stays in the first-level cache

int pieces(std::int64_t size) { return static_cast<int>((size + kPiece - 1) / kPiece); }

bool has_first(const OptimiserOptions& o) {
  return o.kind == OptimiserKind::kMomentum || o.kind == OptimiserKind::kAdam ||
         o.kind == OptimiserKind::kAdamw || (o.kind == OptimiserKind::kRmsprop && o.centred);
}
bool has_second(const OptimiserOptions& o) {
  return o.kind != OptimiserKind::kSgd && o.kind != OptimiserKind::kMomentum;
}

// Adds elements [begin, begin + count) of all shards' gradients in order.
void add_shards(std::span<const Tensor> shards, std::int64_t begin, std::int64_t count,
                float* __restrict sum) {
  std::fill_n(sum, count, 0.0F);
  for (const Tensor& shard : shards) {
    if (shard.scalar_type() == torch::kBFloat16) {
      const auto* __restrict values = static_cast<const Bfloat16*>(shard.data_ptr()) + begin;
      for (std::int64_t i = 0; i < count; ++i) sum[i] += widened(values[i]);
    } else {
      const float* __restrict values = shard.data_ptr<float>() + begin;
      for (std::int64_t i = 0; i < count; ++i) sum[i] += values[i];
    }
  }
}

// Sixteen fixed partial sums let compilers vectorise the loop and agree on the bits.
double squared_norm(const float* values, std::int64_t count) {
  float sums[16] = {};
  for (std::int64_t i = 0; i < count; i += 16) {
    for (int k = 0; k < 16; ++k) sums[k] += values[i + k] * values[i + k];
  }
  double sum = 0;
  for (const float s : sums) sum += s;
  return sum;
}

// Computed in double, as torch does.
OptimiserRates rates_of(const OptimiserOptions& o, double rate, float scale, std::int64_t t) {
  const bool adam = o.kind == OptimiserKind::kAdam || o.kind == OptimiserKind::kAdamw;
  const bool decoupled = o.kind == OptimiserKind::kAdamw;
  const double b1 = o.kind == OptimiserKind::kRmsprop ? o.alpha : o.beta1;
  const double b2 = o.kind == OptimiserKind::kRmsprop ? o.alpha : o.beta2;
  const double corrected = adam ? rate / (1 - std::pow(b1, static_cast<double>(t))) : rate;
  const double root = adam ? std::sqrt(1 - std::pow(b2, static_cast<double>(t))) : 1;
  return {.rate = static_cast<float>(corrected),
          .beta1 = static_cast<float>(b1),
          .beta2 = static_cast<float>(b2),
          .rest1 = static_cast<float>(1 - b1),
          .rest2 = static_cast<float>(1 - b2),
          .eps = o.eps,
          .decay = decoupled ? 0 : o.weight_decay,
          .l1 = o.l1,
          .scale = scale,
          .shrink = decoupled ? static_cast<float>(1 - rate * o.weight_decay) : 1,
          .correction = static_cast<float>(1 / root)};
}

// Updates one element's moments m and v by the gradient g, and returns the new w.
template <OptimiserKind Kind, bool Centred>
float update(const OptimiserRates& r, float momentum, float w, float g, float& m, float& v) {
  if constexpr (Kind == OptimiserKind::kSgd) {
    return w - r.rate * g;
  } else if constexpr (Kind == OptimiserKind::kMomentum) {
    m = momentum * m + g;
    return w - r.rate * m;
  } else if constexpr (Kind == OptimiserKind::kAdagrad) {
    v += g * g;
    return w - r.rate * g / (std::sqrt(v) + r.eps);
  } else if constexpr (Kind == OptimiserKind::kRmsprop) {
    v = r.beta2 * v + r.rest2 * g * g;
    float variance = v;
    if constexpr (Centred) {
      m = r.beta1 * m + r.rest1 * g;
      variance -= m * m;
    }
    return w - r.rate * g / (std::sqrt(variance) + r.eps);
  } else {
    m = r.beta1 * m + r.rest1 * g;
    v = r.beta2 * v + r.rest2 * g * g;
    return w * r.shrink - r.rate * m / (std::sqrt(v) * r.correction + r.eps);
  }
}

OptimiserRates without_decay(OptimiserRates rates) {
  rates.decay = rates.l1 = 0;
  rates.shrink = 1;
  return rates;
}

struct Piece {
  float* w;
  const float* g;
  float* m;  // or null, as the kind has it
  float* v;
  Bfloat16* copy;  // or null
  std::int64_t count;
};

template <OptimiserKind Kind, bool Centred = false>
void update_piece(const OptimiserRates& rates, const OptimiserOptions& options,
                  const Piece& piece) {
  constexpr bool kFirst = Kind == OptimiserKind::kMomentum || Kind == OptimiserKind::kAdam ||
                          (Kind == OptimiserKind::kRmsprop && Centred);
  constexpr bool kSecond = Kind != OptimiserKind::kSgd && Kind != OptimiserKind::kMomentum;
  const OptimiserRates r = rates;  // by value: nothing that is written below can change them
  const float momentum = options.momentum;
  float* __restrict w = piece.w;
  const float* __restrict gradient = piece.g;
  float* __restrict m = piece.m;
  float* __restrict v = piece.v;
  for (std::int64_t i = 0; i < piece.count; ++i) {
    const float sign = static_cast<float>(w[i] > 0) - static_cast<float>(w[i] < 0);
    const float g = gradient[i] * r.scale + r.decay * w[i] + r.l1 * sign;
    float first = 0, second = 0;
    if constexpr (kFirst) first = m[i];
    if constexpr (kSecond) second = v[i];
    w[i] = update<Kind, Centred>(r, momentum, w[i], g, first, second);
    if constexpr (kFirst) m[i] = first;
    if constexpr (kSecond) v[i] = second;
  }
  if (piece.copy == nullptr) return;
  for (std::int64_t i = 0; i < piece.count; ++i) piece.copy[i] = rounded<Bfloat16>(w[i]);
}

void update_any(const OptimiserRates& r, const OptimiserOptions& o, const Piece& piece) {
  switch (o.kind) {
    case OptimiserKind::kSgd:
      return update_piece<OptimiserKind::kSgd>(r, o, piece);
    case OptimiserKind::kMomentum:
      return update_piece<OptimiserKind::kMomentum>(r, o, piece);
    case OptimiserKind::kAdagrad:
      return update_piece<OptimiserKind::kAdagrad>(r, o, piece);
    case OptimiserKind::kRmsprop:
      if (o.centred) return update_piece<OptimiserKind::kRmsprop, true>(r, o, piece);
      return update_piece<OptimiserKind::kRmsprop>(r, o, piece);
    case OptimiserKind::kAdam:
    case OptimiserKind::kAdamw:
      return update_piece<OptimiserKind::kAdam>(r, o, piece);
  }
}

float* data_of(const Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
}

}  // namespace

OptimiserOptions read_optimiser(const Config& agent, const OptimiserDefaults& defaults) {
  OptimiserOptions o;
  o.kind = agent.choice<OptimiserKind>("optimizer", defaults.kind,
                                       {{"sgd", OptimiserKind::kSgd},
                                        {"momentum", OptimiserKind::kMomentum},
                                        {"adagrad", OptimiserKind::kAdagrad},
                                        {"rmsprop", OptimiserKind::kRmsprop},
                                        {"adam", OptimiserKind::kAdam},
                                        {"adamw", OptimiserKind::kAdamw}});
  const bool usual = agent.get<std::string>("optimizer", defaults.kind) == defaults.kind;
  float eps = o.kind == OptimiserKind::kAdagrad ? 1e-10F : 1e-8F;
  if (defaults.eps > 0 && usual) eps = defaults.eps;
  if (has_second(o)) o.eps = agent.get<float>("optimizer_eps", eps, 0.0F, 1.0F);
  if (o.kind == OptimiserKind::kMomentum)
    o.momentum = agent.get<float>("momentum", 0.9F, 0.0F, 1.0F);
  if (o.kind == OptimiserKind::kAdam || o.kind == OptimiserKind::kAdamw) {
    o.beta1 = agent.get<float>("beta1", 0.9F, 0.0F, 1.0F);
    o.beta2 = agent.get<float>("beta2", 0.999F, 0.0F, 1.0F);
  }
  if (o.kind == OptimiserKind::kRmsprop) {
    o.alpha = agent.get<float>("rmsprop_alpha", 0.99F, 0.0F, 1.0F);
    o.centred = agent.get<bool>("rmsprop_centred", false);
  }
  const float decay = o.kind == OptimiserKind::kAdamw ? 0.01F : 0.0F;
  o.weight_decay = agent.get<float>("weight_decay", decay, 0.0F, 1.0F);
  o.l1 = agent.get<float>("l1", 0.0F, 0.0F, 1.0F);
  o.max_grad_norm = agent.get<float>("max_grad_norm", defaults.max_grad_norm, 0.0F, 1e9F);
  return o;
}

Optimiser::Optimiser(const OptimiserOptions& options, const ParameterLayout& layout,
                     const Backend& backend)
    : options_(options), layout_(layout), partial_(usize(pieces(layout.size()))) {
  const auto zeros = [&] {
    return torch::zeros({layout.size()},
                        torch::TensorOptions().device(backend.device).dtype(torch::kFloat32));
  };
  if (has_first(options)) first_ = zeros();
  if (has_second(options)) second_ = zeros();
  if (!backend.device.is_cpu()) decays_ = zeros();
  learn_only([](const ParameterSpec&) { return true; });
}

void Optimiser::learn_only(const ParameterFilter& wanted) {
  stretches_.clear();
  const auto add = [&](bool decays, const ParameterFilter& which) {
    for (const auto [begin, end] : ranges_of(layout_, which)) {
      for (std::int64_t at = begin; at < end; at += kPiece)
        stretches_.push_back({at, std::min(kPiece, end - at), decays});
    }
  };
  if (options_.weight_decay > 0 || options_.l1 > 0) {
    const auto decays = [&](const ParameterSpec& spec) {
      return options_.decay_all || spec.weight();
    };
    add(true, [&](const ParameterSpec& spec) { return wanted(spec) && decays(spec); });
    add(false, [&](const ParameterSpec& spec) { return wanted(spec) && !decays(spec); });
  } else {
    add(false, wanted);
  }
  if (!decays_.defined()) return;
  decays_.zero_();
  learns_ = torch::zeros_like(decays_);
  std::int64_t learnt = 0;
  for (const auto [begin, count, decays] : stretches_) {
    learns_.narrow(0, begin, count).fill_(1);
    if (decays) decays_.narrow(0, begin, count).fill_(1);
    learnt += count;
  }
  if (learnt == layout_.size()) learns_ = Tensor();
}

void Optimiser::restart() {
  steps_ = 0;
  for (const Tensor& moments : {first_, second_})
    if (moments.defined()) moments.zero_();
}

double Optimiser::norm(std::span<const Tensor> gradients, WorkerPool& pool) {
  const std::int64_t size = gradients[0].numel();
  pool.run(pieces(size), [&](int piece) {
    const ComputeScope scope;  // denormals are flushed on every thread alike
    alignas(64) float sum[kPiece];
    const std::int64_t begin = piece * kPiece, count = std::min(kPiece, size - begin);
    add_shards(gradients, begin, count, sum);
    partial_[usize(piece)] = squared_norm(sum, count);
  });
  double squares = 0;
  for (const double s : partial_) squares += s;
  return std::sqrt(squares);
}

void Optimiser::apply(Parameters& parameters, std::span<const Tensor> gradients,
                      const OptimiserRates& rates, WorkerPool& pool) {
  const Tensor& copy = parameters.compute_flat();
  const OptimiserRates undecayed = without_decay(rates);
  pool.run(static_cast<int>(stretches_.size()), [&](int i) {
    const ComputeScope scope;  // denormals are flushed on every thread alike
    alignas(64) float sum[kPiece];
    const auto [begin, count, decays] = stretches_[usize(i)];
    add_shards(gradients, begin, count, sum);
    const auto at = [begin = begin](float* data) {
      return data == nullptr ? nullptr : data + begin;
    };
    update_any(decays ? rates : undecayed, options_,
               {.w = at(data_of(parameters.flat())),
                .g = sum,
                .m = at(data_of(first_)),
                .v = at(data_of(second_)),
                .copy = copy.defined() ? static_cast<Bfloat16*>(copy.data_ptr()) + begin : nullptr,
                .count = count});
  });
}

// Makes the same step in torch's operations, for devices whose memory our loops cannot reach.
void Optimiser::apply_with_torch(Parameters& parameters, Tensor g, const OptimiserRates& r) {
  const OptimiserOptions& o = options_;
  Tensor w = parameters.flat();
  const std::array<Tensor, 3> changing{w, first_, second_};
  std::array<Tensor, 3> before;
  for (std::size_t i = 0; i < before.size(); ++i)
    if (learns_.defined() && changing[i].defined()) before[i] = changing[i].clone();
  g = g * r.scale + (r.decay * w + r.l1 * w.sign()) * decays_;
  switch (o.kind) {
    case OptimiserKind::kSgd:
      w.sub_(g, r.rate);
      break;
    case OptimiserKind::kMomentum:
      first_.mul_(o.momentum).add_(g);
      w.sub_(first_, r.rate);
      break;
    case OptimiserKind::kAdagrad:
      second_.addcmul_(g, g);
      w.addcdiv_(g, second_.sqrt().add_(r.eps), -r.rate);
      break;
    case OptimiserKind::kRmsprop: {
      second_.mul_(r.beta2).addcmul_(g, g, r.rest2);
      Tensor variance = second_;
      if (o.centred) {
        first_.mul_(r.beta1).add_(g, r.rest1);
        variance = second_ - first_ * first_;
      }
      w.addcdiv_(g, variance.sqrt().add_(r.eps), -r.rate);
      break;
    }
    case OptimiserKind::kAdam:
    case OptimiserKind::kAdamw:
      first_.mul_(r.beta1).add_(g, r.rest1);
      second_.mul_(r.beta2).addcmul_(g, g, r.rest2);
      w.mul_(1 - (1 - r.shrink) * decays_);
      w.addcdiv_(first_, second_.sqrt().mul_(r.correction).add_(r.eps), -r.rate);
      break;
  }
  for (std::size_t i = 0; i < before.size(); ++i)
    if (before[i].defined()) changing[i].copy_(torch::where(learns_ > 0, changing[i], before[i]));
  parameters.refresh();
}

double Optimiser::step(Parameters& parameters, std::span<const Tensor> gradients,
                       double learning_rate, WorkerPool& pool) {
  const torch::NoGradGuard no_grad;
  ++steps_;
  const bool cpu = parameters.flat().is_cpu();
  Tensor total;
  if (!cpu) {
    total = gradients[0].to(torch::kFloat32, /*non_blocking=*/false, /*copy=*/true);
    for (const Tensor& other : gradients.subspan(1)) total.add_(other);
  }
  const double size = cpu ? norm(gradients, pool) : total.norm().item<double>();
  const bool clip = options_.max_grad_norm > 0 && size > options_.max_grad_norm;
  const auto scale = clip ? static_cast<float>(options_.max_grad_norm / (size + 1e-6)) : 1.0F;
  const OptimiserRates rates = rates_of(options_, learning_rate, scale, steps_);
  if (cpu)
    apply(parameters, gradients, rates, pool);
  else
    apply_with_torch(parameters, total, rates);
  return size;
}

void Optimiser::save(ArchiveWriter& writer, const std::string& name) const {
  writer.put(name + "/steps", steps_);
  if (first_.defined()) save_flat(writer, name + "/first", first_);
  if (second_.defined()) save_flat(writer, name + "/second", second_);
}

void Optimiser::load(const ArchiveReader& reader, const std::string& name) {
  steps_ = reader.count(name + "/steps");
  if (first_.defined()) load_flat(reader, name + "/first", first_);
  if (second_.defined()) load_flat(reader, name + "/second", second_);
}

}  // namespace tengen
