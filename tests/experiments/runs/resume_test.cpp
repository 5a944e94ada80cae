// What may change in a run that goes on, what not; environments that break; runs that begin with
// another's weights.
#include "core/archive.hpp"
#include "core/config.hpp"
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

using namespace tengen;
namespace fs = std::filesystem;

namespace {

// Small and quick; judged, saved and scheduled.
constexpr const char* kTiny = R"(algo = "a2c"
steps = 400
n_envs = 4
log_freq = 40
eval_freq = 200
eval_episodes = 2
checkpoint_freq = 100
[env]
id = "CartPole-v1"
[agent]
n_steps = 10
learning_rate_schedule = "linear"
[net]
hidden = [8]
)";

ProgramResult train(const fs::path& directory, const std::string& out,
                    const std::vector<std::string>& settings = {},
                    const std::string& recipe = "tiny.toml") {
  std::vector<std::string> arguments{"train", recipe, "--out", out, "--quiet", "--threads", "1"};
  for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
  return run_program(directory, arguments);
}

ProgramResult resume(const fs::path& directory, const std::string& run,
                     std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"resume", run, "--quiet", "--threads", "1"});
  return run_program(directory, more);
}

std::vector<float> weights(const fs::path& model) {
  const auto reader = ArchiveReader::read_file(model);
  std::vector<float> out(reader.bytes("agent/online/values").size() / sizeof(float));
  reader.get_span<float>("agent/online/values", out);
  return out;
}

void replace(const fs::path& file, const std::string& from, const std::string& to) {
  std::string text = read_text(file);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  write_text(file, text.replace(at, from.size(), to));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

fs::path library(const std::string& name) {
  return fs::path(TENGEN_PLUGIN_DIR) / ("libplugin_" + name + ".so");
}

// The rate at every row of figures, by step.
std::vector<double> rates(const fs::path& run) {
  std::vector<double> out;
  std::istringstream file(read_text(run / "metrics.csv"));
  for (std::string line; std::getline(file, line);)
    if (const auto at = line.find(",train/learning_rate,"); at != std::string::npos)
      out.push_back(std::stod(line.substr(line.rfind(',') + 1)));
  return out;
}

}  // namespace

TEST_CASE("what a run learns nothing from may change, is said, and is kept") {
  const TempDirectory directory;
  write_text(directory / "tiny.toml", kTiny);
  REQUIRE(train(directory.path(), "run").code == 0);
  const auto changed =
      resume(directory.path(), "run",
             {"--steps", "800", "--set", "eval_episodes=5", "--set", "agent.gamma=0.9", "--json"});
  INFO(changed.err);
  REQUIRE(changed.code == 0);
  CHECK(nlohmann::json::parse(changed.out).at("episodes") == 5);
  for (const char* line :
       {"changed after 400 steps: agent.gamma: 0.99 → 0.9\n",
        "changed after 400 steps: eval_episodes: 2 → 5\n",
        "changed after 400 steps: steps: 400 → 800\n",
        "at the end and staying there: agent.learning_rate_schedule; to learn on"})
    CHECK(has(changed.err, line));
  CHECK(std::ranges::count(changed.err, '\n') == 4);

  const std::string recipe = read_text(directory / "run/recipe.toml");
  CHECK(has(recipe, "steps = 800\n"));
  CHECK(has(recipe, "eval_episodes = 5\n"));
  CHECK(has(read_text(directory / "run/command.txt"), "--set eval_episodes=5"));
  const auto manifest = nlohmann::json::parse(read_text(directory / "run/manifest.json"));
  CHECK(manifest.at("resumed").at(0).at("step") == 400);
  CHECK(manifest.at("resumed").at(0).at("changes").size() == 3);

  const auto again = resume(directory.path(), "run");
  REQUIRE(again.code == 0);
  CHECK(again.err.empty());
}

TEST_CASE("a lengthened run's schedules go on without a jump, an unchanged one is the same run") {
  const TempDirectory directory;
  write_text(directory / "tiny.toml", kTiny);
  REQUIRE(train(directory.path(), "whole").code == 0);
  // Stopped in the middle: as a kill leaves it.
  REQUIRE(train(directory.path(), "run").code == 0);
  fs::copy(directory / "run", directory / "longer", fs::copy_options::recursive);
  for (const char* run : {"run", "longer"}) fs::remove(directory / run / "checkpoint/400.tgn");
  REQUIRE(resume(directory.path(), "run").code == 0);
  for (const char* file : {"model.tgn", "recipe.toml", "checkpoint/400.tgn"})
    CHECK(read_text(directory / "run" / file) == read_text(directory / "whole" / file));

  REQUIRE(resume(directory.path(), "longer", {"--set", "steps=1200"}).code == 0);
  const std::vector<double> rate = rates(directory / "longer");
  REQUIRE(rate.size() == 30);
  CHECK(std::ranges::is_sorted(rate, std::greater{}));
  for (std::size_t i = 1; i < rate.size(); ++i) CHECK(rate[i - 1] - rate[i] < 0.12 * rate[0]);
  CHECK(rate.back() == 0);
}

TEST_CASE("SAC's temperature may be set where it was learnt, and the other way round") {
  const TempDirectory directory;
  REQUIRE(run_program(directory.path(), {"train", "pendulum-sac", "--steps", "200", "--quiet",
                                         "--set", "eval_episodes=1", "--out", "run"})
              .code == 0);
  for (const char* setting : {"agent.ent_coef=0.1", "agent.ent_coef=auto"}) {
    const auto result = resume(directory.path(), "run", {"--set", setting, "--quiet"});
    CAPTURE(setting, result.err);
    CHECK(result.code == 0);
  }
}

TEST_CASE("what does not fit a checkpoint is refused, and the run stays as it was") {
  const TempDirectory directory;
  write_text(directory / "tiny.toml", kTiny);
  REQUIRE(train(directory.path(), "run").code == 0);
  const std::string recipe = read_text(directory / "run/recipe.toml");
  const std::pair<const char*, const char*> cases[] = {
      {"net.hidden=[16]", "net.hidden: [8] → [16] does not fit"},
      {"algo=ppo", "algo: \"a2c\" → \"ppo\" does not fit"},
      {"n_envs=8", "n_envs: 4 → 8 does not fit"},
      {"seed=5", "seed: 0 → 5 does not fit"},
      {"agent.normalize_observation=true", "agent.normalize_observation: false → true"},
      {"agent.n_steps=20", "agent.n_steps: 10 → 20 does not fit"},
      {"agent.optimizer=adam", "agent.optimizer: \"rmsprop\" → \"adam\" does not fit"},
      {"env.id=Acrobot-v1", "env.id: \"CartPole-v1\" → \"Acrobot-v1\" does not fit"},
      {"agent.gama=0.9", "agent.gama: unknown key"},
      {"start_from=pong", "start_from is where a new run begins"},
  };
  for (const auto& [setting, expected] : cases) {
    const auto result = resume(directory.path(), "run", {"--set", setting, "--steps", "500"});
    CAPTURE(setting, result.err);
    CHECK(result.code == 2);
    CHECK(has(result.err, expected));
    CHECK(std::ranges::count(result.err, '\n') == 1);
    CHECK(read_text(directory / "run/recipe.toml") == recipe);
  }
  // The same where the file was edited.
  replace(directory / "run/recipe.toml", "normalize_reward = false", "normalize_reward = true");
  const auto edited = resume(directory.path(), "run", {"--steps", "500"});
  CHECK(edited.code == 2);
  CHECK(has(edited.err, "agent.normalize_reward: false → true does not fit"));
}

TEST_CASE("an environment that breaks in training is named, and the checkpoint stands") {
  const TempDirectory directory;
  std::string recipe = kTiny;
  recipe.replace(recipe.find("CartPole-v1"), 11, "Faulty-v0");
  recipe.replace(recipe.find("eval_freq = 200"), 15, "eval_freq = 0");
  write_text(directory / "faulty.toml",
             "plugins = [\"" + library("faulty").string() + "\"]\n" + recipe);
  const std::pair<const char*, const char*> cases[] = {
      {"nan_reward", "'Faulty-v0', lane 0, step 3: the reward is nan"},
      {"infinite_observation", "'Faulty-v0', lane 0, step 3: element 0 of the observation is inf"},
      {"empty_mask", "'Faulty-v0', lane 0, step 3: its mask allows none of the 2 actions"},
      {"throws", "'Faulty-v0', lane 0, step 3: step threw: cannot open levels.txt"},
      {"throws_int", "'Faulty-v0', lane 0, step 3: step threw: 42 (an int)"},
      {"empty_space", "'Faulty-v0' is badly described: observation space: extent 0"},
      {"no_actions", "'Faulty-v0' is badly described: action space: 0 actions"},
      {"maker_throws", "'Faulty-v0' cannot be made: an exception of type char"},
  };
  for (const auto& [fault, expected] : cases) {
    const auto result = train(directory.path(), std::string("run-") + fault,
                              {std::string("env.fault=") + fault}, "faulty.toml");
    CAPTURE(fault, result.err);
    CHECK(result.code == 1);
    CHECK(has(result.err, expected));
    CHECK(!has(result.err, "learning_rate"));
    CHECK(!has(result.err, "bug"));
    CHECK(std::ranges::count(result.err, '\n') == 1);
  }
  const auto checked =
      run_program(directory.path(), {"check", "Faulty-v0", "--plugin", library("faulty").string(),
                                     "--set", "fault=maker_throws"});
  INFO(checked.out << checked.err);
  CHECK(checked.code == 1);
  CHECK(has(checked.out + checked.err, "char"));
  const auto late =
      train(directory.path(), "late", {"env.fault=nan_reward", "env.at=60"}, "faulty.toml");
  CHECK(late.code == 1);
  CHECK(has(late.err, "lane 0, step 60: the reward is nan"));
  CHECK(has(late.err, "the checkpoint after 200 steps stands; to go on: tengen resume late"));
  CHECK(fs::exists(directory / "late/checkpoint/200.tgn"));
}

TEST_CASE("a recipe's plug-ins are beside it, and one that was built anew is named") {
  const TempDirectory directory;
  fs::create_directories(directory / "recipes/lib");
  const fs::path plugin = directory / "recipes/lib/counts.so";
  const auto build = [&](const char* which) {
    fs::remove(plugin);  // a library that is loaded must not be written over
    fs::copy_file(library(which), plugin);
  };
  build("state_1");
  std::string recipe = kTiny;
  recipe.replace(recipe.find("CartPole-v1"), 11, "Idle-v0");
  write_text(directory / "recipes/idle.toml", "plugins = [\"lib/counts.so\"]\n" + recipe);
  const auto first = train(directory.path(), "run", {}, "recipes/idle.toml");
  INFO(first.err);
  REQUIRE(first.code == 0);
  const auto plugins =
      Config::from_file(directory / "run/recipe.toml").get<std::vector<std::string>>("plugins", {});
  REQUIRE(plugins.size() == 1);
  CHECK(fs::equivalent(plugins[0], plugin));
  CHECK(fs::path(plugins[0]).is_absolute());
  fs::create_directory(directory / "elsewhere");
  const std::string run = (directory / "run").string();
  CHECK(run_program(directory / "elsewhere", {"eval", run, "--episodes", "2"}).code == 0);
  const auto same = resume(directory / "elsewhere", run, {"--steps", "500"});
  CHECK(same.code == 0);
  CHECK(!has(same.err, "warning"));

  build("state_3");
  const auto other = resume(directory.path(), "run", {"--steps", "600"});
  CHECK(other.code == 0);
  CHECK(has(other.err, "Idle-v0 of plug-in " + plugins[0] + " does not play as it did"));
  build("state_2");
  const auto larger = resume(directory.path(), "run", {"--steps", "700"});
  INFO(larger.err);
  CHECK(larger.code == 1);
  CHECK(has(larger.err, "a lane of Idle-v0 has 4 bytes, that of this program's 8"));
  CHECK(has(larger.err, plugins[0] + ": was it built anew?"));
}

TEST_CASE("a new run begins with the weights of a model or a run") {
  const TempDirectory directory;
  write_text(directory / "tiny.toml", kTiny);
  REQUIRE(train(directory.path(), "first").code == 0);
  // A learning rate of 0: the player stays what it was.
  for (const char* from : {"first", "first/model.tgn"}) {
    const std::string out = std::string("same-") + (from[5] == '/' ? "model" : "run");
    REQUIRE(train(directory.path(), out,
                  {std::string("start_from=") + from, "agent.learning_rate=0.0", "seed=3"})
                .code == 0);
    CHECK(weights(directory / out / "model.tgn") == weights(directory / "first/model.tgn"));
  }
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"start_from=frist"}, "unknown model or run 'frist'"},
      {{"start_from=random"}, "not a model file"},
      {{"start_from=first", "net.hidden=[16]"},
       "what a2c learnt on CartPole-v1 does not fit a2c on CartPole-v1: "},
      {{"start_from=first", "net.hidden=[16]"}, "hidden1.weight 8x4 where this recipe's has "},
      {{"start_from=first", "env.id=Acrobot-v1"}, "on CartPole-v1 does not fit a2c on Acrobot-v1"},
      {{"start_from=pong"}, "learnt on Pong-v1 does not fit a2c on CartPole-v1"},
  };
  for (const auto& [settings, expected] : cases) {
    const auto result = train(directory.path(), "wrong", settings);
    CAPTURE(settings, result.err);
    CHECK(result.code == 2);
    CHECK(has(result.err, expected));
    CHECK(!fs::exists(directory / "wrong"));  // nothing was begun
  }
}
