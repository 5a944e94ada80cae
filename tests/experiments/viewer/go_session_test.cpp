#include "experiments/viewer/go_session.hpp"

#include "envs/board/vertex.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <functional>

using namespace tengen;

namespace {

int at(std::string_view vertex, int size = 9) { return from_gtp_vertex(vertex, size, size); }

GoSession played(std::initializer_list<std::string_view> moves) {
  GoSession session(GoGame(9, 9));
  for (const std::string_view move : moves) session.play(at(move));
  return session;
}

GoAnalysis analysis(int visits, double value, double margin = 0) {
  return {visits, value, margin, {{0, visits, value, value, 1, margin, {0}}}, {}};
}

GoSession from_text(std::string_view text) {
  return GoSession(parse_sgf(text, "a.sgf").front(), GoRuleset{});
}

}  // namespace

TEST_CASE("a Go session plays, takes stones, and goes back and forth without forgetting") {
  GoSession session = played({"B1", "A1", "A2"});  // takes A1
  CHECK(session.move_number() == 3);
  CHECK(session.game().position().prisoners(1) + session.game().position().prisoners(0) == 1);
  CHECK(session.game().position().at(at("A1")) == Stone::kEmpty);
  CHECK(session.last_action() == at("A2"));
  session.step(-1);
  CHECK(session.game().position().at(at("A1")) == Stone::kWhite);
  CHECK_FALSE(session.at_end());
  CHECK(session.line_length() == 3);
  session.go_to(0);
  CHECK(session.game().moves().empty());
  CHECK(session.last_action() == -1);
  session.go_to(99);
  CHECK(session.at_end());
  CHECK(session.game().position().at(at("A1")) == Stone::kEmpty);
  session.go_to(-5);
  CHECK(session.move_number() == 0);
}

TEST_CASE("another move makes a variation; the same one does not") {
  GoSession session = played({"E5", "C3", "G7"});
  const int end = session.node();
  session.step(-2);
  session.play(at("C3"));
  CHECK(session.line_length() == 3);  // went on along what is there
  session.step(-1);
  session.play(at("D4"));
  CHECK(session.line_length() == 2);
  CHECK(session.variations() == 2);
  CHECK(session.node() != end);
  REQUIRE(session.other_variation(1));
  CHECK(session.last_action() == at("C3"));
  CHECK(session.line_length() == 3);
  REQUIRE(session.other_variation(-1));
  CHECK(session.last_action() == at("D4"));
  session.step(-1);
  CHECK(session.continuations() == 2);
  CHECK_FALSE(session.other_variation(1));
}

TEST_CASE("undo takes a move off with what follows, and its number is not given again") {
  GoSession session = played({"E5", "C3", "G7"});
  session.step(-1);
  const int gone = session.node();
  REQUIRE(session.undo());
  CHECK(session.move_number() == 1);
  CHECK(session.line_length() == 1);
  CHECK(session.game().to_move() == 1);
  session.play(at("C3"));
  CHECK(session.node() != gone);
  CHECK(session.line_length() == 2);
  REQUIRE(session.undo());
  REQUIRE(session.undo());
  CHECK_FALSE(session.undo());
  CHECK(session.node() == 0);
}

TEST_CASE("a game ends with two passes or a resignation, and may be taken up again") {
  GoSession session = played({"E5", "pass", "pass"});
  CHECK(session.finished());
  CHECK(session.result() == "B+73.5");
  CHECK(session.why_illegal(at("A1")) == "the game is over");
  session.step(-1);
  CHECK_FALSE(session.finished());
  CHECK(session.result().empty());
  GoSession dead_stones = played({"C7", "E5", "G7", "D6", "C3", "pass", "G3", "pass", "pass"});
  CHECK(dead_stones.result() == "B+73.5");
  dead_stones.step(-1);
  CHECK(dead_stones.result().empty());
  session.resign();  // Black
  CHECK(session.result() == "W+R");
  REQUIRE(session.undo());
  CHECK_FALSE(session.finished());
  CHECK(session.move_number() == 2);
}

TEST_CASE("illegal moves are told apart") {
  // White D4 and E3 E5 F4 around E4, Black … a ko.
  GoSession session = played({"D5", "E5", "C4", "F4", "D3", "E3", "E4", "D4"});
  CHECK(session.why_illegal(at("D4")) == "occupied");
  CHECK_THAT(session.why_illegal(at("E4")), ContainsSubstring("ko"));
  CHECK(session.why_illegal(at("A1")).empty());
  CHECK(session.why_illegal(81).empty());
}

TEST_CASE("figures are kept for Black, with the most visits they had") {
  GoSession session = played({"E5"});
  session.note(session.node(), analysis(100, 0.5, 3));  // White, to move, is ahead
  CHECK(session.figures().value == -0.5F);
  CHECK(session.figures().margin == -3);
  session.note(session.node(), analysis(50, -1));
  CHECK(session.figures().visits == 100);
  session.note(session.node(), {});
  CHECK(session.figures().visits == 100);
  session.note(0, analysis(10, 0.25));  // Black to move there
  session.play(at("C3"));
  const std::vector<GoFigures> figures = session.line_figures();
  REQUIRE(figures.size() == 3);
  CHECK(figures[0].value == 0.25F);
  CHECK(figures[1].value == -0.5F);
  CHECK(std::isnan(figures[2].value));
}

TEST_CASE("a file's variations, comments, marks, set-ups and results are there") {
  GoSession session = from_text(
      "(;GM[1]FF[4]SZ[9]KM[5.5]PB[Ann]PW[Bob]RE[B+R]AB[aa:ba]C[start]"
      ";B[ee]C[middle\\]]TR[ee]LB[cc:x](;W[cc];B[gg])(;W[dd]CR[dd][ee];AW[ii]AE[aa]))");
  CHECK(session.black == "Ann");
  CHECK(session.recorded_result() == "B+R");
  CHECK(session.game().komi() == 5.5F);
  CHECK(session.comment() == "start");
  CHECK(session.game().position().at(1) == Stone::kBlack);
  CHECK(session.line_length() == 3);
  session.step(1);
  CHECK(session.comment() == "middle]");
  REQUIRE(session.marks().size() == 2);
  CHECK(session.marks()[0].shape == MarkShape::kTriangle);
  CHECK(session.marks()[1].text == "x");
  CHECK(session.continuations() == 2);
  session.step(1);
  CHECK(session.last_action() == at("C7"));
  REQUIRE(session.other_variation(1));
  CHECK(session.marks().size() == 2);
  CHECK(session.line_length() == 3);
  session.step(1);
  CHECK(session.last_action() == -1);
  CHECK(session.game().position().at(0) == Stone::kEmpty);
  CHECK(session.game().position().at(80) == Stone::kWhite);
  CHECK(session.game().position().at(at("E5")) == Stone::kBlack);
}

TEST_CASE("bad moves of a file are made all the same, and told with their place") {
  const auto warning = [](std::string_view text, const std::function<void(GoSession&)>& then) {
    SgfWarnings warnings;
    GoSession session(parse_sgf(text, "a.sgf").front(), GoRuleset{}, &warnings);
    session.go_to(99);
    then(session);
    return warnings.texts().empty() ? "" : warnings.texts().front();
  };
  CHECK(warning("(;SZ[9];B[ee];W[ee];B[cc])", [](GoSession& session) {
          CHECK(session.game().position().at(40) == Stone::kWhite);
          CHECK(session.move_number() == 3);
          CHECK(session.game().to_move() == 1);
        }) == "a.sgf:1:14: move 2, White at E5 is illegal (occupied): made all the same");
  // A suicide in a variation: the stone goes off again.
  CHECK(warning("(;SZ[9];B[ba];W[ee];B[ab](;W[cc];B[gg])(;W[aa]C[so];B[dd]))",
                [](GoSession& session) {
                  session.go_to(4);
                  REQUIRE(session.other_variation(1));
                  CHECK(session.game().position().at(0) == Stone::kEmpty);
                  CHECK(session.game().position().at(1) == Stone::kBlack);
                  session.step(1);
                  CHECK(session.last_action() == at("D6"));
                }) == "a.sgf:1:41: move 4, White at A9 is illegal (suicide): made all the same");
  CHECK_THAT(warning("(;SZ[9];B[zz];AB[zz])",
                     [](GoSession& session) { CHECK(session.line_length() == 2); }),
             StartsWith("a.sgf:1:8: B[zz] is no point"));
  CHECK_THAT(warning("(;SZ[9]AB[aa]AW[ab][ba])",
                     [](GoSession& session) {
                       CHECK(session.game().position().at(0) == Stone::kEmpty);
                       CHECK(session.game().position().at(1) == Stone::kWhite);
                     }),
             ContainsSubstring("without a liberty"));
}

TEST_CASE("the rules of a file decide on its kos, whatever the session's own are") {
  // A ko is retaken after two passes: only superko forbids that.
  const auto warned = [&](const char* rules) {
    SgfWarnings warnings;
    const std::string text =
        fmt::format("(;SZ[9]{}AB[ba][ab][bc]AW[ca][db][cc][bb];B[cb];W[];B[];W[bb])", rules);
    GoSession session(parse_sgf(text, "a.sgf").front(), GoRuleset{}, &warnings);
    session.go_to(4);
    CHECK(session.game().position().at(10) == Stone::kWhite);
    CHECK(session.game().position().at(11) == Stone::kEmpty);
    return warnings.texts();
  };
  for (const char* rules : {"RU[Japanese]", "RU[japan]", "RU[Chinese]", "RU[日本]CA[UTF-8]"})
    CHECK(warned(rules) == std::vector<std::string>{});
  for (const char* rules : {"", "RU[AGA]", "RU[NZ]", "RU[GOE]", "RU[koPOSITIONALscoreAREA]"}) {
    REQUIRE(warned(rules).size() == 1);
    CHECK_THAT(warned(rules)[0], ContainsSubstring("move 4, White at B8 is illegal (superko)"));
  }
  REQUIRE(warned("RU[of my own]").size() == 2);
  CHECK_THAT(warned("RU[of my own]")[0], ContainsSubstring("names no rules known here"));
}

TEST_CASE("a file that is read and saved is the same tree, whatever is in it") {
  const std::string text =
      "(;GM[1]FF[4]SZ[9]PB[a]BR[5d]PW[b]WR[6k]DT[2020-01-02]RU[Chinese]KM[6.5]RE[W+R]XY[z][]"
      "PC[online]TM[300]\n;B[ee]C[a \\\\\\] "
      "b]TR[ee]BL[295.3]\n(;W[cc]N[x];AE[cc]AB[dd]PL[B]C[e]LB[aa:1]"
      ";B[gg]BM[1];MN[5]VW[])\n(;W[dd]))\n";
  SgfWarnings warnings;
  GoSession session(parse_sgf(text, "a.sgf").front(), GoRuleset{}, &warnings);
  CHECK(warnings.empty());
  const auto saved = [&] {
    const SgfTree tree = session.to_sgf();
    return write_sgf(std::span(&tree, 1));
  };
  CHECK(saved() == text);
  session.other_games = parse_sgf("(;SZ[13])", "a.sgf");
  CHECK(session.file_text() == text + "(;SZ[13])\n");
  session.go_to(3);
  CHECK(session.game().position().at(2 * 9 + 2) == Stone::kEmpty);
  CHECK(session.game().position().at(3 * 9 + 3) == Stone::kBlack);
  CHECK(session.game().to_move() == 0);
  session.play(at("J9"));
  session.undo();
  CHECK(saved() == text);
  session.play(81);
  session.play(81);
  CHECK(session.finished());
  std::string more = text;
  more.insert(more.find(";AE[cc]"), "")
      .replace(more.find(";B[gg]BM[1];MN[5]VW[]"), 21, "\n(;B[gg]BM[1];MN[5]VW[])\n(;B[];W[])");
  CHECK(saved() == more);  // the result is the file's own
  session.white = "c";
  CHECK_THAT(saved(), ContainsSubstring("PW[c]WR[6k]"));
}

TEST_CASE("what is written reads as the same tree") {
  GoSession session = played({"E5", "C3", "pass"});
  session.step(-1);
  session.play(at("G7"));
  session.black = "a]b";
  const SgfTree tree = session.to_sgf();
  const std::string text = write_sgf(std::span(&tree, 1));
  GoSession again = from_text(text);
  CHECK(again.black == "a]b");
  CHECK(again.line_length() == 3);
  CHECK(again.game().komi() == session.game().komi());
  again.go_to(3);
  CHECK(again.variations() == 2);
  CHECK(again.last_action() == 81);
  CHECK(again.other_variation(1));
  CHECK(again.last_action() == at("G7"));
}
