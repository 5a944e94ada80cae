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

// What is trained, and which files must be the same in the end.
struct Subject {
  Arguments train;  // without --out
  std::vector<std::string> files;
};

// Saving takes about a tenth of the time. The checkpoint's archive names the replay's segments by
// their contents, and holds parameters, optimiser, random streams and environments.
Subject agent(Arguments recipe) {
  for (const char* setting : {"stop_at_reward=inf", "eval_freq=2000", "eval_episodes=20",
                              "checkpoint_freq=400", "log_freq=500"})
    recipe.insert(recipe.end(), {"--set", setting});
  recipe.insert(recipe.end(), {"--steps", "16000"});
  return {std::move(recipe), {"model.tgn", "best/model.tgn", "checkpoint/16000.tgn"}};
}

// Games under way are part of a checkpoint, too.
Subject self_play() {
  Arguments recipe{"tictactoe-alphazero", "--threads", "2", "--steps", "1500"};
  for (const char* setting : {"eval_freq=300", "eval_episodes=20", "agent.cycle_rows=512",
                              "agent.n_slots=16", "agent.n_workers=2"})
    recipe.insert(recipe.end(), {"--set", setting});
  return {std::move(recipe), {"model.tgn", "games.store"}};
}

Seconds time_of(const fs::path& directory, const Arguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  const ProgramResult result = run_program(directory, arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return std::chrono::steady_clock::now() - began;
}

// Everything that a run leaves, clocks aside.
void check_same_end(const Subject& subject, const fs::path& a, const fs::path& b) {
  for (const std::string& file : subject.files) {
    CAPTURE(file, b.string());
    CHECK(fs::file_size(a / file) > 0);
    CHECK(read_text(a / file) == read_text(b / file));
  }
  CHECK(metrics_without_time(a) == metrics_without_time(b));
}

Arguments train(const Subject& subject, const std::string& out) {
  Arguments arguments = subject.train;
  arguments.insert(arguments.begin(), "train");
  arguments.insert(arguments.end(), {"--quiet", "--out", out});
  return arguments;
}

// Kills the training of `subject` `kills` times, starting new runs where one comes to its end
// first.
void kill_and_compare(const TempDirectory& directory, const Subject& subject, int kills) {
  const Seconds whole = time_of(directory.path(), train(subject, "reference"));
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
                      begun ? Arguments{"resume", out, "--quiet"} : train(subject, out));
      if (killed < kills && !program.ended_within(Seconds(life(random)))) {
        program.signal(SIGKILL);
        ++killed;
      }
      const ProgramResult result = program.wait();
      INFO(result.err);
      REQUIRE((result.code == 0 || result.code == 128 + SIGKILL));
      ended = result.code == 0;
    }
    check_same_end(subject, directory / "reference", directory / out);
  }
  WARN(killed << " kills in " << runs << " runs, each the same as the one undisturbed");
}

}  // namespace

TEST_CASE("three kills at random instants change nothing") {
  const TempDirectory directory;
  kill_and_compare(directory, agent(kReplay), 3);
}

TEST_CASE("nor with continuous actions") {
  const TempDirectory directory;
  kill_and_compare(directory, agent(kContinuous), 3);
}

TEST_CASE("nor where acting and learning overlap") {
  const TempDirectory directory;
  kill_and_compare(directory, agent(overlapping(directory.path())), 3);
}

TEST_CASE("nor in self-play") {
  const TempDirectory directory;
  kill_and_compare(directory, self_play(), 3);
}

TEST_CASE("twenty kills at random instants change nothing", "[.slow]") {
  const TempDirectory directory;
  kill_and_compare(directory, agent(kReplay), 20);
}

TEST_CASE("twenty kills of self-play change nothing", "[.slow]") {
  const TempDirectory directory;
  kill_and_compare(directory, self_play(), 20);
}
