#include "envs/registry.hpp"

namespace tengen {

EnvRegistry builtin_envs() {
  EnvRegistry registry;
  return registry;
}

}  // namespace tengen
