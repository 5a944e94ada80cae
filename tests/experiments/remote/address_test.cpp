#include "experiments/remote/address.hpp"

#include "core/check.hpp"
#include "tests/catch.hpp"

#include <string>

using namespace tengen;

TEST_CASE("addresses are told from names, read, and refused with what would be right") {
  CHECK(is_address("unix:a"));
  CHECK(is_address("tcp:localhost:1,unix:b"));
  CHECK_FALSE(is_address("Pong-v1"));
  CHECK(parse_address("unix:/tmp/a b").path == "/tmp/a b");
  const Address tcp = parse_address("tcp:[::1]:5555");
  CHECK(tcp.host == "::1");
  CHECK(tcp.port == 5555);
  CHECK(tcp.kind == Address::Kind::kTcp);
  for (const char* bad : {"unix:", "tcp:localhost", "tcp:localhost:", "tcp::1", "tcp:a:65536",
                          "tcp:a:-1", "tcp:a:1x", "tcp:::1:5", "ipc:x", ""}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_address(bad), UsageError);
  }
  CHECK_THROWS_AS(parse_address("unix:" + std::string(108, 'x')), UsageError);
  CHECK_NOTHROW(parse_address("unix:" + std::string(107, 'x')));
  CHECK(parse_addresses("unix:a,tcp:b:1").size() == 2);
  CHECK_THROWS_AS(parse_addresses("unix:a,"), UsageError);
}

TEST_CASE("paths of sockets are made absolute, and nothing else") {
  CHECK(settled_addresses("Pong-v1", "/runs") == "Pong-v1");
  CHECK(settled_addresses("unix:a,tcp:b:1,unix:/c/d", "/runs") == "unix:/runs/a,tcp:b:1,unix:/c/d");
  CHECK(settled_addresses("unix:../a", "/runs/x") == "unix:/runs/a");
  CHECK(settled_addresses("unix:", "/runs") == "unix:");
}
