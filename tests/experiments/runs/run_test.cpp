// Runs from the outside: what is written, and that stopping never changes what comes out.
#include "core/archive.hpp"
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <csignal>
#include <nlohmann/json.hpp>

using namespace tengen;
namespace fs = std::filesystem;

namespace {

// A run of a second or two that saves, judges and learns often.
std::vector<std::string> small_run(const std::string& out, const std::string& steps = "6000") {
  return {"train",
          "catch-dqn",
          "--out",
          out,
          "--steps",
          steps,
          "--quiet",
          "--set",
          "stop_at_reward=inf",
          "--set",
          "eval_freq=1000",
          "--set",
          "eval_episodes=20",
          "--set",
          "checkpoint_freq=500",
          "--set",
          "log_freq=200",
          "--threads",
          "1"};
}

const char* const kEndFiles[] = {"model.tgn", "best/model.tgn", "recipe.toml"};

void check_same_end(const fs::path& a, const fs::path& b) {
  for (const char* file : kEndFiles) {
    CAPTURE(file);
    CHECK(fs::file_size(a / file) > 0);
    CHECK(read_text(a / file) == read_text(b / file));
  }
  CHECK(metrics_without_time(a) == metrics_without_time(b));
}

void damage(const fs::path& file) {
  std::string bytes = read_text(file);
  bytes[bytes.size() / 2] ^= 1;
  write_text(file, bytes);
}

}  // namespace

TEST_CASE("a run's folder holds what it was made of and what came out") {
  const TempDirectory directory;
  auto arguments = small_run("run");
  arguments.emplace_back("--json");
  const ProgramResult result = run_program(directory.path(), arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto line = nlohmann::json::parse(result.out);
  CHECK(line.at("steps") == 6000);
  CHECK(line.at("ended_by") == "steps");
  CHECK(line.at("episodes") == 20);

  const fs::path run = directory / "run";
  const std::string recipe = read_text(run / "recipe.toml");
  for (const char* text :
       {"algo = \"dqn\"", "steps = 6000", "learning_rate = 0.001", "gamma = 0.99"})
    CHECK(recipe.find(text) != std::string::npos);
  CHECK(read_text(run / "command.txt").find("train catch-dqn --out run") != std::string::npos);
  const auto manifest = nlohmann::json::parse(read_text(run / "manifest.json"));
  for (const char* key : {"tengen", "revision", "seed", "libtorch", "blas", "processor", "bfloat16",
                          "precision", "threads"})
    CHECK(manifest.contains(key));
  const std::string metrics = read_text(run / "metrics.csv");
  for (const char* row : {"\n6000,rollout/ep_rew_mean,", "\n6000,eval/mean_reward,",
                          "\n6000,time/total_timesteps,6000\n", ",train/loss,", "\n200,time/fps,"})
    CHECK(metrics.find(row) != std::string::npos);
  CHECK(fs::exists(run / "checkpoint/6000.tgn"));
  CHECK(fs::exists(run / "checkpoint/5500.tgn"));
  CHECK(!fs::exists(run / "checkpoint/5000.tgn"));  // two are kept

  // The same command again refuses to overwrite; another run gets the same result.
  CHECK(run_program(directory.path(), arguments).code == 1);
  REQUIRE(run_program(directory.path(), small_run("again")).code == 0);
  check_same_end(run, directory / "again");
  // A finished run that is resumed stays what it is.
  REQUIRE(run_program(directory.path(), {"resume", "run", "--quiet"}).code == 0);
  check_same_end(run, directory / "again");
}

TEST_CASE("runs are numbered, found by their recipe's name, and evaluated") {
  const TempDirectory directory;
  const std::vector<std::string> arguments{"train",   "catch-dqn", "--steps",    "300",
                                           "--quiet", "--set",     "eval_freq=0"};
  REQUIRE(run_program(directory.path(), arguments).code == 0);
  REQUIRE(run_program(directory.path(), arguments).code == 0);
  CHECK(fs::exists(directory / "runs/catch-dqn/1/model.tgn"));
  CHECK(fs::exists(directory / "runs/catch-dqn/2/model.tgn"));
  for (const char* player :
       {"catch-dqn", "catch-dqn/1", "runs/catch-dqn/2", "runs/catch-dqn/1/model.tgn"}) {
    const auto result =
        run_program(directory.path(), {"eval", player, "--episodes", "7", "--json"});
    INFO(player << result.err);
    REQUIRE(result.code == 0);
    CHECK(nlohmann::json::parse(result.out).at("episodes") == 7);
  }
}

TEST_CASE("a model's manifest of another type is told by file, key and what would be right") {
  const TempDirectory directory;
  REQUIRE(run_program(directory.path(), small_run("run", "300")).code == 0);
  const ArchiveReader good = ArchiveReader::read_file(directory / "run/model.tgn");
  const std::pair<const char*, const char*> cases[] = {
      {"{\"algo\": 5}", "'bad.tgn': its manifest is damaged: algo = 5 must be a string"},
      {"{\"steps\": \"many\"}", "steps = \"many\" must be an integer"},
      {"[1, 2]", "it must be a JSON object"}};
  for (const auto& [manifest, expected] : cases) {
    ArchiveWriter bad;
    for (const std::string& name : good.names()) bad.put_bytes(name, good.bytes(name));
    bad.put_string("model/manifest", manifest);
    bad.write_file(directory / "bad.tgn");
    const ProgramResult result =
        run_program(directory.path(), {"watch", "bad.tgn", "--record", "x.png"});
    CHECK(result.code == 1);
    CHECK_THAT(result.err, ContainsSubstring(expected));
  }
}

TEST_CASE("a recipe that was cut short is refused, and one that was edited is not") {
  const TempDirectory directory;
  REQUIRE(run_program(directory.path(), small_run("run", "600")).code == 0);
  const fs::path recipe = directory / "run/recipe.toml";
  const std::string whole = read_text(recipe);
  const std::vector<std::string> resume{"resume", "run", "--quiet"};
  // Wherever it is cut, be it after a line, within one, or before the last end of line.
  for (const std::size_t size : {whole.size() / 4, whole.size() / 2,
                                 whole.rfind('\n', whole.size() - 2) + 1, whole.size() - 2}) {
    write_text(recipe, whole.substr(0, size));
    const ProgramResult result = run_program(directory.path(), resume);
    CAPTURE(size, result.err);
    CHECK(result.code == 1);
    CHECK_THAT(result.err, ContainsSubstring("recipe.toml"));
  }
  CHECK(read_text(directory / "run/recipe.checkpoint.toml") == whole);
  std::string edited = whole;
  edited.replace(edited.find("eval_episodes = 20"), 18, "eval_episodes = 21");
  write_text(recipe, edited);
  CHECK(run_program(directory.path(), resume).code == 0);
  // Figures are a by-product: what is none of theirs is moved aside.
  write_text(directory / "run/metrics.csv", "noise");
  const ProgramResult resumed = run_program(directory.path(), resume);
  CHECK(resumed.code == 0);
  CHECK_THAT(resumed.err, ContainsSubstring("metrics.csv.damaged"));
  CHECK(read_text(directory / "run/metrics.csv.damaged") == "noise");
}

TEST_CASE("damaged and foreign model files are refused in one line") {
  const TempDirectory directory;
  REQUIRE(run_program(directory.path(),
                      {"train", "catch-dqn", "--steps", "300", "--quiet", "--out", "run"})
              .code == 0);
  const std::string model = read_text(directory / "run/model.tgn");
  write_text(directory / "truncated.tgn", model.substr(0, model.size() / 2));
  write_text(directory / "damaged.tgn", model);
  damage(directory / "damaged.tgn");
  write_text(directory / "text.tgn", "not a model\n");
  ArchiveWriter empty;
  empty.write_file(directory / "empty.tgn");
  struct Case {
    std::vector<std::string> arguments;
    std::string expected;
  };
  const std::vector<Case> cases{
      {{"eval", "truncated.tgn"}, "truncated or damaged"},
      {{"eval", "damaged.tgn"}, "truncated or damaged"},
      {{"eval", "text.tgn"}, "is not a Tengen archive"},
      {{"eval", "empty.tgn"}, "is no model file"},
      {{"eval", "run/checkpoint/300.tgn"}, "is no model file"},
      {{"eval", "run/model.tgn", "--env", "CartPole-v1"}, "run/model.tgn"},  // other shapes
  };
  for (const Case& c : cases) {
    const ProgramResult result = run_program(directory.path(), c.arguments);
    CAPTURE(c.arguments, result.err);
    CHECK(result.code == 1);
    CHECK(result.out.empty());
    CHECK(std::ranges::count(result.err, '\n') == 1);
    CHECK(result.err.find(c.expected) != std::string::npos);
  }
}

TEST_CASE("Ctrl-C saves, and the resumed run ends like one that never stopped") {
  const TempDirectory directory;
  REQUIRE(run_program(directory.path(), small_run("reference", "20000")).code == 0);
  bool interrupted = false;
  for (int attempt = 0; attempt < 3 && !interrupted; ++attempt) {
    const std::string out = "run" + std::to_string(attempt);
    Program program(directory.path(), small_run(out, "20000"));
    while (!fs::exists(directory / out / "checkpoint/500.tgn") &&
           !program.ended_within(std::chrono::milliseconds(2))) {
    }
    program.signal(SIGINT);
    const ProgramResult result = program.wait();
    if (result.code == 0) continue;  // it was done before the signal came
    interrupted = true;
    CHECK(result.code == 130);
    CHECK(result.err.find("to go on: tengen resume " + out) != std::string::npos);
    REQUIRE(run_program(directory.path(), {"resume", out, "--quiet"}).code == 0);
    check_same_end(directory / "reference", directory / out);
  }
  CHECK(interrupted);
}

TEST_CASE("a damaged newest checkpoint falls back to the one before") {
  const TempDirectory directory;
  REQUIRE(run_program(directory.path(), small_run("reference")).code == 0);
  REQUIRE(run_program(directory.path(), small_run("run")).code == 0);
  damage(directory / "run/checkpoint/6000.tgn");
  const ProgramResult result = run_program(directory.path(), {"resume", "run", "--quiet"});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.err.find("warning: passing over the checkpoint of step 6000") != std::string::npos);
  check_same_end(directory / "reference", directory / "run");

  damage(directory / "run/checkpoint/6000.tgn");
  damage(directory / "run/checkpoint/5500.tgn");
  const ProgramResult none = run_program(directory.path(), {"resume", "run", "--quiet"});
  CHECK(none.code == 1);
  CHECK(none.err.find("no checkpoint of 'run' can be taken up") != std::string::npos);
}

TEST_CASE("a run can be extended, but trained by one process at a time") {
  const TempDirectory directory;
  REQUIRE(run_program(directory.path(), small_run("run", "1000")).code == 0);
  REQUIRE(run_program(directory.path(), {"resume", "run", "--steps", "2000", "--quiet"}).code == 0);
  CHECK(fs::exists(directory / "run/checkpoint/2000.tgn"));

  Program first(directory.path(), {"resume", "run", "--steps", "100000000", "--quiet"});
  while (!fs::exists(directory / "run/checkpoint/2500.tgn") &&
         !first.ended_within(std::chrono::milliseconds(2))) {
  }
  const fs::path elsewhere = directory / "elsewhere";
  fs::create_directory(elsewhere);
  const ProgramResult second =
      run_program(elsewhere, {"resume", (directory / "run").string(), "--quiet"});
  CHECK(second.code == 1);
  CHECK(second.err.find("is being trained by another process") != std::string::npos);
}

TEST_CASE("a full disk is one clear line, and the checkpoint before stands") {
  const TempDirectory directory;
  REQUIRE(run_program(directory.path(), small_run("run", "1000")).code == 0);
  const std::string before = read_text(directory / "run/checkpoint/1000.tgn");
  constexpr std::size_t kLimit = 16'384;  // more than the figures need, less than a model
  REQUIRE(before.size() > kLimit);
  const ProgramResult result = run_program(
      directory.path(), {"resume", "run", "--steps", "2000", "--quiet", "--threads", "1"}, kLimit);
  INFO(result.err);
  CHECK(result.code == 1);
  CHECK(result.err.find("warning: no checkpoint at step 1500") != std::string::npos);
  CHECK(result.err.find("File too large") != std::string::npos);
  CHECK(read_text(directory / "run/checkpoint/1000.tgn") == before);
  REQUIRE(run_program(directory.path(), {"resume", "run", "--steps", "2000", "--quiet"}).code == 0);
}

TEST_CASE("self-play starts from a player that another run left") {
  const TempDirectory directory;
  const auto train = [&](const std::string& out, const std::vector<std::string>& settings) {
    std::vector<std::string> arguments{"train", "tictactoe-alphazero", "--quiet", "--steps",
                                       "300",   "--threads",           "1",       "--out",
                                       out};
    for (const char* setting : {"eval_freq=0", "agent.cycle_rows=512", "agent.n_slots=16"})
      arguments.insert(arguments.end(), {"--set", setting});
    for (const std::string& setting : settings)
      arguments.insert(arguments.end(), {"--set", setting});
    return run_program(directory.path(), arguments);
  };
  REQUIRE(train("first", {}).code == 0);
  // A learning rate of 0: the player stays what it was, in a larger network, too.
  REQUIRE(train("same", {"start_from=first/model.tgn", "agent.learning_rate=0.0"}).code == 0);
  const auto weights = [&](const char* run) {
    const auto reader = ArchiveReader::read_file(directory / run / "model.tgn");
    const auto bytes = reader.bytes("agent/average/values");
    return std::vector(bytes.begin(), bytes.end());
  };
  CHECK(weights("same") == weights("first"));
  CHECK(train("larger", {"start_from=first", "net.channels=24"}).code == 0);

  struct Case {
    std::vector<std::string> settings;
    std::string expected;
  };
  const std::vector<Case> cases{
      {{"start_from=frist"}, "unknown model or run 'frist'"},
      {{"start_from=random"}, "not a model file"},
      {{"start_from=go9"}, "it plays Go-v0, this recipe TicTacToe-v0"},
      {{"start_from=pong"}, "it plays Pong-v1, this recipe TicTacToe-v0"},
      {{"start_from=first", "net.channels=8"}, "no room for stem.weight 16x"},
  };
  for (const Case& c : cases) {
    const ProgramResult result = train("wrong", c.settings);
    CAPTURE(c.settings, result.err);
    CHECK(result.code != 0);
    CHECK(result.err.find(c.expected) != std::string::npos);
    fs::remove_all(directory / "wrong");
  }
}

TEST_CASE("files of others in --out are found before anything is written") {
  const TempDirectory directory;
  const std::pair<const char*, const char*> others[] = {
      {"manifest.json", R"({"name": "a web page"})"},
      {"metrics.csv", "epoch,loss\n"},
      {"model.tgn", "x"},
      {"command.txt", "rm"},
      {"events.out.tfevents.1", "x"},
      {"lock", "12345"},
      {"games.store", "x"}};
  for (const auto& [name, text] : others) {
    const fs::path out = directory / "out";
    fs::create_directory(out);
    write_text(out / name, text);
    const ProgramResult result = run_program(directory.path(), small_run("out"));
    CAPTURE(name, result.err);
    CHECK(result.code == 1);
    CHECK(result.err.find(std::string("'out' holds a ") + name) != std::string::npos);
    CHECK(std::distance(fs::directory_iterator(out), {}) == 1);
    CHECK(read_text(out / name) == text);
    fs::remove_all(out);
  }
  // What a killed start left is no hindrance, nor is what a run does not touch.
  fs::create_directory(directory / "out");
  write_text(directory / "out/lock", "");
  write_text(directory / "out/manifest.json", R"({"tengen": "0.1.0", "recipe": "catch-dqn"})");
  write_text(directory / "out/notes.txt", "mine");
  CHECK(run_program(directory.path(), small_run("out", "300")).code == 0);
}

TEST_CASE("what cannot be saved beside the checkpoint is a warning") {
  const TempDirectory directory;
  REQUIRE(run_program(directory.path(), small_run("run", "500")).code == 0);
  // Nothing can be renamed over a folder with something in it.
  const fs::path best = directory / "run/best/model.tgn";
  fs::remove(best);
  fs::create_directories(best / "in the way");
  const ProgramResult result =
      run_program(directory.path(), {"resume", "run", "--steps", "3000", "--quiet"});
  INFO(result.err);
  CHECK(result.code == 0);
  CHECK(result.err.find("tengen: warning: the best player of step ") != std::string::npos);
  CHECK(fs::exists(directory / "run/checkpoint/3000.tgn"));

  // Figures beyond a limit that leaves room for everything else.
  const TempDirectory other;
  REQUIRE(run_program(other.path(), small_run("run", "500")).code == 0);
  std::string metrics = read_text(other / "run/metrics.csv");
  const std::size_t limit = 1'000'000;
  while (metrics.size() < limit - 100) metrics += "400,a/b,123456789\n";
  write_text(other / "run/metrics.csv", metrics);
  const ProgramResult full = run_program(
      other.path(), {"resume", "run", "--steps", "3000", "--quiet", "--threads", "1"}, limit);
  INFO(full.err);
  CHECK(full.code == 0);
  const std::string warning = "tengen: warning: figures are not written: ";
  CHECK(full.err.find(warning) != std::string::npos);
  CHECK(full.err.find(warning, full.err.find(warning) + 1) == std::string::npos);  // once
  CHECK(fs::exists(other / "run/checkpoint/3000.tgn"));
}

TEST_CASE("a seed beyond 2^63 is kept, and steps may be written as 3e2") {
  const TempDirectory directory;
  const std::vector<std::string> arguments{"train",   "catch-dqn",
                                           "--steps", "3e2",
                                           "--seed",  "18446744073709551615",
                                           "--set",   "eval_freq=0",
                                           "--set",   "agent.learning_starts=1_000",
                                           "--out",   "run",
                                           "--quiet"};
  const ProgramResult result = run_program(directory.path(), arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.err.find("agent.learning_starts = 1000, and the run ends at 300 steps: nothing will "
                        "be learnt") != std::string::npos);
  const std::string recipe = read_text(directory / "run/recipe.toml");
  CHECK(recipe.find("seed = \"18446744073709551615\"\n") != std::string::npos);
  CHECK(recipe.find("steps = 300\n") != std::string::npos);
  const auto manifest = nlohmann::json::parse(read_text(directory / "run/manifest.json"));
  CHECK(manifest.at("seed") == 18446744073709551615ULL);
  CHECK(run_program(directory.path(), {"resume", "run", "--steps", "1_000", "--quiet"}).code == 0);
  CHECK(fs::exists(directory / "run/checkpoint/1000.tgn"));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which want all addresses
TEST_CASE("what asks for too much memory is named") {
  const TempDirectory directory;
  const Surroundings small{.memory_limit = std::size_t{8} << 30};
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"cartpole-ppo", "--set", "n_envs=65536", "--set", "agent.n_steps=65535"},
       "it asks for n_envs = 65536, agent.n_steps = 65535"},
      {{"catch-dqn", "--set", "agent.buffer_size=1e9", "--steps", "2e9"}, "buffer_size"}};
  for (const auto& [recipe, expected] : cases) {
    std::vector<std::string> arguments{"train"};
    arguments.insert(arguments.end(), recipe.begin(), recipe.end());
    const ProgramResult result = run_program(directory.path(), arguments, small);
    CAPTURE(recipe, result.err);
    CHECK(result.code == 1);
    CHECK(result.err.find(expected) != std::string::npos);
  }
  CHECK(!fs::exists(directory / "runs"));
}
#endif

#ifdef TENGEN_NO_FLOCK
TEST_CASE("a file system without locks is warned of") {
  const TempDirectory directory;
  const ProgramResult result = run_program(directory.path(), small_run("run", "300"),
                                           Surroundings{.preloaded = TENGEN_NO_FLOCK});
  INFO(result.err);
  CHECK(result.code == 0);
  CHECK(result.err.find("warning: 'run' cannot be locked (") != std::string::npos);
}
#endif
