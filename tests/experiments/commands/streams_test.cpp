// Standard streams that are full, closed, or read by nobody: they cost no work and hide no failure.
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <nlohmann/json.hpp>

using namespace tengen;
namespace fs = std::filesystem;

namespace {

// A pipe whose reader has gone away.
class DeadPipe {
 public:
  DeadPipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    ::close(ends[0]);
    end_ = ends[1];
  }
  ~DeadPipe() { ::close(end_); }
  DeadPipe(const DeadPipe&) = delete;
  DeadPipe& operator=(const DeadPipe&) = delete;
  [[nodiscard]] fs::path path() const { return "/proc/self/fd/" + std::to_string(end_); }

 private:
  int end_;
};

const std::vector<std::string> kTrain{"train", "catch-dqn", "--steps", "300",
                                      "--out", "run",       "--set",   "eval_freq=0"};

}  // namespace

TEST_CASE("a run is not ended by readers who go away, nor by a full or closed stream") {
  const DeadPipe pipe;
  struct Case {
    Surroundings surroundings;
    int code;
  };
  const std::vector<Case> cases{
      {{.out = pipe.path(), .err = pipe.path()}, 0},
      {{.err = "/dev/full"}, 0},
      {{.out = "/dev/full"}, 1},  // somebody wanted the report to be kept
      {{.closed = {0, 1, 2}}, 0},
  };
  for (const Case& c : cases) {
    const TempDirectory directory;
    const ProgramResult result = run_program(directory.path(), kTrain, c.surroundings);
    CAPTURE(&c - cases.data(), result.err);
    CHECK(result.code == c.code);
    const fs::path run = directory / "run";
    CHECK(fs::exists(run / "model.tgn"));
    CHECK(fs::exists(run / "checkpoint/300.tgn"));
    // What was meant for people is in none of the files that were opened meanwhile.
    CHECK(fs::file_size(run / "lock") == 0);
    for (const auto& entry : fs::directory_iterator(run))
      if (entry.path().filename().string().starts_with("events"))
        CHECK(read_text(entry.path()).find("dqn on Catch-v0") == std::string::npos);
    CHECK(read_text(run / "metrics.csv").starts_with("step,tag,value\n"));
  }
}

TEST_CASE("an answer that does not arrive is a failure, of a reader who left a quiet one") {
  const TempDirectory directory;
  const DeadPipe pipe;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"list", "envs"},
        {"eval", "oracle", "--env", "Catch-v0", "--json"},
        {"--help"}}) {
    CAPTURE(arguments);
    const ProgramResult full = run_program(directory.path(), arguments, {.out = "/dev/full"});
    CHECK(full.code == 1);
    CHECK(full.err == "tengen: cannot write to standard output: No space left on device\n");
    const ProgramResult closed = run_program(directory.path(), arguments, {.closed = {1}});
    CHECK(closed.code == 1);
    CHECK(closed.err == "tengen: cannot write to standard output: Bad file descriptor\n");
    const ProgramResult gone = run_program(directory.path(), arguments, {.out = pipe.path()});
    CHECK(gone.code == 128 + SIGPIPE);
    CHECK(gone.err.empty());
  }
}
