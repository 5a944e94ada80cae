#include "experiments/go/engine_go_player.hpp"

#include "core/excerpt.hpp"
#include "envs/board/vertex.hpp"

#include <algorithm>
#include <cctype>

namespace tengen {
namespace {

class EngineGoPlayer final : public GoPlayer {
 public:
  explicit EngineGoPlayer(const EngineOptions& options)
      : client_(options.name, options.command, options.patience) {
    client_.demand("protocol_version");  // something else than an engine is found out here
    seeded_ = client_.ask("known_command set_random_seed").text == "true";
  }

  [[nodiscard]] std::string name() const override { return client_.name(); }
  // Only the engine knows; it refuses `boardsize`.
  void check_board(int /*rows*/, int /*columns*/) const override {}

  void set_seed(std::uint64_t seed) override {
    if (seeded_) client_.demand(fmt::format("set_random_seed {}", seed % 1'000'000'000));
    known_ = false;
  }

  int choose(const GoGame& game, const ThinkLimit& /*limit*/) override {
    tell(game);
    std::string move = client_.demand(game.to_move() == 0 ? "genmove b" : "genmove w");
    for (char& c : move) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (move == "resign") return kResign;
    int action = 0;
    try {
      action = from_gtp_vertex(move, rows_, columns_);
    } catch (const Error&) {
      known_ = false;
      throw EngineError("{} answers genmove with '{}', which is no move", name(),
                        excerpt(move, 40));
    }
    moves_.push_back({game.to_move(), action});
    return action;
  }

 private:
  // Brings the engine's board to the game's position.
  void tell(const GoGame& game) {
    const bool follows = known_ && rows_ == game.rows() && columns_ == game.columns() &&
                         komi_ == game.full_komi() && moves_.size() <= game.moves().size() &&
                         std::equal(moves_.begin(), moves_.end(), game.moves().begin());
    if (!follows) start(game);
    for (std::size_t i = moves_.size(); i < game.moves().size(); ++i) {
      play(game.moves()[i].player, game.moves()[i].action);
      moves_.push_back(game.moves()[i]);
    }
  }

  void start(const GoGame& game) {
    rows_ = game.rows();
    columns_ = game.columns();
    komi_ = game.full_komi();
    client_.demand(rows_ == columns_ ? fmt::format("boardsize {}", rows_)
                                     : fmt::format("boardsize {} {}", columns_, rows_));
    client_.demand("clear_board");
    client_.demand(fmt::format("komi {}", komi_));
    for (const auto& [point, stone] : game.set_up_stones())
      play(stone == Stone::kBlack ? 0 : 1, point);
    moves_.clear();
    known_ = true;
  }

  void play(int player, int action) {
    client_.demand(
        fmt::format("play {} {}", player == 0 ? 'b' : 'w', to_gtp_vertex(action, rows_, columns_)));
  }

  GtpClient client_;
  bool seeded_ = false;
  // What the engine's board shows, if anything is known of it.
  bool known_ = false;
  int rows_ = 0, columns_ = 0;
  float komi_ = 0;
  std::vector<GoGame::Move> moves_;
};

}  // namespace

EngineOptions gnugo_engine(int level, const GoRules& rules) {
  const char* ko = rules.ko == KoRule::kSimple       ? "--simple-ko"
                   : rules.ko == KoRule::kPositional ? "--positional-superko"
                                                     : "--situational-superko";
  EngineOptions out;
  out.name = fmt::format("gnugo:{}", level);
  out.command = {"gnugo",
                 "--mode",
                 "gtp",
                 "--level",
                 fmt::format("{}", level),
                 "--chinese-rules",
                 ko,
                 "--capture-all-dead",
                 "--never-resign",
                 rules.suicide ? "--allow-all-suicide" : "--forbid-suicide"};
  return out;
}

EngineOptions pachi_engine(int playouts) {
  EngineOptions out;
  out.name = fmt::format("pachi:{}", playouts);
  out.command = {"pachi",
                 "-d",
                 "0",
                 "-t",
                 fmt::format("={}", playouts),
                 "threads=1,pass_all_alive,resign_threshold=0"};
  return out;
}

std::unique_ptr<GoPlayer> engine_go_player(const EngineOptions& options) {
  return std::make_unique<EngineGoPlayer>(options);
}

}  // namespace tengen
