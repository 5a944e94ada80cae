// Kung-Fu's drawings, all our own. A figure consists of legs, torso and head.
#pragma once

#include "envs/arcade/screen.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace tengen::arcade::kung_fu {

/// The meaning of the letters of a drawing; a costume gives each a colour.
enum Role { kClear, kHair, kFlesh, kJacket, kTrousers, kBelt, kTrim, kWhite, kRoles };
inline constexpr char kLetters[] = ".hsjtbew";
using Costume = std::array<std::uint8_t, kRoles>;

/// A drawing of a figure that looks to the right, for Window::figure.
struct Sprite {
  std::array<std::uint64_t, 16> rows{};
  int height = 0;
  int left = kFigureColumns, right = 0;  ///< the columns that are not empty: [left, right)
};

/// Reads N sprites of one height, four side by side and the next four below, one letter per pixel.
template <std::size_t N, std::size_t H>
consteval std::array<Sprite, N> sheet(const char* const (&lines)[H]) {
  constexpr std::size_t kBlocks = (N + 3) / 4;
  std::array<Sprite, N> sprites{};
  for (std::size_t i = 0; i < N; ++i) {
    Sprite& sprite = sprites[i];
    sprite.height = static_cast<int>(H / kBlocks);
    for (std::size_t row = 0; row < H / kBlocks; ++row)
      for (int x = 0; x < kFigureColumns; ++x) {
        const char* line = lines[i / 4 * (H / kBlocks) + row];
        std::uint64_t role = 0;  // an unknown letter runs past the end, which does not compile
        while (kLetters[role] != line[i % 4 * (kFigureColumns + 1) + static_cast<std::size_t>(x)])
          ++role;
        if (role == 0) continue;
        sprite.rows[row] |= role << (3 * x);
        sprite.left = std::min(sprite.left, x);
        sprite.right = std::max(sprite.right, x + 1);
      }
  }
  return sprites;
}

enum Head { kPlain, kBand, kHat, kHood, kBald, kTurban, kTopknot, kCap };
enum Torso { kGuard, kSwing, kSides, kDrawn, kPunch, kReach, kRaised, kReel };
enum Legs { kStand, kStride, kPass, kRaise, kKick, kJump };
enum Body { kDuck, kSweep, kLie, kTilt };  ///< legs and torso in one; the last two with the head
enum Beast { kSnake, kSnake2, kBall, kBall2, kMoth, kMoth2, kBurst, kBurst2 };
enum Large { kDragon, kDragon2, kSmoke, kSmoke2 };
enum Imp { kRun, kRun2, kRoll, kRoll2 };

// clang-format off
inline constexpr auto kHeads = sheet<8>({
    ".....hhhhh........... .....hhhhh........... .......ee............ .....eeeee...........",
    "....hhhhhhh.......... ....hhhhhhh.......... .....eeeeee.......... ....eeeeeee..........",
    "....hhhhhss.......... ..eeeeeeeee.......... ...eeeeeeeee......... ....eeeeeee..........",
    "....hhhssss.......... .ee.hhhssss.......... ..eeeeeeeeeee........ ....eeessss..........",
    "....hhssbsb.......... .e..hhssbsb.......... ....hhssbsb.......... ....eessbsb..........",
    "....hhsssss.......... ....hhsssss.......... ....hhsssss.......... ....eesssss..........",
    ".....ssssss.......... .....ssssss.......... .....ssssss.......... ....eeeesss..........",
    "......ssss........... ......ssss........... ......ssss........... .....eeess...........",
    ".....sssss........... .....eeeee........... ...hh................ .....eeeee...........",
    "....sssssss.......... ....eeeeeee.......... ....hhhhhh........... ....eeeeeee..........",
    "....sssssss.......... ...eeeewwee.......... ....hhhhhhh.......... ....eeeeeeeee........",
    "....ssbbbbb.......... ....eesssss.......... ....hhsbbbb.......... ....hhhssss..........",
    "....hsssbsb.......... ....hhssbsb.......... ....hhssbsb.......... ....hhssbsb..........",
    "....ssssssss......... ....hhsssss.......... ....hssssss.......... ....hhsssss..........",
    ".....shhhhh.......... .....hhhhhh.......... .....sshhhh.......... .....ssssss..........",
    ".....ssshss.......... ......hhhh........... ......sshh........... ......ssss..........."});
inline constexpr auto kTorsos = sheet<8>({
    ".....jjjjj........... .....jjjjj........... .....jjjjj........... .....jjjjj...........",
    "....jjjjjjj.ss....... ....jjjjjjj.......... ....jjjjjjj.......... ....jjjjjjj..........",
    "...jjjjjjjjjss....... ...jjjjjjjjj......... ....jjjjjjj.......... ...jjjjjjjjj.........",
    "...jjjjjjjjjj........ ..jj.jjjjj.jj........ ....jjjjjjj.......... ..jjjjjjjjjjss.......",
    "...jjjjjjjj.ss....... .jj..jjjjj..ss....... ....jjjjjjj.......... ..jj.jjjjj..ss.......",
    "....jjjjjjjjss....... .ss..jjjjj..ss....... .....jjjjjj.......... ...sssjjjj...........",
    ".....jjjjj........... .....jjjjj........... .....jjjss........... ...ssjjjjj...........",
    ".....jjjjj........... .....jjjjj........... .....jjjss........... .....jjjjj...........",
    ".....bbbbb........... .....bbbbb........... .....bbbbb........... .....bbbbb...........",
    ".....jjjjj........... .....jjjjj........... .....jjjjj........... .....jjjjj...........",
    "......jjjjj.......... ......jjjj........... ss...jjjjj........... ...jjjjj..ss.........",
    ".....jjjjjjj......... .....jjjjjjjjjss..... sss.jjjjjj........... ..jjjjjjjjss.........",
    "....jjjjjjjjjjjss.... ....jjjjjjjjjjss..... .jjjjjjjjjj.......... ..jjjjjjjj...........",
    "....jjjjjjjjjjjsss... ....jjjjjjjj......... ..jjjjjjjjjj......... ..jjjjjjjjj..........",
    "....jjjjjjjj...ss.... ....jjjjjjjjjss...... .....jjjjj.jj........ ..jjjjjjjjjss........",
    "...jj.jjjj........... .....jjjjjjjjss...... .....jjjjj..ss....... ...jjjjjj..ss........",
    "...sssjjjj........... .....jjjjj........... .....jjjjj..ss....... ...jjjjj.............",
    "...ssjjjjj........... .....jjjjj........... .....jjjjj........... ....jjjjj............",
    ".....bbbbb........... .....bbbbb........... .....bbbbb........... ....bbbbb............",
    ".....jjjjj........... .....jjjjj........... .....jjjjj........... .....jjjj............"});
inline constexpr auto kLegs = sheet<6>({
    ".....ttttt........... .....ttttt........... .....ttttt........... .....tttttt..........",
    ".....tttttt.......... .....ttttt........... .....ttttt........... .....ttttttttt.......",
    "....ttttttt.......... ....tttttt........... .....ttttt........... .....tttttttttt......",
    "....ttt.ttt.......... ....ttttttt.......... .....tttttt.......... .....ttttttttttt.....",
    "....ttt.tttt......... ....ttt.ttt.......... .....tttttt.......... .....tttt...ttt......",
    "...ttt...ttt......... ...ttt..tttt......... .....tttttt.......... ....ttt.....ttt......",
    "...ttt...ttt......... ...ttt...ttt......... ....ttt.ttt.......... ....ttt....ttt.......",
    "...ttt...ttt......... ..ttt.....tt......... ...ttt..ttt.......... ....ttt....tt........",
    "...tt.....tt......... ..ttt.....ttt........ ..ttt...tt........... ....ttt....ss........",
    "...tt.....tt......... .ttt.......tt........ ..tt....tt........... ....tt.....bbb.......",
    "...tt.....tt......... .tt........ttt....... .sst....tt........... ....tt.....bbb.......",
    "..ttt.....tt......... .tt.........tt....... .bb.....tt........... ....tt...............",
    "..tt......tt......... .tt.........tt....... .b......tt........... ....tt...............",
    "..ss......ss......... .ss.........ss....... ........ss........... ....ss...............",
    "..bbb.....bbb........ .bb.........bbb...... ........bbb.......... ....bbb..............",
    "..bbbb....bbbb....... .bbb........bbbb..... ........bbbb......... ....bbbb.............",
    ".....ttttttttttt.bb.. .....tttttt..........",
    ".....tttttttttttssbb. .....ttttttttt.......",
    ".....tttttttttttssb.. ....ttttttttttt......",
    ".....tttttttt....b... ....tttttttttttt.....",
    ".....tttt............ ....ttttt...ttt......",
    "....tttt............. ...tttt....ttt.......",
    "....ttt.............. ..ttt......ttt.......",
    "....ttt.............. ..tt......ttt........",
    "....ttt.............. .tt.......tt.........",
    "....tt............... .ss.......ss.........",
    "....tt............... .bbb......bbb........",
    "....tt............... ..bbb.....bbbb.......",
    "....tt............... .....................",
    "....ss............... .....................",
    "....bbb.............. .....................",
    "....bbbb............. ....................."});
inline constexpr auto kBodies = sheet<4>({
    "....jjjjj............ ...jjjjj............. ..................... ..hhhh.....ss........",
    "...jjjjjjj........... ..jjjjjjj............ ..................... .hhhsss....ss........",
    "...jjjjjjjj.ss....... ..jjjjjjjj.ss........ ..................... .hhhssb.jjjj.........",
    "...jjjjjjjjjss....... ..jjjjjjjjjss........ ..................... .hhssssjjjj..........",
    "...jj.jjjj........... ..jj.jjjj............ ..................... ..hssssjjjjj.........",
    "....ssjjjjttttt...... ...ssjjjj............ ..hh................. ...jjjjjjjj..........",
    "....bbbbbbtttttt..... ...bbbbbbtt.......... .hhsss............... ...jjjjjjjjj.........",
    "...tttttttttttt...... ...ttttttttttt...b... hhssbs............... ..jj.jjjjjjbb........",
    "..tttttttt..ttt...... ..tttttttttttttttbb.. hhssss.jjjj...tttt... ..ss..jjjjbbtttt.....",
    "..ttt.......tt....... ..ttt.....tttttttssbb .hssssjjjjjj.tttttt.. ..ss...jjbbtttttttt..",
    "..tttt......tt....... ..tttt.......ttttssb. ..hssjjjjjjbbttttttt. ........btttttttttssb",
    "...ttss.....ss....... ...ttss..........bb.. ...ssjjjjjjbbtttttssb .........tttttt..ssbb",
    "....bbbb....bbbb..... ....bbbb............. .....ssssjjbb.tttssbb ...........ttttttttsb"});
inline constexpr auto kBeasts = sheet<8>({
    "...........jjj....... ..................... .....jjjj............ .....eeee............",
    "..........jjjbj...... ...........jjj....... ....jjjjjj........... ....ejjjje...........",
    "..........jjjjjs..... ..........jjjbj...... ...jjeejjjj.......... ...ejjjjjje..........",
    "..........jjjj....... ..........jjjjjss.... ...jeejjjjj.......... ...ejjeejje..........",
    "..jjj.....jjj........ .jj.......jjjj....... ...jjjjjjjj.......... ...ejjeejje..........",
    ".jjjjj...jjjj........ jjjj..jj..jjj........ ...jjjjjjjj.......... ...ejjjjjje..........",
    "jjj.jjj.jjjj......... jjjjjjjjjjjjj........ ....jjjjjj........... ....ejjjje...........",
    "jj....jjjjj.......... j..jjjj.jjjj......... .....jjjj............ .....eeee............",
    "....j.....j.......... ..................... ...e.......e......... e.....j.....e........",
    "....jj...jj.......... .......e............. .....j...j........... ..j.......j..........",
    "....jjjejjj.......... .....jjejj........... ...jj.eee.jj......... ....e...e............",
    ".....jjejj........... ....jjjejjj.......... ......eeee........... j............j.......",
    ".......e............. ...jjj.e.jjj......... .jj..eeeee..jj....... .....................",
    ".......e............. ...jj.....jj......... ......eee............ ..e.......e..........",
    "..................... ..................... ...jj..e..jj......... ....j...j............",
    "..................... ..................... ..e...j....e......... e......j.....e......."});
inline constexpr auto kLarge = sheet<4>({
    "......jjjj........... ......jjjj........... ......ee............. .....................",
    ".....jjjjjjj......... .....jjjjjjjj........ ....eeeee............ .....ee..............",
    "....jjjjbjjjjj....... ....jjjjbjjjjjj...... ...eeeeeee.ee........ ....eeee....e........",
    "....jjjjjjjjjjj...... ....jjjjjjjjjjjj..... ....eeeee.eeee....... .....ee....ee........",
    "....jjjjjjjjjjj...... ....jjjjjjww.w....... ..ee.eee..eeee....... .e......ee...........",
    "....jjjj............. ....jjjj.eee......... .eeeee..ee.ee........ ..ee...eeee..........",
    "j...jjjjj............ j...jjjjjjww.w....... .eeeeee.eee.......... .eeee...ee...........",
    "jj..jjjjee........... jj..jjjjjjjjj........ ..eeee.eeeee......... ..ee.................",
    "jjj.jjjjeee.......... jjj.jjjjeee.......... .......eeeeee........ .....ee....ee........",
    ".jjjjjjjeeee......... .jjjjjjjeeee......... ....ee..eeee......... ....eeee..eee........",
    "j.jjjjjjeeee......... j.jjjjjjeeee......... ...eeee..ee.......... .....ee....e.........",
    "jj.jjjjjjeeee........ jj.jjjjjjeeee........ ..eeeeee...ee........ .ee..................",
    "jjjjjjjjjeeee........ jjjjjjjjjeeee........ ...eeee.ee.eee....... eeee...ee............",
    ".jjjjjjjjjee......... .jjjjjjjjjee......... ....ee.eeee.e........ .ee...eeee...........",
    "...jjj..jjj.......... ...jjj..jjj.......... .......eeeee......... .......ee............",
    "...jjjj.jjjj......... ...jjjj.jjjj......... ........ee........... ....................."});
inline constexpr auto kImps = sheet<4>({
    "......hhh............ ......hhh............ ..................... .....................",
    ".....hhhhh........... .....hhhhh........... ..................... .....................",
    ".....hhsss........... .....hhsss........... .....jjjjj........... .....tthh............",
    ".....hssbs........... .....hssbs........... ....jjjjtttt......... ....tttshhh..........",
    "......ssss........... ......ssss........... ...jjjjjttttt........ ...bbtssshhh.........",
    ".....jjjj............ .....jjjj............ ...hhsjjbtttt........ ...bbsssbshh.........",
    "....jjjjjss.......... .....jjjj............ ...hhssbbstt......... ....tbbssshh.........",
    "....sjjjj............ .....jjss............ ...hhbssssbb......... ...ttttbjshh.........",
    ".....bbbb............ .....bbbb............ ...hhhssstbb......... ...tttttjjjj.........",
    ".....tttt............ .....tttt............ ....hhh.ttb.......... ....ttttjjj..........",
    "....ttttt............ .....ttt............. .....hhttt........... .....jjjjj...........",
    "...tt...tt........... ......tt............. ..................... .....................",
    "...ss...ss........... .....sss............. ..................... .....................",
    "..bb....bbb.......... .....bbbb............ ..................... ....................."});
// clang-format on

/// A posture that everybody takes in their own costume. Rows count from the ground up.
struct Pose {
  const Sprite* lower;
  const Sprite* upper;  ///< over 16 rows of legs; null: `lower` is the whole body
  int head_x, head_up;  ///< where the head's column 0 and foot are; up < 0: no head of its own
};

inline constexpr int kLegRows = 16, kHeadUp = 26;

constexpr Pose pose(Legs legs, Torso torso, int head_x = 0) {
  return {&kLegs[legs], &kTorsos[torso], head_x, kHeadUp};
}
inline constexpr Pose kStandPose = pose(kStand, kGuard), kJumpPose = pose(kJump, kGuard),
                      kReelPose = pose(kStand, kReel, -2), kRaisedPose = pose(kStand, kRaised),
                      kThrownPose = pose(kStride, kPunch, 1), kHoldPose = pose(kPass, kReach),
                      kBlowReady = pose(kStand, kDrawn), kBlow = pose(kStand, kPunch, 1),
                      kKickReady = pose(kRaise, kDrawn), kKickPose = pose(kKick, kReel, -2),
                      kDuckPose{&kBodies[kDuck], nullptr, 0, 13},
                      kSweepPose{&kBodies[kSweep], nullptr, -1, 13},
                      kTiltPose{&kBodies[kTilt], nullptr, 0, -1},
                      kLiePose{&kBodies[kLie], nullptr, 0, -1};
/// Four steps of a walk, arms free or reaching out.
inline constexpr std::array<Pose, 4> kWalk = {pose(kStride, kSwing), pose(kPass, kSides),
                                              pose(kStand, kSwing), pose(kPass, kSides)};
inline constexpr std::array<Pose, 4> kGrope = {pose(kStride, kReach), pose(kPass, kReach),
                                               pose(kStand, kReach), pose(kPass, kReach)};

}  // namespace tengen::arcade::kung_fu
