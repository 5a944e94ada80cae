#include "experiments/games.hpp"

#include "agents/alphago/self_play.hpp"
#include "core/check.hpp"

namespace tengen {

const std::vector<GameEntry>& game_entries() {
  static const std::vector<GameEntry> kEntries = {};
  return kEntries;
}

const GameEntry& find_game(std::string_view id) {
  std::vector<std::string> names;
  for (const GameEntry& entry : game_entries()) {
    if (entry.id == id) return entry;
    names.push_back(entry.id);
  }
  throw UsageError("{}", unknown_name("game", id, names));
}

std::unique_ptr<AnyGame> make_game(const Config& game) {
  return find_game(game.get<std::string>("id", "")).make(game);
}

}  // namespace tengen
