#include "envs/synthetic/hidden_factors.hpp"

#include "tests/catch.hpp"

#include <string>
#include <vector>

using namespace tengen;

namespace {

using Copy = HiddenFactors<HiddenFormula::kCopy>;
using Xor = HiddenFactors<HiddenFormula::kXor>;
using Factors = std::array<std::uint8_t, 5>;

// The observation, a digit an element.
template <class E>
std::string seen(const E& env) {
  std::vector<float> out(8, 7.0F);
  env.observe(out);
  std::string digits;
  for (const float value : out) digits += fmt::format("{}", value);
  return digits;
}

// The return of one episode in world `bits` of a player that maps the environment to an action.
template <class E, class Player>
double play(std::uint32_t bits, Player&& player) {
  Rng rng;
  E env;
  env.value = E::world(bits);
  double total = 0;
  for (int i = 0; i < E::kHorizon; ++i) {
    const Outcome outcome = env.step(player(env), rng);
    total += outcome.reward;
    if (outcome.terminated) break;
  }
  return total;
}

template <class E, class Player>
double mean_over_worlds(Player&& player) {
  double sum = 0;
  for (std::uint32_t bits = 0; bits < 8; ++bits) sum += play<E>(bits, player);
  return sum / 8;
}

// A player without memory: an action for the start and for each value of each box.
struct Reflexes {
  int start;
  std::array<std::array<int, 2>, 5> after;

  template <class E>
  int operator()(const E& env) const {
    if (env.last == E::kStart) return start;
    const auto box = static_cast<std::size_t>(env.last);
    return after[box][env.value[box]];
  }
};

}  // namespace

TEST_CASE("HiddenFactors: the boxes follow their formula, and every world comes up") {
  Rng rng(1);
  std::array<int, 8> copies{}, xors{};
  for (int i = 0; i < 8000; ++i) {
    Copy copy;
    copy.reset(rng);
    const Factors& a = copy.value;
    CHECK((a[3] == a[0] && a[4] == 1 - a[0]));
    ++copies[a[0] + 2U * a[1] + 4U * a[2]];
    Xor exclusive;
    exclusive.reset(rng);
    const Factors& b = exclusive.value;
    CHECK((b[3] == (b[0] ^ b[1]) && b[4] == 1 - b[3]));
    ++xors[b[0] + 2U * b[1] + 4U * b[2]];
  }
  for (const auto& counts : {copies, xors})
    for (const int count : counts) CHECK((count > 850 && count < 1150));
}

TEST_CASE("HiddenFactors: rewards and observations of every kind of step") {
  Rng rng;
  Copy env;
  env.value = Copy::world(0b011);  // X1 = X2 = 1, X3 = 0
  CHECK(seen(env) == "00000000");
  CHECK(env.step(Copy::kX1, rng).reward == 1);
  CHECK(seen(env) == "10100000");
  CHECK(env.step(Copy::kX3, rng).reward == -1);
  CHECK(seen(env) == "00001000");
  CHECK(env.step(Copy::kY1, rng).reward == 3);
  CHECK(seen(env) == "10000100");
  CHECK(env.step(Copy::kY2, rng).reward == -3);
  CHECK(seen(env) == "00000010");
  CHECK(env.step(Copy::kX1, rng).reward == -0.5F);
  CHECK(env.step(Copy::kX1, rng).reward == -0.5F);  // every time
  CHECK(seen(env) == "10100000");
  CHECK(env.total_reward == -1);
  const Outcome end = env.step(Copy::kEnd, rng);
  CHECK((end.reward == 0 && end.terminated));
  CHECK(seen(env) == "01000001");
  env.reset(rng);
  CHECK(seen(env) == "00000000");
}

TEST_CASE("HiddenFactors: the scripted player attains the optimum of perfect memory") {
  using enum HiddenMemory;
  CHECK(mean_over_worlds<Copy>([](const Copy& env) { return env.oracle(); }) == 3);
  CHECK(mean_over_worlds<Xor>([](const Xor& env) { return env.oracle(); }) == 3);
  CHECK(hidden_factors_optimum(HiddenFormula::kCopy, 10, 1, kAll) == Approx(3));
  CHECK(hidden_factors_optimum(HiddenFormula::kXor, 10, 1, kAll) == Approx(3));
  // Discounted, the good box comes in the second or in the third step.
  CHECK(hidden_factors_optimum(HiddenFormula::kCopy, 10, 0.99, kAll) == Approx(3 * 0.99));
  CHECK(hidden_factors_optimum(HiddenFormula::kXor, 10, 0.99, kAll) == Approx(3 * 0.99 * 0.99));
  // Of one step nothing can be expected; of two, Y1 and then X1 or Y2: (3 + 1) / 2 + (−3 + 3) / 2.
  CHECK(hidden_factors_optimum(HiddenFormula::kCopy, 0, 1, kAll) == 0);
  CHECK(hidden_factors_optimum(HiddenFormula::kCopy, 1, 1, kAll) == 0);
  CHECK(hidden_factors_optimum(HiddenFormula::kCopy, 2, 1, kAll) == Approx(3));
  CHECK(hidden_factors_optimum(HiddenFormula::kXor, 2, 1, kAll) == Approx(1.5));
}

TEST_CASE("HiddenFactors-v0 needs no memory beyond the newest observation") {
  for (const HiddenMemory memory : {HiddenMemory::kCount, HiddenMemory::kNone})
    CHECK(hidden_factors_optimum(HiddenFormula::kCopy, 10, 1, memory) == Approx(3));
  const Reflexes good{Copy::kX1, {{{Copy::kY2, Copy::kY1}, {5, 5}, {5, 5}, {5, 5}, {5, 5}}}};
  CHECK(mean_over_worlds<Copy>(good) == 3);
}

TEST_CASE(
    "HiddenFactors-v1: no player without memory, random or not, reaches 95 % of the optimum") {
  using enum HiddenMemory;
  const double best = hidden_factors_optimum(HiddenFormula::kXor, 10, 1, kAll);
  const double bound = hidden_factors_optimum(HiddenFormula::kXor, 10, 1, kCount);
  const double none = hidden_factors_optimum(HiddenFormula::kXor, 10, 1, kNone);
  CHECK(best == Approx(3));
  CHECK(bound == Approx(2.5));
  CHECK(none == Approx(2.25));
  CHECK(bound < 0.95 * best);
  CHECK(hidden_factors_optimum(HiddenFormula::kXor, 10, 0.99, kCount) <
        0.95 * hidden_factors_optimum(HiddenFormula::kXor, 10, 0.99, kAll));
  // Closed X1 sends it on to X2, so that at X2 it knows X1; open X1 makes it try Y1.
  const Reflexes one_of_the_best{
      Xor::kX1,
      {{{Xor::kX2, Xor::kY1}, {Xor::kY2, Xor::kY1}, {5, 5}, {Xor::kY2, Xor::kEnd}, {5, 5}}}};
  CHECK(mean_over_worlds<Xor>(one_of_the_best) == none);
}

TEST_CASE("HiddenFactors: branch and bound agrees with trying every player without memory") {
  const auto everyone = []<class E>(E) {
    double best = -100;
    Reflexes player{};
    const auto episode = [&](auto& env) { return player(env); };
    // Two steps ask for the start and for what follows the first box.
    for (player.start = 0; player.start < 5; ++player.start)
      for (int i = 0; i < 36; ++i) {
        player.after[static_cast<std::size_t>(player.start)] = {i / 6, i % 6};
        double sum = 0;
        for (std::uint32_t bits = 0; bits < 8; ++bits) {
          Rng rng;
          E env;
          env.value = E::world(bits);
          for (int step = 0; step < 2 && env.last != E::kEnd; ++step)
            sum += env.step(episode(env), rng).reward;
        }
        best = std::max(best, sum / 8);
      }
    return best;
  };
  CHECK(hidden_factors_optimum(HiddenFormula::kCopy, 2, 1, HiddenMemory::kNone) ==
        Approx(everyone(Copy{})));
  CHECK(hidden_factors_optimum(HiddenFormula::kXor, 2, 1, HiddenMemory::kNone) ==
        Approx(everyone(Xor{})));
}

TEST_CASE("HiddenFactors-v1: thousands of chance players without memory stay below the optimum") {
  Rng rng(8);
  double best = -100;
  for (int i = 0; i < 20000; ++i) {
    Reflexes player{};
    player.start = static_cast<int>(rng.below(5));
    for (auto& pair : player.after)
      for (int& action : pair) action = static_cast<int>(rng.below(6));
    best = std::max(best, mean_over_worlds<Xor>(player));
  }
  CHECK(best <= hidden_factors_optimum(HiddenFormula::kXor, 10, 1, HiddenMemory::kNone) + 1e-9);
  CHECK(best > 1);
}

TEMPLATE_TEST_CASE("HiddenFactors: random play returns −0.87", "", Copy, Xor) {
  Rng rng(3);
  constexpr int kEpisodes = 40000;
  double sum = 0;
  for (int i = 0; i < kEpisodes; ++i)
    sum += play<TestType>(rng.below(8),
                          [&](const TestType&) { return static_cast<int>(rng.below(6)); });
  CHECK(sum / kEpisodes == Approx(-0.87).margin(0.05));
}
