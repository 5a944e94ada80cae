// Killed at any instant, resumed each time: the end is that of a run nobody disturbed.
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
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

// Games under way are part of a checkpoint, too. `more`: further settings.
Subject self_play(const Arguments& more = {}) {
  Arguments recipe{"tictactoe-alphazero", "--threads", "2", "--steps", "1500"};
  for (const char* setting : {"eval_freq=300", "eval_episodes=20", "agent.cycle_rows=512",
                              "agent.n_slots=16", "agent.n_workers=2"})
    recipe.insert(recipe.end(), {"--set", setting});
  for (const std::string& setting : more) recipe.insert(recipe.end(), {"--set", setting});
  return {std::move(recipe), {"model.tgn", "games.store"}};
}

Seconds time_of(const fs::path& directory, const Arguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  const ProgramResult result = run_program(directory, arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return std::chrono::steady_clock::now() - began;
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

// Everything that a run leaves, byte for byte: the newest checkpoint and the players that were
// judged, too. Only what is measured in seconds differs: the rows time/* of metrics.csv.
void check_same_end(const Subject& subject, const fs::path& a, const fs::path& b) {
  std::vector<std::string> files = subject.files;
  for (const std::string& name : files_in(a / "players")) files.push_back("players/" + name);
  CHECK(files_in(a / "players") == files_in(b / "players"));
  std::int64_t newest = -1;
  for (const std::string& name : files_in(a / "checkpoint"))
    if (name.ends_with(".tgn")) newest = std::max<std::int64_t>(newest, std::stoll(name));
  files.push_back("checkpoint/" + std::to_string(newest) + ".tgn");
  for (const std::string& file : files) {
    CAPTURE(file, b.string());
    CHECK(fs::file_size(a / file) > 0);
    CHECK((read_text(a / file) == read_text(b / file)));  // bytes are compared, not printed
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

// Asks the training of `subject` to stop, `stops` times, and resumes it.
void interrupt_and_compare(const TempDirectory& directory, const Subject& subject, int stops) {
  const Seconds whole = time_of(directory.path(), train(subject, "reference"));
  std::mt19937 random(21);
  std::uniform_real_distribution<double> life(0.2 * whole.count(), 0.6 * whole.count());
  int stopped = 0;
  for (int run = 1; stopped < stops; ++run) {
    const std::string out = "run" + std::to_string(run);
    for (bool ended = false; !ended;) {
      const bool begun = fs::exists(directory / out / "recipe.toml");
      Program program(directory.path(),
                      begun ? Arguments{"resume", out, "--quiet"} : train(subject, out));
      const int number = stopped % 2 == 0 ? SIGTERM : SIGINT;
      if (!program.ended_within(Seconds(life(random)))) program.signal(number);
      const ProgramResult result = program.wait();
      INFO(result.err);
      REQUIRE((result.code == 0 || result.code == 130 || result.code == 128 + number));
      stopped += result.code != 0 ? 1 : 0;
      ended = result.code == 0;
    }
    check_same_end(subject, directory / "reference", directory / out);
  }
}

#ifdef TENGEN_FAILING_CALLS
// Trains with the `n`-th call of that kind in the run's folder failing once; true if there was one.
bool fails_and_compare(const TempDirectory& directory, const Subject& subject, const char* call,
                       int n) {
  const std::string out = fmt::format("{}{}", call, n);
  ::setenv("LD_PRELOAD", TENGEN_FAILING_CALLS, 1);
  ::setenv("TENGEN_FAIL_CALL", call, 1);
  ::setenv("TENGEN_FAIL_NUMBER", std::to_string(n).c_str(), 1);
  ::setenv("TENGEN_FAIL_PATH", (out + "/checkpoint/").c_str(), 1);
  const ProgramResult result = run_program(directory.path(), train(subject, out));
  for (const char* name :
       {"LD_PRELOAD", "TENGEN_FAIL_CALL", "TENGEN_FAIL_NUMBER", "TENGEN_FAIL_PATH"})
    ::unsetenv(name);
  INFO(call << ' ' << n << ": " << result.err);
  REQUIRE(result.code == 0);
  check_same_end(subject, directory / "reference", directory / out);
  return result.err.find("warning: no checkpoint at") != std::string::npos;
}

// A write, a sync and a rename of checkpoints fail, each once.
void fail_and_compare(const Subject& subject) {
  const TempDirectory directory;
  static_cast<void>(time_of(directory.path(), train(subject, "reference")));
  int failed = 0;
  const std::pair<const char*, int> calls[] = {{"write", 1}, {"fsync", 4}, {"rename", 2}};
  for (const auto& [call, n] : calls)
    failed += fails_and_compare(directory, subject, call, n) ? 1 : 0;
  CHECK(failed == 3);
}
#endif

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

TEST_CASE("nor does a request to stop self-play, while games are played or learnt from") {
  const TempDirectory directory;
  // Many gradient steps a game: most requests come while they are made.
  interrupt_and_compare(directory, self_play({"agent.row_uses=12", "search.simulations=8"}), 4);
}

#ifdef TENGEN_FAILING_CALLS
TEST_CASE("a checkpoint that cannot be written changes nothing of what comes after") {
  Subject subject = agent(kContinuous);
  for (std::string& argument : subject.train)
    if (argument == "16000") argument = "2400";
  subject.files.back() = "checkpoint/2400.tgn";
  fail_and_compare(subject);
}

TEST_CASE("nor one of self-play") { fail_and_compare(self_play()); }
#endif

TEST_CASE("twenty kills at random instants change nothing", "[.slow]") {
  const TempDirectory directory;
  kill_and_compare(directory, agent(kReplay), 20);
}

TEST_CASE("twenty kills of self-play change nothing", "[.slow]") {
  const TempDirectory directory;
  kill_and_compare(directory, self_play(), 20);
}
