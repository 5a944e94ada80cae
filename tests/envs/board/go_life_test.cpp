// Which stones are dead at the end of a game. The pictures' small letters are stones that everybody
// takes off.
#include "envs/board/go_life.hpp"

#include "envs/board/go_capture.hpp"
#include "envs/board/go_playout.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace tengen;

namespace {

using Picture = std::vector<std::string>;
using Board = GoBoard<kLargestGoSide>;

// 'X' and 'O' live, 'x' and 'o' are dead, 'S' (Black) and 'Z' (White) are in seki.
Board board_of(const Picture& picture) {
  Board board(static_cast<int>(picture.size()), static_cast<int>(picture[0].size()));
  for (int point = 0; point < board.points(); ++point) {
    const char c = picture[static_cast<std::size_t>(point / board.columns())]
                          [static_cast<std::size_t>(point % board.columns())];
    if (c != '.')
      board.play(board.cell(point),
                 std::string("XxS").find(c) != std::string::npos ? Stone::kBlack : Stone::kWhite);
  }
  return board;
}

Picture judged(const Board& board, const GoJudgement& judgement) {
  Picture out(static_cast<std::size_t>(board.rows()));
  for (int point = 0; point < board.points(); ++point) {
    const bool black = board.at(board.cell(point)) == Stone::kBlack;
    const GoFate fate = judgement.fates[static_cast<std::size_t>(point)];
    out[static_cast<std::size_t>(point / board.columns())] +=
        fate == GoFate::kNoStone ? '.'
        : fate == GoFate::kDead  ? (black ? 'x' : 'o')
        : fate == GoFate::kSeki  ? (black ? 'S' : 'Z')
                                 : (black ? 'X' : 'O');
  }
  return out;
}

void check(const Picture& picture, int balance) {
  const Board board = board_of(picture);
  const GoJudgement judgement = judge_go(board);
  CHECK(judged(board, judgement) == picture);
  CHECK(judgement.balance == balance);
}

}  // namespace

TEST_CASE("Go life: single stones behind a wall are dead, however much room they have") {
  check({"...XO....",  //
         ".X.XO..O.",  //
         "...XO....",  //
         "XXXXOOOOO",  //
         "OOOOXXXXX",  //
         "...OX....",  //
         ".x.OX....",  //
         "...OX.o..",  //
         "...OX...."},
        1);
  check({".........",  //
         ".........",  //
         "..X...X..",  //
         "...o.....",  //
         ".....o...",  //
         "..X...X..",  //
         ".........",  //
         ".........",  //
         "........."},
        81);
  Picture lone(13, ".....OX......");
  lone[6][10] = 'o';
  check(lone, 91 - 78);
  Picture wide(19, "........OX.........");
  wide[9][14] = 'o';
  check(wide, 190 - 171);
}

TEST_CASE("Go life: two eyes, and shapes that make them") {
  check({".X.XO....",  //
         "XXXXO....",  //
         "OOOOO....",  //
         ".........",  //
         ".........",  //
         ".........",  //
         ".........",  //
         ".........",  //
         "........."},
        8 - 73);
  check({"....XO...",  //
         "XXXXXO...",  //
         "OOOOOO...",  //
         ".........",  //
         ".........",  //
         ".........",  //
         ".........",  //
         ".........",  //
         "........."},
        10 - 71);
  // Both could have moved in the middle, and neither did.
  check({"...XO....",  //
         "XXXXO....",  //
         "OOOOO....",  //
         ".........",  //
         ".........",  //
         ".........",  //
         ".........",  //
         ".........",  //
         "........."},
        8 - 73);
}

TEST_CASE("Go life: shapes of a single eye") {
  // A square, a stone in the middle of three, a false eye, four bent in the corner.
  check({"..xO.....",  //
         "..xO.....",  //
         "xxxO.....",  //
         "OOOO.....",  //
         ".........",  //
         ".........",  //
         ".........",  //
         ".........",  //
         "........."},
        -81);
  check({".O.xO....",  //
         "xxxxO....",  //
         "OOOOO....",  //
         ".........",  //
         ".........",  //
         ".........",  //
         ".........",  //
         ".........",  //
         "........."},
        -81);
  check({".x.xO....",  //
         "xxxOO....",  //
         "OOOO.....",  //
         ".........",  //
         ".........",  //
         ".........",  //
         ".........",  //
         ".........",  //
         "........."},
        -81);
  check({"OOO.xO...",  //
         ".xxxxO...",  //
         "xxOOOO...",  //
         "OO.......",  //
         ".........",  //
         ".........",  //
         ".........",  //
         ".........",  //
         "........."},
        -81);
}

TEST_CASE("Go life: a seki is left alone") {
  check({"OS.ZX....",  //
         "OS.ZX....",  //
         "OSSZX....",  //
         "OOOXX....",  //
         "...OX....",  //
         "...OX....",  //
         "...OX....",  //
         "...OX....",  //
         "...OX...."},
        50 - 29);
}

TEST_CASE("Go life: a network's word takes the place of games") {
  const Picture picture{"..OX.", "..OX.", "..OX.", "..OX.", "O.OX."};
  const Board board = board_of(picture);
  CHECK(judge_go(board).balance == 10 - 15);
  std::vector<float> owners(25, 0.9F);
  const GoJudgement judgement = judge_go(board, owners);
  CHECK(judged(board, judgement) == Picture{"..oX.", "..oX.", "..oX.", "..oX.", "o.oX."});
  CHECK(judgement.balance == 25);
  CHECK(judgement.owners == owners);
}

TEST_CASE("Go life: the same board is judged the same, whatever its history") {
  const Picture picture{"..X.O.", ".X..O.", "X..O..", ".XO.O.", "X.XO..", "..XO.."};
  const Board board = board_of(picture);
  Board other(6, 6);
  for (int point = other.points() - 1; point >= 0; --point)
    if (const int cell = other.cell(point); board.at(cell) != Stone::kEmpty)
      other.play(cell, board.at(cell));
  CHECK(judge_go(other).owners == judge_go(board).owners);
}

TEST_CASE("Go life: an empty board is nobody's") {
  const GoJudgement judgement = judge_go(Board(3, 5));
  CHECK(judgement.balance == 0);
  CHECK(judgement.fates == std::vector<GoFate>(15, GoFate::kNoStone));
}

TEST_CASE("Go capture: every line of play is read where few points are left") {
  const auto falls = [](const Picture& picture, int point, Stone first, int positions = 10'000) {
    const Board board = board_of(picture);
    std::vector<int> zone;
    for (int i = 0; i < board.points(); ++i)
      if (picture[static_cast<std::size_t>(i / board.columns())]
                 [static_cast<std::size_t>(i % board.columns())] != 'O')
        zone.push_back(board.cell(i));
    int left = positions;
    return GoCapture<kLargestGoSide>::falls(board, zone, board.cell(point), first, left);
  };
  // White has liberties elsewhere. Three in a row are decided by who moves first.
  const Picture three{"...XO", "XXXXO", "OOOOO", "....."};
  CHECK(falls(three, 3, Stone::kWhite) == true);
  CHECK(falls(three, 3, Stone::kBlack) == false);
  const Picture four{"....XO", "XXXXXO", "OOOOOO", "......"};
  CHECK(falls(four, 4, Stone::kWhite) == false);
  const Picture square{"..XO", "..XO", "XXXO", "OOOO", "...."};
  CHECK(falls(square, 2, Stone::kBlack) == true);
  CHECK(falls(square, 2, Stone::kBlack, 3) == std::nullopt);
}

TEST_CASE("Go playout: eyes stay, seki and strings in atari are not thrown away") {
  const Picture two_eyes{".X.XO....", "XXXXO....", "OOOOO....", ".........", ".........",
                         ".........", ".........", ".........", "........."};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    GoPlayout<kLargestGoSide> playout(board_of(two_eyes), seed);
    playout.play(Stone::kWhite);
    CHECK(playout.board().at(Board::cell(0, 1)) == Stone::kBlack);
    GoPlayout<kLargestGoSide> again(board_of(two_eyes), seed);
    again.play(Stone::kWhite);
    CHECK(again.board() == playout.board());
  }
}
