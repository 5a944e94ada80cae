// Every method of `tengen detector design`: those of agents/design, agents, and trained players.
#pragma once

#include "agents/design/design_search.hpp"
#include "agents/design/design_tasks.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tengen {

/// What is to be designed, and with what.
struct DesignRequest {
  const detector::DesignTask* task = nullptr;
  Config options;  ///< the environment's
  std::uint64_t seed = 0;
  int threads = 1;
  std::string model;  ///< the player of the method "policy"
};

struct SearchMethod {
  std::string name;         ///< "cmaes"
  std::string description;  ///< one line; methods that do alike share it
  /// Spends the search's budget and names a design. Throws Error where the method is not for such
  /// tasks.
  std::function<void(const DesignRequest&, DesignSearch&)> run;
};
const std::vector<SearchMethod>& search_methods();

}  // namespace tengen
