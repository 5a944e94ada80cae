#include "envs/random_play.hpp"

#include "core/system/interrupt.hpp"

#include <algorithm>
#include <bit>

namespace tengen {
namespace {

// The actions' streams must not be the environment's, which are those of Rng(seed).
constexpr std::uint64_t kActionStream = 0x616374696F6E73;  // "actions"

std::int32_t random_legal(Rng& rng, std::span<const std::uint8_t> mask) {
  const auto legal = static_cast<std::uint32_t>(
      std::ranges::count_if(mask, [](std::uint8_t entry) { return entry != 0; }));
  if (legal == 0) return 0;  // the contract forbids it, and the checker will say so
  std::uint32_t skip = rng.below(legal);
  for (std::size_t action = 0;; ++action)
    if (mask[action] != 0 && skip-- == 0) return static_cast<std::int32_t>(action);
}

}  // namespace

RandomPlay::RandomPlay(VectorEnv& env, std::uint64_t seed)
    : env_(&env),
      buffer_(env.spec(), env.size()),
      action_(env.spec().action, env.size()),
      hashes_(static_cast<std::size_t>(env.size())) {
  const Rng root = Rng(seed).split(kActionStream);
  for (int lane = 0; lane < env.size(); ++lane)
    rngs_.push_back(root.split(static_cast<std::uint64_t>(lane)));
  env_->reset(seed, buffer_.view());
  for (int lane = 0; lane < env.size(); ++lane) {
    hash_start(lane);
    choose(lane);
  }
}

void RandomPlay::play(int steps) {
  for (int i = 0; i < steps; ++i) {
    stop_if_interrupted();
    env_->step(action_.view(), buffer_.view());
    for (int lane = 0; lane < env_->size(); ++lane) {
      hash_step(lane);
      choose(lane);
    }
  }
}

std::vector<std::uint64_t> RandomPlay::signatures() const {
  std::vector<std::uint64_t> values;
  for (const Signature& hash : hashes_) values.push_back(hash.value());
  return values;
}

void RandomPlay::hash_start(int lane) {
  Signature& hash = hashes_[static_cast<std::size_t>(lane)];
  hash.add(seen().observation.bytes(lane));
  if (!seen().legal.empty()) hash.add(std::as_bytes(seen().legal.row(lane)));
}

void RandomPlay::hash_step(int lane) {
  const auto i = static_cast<std::size_t>(lane);
  Signature& hash = hashes_[i];
  hash.add(std::bit_cast<std::uint32_t>(seen().reward[i]));
  hash.add(std::uint64_t{seen().terminated[i]} << 8 | seen().truncated[i]);
  if (seen().ended(lane)) hash.add(seen().final_observation.bytes(lane));
  hash_start(lane);
}

void RandomPlay::choose(int lane) {
  const auto i = static_cast<std::size_t>(lane);
  if (const auto* box = std::get_if<Box>(&env_->spec().action)) {
    const std::size_t width = box->low.size();
    for (std::size_t k = 0; k < width; ++k)
      action_.view().box[i * width + k] = box->random(k, rngs_[i]);
    return;
  }
  const auto n = static_cast<std::uint32_t>(std::get<Discrete>(env_->spec().action).n);
  action_.view().discrete[i] = seen().legal.empty()
                                   ? static_cast<std::int32_t>(rngs_[i].below(n))
                                   : random_legal(rngs_[i], seen().legal.row(lane));
}

std::uint64_t env_signature(VectorEnv& env, std::uint64_t seed) {
  constexpr int kSteps = 1000;
  RandomPlay play(env, seed);
  play.play(kSteps);
  Signature all;
  for (const std::uint64_t lane : play.signatures()) all.add(lane);
  return all.value();
}

std::uint64_t env_signature(const EnvEntry& entry, WorkerPool& pool) {
  constexpr int kLanes = 8;
  return env_signature(*entry.make(Config{}, kLanes, pool));
}

}  // namespace tengen
