// Plug-ins with one fault each; the fault is chosen by a macro.
#include "envs/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

using namespace tengen;

namespace {

struct Idle {
  using Element = float;
  using Action = int;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Idle-v0",
            .observation = {{1}, tengen::Element::kFloat, 0, 1},
            .action = Discrete{2, {}},
            .max_episode_steps = 10};
  }
  void reset(Rng&) {}
  Outcome step(int, Rng&) { return {}; }
  void observe(std::span<float> out) const { out[0] = 0; }
};

[[maybe_unused]] const char* add_nothing(EnvRegistry&) noexcept { return nullptr; }

}  // namespace

#if defined(PLUGIN_WRONG_ABI)
extern "C" __attribute__((visibility("default"), used)) constexpr plugin::Header tengen_plugin{
    kPluginAbi + 1, plugin::kLayout, __VERSION__, add_nothing};
#elif defined(PLUGIN_WRONG_LAYOUT)
extern "C" __attribute__((visibility("default"), used)) constexpr plugin::Header tengen_plugin{
    kPluginAbi, plugin::kLayout + 1, "another compiler", add_nothing};
#elif defined(PLUGIN_MISSING_SYMBOL)
extern "C" __attribute__((visibility("default"))) int something_else() { return 1; }
#elif defined(PLUGIN_THROWING)
struct Throwing : Idle {
  Throwing() { throw std::runtime_error("cannot open levels.txt"); }
};
TENGEN_PLUGIN(registry) {
  registry.add(env_entry<Idle>("added before the throw"));
  registry.add(env_entry<Throwing>("never made"));
}
#elif defined(PLUGIN_THROWING_ODDLY)
TENGEN_PLUGIN(registry) {
  registry.add(env_entry<Idle>("added before the throw"));
  throw 42;
}
#elif defined(PLUGIN_DUPLICATE)
TENGEN_PLUGIN(registry) {
  EnvEntry entry = env_entry<Idle>("an id that is taken");
  entry.id = "CartPole-v1";
  registry.add(std::move(entry));
}
#elif defined(PLUGIN_CRASHING)
const int kNever = [] { return throw std::runtime_error("thrown by a global constructor"), 1; }();
TENGEN_PLUGIN(registry) { registry.add(env_entry<Idle>(std::to_string(kNever))); }
#elif defined(PLUGIN_FAULTY)
// Loads well; misbehaves as its option says, in a lane's step number `at`.
struct Faulty {
  using Element = float;
  using Action = int;
  int fault = 0, at = 3, count = 0;
  [[nodiscard]] EnvSpec spec() const {
    EnvSpec spec = Idle().spec();
    spec.name = "Faulty-v0";
    if (fault == kEmptySpace) spec.observation.shape = {0};
    if (fault == kNoActions) spec.action = Discrete{0, {}};
    return spec;
  }
  void reset(Rng&) {}
  Outcome step(int, Rng&) {
    if (++count != at) return {};
    if (fault == kThrowsInt) throw 42;
    if (fault == kThrows) throw std::runtime_error("cannot open levels.txt");
    return {fault == kNanReward ? std::numeric_limits<float>::quiet_NaN() : 0.0F, false};
  }
  void observe(std::span<float> out) const {
    out[0] = fault == kInfiniteObservation && count == at ? HUGE_VALF : 0.0F;
  }
  void legal(std::span<std::uint8_t> mask) const {
    mask[0] = mask[1] = fault == kEmptyMask && count == at ? 0 : 1;
  }

  enum : int {
    kNone,
    kNanReward,
    kInfiniteObservation,
    kEmptyMask,
    kThrows,
    kThrowsInt,
    kEmptySpace,
    kNoActions,
  };
};
TENGEN_PLUGIN(registry) {
  registry.add({"Faulty-v0", "misbehaves as its option says",
                [](const Config& options, int lanes, WorkerPool& pool) {
                  const std::string fault = options.choice(
                      "fault", "none",
                      {"none", "nan_reward", "infinite_observation", "empty_mask", "throws",
                       "throws_int", "empty_space", "no_actions", "maker_throws"});
                  if (fault == "maker_throws") throw 'x';
                  const auto names = {"none",   "nan_reward", "infinite_observation", "empty_mask",
                                      "throws", "throws_int", "empty_space",          "no_actions"};
                  const auto index = std::find(names.begin(), names.end(), fault) - names.begin();
                  return std::make_unique<BatchedEnv<Faulty> >(
                      Faulty{static_cast<int>(index), options.get<int>("at", 3)}, lanes, pool);
                }});
}
#elif defined(PLUGIN_STATE)
// Three builds of one environment: 1, with a larger state 2, with another behaviour 3.
struct State : Idle {
  int count = 0;
#if PLUGIN_STATE == 2
  int more = 0;
#endif
  void reset(Rng&) { count = 0; }
  Outcome step(int, Rng&) {
    ++count;
    return {PLUGIN_STATE == 3 ? 2.0F : 1.0F, false};
  }
};
TENGEN_PLUGIN(registry) { registry.add(env_entry<State>("counts its steps")); }
#elif defined(PLUGIN_ENDLESS)
struct Endless : Idle {
  [[nodiscard]] EnvSpec spec() const {
    EnvSpec spec = Idle::spec();
    spec.name = "Endless-v0";
    spec.max_episode_steps = 0;
    return spec;
  }
};
TENGEN_PLUGIN(registry) { registry.add(env_entry<Endless>("episodes that never end")); }
#else
#error "no fault chosen"
#endif
