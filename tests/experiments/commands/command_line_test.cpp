// What people see when they type something wrong, and what scripts read.
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <nlohmann/json.hpp>

using namespace tengen;
using nlohmann::json;

namespace {

struct WrongLine {
  std::vector<std::string> arguments;
  std::string expected;  // in the message
};

}  // namespace

TEST_CASE("a wrong command line is one clear line and exit code 2") {
  const TempDirectory directory;
  const std::vector<WrongLine> cases{
      {{"trian"}, "unknown command 'trian'; did you mean 'train'?"},
      {{"train"}, "RECIPE is required"},
      {{"train", "catch-dqm"}, "unknown recipe 'catch-dqm'; did you mean 'catch-dqn'?"},
      {{"train", "nowhere/catch.toml"}, "there is no recipe file 'nowhere/catch.toml'"},
      {{"train", "catch-dqn", "--thread", "1"},
       "unknown option '--thread'; did you mean '--threads'?"},
      {{"train", "catch-dqn", "--seed", "x"}, "--seed: x is no integer of 64 bits"},
      {{"train", "catch-dqn", "--seed", "18446744073709551616"}, "is no integer of 64 bits"},
      {{"train", "catch-dqn", "--steps", "1e30"}, "--steps: 1e30 is no integer of 64 bits"},
      {{"train", "catch-dqn", "--steps", "9223372036854775808"}, "is no integer of 64 bits"},
      {{"train", "catch-dqn", "--steps", "1.5"}, "--steps: 1.5 is no integer"},
      {{"train", "catch-dqn", "--set", "steps=1e30"}, "steps = 1e+30: must be an integer"},
      {{"train", "catch-dqn", "--set", "steps=99999999999999999999"}, "must be an integer"},
      {{"train", "catch-dqn", "--set", "agent.learning_rat=1"},
       "agent.learning_rat: unknown key; did you mean 'agent.learning_rate'?"},
      {{"train", "catch-dqn", "--set", "n_envs=0"}, "n_envs = 0: must be between 1 and"},
      {{"train", "catch-dqn", "--set", "steps=many"}, "steps = \"many\": must be an integer"},
      {{"train", "catch-dqn", "--set", "stop_at_reward=soon"},
       "stop_at_reward = \"soon\": must be a number or \"none\""},
      {{"train", "catch-dqn", "--set", "algo=dqm"}, "unknown agent 'dqm'; did you mean 'dqn'?"},
      {{"train", "catch-dqn", "--set", "env.id=Cach-v0"}, "did you mean 'Catch-v0'?"},
      {{"train", "catch-dqn", "--set", "eval_env.sise=3"}, "unknown key"},
      {{"train", "catch-dqn", "--set", "name=a/b"}, "folder's name"},
      {{"train", "catch-dqn", "--device", "gpu"}, "unknown device 'gpu'"},
      {{"resume", "nothing"}, "there is no run 'nothing'"},
      {{"eval", "pnog", "--env", "Pong-v1"}, "unknown model or run 'pnog'"},
      {{"eval", "catch-dqn"}, "recipe 'catch-dqn' has no run here yet"},
      {{"eval", "missing/model.tgn"}, "there is no model file or run 'missing/model.tgn'"},
      {{"eval", "random"}, "needs a game: --env"},
      {{"eval", "random", "--env", "Catch-v1"}, "did you mean 'Catch-v0'?"},
      {{"eval", "oracle", "--env", "CartPole-v1"}, "no scripted expert"},
      {{"eval", "random", "--env", "Catch-v0", "--episodes", "0"}, "--episodes"},
      {{"list", "agnts"}, "did you mean 'agents'?"},
      {{"bench", "evns"}, "did you mean 'envs'?"},
      {{"detector", "calx", "d.json"}, "unknown detector command 'calx'; did you mean 'calo'?"},
      {{"detector", "calo", "d.json", "--event", "5"}, "did you mean '--events'?"},
      {{"check", "Hex-v0", "--set", "tracks=5"}, "tracks: unknown key"},
      {{"train", "tictactoe-alphazero", "--set", "agent.n_workers=1024", "--set",
        "agent.n_slots=65536"},
       "at most 65536 games at once"},
      {{"watch", "random", "--env", "Catch-v0", "--record", "x.png", "--frames", "1000000"},
       "a contact sheet has 400 pictures at most"},
      {{"resume", std::string(3000, 'q')}, fmt::format("there is no run '{:q>80}…'", "")},
      {{"signature", "Pongv0"}, "did you mean 'Pong-v1'?"},
  };
  for (const WrongLine& c : cases) {
    const ProgramResult result = run_program(directory.path(), c.arguments);
    CAPTURE(c.arguments, result.err);
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK(result.err.starts_with("tengen: "));
    CHECK(std::ranges::count(result.err, '\n') == 1);
    CHECK(result.err.find(c.expected) != std::string::npos);
  }
  CHECK(!std::filesystem::exists(directory / "runs"));  // nothing was begun
}

TEST_CASE("help and version go to standard output") {
  const TempDirectory directory;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"train", "--help"}, {"--version"}}) {
    const ProgramResult result = run_program(directory.path(), arguments);
    CHECK(result.code == 0);
    CHECK(!result.out.empty());
    CHECK(result.err.empty());
  }
}

TEST_CASE("list, signature and eval print JSON lines") {
  const TempDirectory directory;
  for (const char* what : {"envs", "agents", "recipes"}) {
    const ProgramResult result = run_program(directory.path(), {"list", what, "--json"});
    const auto lines = lines_of(result.out);
    CHECK(lines.size() >= 2);
    if (what == std::string("agents"))  // whatever a recipe's algo may be
      for (const char* name : {"alphago", "alphazero", "dqn"})
        CHECK(std::ranges::count(lines, name, [](const json& line) {
                return line.at("name").get<std::string>();
              }) == 1);
    for (const json& line : lines) {
      CHECK(!line.at("name").get<std::string>().empty());
      CHECK(!line.at("description").get<std::string>().empty());
    }
  }
  std::string first;
  for (const char* threads : {"1", "3", "8"}) {
    const auto result =
        run_program(directory.path(), {"signature", "dqn", "--json", "--threads", threads});
    REQUIRE(result.code == 0);
    const std::string value = lines_of(result.out).at(0).at("signature");
    CHECK(value.size() == 16);
    if (first.empty()) first = value;
    CHECK(value == first);
  }
  const ProgramResult result = run_program(
      directory.path(), {"eval", "oracle", "--env", "Catch-v0", "--episodes", "50", "--json"});
  const json line = lines_of(result.out).at(0);
  CHECK(line.at("mean_reward") == 1.0);
  CHECK(line.at("std_reward") == 0.0);
  CHECK(line.at("mean_length") == 9.0);
  CHECK(line.at("episodes") == 50);
}
