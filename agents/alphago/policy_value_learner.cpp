#include "agents/alphago/policy_value_learner.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"
#include "nets/losses.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

constexpr double kMomentum = 0.1;         // of the running statistics, torch's
constexpr std::int64_t kAverageFrom = 9;  // the average follows faster at first: (1 + n) / (10 + n)

template <class T>
Tensor tensor_of(const std::vector<T>& data, int begin, int end, int rows, torch::ScalarType type) {
  const auto width = static_cast<std::int64_t>(data.size()) / rows;
  // torch has no constant tensors; these are only read.
  return torch::from_blob(const_cast<T*>(data.data()) + begin * width, {end - begin, width}, type);
}

// to = (1 − weight) · to + weight · from, in these ranges.
void lerp(const Tensor& to, const Tensor& from, double weight,
          const std::vector<FlatRange>& ranges) {
  for (const auto [begin, end] : ranges)
    to.narrow(0, begin, end - begin).lerp_(from.narrow(0, begin, end - begin), weight);
}

}  // namespace

PolicyValueBatch::PolicyValueBatch(const PolicyValueOptions& net, int count) : rows(count) {
  TENGEN_CHECK(count >= 1);
  const auto size = [&](int width) { return usize(count) * usize(width); };
  planes.resize(size(net.board() * net.planes));
  globals.resize(size(net.globals));
  policy.resize(size(net.actions));
  value.resize(size(1));
  margin.resize(size(1));
  if (net.territory) ownership.resize(size(net.board()));
  policy_weight.resize(size(1), 1);
  value_weight.resize(size(1), 1);
  territory_weight.resize(size(1), 1);
}

PolicyValueLearnerOptions read_policy_value_learner(const Config& agent) {
  PolicyValueLearnerOptions o;
  o.optimiser = read_optimiser(agent, {.max_grad_norm = 0, .kind = "adamw"});
  o.optimiser.decay_all = true;  // AlphaGo Zero's c‖θ‖² is of all parameters
  o.value_weight = agent.get<float>("value_weight", o.value_weight, 0.0F, 100.0F);
  o.margin_weight = agent.get<float>("margin_weight", o.margin_weight, 0.0F, 100.0F);
  o.ownership_weight = agent.get<float>("ownership_weight", o.ownership_weight, 0.0F, 100.0F);
  o.average = agent.get<float>("average", o.average, 0.0F, 1.0F);
  o.shards = agent.get<int>("shards", 2, 1, 64);
  return o;
}

PolicyValueLearner::PolicyValueLearner(const PolicyValueOptions& net,
                                       const PolicyValueLearnerOptions& options,
                                       const Backend& backend, std::uint64_t seed)
    : options_(options),
      backend_(backend),
      network_(std::make_shared<PolicyValueNet>(net)),
      parameters_(network_->layout(), backend),
      statistics_(network_->statistics(), {backend.device, Precision::kFloat32}),
      average_(network_->layout(), {backend.device, Precision::kFloat32}),
      average_statistics_(network_->statistics(), {backend.device, Precision::kFloat32}),
      optimiser_(options.optimiser, network_->layout(), backend) {
  TENGEN_CHECK(options.shards >= 1);
  parameters_.initialise(Rng(seed));
  statistics_.initialise(Rng(seed));
  for (int i = 0; i < options.shards; ++i) {
    Shard shard;
    shard.gradient = torch::zeros_like(parameters_.flat(), scalar_type(backend.precision));
    shard.gradients = views_of(network_->layout(), shard.gradient);
    shard.moments = torch::zeros_like(statistics_.flat());
    shard.moment_views = views_of(network_->statistics(), shard.moments);
    shards_.push_back(std::move(shard));
  }
  learn_only(LearntPart::kAll);
  start_average();
}

void PolicyValueLearner::learn_only(LearntPart part) {
  TENGEN_CHECK(part == LearntPart::kAll || network_->options().separate);
  const auto wanted = [part](const ParameterSpec& spec) {
    return part == LearntPart::kAll ||
           (part == LearntPart::kPolicy) == PolicyValueNet::of_policy(spec);
  };
  optimiser_.learn_only(wanted);
  learnt_ = ranges_of(network_->layout(), wanted);
  learnt_statistics_ = ranges_of(network_->statistics(), wanted);
}

void PolicyValueLearner::start_average() {
  const torch::NoGradGuard no_grad;
  average_.flat().copy_(parameters_.flat());
  average_statistics_.flat().copy_(statistics_.flat());
}

PolicyValueLosses PolicyValueLearner::step(const PolicyValueBatch& batch, double learning_rate,
                                           WorkerPool& pool) {
  const int used = std::min(static_cast<int>(shards_.size()), batch.rows);
  wait_for(backend_.device);  // shards have streams of their own
  pool.run(used, [&](int i) { compute(i, used, batch); });

  const ComputeScope scope;
  const torch::NoGradGuard no_grad;
  std::vector<Tensor> gradients;
  PolicyValueLosses losses;
  for (int i = 0; i < used; ++i) {
    const Shard& shard = shards_[usize(i)];
    gradients.push_back(shard.gradient);
    losses.policy += shard.losses.policy;
    losses.value += shard.losses.value;
    losses.margin += shard.losses.margin;
    losses.ownership += shard.losses.ownership;
    losses.entropy += shard.losses.entropy;
    losses.target_entropy += shard.losses.target_entropy;
  }
  losses.norm = optimiser_.step(parameters_, gradients, learning_rate, pool);
  if (!std::isfinite(losses.norm))
    throw Error(
        "the gradient's norm is {} after {} updates: learning diverged; a smaller "
        "agent.learning_rate may help",
        losses.norm, updates_);
  for (int i = 0; i < used; ++i) {  // (1 − m) · old + m · mean of the shards'
    const double left = 1 - kMomentum * i / used;
    lerp(statistics_.flat(), shards_[usize(i)].moments, kMomentum / used / left,
         learnt_statistics_);
  }
  ++updates_;
  const auto n = static_cast<double>(optimiser_.steps());
  const double keep = std::min(static_cast<double>(options_.average), n / (kAverageFrom + n));
  const auto follow = static_cast<float>(1 - keep);
  lerp(average_.flat(), parameters_.flat(), follow, learnt_);
  lerp(average_statistics_.flat(), statistics_.flat(), follow, learnt_statistics_);
  return losses;
}

PolicyValueLearner::Rows PolicyValueLearner::rows_of(const PolicyValueBatch& batch, int begin,
                                                     int end) const {
  const PolicyValueOptions& net = network_->options();
  const auto rows = [&](const auto& data, torch::ScalarType type = torch::kFloat32) {
    return tensor_of(data, begin, end, batch.rows, type);
  };
  Rows r;
  r.planes =
      rows(batch.planes, torch::kUInt8).view({end - begin, net.rows, net.columns, net.planes});
  r.globals = rows(batch.globals);
  r.policy = rows(batch.policy);
  r.value = rows(batch.value).squeeze(1);
  r.policy_weight = rows(batch.policy_weight).squeeze(1);
  r.value_weight = rows(batch.value_weight).squeeze(1);
  if (net.territory) {
    r.margin = rows(batch.margin).squeeze(1);
    r.ownership = rows(batch.ownership, torch::kInt8);
    r.territory_weight = rows(batch.territory_weight).squeeze(1);
  }
  return r;
}

void PolicyValueLearner::compute(int index, int used, const PolicyValueBatch& batch) {
  const ComputeScope scope;
  Shard& shard = shards_[usize(index)];
  const int begin = index * batch.rows / used, end = (index + 1) * batch.rows / used;
  // Every term is a sum over rows by the rows of the whole minibatch, so that shards add up.
  const double scale = 1.0 / batch.rows;
  const Rows host = rows_of(batch, begin, end);
  if (backend_.device.is_cpu()) {
    shard.terms = differentiate(shard, host, scale);
  } else {
    constexpr Tensor Rows::*kAll[] = {
        &Rows::planes,        &Rows::globals,      &Rows::policy,
        &Rows::value,         &Rows::margin,       &Rows::ownership,
        &Rows::policy_weight, &Rows::value_weight, &Rows::territory_weight};
    if (!shard.stream) shard.stream = new_stream(backend_.device);
    const StreamGuard guard(*shard.stream);
    const bool fits =
        shard.rows.planes.defined() && shard.rows.planes.size(0) == host.planes.size(0);
    for (const auto part : kAll) {
      if (!(host.*part).defined()) continue;
      if (fits)
        (shard.rows.*part).copy_(host.*part);
      else
        shard.rows.*part = (host.*part).to(backend_.device);
    }
    if (!fits) shard.recording = std::make_unique<Recording>(*shard.stream);
    shard.recording->run([&] { shard.terms = differentiate(shard, shard.rows, scale); });
    shard.stream->synchronize();
  }
  const Tensor terms = shard.terms.to(torch::kCPU);
  const float* term = terms.data_ptr<float>();
  shard.losses = {.policy = term[0],
                  .value = term[1],
                  .margin = term[2],
                  .ownership = term[3],
                  .entropy = term[4],
                  .target_entropy = term[5]};
}

// Leaves the gradient and the normalisations' moments in the shard; returns what is to be told.
Tensor PolicyValueLearner::differentiate(Shard& shard, const Rows& rows, double scale) const {
  const torch::AutoGradMode with_gradients(true);
  const auto out =
      network_->learning(parameters_.views(), shard.moment_views, rows.planes, rows.globals);
  const auto mean = [&](const Tensor& each, const Tensor& weight) {
    return (each * weight).sum() * scale;
  };
  const Tensor policy =
      mean(loss_of(Loss::kCrossEntropy, out.logits, rows.policy), rows.policy_weight);
  const Tensor value = mean(loss_of(Loss::kMse, out.value, rows.value), rows.value_weight);
  Tensor loss = policy + options_.value_weight * value;
  Tensor margin = torch::zeros_like(value), ownership = margin;
  if (network_->options().territory) {
    margin =
        mean(loss_of(Loss::kHuber, out.margin / kPointsPerMargin, rows.margin / kPointsPerMargin),
             rows.territory_weight);
    const Tensor owners = rows.ownership.to(torch::kFloat32);
    ownership = mean(loss_of(Loss::kMse, out.ownership, owners).mean(1), rows.territory_weight);
    loss = loss + options_.margin_weight * margin + options_.ownership_weight * ownership;
  }
  const auto gradients = torch::autograd::grad({loss}, parameters_.views());
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < gradients.size(); ++i) shard.gradients[i].copy_(gradients[i]);
  const Tensor logs = torch::log_softmax(out.logits, 1);
  const Tensor entropy = -(logs.exp() * logs).sum() * scale;
  const Tensor target_entropy = -torch::xlogy(rows.policy, rows.policy).sum() * scale;
  return torch::stack({policy, value, margin, ownership, entropy, target_entropy});
}

std::shared_ptr<const InferenceNet> PolicyValueLearner::player(const Backend& backend) const {
  return std::make_shared<InferenceNet>(network_, average_, average_statistics_, backend);
}

void PolicyValueLearner::save_player(ArchiveWriter& writer) const {
  average_.save(writer, "agent/average");
  average_statistics_.save(writer, "agent/average_statistics");
}

void PolicyValueLearner::start_from(const ArchiveReader& player, const PolicyValueOptions& net) {
  const PolicyValueNet theirs(net);
  const Backend exact{backend_.device, Precision::kFloat32};
  Parameters parameters(theirs.layout(), exact), statistics(theirs.statistics(), exact);
  parameters.load(player, "agent/average");
  statistics.load(player, "agent/average_statistics");
  try {
    network_->grow(theirs, parameters.exact_views(), statistics.exact_views(),
                   parameters_.exact_views(), statistics_.exact_views());
  } catch (const Error& error) {
    throw Error("{}: {}", player.origin(), error.what());
  }
  parameters_.refresh();
  start_average();
}

void PolicyValueLearner::save(ArchiveWriter& writer) const {
  writer.put_string("agent/precision", name_of(backend_.precision));
  parameters_.save(writer, "agent/online");
  statistics_.save(writer, "agent/statistics");
  average_.save(writer, "agent/average");
  average_statistics_.save(writer, "agent/average_statistics");
  optimiser_.save(writer, "agent/optimiser");
  writer.put("agent/updates", updates_);
}

void PolicyValueLearner::load(const ArchiveReader& reader) {
  compare_precision(reader, backend_);
  parameters_.load(reader, "agent/online");
  statistics_.load(reader, "agent/statistics");
  average_.load(reader, "agent/average");
  average_statistics_.load(reader, "agent/average_statistics");
  optimiser_.load(reader, "agent/optimiser");
  updates_ = reader.count("agent/updates");
}

std::shared_ptr<const InferenceNet> load_net_player(const ArchiveReader& reader,
                                                    const PolicyValueOptions& net,
                                                    const Backend& backend) {
  const auto network = std::make_shared<const PolicyValueNet>(net);
  const Backend exact{backend.device, Precision::kFloat32};
  Parameters parameters(network->layout(), exact);
  Parameters statistics(network->statistics(), exact);
  parameters.load(reader, "agent/average");
  statistics.load(reader, "agent/average_statistics");
  return std::make_shared<const InferenceNet>(network, parameters, statistics, backend);
}

}  // namespace tengen
