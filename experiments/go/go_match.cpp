#include "experiments/go/go_match.hpp"

#include "core/rng.hpp"
#include "core/system/file.hpp"
#include "core/system/interrupt.hpp"
#include "core/usize.hpp"
#include "envs/board/vertex.hpp"
#include "experiments/go/gtp_client.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace tengen {
namespace {

namespace fs = std::filesystem;

// What one thread plays with.
struct Table {
  std::array<std::unique_ptr<GoPlayer>, 2> players;
  std::array<int, 2> failures{};  // in a row
};

class Match {
 public:
  Match(const MatchSide& first, const MatchSide& second, const MatchOptions& options,
        const std::function<void(const MatchResult&, const MatchGame&)>& ended)
      : sides_{&first, &second}, options_(options), ended_(ended) {}

  MatchResult play() {
    std::vector<std::thread> threads;
    const int count = std::clamp(options_.threads, 1, std::max(1, options_.games));
    for (int i = 1; i < count; ++i) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool stopped() const { return over_ || interrupted(); }
  [[nodiscard]] fs::path file(int number) const {
    return options_.out / fmt::format("{:05}.sgf", number);
  }

  void work() {
    Table table;
    try {
      for (int number = next_++; number <= options_.games && !stopped(); number = next_++) {
        if (options_.skip_existing && fs::exists(file(number))) {
          const std::scoped_lock lock(mutex_);
          ++result_.skipped;
          continue;
        }
        play_game(table, number);
      }
    } catch (const Interrupted&) {  // the game under way is dropped
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      over_ = true;
    }
  }

  // A player for the game, started if need be.
  GoPlayer& seat(Table& table, std::size_t side, int number) {
    auto& player = table.players[side];
    if (!player) player = sides_[side]->make();
    player->set_seed(
        Rng(options_.seed).split(static_cast<std::uint64_t>(2 * number) + side).next64());
    return *player;
  }

  void play_game(Table& table, int number) {
    const auto start = std::chrono::steady_clock::now();
    MatchGame report;
    report.number = number;
    report.first_is_black = number % 2 == 1;
    GoGame game = match_opening(options_, options_.paired ? (number - 1) / 2 : number - 1);
    std::array<bool, 2> seated{};
    while (report.result.empty()) {
      if (stopped()) return;
      const int mover = game.to_move();
      // A game as long as that is scored as it stands.
      if (game.passed_out() || !game.why_illegal(mover, game.pass_action()).empty()) {
        report.result = score_text(game.position().margin());
        break;
      }
      const std::size_t side = (mover == 0) == report.first_is_black ? 0 : 1;
      try {
        if (!std::exchange(seated[side], true)) seat(table, side, number);
        take_turn(*table.players[side], sides_[side]->name, game, report);
        table.failures[side] = 0;
      } catch (const EngineError& error) {
        table.players[side].reset();
        if (++table.failures[side] >= kMostFailures) throw;
        forfeit(mover, error.what(), report);
      }
    }
    report.points = report.result == "0"                                      ? 0.5
                    : (report.result.front() == 'B') == report.first_is_black ? 1
                                                                              : 0;
    report.moves = static_cast<int>(game.moves().size());
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    write(game, report);
    count(std::move(report));
  }

  static void forfeit(int player, std::string note, MatchGame& report) {
    report.result = player == 0 ? "W+F" : "B+F";
    report.note = std::move(note);
    report.forfeit = true;
  }

  static void take_turn(GoPlayer& player, const std::string& name, GoGame& game,
                        MatchGame& report) {
    const int mover = game.to_move(), action = player.choose(game, {});
    if (action == GoPlayer::kResign) {
      report.result = mover == 0 ? "W+R" : "B+R";
    } else if (const std::string why = game.why_illegal(mover, action); !why.empty()) {
      forfeit(mover,
              fmt::format("{}'s move {} is illegal: {}", name,
                          to_gtp_vertex(action, game.rows(), game.columns()), why),
              report);
    } else {
      game.play(mover, action);
    }
  }

  void write(const GoGame& game, const MatchGame& report) const {
    if (options_.out.empty()) return;
    GoRecord record = game.to_record();
    record.black = sides_[report.first_is_black ? 0 : 1]->name;
    record.white = sides_[report.first_is_black ? 1 : 0]->name;
    record.result = report.result;
    record.rules = rules_text(options_.ruleset);
    record.comment = report.note;
    const std::vector<SgfTree> trees{sgf_tree(record)};
    write_file_atomically(file(report.number), write_sgf(trees));
  }

  void count(MatchGame report) {
    const std::scoped_lock lock(mutex_);
    GameCount& count = result_.count;
    ++(report.points == 1 ? count.wins : report.points == 0 ? count.losses : count.draws);
    result_.forfeits += report.forfeit ? 1 : 0;
    result_.games.push_back(std::move(report));
    if (ended_) ended_(result_, result_.games.back());
    if (options_.sprt && sprt(count, *options_.sprt).verdict != SprtVerdict::kGoOn) over_ = true;
  }

  std::array<const MatchSide*, 2> sides_;
  const MatchOptions& options_;
  const std::function<void(const MatchResult&, const MatchGame&)>& ended_;
  std::mutex mutex_;  // of what follows, but for the atomics
  MatchResult result_;
  std::exception_ptr failure_;
  std::atomic<int> next_{1};
  std::atomic<bool> over_{false};
};

}  // namespace

GoGame match_opening(const MatchOptions& options, int number) {
  Rng rng = Rng(~options.seed).split(static_cast<std::uint64_t>(number));
  GoRuleset ruleset = options.ruleset;
  if (!options.komis.empty())
    ruleset.rules.komi = options.komis[rng.below(static_cast<std::uint32_t>(options.komis.size()))];
  if (!options.openings.empty()) {
    GoRecord record = options.openings[usize(number) % options.openings.size()];
    record.komi.reset();
    return GoGame::from_record(record, ruleset);
  }
  GoGame game(options.rows, options.columns, ruleset);
  const auto player = random_go_player(rng.next64());
  int moves = options.opening_moves;
  if (options.opening_spread > 0)
    moves += static_cast<int>(rng.below(static_cast<std::uint32_t>(options.opening_spread) + 1));
  for (int i = 0; i < moves; ++i) {
    const int action = player->choose(game, {});
    if (action == game.pass_action()) break;  // a board so full is no opening
    game.play(game.to_move(), action);
  }
  return game;
}

MatchResult play_match(const MatchSide& first, const MatchSide& second, const MatchOptions& options,
                       const std::function<void(const MatchResult&, const MatchGame&)>& ended) {
  if (!options.out.empty()) fs::create_directories(options.out);
  return Match(first, second, options, ended).play();
}

}  // namespace tengen
