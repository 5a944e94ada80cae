#include "envs/arcade/arcade.hpp"

#include "envs/arcade/breakout.hpp"
#include "envs/arcade/freeway.hpp"
#include "envs/arcade/pong.hpp"
#include "tests/catch.hpp"

#include <vector>

using namespace tengen;
using namespace tengen::arcade;

namespace {

// The picture as its definition says, by whole screens.
template <Game G>
std::vector<std::uint8_t> plain_picture(const Arcade<G>& env, const Format& format) {
  Window older(kWholeScreen), newer(kWholeScreen);
  env.previous().draw_still(older);
  env.previous().draw_moving(older);
  env.game().draw_still(newer);
  env.game().draw_moving(newer);
  std::vector<std::uint8_t> picture(format.shape().count());
  develop(older, newer, mix_table(G::kPalette), format, {0, 0, format.size, format.size}, picture);
  return picture;
}

template <Game G>
void check_pictures(const ArcadeOptions& options, int steps) {
  Arcade<G> env(options);
  Rng rng(7);
  env.reset(rng);
  std::vector<std::uint8_t> seen(options.format.shape().count());
  const auto actions = static_cast<std::uint32_t>(G::action_names().size());
  int different = 0;
  for (int i = 0; i < steps; ++i) {
    // Long stretches of good play show what random play never reaches.
    const bool expert = i / 300 % 2 == 1;
    const int action = expert ? env.oracle() : static_cast<int>(rng.below(actions));
    if (env.step(action, rng).terminated) env.reset(rng);
    std::ranges::fill(seen, std::uint8_t{77});
    env.observe(seen);
    if (seen != plain_picture(env, options.format)) ++different;
  }
  CHECK(different == 0);
}

}  // namespace

TEMPLATE_TEST_CASE("a picture is that of the plain renderer, byte for byte", "", Pong, Breakout,
                   Freeway) {
  for (const int size : {84, 42})
    for (const int channels : {1, 3})
      for (const int skip : {4, 1}) {
        ArcadeOptions options;
        options.format = {size, channels};
        options.frame_skip = skip;
        check_pictures<TestType>(options, 3000);
      }
}
