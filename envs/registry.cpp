#include "envs/registry.hpp"

#include "envs/checked_env.hpp"

#include <algorithm>
#include <regex>

namespace tengen {

void EnvRegistry::add(EnvEntry entry) {
  static const std::regex kId("[A-Za-z][A-Za-z0-9_]*-v[0-9]+");
  if (!std::regex_match(entry.id, kId))
    throw Error("environment id '{}' is not of the form Name-vN", entry.id);
  if (std::ranges::any_of(entries_, [&](const EnvEntry& e) { return e.id == entry.id; }))
    throw Error("environment id '{}' is already registered", entry.id);
  entries_.push_back(std::move(entry));
}

EnvEntry EnvRegistry::find(std::string_view id) const {
  const auto found = std::ranges::find(entries_, id, &EnvEntry::id);
  if (found != entries_.end()) return *found;
  if (auto elsewhere = book_ ? book_(id) : std::nullopt) return *std::move(elsewhere);
  std::vector<std::string> ids;
  for (const EnvEntry& entry : entries_) ids.push_back(entry.id);
  throw UsageError("{}", unknown_name("environment", id, ids));
}

std::unique_ptr<VectorEnv> EnvRegistry::make(std::string_view id, const Config& options, int lanes,
                                             WorkerPool& pool) const {
  const EnvEntry entry = find(id);
  std::unique_ptr<VectorEnv> env;
  try {
    env = entry.make(options, lanes, pool);
  } catch (const Error&) {
    throw;  // it says already what was wrong with the options
  } catch (const std::bad_alloc&) {
    throw;  // most likely there were too many lanes, which the caller can say better
  } catch (...) {
    throw Error("environment '{}' cannot be made: {}", id, what_was_thrown());
  }
  return std::make_unique<CheckedEnv>(entry.id, std::move(env));
}

}  // namespace tengen
