// Go against GNU Go 3.8, move by move: what is legal, what lies on the board, liberties, prisoners.
#include "envs/board/go.hpp"
#include "envs/board/vertex.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace tengen;
namespace fs = std::filesystem;

namespace {

constexpr const char* kGnuGo = "/usr/games/gnugo";

struct Ruleset {
  const char* name;
  GoRules rules;
  const char* flags;
};
constexpr Ruleset kRulesets[] = {
    {"simple ko", {.ko = KoRule::kSimple}, "--forbid-suicide --simple-ko"},
    {"positional superko", {.ko = KoRule::kPositional}, "--forbid-suicide --positional-superko"},
    {"situational superko", {.ko = KoRule::kSituational}, "--forbid-suicide --situational-superko"},
    {"suicide, simple ko",
     {.ko = KoRule::kSimple, .suicide = true},
     "--allow-all-suicide --simple-ko"},
    {"suicide, positional superko",
     {.ko = KoRule::kPositional, .suicide = true},
     "--allow-all-suicide --positional-superko"},
    {"suicide, situational superko",
     {.ko = KoRule::kSituational, .suicide = true},
     "--allow-all-suicide --situational-superko"}};

// Questions and the answers that Tengen gives; the words of an answer have no order.
class Conversation {
 public:
  // Words of `either` may stand in the answer or not.
  void ask(const std::string& command, std::set<std::string> answer = {},
           std::set<std::string> either = {}) {
    commands_ += command + '\n';
    answers_.push_back({command, std::move(answer), std::move(either)});
  }
  // Puts everything to GNU Go at once; what differs, or an empty text.
  std::string compare(const std::string& flags) const;
  [[nodiscard]] std::size_t size() const { return answers_.size(); }

 private:
  struct Answer {
    std::string command;
    std::set<std::string> words, either;
  };
  std::string commands_;
  std::vector<Answer> answers_;
};

std::string Conversation::compare(const std::string& flags) const {
  const fs::path file =
      fs::temp_directory_path() / fmt::format("tengen-gnugo-{}", static_cast<const void*>(this));
  std::ofstream(file) << commands_ << "quit\n";
  const std::string command = fmt::format("{} --mode gtp {} < {}", kGnuGo, flags, file.string());
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  std::array<char, 65536> buffer;
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    output.append(buffer.data(), n);
  pclose(pipe);
  fs::remove(file);
  std::istringstream lines(output);
  std::string history;
  for (const Answer& answer : answers_) {
    std::string line, text;
    while (std::getline(lines, line) && line.empty()) {
    }
    for (; !line.empty(); line.clear(), std::getline(lines, line)) text += ' ' + line;
    history = answer.command == "clear_board" ? "" : history + answer.command + '\n';
    std::istringstream words(text);
    std::string status;
    words >> status;
    std::set<std::string> seen;
    for (std::string word; words >> word;)
      if (!answer.either.contains(word)) seen.insert(word);
    if (status == "=" && seen == answer.words) continue;
    return fmt::format("{}GNU Go:{}\nTengen: = {}\n", history, text, fmt::join(answer.words, " "));
  }
  return "";
}

std::string name_of(int player) { return player == 0 ? "black" : "white"; }

template <int kMaxSize>
std::set<std::string> vertices(const Go<kMaxSize>& game, auto&& wanted) {
  std::set<std::string> out;
  for (int point = 0; point < game.pass_action(); ++point)
    if (wanted(point)) out.insert(to_gtp_vertex(point, game.rows(), game.columns()));
  return out;
}

// Everything that is on the board now.
void ask_for_board(const Go<9>& game, Conversation& talk) {
  for (const int player : {0, 1}) {
    const Stone stone = stone_of(player);
    talk.ask("list_stones " + name_of(player),
             vertices(game, [&](int point) { return game.at(point) == stone; }));
    talk.ask("captures " + name_of(player), {std::to_string(game.prisoners(1 - player))});
  }
  for (int point = 0; point < game.pass_action(); ++point)
    if (game.at(point) != Stone::kEmpty)
      talk.ask("countlib " + to_gtp_vertex(point, game.rows(), game.columns()),
               {std::to_string(game.liberties(point))});
}

// What Benson says lives, GNU Go, which knows more, must say too.
void ask_for_life(const Go<9>& game, Conversation& talk) {
  std::vector<std::uint8_t> marks(static_cast<std::size_t>(game.pass_action()));
  for (const int player : {0, 1}) {
    game.pass_alive(player, marks);
    for (int point = 0; point < game.pass_action(); ++point) {
      if (marks[static_cast<std::size_t>(point)] == 0) continue;
      const std::string status = game.at(point) == stone_of(player) ? "alive"
                                 : game.at(point) == Stone::kEmpty  ? name_of(player) + "_territory"
                                                                    : "dead";
      talk.ask("unconditional_status " + to_gtp_vertex(point, game.rows(), game.columns()),
               {status});
    }
  }
}

// GNU Go does not look for repetitions by suicide, which Tromp–Taylor forbid like any other (a
// single stone's always repeats). Those are tested against plain rules in go_test.cpp.
std::set<std::string> repeating_suicides(const Go<9>& game) {
  if (game.rules().ko == KoRule::kSimple || !game.rules().suicide) return {};
  return vertices(game, [&](int point) {
    return game.at(point) == Stone::kEmpty && !game.is_legal(point) &&
           game.board().is_suicide(game.board().cell(point), stone_of(game.to_move()));
  });
}

// A random game with every kind of legal move, own eyes filled. Small boards have more of what is
// rare: kos, superkos, suicides.
void play_game(const GoRules& rules, int size, Rng& rng, Conversation& talk) {
  GoRules longer = rules;
  longer.max_moves = Go<9>::kMostMoves;
  Go<9> game(size, size, longer);
  talk.ask(fmt::format("boardsize {}", size));
  talk.ask("clear_board");
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(game.pass_action()) + 1);
  for (int move = 0; move < 3 * size * size - 5; ++move) {
    game.legal(mask);
    const auto may = [&](int point) { return mask[static_cast<std::size_t>(point)] != 0; };
    talk.ask("all_legal " + name_of(game.to_move()), vertices(game, may), repeating_suicides(game));
    int action = game.pass_action();
    const bool can_move = std::count(mask.begin(), mask.end(), 1) > 1;
    while (can_move && action == game.pass_action()) {
      action = static_cast<int>(rng.below(static_cast<std::uint32_t>(mask.size())));
      if (mask[static_cast<std::size_t>(action)] == 0) action = game.pass_action();
    }
    if (rng.chance(0.02)) action = game.pass_action();
    if (action == game.pass_action() && game.passes() == 1) break;
    // GTP lets the same player move twice: whose ko, and whose situation, was it?
    if (rng.chance(0.02)) game.set_to_move(1 - game.to_move());
    if (!game.is_legal(action)) continue;
    talk.ask("play " + name_of(game.to_move()) + " " + to_gtp_vertex(action, size, size));
    game.play(action);
    if (move % 10 == 9) ask_for_board(game, talk);
    if (move % 30 == 29) ask_for_life(game, talk);
  }
}

void compare_games(const Ruleset& set, int games, int seed) {
  if (!fs::exists(kGnuGo)) {
    WARN("skipped: " << kGnuGo << " is not installed");
    return;
  }
  Rng rng(static_cast<std::uint64_t>(seed));
  constexpr int kSizes[] = {9, 5, 9, 4};
  for (int first = 0; first < games; first += 100) {
    Conversation talk;
    for (int i = first; i < std::min(games, first + 100); ++i)
      play_game(set.rules, kSizes[i % 4], rng, talk);
    INFO(set.name);
    REQUIRE(talk.compare(set.flags) == "");
  }
}

}  // namespace

TEST_CASE("Go agrees with GNU Go: a few games of each ruleset") {
  for (const Ruleset& set : kRulesets) compare_games(set, 4, 1);
}

TEST_CASE("Go agrees with GNU Go: 2000 games of each ruleset, half of them on 9 × 9", "[.slow]") {
  for (const Ruleset& set : kRulesets) compare_games(set, 2000, 2);
}

TEST_CASE("fixed handicap is GNU Go's") {
  if (!fs::exists(kGnuGo)) return;
  Conversation talk;
  for (const int size : {7, 8, 9, 10, 11, 13, 15, 19})  // GTP: the fourth line from 13 on
    for (int stones = 2; stones <= (size == 7 || size % 2 == 0 ? 4 : 9); ++stones) {
      talk.ask(fmt::format("boardsize {}", size));
      talk.ask("clear_board");
      std::set<std::string> expected;
      for (const int point : fixed_handicap(size, size, stones))
        expected.insert(to_gtp_vertex(point, size, size));
      CHECK(expected.size() == static_cast<std::size_t>(stones));
      talk.ask(fmt::format("fixed_handicap {}", stones), expected);
    }
  CHECK(talk.compare("") == "");
}
