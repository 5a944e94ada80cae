// Servers that die, stall, or talk nonsense for a while: their lanes begin anew, the others go on.
#include "tests/catch.hpp"
#include "tests/experiments/remote/fake.hpp"
#include "tests/output.hpp"

#include <algorithm>
#include <optional>

using namespace tengen;

namespace {

SessionOptions catch_offer() {
  SessionOptions options;
  options.env = "Catch-v0";
  return options;
}

void forward(Channel& from, Channel& to, Message type) {
  const Header header = from.read_header(soon());
  if (header.type != type) throw PeerFault("the test expected another message");
  const std::string body = from.read_text(header.length, soon());
  to.send(header.type, body, soon());
}

// Plays honestly for so many steps, with a server behind it, and then does `misbehave`.
void play_until(Channel& client, int steps, const std::function<void(Channel&)>& misbehave) {
  auto [to_server, server_end] = channel_pair();
  const SessionOptions options = catch_offer();
  std::thread server([&options, channel = &server_end] { play_honestly(*channel, options); });
  try {
    forward(client, to_server, Message::kHello);
    forward(to_server, client, Message::kWelcome);
    forward(client, to_server, Message::kReset);
    forward(to_server, client, Message::kObservations);
    for (int step = 0; step < steps; ++step) {
      forward(client, to_server, Message::kStep);
      forward(to_server, client, Message::kStepped);
    }
    misbehave(client);
  } catch (const PeerFault&) {
  }
  to_server.interrupt();
  server.join();
}

ClientOptions without_memory(double timeout = 5, double patience = 5) {
  ClientOptions options = impatient(timeout, patience);
  options.memory = false;
  return options;
}

const std::function<void(Channel&)> kClose = [](Channel&) {};
const std::function<void(Channel&)> kCloseWithin = [](Channel& channel) {
  const Header header = channel.read_header(soon());
  channel.skip(header.length, soon());
  channel.send(Message::kStepped, std::string_view("too short"), soon());
};
const std::function<void(Channel&)> kNonsense = [](Channel& channel) {
  const Header header = channel.read_header(soon());
  channel.skip(header.length, soon());
  channel.send(static_cast<Message>(4711), std::string_view("?"), soon());
};
const std::function<void(Channel&)> kStall = [](Channel& channel) {
  const Header header = channel.read_header(soon());
  channel.skip(header.length, soon());
  channel.wait_for_message(soon(5));  // until the client hangs up
};

}  // namespace

TEST_CASE("a broken connection costs its lanes an episode, and the other lanes nothing") {
  for (const auto& [fault, text] :
       {std::pair(kClose, "closed by the other side"), std::pair(kCloseWithin, "has 9 bytes"),
        std::pair(kNonsense, "type 4711"), std::pair(kStall, "did not go on in time")}) {
    CAPTURE(text);
    const TempDirectory directory;
    const Served good(offer("Catch-v0", "unix:" + (directory / "good").string()));
    const FakeServer bad((directory / "bad").string(), [&, f = &fault](int n, Channel& channel) {
      if (n == 0) return play_until(channel, 5, *f);
      play_honestly(channel, catch_offer());
    });
    std::vector<Address> both = parse_addresses(good.address() + "," + bad.address());
    RemoteEnv env(both, 4, without_memory(0.5));
    RemoteEnv reference(parse_addresses(good.address()), 2, impatient());
    StepBuffer buffer(env.spec(), 4), other(env.spec(), 2);
    ActionMemory action(env.spec().action, 4), half(env.spec().action, 2);
    env.reset(9, buffer.view());
    reference.reset(9, other.view());
    std::ranges::fill(action.view().discrete, 1);
    std::ranges::fill(half.view().discrete, 1);
    std::string warning;
    for (int step = 0; step < 30; ++step) {
      const StderrCapture capture;
      env.step(action.view(), buffer.view());
      warning += capture.text();
      reference.step(half.view(), other.view());
      const StepView seen = buffer.view();
      for (int lane = 0; lane < 2; ++lane)
        CHECK(
            std::ranges::equal(seen.observation.bytes(lane), other.view().observation.bytes(lane)));
      for (int lane = 2; lane < 4 && step == 5; ++lane) {
        CHECK(seen.truncated[usize(lane)] == 1);
        CHECK(seen.game_ended[usize(lane)] == 1);
        CHECK(seen.terminated[usize(lane)] == 0);
        CHECK(seen.reward[usize(lane)] == 0);
        CHECK(std::ranges::equal(seen.observation.bytes(lane), seen.final_observation.bytes(lane)));
      }
      if (step != 5) CHECK(std::ranges::count(seen.truncated, 1) == 0);
    }
    CHECK(bad.connections() == 2);
    CHECK_THAT(warning, ContainsSubstring(text));
    CHECK_THAT(warning, ContainsSubstring("its 2 lanes begin new episodes"));
    CHECK(std::ranges::count(warning, '\n') == 1);
  }
}

TEST_CASE("a server that never answers a step, and one that stays away, are named") {
  const TempDirectory directory;
  const std::string path = (directory / "bad").string();
  const auto failure = [&](RemoteEnv& env) -> std::string {
    const StderrCapture quiet;
    StepBuffer buffer(env.spec(), 2);
    ActionMemory action(env.spec().action, 2);
    try {
      env.reset(1, buffer.view());
      for (int step = 0; step < 100; ++step) env.step(action.view(), buffer.view());
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  {
    const FakeServer bad(path, [](int, Channel& channel) { play_until(channel, 0, kCloseWithin); });
    RemoteEnv env(parse_addresses(bad.address()), 2, without_memory());
    const std::string said = failure(env);
    CHECK_THAT(said, StartsWith(bad.address()));
    CHECK_THAT(said, ContainsSubstring("without a step in between"));
  }
  {
    const FakeServer bad(path + "2", [](int n, Channel& channel) {
      if (n == 0) play_until(channel, 3, kClose);
    });
    RemoteEnv env(parse_addresses(bad.address()), 2, without_memory(0.2, 0.3));
    const auto began = Channel::Clock::now();
    CHECK_THAT(failure(env), ContainsSubstring("no new connection within 0.3 s (patience)"));
    CHECK(Channel::Clock::now() - began < std::chrono::seconds(3));
  }
  {
    const FakeServer bad(path + "3", [](int n, Channel& channel) {
      if (n == 0) return play_until(channel, 3, kClose);
      SessionOptions other = catch_offer();
      other.env = "TMaze-v0";
      play_honestly(channel, other);
    });
    RemoteEnv env(parse_addresses(bad.address()), 2, without_memory());
    CHECK_THAT(failure(env), ContainsSubstring("another environment now, TMaze-v0"));
  }
  CHECK_THROWS_WITH(RemoteEnv(parse_addresses("unix:" + path + "4"), 1, impatient()),
                    ContainsSubstring("is a server running there?"));
}

TEST_CASE("an error of the server is final") {
  const TempDirectory directory;
  const FakeServer bad((directory / "bad").string(), [](int, Channel& channel) {
    play_until(channel, 3, [](Channel& client) {
      client.send(Message::kError, R"({"error": "it fell over", "kind": "environment"})", soon());
      client.finish(std::chrono::seconds(1));
    });
  });
  RemoteEnv env(parse_addresses(bad.address()), 2, without_memory());
  StepBuffer buffer(env.spec(), 2);
  ActionMemory action(env.spec().action, 2);
  env.reset(1, buffer.view());
  for (int step = 0; step < 3; ++step) env.step(action.view(), buffer.view());
  CHECK_THROWS_WITH(env.step(action.view(), buffer.view()),
                    Equals(bad.address() + ": it fell over"));
  CHECK(bad.connections() == 1);
}

namespace {

std::vector<std::byte> saved(const RemoteEnv& env) {
  ArchiveWriter writer;
  env.save(writer, "env");
  return writer.bytes();
}

// What a resumed run sees first.
struct Resumed {
  std::string notice;
  std::vector<std::uint8_t> truncated;
  std::vector<std::byte> observations;
};

Resumed resume(RemoteEnv& env, const std::vector<std::byte>& state) {
  Resumed seen;
  StepBuffer buffer(env.spec(), env.size());
  ActionMemory action(env.spec().action, env.size());
  const StderrCapture capture;
  env.load(ArchiveReader::from_bytes(state, "test"), "env");
  env.step(action.view(), buffer.view());
  seen.notice = capture.text();
  seen.truncated.assign(buffer.view().truncated.begin(), buffer.view().truncated.end());
  for (int lane = 0; lane < env.size(); ++lane) {
    const auto row = buffer.view().observation.bytes(lane);
    seen.observations.insert(seen.observations.end(), row.begin(), row.end());
  }
  return seen;
}

}  // namespace

TEST_CASE("what a server cannot save begins anew, the same way every time, and says so") {
  const TempDirectory directory;
  const FakeServer forgetful((directory / "a").string(), [](int, Channel& channel) {
    auto [to_server, server_end] = channel_pair();
    const SessionOptions options = catch_offer();
    std::thread server([&options, end = &server_end] { play_honestly(*end, options); });
    try {
      forward(channel, to_server, Message::kHello);
      const Header header = to_server.read_header(soon());
      std::string welcome = to_server.read_text(header.length, soon());
      welcome.replace(welcome.find("\"save\""), 6, "\"none\"");
      channel.send(Message::kWelcome, welcome, soon());
      for (;;) {
        const Header request = channel.read_header(soon());
        if (request.type == Message::kClose) break;
        to_server.send(request.type, channel.read_text(request.length, soon()), soon());
        const Header reply = to_server.read_header(soon());
        channel.send(reply.type, to_server.read_text(reply.length, soon()), soon());
      }
    } catch (const PeerFault&) {
    }
    to_server.interrupt();
    server.join();
  });
  std::vector<std::byte> state;
  {
    RemoteEnv env(parse_addresses(forgetful.address()), 3, without_memory());
    CHECK_FALSE(env.spec().can_save);
    StepBuffer buffer(env.spec(), 3);
    env.reset(5, buffer.view());
    state = saved(env);
  }
  std::optional<Resumed> first;
  for (int i = 0; i < 2; ++i) {
    RemoteEnv env(parse_addresses(forgetful.address()), 3, without_memory());
    const Resumed seen = resume(env, state);
    CHECK_THAT(seen.notice, ContainsSubstring("3 of 3 lanes could not be saved"));
    CHECK(seen.truncated == std::vector<std::uint8_t>{1, 1, 1});
    if (!first) first = seen;
    CHECK(first->observations == seen.observations);
  }
}

TEST_CASE("a state goes on at other addresses, and not with other lanes") {
  const TempDirectory directory;
  const Served a(offer("Catch-v0", "unix:" + (directory / "a").string()));
  const Served b(offer("Catch-v0", "unix:" + (directory / "b").string()));
  RemoteEnv env(parse_addresses(a.address()), 4, impatient());
  StepBuffer buffer(env.spec(), 4);
  ActionMemory action(env.spec().action, 4);
  env.reset(5, buffer.view());
  for (int i = 0; i < 3; ++i) env.step(action.view(), buffer.view());
  const auto state = saved(env);
  env.step(action.view(), buffer.view());

  RemoteEnv moved(parse_addresses(b.address()), 4, impatient());
  const Resumed same = resume(moved, state);
  CHECK(same.notice.empty());
  CHECK(same.truncated == std::vector<std::uint8_t>(4, 0));
  for (int lane = 0; lane < 4; ++lane) {
    const auto row = buffer.view().observation.bytes(lane);
    CHECK(std::equal(row.begin(), row.end(), same.observations.begin() + lane * std::ssize(row)));
  }
  RemoteEnv split(parse_addresses(a.address() + "," + b.address()), 4, impatient());
  CHECK(resume(split, state).truncated == std::vector<std::uint8_t>(4, 1));
  RemoteEnv fewer(parse_addresses(a.address()), 3, impatient());
  CHECK_THROWS_WITH(fewer.load(ArchiveReader::from_bytes(state, "test"), "env"),
                    ContainsSubstring("of 4 lanes of Catch-v0, not of 3"));
}
