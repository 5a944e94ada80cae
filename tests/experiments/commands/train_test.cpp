// Training without a recipe of one's own: an agent on an environment, a recipe on another one.
#include "core/config.hpp"
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

using namespace tengen;

namespace {

// The resolved recipe of a run that these arguments made in `directory`/run.
Config trained(const TempDirectory& directory, std::vector<std::string> arguments,
               ProgramResult& result) {
  for (const char* more : {"--threads", "1", "--quiet", "--out", "run"})
    arguments.emplace_back(more);
  result = run_program(directory.path(), arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return Config::from_file(directory.path() / "run" / "recipe.toml");
}

}  // namespace

TEST_CASE("an agent learns an environment without a recipe") {
  ProgramResult result;
  const TempDirectory vectors, pictures;
  const Config pole =
      trained(vectors, {"train", "ppo", "--env", "CartPole-v1", "--steps", "2048"}, result);
  CHECK(pole.get("env.id", "") == "CartPole-v1");
  CHECK(pole.get("name", "") == "ppo-CartPole-v1");
  CHECK(pole.get("agent.normalize_observation", false));

  const Config catches = trained(pictures,
                                 {"train", "dqn", "--env", "Freeway-v1", "--set", "eval_freq=0",
                                  "--steps", "64", "--set", "env.size=42"},
                                 result);
  CHECK(catches.get<int>("agent.frame_stack", 0) == 4);
  CHECK(catches.get("net.body", "") == "small");
}

TEST_CASE("a recipe on another environment drops what was meant for its own, and says so") {
  const TempDirectory directory;
  ProgramResult result;
  const Config moved =
      trained(directory, {"train", "cartpole-ppo", "--env", "Catch-v0", "--steps", "2048"}, result);
  CHECK(moved.get("env.id", "") == "Catch-v0");
  CHECK(moved.get<int>("agent.n_epochs", 0) == 10);
  CHECK_THAT(result.err, ContainsSubstring("dropped") && ContainsSubstring("stop_at_reward"));
}

TEST_CASE("a key of a recipe can be unset") {
  const TempDirectory directory;
  ProgramResult result;
  const Config config = trained(
      directory,
      {"train", "cartpole-ppo", "--unset", "stop_at_reward", "--unset", "net", "--steps", "2048"},
      result);
  CHECK_FALSE(config.get<double>("stop_at_reward", 0) < 1000);

  result = run_program(directory.path(), {"train", "cartpole-ppo", "--unset", "agent.n_stps"});
  CHECK(result.code == 2);
  CHECK_THAT(result.err, ContainsSubstring("did you mean 'agent.n_steps'?"));
}

TEST_CASE("a run that ends says why") {
  const TempDirectory directory;
  ProgramResult result =
      run_program(directory.path(), {"train", "cartpole-ppo", "--steps", "2048", "--set",
                                     "stop_at_reward=1", "--threads", "1", "--out", "run"});
  CHECK_THAT(result.err, ContainsSubstring("stop_at_reward = 1, is reached after 2048 of 2048"));
  result = run_program(directory.path(), {"resume", "run", "--threads", "1"});
  CHECK(result.code == 0);
  CHECK_THAT(result.err, ContainsSubstring("had ended already") &&
                             ContainsSubstring("tengen resume run --steps N"));

  result =
      run_program(directory.path(), {"train", "cartpole-ppo", "--steps", "2048", "--set",
                                     "stop_at_reward=none", "--threads", "1", "--out", "other"});
  CHECK(result.code == 0);
  CHECK_THAT(result.err, !ContainsSubstring("goal") && !ContainsSubstring("ended already"));
}

TEST_CASE("an agent needs an environment that it can act in") {
  const TempDirectory directory;
  const auto error_of = [&](const std::vector<std::string>& arguments) {
    const ProgramResult result = run_program(directory.path(), arguments);
    CHECK(result.code == 2);
    return result.err;
  };
  CHECK_THAT(error_of({"train", "ppo"}), ContainsSubstring("--env"));
  CHECK_THAT(error_of({"train", "ppo", "--env", "Pnog-v0"}), ContainsSubstring("did you mean"));
  CHECK_THAT(error_of({"train", "sac", "--env", "CartPole-v1"}),
             ContainsSubstring("chooses continuous actions"));
}
