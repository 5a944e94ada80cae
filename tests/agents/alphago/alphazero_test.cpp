#include "agents/alphago/alphazero.hpp"
#include "agents/alphago/self_play_games.hpp"
#include "core/system/file.hpp"
#include "envs/board/go.hpp"
#include "envs/board/tic_tac_toe.hpp"
#include "tests/agents/figures.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

using namespace tengen;

namespace {

bool never() { return false; }

const SearchableGameOf<TicTacToe> kTicTacToeGame{TicTacToe()};

constexpr const char* kTicTacToe = R"(
[search]
simulations = 16
[net]
blocks = 1
channels = 16
pool = 0
[agent]
n_workers = 2
n_slots = 16
cycle_rows = 1024
batch_size = 128
row_uses = 3
learning_rate = 1e-2
opening_moves = 2
window_rows = 6000
average = 0.97
)";

AlphaZeroContext context(const SearchableGame& game, const char* toml, std::int64_t games,
                         WorkerPool& pool) {
  AlphaZeroContext c;
  c.game = &game;
  c.config = Config::from_string(toml);
  c.seed = 3;
  c.games = games;
  c.pool = &pool;
  return c;
}

void train(AlphaZero& agent, std::int64_t games) {
  Logger logger;
  while (agent.games() < games) {
    REQUIRE(agent.generate(never));
    REQUIRE(agent.learn(logger, never));
  }
}

// The move of a search without noise.
template <Game G>
int best_move(const G& position, Evaluator& evaluator, int simulations) {
  SearchOptions options;
  options.simulations = simulations;
  options.solve = false;  // what the network knows, not what the search can prove
  SearchTree<G> tree(position, options);
  EvaluationBatch batch(position.spec(), 1);
  Pending pending;
  Rng rng;
  tree.begin(simulations, RootNoise::kOff, rng);
  while (!tree.finished()) {
    if (tree.descend(batch, 0, pending) != Descent::kLeaf) continue;
    evaluator.evaluate(batch, 1);
    tree.absorb(batch, 0, pending);
  }
  return tree.choose(rng);
}

struct Tally {
  int games = 0, lost = 0;
};

// Every game in which `player` follows its search and the opponent plays anything at all.
void play_all(const TicTacToe& position, int player, Evaluator& evaluator, Tally& tally) {
  if (position.finished()) {
    ++tally.games;
    tally.lost += position.score() == (player == 0 ? -1.0F : 1.0F) ? 1 : 0;
    return;
  }
  const auto follow = [&](int action) {
    TicTacToe next = position;
    next.play(action);
    play_all(next, player, evaluator, tally);
  };
  if (position.to_move() == player) return follow(best_move(position, evaluator, 16));
  std::vector<std::uint8_t> mask(9);
  position.legal(mask);
  for (int action = 0; action < 9; ++action)
    if (mask[static_cast<std::size_t>(action)] != 0) follow(action);
}

Tally against_everybody(const AlphaZero& agent) {
  NetEvaluator evaluator(agent.player());
  Tally tally;
  for (int player = 0; player < 2; ++player) play_all(TicTacToe{}, player, evaluator, tally);
  return tally;
}

// Trains for `games`; what was lost to everybody before and after.
std::pair<Tally, Tally> learn_tictactoe(std::int64_t games) {
  const TempDirectory directory;
  WorkerPool pool(2);
  AlphaZero agent(context(kTicTacToeGame, kTicTacToe, games, pool));
  agent.open(directory / "games");
  const Tally before = against_everybody(agent);
  train(agent, games);
  const Tally after = against_everybody(agent);
  WARN(before.lost << " of " << before.games << " games lost before, " << after.lost << " of "
                   << after.games << " after");
  return {before, after};
}

}  // namespace

TEST_CASE("AlphaZero begins to learn noughts and crosses", "[long]") {
  const auto [before, after] = learn_tictactoe(1000);
  CHECK(before.lost > before.games / 20);
  CHECK(after.lost < before.lost / 3);
}

// Rounding differs between processors, and so do the games: with this seed none were lost on one
// with AMX and 4 to 7 of some 550 on one with AVX-512 BF16, where seeds 1 to 4 lose 1 to 13.
TEST_CASE("AlphaZero learns noughts and crosses: hardly a reply that there is beats it",
          "[.slow]") {
  const Tally after = learn_tictactoe(12000).second;
  CHECK(100 * after.lost < 3 * after.games);
}

TEST_CASE("AlphaZero stopped, saved and loaded ends as one that was not, on any number of threads",
          "[long]") {
  const TempDirectory directory;
  const auto end = [&](const char* name, int threads, bool breaks) {
    WorkerPool pool(threads);
    auto agent = std::make_unique<AlphaZero>(context(kTicTacToeGame, kTicTacToe, 400, pool));
    agent->open(directory / name);
    Logger logger;
    while (agent->games() < 400) {
      REQUIRE(agent->generate(never));
      REQUIRE(agent->learn(logger, never));
      if (!breaks) continue;
      ArchiveWriter writer;
      agent->save(writer);
      // Games of the cycle that a kill then cut off are played again.
      agent->generate([n = 20]() mutable { return n-- == 0; });
      ArchiveWriter lost;
      agent->save(lost);
      agent = std::make_unique<AlphaZero>(context(kTicTacToeGame, kTicTacToe, 400, pool));
      agent->load(ArchiveReader::from_bytes(writer.bytes(), "test"));
      agent->open(directory / name);
    }
    ArchiveWriter writer;
    agent->save(writer);
    return std::pair{writer.bytes(), read_file(directory / name)};
  };
  const auto whole = end("whole", 2, false);
  CHECK((end("resumed", 2, true) == whole));
  CHECK((end("one thread", 1, false) == whole));
  CHECK((end("three", 3, true) == whole));
}

TEST_CASE("AlphaZero's schedule goes on from where it was to a later end") {
  const TempDirectory directory;
  WorkerPool pool(2);
  std::map<std::string, double> figures;
  const auto rate_after = [&](AlphaZero& agent) {
    Logger logger;
    logger.add(std::make_unique<LastFigures>(figures));
    REQUIRE(agent.generate(never));
    REQUIRE(agent.learn(logger, never));
    logger.dump(agent.games());
    return figures.at("train/learning_rate");
  };
  AlphaZero first(context(kTicTacToeGame, kTicTacToe, 400, pool));
  first.open(directory / "games");
  const double before = rate_after(first);
  ArchiveWriter writer;
  first.save(writer);
  AlphaZero longer(context(kTicTacToeGame, kTicTacToe, 8000, pool));
  longer.load(ArchiveReader::from_bytes(writer.bytes(), "test"));
  longer.open(directory / "games");
  const double after = rate_after(longer);
  CHECK(before < 9e-3);  // it had gone down,
  CHECK(after < before);
  CHECK(after > 0.9 * before);  // and goes on from there
}

TEST_CASE("what is stopped within a phase goes on there, and ends as if never stopped", "[long]") {
  const TempDirectory directory;
  WorkerPool pool(2);
  int stops = 0, in_learning = 0;
  const auto end = [&](const char* name, int every, bool loads) {
    auto agent = std::make_unique<AlphaZero>(context(kTicTacToeGame, kTicTacToe, 400, pool));
    agent->open(directory / name);
    Logger logger;
    int asked = 0;
    const auto stop = [&] { return every > 0 && ++asked % every == 0; };
    while (agent->games() < 400) {
      const std::int64_t games = agent->games();
      const bool whole = agent->generate(stop);
      if (whole && agent->learn(logger, stop)) continue;
      ++stops;
      in_learning += whole ? 1 : 0;
      CHECK(agent->games() == games);  // those of a cycle count when all of it is done
      if (!loads) continue;
      ArchiveWriter writer;
      agent->save(writer);
      agent = std::make_unique<AlphaZero>(context(kTicTacToeGame, kTicTacToe, 400, pool));
      agent->load(ArchiveReader::from_bytes(writer.bytes(), "test"));
      agent->open(directory / name);
    }
    CHECK(agent->rows() >= 2048);
    CHECK(static_cast<double>(agent->updates()) ==
          Approx(3.0 * static_cast<double>(agent->rows()) / 128).epsilon(0.35));
    ArchiveWriter writer;
    agent->save(writer);
    return std::pair{writer.bytes(), read_file(directory / name)};
  };
  const auto whole = end("whole", 0, false);
  REQUIRE(stops == 0);
  CHECK((end("stopped", 7, false) == whole));
  CHECK((end("loaded", 13, true) == whole));
  CHECK(stops > 10);
  CHECK(in_learning > 2);
}

TEST_CASE("AlphaZero learns Go on 3 x 3: the centre, and that it takes all", "[.slow]") {
  const TempDirectory directory;
  WorkerPool pool(2);
  const Go<9> start(3, 3, {.komi = 8.5F});
  const SearchableGameOf<Go<9>> game(start);
  AlphaZero agent(context(game, R"(
[search]
simulations = 32
[net]
blocks = 2
channels = 16
[agent]
n_workers = 2
n_slots = 64
cycle_rows = 4096
batch_size = 128
learning_rate = 5e-3
opening_moves = 1.5
window_rows = 20000
average = 0.98
)",
                          8000, pool));
  agent.open(directory / "games");
  train(agent, 8000);
  NetEvaluator evaluator(agent.player());
  CHECK(best_move(start, evaluator, 32) == 4);
  EvaluationBatch batch(start.spec(), 1);
  start.observe(batch.planes(0), batch.globals(0));
  evaluator.evaluate(batch, 1);
  WARN("value " << batch.value(0) << ", margin " << batch.margin(0));
  CHECK(batch.value(0) > 0.9F);
}
