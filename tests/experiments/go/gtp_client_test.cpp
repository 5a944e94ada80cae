// Engines that behave, that die, that keep silent: shell scripts stand for them.
#include "experiments/go/gtp_client.hpp"
#include "tests/catch.hpp"

#include <sys/wait.h>

#include <cerrno>

using namespace tengen;

namespace {

std::vector<std::string> script(const std::string& text) { return {"sh", "-c", text}; }

std::string failure(const std::string& text, const std::string& command, double patience = 10) {
  try {
    GtpClient client("engine", script(text), std::chrono::duration<double>(patience));
    client.demand(command);
    client.demand(command);
  } catch (const EngineError& error) {
    return error.what();
  }
  return "";
}

bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

}  // namespace

TEST_CASE("GTP client: answers are read, noise and ids are not") {
  GtpClient client("engine",
                   script("echo hello; read a; printf '= one\\r\\n\\r\\n'; read a;"
                          "printf '?12 no %s\\n\\n' \"$a\"; read a;"
                          "printf '\\n=\\nx  \\n y\\n\\n'; read a"),
                   std::chrono::seconds(10));
  CHECK(client.demand("first") == "one");
  const GtpClient::Answer no = client.ask("second");
  CHECK_FALSE(no.ok);
  CHECK(no.text == "no second");
  CHECK(client.ask("third").text == "\nx\n y");
}

TEST_CASE("GTP client: what goes wrong is said") {
  CHECK_THAT(failure("read a; echo boom >&2; exit 3", "name"),
             Equals("engine, asked 'name': engine 'sh': it ended with exit code 3; its last words: "
                    "boom"));
  CHECK_THAT(failure("read a; kill -9 $$", "name"), ContainsSubstring("ended by signal 9"));
  CHECK_THAT(failure("exit 0", "name"), ContainsSubstring("ended with exit code 0"));
  CHECK_THAT(failure("sleep 60", "name", 0.2),
             Equals("engine gave no answer to 'name' within 0.2 s"));
  CHECK_THAT(failure("read a; printf '? why\\n\\n'; read a", "play b a1"),
             Equals("engine refuses 'play b a1': why"));
  CHECK_THAT(failure("exec >&-; sleep 60", "name"), ContainsSubstring("closed its output"));
  CHECK_THROWS_WITH(GtpClient("x", {"no-such-engine"}, std::chrono::seconds(1)),
                    ContainsSubstring("cannot start 'no-such-engine'"));
  CHECK_FALSE(has_children());
}
