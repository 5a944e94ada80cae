// A game from a file is written with all that the file said; what is against the rules is executed.
#include "experiments/go/game_file.hpp"

#include "envs/board/vertex.hpp"
#include "tests/catch.hpp"

using namespace tengen;

namespace {

int at(std::string_view vertex) { return from_gtp_vertex(vertex, 9, 9); }

struct Loaded {
  explicit Loaded(const std::string& text, int before = 0)
      : games(parse_sgf(text, "a.sgf")),
        game(GoGame::from_record(go_record(games.front()), GoRuleset{}, before, &warnings)),
        file(games, before, game) {}

  [[nodiscard]] std::string written() const { return write_sgf(file.with(game)); }

  SgfWarnings warnings;
  std::vector<SgfTree> games;
  GoGame game;
  GameFile file;
};

const std::string kText = "(;SZ[9]KM[6.5]XX[y];B[ee]C[a]\n(;W[cc];B[gg]N[b])\n(;W[dd];B[ff]))\n";

}  // namespace

TEST_CASE("a game file: unchanged, it is written as it was") {
  CHECK(Loaded(kText).written() == kText);
  for (const int before : {1, 2, 3}) CHECK(Loaded(kText, before).written() == kText);
  Loaded loaded(kText + "(;SZ[13];B[aa])\n");
  loaded.game.undo();
  loaded.game.undo();
  CHECK(loaded.written() == kText + "(;SZ[13];B[aa])\n");
}

TEST_CASE("a game file: what is played is added, and is the main line") {
  Loaded loaded(kText);
  loaded.game.play(1, at("A1"));
  CHECK(loaded.written() ==
        "(;SZ[9]KM[6.5]XX[y];B[ee]C[a]\n(;W[cc];B[gg]N[b];W[ai])\n(;W[dd];B[ff]))\n");
  loaded.game.undo();
  loaded.game.undo();
  loaded.game.play(0, at("J9"));
  CHECK(loaded.written() ==
        "(;SZ[9]KM[6.5]XX[y];B[ee]C[a]\n(;W[cc]\n(;B[ia])\n(;B[gg]N[b]))\n"
        "(;W[dd];B[ff]))\n");
  // A variation that is there is gone along.
  Loaded early(kText, 2);
  early.game.play(1, at("D6"));
  CHECK(early.written() == "(;SZ[9]KM[6.5]XX[y];B[ee]C[a]\n(;W[dd];B[ff])\n(;W[cc];B[gg]N[b]))\n");
}

TEST_CASE("a game file: other komi and rules are said, another game is not its own") {
  Loaded loaded(kText);
  loaded.game.set_ruleset(named_rules("chinese", 5.5F));
  CHECK_THAT(loaded.written(), StartsWith("(;SZ[9]KM[5.5]XX[y]RU[chinese];B[ee]"));
  loaded.game.set_up({{0, Stone::kBlack}}, 0);
  CHECK(loaded.written().empty());
  loaded.game = GoGame(13, 13);
  CHECK(loaded.written().empty());
}

TEST_CASE("a game file: set-ups and turns amid moves, and illegal moves, are where they were") {
  const std::string text = "(;SZ[9];B[ee];W[ee];AE[ee]AB[aa]PL[W];W[cc];B[];W[gg])\n";
  Loaded loaded(text);
  REQUIRE(loaded.warnings.texts().size() == 1);
  CHECK(loaded.warnings.texts()[0] ==
        "a.sgf: move 2, White at E5 is illegal (occupied): made all the same");
  CHECK(loaded.game.position().at(40) == Stone::kEmpty);
  CHECK(loaded.game.position().at(0) == Stone::kBlack);
  CHECK(loaded.game.to_move() == 0);
  CHECK(loaded.game.moves().size() == 3);
  CHECK(loaded.written() == text);
  loaded.game.undo();
  loaded.game.play(1, at("J1"));
  CHECK_THAT(loaded.written(), ContainsSubstring("B[]\n(;W[ii])\n(;W[gg])"));
  CHECK(Loaded("(;SZ[9];B[ee];AB[aa]PL[B])").game.to_move() == 0);
  CHECK(Loaded("(;SZ[9];B[ee];AB[aa])").game.to_move() == 1);
}

TEST_CASE("an illegal move takes what has no liberty, the opponent's first") {
  // White on A9 is suicide; on a black stone's place in atari it takes what is around.
  const auto stones = [](const std::string& text) {
    const Loaded loaded(text);
    std::string row;
    for (int x = 0; x < 3; ++x)
      row += ".BW"[static_cast<std::size_t>(loaded.game.position().at(x))];
    return row;
  };
  CHECK(stones("(;SZ[9]AB[ba][ab];W[aa])") == ".B.");
  CHECK(stones("(;SZ[9]AB[aa][ba]AW[ca][bb];W[aa])") == "W.W");
  CHECK(stones("(;SZ[9]AB[aa]AW[ba];W[aa])") == "WW.");
}

TEST_CASE("a record's rules are its own, the rest is as it was") {
  GoRecord record;
  record.rules = "Chinese";
  GoRuleset rules = recorded_rules(record, named_rules("tromp-taylor", 5.5F));
  CHECK(rules == named_rules("chinese", 5.5F));
  record.komi = 6.5F;
  record.rules = "Japanese";
  rules = recorded_rules(record, named_rules("aga", 7.5F));
  CHECK(rules.rules.ko == KoRule::kSimple);
  CHECK(rules.rules.komi == 6.5F);
  CHECK(rules.bonus == HandicapBonus::kNone);
  record.rules = "koSITUATIONALscoreAREAtaxNONEsui1";
  rules = recorded_rules(record, {});
  CHECK(rules.rules.ko == KoRule::kSituational);
  CHECK(rules.rules.suicide);
  record.rules = "Area";
  CHECK(recorded_rules(record, named_rules("bga", 6.5F)) == named_rules("bga", 6.5F));
}
