// The list of environments: a value with one visible line per environment, no static constructors.
#pragma once

#include "core/config.hpp"
#include "core/worker_pool.hpp"
#include "envs/vector_env.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tengen {

/// Makes `lanes` ≥ 1 lanes of an environment, which keep a reference to the pool. `options` is the
/// recipe's [env] section without `id` (frame_skip = 4 …). A maker reads every option it knows,
/// because options that were not read are reported as unknown. Throws UsageError for values out of
/// range.
using EnvMaker =
    std::function<std::unique_ptr<VectorEnv>(const Config& options, int lanes, WorkerPool&)>;

/// Conditions under which players are evaluated: `settings` replace those of a recipe's [env], and
/// those of its [eval_env] replace them.
struct Conditions {
  std::string name = {};  ///< "sticky_actions"; empty: those of training
  std::vector<std::pair<std::string, Config::Value>> settings = {};
};

struct EnvEntry {
  std::string id;           ///< "Pong-v1"
  std::string description;  ///< one line for `tengen list envs`
  EnvMaker make;
  /// At least one. Evaluations report all of them; the first decides (stop_at_reward, best player).
  std::vector<Conditions> conditions = {Conditions{}};
  bool elsewhere = false;  ///< another program plays it: to make one is to connect to that
};

/// Makes the entry of an id that is the address of an environment in another program; empty if it
/// is none. Throws UsageError for an address that is malformed.
using AddressBook = std::function<std::optional<EnvEntry>(std::string_view id)>;

class EnvRegistry {
 public:
  /// Throws Error if the id is taken or is not `Name-vN`.
  void add(EnvEntry entry);
  /// From now on `book` is asked for ids that are not registered. Those are not among entries().
  void look_up_addresses(AddressBook book) { book_ = std::move(book); }
  /// Makes an environment that is held to its contract (CheckedEnv); `pool` must outlive it. Throws
  /// UsageError with the nearest id if the id is unknown. The maker's Errors pass through; anything
  /// else that it throws becomes an Error, and so does a broken description.
  [[nodiscard]] std::unique_ptr<VectorEnv> make(std::string_view id, const Config& options,
                                                int lanes, WorkerPool& pool) const;
  /// Throws UsageError with the nearest id if the id is unknown.
  [[nodiscard]] EnvEntry find(std::string_view id) const;
  [[nodiscard]] const std::vector<EnvEntry>& entries() const { return entries_; }

 private:
  std::vector<EnvEntry> entries_;
  AddressBook book_;
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
