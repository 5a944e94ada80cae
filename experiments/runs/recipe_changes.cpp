#include "experiments/runs/recipe_changes.hpp"

#include "experiments/remote/address.hpp"

#include <algorithm>
#include <array>

namespace tengen {
namespace {

// A pattern is a key, or a section with a dot at its end, which stands for all keys in it.
bool matches(std::string_view pattern, std::string_view key) {
  return pattern.ends_with('.') ? key.starts_with(pattern) : key == pattern;
}

template <std::size_t N>
bool matches_any(const std::array<std::string_view, N>& patterns, std::string_view key) {
  return std::ranges::any_of(patterns, [&](std::string_view p) { return matches(p, key); });
}

// Settings on which nothing that is learnt depends.
constexpr std::array<std::string_view, 14> kBeside = {
    "name",      "steps",          "device",       "plugins",          "log_freq",
    "eval_freq", "eval_episodes",  "eval.",        "checkpoint_freq",  "stop_at_reward",
    "eval_env.", "agent.eval_eps", "agent.player", "agent.play_device"};
// Settings that determine the shape or the meaning of a checkpoint's contents.
constexpr std::array<std::string_view, 26> kFixed = {"algo",
                                                     "env.id",
                                                     "game.",
                                                     "seed",
                                                     "n_envs",
                                                     "net.",
                                                     "agent.frame_stack",
                                                     "agent.buffer_size",
                                                     "agent.n_steps",
                                                     "agent.sequence_length",
                                                     "agent.sequence_period",
                                                     "agent.burn_in",
                                                     "agent.normalize_observation",
                                                     "agent.normalize_reward",
                                                     "agent.optimizer",
                                                     "agent.prioritised",
                                                     "agent.distribution",
                                                     "agent.atoms",
                                                     "agent.v_min",
                                                     "agent.v_max",
                                                     "agent.dueling",
                                                     "agent.noisy",
                                                     "agent.value_rescaling",
                                                     "agent.n_workers",
                                                     "agent.n_slots",
                                                     "agent.shards"};
// Settings that match one of kFixed, and may change all the same.
constexpr std::array<std::string_view, 2> kLoose = {"net.dropout", "net.precision"};

// The same environment may be served elsewhere now; whether it is the same its state will tell.
bool moved(const Config::Difference& change) {
  const auto addressed = [](std::string_view toml) {
    return toml.starts_with('"') && is_address(toml.substr(1));
  };
  return addressed(change.before) && addressed(change.now);
}

std::string line(const Config::Difference& change) {
  const auto shown = [](const std::string& value) { return value.empty() ? "not set" : value; };
  return fmt::format("{}: {} → {}", change.key, shown(change.before), shown(change.now));
}

}  // namespace

RecipeChanges::RecipeChanges(const Config& before, const Config& now) {
  const Config resolved = Config::from_string(now.to_toml());
  for (Config::Difference& change : resolved.differences_from(before))
    if (!change.before.empty() || now.has(change.key)) all_.push_back(std::move(change));
}

bool RecipeChanges::has(std::string_view key) const {
  return std::ranges::count(all_, key, &Config::Difference::key) > 0;
}

void RecipeChanges::check_fit() const {
  if (has("start_from"))
    throw UsageError(
        "start_from is where a new run begins; this one has begun, and goes on from a checkpoint");
  for (const Config::Difference& change : all_)
    if (!change.now.empty() && matches_any(kFixed, change.key) &&
        !matches_any(kLoose, change.key) && !moved(change))
      throw UsageError(
          "{} does not fit what the run has learnt and stored; keep {} there, or begin a new run "
          "(start_from takes this one's weights along)",
          line(change), change.before.empty() ? "it out" : change.before);
}

bool RecipeChanges::reach_state() const {
  return std::ranges::any_of(
      all_, [](const Config::Difference& change) { return !matches_any(kBeside, change.key); });
}

std::vector<std::string> RecipeChanges::lines() const {
  std::vector<std::string> out;
  for (const Config::Difference& change : all_) out.push_back(line(change));
  return out;
}

}  // namespace tengen
