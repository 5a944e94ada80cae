// Go: captures, kos, life, scores; and random games against a board that knows nothing but the
// rules.
#include "envs/board/go.hpp"

#include "envs/board/go_area.hpp"
#include "envs/board/vertex.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace tengen;

namespace {

// Stones of a picture, rows from the top: 'X' Black, 'O' White, anything else but spaces empty.
Go<9> pictured(const std::vector<std::string>& picture, const GoRules& rules = {}) {
  std::vector<std::string> rows;
  for (const std::string& line : picture) {
    rows.emplace_back();
    std::copy_if(line.begin(), line.end(), std::back_inserter(rows.back()),
                 [](char c) { return c != ' '; });
  }
  const int height = static_cast<int>(rows.size()), width = static_cast<int>(rows[0].size());
  Go<9> game(height, width, rules);
  for (int point = 0; point < height * width; ++point) {
    const char c =
        rows[static_cast<std::size_t>(point / width)][static_cast<std::size_t>(point % width)];
    if (c == 'X' || c == 'O') game.set_up(point, c == 'X' ? Stone::kBlack : Stone::kWhite);
  }
  return game;
}

std::vector<std::string> picture(const Go<9>& game) {
  std::vector<std::string> out(static_cast<std::size_t>(game.rows()));
  for (int point = 0; point < game.pass_action(); ++point)
    out[static_cast<std::size_t>(point / game.columns())] += game.at(point) == Stone::kBlack ? 'X'
                                                             : game.at(point) == Stone::kWhite
                                                                 ? 'O'
                                                                 : '.';
  return out;
}

int at(const Go<9>& game, const std::string& vertex) {
  return from_gtp_vertex(vertex, game.rows(), game.columns());
}

void play(Go<9>& game, const std::vector<std::string>& vertices) {
  for (const std::string& vertex : vertices) {
    INFO(vertex);
    REQUIRE(game.is_legal(at(game, vertex)));
    game.play(at(game, vertex));
  }
}

std::vector<std::string> alive(const Go<9>& game, int player) {
  std::vector<std::uint8_t> marks(static_cast<std::size_t>(game.pass_action()));
  game.pass_alive(player, marks);
  std::vector<std::string> out(static_cast<std::size_t>(game.rows()));
  for (std::size_t point = 0; point < marks.size(); ++point)
    out[point / static_cast<std::size_t>(game.columns())] += marks[point] != 0 ? '#' : '.';
  return out;
}

using Picture = std::vector<std::string>;

// The rules as Tromp and Taylor write them, on a grid of colours.
class PlainGo {
 public:
  using Grid = std::vector<int>;
  PlainGo(int rows, int columns)
      : rows_(rows), columns_(columns), grid_(static_cast<std::size_t>(rows * columns), 0) {}

  [[nodiscard]] const Grid& grid() const { return grid_; }
  // The grid after a move, and what it took off.
  [[nodiscard]] std::pair<Grid, std::vector<int>> after(int point, int colour) const {
    Grid next = grid_;
    next[static_cast<std::size_t>(point)] = colour;
    std::vector<int> removed;
    for (const int whose : {3 - colour, colour})
      for (const int p : without_liberty(next, whose)) {
        next[static_cast<std::size_t>(p)] = 0;
        removed.push_back(p);
      }
    return {next, removed};
  }
  void set(const Grid& grid) { grid_ = grid; }
  [[nodiscard]] bool is_alone(int point) const {
    return std::ranges::none_of(neighbours(point), [&](int n) {
      return grid_[static_cast<std::size_t>(n)] == grid_[static_cast<std::size_t>(point)];
    });
  }
  // Liberties of the chain at a point.
  [[nodiscard]] int liberties(int point) const {
    std::set<int> chain{point}, free;
    grow(grid_, chain, free);
    return static_cast<int>(free.size());
  }

 private:
  [[nodiscard]] std::vector<int> neighbours(int point) const {
    std::vector<int> out;
    const int y = point / columns_, x = point % columns_;
    if (y > 0) out.push_back(point - columns_);
    if (y + 1 < rows_) out.push_back(point + columns_);
    if (x > 0) out.push_back(point - 1);
    if (x + 1 < columns_) out.push_back(point + 1);
    return out;
  }
  void grow(const Grid& grid, std::set<int>& chain, std::set<int>& free) const {
    std::vector<int> todo(chain.begin(), chain.end());
    while (!todo.empty()) {
      const int p = todo.back();
      todo.pop_back();
      for (const int n : neighbours(p)) {
        const int stone = grid[static_cast<std::size_t>(n)];
        if (stone == 0) free.insert(n);
        if (stone == grid[static_cast<std::size_t>(p)] && chain.insert(n).second) todo.push_back(n);
      }
    }
  }
  [[nodiscard]] std::vector<int> without_liberty(const Grid& grid, int colour) const {
    std::vector<int> out;
    for (int point = 0; point < rows_ * columns_; ++point) {
      if (grid[static_cast<std::size_t>(point)] != colour) continue;
      std::set<int> chain{point}, free;
      grow(grid, chain, free);
      if (free.empty()) out.push_back(point);
    }
    return out;
  }

  int rows_, columns_;
  Grid grid_;
};

// Plays a random game with both and compares all there is to compare.
void compare_with_plain_rules(int rows, int columns, const GoRules& rules, Rng& rng, int& bans) {
  Go<9> game(rows, columns, rules);
  PlainGo plain(rows, columns);
  std::set<std::pair<PlainGo::Grid, int>>
      seen;  // with who was to move, or 0 where that is no matter
  const auto situation = [&](const PlainGo::Grid& grid, int to_move) {
    return std::pair(grid, rules.ko == KoRule::kSituational ? to_move : 0);
  };
  int ko = -1;
  seen.insert(situation(plain.grid(), 0));
  while (!game.finished()) {
    const int player = game.to_move(), colour = player + 1;
    std::vector<int> legal;
    for (int point = 0; point < rows * columns; ++point) {
      const bool empty = plain.grid()[static_cast<std::size_t>(point)] == 0;
      bool expected = empty;
      if (empty) {
        const auto [grid, removed] = plain.after(point, colour);
        const bool suicide = grid[static_cast<std::size_t>(point)] == 0;
        const bool repeats = rules.ko == KoRule::kSimple
                                 ? point == ko && !removed.empty()
                                 : seen.contains(situation(grid, 1 - player));
        bans += repeats && (!suicide || rules.suicide) ? 1 : 0;
        expected = !repeats && (rules.suicide || !suicide);
        // The hash of what would come is known before.
        Go<9>::Board next = game.board();
        next.play(next.cell(point), stone_of(player));
        REQUIRE(next.hash() == game.board().hash_after(next.cell(point), stone_of(player)));
      } else {
        REQUIRE(game.liberties(point) == plain.liberties(point));
      }
      REQUIRE(game.is_legal(point) == expected);
      if (expected) legal.push_back(point);
    }
    const bool pass = legal.empty() || rng.chance(0.03);
    const int action =
        pass ? game.pass_action() : legal[rng.below(static_cast<std::uint32_t>(legal.size()))];
    game.play(action);
    ko = -1;
    if (!pass) {
      const auto [grid, removed] = plain.after(action, colour);
      plain.set(grid);
      if (removed.size() == 1 && removed[0] != action && plain.is_alone(action) &&
          plain.liberties(action) == 1)
        ko = removed[0];
    }
    seen.insert(situation(plain.grid(), 1 - player));
    std::uint64_t hash = 0;
    for (int point = 0; point < rows * columns; ++point) {
      const int stone = plain.grid()[static_cast<std::size_t>(point)];
      REQUIRE(static_cast<int>(game.at(point)) == stone);
      if (stone != 0)
        hash ^= Go<9>::Board::zobrist(game.board().cell(point), static_cast<Stone>(stone));
    }
    REQUIRE(game.board().hash() == hash);
  }
}

}  // namespace

TEST_CASE("Go: random games are those of plain rules, whatever the rules") {
  Rng rng(1);
  for (const KoRule ko : {KoRule::kSimple, KoRule::kPositional, KoRule::kSituational})
    for (const bool suicide : {false, true}) {
      CAPTURE(static_cast<int>(ko), suicide);
      int bans = 0;
      for (const auto& [rows, columns] : {std::pair(3, 3), {2, 5}, {1, 7}, {4, 3}, {5, 5}, {2, 2}})
        for (int round = 0; round < 3; ++round)
          compare_with_plain_rules(rows, columns, {.ko = ko, .suicide = suicide, .max_moves = 120},
                                   rng, bans);
      CHECK(bans > 5);  // the rule was met
    }
}

TEST_CASE("Go: stones without liberties are taken off, many chains at once") {
  Go<9> game = pictured({". X O X .",  //
                         "X O . O X",  //
                         ". X O X .",  //
                         ". . X . ."});
  play(game, {"C3"});
  CHECK(picture(game) == Picture{".X.X.", "X.X.X", ".X.X.", "..X.."});
  CHECK(game.prisoners(0) == 0);
  CHECK(game.prisoners(1) == 4);
}

TEST_CASE("Go: a snapback is no ko") {
  Go<9> game = pictured({". . X O",  //
                         "X X X O",  //
                         "O O O O",  //
                         ". . . ."},
                        {.ko = KoRule::kSimple});
  game.set_to_move(1);
  play(game, {"B4", "A4", "B4"});
  CHECK(picture(game) == Picture{".O.O", "...O", "OOOO", "...."});
  CHECK(game.prisoners(0) == 5);
  CHECK(game.prisoners(1) == 1);
}

TEST_CASE("Go: who retakes a ko must wait") {
  for (const KoRule rule : {KoRule::kSimple, KoRule::kPositional, KoRule::kSituational}) {
    CAPTURE(static_cast<int>(rule));
    Go<9> game = pictured({". X O .",  //
                           "X O . O",  //
                           ". X O .",  //
                           ". . . ."},
                          {.ko = rule});
    play(game, {"C3"});
    CHECK(picture(game)[1] == "X.XO");
    CHECK_FALSE(game.is_legal(at(game, "B3")));
    std::vector<std::uint8_t> planes(16 * Go<9>::kPlanes);
    std::vector<float> globals(Go<9>::kGlobals);
    game.observe(planes, globals);
    CHECK(planes[static_cast<std::size_t>(at(game, "B3") * Go<9>::kPlanes + 6)] == 1);
    play(game, {"D1", "A1"});
    CHECK(game.is_legal(at(game, "B3")));
    play(game, {"B3"});
    CHECK_FALSE(game.is_legal(at(game, "C3")));
  }
}

TEST_CASE("Go: Benson's life") {
  CHECK(alive(pictured({". X . X .",  //
                        "X X X X .",  //
                        ". . . . .",  //
                        ". . . . ."}),
              0) == Picture{"####.", "####.", ".....", "....."});
  // One eye of two points, however safe it looks, is not two; nor is a false one.
  CHECK(alive(pictured({". . X . X O",  //
                        "X X X X O O",  //
                        ". . . . . .",  //
                        ". . . . . ."}),
              0) == Picture{"......", "......", "......", "......"});
  // A dead stone inside, in an eye whose empty points are all liberties.
  CHECK(alive(pictured({". O X . X .",  //
                        "X X X X X .",  //
                        ". . . . . ."}),
              0) == Picture{"#####.", "#####.", "......"});
  // Stones of the other colour in both eyes, and a third below.
  CHECK(alive(pictured({"X . O . X", "O O O O O", ". . . . ."}), 1) ==
        Picture{"#####", "#####", "#####"});
}

TEST_CASE("Go: area, and points that both touch") {
  const Go<9> game = pictured({"X X O . . O X X",  //
                               ". X O O O O X .",  //
                               "X X X X X X X X"},
                              {.komi = 0});
  std::vector<std::int8_t> owners(24);
  game.ownership(owners);
  CHECK(owners[3] == -1);
  CHECK(owners[8] == 1);
  CHECK(game.margin() == 24 - 16);
  const Go<9> seki = pictured({"O . X O .",  //
                               "O . X O O",  //
                               "O O X X O",  //
                               ". O O X X"},
                              {.komi = 0.5F});
  std::vector<std::int8_t> shared(20);
  seki.ownership(shared);
  CHECK(shared[1] == 0);
  CHECK(shared[6] == 0);
  CHECK(shared[4] == -1);
  CHECK(shared[15] == -1);
}

TEST_CASE("Go: two passes end the game; komi decides and may be any number") {
  Go<9> game(5, 5, {.komi = 24.5F});
  play(game, {"C3", "pass"});
  CHECK_FALSE(game.finished());
  play(game, {"pass"});
  CHECK(game.finished());
  CHECK(game.margin() == 0.5F);
  CHECK(game.score() == 1);
  game.set_komi(25);
  CHECK(game.score() == 0);
  game.set_komi(-3.75F);
  CHECK(game.margin() == 28.75F);
  CHECK_THROWS_WITH(game.set_komi(std::numeric_limits<float>::infinity()),
                    ContainsSubstring("not a number of points"));
  game.resume();
  CHECK_FALSE(game.finished());
  play(game, {"B2"});
}

TEST_CASE("Go: a game is over after so many moves") {
  Go<9> game(2, 2, {.ko = KoRule::kSituational, .suicide = true});
  CHECK(game.spec().max_moves == 12);
  Rng rng(8);
  std::vector<std::uint8_t> mask(5);
  while (!game.finished()) {
    game.legal(mask);
    const auto action = rng.below(game.passes() == 0 ? 5 : 4);
    if (mask[action] != 0)
      game.play(static_cast<int>(action));
    else if (std::count(mask.begin(), mask.end(), 1) == 1)
      break;
  }
  CHECK(game.move_number() <= 12);
}

TEST_CASE("Go: what observe shows") {
  Go<9> game(3, 4, {.komi = 5});
  play(game, {"A1", "B1", "D3", "pass"});  // Black to move
  std::vector<std::uint8_t> planes(12 * Go<9>::kPlanes, 9);
  std::vector<float> globals(Go<9>::kGlobals, 9);
  game.observe(planes, globals);
  const auto shown = [&](const std::string& vertex) {
    std::string out;
    const int point = at(game, vertex);
    for (int plane = 0; plane < Go<9>::kPlanes; ++plane)
      out +=
          static_cast<char>('0' + planes[static_cast<std::size_t>(point * Go<9>::kPlanes + plane)]);
    return out;
  };
  CHECK(shown("A1") == "110100000010");  // own, one liberty, four moves ago
  CHECK(shown("B1") == "101010000100");  // the opponent's, two liberties, three moves ago
  CHECK(shown("D3") == "110010001000");
  CHECK(shown("C2") == "100000000000");
  CHECK(globals == std::vector<float>{-0.5F, 0, 1, 0});
}

TEST_CASE("Go: hash tells what goes on differently, and only that") {
  Go<9> a, b;
  play(a, {"D4", "E5", "C3", "G7"});
  play(b, {"C3", "G7", "D4", "E5"});
  CHECK(a.hash() == b.hash());
  CHECK_FALSE(a == b);
  Go<9> passed = a, komi = a;
  passed.play(passed.pass_action());
  CHECK(passed.hash() != a.hash());
  komi.set_komi(6.5F);
  CHECK(komi.hash() != a.hash());
  komi.set_komi(7.5F);
  CHECK(komi.hash() == a.hash());
  CHECK(Go<9>(5, 6).hash() != Go<9>(6, 5).hash());
  // The same stones, once with a ko that may not be retaken.
  const Picture ko{". X O .", "X O . O", ". X O .", ". . . ."};
  Go<9> taken = pictured(ko);
  play(taken, {"C3"});
  const Go<9> set_up = [&] {
    Go<9> game = pictured(picture(taken));
    game.set_to_move(1);
    return game;
  }();
  CHECK(set_up.hash() != taken.hash());
  CHECK(set_up.board().hash() == taken.board().hash());
}

TEST_CASE("Go: copies evolve equally, and playouts leave the game alone") {
  Rng rng(4);
  Go<9> game;
  while (!game.finished()) {
    const int action = game.random_action(rng);
    REQUIRE(game.is_legal(action));
    Go<9> copy = game;
    CHECK(copy == game);
    Rng one = rng, two = rng;
    CHECK(copy.playout(one) == game.playout(two));
    CHECK(copy == game);
    game.play(action);
    copy.play(action);
    CHECK(copy == game);
    CHECK(copy.hash() == game.hash());
  }
  CHECK(game.passes() == 2);
}

TEST_CASE("Go: playouts score as area does, on every size") {
  Rng rng(6);
  for (const int size : {2, 3, 5, 9, 9, 9, 9}) {
    const Go<9> start(size, size, {.komi = 0});
    Go<9> game = start;
    int moves = 0;
    for (; !game.finished() && moves < 3 * size * size; ++moves) game.play(game.random_action(rng));
    if (game.passes() == 2)
      CHECK(static_cast<float>(game.board().settled_balance()) == game.margin());
  }
}

TEST_CASE("Go: what cannot be is said") {
  CHECK_THROWS_WITH(Go<9>(10, 9), ContainsSubstring("10 × 9") && ContainsSubstring("1 to 9"));
  CHECK_THROWS_WITH(Go<9>(9, 9, {.max_moves = 1000}), ContainsSubstring("max_moves = 1000"));
  Go<9> game = pictured({"X . .", "O O .", ". . ."});
  CHECK_THROWS_WITH(game.set_up(0, Stone::kBlack), Equals("A3 has a stone already"));
  CHECK_THROWS_WITH(game.set_up(1, Stone::kWhite),
                    Equals("a stone set up at B3 would leave a chain without liberties"));
  CHECK_THROWS_WITH(fixed_handicap(9, 9, 10), ContainsSubstring("2 to 9"));
  CHECK_THROWS_WITH(fixed_handicap(5, 5, 2), ContainsSubstring("none on so small"));
  CHECK_THROWS_WITH(free_handicap(3, 3, 9), ContainsSubstring("2 to 8"));
  const std::vector<int> points = free_handicap(9, 9, 30);
  CHECK(std::set<int>(points.begin(), points.end()).size() == 30);
}

TEST_CASE("vertices: letters without I, rows from below") {
  CHECK(to_gtp_vertex(0, 9, 9) == "A9");
  CHECK(to_gtp_vertex(8, 9, 9) == "J9");
  CHECK(to_gtp_vertex(81, 9, 9) == "pass");
  CHECK(from_gtp_vertex("t1", 19, 19) == 360);
  CHECK(from_gtp_vertex("Pass", 19, 19) == 361);
  for (int action = 0; action <= 25 * 3; ++action)
    CHECK(from_gtp_vertex(to_gtp_vertex(action, 3, 25), 3, 25) == action);
  for (const char* bad : {"", "I5", "55", "A", "A-1", "A1x", "AA1", "A 1", "resign"})
    CHECK_THROWS_WITH(from_gtp_vertex(bad, 9, 9), ContainsSubstring("is no vertex"));
  for (const char* bad : {"K1", "A10", "A0", "Z9", "A99999"})
    CHECK_THROWS_WITH(from_gtp_vertex(bad, 9, 9), ContainsSubstring("A1 to J9"));
  CHECK_THROWS_WITH(from_gtp_vertex("A99999999999", 9, 9), ContainsSubstring("is no vertex"));
}
