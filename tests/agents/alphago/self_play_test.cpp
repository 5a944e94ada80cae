#include "agents/alphago/self_play_games.hpp"
#include "envs/board/go.hpp"
#include "envs/board/tic_tac_toe.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

#include <map>

using namespace tengen;

namespace {

// Answers by a hash of what it is shown: no knowledge, but hardly ever the same for two positions.
class HashEvaluator final : public Evaluator {
 public:
  void evaluate(EvaluationBatch& batch, int rows) override {
    largest = std::max(largest, rows);
    for (int row = 0; row < rows; ++row) {
      std::uint64_t hash = 1469598103934665603U;
      for (const std::uint8_t byte : batch.planes(row)) hash = (hash ^ byte) * 1099511628211U;
      Rng rng(hash);
      for (float& logit : batch.logits(row)) logit = static_cast<float>(rng.normal());
      batch.value(row) = static_cast<float>(rng.uniform(-0.5, 0.5));
      batch.margin(row) = 0;
      for (float& owner : batch.ownership(row)) owner = 0;
    }
  }
  int largest = 0;
};

bool never() { return false; }

SelfPlayOptions options(int slots) {
  SelfPlayOptions o;
  o.slots = slots;
  o.search.simulations = 8;
  o.opening_moves = 1;
  o.seed = 7;
  return o;
}

using Bytes = std::vector<std::vector<std::byte>>;

Bytes bytes_of(const std::vector<GameRecord>& games) {
  Bytes all;
  for (const GameRecord& game : games) all.emplace_back(game.bytes().begin(), game.bytes().end());
  return all;
}

std::uint64_t number_of(const std::vector<std::byte>& game) {
  std::uint64_t number = 0;
  std::memcpy(&number, game.data() + 16, sizeof(number));
  return number;
}

template <Game G>
Bytes played(const G& start, const SelfPlayOptions& o, std::int64_t rows, int worker = 0) {
  const SearchableGameOf<G> game(start);
  SelfPlayGames games(game, o, worker);
  HashEvaluator evaluator;
  std::vector<GameRecord> finished;
  CHECK(games.play(evaluator, rows, never, finished) >= rows);
  return bytes_of(finished);
}

}  // namespace

TEST_CASE("a game depends on its number, not on those played beside it") {
  std::map<std::uint64_t, std::vector<std::byte>> all;
  for (const int slots : {1, 4, 7})
    for (std::vector<std::byte>& game : played(TicTacToe{}, options(slots), 300)) {
      const auto [place, fresh] = all.try_emplace(number_of(game), game);
      CHECK((fresh || place->second == game));
    }
  CHECK(all.size() > 30);
}

TEST_CASE("workers share the games out by number") {
  SelfPlayOptions o = options(3);
  o.workers = 2;
  for (int worker = 0; worker < 2; ++worker)
    for (const std::vector<std::byte>& game : played(TicTacToe{}, o, 100, worker))
      CHECK(static_cast<int>(number_of(game) % 6 / 3) == worker);
}

TEST_CASE(
    "stopped between any two batches, saved and loaded, self-play goes on as if never stopped") {
  const SelfPlayOptions o = options(5);
  const Go<9> start(3, 3, {.max_moves = 20});
  const SearchableGameOf<Go<9>> game(start);
  const Bytes whole = played(start, o, 400);
  Bytes pieces;
  ArchiveWriter last;
  bool begun = false;
  for (int life = 1; pieces.size() < whole.size(); ++life) {
    SelfPlayGames games(game, o, 0);
    if (begun) games.load(ArchiveReader::from_bytes(last.bytes(), "test"), "games");
    HashEvaluator evaluator;
    std::vector<GameRecord> finished;
    int left = 3 * life % 50;
    games.play(
        evaluator, 1'000'000, [&] { return left-- <= 0; }, finished);
    for (auto& record : bytes_of(finished)) pieces.push_back(std::move(record));
    last = {};
    games.save(last, "games");
    begun = true;
  }
  // In the same order, too; only the whole one's last games, at most one a slot, ended while no
  // other game began a move.
  const std::size_t same = whole.size() - 5;
  CHECK(same > whole.size() / 2);
  for (std::size_t i = 0; i < same; ++i) CHECK(pieces[i] == whole[i]);
}

TEST_CASE("games under way that are none are refused by the record's name") {
  const SelfPlayOptions o = options(5);
  const SearchableGameOf<TicTacToe> game{TicTacToe()};
  SelfPlayGames games(game, o, 0);
  HashEvaluator evaluator;
  std::vector<GameRecord> finished;
  games.play(
      evaluator, 1'000'000, [n = 200]() mutable { return n-- == 0; }, finished);
  ArchiveWriter good;
  games.save(good, "games");
  const auto error = [&](const std::string& name, auto value) {
    ArchiveWriter bad = good;
    bad.put_span("games/" + name, std::span<const typename decltype(value)::value_type>(value));
    SelfPlayGames other(game, o, 0);
    try {
      other.load(ArchiveReader::from_bytes(bad.bytes(), "test"), "games");
      static_cast<void>(other.play(evaluator, 100, never, finished));
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string("none");
  };
  using Numbers = std::vector<std::int32_t>;
  for (const char* name : {"judged", "moves", "rows", "bytes"})
    for (const std::int32_t n : {-1, 1 << 30}) {
      CAPTURE(name, n);
      CHECK_THAT(error(name, Numbers(5, n)), !Equals("none"));
    }
  using Actions = std::vector<std::uint16_t>;
  CHECK_THAT(error("numbers", std::vector<std::uint64_t>(5, 1)),
             ContainsSubstring("'games/numbers'"));
  CHECK_THAT(error("actions", Actions(40, 9)), ContainsSubstring("'games/actions'"));
  CHECK_THAT(error("actions", Actions(40, 3)), ContainsSubstring("'games/actions'"));
  CHECK_THAT(error("records", std::vector<std::uint8_t>(10)), ContainsSubstring("'games/"));
}

TEST_CASE("every slot is evaluated in one batch") {
  const SearchableGameOf<TicTacToe> game{TicTacToe()};
  SelfPlayGames games(game, options(9), 0);
  HashEvaluator evaluator;
  std::vector<GameRecord> finished;
  games.play(evaluator, 200, never, finished);
  CHECK(evaluator.largest == 9);
  const SelfPlayCounts counts = games.counts();
  CHECK(counts.games >= static_cast<std::int64_t>(finished.size()));
  CHECK(counts.rows <= counts.moves);
  CHECK(counts.evaluations > counts.rows);
}

TEST_CASE("rows are what the game was: outcomes, owners, policies over legal moves") {
  const TempDirectory directory;
  const Go<9> start(3, 3, {.komi = 0.5F, .max_moves = 20});
  const SearchableGameOf<Go<9>> searchable(start);
  SelfPlayGames games(searchable, options(4), 0);
  HashEvaluator evaluator;
  std::vector<GameRecord> finished;
  games.play(evaluator, 300, never, finished);
  const GameSpec spec = start.spec();
  GameStore store(directory / "games", row_shape(spec), {});
  for (const GameRecord& game : finished) store.append(game);
  const RowSymmetry same = row_symmetries(spec)[0];
  std::vector<std::uint8_t> planes(spec.plane_bytes());
  std::vector<float> globals(4), policy(10);
  std::vector<std::int8_t> owners(9);
  for (std::size_t row = 0; row < store.rows(); ++row) {
    const GameRowTargets t = store.read(row, same, {planes, globals, policy, owners});
    int points = 0;
    float sum = 0;
    for (const std::int8_t owner : owners) points += owner;
    for (std::size_t a = 0; a < 10; ++a) {
      sum += policy[a];
      const bool stone = a < 9 && (planes[a * 12 + 1] != 0 || planes[a * 12 + 2] != 0);
      CHECK((!stone || policy[a] == 0));
    }
    CHECK(sum == Approx(1));
    const float komi = globals[1] == 1 ? 0.5F : -0.5F;  // White to move
    CHECK(t.margin == static_cast<float>(points) + komi);
    CHECK(t.score == (t.margin > 0 ? 1 : -1));
    CHECK(std::abs(t.value) <= 1);
  }
}

TEST_CASE("with a playout cap only full searches leave rows") {
  SelfPlayOptions o = options(8);
  o.search.rule = SearchRule::kPuct;
  o.search.simulations = 20;
  o.cheap_simulations = 4;
  o.full_probability = 0.25;
  o.temperature = 0.75;
  o.opening_moves = 0;
  const SearchableGameOf<Go<9>> game(Go<9>(3, 3, {.max_moves = 30}));
  SelfPlayGames games(game, o, 0);
  HashEvaluator evaluator;
  std::vector<GameRecord> finished;
  games.play(evaluator, 2000, never, finished);
  const SelfPlayCounts counts = games.counts();
  const double share = static_cast<double>(counts.rows) / static_cast<double>(counts.moves);
  CHECK(share == Approx(0.25).margin(0.03));
}

TEST_CASE("games are varied before their first move") {
  const SearchableGameOf<Go<9>> varied(Go<9>(3, 3, {.max_moves = 9}), [](Go<9>& game, Rng& rng) {
    game.set_komi(rng.below(2) == 0 ? 0.5F : 100.5F);
  });
  SelfPlayGames games(varied, options(4), 0);
  HashEvaluator evaluator;
  std::vector<GameRecord> finished;
  games.play(evaluator, 300, never, finished);
  int far = 0;
  for (const auto& game : bytes_of(finished)) {
    float margin = 0;
    std::memcpy(&margin, game.data() + 36, sizeof(margin));
    far += margin < -50 ? 1 : 0;
  }
  CHECK(far > static_cast<int>(finished.size()) / 4);
  CHECK(far < static_cast<int>(finished.size()) * 3 / 4);
}
