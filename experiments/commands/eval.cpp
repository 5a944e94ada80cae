// tengen eval MODEL|RUN|oracle|random: full games, and what they came to.
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/runs/evaluate.hpp"
#include "experiments/runs/model.hpp"
#include "nets/runtime.hpp"

#include <nlohmann/json.hpp>

namespace tengen {
namespace {

struct EvalOptions {
  std::string player, env;
  int episodes = 20;
  SharedOptions shared;
};

void print(const std::string& name, const Player& player, const Evaluation& result) {
  const std::string settings = judged_text(player.recipe);
  print_out("{} on {}: mean reward {:.4g} ± {:.3g}, mean length {:.5g}, {} games, {} different{}\n",
            name, player.env->spec().name, result.mean_reward(), result.std_reward(),
            result.mean_length(), result.episodes(), result.different_games(),
            settings.empty() ? "" : fmt::format(" ({})", settings));
}

void evaluate_player(const EvalOptions& options) {
  if (!options.shared.device.empty()) check_device(options.shared.device);
  const Rng root(options.shared.seed.value_or(0));
  PlayerOptions player_options;
  player_options.env = options.env;
  player_options.lanes = evaluation_lanes(options.episodes);
  player_options.threads = options.shared.thread_budget();
  player_options.seed = root.split(0).next64();
  player_options.plugins = options.shared.plugins;
  if (!options.shared.device.empty()) player_options.device = options.shared.device;
  const InterruptGuard guard;
  std::vector<Evaluation> results;
  bool stopped = false;
  std::size_t conditions = 1;
  for (std::size_t i = 0; i < conditions && !stopped; ++i) {
    player_options.conditions = i;
    const Player player = load_player(options.player, player_options);
    conditions = player.conditions.size();
    Evaluation result =
        evaluate(*player.policy, *player.env, options.episodes, root.split(1).next64());
    result.conditions = player.conditions[i].name;
    warn_of_cut_games(result, player.env->spec());
    stopped = result.episodes() < options.episodes;
    if (stopped)
      warn("stopped: {} of {} games are over, short ones among them more often than among all",
           result.episodes(), options.episodes);
    if (result.episodes() == 0) break;
    if (!options.shared.json) print(options.player, player, result);
    results.push_back(std::move(result));
  }
  if (options.shared.json && !results.empty()) {
    nlohmann::ordered_json line;
    add_figures(line, results);
    print_out("{}\n", line.dump());
  }
  if (stopped) throw Interrupted{};
}

void add_options(CLI::App* command) {
  const auto options = std::make_shared<EvalOptions>();
  command
      ->add_option("PLAYER", options->player,
                   "A model file, a run, a model or recipe by name, oracle, or random")
      ->required();
  command->add_option("--env", options->env, "The game, if not the model's own")->type_name("ENV");
  command->add_option("--episodes", options->episodes, "Games")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  add_shared(*command, options->shared,
             {Shared::kSeed, Shared::kDevice, Shared::kThreads, Shared::kPlugins, Shared::kJson});
  command->footer(
      "Examples:\n"
      "  tengen eval pong --episodes 20 --json\n"
      "  tengen eval runs/cartpole-dqn/1\n"
      "  tengen eval oracle --env Pong-v1");
  command->callback([options] { evaluate_player(*options); });
}

}  // namespace

extern const Command kEval{.name = "eval",
                           .description = "Let a player play full games",
                           .add_options = add_options,
                           .networks = true};

}  // namespace tengen
