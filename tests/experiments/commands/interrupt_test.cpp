// Whoever asks to stop is obeyed soon, everywhere, and what is finished is kept.
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <csignal>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

using namespace tengen;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

using Arguments = std::vector<std::string>;

fs::path endless() { return fs::path(TENGEN_PLUGIN_DIR) / "libplugin_endless.so"; }

bool has_bytes(const fs::path& file) {
  std::error_code none;
  return fs::exists(file, none) && fs::file_size(file, none) > 0;
}

// Starts the program, waits until it is in the midst of it, and interrupts it once.
ProgramResult interrupted(const fs::path& directory, const Arguments& arguments,
                          const std::function<bool()>& in_the_midst, int number = SIGINT) {
  for (const char* old : {"stdout.txt", "stderr.txt"}) fs::remove(directory / old);
  Program program(directory, arguments);
  const auto patience = std::chrono::steady_clock::now() + 60s;
  while (!(program.can_be_asked() && in_the_midst()) && !program.ended_within(2ms) &&
         std::chrono::steady_clock::now() < patience) {
  }
  program.signal(number);
  CHECK(program.ended_within(60s));
  return program.wait();
}

// So long after it can be asked.
ProgramResult interrupted_after(const fs::path& directory, const Arguments& arguments,
                                std::chrono::milliseconds pause) {
  auto begin = std::chrono::steady_clock::time_point::max();
  return interrupted(directory, arguments, [&] {
    begin = std::min(begin, std::chrono::steady_clock::now());
    return std::chrono::steady_clock::now() - begin >= pause;
  });
}

Arguments long_run(const std::string& out, const char* steps = "1000000",
                   const Arguments& more = {}) {
  Arguments arguments{"train",
                      "catch-dqn",
                      "--out",
                      out,
                      "--steps",
                      steps,
                      "--quiet",
                      "--threads",
                      "1",
                      "--set",
                      "stop_at_reward=inf",
                      "--set",
                      "eval_freq=0",
                      "--set",
                      "checkpoint_freq=500"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("what clusters and closing terminals send saves and stops as Ctrl-C does") {
  const TempDirectory directory;
  for (const int number : {SIGHUP, SIGUSR1, SIGXCPU, SIGTERM}) {
    const std::string out = "run" + std::to_string(number);
    const ProgramResult result = interrupted(
        directory.path(), long_run(out),
        [&] { return fs::exists(directory / out / "checkpoint/500.tgn"); }, number);
    CAPTURE(number, result.err);
    CHECK(result.code == 130);
    CHECK(result.err.find("to go on: tengen resume " + out) != std::string::npos);
  }
  // Under nohup the terminal may go.
  Program program(directory.path(), long_run("kept", "3000"), Surroundings{.hangup_ignored = true});
  while (!fs::exists(directory / "kept/checkpoint/500.tgn") && !program.ended_within(1ms)) {
  }
  program.signal(SIGHUP);
  CHECK(program.wait().code == 0);
  CHECK(fs::exists(directory / "kept/checkpoint/3000.tgn"));
}

TEST_CASE("games that never end are cut with a message, and can be interrupted") {
  const TempDirectory directory;
  const Arguments eval{"eval", "random", "--env", "Endless-v0", "--plugin", endless().string()};
  Arguments some = eval;
  some.insert(some.end(), {"--episodes", "34", "--json"});  // two lanes have another game
  const ProgramResult cut = run_program(directory.path(), some);
  INFO(cut.err);
  REQUIRE(cut.code == 0);
  const auto line = nlohmann::json::parse(cut.out);
  CHECK(line.at("episodes") == 34);
  CHECK(line.at("mean_length") == 100'000);
  CHECK(cut.err.find("34 of 34 games were not over after 100000 steps") != std::string::npos);

  Arguments many = eval;
  many.insert(many.end(), {"--episodes", "1000000"});
  const ProgramResult stopped = interrupted_after(directory.path(), many, 50ms);
  CHECK(stopped.code == 130);
  CHECK(stopped.err.find("stopping after this step") != std::string::npos);
}

TEST_CASE("an evaluation that Ctrl-C cuts off is made up for by the resumed run") {
  const TempDirectory directory;
  const Arguments settings{"--set", "eval_freq=1000", "--set", "eval_episodes=20000"};
  REQUIRE(run_program(directory.path(), long_run("reference", "1500", settings)).code == 0);
  bool within = false;
  for (int attempt = 0; attempt < 8 && !within; ++attempt) {
    const std::string out = "run" + std::to_string(attempt);
    const fs::path run = directory / out;
    const auto seen = std::chrono::milliseconds(40 + 40 * attempt);
    auto since = std::chrono::steady_clock::time_point::max();
    const ProgramResult result =
        interrupted(directory.path(), long_run(out, "1500", settings), [&] {
          const auto now = std::chrono::steady_clock::now();
          if (fs::exists(run / "checkpoint/500.tgn")) since = std::min(since, now);
          return since < now - seen;
        });
    within = result.code == 130 && fs::exists(run / "checkpoint/1000.tgn") &&
             read_text(run / "metrics.csv").find("1000,eval/") == std::string::npos;
    if (!within) continue;
    REQUIRE(run_program(directory.path(), {"resume", out, "--quiet"}).code == 0);
    for (const char* file : {"model.tgn", "best/model.tgn"})
      CHECK(read_text(run / file) == read_text(directory / "reference" / file));
    CHECK(metrics_without_time(run) == metrics_without_time(directory / "reference"));
  }
  CHECK(within);
}

TEST_CASE("matches and games against oneself end with what was played") {
  const TempDirectory directory;
  const ProgramResult match = interrupted(directory.path(),
                                          {"match", "random", "uct:20", "--games", "1000000",
                                           "--size", "5", "--out", "games", "--json"},
                                          [&] { return has_bytes(directory / "games/00003.sgf"); });
  CHECK(match.code == 130);
  CHECK(nlohmann::json::parse(match.out).at("games") >= 3);
  // A single move may take an hour.
  const ProgramResult search = interrupted_after(
      directory.path(),
      {"match", "uct:100000000", "uct:100000000", "--games", "2", "--out", "long", "--quiet"},
      50ms);
  CHECK(search.code == 130);
  CHECK(search.err.find("stopping after this step") != std::string::npos);
  const ProgramResult selfplay = interrupted(
      directory.path(),
      {"selfplay", "--engine", "random", "--games", "1000000", "--size", "5", "--out", "own"},
      [&] { return has_bytes(directory / "own/00003.sgf"); });
  CHECK(selfplay.code == 130);
  CHECK(selfplay.out.find(" games of random in own") != std::string::npos);
}

TEST_CASE("a recording that is interrupted is a file that can be watched") {
  const TempDirectory directory;
  const auto whole = [&](const char* name) {
    const std::string gif = read_text(directory / name);
    return gif.starts_with("GIF89a") && gif.ends_with(';');
  };
  const ProgramResult watch = interrupted(
      directory.path(),
      {"watch", "random", "--env", "Catch-v0", "--record", "a.gif", "--frames", "1000000"},
      [&] { return has_bytes(directory / "a.gif"); });
  CHECK(watch.code == 130);
  CHECK(whole("a.gif"));
  const ProgramResult go = interrupted(
      directory.path(),
      {"go", "--black", "uct:100", "--white", "uct:100000000", "--size", "5", "--record", "b.gif"},
      [&] { return has_bytes(directory / "b.gif"); });
  CHECK(go.code == 130);
  CHECK(whole("b.gif"));
}

TEST_CASE("simulations and searches for designs end with what they found") {
  const TempDirectory directory;
  const auto lines = [&] {
    const std::string text = read_text(directory / "stdout.txt");
    return std::ranges::count(text, '\n');
  };
  const ProgramResult checks =
      interrupted(directory.path(), {"detector", "validate"}, [&] { return lines() > 1; });
  CHECK(checks.code == 130);
  CHECK(checks.out.find("\n16") != std::string::npos);  // the first part is whole

  write_text(directory / "d.json",
             R"({"segments":[{"n":9,"absorber":"W","t_abs_cm":1,"active":"Sc","t_act_cm":1}]})");
  const ProgramResult calo =
      interrupted(directory.path(), {"detector", "calo", "d.json", "--events", "100000000"},
                  [&] { return lines() > 0; });
  CHECK(calo.code == 130);
  // Later where it was too soon for a design.
  ProgramResult design;
  for (auto pause = 100ms; design.out.empty() && pause < 20s; pause *= 3)
    design =
        interrupted_after(directory.path(),
                          {"detector", "design", "CaloBuild-v0", "--method", "random", "--budget",
                           "100000000000", "--out", "designs", "--quiet", "--json"},
                          pause);
  CHECK(design.code == 130);
  CHECK(nlohmann::json::parse(design.out).at("designs") >= 1);
  CHECK(has_bytes(directory / "designs/random-0.json"));
  const ProgramResult bench =
      interrupted_after(directory.path(), {"bench", "envs", "--seconds", "1000"}, 50ms);
  CHECK(bench.code == 130);
}
