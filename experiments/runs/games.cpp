#include "experiments/runs/games.hpp"

#include "agents/alphago/policy_games.hpp"
#include "core/check.hpp"
#include "envs/board/board_games.hpp"
#include "envs/detector/calo_game.hpp"
#include "experiments/runs/sgf_training_data.hpp"

#include <algorithm>

namespace tengen {
namespace {

template <Game G>
class GameOf final : public SearchableGameOf<G, AnyGame> {
 public:
  using SearchableGameOf<G, AnyGame>::SearchableGameOf;

  [[nodiscard]] std::unique_ptr<PolicyGames> policy_games(
      const PolicyGamesOptions& options) const override {
    return std::make_unique<PolicyGamesOf<G>>(this->start(), options);
  }
  void recorded_games(const std::filesystem::path& folder,
                      const std::function<void(const GameRecord&)>& take) const override {
    if constexpr (requires { sgf_training_data(this->start(), folder, take); })
      sgf_training_data(this->start(), folder, take);
    else
      throw UsageError("{} has no files of games that could teach; algo = \"alphazero\" needs none",
                       this->spec().name);
  }
};

// What differs from one self-play game to the next: nothing, unless the game says so below.
template <Game G>
typename GameOf<G>::Vary variation(const G& /*start*/, const Config& /*options*/) {
  return {};
}

template <int kMaxSize>
typename GameOf<Go<kMaxSize>>::Vary variation(const Go<kMaxSize>& /*start*/,
                                              const Config& options) {
  const auto komis = options.get<std::vector<double>>("self_play_komis", {});
  if (komis.empty()) return {};
  return [komis](Go<kMaxSize>& game, Rng& rng) {
    game.set_komi(static_cast<float>(komis[rng.below(static_cast<std::uint32_t>(komis.size()))]));
  };
}

std::unique_ptr<AnyGame> make_calo(const Config& options) {
  const detector::CaloContext context = detector::read_calo_context(options);
  const detector::CaloGame game(context, options.get<double>("aim", 0.7, -3.0, 10.0));
  GameOf<detector::CaloGame>::Vary vary;
  if (options.get<bool>("random_context", false))
    vary = [target = context.target](detector::CaloGame& own, Rng& rng) {
      own.set_context(detector::random_context(target, rng));
    };
  return std::make_unique<GameOf<detector::CaloGame>>(game, vary);
}

}  // namespace

const std::vector<GameEntry>& game_entries() {
  static const std::vector<GameEntry> kEntries = [] {
    std::vector<GameEntry> entries{
        {"CaloBuild-v0", "A calorimeter, planned by one player; aim = 0.7 is worth 0, budget = 500",
         false, make_calo}};
    for_each_board_game([&](const auto& row) {
      const auto make = [&row](const Config& options) {
        return row.start(options, [&]<Game G>(const G& start) -> std::unique_ptr<AnyGame> {
          return std::make_unique<GameOf<G>>(start, variation(start, options));
        });
      };
      entries.push_back({row.id, row.description, row.style == BoardStyle::kGo, make});
    });
    std::ranges::sort(entries, {}, &GameEntry::id);
    return entries;
  }();
  return kEntries;
}

bool is_go(std::string_view id) {
  return std::ranges::any_of(game_entries(),
                             [&](const GameEntry& entry) { return entry.go && entry.id == id; });
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
