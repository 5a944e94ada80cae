// Killed at any instant, resumed each time: the end is that of a run nobody disturbed.
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <csignal>
#include <random>

using namespace tengen;
namespace fs = std::filesystem;
using Seconds = std::chrono::duration<double>;

namespace {

// Prioritised replay that wraps around, evaluations, and saving about a tenth of the time.
std::vector<std::string> train(const std::string& out) {
  return {"train",
          "catch-dqn",
          "--out",
          out,
          "--steps",
          "16000",
          "--quiet",
          "--threads",
          "1",
          "--set",
          "stop_at_reward=inf",
          "--set",
          "eval_freq=2000",
          "--set",
          "eval_episodes=20",
          "--set",
          "checkpoint_freq=400",
          "--set",
          "log_freq=500",
          "--set",
          "agent.n_steps=3",
          "--set",
          "agent.prioritised=true",
          "--set",
          "agent.buffer_size=3000"};
}

Seconds time_of(const fs::path& directory, const std::vector<std::string>& arguments) {
  const auto began = std::chrono::steady_clock::now();
  const ProgramResult result = run_program(directory, arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return std::chrono::steady_clock::now() - began;
}

// Everything that a run leaves, clocks aside. The checkpoint's archive names the replay's segments
// by their contents, and holds parameters, optimiser, random streams and environments.
void check_same_end(const fs::path& a, const fs::path& b) {
  for (const char* file : {"model.tgn", "best/model.tgn", "checkpoint/16000.tgn"}) {
    CAPTURE(file, b.string());
    CHECK(fs::file_size(a / file) > 0);
    CHECK(read_text(a / file) == read_text(b / file));
  }
  CHECK(metrics_without_time(a) == metrics_without_time(b));
}

// Kills `kills` times, starting new runs where one comes to its end first.
void kill_and_compare(int kills) {
  const TempDirectory directory;
  const Seconds whole = time_of(directory.path(), train("reference"));
  const Seconds start = time_of(directory.path(), {"list", "envs"});
  std::mt19937 random(20);
  // Each life is long enough, on average, for a run to take about ten of them.
  std::uniform_real_distribution<double> life(0.0, 2 * start.count() + 0.2 * whole.count());
  int runs = 0, killed = 0;
  while (killed < kills) {
    const std::string out = "run" + std::to_string(++runs);
    bool ended = false;
    while (!ended) {
      const bool begun = fs::exists(directory / out / "recipe.toml");
      Program program(directory.path(),
                      begun ? std::vector<std::string>{"resume", out, "--quiet"} : train(out));
      if (killed < kills && !program.ended_within(Seconds(life(random)))) {
        program.signal(SIGKILL);
        ++killed;
      }
      const ProgramResult result = program.wait();
      INFO(result.err);
      REQUIRE((result.code == 0 || result.code == 128 + SIGKILL));
      ended = result.code == 0;
    }
    check_same_end(directory / "reference", directory / out);
  }
  WARN(killed << " kills in " << runs << " runs, each the same as the one undisturbed");
}

}  // namespace

TEST_CASE("three kills at random instants change nothing") { kill_and_compare(3); }

TEST_CASE("twenty kills at random instants change nothing", "[.slow]") { kill_and_compare(20); }
