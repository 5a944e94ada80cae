// `tengen detector`: answers in the promised form, and bad designs.
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace tengen;
using nlohmann::json;

namespace {

constexpr const char* kStack =
    R"({"segments":[{"n":60,"absorber":"Pb","t_abs_cm":0.2,"active":"Sc","t_act_cm":0.4}]})";

}  // namespace

TEST_CASE("detector calo answers a line an energy, in both modes") {
  const TempDirectory directory;
  write_text(directory / "stack.json", kStack);
  std::vector<json> by_mode[2];
  for (const int analytic : {0, 1}) {
    const ProgramResult result = run_program(
        directory.path(), {"detector", "calo", "stack.json", "--energies", "2,10", "--events",
                           "2000", "--mode", analytic == 1 ? "analytic" : "mc", "--json"});
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    by_mode[analytic] = lines_of(result.out);
    REQUIRE(by_mode[analytic].size() == 2);
  }
  for (const std::size_t i : {0, 1}) {
    const json &mc = by_mode[0][i], &exact = by_mode[1][i];
    CHECK(mc["energy_gev"] == (i == 0 ? 2 : 10));
    CHECK(mc["resolution_error"] > 0);
    CHECK(exact["resolution_error"] == 0);
    for (const char* key : {"resolution", "resolution_unweighted"})
      CHECK(mc[key].get<double>() == Approx(exact[key].get<double>()).epsilon(0.08));
    CHECK(mc["leakage"].get<double>() < 0.02);
    CHECK(mc["visible_fraction"].get<double>() == Approx(0.17).margin(0.02));
  }
}

TEST_CASE("detector tracker answers six metrics and J") {
  const TempDirectory directory;
  write_text(directory / "slots.json", R"({"slots":[0,6,12,17,23,29]})");
  write_text(directory / "best.json", R"({"slots":[0,1,2,15,28,29]})");
  const auto answer = [&](const char* file) {
    const ProgramResult result =
        run_program(directory.path(), {"detector", "tracker", file, "--json"});
    REQUIRE(result.code == 0);
    return json::parse(result.out);
  };
  const json even = answer("slots.json");
  CHECK(even.size() == 7);
  CHECK(std::abs(even["J"].get<double>()) < 1e-9);
  CHECK(even["sigma_pt_10"].get<double>() == Approx(0.00302).epsilon(0.01));
  CHECK(even["sigma_d0_cm_100"].get<double>() == Approx(10.12e-4).epsilon(0.01));
  CHECK(answer("best.json")["J"].get<double>() < -0.12);
}

TEST_CASE("20.0 is taken for 20 in a design") {
  const TempDirectory directory;
  write_text(directory / "whole.json", kStack);
  std::string real = kStack;
  real.replace(real.find("60"), 2, "60.0");
  write_text(directory / "real.json", real);
  write_text(directory / "slots.json", R"({"slots":[0.0,6,12.0,17,23,29]})");
  const auto answer = [&](const char* what, const char* file) {
    const ProgramResult result = run_program(directory.path(), {"detector", what, file, "--json"});
    CAPTURE(result.err);
    CHECK(result.code == 0);
    return result.out;
  };
  CHECK(answer("calo", "real.json") == answer("calo", "whole.json"));
  CHECK(std::abs(json::parse(answer("tracker", "slots.json"))["J"].get<double>()) < 1e-9);
}

namespace {

struct Case {
  const char* command;
  std::string design, expected;
};

std::vector<Case> bad_designs() {
  const auto stack = [](const std::string& segment, const std::string& more = "") {
    return R"({"segments":[{"n":1,"absorber":"Pb","t_abs_cm":1,"active":"Sc","t_act_cm":1},)" +
           segment + "]" + more + "}";
  };
  return {
      {"calo", "{", "line 1, column 2: it is not JSON"},
      {"calo", "{\n  \"segments\": [\n  1,, 2]}", "line 3, column 5: it is not JSON"},
      {"calo", stack(R"({"n":1,"absorber":"Pb","t_abs_cm":0,"active":"Sc","t_act_cm":1e-12})"),
       "segments[1].t_act_cm = 1e-12: must be a number from 0.0001 to 1000 (cm)"},
      {"calo", "{}", "segments is missing"},
      {"calo", R"({"segments":[]})", "segments is empty"},
      {"calo", R"({"segmets":[]})", "unknown key 'segmets'; did you mean 'segments'?"},
      {"calo", stack(R"({"n":1,"absorber":"Lead","t_abs_cm":1,"active":"Sc","t_act_cm":1})"),
       "segments[1].absorber: unknown material 'Lead'"},
      {"calo", stack(R"({"n":1,"absorber":"PbW04","t_abs_cm":1,"active":"Sc","t_act_cm":1})"),
       "did you mean 'PbWO4'?"},
      {"calo", stack(R"({"n":1,"absorber":"Pb","t_abs_cm":-1,"active":"Sc","t_act_cm":1})"),
       "segments[1].t_abs_cm = -1: must be a number from 0"},
      {"calo", stack(R"({"n":1,"absorber":"Pb","t_abs_cm":1,"active":"Sc","t_act_cm":NaN})"),
       "it is not JSON"},
      {"calo", stack(R"({"n":1,"absorber":"Pb","t_abs_cm":null,"active":"Sc","t_act_cm":1})"),
       "segments[1].t_abs_cm = null: must be a number"},
      {"calo", stack(R"({"n":1.5,"absorber":"Pb","t_abs_cm":1,"active":"Sc","t_act_cm":1})"),
       "segments[1].n = 1.5: must be a whole number"},
      {"calo", stack(R"({"n":1,"absorber":"Pb","active":"Sc","t_act_cm":1})"),
       "segments[1].t_abs_cm is missing"},
      {"calo",
       stack(R"({"n":9,"absorber":"W","t_abs_cm":1,"active":"Sc","t_act_cm":1})",
             R"(,"budget":{"cost":100})"),
       "over budget: it costs"},
      {"calo",
       stack(R"({"n":9,"absorber":"W","t_abs_cm":1,"active":"Sc","t_act_cm":1})",
             R"(,"budget":{"length_cm":10})"),
       "over budget: it is 20 cm long"},
      {"tracker", R"({"slots":[0,5,5]})", "slots[2] = 5"},
      {"tracker", R"({"slots":[0,5,30]})", "slots[2] = 30"},
      {"tracker", R"({"slots":[]})", "a track needs 3"},
      {"tracker", R"({})", "neither slots nor layers"},
      {"tracker",
       R"({"layers":[{"radius_cm":3,"resolution_cm":0.001,"thickness_x0":0.01},)"
       R"({"radius_cm":2,"resolution_cm":0.001,"thickness_x0":0.01},)"
       R"({"radius_cm":9,"resolution_cm":0.001,"thickness_x0":0.01}]})",
       "layers[1].radius_cm = 2"},
  };
}

}  // namespace

TEST_CASE("bad designs are one clear line that names segment and key") {
  const TempDirectory directory;
  const std::vector<Case> cases = bad_designs();
  for (const Case& c : cases) {
    write_text(directory / "d.json", c.design);
    const ProgramResult result = run_program(directory.path(), {"detector", c.command, "d.json"});
    CAPTURE(c.design, result.err);
    CHECK(result.code == 1);
    CHECK(result.out.empty());
    CHECK(result.err.starts_with("tengen: d.json: "));
    CHECK(std::ranges::count(result.err, '\n') == 1);
    CHECK(result.err.find(c.expected) != std::string::npos);
  }
  const ProgramResult missing = run_program(directory.path(), {"detector", "calo", "none.json"});
  CHECK(missing.code == 1);
  CHECK(missing.err.find("there is no design file 'none.json'") != std::string::npos);
}

TEST_CASE("detector validate prints every check, and fails where one does") {
  const TempDirectory directory;
  const ProgramResult result =
      run_program(directory.path(), {"detector", "validate", "--reduced", "--json"});
  const std::vector<json> checks = lines_of(result.out);
  CHECK(checks.size() > 60);
  const bool all = std::ranges::all_of(checks, [](const json& c) {
    const double value = c["value"];
    CHECK(c["passed"] == (value >= c["low"].get<double>() && value <= c["high"].get<double>()));
    return c["passed"].get<bool>();
  });
  CHECK(result.code == (all ? 0 : 1));
  CHECK(result.err.find("checks hold") != std::string::npos);
}
