// Training, resuming and evaluating on an environment that another process serves.
#include "core/archive.hpp"
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <csignal>
#include <functional>
#include <thread>

using namespace tengen;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

using Arguments = std::vector<std::string>;

// `tengen serve` in a folder of its own within `directory`.
class ServerProgram {
 public:
  ServerProgram(const fs::path& directory, Arguments arguments)
      : folder_(made(directory)), program_(folder_, with_serve(std::move(arguments))) {
    while (address().empty() && !program_.ended_within(5ms)) {
    }
  }
  // Where it says that it listens; empty before it does.
  [[nodiscard]] std::string address() const {
    const std::string said = read_text(folder_ / "stdout.txt");
    const auto begin = said.find(" at "), end = said.find('\n');
    return end == std::string::npos ? "" : said.substr(begin + 4, end - begin - 4);
  }
  Program& program() { return program_; }
  // Waits until it has greeted its first client.
  void wait_for_client() {
    for (int i = 0; i < 6000 && read_text(folder_ / "stderr.txt").empty(); ++i)
      if (program_.ended_within(10ms)) break;
  }

 private:
  static fs::path made(const fs::path& directory) {
    static int number = 0;
    const fs::path folder = directory / ("server" + std::to_string(number++));
    fs::create_directories(folder);
    return folder;
  }
  static Arguments with_serve(Arguments arguments) {
    arguments.insert(arguments.begin(), "serve");
    return arguments;
  }

  fs::path folder_;
  Program program_;
};

Arguments training(const std::string& env, const std::string& out, const char* steps) {
  return {"train",
          "catch-dqn",
          "--set",
          "env.id=" + env,
          "--set",
          "stop_at_reward=inf",
          "--out",
          out,
          "--steps",
          steps,
          "--set",
          "eval_freq=500",
          "--quiet",
          "--threads",
          "1",
          "--set",
          "eval_episodes=4",
          "--set",
          "checkpoint_freq=500"};
}

// Whether two players are alike but for where their environment was.
void check_same_player(const fs::path& a, const fs::path& b) {
  const auto ours = ArchiveReader::read_file(a), theirs = ArchiveReader::read_file(b);
  CHECK(ours.names() == theirs.names());
  for (const std::string& name : ours.names()) {
    if (name.starts_with("model/")) continue;  // the recipe, with the environment's id
    CAPTURE(name);
    CHECK(std::ranges::equal(ours.bytes(name), theirs.bytes(name)));
  }
}

}  // namespace

TEST_CASE("training on a served environment gives the same player, resumed or not") {
  const TempDirectory directory;
  const fs::path& here = directory.path();
  REQUIRE(run_program(here, training("Catch-v0", "local", "1500")).code == 0);
  ServerProgram server(here, {"Catch-v0", "--listen", "unix:../socket", "--threads", "1"});
  CHECK(fs::path(server.address().substr(5)).is_absolute());
  // The path is kept as it is from everywhere.
  const ProgramResult whole = run_program(here, training("unix:socket", "served", "1500"));
  INFO(whole.err);
  REQUIRE(whole.code == 0);
  CHECK(read_text(here / "served/recipe.toml").find("unix:" + (here / "socket").string()) !=
        std::string::npos);
  check_same_player(here / "local/model.tgn", here / "served/model.tgn");
  CHECK(metrics_without_time(here / "local") == metrics_without_time(here / "served"));

  REQUIRE(run_program(here, training(server.address(), "parts", "1000")).code == 0);
  const ProgramResult resumed =
      run_program(here, {"resume", "parts", "--steps", "1500", "--quiet"});
  INFO(resumed.err);
  REQUIRE(resumed.code == 0);
  check_same_player(here / "local/model.tgn", here / "parts/model.tgn");

  // An agent needs no recipe there, either.
  const ProgramResult usual = run_program(here, {"train", "ppo", "--env", server.address(),
                                                 "--steps", "1024", "--quiet", "--threads", "1"});
  INFO(usual.err);
  CHECK(usual.code == 0);

  // It goes on at another address, too, but not with another environment.
  ServerProgram other(here, {"Catch-v0", "--listen", "tcp:127.0.0.1:0", "--threads", "1"});
  const ProgramResult moved = run_program(here, {"resume", "parts", "--steps", "1600", "--quiet",
                                                 "--set", "env.id=" + other.address()});
  INFO(moved.err);
  CHECK(moved.code == 0);
  CHECK(
      run_program(here, {"resume", "parts", "--steps", "1700", "--set", "env.id=Catch-v0"}).code ==
      2);
}

TEST_CASE("every command takes addresses where it takes environments") {
  const TempDirectory directory;
  const fs::path& here = directory.path();
  ServerProgram server(here, {"Pong-v1", "--listen", "tcp:127.0.0.1:0"});
  const std::string address = server.address();
  const auto run = [&](const Arguments& arguments) {
    const ProgramResult result = run_program(here, arguments);
    INFO(result.err);
    CHECK(result.code == 0);
    return result.out;
  };
  CHECK_THAT(run({"eval", "oracle", "--env", address, "--episodes", "2"}),
             StartsWith("oracle on Pong-v1: mean reward"));
  run({"eval", "random", "--env", address + "," + address, "--episodes", "2"});
  run({"watch", "pong", "--env", address, "--record", "a.gif", "--frames", "5"});
  CHECK(fs::file_size(here / "a.gif") > 0);
  run({"check", address, "--steps", "1000"});
  const ProgramResult wrong = run_program(here, {"check", address, "--set", "frame_skpi=2"});
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.err, ContainsSubstring("frame_skip"));
  const ProgramResult nobody = run_program(here, {"eval", "random", "--env", "unix:nobody"});
  CHECK(nobody.code == 1);
  CHECK_THAT(nobody.err, ContainsSubstring("unix:nobody"));
}

TEST_CASE("Ctrl-C ends a server and leaves no socket; a dead server's socket is replaced") {
  const TempDirectory directory;
  const fs::path socket = directory / "socket";
  const Arguments arguments{"Catch-v0", "--listen", "unix:" + socket.string()};
  for (const int number : {SIGINT, SIGTERM}) {
    ServerProgram server(directory.path(), arguments);
    REQUIRE(fs::exists(socket));
    Program client(directory.path(),
                   {"eval", "random", "--env", server.address(), "--episodes", "1000000"});
    server.wait_for_client();
    server.program().signal(number);
    CHECK(server.program().ended_within(10s));
    const ProgramResult ended = server.program().wait();
    CHECK(ended.code == 130);
    CHECK_THAT(ended.err, ContainsSubstring("client 1 from this machine"));
    CHECK_FALSE(fs::exists(socket));
  }
  {
    ServerProgram killed(directory.path(), arguments);
    ServerProgram second(directory.path(), arguments);
    CHECK(second.program().wait().code == 1);
    CHECK_THAT(second.program().wait().err, ContainsSubstring("another server listens there"));
    killed.program().signal(SIGKILL);
    killed.program().wait();
  }
  CHECK(fs::exists(socket));
  ServerProgram heir(directory.path(), arguments);
  CHECK(heir.address() == "unix:" + socket.string());
  heir.program().signal(SIGINT);
  heir.program().wait();
  write_text(socket, "no socket");
  ServerProgram refused(directory.path(), arguments);
  CHECK_THAT(refused.program().wait().err, ContainsSubstring("is no socket"));
  CHECK(read_text(socket) == "no socket");
}

TEST_CASE("other machines are let in on purpose only") {
  const TempDirectory directory;
  const auto refusal = [&](const Arguments& more) {
    Arguments arguments{"serve", "Catch-v0", "--listen", "tcp:0.0.0.0:0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProgramResult result = run_program(directory.path(), arguments);
    CHECK(result.code == 2);
    return result.err;
  };
  CHECK_THAT(refusal({}), ContainsSubstring("--allow-remote"));
  CHECK_THAT(refusal({"--allow-remote"}), ContainsSubstring("TENGEN_TOKEN"));
  write_text(directory / "empty", "\n");
  CHECK_THAT(refusal({"--allow-remote", "--token-file", "empty"}), ContainsSubstring("no token"));
  write_text(directory / "token", "sesame\n");
  ServerProgram server(directory.path(), {"Catch-v0", "--listen", "tcp:0.0.0.0:0", "--allow-remote",
                                          "--token-file", "../token"});
  const std::string address = server.address();
  const Arguments eval{"eval", "random", "--env", address, "--episodes", "2"};
  const ProgramResult stranger = run_program(directory.path(), eval);
  CHECK(stranger.code == 1);
  CHECK_THAT(stranger.err, ContainsSubstring("wants a token"));
  ::setenv("TENGEN_TOKEN", "sesame", 1);
  CHECK(run_program(directory.path(), eval).code == 0);
  ::unsetenv("TENGEN_TOKEN");
}

TEST_CASE("a client of sixty lines of Python plays on a server") {
  const TempDirectory directory;
  ServerProgram server(directory.path(), {"Catch-v0", "--listen", "unix:../socket"});
  const std::string command = "python3 " TENGEN_SOURCE_DIR
                              "/experiments/examples/remote_client.py " +
                              server.address() + " 200 > " + (directory / "said").string();
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK_THAT(read_text(directory / "said"), StartsWith("mean score -0."));
}
