#include "replay/game_store.hpp"

#include "core/check.hpp"
#include "core/rng.hpp"
#include "core/system/file.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

#include <xxhash.h>

#include <cstring>
#include <limits>
#include <numeric>

using namespace tengen;
namespace fs = std::filesystem;

namespace {

constexpr GameRowShape kShape{6, 3, 2, 7, true};
const GameWindow kEverything{1'000'000};

RowSymmetry identity() {
  RowSymmetry same;
  same.points.resize(6);
  same.actions.resize(7);
  std::iota(same.points.begin(), same.points.end(), 0);
  std::iota(same.actions.begin(), same.actions.end(), 0);
  return same;
}

// What a row of game g looks like, before it is packed.
struct Plain {
  std::vector<std::uint8_t> planes = std::vector<std::uint8_t>(18);
  std::vector<float> globals = std::vector<float>(2), policy = std::vector<float>(7);
  int player = 0;
  float value = 0;
};

Plain plain_row(std::uint64_t game, int row) {
  Rng rng = Rng(game).split(static_cast<std::uint64_t>(row));
  Plain plain;
  for (std::uint8_t& p : plain.planes) p = static_cast<std::uint8_t>(rng.below(2));
  for (float& g : plain.globals) g = rng.uniform();
  plain.policy[rng.below(7)] = 0.75F;
  for (float& p : plain.policy) p += 0.25F / 7;
  plain.player = row % 2;
  plain.value = rng.uniform();
  return plain;
}

constexpr int rows_of(std::uint64_t game) { return 2 + static_cast<int>(game % 3); }
constexpr std::int8_t kOwners[6] = {1, -1, 0, 0, 1, -1};

GameRecord made(std::uint64_t number) {
  GameRecord game;
  for (int row = 0; row < rows_of(number); ++row) {
    const Plain p = plain_row(number, row);
    game.add_row(kShape, p.player, p.planes, p.globals, p.policy, p.value, 1);
  }
  game.finish(kShape, number, rows_of(number), {1, 3.5F, kOwners});
  return game;
}

struct Unpacked {
  std::vector<std::uint8_t> planes = std::vector<std::uint8_t>(18);
  std::vector<float> globals = std::vector<float>(2), policy = std::vector<float>(7);
  std::vector<std::int8_t> ownership = std::vector<std::int8_t>(6);
  GameRowTargets targets;
};

Unpacked read(const GameStore& store, std::size_t index, const RowSymmetry& symmetry) {
  Unpacked row;
  row.targets = store.read(index, symmetry, {row.planes, row.globals, row.policy, row.ownership});
  return row;
}

void check_row(const Unpacked& row, std::uint64_t game, int number) {
  const Plain plain = plain_row(game, number);
  CHECK(row.planes == plain.planes);
  CHECK(row.globals == plain.globals);
  for (std::size_t a = 0; a < 7; ++a) CHECK(row.policy[a] == Approx(plain.policy[a]).margin(1e-4));
  const float side = plain.player == 0 ? 1.0F : -1.0F;
  CHECK(row.targets.value == plain.value);
  CHECK(row.targets.score == side);
  CHECK(row.targets.margin == side * 3.5F);
  for (std::size_t p = 0; p < 6; ++p)
    CHECK(row.ownership[p] == (plain.player == 0 ? 1 : -1) * kOwners[p]);
}

void check_games(const GameStore& store, std::uint64_t games) {
  std::size_t index = 0;
  for (std::uint64_t game = 0; game < games; ++game)
    for (int row = 0; row < rows_of(game); ++row)
      check_row(read(store, index++, identity()), game, row);
  CHECK(store.rows() == index);
  CHECK(store.position().games == static_cast<std::int64_t>(games));
}

void write(const fs::path& path, std::span<const std::byte> bytes) {
  write_file_atomically(path, bytes);
}

}  // namespace

TEST_CASE("games come back as they were, from memory and from disk") {
  const TempDirectory directory;
  {
    GameStore store(directory / "games", kShape, kEverything);
    for (std::uint64_t game = 0; game < 5; ++game) store.append(made(game));
    check_games(store, 5);
    store.flush();
    store.append(made(5));
    store.flush();
  }
  const GameStore store(directory / "games", kShape, kEverything);
  CHECK(store.note().empty());
  check_games(store, 6);
}

TEST_CASE("a store torn anywhere in its last game loses that game alone, and is appended to") {
  const TempDirectory directory;
  const fs::path path = directory / "games";
  std::int64_t before = 0;
  {
    GameStore store(path, kShape, kEverything);
    for (std::uint64_t game = 0; game < 3; ++game) store.append(made(game));
    before = store.position().bytes;
    store.append(made(3));
    store.flush();
  }
  const std::vector<std::byte> whole = read_file(path);
  for (auto size = static_cast<std::size_t>(before); size < whole.size(); ++size) {
    CAPTURE(size);
    write(path, std::span(whole).first(size));
    {
      GameStore store(path, kShape, kEverything);
      CHECK(store.note().empty() == (size == static_cast<std::size_t>(before)));
      check_games(store, 3);
      store.append(made(3));
      store.flush();
    }
    CHECK(read_file(path) == whole);
  }
}

TEST_CASE("a byte that changed is found: in the last game it is a tear, before that an error") {
  const TempDirectory directory;
  const fs::path path = directory / "games";
  std::size_t before = 0;
  {
    GameStore store(path, kShape, kEverything);
    store.append(made(0));
    before = static_cast<std::size_t>(store.position().bytes);
    store.append(made(1));
    store.flush();
  }
  const std::vector<std::byte> whole = read_file(path);
  for (const std::size_t at : {std::size_t{40}, before - 1, before + 30, whole.size() - 1}) {
    CAPTURE(at);
    std::vector<std::byte> damaged = whole;
    damaged[at] ^= std::byte{4};
    write(path, damaged);
    if (at < before)
      CHECK_THROWS_WITH(GameStore(path, kShape, kEverything), ContainsSubstring("damaged at byte"));
    else
      CHECK(GameStore(path, kShape, kEverything).position().games == 1);
  }
}

TEST_CASE("a store goes back to a checkpoint, and not to one that it does not hold") {
  const TempDirectory directory;
  const fs::path path = directory / "games";
  GameStore::Position early, late;
  {
    GameStore store(path, kShape, kEverything);
    store.append(made(0));
    early = store.position();
    store.append(made(1));
    late = store.position();
    store.flush();
  }
  {
    const GameStore store(path, kShape, kEverything, early);
    check_games(store, 1);
    CHECK_THAT(store.note(), ContainsSubstring("after the checkpoint"));
  }
  CHECK_THROWS_WITH(GameStore(path, kShape, kEverything, late), ContainsSubstring("1 of 2 games"));
  CHECK(GameStore(path, kShape, kEverything, GameStore::Position{}).rows() == 0);
}

TEST_CASE("another game's store is refused") {
  const TempDirectory directory;
  const fs::path path = directory / "games";
  GameStore(path, kShape, kEverything).flush();
  GameRowShape other = kShape;
  other.planes = 4;
  CHECK_THROWS_WITH(GameStore(path, other, kEverything), ContainsSubstring("another game"));
  write(path, std::as_bytes(std::span("a text that is long enough to be looked at")));
  CHECK_THROWS_WITH(GameStore(path, kShape, kEverything), ContainsSubstring("no store of games"));
}

TEST_CASE("a symmetry moves planes, policy and ownership alike") {
  const TempDirectory directory;
  GameStore store(directory / "games", kShape, kEverything);
  store.append(made(7));
  // Two rows of three, mirrored; the seventh action stays.
  const RowSymmetry mirror{{2, 1, 0, 5, 4, 3}, {2, 1, 0, 5, 4, 3, 6}};
  const Unpacked plain = read(store, 0, identity()), turned = read(store, 0, mirror);
  for (std::size_t p = 0; p < 6; ++p) {
    const auto to = static_cast<std::size_t>(mirror.points[p]);
    for (std::size_t c = 0; c < 3; ++c) CHECK(turned.planes[to * 3 + c] == plain.planes[p * 3 + c]);
    CHECK(turned.ownership[to] == plain.ownership[p]);
    CHECK(turned.policy[to] == plain.policy[p]);
  }
  CHECK(turned.policy[6] == plain.policy[6]);
  CHECK(turned.globals == plain.globals);
}

TEST_CASE("the window holds everything at first, then grows as a power") {
  const GameWindow window{1000, 0.65, 0.4};
  CHECK(window.rows(0) == 0);
  CHECK(window.rows(999) == 999);
  CHECK(window.rows(1000) == 1000);
  CHECK(window.rows(2000) == 1350);    // 1000 (1 + 0.4 (2^0.65 − 1) / 0.65) = 1350.27
  CHECK(window.rows(32'000) == 6239);  // 1000 (1 + 0.4 (32^0.65 − 1) / 0.65)
}

TEST_CASE("memory holds the window, however many games there were") {
  const TempDirectory directory;
  GameStore store(directory / "games", kShape, GameWindow{20, 0.65, 0});
  for (std::uint64_t game = 0; game < 50; ++game) store.append(made(game));
  CHECK(store.rows() == 20);
  CHECK(store.position().games == 50);
  CHECK(store.memory() < 11 * made(2).bytes().size());
  check_row(read(store, 19, identity()), 49, rows_of(49) - 1);
  store.flush();
  const GameStore again(directory / "games", kShape, GameWindow{20, 0.65, 0});
  check_row(read(again, 19, identity()), 49, rows_of(49) - 1);
}

TEST_CASE("a game under way is taken up") {
  GameRecord whole, half;
  for (int row = 0; row < 4; ++row) {
    const Plain p = plain_row(2, row);
    whole.add_row(kShape, p.player, p.planes, p.globals, p.policy, p.value, 1);
    half.add_row(kShape, p.player, p.planes, p.globals, p.policy, p.value, 1);
    const std::vector<std::byte> bytes(half.unfinished().begin(), half.unfinished().end());
    CHECK(!GameRecord::resumed(kShape, half.rows() + 1, bytes));
    CHECK(!GameRecord::resumed(kShape, half.rows(), std::span(bytes).first(bytes.size() - 1)));
    half = GameRecord::resumed(kShape, half.rows(), bytes).value();
  }
  whole.finish(kShape, 2, 4, {0, 0, kOwners});
  half.finish(kShape, 2, 4, {0, 0, kOwners});
  CHECK(std::ranges::equal(whole.bytes(), half.bytes()));
}

TEST_CASE("a game whose checksum is right and whose contents are not is refused or can be read") {
  const TempDirectory directory;
  std::vector<std::byte> file;
  {
    GameStore store(directory / "games", kShape, kEverything);
    for (std::uint64_t game = 0; game < 2; ++game) store.append(made(game));
    store.flush();
    file = read_file(directory / "games");
  }
  const std::size_t size = made(1).bytes().size(), at = file.size() - size;
  constexpr std::size_t kHash = 8, kHashed = 16;  // of a game's header
  int refused = 0, read_back = 0;
  for (std::size_t i = kHashed; i < size; ++i)
    for (const int change : {0x01, 0x80, 0xFF}) {
      std::vector<std::byte> bad = file;
      bad[at + i] ^= static_cast<std::byte>(change);
      const std::uint64_t hash = XXH3_64bits(bad.data() + at + kHashed, size - kHashed);
      std::memcpy(bad.data() + at + kHash, &hash, sizeof(hash));
      write(directory / "games", bad);
      try {
        const GameStore store(directory / "games", kShape, kEverything);
        for (std::size_t row = 0; row < store.rows(); ++row) {
          const Unpacked unpacked = read(store, row, identity());
          for (const float p : unpacked.policy) REQUIRE((p >= 0 && p <= 1));
          for (const std::int8_t owner : unpacked.ownership) REQUIRE((owner >= -1 && owner <= 1));
        }
        ++read_back;
      } catch (const Error& error) {
        CHECK_THAT(error.what(), ContainsSubstring("games") && ContainsSubstring("damaged"));
        ++refused;
      }
    }
  CHECK(refused > 50);
  CHECK(read_back > 50);
}

TEST_CASE("a position that no store has had is none") {
  CHECK(GameStore::Position{}.valid());
  CHECK(GameStore::Position{2, 5, 400}.valid());
  CHECK(!GameStore::Position{-1, 5, 400}.valid());
  CHECK(!GameStore::Position{2, 1, 400}.valid());
  CHECK(!GameStore::Position{2, 5, 0}.valid());
  CHECK(!GameStore::Position{0, 0, std::numeric_limits<std::int64_t>::min()}.valid());
}
