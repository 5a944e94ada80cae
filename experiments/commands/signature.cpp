// tengen signature [NAME]: one number for each behaviour, to see whether a change changed it.
#include "agents/registry.hpp"
#include "core/system/output.hpp"
#include "envs/random_play.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/runs/environments.hpp"

#include <nlohmann/json.hpp>

namespace tengen {
namespace {

struct SignatureOptions {
  std::string name;
  SharedOptions shared;
};

// What an agent does and becomes in 400 steps of four lanes of Catch, or of Pendulum if it takes no
// discrete actions, learning early and often. The number holds for one LibTorch, one BLAS and one
// processor.
std::uint64_t agent_signature(const AgentEntry& entry, const EnvRegistry& registry,
                              WorkerPool& pool) {
  constexpr int kLanes = 4, kSteps = 400;
  const char* id = entry.actions == ActionKind::kBox ? "Pendulum-v1" : "Catch-v0";
  const auto env = registry.make(id, Config{}, kLanes, pool);
  const Config config = Config::from_string("[agent]\nlearning_starts = 100\nbuffer_size = 1000\n");
  const auto agent = entry.make({env->spec(), kLanes, config, 0, "cpu", &pool});
  Logger logger;
  Signature signature;
  env->reset(0, agent->slot());
  for (int i = 0; i < kSteps; ++i) {
    const ActionView action = agent->act();
    signature.add(std::as_bytes(action.discrete));
    signature.add(std::as_bytes(action.box));
    env->step(action, agent->slot());
    agent->learn(logger);
  }
  ArchiveWriter weights;
  agent->save_policy(weights);
  signature.add(weights.bytes());
  return signature.value();
}

void print(const std::string& name, std::uint64_t value, bool json) {
  const std::string text = fmt::format("{:016x}", value);
  if (json)
    print_out("{}\n", nlohmann::ordered_json{{"name", name}, {"signature", text}}.dump());
  else
    print_out("{} {}\n", name, text);
}

void print_signatures(const SignatureOptions& options) {
  const EnvRegistry registry = make_registry(options.shared.plugins);
  WorkerPool pool(options.shared.thread_budget());
  std::vector<std::string> names;
  bool found = false;
  const auto wanted = [&](const std::string& name) {
    names.push_back(name);
    const bool yes = options.name.empty() || options.name == name;
    found = found || yes;
    return yes;
  };
  for (const EnvEntry& entry : registry.entries())
    if (wanted(entry.id)) print(entry.id, env_signature(entry, pool), options.shared.json);
  for (const AgentEntry& entry : agent_entries())
    if (!entry.from_games() && wanted(entry.name))
      print(entry.name, agent_signature(entry, registry, pool), options.shared.json);
  if (!found) throw UsageError("{}", unknown_name("environment or agent", options.name, names));
}

void add_options(CLI::App* command) {
  const auto options = std::make_shared<SignatureOptions>();
  command->add_option("NAME", options->name, "An environment or agent; else all of them");
  add_shared(*command, options->shared, {Shared::kThreads, Shared::kPlugins, Shared::kJson});
  command->footer(
      "The number of threads never changes a signature. Those of environments are the same\n"
      "everywhere (tests/golden/signatures.txt); those of learners hold for one LibTorch, BLAS\n"
      "and processor.\n"
      "Example:\n"
      "  tengen signature Pong-v1 --threads 3");
  command->callback([options] { print_signatures(*options); });
}

}  // namespace

extern const Command kSignature{
    .name = "signature",
    .description = "One number for each behaviour: did a change change it?",
    .add_options = add_options,
    .networks = true};

}  // namespace tengen
