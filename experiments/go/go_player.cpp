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
    return game.open_position().random_action(rng_);
  }

 private:
  Rng rng_;
};

}  // namespace

std::unique_ptr<GoPlayer> random_go_player(std::uint64_t seed) {
  return std::make_unique<RandomGoPlayer>(seed);
}

}  // namespace tengen
