// Replay at the size of Atari: 84×84 bytes per frame, stacks of 4, 10⁵ transitions.
#include "experiments/bench/bench.hpp"

#include "replay/gather.hpp"

#include <fmt/format.h>

#include <memory>

namespace tengen {
namespace {

constexpr int kBatch = 32;

EnvSpec atari_spec() {
  EnvSpec spec;
  spec.name = "84×84 bytes";
  spec.observation = {{84, 84}, Element::kUint8, 0, 255};
  spec.action = Discrete{18, {}};
  return spec;
}

class Subject {
 public:
  Subject(int n_steps, bool prioritised)
      : replay_(std::make_unique<ReplayBuffer>(
            atari_spec(), ReplayOptions{100'000, 1, 4, n_steps, 0.99F, prioritised, 0.6F})),
        error_(kBatch) {
    for (float& error : error_) error = rng_.uniform();
    write_frame();
    replay_->start();
    while (replay_->size() < replay_->capacity()) add();
    // Transitions get different priorities, because equal ones would be too easy for the tree.
    for (int i = 0; prioritised && i < 10'000; ++i) sample();
  }

  // Adds a transition; episodes have 1,000 steps.
  void add() {
    write_frame();
    const StepView slot = replay_->slot();
    slot.terminated[0] = ++time_ % 1000 == 0 ? 1 : 0;
    slot.truncated[0] = 0;
    replay_->commit({std::span(&action_, 1), {}}, std::span(&reward_, 1));
  }
  void sample() {
    replay_->sample(kBatch, 0.4F, rng_, batch_);
    error_[rng_.below(kBatch)] = rng_.uniform();
    replay_->update_priorities(batch_.index, error_);
  }
  void sample_and_gather() {
    sample();
    observation_.resize(batch_.observation.size() * batch_.frame_bytes);
    next_observation_.resize(observation_.size());
    gather(batch_, observation_, next_observation_);
  }

 private:
  // Writes a frame as the environment would, so that every frame has real memory.
  void write_frame() {
    for (auto& byte : replay_->slot().observation.bytes(0)) byte = static_cast<std::byte>(time_);
  }

  std::unique_ptr<ReplayBuffer> replay_;
  ReplayBatch batch_;
  Rng rng_{0};
  std::vector<float> error_;
  std::vector<std::byte> observation_, next_observation_;
  std::int64_t time_ = 0;
  std::int32_t action_ = 1;
  float reward_ = 0.5F;
};

void bench_kind(const BenchOptions& options, bool prioritised, int n_steps) {
  const std::string name =
      fmt::format("replay/{}/{}{}", prioritised ? "prioritised" : "uniform", kBatch,
                  n_steps > 1 ? fmt::format("/{} steps", n_steps) : "");
  const std::string pointers = name + "/pointers only", added = name + "/add";
  if (!wanted(options, name) && !wanted(options, pointers) && !wanted(options, added)) return;
  Subject subject(n_steps, prioritised);
  const auto repeated = [&](auto what) {
    return [&subject, what] {
      for (int i = 0; i < 50; ++i) (subject.*what)();
      return std::int64_t{50};
    };
  };
  // First both stacks are copied into plain arrays, as peers return them; then only what our
  // learner asks for is measured.
  bench(options, name, "rounds/s", 1, repeated(&Subject::sample_and_gather));
  bench(options, pointers, "rounds/s", 1, repeated(&Subject::sample));
  bench(options, added, "adds/s", 1, repeated(&Subject::add));
}

}  // namespace

void bench_replay(const BenchOptions& options) {
  bench_kind(options, false, 1);
  bench_kind(options, true, 1);
  bench_kind(options, true, 3);
  const ReplayBuffer million(atari_spec(), ReplayOptions{1'000'000, 1, 4, 3, 0.99F, true, 0.6F});
  report(options, "replay/memory of 1e6 steps", static_cast<double>(million.memory_bytes()) * 1e-9,
         "GB", 1);
}

}  // namespace tengen
