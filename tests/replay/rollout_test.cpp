#include "replay/rollout.hpp"

#include "tests/catch.hpp"

#include <array>

using namespace tengen;

namespace {

// Frames are single bytes: 10 · lane + a counter, so that a stack can be read off.
const EnvSpec kSpec{.name = "Bytes-v0",
                    .observation = {{1}, Element::kUint8, 0, 255},
                    .action = Discrete{2, {}},
                    .masked = true};

std::vector<int> stack_at(const Rollout& rollout, std::size_t row) {
  std::array<const std::byte*, 3> frames{};
  rollout.put_stack(row, frames);
  std::vector<int> values;
  for (const std::byte* frame : frames) values.push_back(std::to_integer<int>(*frame));
  return values;
}

void write(const StepView& slot, int lane, int frame, bool terminated = false) {
  const auto i = static_cast<std::size_t>(lane);
  slot.observation.row<std::uint8_t>(lane)[0] = static_cast<std::uint8_t>(frame);
  slot.reward[i] = static_cast<float>(frame);
  slot.terminated[i] = terminated ? 1 : 0;
  slot.truncated[i] = 0;
  slot.legal.row(lane)[0] = 1;
  slot.legal.row(lane)[1] = static_cast<std::uint8_t>(frame % 2);
}

// Lane 0 counts 1, 2, 3 …; lane 1 counts 51, 52 … and its episode ends with the second step.
Rollout filled(int steps) {
  Rollout rollout(kSpec, {.lanes = 2, .steps = 4, .stack = 3});
  write(rollout.slot(), 0, 1);
  write(rollout.slot(), 1, 51);
  rollout.start();
  for (int t = 0; t < steps; ++t) {
    const StepView slot = rollout.slot();
    write(slot, 0, 2 + t);
    write(slot, 1, 52 + t, t == 1);
    slot.final_observation.row<std::uint8_t>(1)[0] = 99;
    rollout.action[rollout.row(t, 0)] = t % 2;
    rollout.commit();
  }
  return rollout;
}

}  // namespace

TEST_CASE("Rollout: stacks stop at an episode's start") {
  const Rollout rollout = filled(4);
  CHECK(rollout.full());
  CHECK(stack_at(rollout, rollout.row(0, 0)) == std::vector{0, 0, 1});
  CHECK(stack_at(rollout, rollout.row(1, 0)) == std::vector{0, 1, 2});
  CHECK(stack_at(rollout, rollout.row(4, 0)) == std::vector{3, 4, 5});
  CHECK(stack_at(rollout, rollout.row(1, 1)) == std::vector{0, 51, 52});
  CHECK(stack_at(rollout, rollout.row(2, 1)) == std::vector{0, 0, 53});
  CHECK(rollout.starts(rollout.row(2, 1)));
  CHECK(stack_at(rollout, rollout.row(4, 1)) == std::vector{53, 54, 55});
  CHECK(rollout.ended()[rollout.row(1, 1)] == 1);
  CHECK(rollout.legal(rollout.row(3, 0))[1] == 0);
}

TEST_CASE("Rollout: an episode's last observation has the frames before it") {
  const Rollout rollout = filled(2);
  std::array<const std::byte*, 3> frames{};
  rollout.put_final_stack(1, frames);
  CHECK(std::to_integer<int>(*frames[0]) == 51);
  CHECK(std::to_integer<int>(*frames[1]) == 52);
  CHECK(std::to_integer<int>(*frames[2]) == 99);
}

TEST_CASE("Rollout: the next one goes on where the last one ended") {
  Rollout rollout = filled(4);
  Rollout twin(kSpec, rollout.options());
  twin.restart(rollout);
  rollout.restart(rollout);
  for (const Rollout* next : {&rollout, &twin}) {
    CHECK(next->size() == 0);
    CHECK(stack_at(*next, 0) == std::vector{3, 4, 5});
    CHECK(stack_at(*next, 1) == std::vector{53, 54, 55});
    CHECK(next->legal(0)[1] == 1);
  }
}

TEST_CASE("Rollout: saved half full, it goes on alike") {
  const Rollout rollout = filled(3);
  ArchiveWriter writer;
  rollout.save(writer, "r");
  const ArchiveReader reader = ArchiveReader::from_bytes(writer.bytes(), "memory");
  Rollout other(kSpec, rollout.options());
  other.load(reader, "r");
  CHECK(other.size() == 3);
  CHECK(stack_at(other, other.row(3, 0)) == stack_at(rollout, rollout.row(3, 0)));
  CHECK(other.action == rollout.action);
  CHECK(other.reward()[other.row(2, 1)] == 54);
  ArchiveWriter again;
  other.save(again, "r");
  CHECK(again.bytes() == writer.bytes());
  Rollout smaller(kSpec, {.lanes = 2, .steps = 2, .stack = 3});
  CHECK_THROWS_AS(smaller.load(reader, "r"), Error);
}
