#include "experiments/runs/game_model.hpp"

#include "agents/alphago/net_evaluator.hpp"
#include "agents/alphago/policy_value_learner.hpp"
#include "core/archive.hpp"
#include "core/check.hpp"
#include "core/config.hpp"
#include "core/excerpt.hpp"
#include "experiments/runs/games.hpp"
#include "experiments/runs/model.hpp"

#include <filesystem>

namespace tengen {

GameModel load_game_model(const std::string& model, const std::string& device) {
  const std::filesystem::path file = find_model(model, RunPlayer::kBest);
  if (file.empty()) throw UsageError("'{}' plays no board game", excerpt(model));
  const ArchiveReader reader = ArchiveReader::read_file(file);
  const Config recipe = Config::from_string(model_info(reader).recipe);
  GameModel out;
  out.name = file.stem() == "model" ? model : file.stem().string();
  out.game_options = recipe.section("game");
  out.game = out.game_options.get<std::string>("id", "");
  if (out.game.empty()) throw UsageError("model '{}' plays no board game", model);
  out.spec = make_game(out.game_options)->spec();
  out.search = read_search_options(recipe.section("search"));
  const PolicyValueOptions net =
      read_policy_value(recipe.section("net"), policy_value_of(out.spec));
  const std::shared_ptr<const InferenceNet> player =
      load_net_player(reader, net, make_backend(device, net.precision));
  out.make = [player] { return std::make_unique<NetEvaluator>(player); };
  return out;
}

SearchGoOptions load_go_model(const std::string& model, const GoModelOptions& options) {
  const GameModel loaded = load_game_model(model, options.device);
  if (!is_go(loaded.game)) throw UsageError("model '{}' plays {}, not Go", model, loaded.game);
  SearchGoOptions out;
  out.name = loaded.name;
  out.search.rule = SearchRule::kPuct;
  out.search.simulations = options.simulations > 0 ? options.simulations : 400;
  out.search.random_symmetry = true;
  out.search.ownership = true;
  out.how.threads = options.threads;
  out.how.cache_bytes = std::size_t{64} << 20;
  out.make = loaded.make;
  out.rows = loaded.spec.rows;
  out.columns = loaded.spec.columns;
  out.network = true;
  out.seed = options.seed;
  return out;
}

}  // namespace tengen
