#include "experiments/go/go_player.hpp"

#include "core/check.hpp"
#include "core/rng.hpp"

namespace tengen {
namespace {

class RandomGoPlayer final : public GoPlayer {
 public:
  explicit RandomGoPlayer(std::uint64_t seed) : rng_(seed) {}

  [[nodiscard]] std::string name() const override { return "random"; }
  void check_board(int /*rows*/, int /*columns*/) const override {}
  void set_seed(std::uint64_t seed) override { rng_ = Rng(seed); }
  int choose(const GoGame& game, const ThinkLimit& /*limit*/) override {
    const auto& board = game.position().board();
    const Stone colour = stone_of(game.to_move());
    std::vector<int> moves;
    for (int point = 0; point < game.points(); ++point)
      if (game.position().at(point) == Stone::kEmpty && !board.is_eye(board.cell(point), colour) &&
          game.why_illegal(game.to_move(), point).empty())
        moves.push_back(point);
    if (moves.empty()) return game.pass_action();
    return moves[rng_.below(static_cast<std::uint32_t>(moves.size()))];
  }

 private:
  Rng rng_;
};

}  // namespace

std::unique_ptr<GoPlayer> random_go_player(std::uint64_t seed) {
  return std::make_unique<RandomGoPlayer>(seed);
}

}  // namespace tengen
