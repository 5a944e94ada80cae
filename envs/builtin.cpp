#include "envs/classic/cart_pole.hpp"
#include "envs/classic/catch.hpp"
#include "envs/registry.hpp"

namespace tengen {

EnvRegistry builtin_envs() {
  EnvRegistry registry;
  registry.add(env_entry<CartPole>("Balance a pole on a cart (Gymnasium's dynamics)"));
  registry.add(env_entry<Catch>("Catch a falling ball, 10 × 5 board (bsuite's rules)"));
  return registry;
}

}  // namespace tengen
