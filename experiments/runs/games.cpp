#include "experiments/runs/games.hpp"

#include "agents/alphago/arena.hpp"
#include "agents/alphago/policy_games.hpp"
#include "agents/alphago/self_play_games.hpp"
#include "core/check.hpp"
#include "envs/board/connect_four.hpp"
#include "envs/board/go.hpp"
#include "envs/board/hex.hpp"
#include "envs/board/othello.hpp"
#include "envs/board/tic_tac_toe.hpp"
#include "envs/detector/calo_game.hpp"
#include "experiments/runs/sgf_training_data.hpp"

#include <algorithm>

namespace tengen {
namespace {

template <Game G>
class GameOf final : public AnyGame {
 public:
  using Vary = typename SelfPlayGames<G>::Vary;
  explicit GameOf(const G& prototype, Vary vary = {})
      : prototype_(prototype), vary_(std::move(vary)), spec_(prototype.spec()) {}

  [[nodiscard]] const GameSpec& spec() const override { return spec_; }
  [[nodiscard]] std::unique_ptr<SelfPlay> self_play(const SelfPlayOptions& options,
                                                    int worker) const override {
    return std::make_unique<SelfPlayGames<G>>(prototype_, vary_, options, worker);
  }
  [[nodiscard]] std::unique_ptr<PolicyGames> policy_games(
      const PolicyGamesOptions& options) const override {
    return std::make_unique<PolicyGamesOf<G>>(prototype_, options);
  }
  void teachers(const std::filesystem::path& folder,
                const std::function<void(const GameRecord&)>& take) const override {
    if constexpr (requires { teach_from_sgf(prototype_, folder, take); })
      teach_from_sgf(prototype_, folder, take);
    else
      throw UsageError("{} has no files of games that could teach; algo = \"alphazero\" needs none",
                       spec_.name);
  }
  [[nodiscard]] ArenaResult arena(const std::array<ArenaPlayer, 2>& players,
                                  const ArenaOptions& options, int first) const override {
    return Arena<G>(prototype_, players, options, first).play();
  }

 private:
  G prototype_;
  Vary vary_;
  GameSpec spec_;
};

template <Game G>
std::unique_ptr<AnyGame> plain(const Config&) {
  return std::make_unique<GameOf<G>>(G{});
}

GoRules read_rules(const Config& options, int size) {
  GoRules rules;
  rules.ko = options.choice<KoRule>("ko", "positional",
                                    {{"simple", KoRule::kSimple},
                                     {"positional", KoRule::kPositional},
                                     {"situational", KoRule::kSituational}});
  rules.suicide = options.get<bool>("suicide", false);
  rules.komi = options.get<float>("komi", 7.5F, -1000.0F, 1000.0F);
  rules.max_moves = options.get<int>("max_moves", 0, 0, 3 * size * size);
  return rules;
}

template <int kMaxSize>
std::unique_ptr<AnyGame> go_up_to(const Config& options, int size) {
  const GoRules rules = read_rules(options, size);
  const auto komis = options.get<std::vector<double>>("self_play_komis", {});
  typename GameOf<Go<kMaxSize>>::Vary vary;
  if (!komis.empty())
    vary = [komis](Go<kMaxSize>& game, Rng& rng) {
      game.set_komi(static_cast<float>(komis[rng.below(static_cast<std::uint32_t>(komis.size()))]));
    };
  return std::make_unique<GameOf<Go<kMaxSize>>>(Go<kMaxSize>(size, size, rules), vary);
}

std::unique_ptr<AnyGame> make_go(const Config& options) {
  const int size = options.get<int>("size", 9, 2, 25);
  if (size <= 9) return go_up_to<9>(options, size);
  if (size <= 13) return go_up_to<13>(options, size);
  if (size <= 19) return go_up_to<19>(options, size);
  return go_up_to<25>(options, size);
}

std::unique_ptr<AnyGame> make_hex(const Config& options) {
  return std::make_unique<GameOf<Hex>>(Hex(options.get<int>("size", 7, 2, Hex::kLargest)));
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
  static const std::vector<GameEntry> kEntries = {
      {"CaloBuild-v0", "A calorimeter, planned by one player; aim = 0.7 is worth 0, budget = 500",
       make_calo},
      {"ConnectFour-v0", "Four in a row on 7 columns of 6", plain<ConnectFour>},
      {"Go-v0", "Go, area scoring; size = 9 (2 to 25), komi = 7.5, ko, suicide, max_moves",
       make_go},
      {"Hex-v0", "Hex: Black joins top and bottom, White left and right; size = 7 (2 to 13)",
       make_hex},
      {"Othello-v0", "Othello on 8 × 8", plain<Othello>},
      {"TicTacToe-v0", "Three in a row on 3 × 3", plain<TicTacToe>},
  };
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
