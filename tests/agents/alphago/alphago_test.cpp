#include "agents/alphago/alphago.hpp"

#include "agents/alphago/net_evaluator.hpp"
#include "core/check.hpp"
#include "envs/board/tic_tac_toe.hpp"
#include "tests/agents/figures.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

using namespace tengen;

namespace {

const PolicyGames::Stop kNever = [] { return false; };

std::vector<GameRecord> games_of(const PolicyGamesOptions& options, int games) {
  PolicyGamesOf<TicTacToe> table(TicTacToe(), options);
  UniformEvaluator judge;
  std::vector<GameRecord> finished;
  REQUIRE(table.play({&judge, &judge}, 0, games, kNever, finished));
  CHECK(table.counts().games == games);
  return finished;
}

std::set<std::string> as_bytes(const std::vector<GameRecord>& games) {
  std::set<std::string> all;
  for (const GameRecord& game : games)
    all.emplace(reinterpret_cast<const char*>(game.bytes().data()), game.bytes().size());
  return all;
}

// The value of a position for the player to move, and in `best` the moves that reach it.
int solve(const TicTacToe& game, std::vector<int>& best) {
  if (game.finished()) return static_cast<int>(game.to_move() == 0 ? game.score() : -game.score());
  std::vector<std::uint8_t> legal(9);
  game.legal(legal);
  int value = -2;
  for (int action = 0; action < 9; ++action) {
    if (legal[static_cast<std::size_t>(action)] == 0) continue;
    TicTacToe next = game;
    next.play(action);
    std::vector<int> ignored;
    const int reached = -solve(next, ignored);
    if (reached > value) best.clear();
    if (reached >= value) best.push_back(action);
    value = std::max(value, reached);
  }
  return value;
}

// Teachers who play a perfect move, whichever comes first by chance, against anybody.
void teach(const std::function<void(const GameRecord&)>& take) {
  const GameRowShape shape = row_shape(TicTacToe::spec());
  std::map<std::uint64_t, std::vector<int>> known;
  for (std::uint64_t number = 0; number < 400; ++number) {
    Rng rng = Rng(5).split(number);
    TicTacToe game;
    GameRecord record;
    for (int moves = 0; !game.finished(); ++moves) {
      auto& best = known[game.hash()];
      if (best.empty()) solve(game, best);
      std::vector<std::uint8_t> legal(9), planes(18);
      game.legal(legal);
      game.observe(planes, {});
      const bool teacher = game.to_move() == static_cast<int>(number % 2);
      const int action = teacher ? best[rng.below(static_cast<std::uint32_t>(best.size()))]
                                 : sample_legal(legal, rng);
      std::vector<float> policy(9);
      policy[static_cast<std::size_t>(action)] = 1;
      if (teacher) record.add_row(shape, game.to_move(), planes, {}, policy, 0, 1);
      game.play(action);
    }
    record.finish(shape, number, 9, {game.score()});
    take(record);
  }
}

constexpr const char* kWholePipeline =
    "supervised_epochs = 40\nreinforcement_games = 1024\npool_every = 256\nvalue_cycle = 1024\n";
constexpr const char* kQuickPipeline =
    "supervised_epochs = 1\nreinforcement_games = 128\npool_every = 128\nvalue_cycle = 128\n";

struct Pipeline {
  explicit Pipeline(const std::filesystem::path& folder, const char* stages = kWholePipeline,
                    std::int64_t games = 400 + 1024 + 8192)
      : folder_(folder), stages_(stages), games_(games), agent_(context()) {}

  AlphaGoContext context() {
    return {TicTacToe::spec(),
            [](const PolicyGamesOptions& options) -> std::unique_ptr<PolicyGames> {
              return std::make_unique<PolicyGamesOf<TicTacToe>>(TicTacToe(), options);
            },
            teach,
            Config::from_string("[net]\ntrunk = \"separate\"\nblocks = 1\nchannels = 16\n"
                                "precision = \"float32\"\n"
                                "[agent]\nbatch_size = 64\nlearning_rate = 5e-3\nn_slots = 32\n"
                                "value_learning_rate = 5e-3\nlongest_opening = 6\naverage = 0.9\n" +
                                stages_),
            1,
            "cpu",
            games_,
            &pool_};
  }
  void cycle() {
    REQUIRE(agent_.generate(kNever));
    REQUIRE(agent_.learn(logger_, kNever));
  }
  std::vector<std::byte> saved() {
    ArchiveWriter writer;
    agent_.save(writer);
    return writer.bytes();
  }

  std::filesystem::path folder_;
  std::string stages_;
  std::int64_t games_;
  WorkerPool pool_{2};
  Logger logger_;
  AlphaGo agent_;
};

// How likely the player's policy takes a best move, where there are others.
double chance_of_best(const AlphaGo& agent) {
  NetEvaluator judge(agent.player());
  EvaluationBatch batch(TicTacToe::spec(), 1);
  double sum = 0;
  int positions = 0;
  for (std::uint64_t number = 0; positions < 200; ++number) {
    Rng rng = Rng(9).split(number);
    TicTacToe game;
    std::vector<std::uint8_t> legal(9);
    for (std::uint32_t moves = rng.below(6); moves > 0 && !game.finished(); --moves) {
      game.legal(legal);
      game.play(sample_legal(legal, rng));
    }
    std::vector<int> best;
    if (game.finished()) continue;
    solve(game, best);
    game.legal(legal);
    if (std::ranges::count(legal, 1) == std::ssize(best)) continue;
    game.observe(batch.planes(0), {});
    judge.evaluate(batch, 1);
    double good = 0, all = 0;
    for (int action = 0; action < 9; ++action) {
      if (legal[static_cast<std::size_t>(action)] == 0) continue;
      const double weight = std::exp(batch.logits(0)[static_cast<std::size_t>(action)]);
      all += weight;
      if (std::ranges::count(best, action) > 0) good += weight;
    }
    sum += good / all;
    ++positions;
  }
  return sum / positions;
}

}  // namespace

TEST_CASE("policies' games keep one side's moves, colours by turns") {
  TempDirectory folder;
  const auto games = games_of({PolicyGamesKind::kAgainst, 8, 0, 1}, 40);
  REQUIRE(games.size() == 40);
  const GameRowShape shape = row_shape(TicTacToe::spec());
  GameStore store(folder.path() / "games", shape, {.smallest = 1000});
  for (const GameRecord& game : games) {
    CHECK(game.rows() >= 2);
    CHECK(game.rows() <= 5);
    store.append(game);
  }
  std::vector<std::uint8_t> planes(18);
  std::vector<float> policy(9);
  int first = 0, second = 0;
  const auto symmetries = row_symmetries(TicTacToe::spec());
  for (std::size_t row = 0; row < store.rows(); ++row) {
    store.read(row, symmetries[0], {planes, {}, policy, {}});
    int own = 0, other = 0;
    for (std::size_t point = 0; point < 9; ++point) {
      own += planes[2 * point];
      other += planes[2 * point + 1];
      if (policy[point] > 0) CHECK((planes[2 * point] == 0 && planes[2 * point + 1] == 0));
    }
    CHECK(std::ranges::count(policy, 1.0F) == 1);
    ++(own == other ? first : second);
    CHECK((own == other || own + 1 == other));
  }
  CHECK(first > 0);
  CHECK(second > 0);
}

TEST_CASE("a policies' game depends on its number alone") {
  for (const auto kind : {PolicyGamesKind::kAgainst, PolicyGamesKind::kOnePosition})
    CHECK((as_bytes(games_of({kind, 3, 5, 1}, 30)) == as_bytes(games_of({kind, 30, 5, 1}, 30))));
}

TEST_CASE("a game leaves at most one position for the value network") {
  const auto games = games_of({PolicyGamesKind::kOnePosition, 16, 8, 1}, 200);
  CHECK(games.size() > 100);
  CHECK(games.size() < 200);  // some are over before their random move
  for (const GameRecord& game : games) CHECK(game.rows() == 1);
}

TEST_CASE("AlphaGo's three stages teach noughts and crosses", "[long]") {
  TempDirectory folder;
  Pipeline pipeline(folder.path());
  AlphaGo& agent = pipeline.agent_;
  agent.open(folder.path() / "games.store");
  CHECK(agent.stage() == AlphaGo::Stage::kSupervised);
  const double untaught = chance_of_best(agent);
  pipeline.cycle();
  CHECK(agent.games() == 400);
  CHECK(agent.stage() == AlphaGo::Stage::kReinforcement);

  CHECK(chance_of_best(agent) > 0.75);
  CHECK(chance_of_best(agent) > untaught + 0.2);

  while (agent.stage() == AlphaGo::Stage::kReinforcement) pipeline.cycle();
  CHECK(agent.games() == 1424);
  CHECK(chance_of_best(agent) > 0.75);
  for (int member = 0; member < 5; ++member)
    CHECK(std::filesystem::exists(folder.path() / "pool" / (std::to_string(member) + ".tgn")));

  const auto value_of = [&](std::initializer_list<int> actions) {
    NetEvaluator judge(agent.player());
    EvaluationBatch batch(TicTacToe::spec(), 1);
    TicTacToe game;
    for (const int action : actions) game.play(action);
    game.observe(batch.planes(0), {});
    judge.evaluate(batch, 1);
    return batch.value(0);
  };
  while (agent.games() < 1424 + 6500) pipeline.cycle();
  const float won = value_of({0, 3, 1, 4}), lost = value_of({0, 3, 1, 7, 4});
  CHECK(won > 0.3);         // the mover wins at 2
  CHECK(lost < won - 0.4);  // whoever moves, 2 and 8 both threaten
}

TEST_CASE("AlphaGo's value stage leaves the policy as it is, to the bit, resumed or not",
          "[long]") {
  TempDirectory first, second;
  Pipeline whole(first.path(), kQuickPipeline);
  whole.agent_.open(first.path() / "games.store");
  // Logits, then values, of a few positions, as the player says them.
  const auto said = [](const AlphaGo& agent, bool values) {
    NetEvaluator judge(agent.player());
    EvaluationBatch batch(TicTacToe::spec(), 1);
    std::vector<float> all;
    TicTacToe game;
    for (const int action : {4, 0, 8, 2, 1}) {
      game.play(action);
      game.observe(batch.planes(0), {});
      judge.evaluate(batch, 1);
      if (values)
        all.push_back(batch.value(0));
      else
        all.insert(all.end(), batch.logits(0).begin(), batch.logits(0).end());
    }
    return all;
  };
  const std::vector<float> untaught = said(whole.agent_, true);
  while (whole.agent_.stage() != AlphaGo::Stage::kValue) whole.cycle();
  const std::vector<float> policy = said(whole.agent_, false), value = said(whole.agent_, true);
  CHECK(value == untaught);  // it rests until its own stage

  whole.cycle();
  CHECK(said(whole.agent_, false) == policy);
  CHECK(said(whole.agent_, true) != value);

  // A second cycle that is cut in the middle of its gradient steps and goes on elsewhere.
  REQUIRE(whole.agent_.generate(kNever));
  int asked = 0;
  REQUIRE_FALSE(whole.agent_.learn(whole.logger_, [&] { return ++asked > 7; }));
  const auto middle = whole.saved();
  std::filesystem::copy(
      first.path(), second.path(),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  Pipeline resumed(second.path(), kQuickPipeline);
  resumed.agent_.load(ArchiveReader::from_bytes(middle, "middle"));
  resumed.agent_.open(second.path() / "games.store");
  CHECK(said(resumed.agent_, false) == policy);
  for (Pipeline* pipeline : {&whole, &resumed}) {
    pipeline->cycle();  // the rest of it
    pipeline->cycle();
    CHECK(said(pipeline->agent_, false) == policy);
  }
  CHECK((resumed.saved() == whole.saved()));
}

TEST_CASE("AlphaGo's last schedule goes on from where it was to a later end") {
  TempDirectory folder;
  std::map<std::string, double> figures;
  const auto rate_after = [&](Pipeline& pipeline) {
    pipeline.logger_ = Logger();
    pipeline.logger_.add(std::make_unique<LastFigures>(figures));
    pipeline.cycle();
    pipeline.logger_.dump(pipeline.agent_.games());
    return figures.at("train/learning_rate");
  };
  Pipeline first(folder.path(), kQuickPipeline, 400 + 128 + 256);
  first.agent_.open(folder.path() / "games.store");
  while (first.agent_.stage() != AlphaGo::Stage::kValue) first.cycle();
  const double before = rate_after(first);
  const auto middle = first.saved();
  Pipeline longer(folder.path(), kQuickPipeline, 400 + 128 + 4096);
  longer.agent_.load(ArchiveReader::from_bytes(middle, "middle"));
  longer.agent_.open(folder.path() / "games.store");
  const double after = rate_after(longer);
  CHECK(before < 0.7 * 5e-3);  // it had gone down,
  CHECK(after < before);
  CHECK(after > 0.9 * before);  // and goes on from there
}

TEST_CASE("AlphaGo goes on from a checkpoint as if never stopped", "[long]") {
  TempDirectory first, second;
  Pipeline whole(first.path());
  whole.agent_.open(first.path() / "games.store");
  std::vector<std::byte> middle;
  for (int cycle = 0; cycle < 4; ++cycle) {
    whole.cycle();
    if (cycle != 1) continue;
    middle = whole.saved();
    std::filesystem::copy(first.path(), second.path(),
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
  }
  Pipeline resumed(second.path());
  resumed.agent_.load(ArchiveReader::from_bytes(middle, "middle"));
  resumed.agent_.open(second.path() / "games.store");
  for (int cycle = 2; cycle < 4; ++cycle) resumed.cycle();
  CHECK((resumed.saved() == whole.saved()));  // bytes are compared, not printed
}

TEST_CASE("AlphaGo stopped within a phase ends as if never stopped", "[long]") {
  const auto end = [](int every) {
    const TempDirectory directory;
    Pipeline pipeline(directory.path());
    pipeline.agent_.open(directory.path() / "games.store");
    int asked = 0;
    const auto stop = [&] { return every > 0 && ++asked % every == 0; };
    for (int cycle = 0; cycle < 3;)
      if (pipeline.agent_.generate(stop) && pipeline.agent_.learn(pipeline.logger_, stop)) ++cycle;
    return pipeline.saved();
  };
  CHECK((end(23) == end(0)));  // bytes are compared, not printed
}

TEST_CASE("AlphaGo wants two networks, and games for each stage") {
  WorkerPool pool;
  AlphaGoContext context{
      TicTacToe::spec(), nullptr, teach, Config::from_string(""), 1, "cpu", 100, &pool};
  CHECK_THROWS_WITH(AlphaGo(context), ContainsSubstring("separate"));
  context.config = Config::from_string("[net]\ntrunk = \"separate\"\nchannels = 16\n");
  TempDirectory folder;
  AlphaGo agent(context);
  agent.open(folder.path() / "games.store");
  CHECK_THROWS_WITH(agent.generate(kNever), ContainsSubstring("none for the value network"));
}
