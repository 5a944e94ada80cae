#include "experiments/go/rave_go_player.hpp"

#include "agents/search/uct.hpp"

#include "core/system/interrupt.hpp"

#include <chrono>

namespace tengen {
namespace {

class RaveGoPlayer final : public GoPlayer {
 public:
  RaveGoPlayer(int simulations, std::uint64_t seed) : simulations_(simulations), rng_(seed) {}

  [[nodiscard]] std::string name() const override { return fmt::format("rave:{}", simulations_); }
  void check_board(int /*rows*/, int /*columns*/) const override {}
  void set_seed(std::uint64_t seed) override {
    rng_ = Rng(seed);
    searches_ = 0;
  }

  int choose(const GoGame& game, const ThinkLimit& limit) override {
    return with_go_size(std::max(game.rows(), game.columns()),
                        [&]<int kMaxSize>() { return search<kMaxSize>(game, limit); });
  }

 private:
  template <int kMaxSize>
  int search(const GoGame& game, const ThinkLimit& limit) {
    using Clock = std::chrono::steady_clock;
    constexpr int kGlance = 64;  // simulations between two looks at the clock
    const auto end = Clock::now() + std::chrono::duration<double>(limit.seconds);
    UctSearch<Go<kMaxSize>> tree(kRave);
    tree.reset(game.open_go<kMaxSize>());
    Rng rng = rng_.split(++searches_);
    const int most = limit.simulations > 0 ? limit.simulations : simulations_;
    for (int i = 0; i < most; ++i) {
      if (limit.seconds > 0 && i % kGlance == 0 && i > 0 && Clock::now() >= end) break;
      stop_if_interrupted();
      tree.simulate(rng);
    }
    return tree.best();
  }

  int simulations_;
  Rng rng_;
  std::uint64_t searches_ = 0;  // numbers the streams
};

}  // namespace

std::unique_ptr<GoPlayer> rave_go_player(int simulations, std::uint64_t seed) {
  return std::make_unique<RaveGoPlayer>(simulations, seed);
}

}  // namespace tengen
