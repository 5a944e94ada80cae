// SGF as it is found: what is read of files that break the standard, and what is said about it.
#include "core/check.hpp"
#include "envs/board/go_record.hpp"
#include "tests/catch.hpp"

using namespace tengen;

namespace {

// A file's games as they are written again, and what was said when it was read.
struct Read {
  std::string written;
  GoRecord record;
  std::vector<std::string> warnings;
};

Read read(std::string_view text) {
  SgfWarnings warnings;
  const std::vector<SgfTree> games = parse_sgf(text, "x.sgf", &warnings);
  GoRecord record = go_record(games.front(), -1, &warnings);
  std::string written = write_sgf(games);
  CHECK(write_sgf(parse_sgf(written, "again")) == written);
  return {std::move(written), std::move(record), warnings.texts()};
}

GoEvent move(int player, int point) { return {GoEvent::Kind::kMove, player, point}; }
GoEvent edit(int player, int point) { return {GoEvent::Kind::kEdit, player, point}; }

}  // namespace

TEST_CASE("SGF as found: a size outside of the root is left out, which is said") {
  const Read game = read("(;GM[1];SZ[9];B[ee])");
  CHECK(game.record.columns == 19);
  CHECK(game.warnings ==
        std::vector<std::string>{"x.sgf:1:8: SZ[9] outside of the root is left out"});
}

TEST_CASE("SGF as found: several moves in one property are played in a row, which is said once") {
  const Read game = read("(;SZ[9];B[ee][dd];W[cc];B[aa][bb])");
  CHECK(game.record.events ==
        std::vector{move(0, 40), move(0, 30), move(1, 20), move(0, 0), move(0, 10)});
  REQUIRE(game.warnings.size() == 1);
  CHECK_THAT(game.warnings[0], StartsWith("x.sgf:1:8: B has 2 values: each is read as a move"));
}

TEST_CASE("SGF as found: a flawless game gives no warning") {
  const Read game = read(
      "(;GM[1]FF[4]CA[UTF-8]SZ[9]KM[6.5]RU[Japanese]PB[\xE9\xBB\x92]AB[aa][bb:cc]"
      "PL[W];W[dd](;B[])(;B[tt]C[a [bracket\\] and a \\\\]))\n");
  CHECK(game.warnings.empty());
  CHECK_THAT(game.written, ContainsSubstring("C[a [bracket\\] and a \\\\]"));
}

TEST_CASE("SGF as found: brackets and semicolons that miss or are too many") {
  struct Case {
    const char *text, *written, *warning;
  };
  const Case cases[] = {
      {"(;SZ[9];B[ee](;W[cc];B[dd])(;W[gg]", "(;SZ[9];B[ee]\n(;W[cc];B[dd])\n(;W[gg]))\n",
       "x.sgf:1:35: the file ends inside a game: 2 ')' missing, assumed here"},
      {"(\nSZ[9]\n;B[ee])", "(;SZ[9];B[ee])\n", "x.sgf:2:1: ';' expected before 'SZ': assumed"},
      {"(;B[aa](W[bb])(W[cc]))", "(;B[aa]\n(;W[bb])\n(;W[cc]))\n",
       "x.sgf:1:9: ';' expected before 'W[': assumed (and 1 more like it)"},
      {";SZ[9];B[ee])", "(;SZ[9];B[ee])\n",
       "x.sgf:1:1: '(' before the first ';' is missing: assumed"},
      {"(;B[aa]);W[bb];B[cc])", "(;B[aa];W[bb];B[cc])\n",
       "x.sgf:1:9: one ')' too many before this node: it goes on where the last one ended"},
      {"(;B[aa]()(;W[bb]))", "(;B[aa];W[bb])\n",
       "x.sgf:1:9: a variation without a node: nothing is in it"},
      {"(;B[aa];W[bb", "(;B[aa];W[bb])\n",
       "x.sgf:1:10: ']' missing: this value of W ends with the file"},
      {"(;C[I think [this] is good];B[aa])", "(;C[I think [this\\] is good];B[aa])\n",
       "x.sgf:1:18: a ']' inside of C: taken for text, which should have it as \"\\]\""},
      {"(;B[ee] ;W[cc], ;B[gg])", "(;B[ee];W[cc];B[gg])\n",
       "x.sgf:1:15: ',' is no part of SGF: left out"},
      {"(;B;W[aa])", "(;;W[aa])\n", "x.sgf:1:3: 'B' is no part of SGF: left out"},
      {"From: a@b\n\n(;B[aa])", "(;B[aa])\n", "x.sgf:1:1: text before the game is left out"},
      {"(;B[aa]) bye", "(;B[aa])\n", "x.sgf:1:10: text after a game is left out"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const Read game = read(c.text);
    CHECK(game.written == c.written);
    REQUIRE_FALSE(game.warnings.empty());
    CHECK(game.warnings.front() == c.warning);
  }
}

TEST_CASE("SGF as found: names and properties of older and other programs") {
  Read game = read("(;GaMe[1]SiZe[9];Black[aa]Comment[x];White[bb])");
  CHECK(game.written == "(;GM[1]SZ[9];B[aa]C[x];W[bb])\n");
  REQUIRE(game.warnings.size() == 1);
  CHECK(game.warnings[0] ==
        "x.sgf:1:3: lower-case letters in 'GaMe': read as GM (and 4 more like it)");
  CHECK(read("(;size[9]komi[5.5];b[aa];white[bb])").written == "(;SZ[9]KM[5.5];B[aa];W[bb])\n");
  game = read("(;SZ[9]KGSDE[aa]A1[x][y]_Z[];B[ee])");
  CHECK(game.written == "(;SZ[9]KGSDE[aa]A1[x][y]_Z[];B[ee])\n");
  CHECK(game.warnings.empty());
  game = read("(;C[a]AB[aa]C[b]AB[bb])");
  CHECK(game.written == "(;C[a][b]AB[aa][bb])\n");
  CHECK(game.record.events == std::vector{edit(0, 0), edit(0, 20)});
  REQUIRE(game.warnings.size() == 1);
  CHECK_THAT(game.warnings[0], StartsWith("x.sgf:1:13: C twice in a node"));
}

TEST_CASE("SGF as found: komi in every spelling") {
  struct Case {
    const char* root;
    std::optional<float> komi;
    int warnings;
  };
  const Case cases[] = {{"KM[6.5]", 6.5F, 0},
                        {"KM[-3]", -3.0F, 0},
                        {"KM[7]", 7.0F, 0},
                        {"KM[375]", 7.5F, 1},
                        {"KM[325]", 6.5F, 1},
                        {"KM[650]", 6.5F, 1},
                        {"KM[50]", 0.5F, 1},
                        {"KM[3.75]", 7.5F, 1},
                        {"KM[2.75]", 5.5F, 1},
                        {"KM[6,5]", 6.5F, 1},
                        {"KM[6.5 moku]", 6.5F, 1},
                        {"KM[5½]", 5.5F, 2},
                        {"KM[7目半]", 7.5F, 2},
                        {"KM[3 3/4]", 7.5F, 1},
                        {"KM[3¾]", 7.5F, 2},
                        {"KM[1e3]", std::nullopt, 1},
                        {"KM[0x10]", std::nullopt, 1},
                        {"KM[7..5]", std::nullopt, 1},
                        {"KM[]", std::nullopt, 1},
                        {"KM[none]", std::nullopt, 1},
                        {"KM[nan]", std::nullopt, 1},
                        {"KO[6.5]", 6.5F, 1},
                        {"KO[]", std::nullopt, 0},
                        {"AP[Tengen]KM[100]", 100.0F, 0},
                        {"", std::nullopt, 0},
                        {"KM[0]", 0.0F, 0}};
  for (const Case& c : cases) {
    INFO(c.root);
    const Read game = read(fmt::format("(;{};B[aa])", c.root));
    CHECK(game.record.komi == c.komi);
    CHECK(game.warnings.size() == static_cast<std::size_t>(c.warnings));
    CHECK_THAT(game.written, ContainsSubstring(c.root));  // as it was
  }
  CHECK(read("(;KM[375])").warnings.front() == "x.sgf:1:2: KM[375] is read as 7.5 points");
}

TEST_CASE("SGF as found: sizes, games, players and points that are empty or unknown") {
  struct Case {
    const char *text, *warning;
  };
  const Case cases[] = {
      {"(;SZ[];B[pd])", "x.sgf:1:2: SZ[] is no size: taken for 19"},
      {"(;SZ[19x19];B[pd])", "x.sgf:1:2: SZ[19x19] is read as 19 columns and 19 rows"},
      {"(;GM[];B[pd])", "x.sgf:1:2: GM[] names no game: taken for Go, GM[1]"},
      {"(;PL[?];B[pd])", "x.sgf:1:2: PL[?] is no player (B and W are): left out"},
      {"(;HA[];B[pd])", "x.sgf:1:2: HA[] is no number of handicap stones: it says none"},
      {"(;AB[]AE[];B[pd])", "x.sgf:1:2: AE[] is no point of a board of 19x19 (aa to ss): left out"},
      {"(;B[PD])", "x.sgf:1:2: B[PD] is read as B[pd]"},
      {"(;B[q16])", "x.sgf:1:2: B[q16] is read as B[pd]"},
      {"(;B[ pd ])", nullptr},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const Read game = read(c.text);
    CHECK(game.record.columns == 19);
    CHECK(game.record.events == std::vector{move(0, 3 * 19 + 15)});
    CHECK(game.warnings.empty() == (c.warning == nullptr));
    if (c.warning != nullptr) CHECK(game.warnings.front() == c.warning);
  }
  const Read game = read("(;SZ[9];B[jj]\n;W[zz])");
  CHECK(game.record.events == std::vector{move(0, -1), move(1, -1)});
  CHECK(game.record.unreadable_moves == 2);
  CHECK(game.warnings.front() ==
        "x.sgf:1:8: B[jj] is no point of a board of 9x9 (aa to ii): read as a pass");
  CHECK(read("(;SZ[9];B[tt])").record.unreadable_moves == 0);
}

TEST_CASE("SGF as found: a handicap without its stones") {
  const Read four = read("(;SZ[9]HA[4];W[ee];B[aa])");
  REQUIRE(four.record.events.size() == 6);
  CHECK(four.record.events[0] == edit(0, 6 * 9 + 2));  // C3, as GTP's fixed handicap
  CHECK(four.record.first_player() == 1);
  CHECK(four.warnings.front() == "x.sgf:1:2: HA[4] without AB: the fixed handicap is assumed");
  CHECK_THAT(four.written, !ContainsSubstring("AB"));
  // Black places them, or the file has them.
  CHECK(read("(;SZ[9]HA[2];B[cc];B[gg];W[ee])").record.events.size() == 3);
  CHECK(read("(;SZ[9]HA[2]AB[cc][gg];W[ee])").record.events.size() == 3);
  CHECK(read("(;SZ[9]HA[2];AB[cc][gg];W[ee])").warnings.empty());
  CHECK(read("(;SZ[5]HA[9];W[cc])").record.events.size() == 1);
}

TEST_CASE("SGF as found: results in the words of East Asia") {
  for (const char* white : {"W+R", "w+0.5", "白胜43.5目", "白中盤勝", "백 불계승"})
    CHECK(read(fmt::format("(;RE[{}])", white)).record.winner() == 1);
  for (const char* black : {"B+R", "黑胜1又3/4子", "黒番1目半勝ち", "흑 1집반승"})
    CHECK(read(fmt::format("(;RE[{}])", black)).record.winner() == 0);
  for (const char* neither : {"0", "Void", "?", "和棋", "白", ""})
    CHECK_FALSE(read(fmt::format("(;RE[{}])", neither)).record.winner());
}

TEST_CASE("SGF as found: whose turn it is may be said after moves") {
  const Read game = read("(;SZ[9]PL[B];B[aa];PL[B];B[bb];AE[aa]PL[B])");
  const std::vector<GoEvent> expected{move(0, 0),
                                      {GoEvent::Kind::kTurn, 0, -1},
                                      move(0, 10),
                                      edit(-1, 0),
                                      {GoEvent::Kind::kTurn, 0, -1}};
  CHECK(game.record.events == expected);
  CHECK(game.record.player_to_move == 0);
  CHECK(game.warnings.empty());
  const std::vector<SgfTree> made{sgf_tree(game.record)};
  CHECK(go_record(parse_sgf(write_sgf(made), "made").front()).events == expected);
}

TEST_CASE("SGF as found: NUL bytes and any line ends") {
  using namespace std::string_view_literals;
  const Read game = read("(;SZ[9];B[ee]\0;W[cc])\0\0"sv);
  CHECK(game.written == "(;SZ[9];B[ee];W[cc])\n");
  CHECK(game.warnings == std::vector<std::string>{"x.sgf:1: 3 NUL bytes: left out"});
  CHECK(parse_sgf("(;SZ[9]\r;B[aa]\r\n;W[bb]\n;B[cc])", "x").front().nodes[3].line == 4);
  CHECK(sgf_text("a\\\r\nb\r\nc\rd\n\re") == "ab\nc\nd\ne");
}
