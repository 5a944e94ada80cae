// The list of environments: a value, one visible line an environment, no static constructors.
#pragma once

#include "core/config.hpp"
#include "core/worker_pool.hpp"
#include "envs/vector_env.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tengen {

/// How an environment is made: `options` is the recipe's [env] section without `id` (frame_skip = 4
/// …). Makers read every option they know, so that the recipe's check finds the rest.
using EnvMaker =
    std::function<std::unique_ptr<VectorEnv>(const Config& options, int lanes, WorkerPool&)>;

/// What players are judged under: `settings` replace those of a recipe's [env], and give way to
/// those of its [eval_env].
struct Conditions {
  std::string name = {};  ///< "sticky_actions"; empty: as training plays
  std::vector<std::pair<std::string, Config::Value>> settings = {};
};

struct EnvEntry {
  std::string id;           ///< "Pong-v0"
  std::string description;  ///< one line for `tengen list envs`
  EnvMaker make;
  /// At least one. Evaluations report all; the first decides (stop_at_reward, the best player).
  std::vector<Conditions> conditions = {Conditions{}};
};

class EnvRegistry {
 public:
  /// Throws Error if the id is taken or is not `Name-vN`.
  void add(EnvEntry entry);
  /// Throws UsageError with the nearest id if unknown; the maker's Errors pass through, what else
  /// it throws becomes an Error, and so does a broken description. The environment is held to its
  /// contract (CheckedEnv).
  [[nodiscard]] std::unique_ptr<VectorEnv> make(std::string_view id, const Config& options,
                                                int lanes, WorkerPool& pool) const;
  [[nodiscard]] const EnvEntry& find(std::string_view id) const;
  [[nodiscard]] const std::vector<EnvEntry>& entries() const { return entries_; }

 private:
  std::vector<EnvEntry> entries_;
};

/// Every environment that ships.
EnvRegistry builtin_envs();

/// The entry of an environment that takes no options.
template <Environment E>
EnvEntry env_entry(std::string description) {
  return {E{}.spec().name, std::move(description),
          [](const Config&, int lanes, WorkerPool& pool) -> std::unique_ptr<VectorEnv> {
            return std::make_unique<BatchedEnv<E>>(E{}, lanes, pool);
          }};
}

}  // namespace tengen
