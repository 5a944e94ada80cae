// Checkpoints whose checksums are right and whose contents are anything: loading one is an Error
// that names the file, or leaves an agent that goes on.
#include "agents/alphago/alphazero.hpp"
#include "agents/alphago/self_play_games.hpp"
#include "core/system/file.hpp"
#include "envs/board/tic_tac_toe.hpp"
#include "envs/classic/cart_pole.hpp"
#include "envs/classic/pendulum.hpp"
#include "envs/synthetic/hidden_factors.hpp"
#include "tests/agents/run.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

#include <cstring>
#include <functional>
#include <limits>

using namespace tengen;

namespace {

using Bytes = std::vector<std::byte>;

template <class T>
void overwrite(Bytes& bytes, std::size_t at, T value) {
  if (at + sizeof(value) <= bytes.size()) std::memcpy(bytes.data() + at, &value, sizeof(value));
}

// Other lengths, other numbers, other types.
std::vector<Bytes> spoilt(std::span<const std::byte> record, Rng& rng) {
  const Bytes good(record.begin(), record.end());
  std::vector<Bytes> all;
  for (const std::size_t size :
       {std::size_t{0}, good.size() / 2, good.size() + 1, good.size() + 8, 2 * good.size() + 64}) {
    Bytes bytes = good;
    bytes.resize(size, std::byte{1});
    all.push_back(std::move(bytes));
  }
  for (const int byte : {0x00, 0x01, 0x7F, 0x80, 0xFF})
    all.emplace_back(good.size(), static_cast<std::byte>(byte));
  const auto words = static_cast<std::uint32_t>(std::max<std::size_t>(1, good.size() / 4));
  for (const std::int64_t number :
       {std::int64_t{-1}, std::int64_t{1000}, std::int64_t{1} << 40,
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    Bytes narrow = good, wide = good, last = good;
    overwrite(narrow, 4 * std::size_t{rng.below(words)}, static_cast<std::int32_t>(number));
    overwrite(wide, 8 * std::size_t{rng.below((words + 1) / 2)}, number);
    if (last.size() >= 4) overwrite(last, last.size() - 4, static_cast<std::int32_t>(number));
    all.insert(all.end(), {narrow, wide, last});
  }
  for (int i = 0; i < 4; ++i) {
    Bytes flipped = good;
    if (!good.empty())
      flipped[rng.below(static_cast<std::uint32_t>(good.size()))] ^=
          static_cast<std::byte>(1U << rng.below(8));
    all.push_back(std::move(flipped));
  }
  return all;
}

struct Tally {
  int refused = 0, loaded = 0;
};

// Spoils one record after the other; `try_it` loads the archive and goes on.
Tally spoil_all(const ArchiveWriter& good,
                const std::function<void(const ArchiveReader&, const std::string&)>& try_it) {
  Tally outcome;
  Rng rng(17);
  const ArchiveReader reader = ArchiveReader::from_bytes(good.bytes(), "test.tgn");
  for (const std::string& name : reader.names())
    for (const Bytes& bytes : spoilt(reader.bytes(name), rng)) {
      ArchiveWriter bad = good;
      bad.put_bytes(name, bytes);
      CAPTURE(name);
      try {
        try_it(ArchiveReader::from_bytes(bad.bytes(), "test.tgn"), name);
        ++outcome.loaded;
      } catch (const Error& error) {
        CAPTURE(error.what());
        CHECK(std::string_view(error.what()).size() > 10);
        ++outcome.refused;
      }
    }
  return outcome;
}

// Numbers of any value are numbers: what learning makes of them is not loading's business.
bool holds_weights(const std::string& name) {
  for (const char* ending : {"/values", "/first", "/second", "/env", "/state", "/states",
                             "/log_prob", "/value", "/reward", "/frames", "/mean", "/variance"})
    if (name.ends_with(ending)) return true;
  return false;
}

template <class E>
void spoil_run(const char* algo, const std::string& settings, int steps) {
  const TempDirectory directory;
  Run<E> run(algo, settings, 2);
  run.start();
  run.train(steps);
  ArchiveWriter good;
  run.env.save(good, "env");
  run.agent->save(good, directory.path());
  const Tally outcome = spoil_all(good, [&](const ArchiveReader& reader, const std::string& name) {
    Run<E> other(algo, settings, 2);
    other.env.load(reader, "env");
    other.agent->load(reader, directory.path());
    if (!holds_weights(name)) other.train(20);
  });
  WARN(algo << ": " << outcome.refused << " refused, " << outcome.loaded << " loaded");
  CHECK(outcome.refused > outcome.loaded / 2);
  CHECK(outcome.loaded > 0);
}

}  // namespace

TEST_CASE("hostile checkpoints of DQN with priorities", "[long]") {
  spoil_run<tengen::Catch>("dqn",
                           "[agent]\nbuffer_size = 100\nlearning_starts = 20\nbatch_size = 8\n"
                           "prioritised = true\nn_steps = 3\n[net]\nhidden = [8]\n",
                           160);
}

TEST_CASE("hostile checkpoints of PPO") {
  spoil_run<CartPole>("ppo",
                      "[agent]\nn_steps = 16\nbatch_size = 16\nn_epochs = 1\n"
                      "normalize_observation = true\nnormalize_reward = true\n"
                      "[net]\nhidden = [8]\n",
                      104);
}

TEST_CASE("hostile checkpoints of R2D2", "[long]") {
  spoil_run<HiddenFactors<HiddenFormula::kXor>>(
      "r2d2",
      "[agent]\nbuffer_size = 200\nlearning_starts = 40\nbatch_size = 4\nburn_in = 2\n"
      "sequence_length = 6\nsequence_period = 3\n[net]\nhidden = [8]\nrecurrent = \"lstm\"\n",
      160);
}

TEST_CASE("hostile checkpoints of SAC", "[long]") {
  spoil_run<Pendulum>("sac",
                      "[agent]\nbuffer_size = 100\nlearning_starts = 20\nbatch_size = 8\n[net]\n"
                      "hidden = [8]\n",
                      120);
}

TEST_CASE("hostile checkpoints of AlphaZero, stopped within a cycle", "[long]") {
  const TempDirectory directory;
  WorkerPool pool(1);
  const SearchableGameOf<TicTacToe> game{TicTacToe()};
  AlphaZeroContext context;
  context.game = &game;
  context.config = Config::from_string(
      "[search]\nsimulations = 4\n[net]\nblocks = 1\nchannels = 8\npool = 0\n"
      "[agent]\nn_workers = 2\nn_slots = 4\ncycle_rows = 64\nbatch_size = 16\n");
  context.games = 100;
  context.pool = &pool;
  AlphaZero agent(context);
  agent.open(directory / "games");
  Logger logger;
  const auto never = [] { return false; };
  REQUIRE(agent.generate(never));
  REQUIRE(agent.learn(logger, never));
  REQUIRE(!agent.generate([n = 12]() mutable { return n-- == 0; }));
  ArchiveWriter good;
  agent.save(good);
  const Bytes store = read_file(directory / "games");
  const Tally outcome = spoil_all(good, [&](const ArchiveReader& reader, const std::string& name) {
    AlphaZero other(context);
    other.load(reader);
    write_file_atomically(directory / "copy", store);
    other.open(directory / "copy");
    if (!holds_weights(name) && name.find("/owed") == std::string::npos &&
        name.find("updates_owed") == std::string::npos)
      static_cast<void>(other.generate([n = 10]() mutable { return n-- == 0; }));
  });
  WARN("alphazero: " << outcome.refused << " refused, " << outcome.loaded << " loaded");
  CHECK(outcome.refused > outcome.loaded / 2);
  CHECK(outcome.loaded > 0);
}
