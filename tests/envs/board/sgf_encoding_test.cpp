// SGF in the character sets of the world, named, misnamed and unnamed.
#include "envs/board/sgf_encoding.hpp"

#include "envs/board/sgf.hpp"
#include "tests/catch.hpp"

#include <fmt/format.h>
#include <iconv.h>

#include <array>

using namespace tengen;
using namespace std::string_view_literals;

namespace {

std::string encoded(std::string text, const char* charset) {
  const iconv_t handle = ::iconv_open(charset, "UTF-8");
  REQUIRE(handle != reinterpret_cast<iconv_t>(-1));
  std::array<char, 4096> buffer;
  char *from = text.data(), *to = buffer.data();
  std::size_t left = text.size(), room = buffer.size();
  REQUIRE(::iconv(handle, &from, &left, &to, &room) == 0);
  ::iconv_close(handle);
  return {buffer.data(), to};
}

struct Read {
  std::string written;
  std::vector<std::string> warnings;
};

Read read(std::string_view bytes) {
  SgfWarnings warnings;
  const std::vector<SgfTree> games = parse_sgf(bytes, "x.sgf", &warnings);
  std::string written = write_sgf(games);
  std::erase(written, '\n');  // where lines end is not for here
  return {std::move(written), warnings.texts()};
}

}  // namespace

TEST_CASE("SGF's character sets: what CA names is converted, and CA says UTF-8 then") {
  struct Case {
    const char *charset, *ca, *name;
  };
  const Case cases[] = {{"BIG5", "Big5", "許功蓋"},
                        {"GBK", "gb2312", "柯洁"},
                        {"GB18030", "GB18030", "芈昱廷"},
                        {"CP932", "Shift_JIS", "表ソ十能"},
                        {"CP932", "SJIS", "坂田栄男"},
                        {"EUC-KR", "EUC-KR", "바둑"},
                        {"CP949", "ks_c_5601-1987", "똠방각하"},
                        {"EUC-JP", "EUC-JP", "本因坊秀策"},
                        {"ISO-8859-1", "ISO-8859-1", "Müller"},
                        {"KOI8-R", "KOI8-R", "Динерштейн"},
                        {"CP1251", "windows-1251", "Шикшин"},
                        {"ISO-8859-2", "ISO-8859-2", "Janíček"},
                        {"UTF-8", "UTF-8", "柯洁 Müller"}};
  for (const Case& c : cases) {
    INFO(c.ca);
    const std::string text =
        fmt::format("(;GM[1]CA[{}]SZ[9]PB[{}]PW[{}];B[ee]C[{}])", c.ca, c.name, c.name, c.name);
    const Read game = read(encoded(text, c.charset));
    CHECK(game.written == fmt::format("(;GM[1]CA[UTF-8]SZ[9]PB[{0}]PW[{0}];B[ee]C[{0}])", c.name));
    CHECK(game.warnings.empty());
    CHECK(read(game.written).written == game.written);
  }
}

TEST_CASE("SGF's character sets: without CA, or with a wrong one, they are guessed") {
  struct Case {
    const char *charset, *guess, *text;
  };
  const Case cases[] = {
      {"UTF-8", "UTF-8", "PB[Müller]PW[黑]"},
      {"GBK", "GB18030", "PB[柯洁]BR[九段]PW[聂卫平]RE[黑中盘胜]"},
      {"GBK", "GB18030", "PB[棋乗]PW[b]"},
      {"GBK", "GB18030", "PB[芈昱廷]BR[9段]"},
      {"GBK", "GB18030", "PB[时越]PW[连笑]"},
      {"BIG5", "BIG5", "PB[許家元]PW[周俊勳]BR[9段]C[黑勝]"},
      {"BIG5", "BIG5", "PB[王立誠]PW[林海峰]"},
      {"EUC-KR", "UHC", "PB[이창호]BR[9단]PW[조훈현]RE[흑 불계승]"},
      {"EUC-KR", "UHC", "PB[박정환]PW[신진서]"},
      {"CP932", "CP932", "PB[井山裕太]PW[一力遼]EV[第1期 名人戦 表]C[ソフトの手です]"},
      {"CP932", "CP932", "PB[坂田栄男]BR[九段]PW[藤沢秀行]"},
      {"EUC-JP", "EUC-JP", "PB[井山裕太]PW[一力遼]C[これは良い手です]"},
      {"ISO-8859-1", "CP1252", "PB[Müller]PW[José Núñez]C[Señor, déjà vu]"},
      {"ISO-8859-1", "CP1252", "PB[René]"}};
  for (const Case& c : cases) {
    INFO(c.charset << " " << c.text);
    Read game = read(encoded(fmt::format("(;SZ[9]{};B[ee])", c.text), c.charset));
    CHECK(game.written == fmt::format("(;CA[UTF-8]SZ[9]{};B[ee])", c.text));
    REQUIRE(game.warnings.size() == 1);
    CHECK(game.warnings[0] ==
          fmt::format("x.sgf:1: no CA names the character set: read as {}", c.guess));
    for (const char* wrong : {"UTF-8", "ISO-8859-1", "Klingon"}) {
      INFO(wrong);
      game = read(encoded(fmt::format("(;CA[{}]SZ[9]{};B[ee])", wrong, c.text), c.charset));
      CHECK(game.written == fmt::format("(;CA[UTF-8]SZ[9]{};B[ee])", c.text));
      const bool right = (wrong == "UTF-8"sv && c.guess == "UTF-8"sv) ||
                         (wrong == "ISO-8859-1"sv && c.guess == "CP1252"sv);
      CHECK(game.warnings.size() == (right ? 0 : 1));
    }
  }
}

TEST_CASE("SGF's character sets: a single rare character is no two Latin capitals") {
  CHECK(read(encoded("(;SZ[9]PB[温])", "GBK")).written == "(;CA[UTF-8]SZ[9]PB[温])");
}

TEST_CASE("SGF's character sets: UTF-16 by its mark or its zeros") {
  const std::string text = "(;GM[1]CA[UTF16LE]SZ[9]PB[柯洁];B[ee];W[cc])";
  const std::string written = "(;GM[1]CA[UTF-8]SZ[9]PB[柯洁];B[ee];W[cc])";
  CHECK(read("\xFF\xFE" + encoded(text, "UTF-16LE")).written == written);
  CHECK(read("\xFE\xFF" + encoded(text, "UTF-16BE")).written == written);
  CHECK(read("\xFE\xFF" + encoded(text, "UTF-16BE")).warnings.empty());
  const Read unmarked = read(encoded(text, "UTF-16LE"));
  CHECK(unmarked.written == written);
  CHECK(unmarked.warnings ==
        std::vector<std::string>{"x.sgf:1: read as UTF-16LE, though it has no byte order mark"});
  CHECK(read(encoded(text, "UTF-16BE")).written == written);
  CHECK(read("\xEF\xBB\xBF(;SZ[9])").written == "(;SZ[9])");
  CHECK(read("\xEF\xBB\xBF(;SZ[9])").warnings.empty());
}

TEST_CASE("SGF's character sets: every game of a collection has its own") {
  const std::string bytes = encoded("(;CA[Big5]PB[許功];B[aa])\n", "BIG5") +
                            encoded("(;CA[Shift_JIS]PB[表];B[bb])\n", "CP932") +
                            encoded("(;CA[UTF-8]PB[柯洁])", "UTF-8");
  const Read games = read(bytes);
  CHECK(games.written == "(;CA[UTF-8]PB[許功];B[aa])(;CA[UTF-8]PB[表];B[bb])(;CA[UTF-8]PB[柯洁])");
  CHECK(games.warnings.empty());
}

TEST_CASE("SGF's character sets: a game that names one again and again takes no longer for it") {
  std::string bytes = "(;SZ[9]";
  for (int i = 0; i < 400'000; ++i) bytes += "CA[a]";  // hours, if each looked back to the start
  CHECK(read(bytes + "PB[x])").written.find("PB[x]") != std::string::npos);
}

TEST_CASE("SGF's character sets: bytes that mean nothing are kept, and said") {
  // A name that a server cut within a character.
  const Read game = read("(;CA[UTF-8]SZ[9]\nPB[\xE6\x9F\xAF\xE6\xB4\xE6\xB4\x81]PW[\xE9\xBB\x91])");
  CHECK(game.written == "(;CA[UTF-8]SZ[9]PB[柯æ´洁]PW[黑])");
  CHECK(game.warnings ==
        std::vector<std::string>{"x.sgf:2: 2 bytes mean nothing in UTF-8: kept as Latin-1's "
                                 "characters"});
}

TEST_CASE("SGF's character sets: ASCII stays as it is") {
  CHECK(read("(;SZ[9]PB[a])").written == "(;SZ[9]PB[a])");
  CHECK(read("(;CA[GBK]SZ[9]PB[a])").written == "(;CA[UTF-8]SZ[9]PB[a])");
  CHECK(read("(;CA[]SZ[9]PB[a])").warnings.empty());
  // What is added to a game later may be more than that.
  std::vector<SgfTree> games = parse_sgf("(;SZ[9];B[aa])", "x.sgf");
  games[0].nodes[0].set("PB", "柯洁");
  CHECK(write_sgf(games) == "(;CA[UTF-8]SZ[9]PB[柯洁];B[aa])\n");
}
