// Matches: colours, openings, the referee, what becomes of engines that fail.
#include "experiments/go/go_match.hpp"
#include "core/check.hpp"
#include "experiments/go/engine_go_player.hpp"
#include "experiments/go/player_names.hpp"
#include "experiments/go/search_go_player.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"
#include "tests/text_file.hpp"

#include <algorithm>
#include <filesystem>

using namespace tengen;

namespace {

MatchSide random_side(const std::string& name) {
  return {name, [] { return random_go_player(0); }};
}

MatchSide script_side(const std::string& name, const std::string& text) {
  EngineOptions options;
  options.name = name;
  options.command = {"sh", "-c", text};
  options.patience = std::chrono::seconds(10);
  return {name, [options] { return engine_go_player(options); }};
}

// Answers every genmove with the same word.
std::string engine_that_plays(const std::string& move) {
  return "while read c a; do case $c in genmove) printf '= " + move +
         "\\n\\n';; known_command) printf '= false\\n\\n';; quit) printf '=\\n\\n'; exit;; "
         "*) printf '=\\n\\n';; esac; done";
}

MatchOptions small(int games) {
  MatchOptions options;
  options.games = games;
  options.rows = options.columns = 5;
  return options;
}

std::vector<std::string> results(MatchResult result) {
  std::ranges::sort(result.games, {}, &MatchGame::number);
  std::vector<std::string> out;
  for (const MatchGame& game : result.games)
    out.push_back(fmt::format("{} {} {}", game.number, game.result, game.moves));
  return out;
}

}  // namespace

TEST_CASE("match: the same games on any number of threads, and as SGF") {
  const TempDirectory directory;
  MatchOptions options = small(12);
  options.out = directory / "games";
  const MatchResult one = play_match(random_side("a"), random_side("b"), options, {});
  CHECK(one.count.games() == 12);
  CHECK(one.forfeits == 0);
  options.threads = 3;
  options.out.clear();
  CHECK(results(play_match(random_side("a"), random_side("b"), options, {})) == results(one));
  options.seed = 1;
  CHECK(results(play_match(random_side("a"), random_side("b"), options, {})) != results(one));

  std::vector<GoRecord> records;
  for (int i = 1; i <= 12; ++i)
    records.push_back(
        go_record(read_sgf(directory / "games" / fmt::format("{:05}.sgf", i)).front()));
  for (std::size_t i = 0; i < 12; ++i) {
    CHECK(records[i].black == (i % 2 == 0 ? "a" : "b"));
    CHECK(records[i].komi == 7.5F);
    // The referee's score is what the record's own moves lead to.
    const GoGame game = GoGame::from_record(records[i], {});
    CHECK(game.passed_out());
    CHECK(score_text(game.position().margin()) == records[i].result);
    // Two games share an opening.
    const std::size_t pair = i ^ 1U;
    CHECK(std::equal(records[i].events.begin(), records[i].events.begin() + 2,
                     records[pair].events.begin()));
  }
  CHECK_FALSE(std::equal(records[0].events.begin(), records[0].events.begin() + 2,
                         records[2].events.begin()));
}

TEST_CASE("match: games whose file is there are not played again") {
  const TempDirectory directory;
  MatchOptions options = small(4);
  options.out = directory.path();
  options.skip_existing = true;
  options.paired = false;
  options.opening_spread = 6;
  options.komis = {5.5F, 6.5F, 7.5F};
  play_match(random_side("a"), random_side("a"), options, {});
  const std::string kept = text_of(directory / "00002.sgf"),
                    lost = text_of(directory / "00003.sgf");
  std::filesystem::remove(directory / "00003.sgf");
  options.games = 5;
  const MatchResult result = play_match(random_side("a"), random_side("a"), options, {});
  CHECK(result.skipped == 3);
  CHECK(result.count.games() == 2);
  CHECK(text_of(directory / "00002.sgf") == kept);
  CHECK(text_of(directory / "00003.sgf") == lost);
}

TEST_CASE("match: illegal moves lose, resignation too") {
  MatchOptions options = small(4);
  options.opening_moves = 0;
  MatchResult result = play_match(script_side("cheat", engine_that_plays("A1")),
                                  script_side("passer", engine_that_plays("pass")), options, {});
  CHECK(result.count.losses == 4);  // A1 is taken the second time
  CHECK(result.forfeits == 4);
  CHECK(result.games[0].result == "W+F");
  CHECK(result.games[0].note == "cheat's move A1 is illegal: occupied");
  result = play_match(script_side("quitter", engine_that_plays("resign")), random_side("r"),
                      small(2), {});
  CHECK(result.count.losses == 2);
  CHECK(result.forfeits == 0);
}

TEST_CASE("match: an engine that dies is started anew, but not for ever") {
  const TempDirectory directory;
  // Dies in its first game only.
  const std::string mark = (directory / "mark").string();
  const std::string once = "[ -e " + mark + " ] || { read a; printf '= 2\\n\\n'; touch " + mark +
                           "; exit 7; }; " + engine_that_plays("pass");
  const MatchResult result =
      play_match(script_side("fragile", once), random_side("r"), small(4), {});
  CHECK(result.forfeits == 1);
  CHECK(result.count.games() == 4);
  CHECK_THAT(result.games[0].note, ContainsSubstring("exit code 7"));
  CHECK_THROWS_WITH(
      play_match(script_side("dead", "read a; printf '= 2\\n\\n'"), random_side("r"), small(9), {}),
      ContainsSubstring("dead, asked 'known_command"));
  CHECK_THROWS_WITH(
      play_match(script_side("mad", engine_that_plays("Z99")), random_side("r"), small(9), {}),
      ContainsSubstring("mad answers genmove with 'z99', which is no move"));
}

TEST_CASE("match: a sequential test ends it") {
  MatchOptions options = small(1000);
  options.sprt = SprtOptions{0, 200, 0.05, 0.05};
  const MatchResult result =
      play_match(random_side("r"), script_side("passer", engine_that_plays("pass")), options, {});
  CHECK(result.count.games() < 100);
  CHECK(sprt(result.count, *options.sprt).verdict != SprtVerdict::kGoOn);
}

TEST_CASE("match: a search beats chance, and depends on its seed alone") {
  MatchOptions options = small(6);
  for (const char* name : {"uct:60", "rave:60"}) {
    CAPTURE(name);
    const auto search = *named_side(name, {}, std::chrono::seconds(1));
    options.threads = 1;
    const MatchResult result = play_match(search, random_side("r"), options, {});
    CHECK(result.count.wins >= 5);
    options.threads = 2;
    CHECK(results(play_match(search, random_side("r"), options, {})) == results(result));
  }
}

TEST_CASE("players by name") {
  CHECK(named_side("random", {}, std::chrono::seconds(1))->name == "random");
  CHECK(named_side("rave:60", {}, std::chrono::seconds(1))->name == "rave:60");
  CHECK(named_side("gnugo", {}, std::chrono::seconds(1))->name == "gnugo:10");
  CHECK(named_side("engine:/x/katago gtp", {}, std::chrono::seconds(1))->name == "katago");
  CHECK_FALSE(named_side("go9.tgn", {}, std::chrono::seconds(1)));
  CHECK_THROWS_WITH(named_side("uct:x", {}, std::chrono::seconds(1)),
                    ContainsSubstring("after the colon comes a number"));
  const EngineOptions gnugo = gnugo_engine(3, {.ko = KoRule::kSituational, .suicide = true});
  CHECK(std::ranges::count(gnugo.command, "--situational-superko") == 1);
  CHECK(std::ranges::count(gnugo.command, "--allow-all-suicide") == 1);
  CHECK(std::ranges::count(gnugo.command, "--capture-all-dead") == 1);
}

TEST_CASE("players by name: kinds, numbers, and what is no player") {
  const auto parsed = [](const char* text) { return parse_player_name(text); };
  CHECK(parsed("random")->kind == PlayerKind::kRandom);
  CHECK(parsed("uct")->kind == PlayerKind::kUct);
  CHECK_FALSE(parsed("uct")->number);
  CHECK(parsed("rave:1_000")->kind == PlayerKind::kUctRave);
  CHECK(parsed("rave:1_000")->number == 1000);
  CHECK(parsed("gnugo:3")->kind == PlayerKind::kGnuGo);
  CHECK(parsed("pachi")->kind == PlayerKind::kPachi);
  CHECK(parsed("engine:a b:c")->command == "a b:c");
  for (const char* model : {"", "go9", "runs/a:1", "random:3", "engine", "UCT"}) {
    CAPTURE(model);
    CHECK_FALSE(parsed(model));
  }
  for (const char* bad : {"uct:", "uct:0", "gnugo:-1", "rave:x"}) {
    CAPTURE(bad);
    CHECK_THROWS_WITH(parsed(bad), ContainsSubstring("after the colon comes a number"));
  }
  for (const PlayerKind kind : {PlayerKind::kRandom, PlayerKind::kUct, PlayerKind::kUctRave})
    CHECK(parse_player_name(name_of(kind))->kind == kind);
}

TEST_CASE("match: GNU Go, where it is installed") {
  std::unique_ptr<GoPlayer> gnugo;
  try {
    gnugo = engine_go_player(gnugo_engine(1, {}));
  } catch (const Error&) {
    WARN("no gnugo here");
    return;
  }
  gnugo.reset();
  MatchOptions options = small(2);
  options.rows = options.columns = 7;
  const MatchResult result = play_match(*named_side("gnugo:1", {}, std::chrono::seconds(60)),
                                        random_side("r"), options, {});
  CHECK(result.count.wins == 2);
  CHECK(result.forfeits == 0);
}
