#include "experiments/design/search_methods.hpp"

#include "agents/design/methods.hpp"
#include "experiments/design/design_agents.hpp"

namespace tengen {
namespace {

// Where more is known of a task, nothing needs to be enumerated.
void design_exactly(const DesignRequest& request, DesignSearch& search) {
  if (request.task->optimum != nullptr)
    if (const auto point = request.task->optimum(request.options, request.threads))
      return search.nominate(*point, search.problem().analytic(*point));
  design_by_enumeration(search);
}

std::vector<SearchMethod> make_methods() {
  std::vector<SearchMethod> out;
  for (const DesignMethod& method : design_methods()) {
    const auto run = method.run;
    out.push_back({method.name, method.description,
                   [run](const DesignRequest&, DesignSearch& search) { run(search); }});
    if (run == design_by_enumeration) out.back().run = design_exactly;
  }
  for (const DesignAgent& agent : design_agents())
    out.push_back(
        {agent.name, agent.description, [&agent](const DesignRequest& r, DesignSearch& search) {
           design_by_agent(agent, r.task->id, r.options, r.seed, search);
         }});
  out.push_back({"policy",
                 "a trained player's best guess, and of its draws the 20 best by the formulas",
                 [](const DesignRequest& r, DesignSearch& search) {
                   design_by_policy(r.model, r.task->id, r.options, r.seed, search);
                 }});
  return out;
}

}  // namespace

const std::vector<SearchMethod>& search_methods() {
  static const std::vector<SearchMethod> kMethods = make_methods();
  return kMethods;
}

}  // namespace tengen
