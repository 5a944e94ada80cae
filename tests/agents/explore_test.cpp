#include "agents/explore.hpp"

#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

#include <map>

using namespace tengen;

namespace {

// How long the actions are held that one lane takes where it always explores, by their length.
std::map<int, int> runs_of(bool repeats, int steps) {
  constexpr int kActions = 1'000'000;  // so that two draws in a row are different actions
  Explorer explorer(1, kActions, repeats);
  Rng rng(7);
  std::map<int, int> count;
  int length = 0, before = -1;
  for (int step = 0; step < steps; ++step) {
    const int action = explorer.choose(0, 1.0, {}, rng);
    if (action != before && before >= 0) {
      ++count[length];
      length = 0;
    }
    before = action;
    ++length;
  }
  return count;
}

}  // namespace

TEST_CASE("a random action lasts one step, or n steps with a probability of 6 / (π n)²") {
  CHECK(runs_of(false, 1000) == std::map<int, int>{{1, 999}});

  const std::map<int, int> held = runs_of(true, 300'000);
  double all = 0;
  for (const auto& [length, count] : held) all += count;
  const auto part = [&](int length) { return held.at(length) / all; };
  CHECK(part(1) == Approx(0.6079).margin(0.01));
  CHECK(part(2) == Approx(0.1520).margin(0.007));
  CHECK(part(5) == Approx(0.0243).margin(0.003));
  CHECK(held.rbegin()->first > 100);
}

TEST_CASE("exploration begins as often as ε says, and is greedy in between") {
  Explorer explorer(2, 3, true);
  Rng rng(1);
  CHECK(explorer.choose(0, 0.0, {}, rng) == -1);
  int greedy = 0;
  for (int step = 0; step < 1000; ++step) greedy += explorer.choose(1, 0.1, {}, rng) < 0 ? 1 : 0;
  CHECK(greedy > 300);
  CHECK(greedy < 900);
}

TEST_CASE("an action is held only as long as it is legal") {
  Explorer explorer(1, 2, true);
  Rng rng(3);
  std::array<std::uint8_t, 2> legal{1, 1};
  for (int step = 0; step < 1000; ++step) {
    const int action = explorer.choose(0, 1.0, legal, rng);
    CHECK(legal[usize(action)] == 1);
    legal = step % 3 == 0 ? std::array<std::uint8_t, 2>{1, 0} : std::array<std::uint8_t, 2>{1, 1};
  }
}

TEST_CASE("what is held is saved, and a held action that does not exist is refused") {
  const TempDirectory directory;
  Explorer explorer(4, 5, true);
  Rng rng(2);
  for (int step = 0; step < 100; ++step)
    for (int lane = 0; lane < 4; ++lane) explorer.choose(lane, 1.0, {}, rng);
  ArchiveWriter writer;
  explorer.records({writer, directory.path()});
  const auto reader = ArchiveReader::from_bytes(writer.bytes(), "run");

  Explorer again(4, 5, true);
  again.records({reader, directory.path()});
  Rng same = rng;
  for (int step = 0; step < 100; ++step)
    for (int lane = 0; lane < 4; ++lane)
      CHECK(explorer.choose(lane, 0.5, {}, rng) == again.choose(lane, 0.5, {}, same));

  Explorer fewer(4, 1, true);
  CHECK_THROWS_WITH(fewer.records({reader, directory.path()}),
                    ContainsSubstring("run") && ContainsSubstring("agent/held"));
}
