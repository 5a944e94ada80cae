// What runs and players are judged under, what figures count, and in what precision they compute.
#include "core/archive.hpp"
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>

using namespace tengen;
namespace fs = std::filesystem;

namespace {

// A run of a random player, with one row of figures at its end.
fs::path random_run(const TempDirectory& directory, const std::string& name,
                    const std::string& recipe) {
  write_text(directory / (name + ".toml"),
             "algo = \"random\"\nn_envs = 8\nlog_freq = 8000\nsteps = 8000\n" + recipe);
  const ProgramResult result = run_program(
      directory.path(), {"train", "./" + name + ".toml", "--out", name, "--threads", "1"});
  INFO(result.err);
  REQUIRE(result.code == 0);
  write_text(directory / name / "err.txt", result.err);
  return directory / name;
}

std::string figures_of(const TempDirectory& directory, const std::string& name,
                       const std::string& env) {
  const std::string figures =
      metrics_without_time(random_run(directory, name, "eval_freq = 0\n[env]\n" + env));
  CHECK_THAT(figures, ContainsSubstring("8000,rollout/ep_rew_mean,"));
  CHECK_THAT(figures, ContainsSubstring("8000,rollout/ep_len_mean,"));
  return figures;
}

}  // namespace

TEST_CASE("rollout figures are of whole games, without training aids") {
  const TempDirectory directory;
  const std::string breakout = "id = \"Breakout-v1\"\n", kung_fu = "id = \"KungFu-v0\"\n";
  CHECK(figures_of(directory, "lives", breakout + "episodic_life = true\n") ==
        figures_of(directory, "games", breakout));
  CHECK(figures_of(directory, "aided", kung_fu + "progress_reward = 2.0\n") ==
        figures_of(directory, "plain", kung_fu));
}

TEST_CASE("arcade players are judged on unseen starts and with sticky actions, and both are told") {
  const TempDirectory directory;
  const fs::path run = random_run(directory, "judged",
                                  "eval_freq = 8000\neval_episodes = 8\n"
                                  "[env]\nid = \"Breakout-v1\"\nepisodic_life = true\n"
                                  "[eval_env]\nepisodic_life = false\n");
  const std::string unseen = "episodic_life = false, noop_max = 60, random_start = 40";
  const std::string sticky = "episodic_life = false, repeat_action_probability = 0.25";
  const auto manifest = nlohmann::json::parse(read_text(run / "manifest.json"));
  CHECK(manifest.at("evaluation").at("unseen_starts") == unseen);
  CHECK(manifest.at("evaluation").at("sticky_actions") == sticky);
  CHECK_THAT(read_text(run / "err.txt"), ContainsSubstring(unseen) && ContainsSubstring(sticky));
  const std::string metrics = read_text(run / "metrics.csv");
  CHECK_THAT(metrics, ContainsSubstring("\n8000,eval/mean_reward,"));
  CHECK_THAT(metrics, ContainsSubstring("\n8000,eval/mean_reward/sticky_actions,"));

  // The run's own last evaluation survives its checkpoint.
  const std::string model = read_text(run / "model.tgn");
  REQUIRE(run_program(directory.path(), {"resume", "judged", "--quiet"}).code == 0);
  CHECK(read_text(run / "model.tgn") == model);

  const auto result =
      run_program(directory.path(), {"eval", "judged", "--episodes", "16", "--json"});
  REQUIRE(result.code == 0);
  const auto line = nlohmann::json::parse(result.out);
  CHECK(line.at("episodes") == 16);
  CHECK(line.at("different_games") == 16);
  CHECK(line.at("sticky_actions").at("different_games") == 16);
  CHECK(line.at("sticky_actions").at("mean_length") != line.at("mean_length"));
  const auto text = run_program(directory.path(), {"eval", "judged", "--episodes", "2"});
  CHECK_THAT(text.out, ContainsSubstring(unseen) && ContainsSubstring(sticky));
}

TEST_CASE("games that repeat themselves are counted") {
  const TempDirectory directory;
  // Ten rows and five columns: a player that is always right meets few different games.
  const auto result = run_program(
      directory.path(), {"eval", "oracle", "--env", "Catch-v0", "--episodes", "200", "--json"});
  const auto line = nlohmann::json::parse(result.out);
  CHECK(line.at("episodes") == 200);
  CHECK(line.at("different_games") >= 2);
  CHECK(line.at("different_games") <= 25);
}

TEST_CASE("a player computes as the machine does that it plays on, and the run says so") {
  const TempDirectory directory;
  const std::vector<std::string> train{
      "train", "catch-dqn", "--out",       "run",   "--steps",
      "1000",  "--set",     "eval_freq=0", "--set", "net.conv=[\"4@2s1\"]"};
  const auto precision_of = [&](const std::string& run) {
    return nlohmann::json::parse(read_text(directory / run / "manifest.json"))
        .at("precision")
        .get<std::string>();
  };
  const bool fast =
      run_program(directory.path(), {"--version"}).out.find("bfloat16 for") != std::string::npos;
  REQUIRE(run_program(directory.path(), train).code == 0);
  CHECK(precision_of("run") == (fast ? "bfloat16" : "float32"));
  const auto stored = ArchiveReader::read_file(directory / "run/model.tgn").string("model/recipe");
  CHECK_THAT(stored, ContainsSubstring("precision = \"auto\""));

  ::setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
  const ProgramResult version = run_program(directory.path(), {"--version"});
  const ProgramResult eval = run_program(directory.path(), {"eval", "run", "--episodes", "5"});
  const ProgramResult resumed = run_program(directory.path(), {"resume", "run", "--steps", "1200"});
  auto again = train;
  again[3] = "again";
  const ProgramResult slow = run_program(directory.path(), again);
  ::unsetenv("ONEDNN_MAX_CPU_ISA");
  CHECK_THAT(version.out, ContainsSubstring("\"auto\": float32 (ONEDNN_MAX_CPU_ISA=AVX2") ||
                              ContainsSubstring("no AVX-512 BF16"));
  CHECK(eval.code == 0);
  INFO(resumed.err << slow.err);
  CHECK(resumed.code == 0);
  CHECK((resumed.err.find("goes on in float32") != std::string::npos) == fast);
  REQUIRE(slow.code == 0);
  CHECK(precision_of("again") == "float32");
  CHECK_THAT(slow.err, ContainsSubstring("computes in float32"));
}
