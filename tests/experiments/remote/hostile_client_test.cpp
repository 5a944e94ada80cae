// Clients that lie, and a server that must see it, say so, and serve the others.
#include "tests/catch.hpp"
#include "tests/experiments/remote/fake.hpp"

#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

using namespace tengen;
using Json = nlohmann::json;

namespace {

SessionOptions catch_offer(const char* env = "Catch-v0") {
  SessionOptions options;
  options.env = env;
  options.greeting = std::chrono::milliseconds(300);
  options.transfer = std::chrono::milliseconds(300);
  return options;
}

// The error that the server answers a client with that does `talk`; "KIND: TEXT".
std::string answer(const SessionOptions& options, const std::function<void(Channel&)>& talk) {
  auto [ours, theirs] = channel_pair();
  std::thread server([&options, channel = &theirs] {
    play_honestly(*channel, options);
    channel->interrupt();
  });
  std::string said = "nothing";
  try {
    talk(ours);
    try {
      ours.send(Message::kClose, std::string_view(), soon());
    } catch (const PeerFault&) {  // it has closed; what it said can still be read
    }
    for (;;) {
      const Header header = ours.read_header(soon());
      const std::string body = ours.read_text(header.length, soon());
      if (header.type != Message::kError) continue;
      const Json json = Json::parse(body);
      said = json["kind"].get<std::string>() + ": " + json["error"].get<std::string>();
    }
  } catch (const PeerFault&) {  // it has closed
  }
  ours.interrupt();
  server.join();
  return said;
}

std::string hello(const char* changes = "{}") {
  Json json = Json::parse(R"({"protocol": 1, "client": "fake", "lanes": 2})");
  json.merge_patch(Json::parse(changes));
  return json.dump();
}

std::string to_hello(const std::string& json, const SessionOptions& options = catch_offer()) {
  return answer(options, [&](Channel& channel) { channel.send(Message::kHello, json, soon()); });
}

constexpr std::uint64_t kSeed = 1;
constexpr std::string_view kNothing;

// A client that greets and resets as it should, and goes on with one more message.
std::string to_request(Message type, std::span<const std::byte> body,
                       const char* env = "Catch-v0") {
  return answer(catch_offer(env), [&](Channel& channel) {
    channel.send(Message::kHello, hello(), soon());
    channel.send(Message::kReset, std::as_bytes(std::span(&kSeed, 1)), soon());
    channel.send(type, body, soon());
  });
}

template <class T>
std::string to_actions(std::vector<T> actions, const char* env = "Catch-v0") {
  return to_request(Message::kStep, std::as_bytes(std::span(actions)), env);
}

}  // namespace

TEST_CASE("a HELLO that cannot be is refused") {
  CHECK_THAT(to_hello("{}"), StartsWith("protocol: protocol is missing"));
  CHECK_THAT(to_hello("no JSON"), StartsWith("protocol: HELLO is no JSON"));
  CHECK_THAT(to_hello(std::string(60'000, '[')), StartsWith("protocol: HELLO is no JSON"));
  CHECK_THAT(to_hello(std::string(65'537, ' ')), StartsWith("protocol: a HELLO of 65537 bytes"));
  CHECK_THAT(to_hello(hello(R"({"protocol": 9, "lanes": "many"})")),
             StartsWith("refused: version 9 of the protocol"));
  CHECK_THAT(to_hello(hello(R"({"lanes": -1})")), StartsWith("protocol: lanes is -1"));
  CHECK_THAT(to_hello(hello(R"({"lanes": 4097})")), StartsWith("refused: 4097 lanes"));
  CHECK_THAT(to_hello(hello(R"({"memory": 1})")), StartsWith("protocol: memory is 1"));
  CHECK_THAT(to_hello(hello(R"({"options": []})")), StartsWith("protocol: options is []"));
  CHECK_THAT(to_hello(hello(R"({"options": {"a": {}}})")), StartsWith("protocol: a is {}"));
  CHECK_THAT(to_hello(hello(R"({"options": {"a": [1, "b"]}})")), StartsWith("protocol: a is [1"));
  CHECK_THAT(to_hello(hello(R"({"options": {"a..b": 1}})")), StartsWith("protocol: options"));
  CHECK_THAT(to_hello(hello(R"({"options": {"speed": 1}})")),
             StartsWith("usage: speed: unknown key"));
}

TEST_CASE("only those who know the token are served") {
  SessionOptions options = catch_offer();
  options.token = "sesame";
  CHECK_THAT(to_hello(hello(), options), StartsWith("refused: this server wants a token"));
  for (const char* wrong : {"sesam", "sesames", "Sesame", "x"}) {
    const Json json{{"token", wrong}};
    CHECK(to_hello(hello(json.dump().c_str()), options) == "refused: the token is wrong");
  }
  CHECK_THAT(to_hello(hello(R"({"token": 1})"), options), StartsWith("protocol: token is 1"));
  auto [ours, theirs] = channel_pair();
  std::thread server([&options, channel = &theirs] { play_honestly(*channel, options); });
  {
    ClientOptions client = impatient();
    client.token = "sesame";
    const Peer peer(std::move(ours), parse_address("unix:fake"), 1, client);
    CHECK(peer.welcome().lanes == 1);
  }
  server.join();
}

TEST_CASE("requests that are out of turn, unknown, or of the wrong length end the connection") {
  const std::byte byte[9] = {};
  CHECK_THAT(answer(catch_offer(),
                    [](Channel& channel) { channel.send(Message::kReset, kNothing, soon()); }),
             StartsWith("protocol: the first message must be HELLO"));
  CHECK_THAT(answer(catch_offer(),
                    [](Channel& channel) {
                      channel.send(Message::kHello, hello(), soon());
                      channel.send(Message::kObserve, kNothing, soon());
                    }),
             StartsWith("protocol: RESET or LOAD must come first"));
  CHECK_THAT(to_request(static_cast<Message>(77), {}),
             StartsWith("protocol: there is no request of type 77"));
  CHECK_THAT(to_request(Message::kReset, byte),
             StartsWith("protocol: a request of type 2 has 9 bytes"));
  CHECK_THAT(to_request(Message::kStep, byte),
             StartsWith("protocol: a request of type 3 has 9 bytes"));
  CHECK_THAT(to_request(Message::kDraw, std::span(byte).first(4)), StartsWith("nothing"));
  const std::uint32_t lane = 2;
  CHECK_THAT(to_request(Message::kDraw, std::as_bytes(std::span(&lane, 1))),
             StartsWith("protocol: lane 2 is outside of [0, 2)"));
  CHECK_THAT(to_request(Message::kLoad, byte), StartsWith("environment: "));
  CHECK(to_request(Message::kClose, {}) == "nothing");
}

TEST_CASE("actions outside of the space, or illegal ones, never reach the environment") {
  CHECK(to_actions<std::int32_t>({0, 2}) == "nothing");
  CHECK_THAT(to_actions<std::int32_t>({0, 3}), StartsWith("protocol: action 3 of lane 1"));
  CHECK_THAT(to_actions<std::int32_t>({-1, 0}), StartsWith("protocol: action -1 of lane 0"));
  CHECK(to_actions<float>({-2, 2}, "Pendulum-v1") == "nothing");
  CHECK_THAT(to_actions<float>({0, 2.5F}, "Pendulum-v1"),
             StartsWith("protocol: action 0 of lane 1"));
  CHECK_THAT(to_actions<float>({std::nanf(""), 0}, "Pendulum-v1"),
             StartsWith("protocol: action 0"));
  // After the first move its square is taken.
  const std::int32_t corner[2] = {0, 0};
  CHECK_THAT(answer(catch_offer("TicTacToe-v0"),
                    [&](Channel& channel) {
                      channel.send(Message::kHello, hello(), soon());
                      channel.send(Message::kReset, std::as_bytes(std::span(&kSeed, 1)), soon());
                      for (int i = 0; i < 8; ++i)
                        channel.send(Message::kStep, std::as_bytes(std::span(corner)), soon());
                    }),
             ContainsSubstring("is not legal there"));
}

TEST_CASE("a client that says nothing, or stops within a message, is left") {
  const auto context = std::make_shared<boost::asio::io_context>();
  for (const std::string& bytes : {std::string(), std::string("\1\0\0", 3)}) {
    boost::asio::local::stream_protocol::socket ours(*context), theirs(*context);
    boost::asio::local::connect_pair(ours, theirs);
    Channel channel(context, std::move(theirs));
    boost::asio::write(ours, boost::asio::buffer(bytes));
    const SessionOptions options = catch_offer();
    const EnvRegistry registry = builtin_envs();
    const auto began = Channel::Clock::now();
    CHECK_THAT(ClientSession(channel, options, registry, true).run([](const ClientSession&) {}),
               ContainsSubstring("did not go on in time"));
    CHECK(Channel::Clock::now() - began < std::chrono::seconds(3));
  }
}

TEST_CASE("more clients than a server takes are told so, and get in when another has gone") {
  const TempDirectory directory;
  ServerOptions options = offer("Catch-v0", "unix:" + (directory / "socket").string());
  options.max_clients = 1;
  const Served server(options);
  auto first = std::make_unique<RemoteEnv>(parse_addresses(server.address()), 1, impatient());
  for (int i = 0; i < 3; ++i)
    CHECK_THROWS_WITH(RemoteEnv(parse_addresses(server.address()), 1, impatient()),
                      ContainsSubstring("as many clients as it takes, 1"));
  first.reset();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(RemoteEnv(parse_addresses(server.address()), 1, impatient()).size() == 1);
}
