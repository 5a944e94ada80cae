// Whole GTP sessions, and what single commands promise.
#include "experiments/go/gtp_server.hpp"
#include "core/rng.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"
#include "tests/text_file.hpp"

#include <memory>
#include <sstream>

using namespace tengen;

namespace {

// A server with the random player; input always waits, so that analysis ends at once.
struct Session {
  std::unique_ptr<GoPlayer> player = random_go_player(1);
  std::string out;
  GtpServer server;

  explicit Session(const GtpOptions& options = {})
      : server(
            *player, options, [this](std::string_view text) { out += text; }, [] { return true; }) {
  }

  std::string ask(std::string_view line) {
    out.clear();
    server.handle(line);
    return out;
  }
  // The answer's text, of a success only.
  std::string answer(std::string_view line) {
    const std::string text = ask(line);
    INFO(line << " → " << text);
    REQUIRE(text.starts_with("="));
    REQUIRE(text.ends_with("\n\n"));
    REQUIRE(text.find("\n\n") == text.size() - 2);
    return text.size() <= 3 ? "" : text.substr(2, text.size() - 4);
  }
};

}  // namespace

TEST_CASE("GTP: ids, comments, white space, errors") {
  Session s;
  CHECK(s.ask("protocol_version") == "= 2\n\n");
  CHECK(s.ask("12 protocol_version # why") == "=12 2\n\n");
  CHECK(s.ask("\t 007\tname \r") == "=007 Tengen\n\n");
  CHECK(s.ask("\x01na\x02me\x7F") == "= Tengen\n\n");
  CHECK(s.ask("").empty());
  CHECK(s.ask("  # only a comment").empty());
  CHECK(s.ask("13").empty());
  CHECK(s.ask("3 nonsense 4") == "?3 unknown command\n\n");
  CHECK(s.ask("play b") == "? syntax error: play takes 2 arguments, not 1\n\n");
  CHECK(s.ask("clear_board") == "=\n\n");
  CHECK(s.ask("5 quit") == "=5\n\n");
  CHECK_FALSE(s.server.handle(""));
}

TEST_CASE("GTP: every listed command is known, and answers something") {
  Session s;
  std::istringstream commands(s.answer("list_commands"));
  int count = 0;
  for (std::string name; std::getline(commands, name); ++count) {
    CHECK(s.answer("known_command " + name) == "true");
    if (name != "quit") CHECK(s.ask(name).ends_with("\n\n"));
  }
  CHECK(count == 47);
  CHECK(s.answer("known_command lz-dance") == "false");
}

TEST_CASE("GTP: board, moves, undo") {
  Session s;
  CHECK(s.answer("boardsize 9").empty());
  CHECK(s.ask("boardsize 26") == "? unacceptable size\n\n");
  CHECK(s.ask("boardsize 1") == "? unacceptable size\n\n");
  CHECK(s.answer("play b C3").empty());
  CHECK(s.answer("play WHITE d4").empty());
  CHECK(s.ask("play w c3") == "? illegal move: occupied\n\n");
  CHECK(s.ask("play w i5") ==
        "? syntax error: 'i5' is no vertex of 9x9; A1 to J9 and pass are\n\n");
  CHECK(s.ask("play green c4") == "? syntax error: 'green' is no color; b and w are\n\n");
  CHECK(s.answer("play b PASS").empty());
  CHECK(s.server.game().moves().size() == 3);
  CHECK(s.answer("undo").empty());
  CHECK(s.server.game().to_move() == 0);
  s.answer("undo");
  s.answer("undo");
  CHECK(s.ask("undo") == "? cannot undo\n\n");
  CHECK(s.answer("play b a1").empty());
  CHECK(s.answer("play b a2").empty());  // the controller may move twice
  CHECK(s.answer("boardsize 5 3").empty());
  CHECK(s.server.game().columns() == 5);
  CHECK(s.server.game().rows() == 3);
  CHECK(s.answer("query_boardsize") == "5 3");
  CHECK(s.answer("rectangular_boardsize 9 13").empty());
  CHECK(s.server.game().columns() == 9);
  CHECK(s.server.game().rows() == 13);
  CHECK(s.answer("rectangular_boardsize 7 7").empty());
  CHECK(s.answer("query_boardsize") == "7");
  CHECK(s.ask("rectangular_boardsize 7") ==
        "? syntax error: rectangular_boardsize takes 2 arguments, not 1\n\n");
  CHECK(s.ask("rectangular_boardsize 7 26") == "? unacceptable size\n\n");
  CHECK(s.answer("query_boardsize") == "7");
}

TEST_CASE("GTP: a player of one size of board says so, and the game stays") {
  struct Nine final : GoPlayer {
    [[nodiscard]] std::string name() const override { return "nine"; }
    void check_board(int rows, int columns) const override {
      if (rows != 9 || columns != 9) throw Error("nine plays on 9x9 only");
    }
    int choose(const GoGame& game, const ThinkLimit& /*limit*/) override {
      return game.pass_action();
    }
  } player;
  GtpOptions options;
  options.board_size = 9;
  std::string out;
  GtpServer server(
      player, options, [&](std::string_view text) { out += text; }, [] { return true; });
  server.handle("play b C3");
  server.handle("rectangular_boardsize 9 13");
  CHECK(out == "=\n\n? nine plays on 9x9 only\n\n");
  CHECK(server.game().moves().size() == 1);
  CHECK(server.game().rows() == 9);
}

TEST_CASE("GTP: what may be played, what lies where, moves taken back") {
  Session s;
  s.answer("boardsize 3");
  s.answer("komi -0");
  CHECK(s.answer("get_komi") == "0");
  s.answer("set_position w b1 w a2 b c3");
  CHECK(s.answer("is_legal b a1") == "0");  // suicide
  CHECK(s.answer("is_legal b C3") == "0");
  CHECK(s.answer("is_legal w A1") == "1");
  CHECK(s.answer("is_legal b pass") == "1");
  CHECK(s.answer("list_stones w") == "A2 B1");
  CHECK(s.answer("list_stones black") == "C3");
  CHECK(s.answer("all_legal b") == "A3 B3 B2 C2 C1");
  CHECK(s.answer("play w RESIGN").empty());
  CHECK(s.server.game().moves().empty());
  for (const char* move : {"play b b2", "play w c1", "play b pass"}) s.answer(move);
  CHECK(s.ask("gg-undo 4") == "? cannot undo 4 of 3 moves\n\n");
  CHECK(s.server.game().moves().size() == 3);
  CHECK(s.answer("gg-undo 2").empty());
  CHECK(s.answer("gg-undo").empty());
  CHECK(s.answer("list_stones b") == "C3");
  CHECK(s.server.game().moves().empty());
}

TEST_CASE("GTP: perft counts sequences of moves as everybody does") {
  Session s;
  s.answer("boardsize 5");
  CHECK(s.answer("perft 0") == "1");
  CHECK(s.answer("perft 1") == "25");
  CHECK(s.answer("perft 3") == "13800");
  s.answer("boardsize 3");
  s.answer("kata-set-rules chinese");  // simple ko
  CHECK(s.answer("perft 5") == "14720");
  CHECK(s.answer("clear_board").empty());
  s.answer("play b B2");
  CHECK(s.answer("perft 1") == "8");
  CHECK_THAT(s.ask("perft -1"), ContainsSubstring("from 0 to"));
}

TEST_CASE("GTP: a line that is too long is refused, and the session goes on") {
  Session s;
  const std::string rubbish(std::size_t{1} << 20, 'a');
  CHECK(s.ask("7 play b " + rubbish) == "?7 a line of over 1048576 bytes\n\n");
  CHECK(s.ask("# " + rubbish).empty());
  CHECK(s.ask("8 name") == "=8 Tengen\n\n");
}

TEST_CASE("GTP: ko, superko and suicide by the rules in force") {
  Session s;
  const auto set_up_ko = [&](const char* rules) {
    s.answer("boardsize 4");
    s.answer(std::string("kata-set-rules ") + rules);
    s.answer("set_position b b1 b a2 b b3 w c1 w d2 w c3 w b2");
    s.answer("play b c2");  // takes b2
  };
  set_up_ko("chinese");
  CHECK(s.ask("play w b2") == "? illegal move: ko\n\n");
  set_up_ko("tromp-taylor");
  CHECK(s.ask("play w b2") == "? illegal move: superko\n\n");
  s.answer("boardsize 3");
  s.answer("kata-set-rules chinese");
  s.answer("set_position w b1 w a2");
  CHECK(s.ask("play b a1") == "? illegal move: suicide\n\n");
  s.answer("kata-set-rule suicide true");
  CHECK(s.ask("play b a1").starts_with("="));
}

TEST_CASE("GTP: rules are told and taken as KataGo does") {
  Session s;
  s.answer("kata-set-rules aga");
  CHECK(s.answer("kata-get-rules") ==
        R"({"friendlyPassOk":false,"hasButton":false,"ko":"SITUATIONAL","scoring":"AREA",)"
        R"("suicide":false,"tax":"NONE","whiteHandicapBonus":"N-1"})");
  s.answer(R"(kata-set-rules {"ko": "SIMPLE", "suicide": true, "whiteHandicapBonus": "N"})");
  CHECK(s.server.game().ruleset().rules.ko == KoRule::kSimple);
  CHECK(s.server.game().ruleset().rules.suicide);
  CHECK_THAT(s.ask("kata-set-rules japanese"), ContainsSubstring("area scoring is: tromp-taylor"));
  CHECK_THAT(s.ask("kata-set-rules chinesse"), ContainsSubstring("did you mean 'chinese'?"));
  CHECK_THAT(s.ask("kata-set-rules {\"ko\":"), StartsWith("?"));
  CHECK_THAT(s.ask("kata-set-rules {\"ko\":\"EVIL\"}"), ContainsSubstring("known are SIMPLE"));
  CHECK_THAT(s.ask("kata-set-rule scoring TERRITORY"), ContainsSubstring("only AREA"));
  CHECK_THAT(s.ask("kata-set-rule colour blue"), ContainsSubstring("unknown rule 'colour'"));
  CHECK(s.answer("kgs-rules chinese").empty());
  CHECK(s.server.game().ruleset().rules.ko == KoRule::kPositional);
}

TEST_CASE("GTP: handicap and its bonus") {
  Session s;
  s.answer("kata-set-rules chinese");
  s.answer("komi 0.5");
  CHECK(s.answer("fixed_handicap 4") == "D4 Q16 D16 Q4");
  CHECK(s.server.game().to_move() == 1);
  CHECK(s.server.game().full_komi() == 4.5F);
  CHECK(s.answer("get_komi") == "0.5");
  CHECK(s.ask("fixed_handicap 2") == "? board not empty\n\n");
  s.answer("clear_board");
  CHECK(s.answer("set_free_handicap A1 B2 C3").empty());
  CHECK(s.server.game().handicap() == 3);
  s.answer("clear_board");
  CHECK_THAT(s.ask("set_free_handicap A1 A1"), ContainsSubstring("bad vertex list"));
  CHECK_THAT(s.ask("set_free_handicap A1 pass"), ContainsSubstring("bad vertex list"));
  CHECK_THAT(s.ask("fixed_handicap 10"), StartsWith("?"));
  const std::string free = s.answer("place_free_handicap 11");
  CHECK(std::count(free.begin(), free.end(), ' ') == 10);
}

TEST_CASE("GTP: scores and dead stones") {
  Session s;
  s.answer("boardsize 5");
  s.answer("komi 0.5");
  // A wall of Black's with two eyes of space on its left, White's on its right; one black stone
  // lost.
  s.answer("set_position b c1 b c2 b c3 b c4 b c5 w d1 w d2 w d3 w d4 w d5 b e5");
  CHECK(s.answer("final_score") == "B+4.5");
  CHECK(s.answer("final_status_list dead") == "E5");
  CHECK(s.answer("final_status_list alive") == "C5 C4 C3 C2 C1\nD5 D4 D3 D2 D1");
  CHECK(s.answer("final_status_list seki").empty());
  CHECK_THAT(s.ask("final_status_list black_territory"), ContainsSubstring("known are alive"));
  CHECK(s.answer("clear_board").empty());
  CHECK(s.answer("final_score") == "W+0.5");
  // A seki in the corner.
  s.answer("boardsize 9");
  s.answer(
      "set_position w A9 w A8 w A7 w A6 w B6 w C6 w D5 w D4 w D3 w D2 w D1 w D9 w D8 w D7 "
      "b B9 b B8 b B7 b C7 b E9 b E8 b E7 b E6 b D6 b E5 b E4 b E3 b E2 b E1");
  CHECK(s.answer("final_status_list seki") == "B9 B8 B7 C7\nD9 D8 D7");
  CHECK(s.answer("final_status_list dead").empty());
  CHECK(s.answer("final_score") == "B+20.5");
}

TEST_CASE("GTP: a network's word on the owners of points decides what is dead") {
  struct Knows final : GoPlayer {
    [[nodiscard]] std::string name() const override { return "knows"; }
    void check_board(int /*rows*/, int /*columns*/) const override {}
    int choose(const GoGame& game, const ThinkLimit& /*limit*/) override {
      return game.pass_action();
    }
    std::vector<float> owners(const GoGame& game) override {
      return std::vector<float>(static_cast<std::size_t>(game.points()), 0.5F);
    }
  } player;
  GtpOptions options;
  options.board_size = 5;
  std::string out;
  GtpServer server(
      player, options, [&](std::string_view text) { out += text; }, [] { return true; });
  for (const char* line :
       {"set_position b b2 b d4 w c3 w c4", "final_status_list dead", "komi 0", "final_score"})
    server.handle(line);
  CHECK(out == "=\n\n= C4 C3\n\n=\n\n= B+25\n\n");
}

TEST_CASE("GTP: SGF out and in") {
  const TempDirectory directory;
  const std::string file = (directory / "a game.sgf").string();
  Session s;
  s.answer("boardsize 9");
  s.answer("komi 6.5");
  s.answer("fixed_handicap 2");
  for (const char* move : {"play w e5", "play b pass", "play w c3"})
    CHECK(s.ask(move).starts_with(move[7] == 'c' ? "?" : "="));
  const std::string text = s.answer("printsgf");
  CHECK_THAT(text, ContainsSubstring("SZ[9]KM[6.5]HA[2]"));
  s.answer("printsgf " + file);
  CHECK(text_of(file).starts_with(text));
  const std::string board = s.answer("showboard");
  s.answer("boardsize 19");
  s.answer("loadsgf " + file);
  CHECK(s.answer("showboard") == board);
  s.answer("loadsgf " + file + " 1");
  CHECK(s.server.game().moves().empty());
  CHECK(s.server.game().to_move() == 1);
  // An illegal move is made all the same (FF[4]).
  write(directory / "bad.sgf", "(;SZ[9];B[aa];W[aa])");
  s.answer("loadsgf " + (directory / "bad.sgf").string());
  CHECK(s.server.game().position().at(0) == Stone::kWhite);
  CHECK(s.server.game().to_move() == 0);
  CHECK_THAT(s.ask("loadsgf nowhere.sgf"), ContainsSubstring("nowhere.sgf"));
  write(directory / "page.sgf", "<html>404</html>");
  CHECK_THAT(s.ask("loadsgf " + (directory / "page.sgf").string()),
             StartsWith("?") && ContainsSubstring("page of HTML"));
}

TEST_CASE("GTP: a file without komi or rules has the session's, not the last file's") {
  const TempDirectory directory;
  const auto load = [&](Session& s, const char* text) {
    write(directory / "a.sgf", text);
    s.answer("loadsgf " + (directory / "a.sgf").string());
  };
  Session s;
  load(s, "(;SZ[9]KM[0.5]RU[Chinese];B[aa])");
  CHECK(s.answer("get_komi") == "0.5");
  CHECK(s.server.game().ruleset().rules.ko == KoRule::kSimple);
  for (const char* none : {"(;SZ[9];B[aa])", "(;SZ[9]KM[];B[aa])"}) {
    load(s, none);
    CHECK(s.answer("get_komi") == "7.5");
    CHECK(s.server.game().ruleset().rules.ko == KoRule::kPositional);
  }
  s.answer("komi 5.5");
  s.answer("kata-set-rules aga");
  load(s, "(;SZ[9]KM[375]RU[Japanese];B[aa])");
  CHECK(s.answer("get_komi") == "7.5");
  load(s, "(;SZ[9];B[aa])");
  CHECK(s.answer("get_komi") == "5.5");
  CHECK(s.server.game().ruleset().rules.ko == KoRule::kSituational);
}

TEST_CASE("GTP: a game from a file is written with all that the file said") {
  const TempDirectory directory;
  const std::string file = (directory / "a.sgf").string(), out = (directory / "b.sgf").string();
  const std::string text =
      "(;SZ[9]KM[6.5]PB[æ¯]CA[UTF-8]XX[];B[ee]C[a\n\nb];AE[ee]AW[aa]PL[B](;B[cc]LB[cc:1])"
      "(;B[dd]))\n";
  write(file, text);
  Session s;
  s.answer("loadsgf " + file);
  s.answer("printsgf " + out);
  const std::string same = write_sgf(parse_sgf(text, "a"));
  CHECK(text_of(out) == same);
  s.answer("printsgf");  // without an empty line
  s.answer("play w g7");
  s.answer("printsgf " + out);
  CHECK_THAT(text_of(out), ContainsSubstring("(;B[cc]LB[cc:1];W[gc])"));
  s.answer("clear_board");
  CHECK(s.answer("printsgf") == "(;GM[1]FF[4]CA[UTF-8]AP[Tengen]SZ[9]KM[6.5]RU[tengen])");
}

TEST_CASE("GTP: genmove plays on to the end, and after two passes too") {
  Session s;
  s.answer("boardsize 5");
  int passes = 0;
  for (int i = 0; i < 200 && passes < 2; ++i) {
    const std::string move = s.answer(i % 2 == 0 ? "genmove b" : "genmove w");
    passes = move == "pass" ? passes + 1 : 0;
  }
  CHECK(passes == 2);
  for (const char* player : {"w", "b", "b", "w"}) {
    const std::string move = s.answer(std::string("genmove ") + player);
    CHECK(s.server.game().moves().back().player == (player[0] == 'b' ? 0 : 1));
    CHECK(move.size() >= 2);
  }
  CHECK(s.answer("final_score").size() >= 1);
  s.answer("boardsize 3");
  CHECK(s.answer("reg_genmove w").size() >= 2);
  CHECK(s.server.game().moves().empty());
}

TEST_CASE("GTP: what the random player cannot do is said") {
  Session s;
  CHECK(s.ask("7 lz-analyze 10") == "?7 random cannot analyse\n\n");
  CHECK(s.ask("kata-raw-nn 0") == "? random plays without a network\n\n");
  CHECK_THAT(s.ask("kata-analyze b 10 dance true"), ContainsSubstring("'dance' is not supported"));
  CHECK_THAT(s.ask("lz-analyze 10 ownership perhaps"), ContainsSubstring("true or false"));
}

TEST_CASE("GTP: random sessions never break the protocol") {
  Session s;
  std::vector<std::string> words{"b",  "w",           "A1",   "c3",  "pass", "5",
                                 "-3", "99999999999", "true", "all", "0.5",  "tromp-taylor",
                                 "{",  "#",           "\t",   "nan"};
  std::istringstream commands(s.answer("list_commands"));
  std::vector<std::string> names;
  for (std::string name; std::getline(commands, name);)
    if (name != "quit" && name != "loadsgf" && name != "printsgf" && name != "perft")
      names.push_back(name);
  Rng rng(5);
  const auto pick = [&](const std::vector<std::string>& from) {
    return from[rng.below(static_cast<std::uint32_t>(from.size()))];
  };
  for (int i = 0; i < 3000; ++i) {
    if (i % 50 == 0) s.answer(fmt::format("boardsize {}", 2 + rng.below(6)));
    std::string line = pick(names);
    for (auto n = rng.below(4); n > 0; --n) line += ' ' + pick(words);
    const std::string text = s.ask(line);
    INFO(line << " → " << text);
    REQUIRE(text.size() >= 3);
    REQUIRE((text[0] == '=' || text[0] == '?'));
    REQUIRE(text.find("\n\n") == text.size() - 2);
  }
}

TEST_CASE("GTP: clocks say how long a move may take") {
  struct Watch final : GoPlayer {
    [[nodiscard]] std::string name() const override { return "watch"; }
    void check_board(int /*rows*/, int /*columns*/) const override {}
    int choose(const GoGame& game, const ThinkLimit& limit) override {
      seconds = limit.seconds;
      return game.pass_action();
    }
    double seconds = -1;
  } player;
  GtpOptions options;
  options.board_size = 9;
  options.lag = 0.2;
  GtpServer server(
      player, options, [](std::string_view) {}, [] { return true; });
  const auto seconds_after = [&](const char* clock) {
    for (const char* line : {"clear_board", clock, "genmove b"}) server.handle(line);
    return player.seconds;
  };
  CHECK(seconds_after("") == 0);                                // no clock
  CHECK(seconds_after("time_settings 320 0 0") == Approx(10));  // of 32 moves
  CHECK(seconds_after("time_left b 64 0") == Approx(2));
  CHECK(seconds_after("time_settings 0 1 0") == 0);
  CHECK(seconds_after("time_settings 0 300 25") == Approx(11.8));
  CHECK(seconds_after("time_left b 60 10") == Approx(5.8));
  CHECK(seconds_after("kgs-time_settings byoyomi 0 30 5") == Approx(29.8));
  CHECK(seconds_after("time_left b 1 1") == Approx(0.8));  // the last period is all there is
  CHECK(seconds_after("time_left b 0.3 2") == Approx(0.15));
  CHECK(seconds_after("time_left b 64 0") == Approx(30));  // main time, and all periods to come
  CHECK(seconds_after("kgs-time_settings absolute 32") == Approx(1));
  CHECK(seconds_after("time_settings 320.0 0.0 0") == Approx(10));
  CHECK(seconds_after("kgs-time_settings canadian 0.0 300.0 25") == Approx(11.8));
  CHECK(seconds_after("kgs-time_settings none") == 0);
}
