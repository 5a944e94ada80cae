// gtp, match and selfplay, as people and GUIs run them.
#include "tests/catch.hpp"
#include "tests/experiments/program.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

using namespace tengen;
using nlohmann::json;

namespace {

// Standard output of `tengen arguments` with this input.
std::string piped(const TempDirectory& directory, const std::string& arguments,
                  const std::string& input) {
  write_text(directory / "input", input);
  const std::string command = "cd '" + directory.path().string() + "' && '" TENGEN_PROGRAM "' " +
                              arguments + " < input > output 2> errors";
  CHECK(std::system(command.c_str()) == 0);
  CHECK(read_text(directory / "errors").empty());
  return read_text(directory / "output");
}

}  // namespace

TEST_CASE("gtp: nothing but answers, and the end of the input ends it") {
  const TempDirectory directory;
  CHECK(piped(directory, "gtp --size 5 --simulations 20",
              "1 name\n\nkomi 3.5\nget_komi\nnonsense\nplay b c3") ==
        "=1 Tengen\n\n=\n\n= 3.5\n\n? unknown command\n\n=\n\n");
  const std::string script =
      "boardsize 5\ngenmove b\ngenmove w\nkata-analyze 10\ngenmove b\nquit\n";
  const std::string once = piped(directory, "gtp --simulations 50 --seed 3", script);
  CHECK(piped(directory, "gtp --simulations 50 --seed 3", script) == once);
  CHECK(piped(directory, "gtp --simulations 50 --seed 4", "quit\n") == "=\n\n");
  CHECK(piped(directory, "gtp --ponder --simulations 20", "genmove b\nname\nquit\n")
            .ends_with("= Tengen\n\n=\n\n"));
}

TEST_CASE("match: a table for people, JSON for programs, SGF for both") {
  const TempDirectory directory;
  const ProgramResult result =
      run_program(directory.path(), {"match", "uct:30", "random", "--games", "4", "--size", "5",
                                     "--threads", "2", "--json", "--quiet"});
  REQUIRE(result.code == 0);
  CHECK(result.err.empty());
  const json line = json::parse(result.out);
  CHECK(line["games"] == 4);
  CHECK(line["wins"].get<int>() + line["draws"].get<int>() + line["losses"].get<int>() == 4);
  CHECK(line["low"].get<double>() <= line["score"].get<double>());
  CHECK(std::filesystem::exists(directory / "matches/uct:30-random/1/00004.sgf"));
  CHECK(json::parse(read_text(directory / "matches/uct:30-random/1/result.json")) == line);

  const std::string engine = std::string(TENGEN_PROGRAM) + " gtp --player random";
  const ProgramResult people =
      run_program(directory.path(), {"match", "random", "--engine", engine, "--games", "2",
                                     "--size", "4", "--sprt", "--out", "here"});
  CHECK(people.code == 0);
  CHECK_THAT(people.out, ContainsSubstring("of 2 games"));
  CHECK_THAT(people.out, ContainsSubstring("SPRT of Elo 0 against 50"));
  CHECK_THAT(read_text(directory / "here/00001.sgf"), ContainsSubstring("SZ[4]KM[7.5]"));
}

TEST_CASE("match: openings bring their board along, whatever their files' ending") {
  const TempDirectory directory;
  std::filesystem::create_directories(directory / "openings");
  write_text(directory / "openings/ONE.SGF", "(;GM[1]FF[4]SZ[5:4];B[aa];W[bb])");
  const std::vector<std::string> arguments{
      "match",   "random", "random", "--openings", (directory / "openings").string(),
      "--games", "2",      "--json", "--quiet",    "--out",
      "games"};
  const ProgramResult result = run_program(directory.path(), arguments);
  REQUIRE(result.code == 0);
  CHECK(json::parse(result.out)["size"] == "5x4");
  CHECK_THAT(read_text(directory / "games/00001.sgf"),
             ContainsSubstring("SZ[5:4]") && ContainsSubstring(";B[aa];W[bb]"));
  std::vector<std::string> other = arguments;
  other.insert(other.end(), {"--size", "9"});
  const ProgramResult refused = run_program(directory.path(), other);
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, ContainsSubstring("an opening on 5x4, but --size 9"));
  write_text(directory / "openings/two.sgf", "(;GM[1]FF[4]SZ[7];B[aa])");
  const ProgramResult mixed = run_program(directory.path(), arguments);
  CHECK(mixed.code == 2);
  CHECK_THAT(mixed.err, ContainsSubstring("7x7") && ContainsSubstring("5x4"));
}

TEST_CASE("match: other games among our own players, the same on any number of threads") {
  const TempDirectory directory;
  const auto play = [&](const char* threads) {
    return run_program(directory.path(), {"match", "uct:50", "random", "--game", "TicTacToe-v0",
                                          "--games", "20", "--threads", threads, "--json"});
  };
  const ProgramResult result = play("1");
  REQUIRE(result.code == 0);
  const json line = json::parse(result.out);
  CHECK(line["games"] == 20);
  CHECK(line["wins"].get<int>() > line["losses"].get<int>());
  CHECK(play("2").out == result.out);
  CHECK_FALSE(std::filesystem::exists(directory / "matches"));
}

TEST_CASE("selfplay: games differ, and are not played twice") {
  const TempDirectory directory;
  const std::vector<std::string> arguments{"selfplay", "--engine", "random", "--games", "6",
                                           "--size",   "5",        "--out",  "games",   "--quiet"};
  ProgramResult result = run_program(directory.path(), arguments);
  CHECK(result.code == 0);
  CHECK_THAT(result.out, StartsWith("6 games of random in games, 0 of them there already"));
  CHECK(read_text(directory / "games/00001.sgf") != read_text(directory / "games/00002.sgf"));
  result = run_program(directory.path(), arguments);
  CHECK_THAT(result.out, StartsWith("6 games of random in games, 6 of them there already"));
}

TEST_CASE("gtp, match and selfplay: a wrong command line is one clear line") {
  const TempDirectory directory;
  struct Case {
    std::vector<std::string> arguments;
    std::string expected;
  };
  const std::vector<Case> cases{
      {{"gtp", "--rules", "japanese"}, "area scoring is"},
      {{"gtp", "--player", "utc"}, "did you mean 'uct'?"},
      {{"match", "random"}, "needs two players, not 1"},
      {{"match", "random", "nobody"}, "unknown model or run 'nobody'"},
      {{"match", "random", "random", "--game", "Chess-v0"}, "unknown game 'Chess-v0'"},
      {{"match", "random", "gnugo", "--game", "TicTacToe-v0"}, "unknown model or run 'gnugo'"},
      {{"match", "random", "uct:0"}, "after the colon comes a number"},
      {{"match", "random", "random", "--size", "1"}, "--size"},
      {{"match", "random", "random", "--sprt", "--elo0", "60"}, "must be below --elo1"},
      {{"match", "random", "--engine", "'x"}, "stays open"},
      {{"selfplay", "--engine", "nobody", "--out", "x"}, "unknown engine 'nobody'"},
      {{"selfplay", "--engine", "random"}, "--out is required"},
  };
  for (const Case& c : cases) {
    const ProgramResult result = run_program(directory.path(), c.arguments);
    CAPTURE(c.arguments, result.err);
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK(std::ranges::count(result.err, '\n') == 1);
    CHECK(result.err.find(c.expected) != std::string::npos);
  }
  const ProgramResult missing =
      run_program(directory.path(), {"match", "random", "--engine", "no-such-engine", "--quiet"});
  CHECK(missing.code == 1);
  CHECK_THAT(missing.err, ContainsSubstring("cannot start 'no-such-engine'"));
}

TEST_CASE("go: a file as it is found is shown, with a warning for everything assumed") {
  const TempDirectory directory;
  write_text(directory / "fox.sgf",
             "(;SZ[9]KM[375]RU[Chinese]PB[\xC6\xE5\x81\\]PW[b];B[ee];W[ee];B[cc]");
  const ProgramResult shown = run_program(
      directory.path(), {"go", "fox.sgf", "--analyse", "", "--move", "3", "--record", "a.png"});
  CAPTURE(shown.err);
  CHECK(shown.code == 0);
  CHECK(std::filesystem::exists(directory / "a.png"));
  for (const char* warning :
       {"tengen: warning: fox.sgf:1: no CA names the character set: read as GB18030\n",
        "tengen: warning: fox.sgf:1:59: the file ends inside a game: 1 ')' missing, assumed here\n",
        "tengen: warning: fox.sgf:1:2: KM[375] is read as 7.5 points\n",
        "fox.sgf:1:47: move 2, White at E5 is illegal (occupied): made all the same\n"})
    CHECK_THAT(shown.err, ContainsSubstring(warning));
  write_text(directory / "page.sgf", "<html><body>404</body></html>");
  const ProgramResult page = run_program(directory.path(), {"go", "page.sgf"});
  CHECK(page.code == 1);
  CHECK_THAT(page.err, ContainsSubstring("page.sgf:1:1: this is a page of HTML"));
}

TEST_CASE("train: a folder of games with bad files is read to its end") {
  const TempDirectory directory;
  std::filesystem::create_directories(directory / "games/below");
  write_text(directory / "games/a.sgf", "<html>404</html>");
  write_text(directory / "games/b.SGF", "(;SZ[13]RE[B+R]KM[6,5];B[aa])");
  write_text(directory / "games/below/c.sgf", "(;SZ[9]RE[B+R];B[zz])");
  write_text(directory / "games/d.sgf", "(;GM[2])");
  const ProgramResult result = run_program(
      directory.path(), {"train", "go9-alphago", "--set", "teachers.sgf=\"games\"", "--quiet"});
  CAPTURE(result.err);
  CHECK(result.code == 1);
  CHECK_THAT(result.err, ContainsSubstring("games/a.sgf:1:1: this is a page of HTML"));
  CHECK_THAT(result.err, ContainsSubstring("; it is left out"));
  CHECK_THAT(result.err, ContainsSubstring("KM[6,5] is read as 6.5 points"));
  CHECK_THAT(result.err,
             ContainsSubstring("in 4 SGF files can be learnt from; a move on no point: 1; another "
                               "size: 1; no SGF of Go: 2"));
}
