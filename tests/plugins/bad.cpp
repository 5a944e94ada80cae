// Plug-ins with one fault each; the fault is chosen by a macro.
#include "envs/plugin.hpp"

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
#else
#error "no fault chosen"
#endif
