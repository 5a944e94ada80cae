#include "agents/random.hpp"

#include "agents/checkpoint.hpp"
#include "agents/explore.hpp"
#include "agents/registry.hpp"
#include "agents/rows.hpp"
#include "envs/vector_env.hpp"

namespace tengen {
namespace {

class RandomAgent final : public Agent {
 public:
  explicit RandomAgent(const AgentContext& context)
      : space_(context.env.action),
        buffer_(context.env, context.lanes),
        action_(context.env.action, context.lanes),
        policy_(context.env.action, context.seed) {}

  StepView slot() override { return buffer_.view(); }
  ActionView act() override {
    policy_.act(buffer_.view(), action_.view());
    return action_.view();
  }
  void learn(Logger&) override { steps_ += buffer_.view().lanes(); }
  [[nodiscard]] std::int64_t steps() const override { return steps_; }
  [[nodiscard]] std::unique_ptr<Policy> policy(int) const override {
    return std::make_unique<RandomPolicy>(space_, 0);
  }

  void save(ArchiveWriter& writer, const std::filesystem::path& directory) override {
    records({writer, directory});
  }
  void load(const ArchiveReader& reader, const std::filesystem::path& directory) override {
    records({reader, directory});
    const MaskView legal = buffer_.view().legal;
    for (int lane = 0; !legal.empty() && lane < buffer_.view().lanes(); ++lane)
      reader.check("agent/legal", std::ranges::count(legal_row(legal, lane), 0) < legal.actions);
  }
  void save_policy(ArchiveWriter&) const override {}  // there are no weights
  void start_from(const ArchiveReader&) override {
    throw UsageError("start_from: an agent that plays at random has no weights to begin with");
  }

 private:
  void records(const Checkpoint& checkpoint) {
    checkpoint.count("agent/steps", steps_);
    checkpoint.value("agent/rng", policy_.rng());
    checkpoint.values("agent/legal", buffer_.view().legal.data);
  }

  ActionSpace space_;
  StepBuffer buffer_;
  ActionMemory action_;
  RandomPolicy policy_;
  std::int64_t steps_ = 0;
};

std::unique_ptr<Agent> make(const AgentContext& context) {
  return std::make_unique<RandomAgent>(context);
}

std::unique_ptr<Policy> load(const AgentContext& context, const ArchiveReader&) {
  return std::make_unique<RandomPolicy>(context.env.action, context.seed);
}

}  // namespace

void RandomPolicy::act(const StepView& seen, ActionBuffer out) {
  if (const auto* box = std::get_if<Box>(&space_)) {
    for (std::size_t i = 0; i < out.box.size(); ++i)
      out.box[i] = box->random(i % box->low.size(), rng_);
    return;
  }
  const int actions = std::get<Discrete>(space_).n;
  for (int lane = 0; lane < seen.lanes(); ++lane)
    out.discrete[usize(lane)] = random_action(actions, legal_row(seen.legal, lane), rng_);
}

AgentEntry random_entry() {
  return {.name = "random",
          .description = "uniformly random legal actions",
          .agent = make,
          .policy = load};
}

}  // namespace tengen
