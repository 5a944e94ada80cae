// Killed at any instant, resumed each time: the end is that of a run nobody disturbed.
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <csignal>
#include <random>

using namespace tengen;
namespace fs = std::filesystem;
using Seconds = std::chrono::duration<double>;

namespace {

using Arguments = std::vector<std::string>;

// Saving takes about a tenth of the time.
Arguments train(Arguments recipe, const std::string& out) {
  const Arguments common{"--out",
                         out,
                         "--steps",
                         "16000",
                         "--quiet",
                         "--set",
                         "stop_at_reward=inf",
                         "--set",
                         "eval_freq=2000",
                         "--set",
                         "eval_episodes=20",
                         "--set",
                         "checkpoint_freq=400",
                         "--set",
                         "log_freq=500"};
  recipe.insert(recipe.begin(), "train");
  recipe.insert(recipe.end(), common.begin(), common.end());
  return recipe;
}

// Prioritised replay that wraps around.
const Arguments kReplay{"catch-dqn",
                        "--threads",
                        "1",
                        "--set",
                        "agent.n_steps=3",
                        "--set",
                        "agent.prioritised=true",
                        "--set",
                        "agent.buffer_size=3000"};

// Continuous actions, and three networks with an optimiser each.
const Arguments kContinuous{
    "pendulum-sac",          "--threads", "1", "--set", "agent.train_freq=4", "--set",
    "agent.buffer_size=3000"};

// Acting beside learning, with memory and everything that is normalised.
Arguments overlapping(const fs::path& directory) {
  const fs::path recipe = directory / "impala.toml";
  write_text(recipe,
             "algo = \"impala\"\nn_envs = 8\n[env]\nid = \"HiddenFactors-v1\"\n"
             "[agent]\nn_steps = 20\nlearning_rate = 1e-3\nnormalize_reward = true\n"
             "normalize_observation = true\n[net]\nhidden = [32]\nrecurrent = \"lstm\"\n");
  return {recipe.string(), "--threads", "2"};
}

Seconds time_of(const fs::path& directory, const Arguments& arguments) {
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

// Kills the training of `recipe` `kills` times, starting new runs where one comes to its end first.
void kill_and_compare(const TempDirectory& directory, const Arguments& recipe, int kills) {
  const Seconds whole = time_of(directory.path(), train(recipe, "reference"));
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
                      begun ? Arguments{"resume", out, "--quiet"} : train(recipe, out));
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

TEST_CASE("three kills at random instants change nothing") {
  const TempDirectory directory;
  kill_and_compare(directory, kReplay, 3);
}

TEST_CASE("nor with continuous actions") {
  const TempDirectory directory;
  kill_and_compare(directory, kContinuous, 3);
}

TEST_CASE("nor where acting and learning overlap") {
  const TempDirectory directory;
  kill_and_compare(directory, overlapping(directory.path()), 3);
}

TEST_CASE("twenty kills at random instants change nothing", "[.slow]") {
  const TempDirectory directory;
  kill_and_compare(directory, kReplay, 20);
}
