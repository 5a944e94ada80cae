// Servers that lie, one lie at a time: the client must see each of them.
#include "tests/catch.hpp"
#include "tests/experiments/remote/fake.hpp"

#include <sys/mman.h>

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

using namespace tengen;
using Json = nlohmann::json;

namespace {

constexpr int kLanes = 2;

Json honest_welcome() {
  return Json::parse(R"({"protocol": 1, "server": "fake", "lanes": 2,
    "env": {"name": "Fake-v0",
            "observation": {"shape": [3], "dtype": "uint8", "low": 0, "high": 255},
            "action": {"n": 3, "names": []}, "max_episode_steps": 0, "masked": false},
    "can": ["draw", "oracle", "save"], "deterministic": true})");
}

// What the client says to a server that does `serve` with the connection. The client greets, resets
// and makes a step.
std::string complaint(const std::function<void(Channel&)>& serve, double timeout = 5) {
  auto [ours, theirs] = channel_pair();
  std::thread server([&, channel = &theirs] {
    try {
      serve(*channel);
    } catch (const PeerFault&) {
    }
    channel->interrupt();
  });
  std::string said = "nothing";
  try {
    ClientOptions options = impatient(timeout);
    Peer peer(std::move(ours), parse_address("unix:fake"), kLanes, options);
    StepBuffer buffer(peer.welcome().spec, kLanes);
    peer.send_reset(1);
    peer.receive_observations(buffer.view());
    ActionMemory action(peer.welcome().spec.action, kLanes);
    peer.send_step(action.view());
    peer.receive_step(buffer.view());
    Canvas canvas;
    peer.draw(0, canvas);
    peer.oracle(action.view());
  } catch (const Error& error) {
    said = error.what();
  }
  server.join();
  return said;
}

void take(Channel& channel) {
  const Header header = channel.read_header(soon());
  channel.skip(header.length, soon());
}

std::string to_welcome(const Json& welcome) {
  return complaint([&](Channel& channel) {
    take(channel);
    channel.send(Message::kWelcome, welcome.dump(), soon());
    take(channel);
  });
}

// The welcome with one member replaced, by its JSON pointer.
std::string to_welcome_with(const char* member, const char* value) {
  Json welcome = honest_welcome();
  welcome[Json::json_pointer(member)] = Json::parse(value);
  return to_welcome(welcome);
}

// What two lanes of three bytes come to; no episode ends.
std::vector<std::uint8_t> honest_step() { return std::vector<std::uint8_t>(2 * (4 + 4 + 3 + 3)); }
constexpr std::size_t kTerminated = 16, kTruncated = 18, kGameEnded = 20;  // in it

// Answers honestly up to the step, which it answers with `step`.
std::string to_step(const std::vector<std::uint8_t>& step, Message type = Message::kStepped) {
  return complaint([&](Channel& channel) {
    take(channel);
    channel.send(Message::kWelcome, honest_welcome().dump(), soon());
    take(channel);
    channel.send(Message::kObservations, std::string_view("abcdef"), soon());
    take(channel);
    channel.send(type, std::as_bytes(std::span(step)), soon());
    take(channel);
  });
}

}  // namespace

TEST_CASE("a welcome that cannot be is refused with what is wrong in it") {
  CHECK_THAT(to_welcome(honest_welcome()), ContainsSubstring("closed by the other side"));
  const auto says = [](const char* member, const char* value, const char* text) {
    CAPTURE(member, value);
    CHECK_THAT(to_welcome_with(member, value), ContainsSubstring(text));
  };
  says("/protocol", "2", "version 2 of the protocol");
  says("/lanes", "3", "gives 3 lanes, and 2 were asked for");
  says("/lanes", "0", "lanes is 0");
  says("/lanes", "2.5", "lanes is 2.5");
  says("/lanes", "\"2\"", "lanes is \"2\"");
  says("/env", "7", "env is 7; it must be an object");
  says("/env/name", "null", "name is null");
  says("/env/observation/shape", "[1, 2, 3, 4, 5]", "up to four extents");
  says("/env/observation/shape", "[0]", "an extent of shape is 0");
  says("/env/observation/shape", "[-1]", "an extent of shape is -1");
  says("/env/observation/shape", "[65536, 65536]", "64 MiB");
  says("/env/observation/shape", "[67108864, 67108864, 67108864, 67108864]", "64 MiB");
  says("/env/observation/shape", "{}", "shape is {}");
  says("/env/observation/dtype", "\"float64\"", "dtype is \"float64\"");
  says("/env/observation/low", "\"low\"", "low is \"low\"");
  says("/env/observation/high", "1e300", "high is 1e+300");
  says("/env/action/n", "0", "n is 0");
  says("/env/action/n", "3000000000", "n is 3000000000");
  says("/env/action/names", "[\"A\"]", "1 names for 3 actions");
  says("/env/action/names", "[1, 2, 3]", "a name of an action is 1");
  says("/env/action", "{\"low\": [0], \"high\": []}", "1 lower and 0 upper bounds");
  says("/env/action", "{\"low\": [], \"high\": []}", "0 lower and 0 upper bounds");
  says("/env/max_episode_steps", "-1", "max_episode_steps is -1");
  says("/env/masked", "1", "masked is 1");
  says("/env/steps_per_second", "0", "steps_per_second is 0");
  says("/can", "\"save\"", "can is \"save\"");
  says("/deterministic", "\"no\"", "deterministic is \"no\"");
  says("/memory", "[]", "memory is []");
  Json masked_reals = honest_welcome();
  masked_reals["env"]["action"] = Json::parse(R"({"low": [0], "high": [1]})");
  masked_reals["env"]["masked"] = true;
  CHECK_THAT(to_welcome(masked_reals), ContainsSubstring("masked is true"));
  for (const char* member : {"protocol", "lanes", "env", "can"}) {
    Json without = honest_welcome();
    without.erase(member);
    CHECK_THAT(to_welcome(without), ContainsSubstring(std::string(member) + " is missing"));
  }
}

TEST_CASE("steps of the wrong length, type or flags are refused") {
  const auto bent = [](std::initializer_list<std::pair<std::size_t, std::uint8_t>> changes) {
    std::vector<std::uint8_t> step = honest_step();
    for (const auto& [at, value] : changes) step[at] = value;
    return to_step(step);
  };
  CHECK_THAT(to_step(honest_step()), ContainsSubstring("closed by the other side"));
  std::vector<std::uint8_t> step = honest_step();
  step.pop_back();
  CHECK_THAT(to_step(step), ContainsSubstring("has 27 bytes; 28 to 34 were due"));
  step.resize(35);
  CHECK_THAT(to_step(step), ContainsSubstring("has 35 bytes"));
  step.resize(31);
  CHECK_THAT(to_step(step), ContainsSubstring("has 28 bytes, and not 31"));
  CHECK_THAT(to_step(honest_step(), Message::kObservations),
             ContainsSubstring("a message of type 130 came where one of type 131 was due"));
  CHECK_THAT(bent({{kTerminated, 2}, {kGameEnded, 1}}),
             ContainsSubstring("terminated of lane 0 is 2"));
  CHECK_THAT(bent({{kTruncated + 1, 255}}), ContainsSubstring("truncated of lane 1 is 255"));
  CHECK_THAT(bent({{kGameEnded, 7}}), ContainsSubstring("game_ended of lane 0 is 7"));
  CHECK_THAT(bent({{kGameEnded, 1}}), ContainsSubstring("its episode has not"));
  CHECK_THAT(bent({{kTerminated, 1}, {kTruncated, 1}, {kGameEnded, 1}}),
             ContainsSubstring("both terminated and truncated"));
  CHECK_THAT(bent({{kTruncated, 1}}), ContainsSubstring("its game has not ended"));
  CHECK_THAT(bent({{kTerminated, 1}, {kGameEnded, 1}}), ContainsSubstring("31 bytes, and not 28"));
}

TEST_CASE("what is no message at all, or comes too late, is refused") {
  const auto to_bytes = [](std::string bytes) {
    return complaint([&](Channel& channel) {
      take(channel);
      channel.send(Message::kWelcome, bytes, soon());
      take(channel);
    });
  };
  CHECK_THAT(to_bytes("{}"), ContainsSubstring("protocol is missing"));
  CHECK_THAT(to_bytes("[1, 2]"), ContainsSubstring("WELCOME is no JSON object"));
  CHECK_THAT(to_bytes("\xFF\xFE{"), ContainsSubstring("WELCOME is no JSON object"));
  CHECK_THAT(to_bytes(std::string(100'000, '[')), ContainsSubstring("WELCOME is no JSON object"));
  CHECK_THAT(to_bytes(std::string((1 << 20) + 1, ' ')), ContainsSubstring("has 1048577 bytes"));
  CHECK_THAT(complaint([](Channel& channel) { take(channel); }), ContainsSubstring("closed"));
  const auto began = Channel::Clock::now();
  CHECK_THAT(complaint(
                 [](Channel& channel) {
                   take(channel);
                   channel.wait_for_message(soon(3));
                 },
                 0.2),
             ContainsSubstring("did not go on in time"));
  CHECK(Channel::Clock::now() - began < std::chrono::seconds(2));
}

TEST_CASE("an error is told with the server's words, made readable") {
  const auto to_error = [](const std::string& json) {
    return complaint([&](Channel& channel) {
      take(channel);
      channel.send(Message::kError, json, soon());
    });
  };
  CHECK(to_error(R"({"error": "no such option", "kind": "usage"})") == "unix:fake: no such option");
  CHECK(to_error(R"({"error": "two\nlines", "kind": "environment"})") == "unix:fake: two lines");
  CHECK(to_error("not JSON") == "unix:fake: not JSON");
  CHECK(to_error(R"({"error": 7, "kind": 8})") == R"(unix:fake: {"error": 7, "kind": 8})");
  CHECK(to_error(std::string(900'000, 'x')).size() < 700);
}

namespace {

int memory_file(std::uint64_t size, int seals) {
  const int file = ::memfd_create("test", MFD_ALLOW_SEALING);
  REQUIRE(::ftruncate(file, static_cast<off_t>(size)) == 0);
  if (seals != 0) REQUIRE(::fcntl(file, F_ADD_SEALS, seals) == 0);
  return file;
}

constexpr int kSealed = F_SEAL_SHRINK | F_SEAL_GROW;

Json honest_memory() {
  return Json::parse(R"({"size": 640, "action": 0, "reward": 64, "scored": 128, "terminated": 192,
    "truncated": 256, "game_ended": 320, "observation": 384, "legal": 0,
    "final_observation": 448, "final_legal": 0})");
}

std::string to_memory(const Json& memory, int seals = kSealed, std::uint64_t size = 640,
                      bool attached = true) {
  Json welcome = honest_welcome();
  welcome["memory"] = memory;
  return complaint([&](Channel& channel) {
    take(channel);
    const Descriptor file(memory_file(size, seals));
    if (attached)
      channel.send_with_descriptor(Message::kWelcome, welcome.dump(), file, soon());
    else
      channel.send(Message::kWelcome, welcome.dump(), soon());
    take(channel);
  });
}

std::string to_memory_with(const char* member, std::uint64_t value) {
  Json memory = honest_memory();
  memory[member] = value;
  return to_memory(memory);
}

}  // namespace

TEST_CASE("shared memory that could fail or overlap is refused") {
  CHECK_THAT(to_memory(honest_memory()), ContainsSubstring("closed by the other side"));
  CHECK_THAT(to_memory(honest_memory(), 0), ContainsSubstring("not sealed"));
  CHECK_THAT(to_memory(honest_memory(), F_SEAL_GROW), ContainsSubstring("not sealed"));
  CHECK_THAT(to_memory(honest_memory(), F_SEAL_SHRINK), ContainsSubstring("not sealed"));
  CHECK_THAT(to_memory(honest_memory(), kSealed, 600), ContainsSubstring("600 bytes, and not 640"));
  CHECK_THAT(to_memory(honest_memory(), kSealed, 640, false), ContainsSubstring("no descriptor"));
  CHECK_THAT(to_memory_with("reward", 65), ContainsSubstring("no multiple of 64"));
  CHECK_THAT(to_memory_with("reward", 0), ContainsSubstring("overlap"));
  CHECK_THAT(to_memory_with("reward", 640), ContainsSubstring("reward has 8 bytes from 640 on"));
  CHECK_THAT(to_memory_with("reward", std::uint64_t{1} << 63), ContainsSubstring("reward is"));
  CHECK_THAT(to_memory_with("size", 0), ContainsSubstring("size is 0"));
  Json without = honest_memory();
  without.erase("observation");
  CHECK_THAT(to_memory(without), ContainsSubstring("observation is missing"));
}

TEST_CASE("a descriptor that is no memory is refused, and none is leaked") {
  const auto open_files = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  Json welcome = honest_welcome();
  welcome["memory"] = honest_memory();
  const auto before = open_files();
  CHECK_THAT(complaint([&](Channel& channel) {
               take(channel);
               const Descriptor file(::open("/dev/null", O_RDONLY));
               channel.send_with_descriptor(Message::kWelcome, welcome.dump(), file, soon());
               take(channel);
             }),
             ContainsSubstring("bytes, and not 640"));
  CHECK_THAT(to_memory(honest_memory()), ContainsSubstring("closed by the other side"));
  CHECK(open_files() == before);
}

TEST_CASE("flags in shared memory are checked, too") {
  Json welcome = honest_welcome();
  welcome["memory"] = honest_memory();
  CHECK_THAT(complaint([&](Channel& channel) {
               take(channel);
               SharedMemory memory(640);
               memory.bytes()[192] = std::byte{3};
               channel.send_with_descriptor(Message::kWelcome, welcome.dump(), memory.descriptor(),
                                            soon());
               take(channel);
               channel.send(Message::kObservations, std::string_view(), soon());
               take(channel);
               channel.send(Message::kStepped, std::string_view(), soon());
               take(channel);
             }),
             ContainsSubstring("terminated of lane 0 is 3"));
}

TEST_CASE("pictures and actions of the expert are checked") {
  const auto to_draw = [](std::vector<std::uint32_t> picture) {
    return complaint([&](Channel& channel) {
      take(channel);
      channel.send(Message::kWelcome, honest_welcome().dump(), soon());
      take(channel);
      channel.send(Message::kObservations, std::string_view("abcdef"), soon());
      take(channel);
      const std::vector<std::uint8_t> step = honest_step();
      channel.send(Message::kStepped, std::as_bytes(std::span(step)), soon());
      take(channel);
      channel.send(Message::kPicture, std::as_bytes(std::span(picture)), soon());
      take(channel);
      const std::int32_t actions[] = {0, 3};
      channel.send(Message::kActions, std::as_bytes(std::span(actions)), soon());
      take(channel);
    });
  };
  CHECK_THAT(to_draw({0, 0}), ContainsSubstring("action 3 of lane 1 is outside of [0, 3)"));
  CHECK_THAT(to_draw({4, 1, 0, 0, 0}), ContainsSubstring("action 3 of lane 1"));
  CHECK_THAT(to_draw({4, 1, 0, 0}), ContainsSubstring("a picture of 4 × 1 has 16 bytes"));
  CHECK_THAT(to_draw({0x80000000U, 0x80000000U}), ContainsSubstring("a picture of"));
}
