// SGF: what is read, what is kept, what is refused, and that nothing changes on the way out and in.
#include "envs/board/sgf.hpp"
#include "core/check.hpp"
#include "core/rng.hpp"
#include "envs/board/go_record.hpp"
#include "tests/catch.hpp"

using namespace tengen;

namespace {

std::string rewritten(std::string_view text) { return write_sgf(parse_sgf(text, "test.sgf")); }

GoRecord record_of(std::string_view text) { return go_record(parse_sgf(text, "test.sgf").front()); }

std::string error_of(std::string_view text) {
  try {
    record_of(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

GoEvent move(int player, int point) { return {GoEvent::Kind::kMove, player, point}; }
GoEvent edit(int player, int point) { return {GoEvent::Kind::kEdit, player, point}; }

}  // namespace

TEST_CASE("SGF: a tree of variations keeps its shape") {
  // The example of the specification: a main line, and variations within a variation.
  const std::string text =
      "(;FF[4]C[root](;C[a];C[b](;C[c])(;C[d];C[e]))(;C[f](;C[g];C[h];C[i])(;C[j])))";
  const std::vector<SgfTree> games = parse_sgf(text, "test.sgf");
  REQUIRE(games.size() == 1);
  const SgfTree& tree = games.front();
  REQUIRE(tree.nodes.size() == 11);
  std::string line;
  for (const int node : tree.main_line())
    line += *tree.nodes[static_cast<std::size_t>(node)].value("C");
  CHECK(line == "rootabc");
  CHECK(tree.nodes[0].children.size() == 2);
  const std::string written = rewritten(text);
  CHECK(written ==
        "(;FF[4]C[root]\n(;C[a];C[b]\n(;C[c])\n(;C[d];C[e]))\n(;C[f]\n(;C[g];C[h];C[i])\n(;C[j])))"
        "\n");
  CHECK(rewritten(written) == written);
}

TEST_CASE("SGF: several games, noise around them, and FF[3] names") {
  const std::vector<SgfTree> games =
      parse_sgf("mail header (not a game)\n( ;GaMe[1] SiZe[9]\n\n)  junk (;B[aa])", "test.sgf");
  REQUIRE(games.size() == 2);
  CHECK(*games[0].nodes[0].value("GM") == "1");
  CHECK(*games[0].nodes[0].value("SZ") == "9");
  CHECK(games[1].nodes[0].value("W") == nullptr);
}

TEST_CASE("SGF: unknown properties and escapes are kept byte for byte") {
  const std::string text =
      "(;XYZ[a\\]b][\\\\][c\\:d:e\\\nf]CA[UTF-8]PB[\xE5\x9D\x82\xE7\x94\xB0];B[aa]KGSB[1])\n";
  CHECK(rewritten(text) == text);
}

TEST_CASE("SGF: text values") {
  CHECK(sgf_text("a\\]b\\\\c\\:d") == "a]b\\c:d");
  CHECK(sgf_text("soft\\\nbreak, soft\\\r\ntoo, hard\r\nend\ttab\\\ttab") ==
        "softbreak, softtoo, hard\nend tab tab");
  CHECK(sgf_text("dangling\\") == "dangling");
  for (const std::string text : {"", "]", "\\", "a:b", "[x]", "\n\n", "\\]\\", "ö\n:"})
    CHECK(sgf_text(sgf_escaped(text)) == text);
  CHECK(sgf_composed("a\\:b:c:d") == std::pair<std::string_view, std::string_view>("a\\:b", "c:d"));
  CHECK(sgf_composed("ab") == std::pair<std::string_view, std::string_view>("ab", ""));
}

TEST_CASE("SGF: a record of Go") {
  const GoRecord record = record_of(
      "(;GM[1]FF[4]SZ[9]KM[0.5]HA[2]RU[Chinese]PB[Kurt]PW[A\\]B]RE[W+3.5]AB[gc][cg]C[two\nlines]"
      ";W[ee];B[];W[tt];B[ii])");
  CHECK(record.columns == 9);
  CHECK(record.rows == 9);
  CHECK(record.komi == 0.5F);
  CHECK(record.handicap == 2);
  CHECK(record.rules == "Chinese");
  CHECK(record.white == "A]B");
  CHECK(record.comment == "two\nlines");
  CHECK(record.winner() == 1);
  CHECK(record.first_player() == 1);
  CHECK(record.events == std::vector{edit(0, 2 * 9 + 6), edit(0, 6 * 9 + 2), move(1, 40),
                                     move(0, GoEvent::kPass), move(1, GoEvent::kPass),
                                     move(0, 80)});
}

TEST_CASE("SGF: sizes, points beyond z, rectangles of stones") {
  const GoRecord wide = record_of("(;SZ[5:3]AB[aa:bb]AW[ec:dc]AE[aa]PL[W])");
  CHECK(wide.columns == 5);
  CHECK(wide.rows == 3);
  CHECK(wide.player_to_move == 1);
  CHECK(wide.events == std::vector{edit(-1, 0), edit(0, 0), edit(0, 1), edit(0, 5), edit(0, 6),
                                   edit(1, 13), edit(1, 14)});
  CHECK(record_of("(;SZ[25];B[tt])").events.front() == move(0, 19 * 25 + 19));  // no pass there
  CHECK(record_of("(;SZ[30];B[Aa])").events.front() == move(0, 26));
  CHECK(sgf_point_text(26, 30) == "Aa");
  CHECK(record_of("(;)").columns == 19);
  CHECK_FALSE(record_of("(;)").komi);
  CHECK_FALSE(record_of("(;KM[ ])").komi);
}

TEST_CASE("SGF: another line than the main one") {
  const SgfTree tree = parse_sgf("(;SZ[3];B[aa](;W[bb])(;W[cc];B[ba]))", "test.sgf").front();
  CHECK(go_record(tree).events == std::vector{move(0, 0), move(1, 4)});
  CHECK(go_record(tree, 4).events == std::vector{move(0, 0), move(1, 8), move(0, 1)});
  CHECK(go_record(tree, 1).events == std::vector{move(0, 0)});
}

TEST_CASE("SGF: a record is written and read as the same") {
  GoRecord record;
  record.columns = 7;
  record.rows = 5;
  record.komi = -2.5F;
  record.handicap = 2;
  record.black = "a]b\\c:d";
  record.result = "B+R";
  record.comment = "x\n]y";
  record.player_to_move = 1;
  record.events = {edit(0, 3),  edit(0, 30), edit(1, 0), move(1, 4), move(0, GoEvent::kPass),
                   edit(-1, 4), move(1, 34)};
  const std::vector<std::string> comments{"", "", "", "good", "pass]"};
  const std::vector<SgfTree> trees{sgf_tree(record, comments)};
  const GoRecord again = record_of(write_sgf(trees));
  CHECK(again.columns == record.columns);
  CHECK(again.rows == record.rows);
  CHECK(again.komi == record.komi);
  CHECK(again.handicap == record.handicap);
  CHECK(again.black == record.black);
  CHECK(again.result == record.result);
  CHECK(again.comment == record.comment);
  CHECK(again.player_to_move == record.player_to_move);
  CHECK(again.events == record.events);
  CHECK(sgf_text(*trees[0].nodes[2].value("C")) == "pass]");
}

TEST_CASE("SGF: errors say where and what would be right") {
  const auto syntax = [](std::string_view text) -> std::string {
    try {
      parse_sgf(text, "x.sgf");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(syntax("") == "x.sgf:1:1: no game found: SGF starts with \"(;\"");
  CHECK(syntax("<html><body>404 (not found)</body></html>") ==
        "x.sgf:1:1: this is a page of HTML or XML, not SGF, which starts with \"(;\"");
  CHECK_THAT(syntax("\n<!DOCTYPE html><script>for(;;){a[i]}</script>"), ContainsSubstring("HTML"));
  CHECK(syntax("<pre>(;GM[1]SZ[9])</pre>").empty());
  CHECK_THAT(syntax("PK\x03\x04(;zzz"), ContainsSubstring("no game found"));
  CHECK_THAT(error_of("(;SZ[0])"), ContainsSubstring("SZ[0] is no size"));
  CHECK_THAT(error_of("(;SZ[9:53])"), ContainsSubstring("is no size"));
  CHECK_THAT(error_of("(;GM[2])"), ContainsSubstring("another game"));
}

TEST_CASE("SGF: no file exhausts stack, memory or time") {
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "(;B[aa]";
  CHECK(rewritten(deep).size() > 1'000'000);
  deep += std::string(200'000, ')');
  CHECK(rewritten(deep).size() > 1'000'000);
  CHECK_THROWS_AS(parse_sgf("(" + std::string(2'000'000, ';') + ")", "many"), Error);
  CHECK_THROWS_AS(parse_sgf(std::string(1'000'000, '('), "brackets"), Error);
  std::string names = "(;";
  for (int i = 0; i < 100'000; ++i) {
    for (int n = i, digit = 0; digit < 4; ++digit, n /= 26)
      names += static_cast<char>('A' + n % 26);
    names += "[]";
  }
  CHECK_THROWS_AS(parse_sgf(names + ")", "names"), Error);
  std::string stones = "(;SZ[52]AB";
  for (int i = 0; i < 1000; ++i) stones += "[aa:ZZ]";
  CHECK_THROWS_AS(record_of(stones + ")"), Error);
}

TEST_CASE("SGF: random changes to a file are read or refused, and what is read survives writing") {
  const std::string text =
      "(;GM[1]FF[4]SZ[9]KM[6.5]AB[aa:bb][cc]C[a\\]b\\\nc](;B[dd];W[ee](;B[tt])(;B[]))(;B[ff]W[gg])"
      ")";
  constexpr std::string_view kTelling = "();[]\\:\nABSZWaz19 \xC3\r";
  Rng rng(4);
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string changed = text;
    for (auto n = 1 + rng.below(3); n > 0; --n) {
      const auto at = rng.below(static_cast<std::uint32_t>(changed.size()));
      const char c = kTelling[rng.below(static_cast<std::uint32_t>(kTelling.size()))];
      switch (rng.below(3)) {
        case 0:
          changed[at] = c;
          break;
        case 1:
          changed.insert(at, 1, c);
          break;
        default:
          changed.erase(at, 1 + rng.below(3));
      }
    }
    try {
      const std::string written = rewritten(changed);
      ++accepted;
      INFO(changed);
      REQUIRE(rewritten(written) == written);
      record_of(changed);
    } catch (const Error&) {
    }
  }
  CHECK(accepted == 20'000);  // there is always a game in it
}
