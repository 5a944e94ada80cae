// `tengen detector design`: what it prints and leaves, and what it refuses.
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

using namespace tengen;
using nlohmann::json;

namespace {

std::vector<json> designs(const TempDirectory& directory, const char* env, const char* method,
                          std::vector<std::string> more) {
  std::vector<std::string> arguments{"detector", "design",  env,     "--method", method,
                                     "--json",   "--quiet", "--out", "out"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const ProgramResult result = run_program(directory.path(), arguments);
  CAPTURE(method, result.err);
  REQUIRE(result.code == 0);
  std::vector<json> out;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) out.push_back(json::parse(line));
  return out;
}

}  // namespace

TEST_CASE("detector design names a design that detector calo can read") {
  const TempDirectory directory;
  const auto found = designs(directory, "CaloBuild-v0", "hillclimb",
                             {"--budget", "50000", "--seeds", "2", "--seed", "3"});
  REQUIRE(found.size() == 2);
  CHECK(found[0]["seed"] == 3);
  CHECK(found[1]["seed"] == 4);
  for (const json& line : found) {
    CHECK(line["spent"] <= 50'000);
    CHECK(line["spent"] > 48'000);
    CHECK(line["reward_error"] > 0);
    // 50,000 showers say what the formulas say, but for the width of what is not quite normal.
    CHECK(line["reward"].get<double>() ==
          Approx(line["reward_analytic"].get<double>()).margin(0.1));
    const ProgramResult calo =
        run_program(directory.path(), {"detector", "calo", line["design"].get<std::string>()});
    CAPTURE(calo.err);
    CHECK(calo.code == 0);
  }
  std::ifstream curves(directory / "out/curves.csv");
  std::string header;
  std::getline(curves, header);
  CHECK(header == "method,seed,spent,reward");
  int rows = 0;
  for (std::string line; std::getline(curves, line);) ++rows;
  CHECK(rows > 10);
}

TEST_CASE("agents design at the same budget") {
  const TempDirectory directory;
  for (const char* agent : {"ppo", "dqn"}) {
    const auto found = designs(directory, "TrackerBuild-v0", agent,
                               {"--set", "problem=identical", "--budget", "150000"});
    REQUIRE(found.size() == 1);
    CHECK(found[0]["spent"] <= 150'000);
    CHECK(found[0]["designs"] <= 97);
    CHECK(found[0]["reward"] > -0.5);
  }
}

TEST_CASE("a trained player designs without a simulation, and no worse with some") {
  const TempDirectory directory;
  const auto named = [&](const char* budget) {
    const auto found = designs(directory, "CaloBuild-v0", "policy", {"--budget", budget});
    REQUIRE(found.size() == 1);
    return found[0];
  };
  const json greedy = named("1536"), best = named("76800");
  CHECK(greedy["designs"] == 1);
  CHECK(best["designs"] == 41);  // two rounds of 20
  CHECK(greedy["reward_analytic"] > 0.5);
  CHECK(best["reward_analytic"] > greedy["reward_analytic"].get<double>() - 0.01);
}

TEST_CASE("an agent with real actions turns knobs") {
  const TempDirectory directory;
  const auto found = designs(directory, "CaloTune-v0", "sac", {"--budget", "250000"});
  REQUIRE(found.size() == 1);
  CHECK(found[0]["designs"] == 162);
  CHECK(found[0]["reward"] > -2);
}

TEST_CASE("the best six slots are found exactly") {
  const TempDirectory directory;
  const auto found = designs(directory, "TrackerBuild-v0", "exact", {"--set", "problem=identical"});
  REQUIRE(found.size() == 1);
  CHECK(found[0]["spent"] == 0);
  CHECK(found[0]["reward"].get<double>() ==
        Approx(found[0]["reward_analytic"].get<double>()).margin(0.02));
  const ProgramResult tracker = run_program(
      directory.path(), {"detector", "tracker", found[0]["design"].get<std::string>(), "--json"});
  CHECK(json::parse(tracker.out)["J"].get<double>() ==
        Approx(-found[0]["reward_analytic"].get<double>()));
}

TEST_CASE("detector design says what it cannot do") {
  struct Case {
    std::vector<std::string> arguments;
    const char* message;
  };
  const std::vector<Case> cases{
      {{"CaloBuild-v0", "--method", "cmeas"}, "did you mean 'cmaes'?"},
      {{"CaloBild-v0"}, "did you mean 'CaloBuild-v0'?"},
      {{"CaloBuild-v0", "--set", "budgt=3"}, "budget"},
      {{"CaloBuild-v0", "--budget", "100"}, "less than one design costs: 1536 showers"},
      {{"TrackerBuild-v0", "--method", "exact"}, "too many to enumerate"},
      {{"CaloBuild-v0", "--method", "sac"}, "sac chooses continuous actions"},
  };
  const TempDirectory directory;
  for (const Case& c : cases) {
    std::vector<std::string> arguments{"detector", "design"};
    arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
    const ProgramResult result = run_program(directory.path(), arguments);
    CAPTURE(arguments, result.out, result.err);
    CHECK(result.code != 0);
    CHECK_THAT(result.err, ContainsSubstring(c.message));
  }
}
