#include "experiments/go/gtp_server.hpp"

#include "core/config.hpp"
#include "core/system/file.hpp"
#include "core/usize.hpp"
#include "envs/board/vertex.hpp"
#include "experiments/go/line_reader.hpp"

#include <algorithm>
#include <ctime>

namespace tengen {
namespace {

constexpr int kSmallest = 2;

std::string joined(const std::vector<std::string>& words, std::size_t first, std::size_t last) {
  return fmt::format("{}", fmt::join(words.begin() + static_cast<std::ptrdiff_t>(first),
                                     words.begin() + static_cast<std::ptrdiff_t>(last), " "));
}

std::string lower_case(std::string word) {
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

std::uint64_t count_sequences(const GoGame::Position& position, int depth) {
  if (depth == 0) return 1;
  std::vector<std::uint8_t> legal(usize(position.pass_action()) + 1);
  position.legal(legal);
  legal.pop_back();
  if (depth == 1) return static_cast<std::uint64_t>(std::ranges::count(legal, 1));
  std::uint64_t sum = 0;
  for (std::size_t point = 0; point < legal.size(); ++point) {
    if (legal[point] == 0) continue;
    GoGame::Position next = position;
    next.play(static_cast<int>(point));
    sum += count_sequences(next, depth - 1);
  }
  return sum;
}

}  // namespace

GtpServer::GtpServer(GoPlayer& player, const GtpOptions& options, Write write,
                     std::function<bool()> input_waiting)
    : player_(player),
      options_(options),
      write_(std::move(write)),
      input_waiting_(std::move(input_waiting)),
      game_(options.board_size, options.board_size, options.ruleset),
      asked_(options.ruleset) {}

std::span<const GtpServer::Entry> GtpServer::entries() {
  using S = GtpServer;
  static constexpr Entry kEntries[] = {
      {"protocol_version", &S::protocol_version},
      {"name", &S::name},
      {"version", &S::version},
      {"known_command", &S::known_command},
      {"list_commands", &S::list_commands},
      {"quit", &S::quit},
      {"boardsize", &S::boardsize},
      {"rectangular_boardsize", &S::rectangular_boardsize},
      {"query_boardsize", &S::query_boardsize},
      {"clear_board", &S::clear_board},
      {"komi", &S::komi},
      {"get_komi", &S::get_komi},
      {"play", &S::play},
      {"undo", &S::undo},
      {"gg-undo", &S::undo_moves},
      {"is_legal", &S::is_legal},
      {"all_legal", &S::all_legal},
      {"list_stones", &S::list_stones},
      {"genmove", &S::genmove},
      {"reg_genmove", &S::reg_genmove},
      {"showboard", &S::showboard},
      {"set_position", &S::set_position},
      {"loadsgf", &S::loadsgf},
      {"printsgf", &S::printsgf},
      {"fixed_handicap", &S::fixed_handicap},
      {"place_free_handicap", &S::place_free_handicap},
      {"set_free_handicap", &S::set_free_handicap},
      {"final_score", &S::final_score},
      {"final_status_list", &S::final_status_list},
      {"time_settings", &S::time_settings},
      {"time_left", &S::time_left},
      {"clear_cache", &S::clear_cache},
      {"cputime", &S::cputime},
      {"kgs-time_settings", &S::kgs_time_settings},
      {"kgs-genmove_cleanup", &S::genmove_cleanup},
      {"kgs-rules", &S::kgs_rules},
      {"lz-analyze", &S::analyze},
      {"lz-genmove_analyze", &S::genmove_analyze},
      {"kata-analyze", &S::analyze},
      {"kata-genmove_analyze", &S::genmove_analyze},
      {"kata-get-rules", &S::get_rules},
      {"kata-set-rules", &S::set_rules},
      {"kata-set-rule", &S::set_rule},
      {"kata-raw-nn", &S::raw_nn},
      {"gogui-analyze_commands", &S::gogui_commands},
      {"tengen-ownership", &S::ownership},
      {"perft", &S::perft},
  };
  return kEntries;
}

bool GtpServer::handle(std::string_view line) {
  // What is left of a longer line is enough for its id, and to see whether it is a command at all.
  constexpr std::size_t kShown = 1000;
  const bool too_long = line.size() > LineReader::kLongest;
  const std::optional<GtpCommand> command = parse_gtp(too_long ? line.substr(0, kShown) : line);
  if (!command) return running_;
  id_ = command->id;
  answered_ = false;
  may_ponder_ = false;
  const auto entry = std::ranges::find(entries(), std::string_view(command->name),
                                       [](const Entry& e) { return std::string_view(e.name); });
  std::string text;
  bool ok = true;
  if (too_long) {
    ok = false;
    text = fmt::format("a line of over {} bytes", LineReader::kLongest);
  } else if (entry == entries().end()) {
    ok = false;
    text = "unknown command";
  } else {
    try {
      text = (this->*entry->answer)(*command);
    } catch (const Error& error) {
      ok = false;
      text = error.what();
    }
  }
  if (!answered_)
    write_(gtp_answer(id_, ok, text));
  else
    write_("\n");
  return running_;
}

void GtpServer::write_piece(std::string_view text) {
  if (!std::exchange(answered_, true)) write_(fmt::format("={}\n", id_));
  write_(fmt::format("{}\n", text));
}

void GtpServer::ponder() {
  if (!options_.ponder || !may_ponder_ || game_.passed_out()) return;
  may_ponder_ = false;
  player_.analyse(game_, false, input_waiting_);
}

// --- The session -----------------------------------------------------------------------------

std::string GtpServer::protocol_version(const GtpCommand& /*command*/) { return "2"; }
std::string GtpServer::name(const GtpCommand& /*command*/) { return "Tengen"; }
std::string GtpServer::version(const GtpCommand& /*command*/) {
  return fmt::format("{} {}", options_.version, player_.name());
}

std::string GtpServer::known_command(const GtpCommand& command) {
  command.expect(1, 1);
  return std::ranges::any_of(entries(),
                             [&](const Entry& entry) { return entry.name == command.word(0); })
             ? "true"
             : "false";
}

std::string GtpServer::list_commands(const GtpCommand& /*command*/) {
  std::string out;
  for (const Entry& entry : entries()) out.append(entry.name).append("\n");
  return out;
}

std::string GtpServer::quit(const GtpCommand& /*command*/) {
  running_ = false;
  return "";
}

std::string GtpServer::clear_cache(const GtpCommand& /*command*/) {
  player_.clear_cache();
  return "";
}

std::string GtpServer::cputime(const GtpCommand& /*command*/) {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return fmt::format("{:.3f}",
                     static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9);
}

// --- The board -------------------------------------------------------------------------------

std::string GtpServer::vertex(int action) const {
  return to_gtp_vertex(action, game_.rows(), game_.columns());
}

std::string GtpServer::vertices(const std::vector<int>& actions) const {
  std::vector<std::string> out;
  for (const int action : actions) out.push_back(vertex(action));
  return fmt::format("{}", fmt::join(out, " "));
}

// One side, or columns and rows.
std::string GtpServer::boardsize(const GtpCommand& command) {
  command.expect(1, 2);
  const auto side = [&](std::size_t i) {
    const auto n = gtp_integer(command.word(i));
    if (!n || *n < kSmallest || *n > kLargestGoSide) throw GtpError("unacceptable size");
    return *n;
  };
  const int columns = side(0), rows = command.arguments.size() == 2 ? side(1) : columns;
  begin_game(GoGame(rows, columns, game_.ruleset()));
  restart_clocks();
  return "";
}

// Sabaki's: columns and rows.
std::string GtpServer::rectangular_boardsize(const GtpCommand& command) {
  command.expect(2, 2);
  return boardsize(command);
}

std::string GtpServer::query_boardsize(const GtpCommand& command) {
  command.expect(0, 0);
  return game_.rows() == game_.columns() ? fmt::format("{}", game_.rows())
                                         : fmt::format("{} {}", game_.columns(), game_.rows());
}

// Throws where the player cannot play on such a board; the old game then stays.
void GtpServer::begin_game(GoGame game) {
  player_.check_board(game.rows(), game.columns());
  game_ = std::move(game);
  file_.reset();
  hopeless_ = 0;
}

std::string GtpServer::clear_board(const GtpCommand& /*command*/) {
  game_.clear();
  file_.reset();
  restart_clocks();
  hopeless_ = 0;
  return "";
}

std::string GtpServer::komi(const GtpCommand& command) {
  command.expect(1, 1);
  GoRuleset ruleset = game_.ruleset();
  ruleset.rules.komi = command.number(0) + 0.0F;  // −0 becomes 0
  constexpr float kMost = 1000;
  if (std::abs(ruleset.rules.komi) > kMost) throw GtpError("komi beyond ±{}", kMost);
  game_.set_ruleset(ruleset);
  asked_.rules.komi = ruleset.rules.komi;
  return "";
}

std::string GtpServer::get_komi(const GtpCommand& /*command*/) {
  return fmt::format("{}", game_.komi());
}

std::string GtpServer::play(const GtpCommand& command) {
  command.expect(2, 2);
  const int player = command.player(0);
  if (lower_case(command.word(1)) == "resign") return "";
  const int action = command.vertex(1, game_.rows(), game_.columns());
  if (const std::string why = game_.why_illegal(player, action); !why.empty())
    throw GtpError("illegal move: {}", why);
  game_.play(player, action);
  return "";
}

std::string GtpServer::undo(const GtpCommand& /*command*/) {
  if (!game_.undo()) throw GtpError("cannot undo");
  return "";
}

// GoGui's: takes back as many moves as it says, one by default; all of them or none.
std::string GtpServer::undo_moves(const GtpCommand& command) {
  command.expect(0, 1);
  const int made = static_cast<int>(game_.moves().size());
  const int moves = command.arguments.empty() ? 1 : command.integer(0, 0, 1'000'000);
  if (moves > made) throw GtpError("cannot undo {} of {} moves", moves, made);
  for (int i = 0; i < moves; ++i) game_.undo();
  return "";
}

std::string GtpServer::is_legal(const GtpCommand& command) {
  command.expect(2, 2);
  const int player = command.player(0);
  const int action = command.vertex(1, game_.rows(), game_.columns());
  return game_.why_illegal(player, action).empty() ? "1" : "0";
}

std::string GtpServer::all_legal(const GtpCommand& command) {
  command.expect(1, 1);
  const int player = command.player(0);
  std::vector<int> points;
  for (int point = 0; point < game_.points(); ++point)
    if (game_.why_illegal(player, point).empty()) points.push_back(point);
  return vertices(points);
}

std::string GtpServer::list_stones(const GtpCommand& command) {
  command.expect(1, 1);
  const Stone colour = stone_of(command.player(0));
  std::vector<int> points;
  for (int point = 0; point < game_.points(); ++point)
    if (game_.position().at(point) == colour) points.push_back(point);
  return vertices(points);
}

// Counts the sequences of that many legal moves, passes left out.
std::string GtpServer::perft(const GtpCommand& command) {
  command.expect(1, 1);
  const int depth = command.integer(0, 0, 20);
  const GoGame::Position position = game_.open_position();
  if (position.move_number() + depth > position.rules().max_moves)
    throw GtpError("no game is that long");
  return fmt::format("{}", count_sequences(position, depth));
}

std::string GtpServer::showboard(const GtpCommand& /*command*/) {
  std::string letters = "  ";
  for (int x = 0; x < game_.columns(); ++x) letters += fmt::format(" {}", vertex(x)[0]);
  std::string out = "\n " + letters;
  const int last = game_.moves().empty() ? -1 : game_.moves().back().action;
  for (int y = 0; y < game_.rows(); ++y) {
    out += fmt::format("\n{:3}", game_.rows() - y);
    for (int x = 0; x < game_.columns(); ++x) {
      const int point = y * game_.columns() + x;
      const Stone stone = game_.position().at(point);
      const char shown = stone == Stone::kBlack ? 'X' : stone == Stone::kWhite ? 'O' : '.';
      // The newest stone stands in brackets.
      out += point == last ? '(' : x > 0 && point - 1 == last ? ')' : ' ';
      out += shown;
    }
    out += fmt::format("{}{}", last == y * game_.columns() + game_.columns() - 1 ? ")" : " ",
                       game_.rows() - y);
  }
  const auto& position = game_.position();
  return out + fmt::format(
                   "\n {}\nTo move: {}  Komi: {}  Moves: {}  Prisoners of Black: {}, of "
                   "White: {}",
                   letters, game_.to_move() == 0 ? "Black" : "White", game_.full_komi(),
                   game_.moves().size(), position.prisoners(1), position.prisoners(0));
}

std::string GtpServer::set_position(const GtpCommand& command) {
  if (command.arguments.size() % 2 != 0) throw GtpError("syntax error: color vertex … expected");
  std::vector<GoGame::Stones> stones;
  for (std::size_t i = 0; i < command.arguments.size(); i += 2) {
    const int point = command.vertex(i + 1, game_.rows(), game_.columns());
    if (point == game_.pass_action()) throw GtpError("syntax error: a stone on 'pass'");
    stones.push_back({point, stone_of(command.player(i))});
  }
  game_.set_up(std::move(stones), 0);
  file_.reset();
  hopeless_ = 0;
  return "";
}

// FILE [MOVE]: the position before that move. A file's name may have spaces in it. What the file
// does not say about komi and rules is as the session was told, never as the last file had it.
std::string GtpServer::loadsgf(const GtpCommand& command) {
  std::size_t words = command.arguments.size();
  command.expect(1, std::max<std::size_t>(words, 1));
  int before = 0;
  if (words > 1) {
    if (const auto number = gtp_integer(command.arguments.back())) {
      before = command.integer(words - 1, 1, 1'000'000);
      --words;
    }
  }
  SgfWarnings warnings;
  std::vector<SgfTree> games = read_sgf(joined(command.arguments, 0, words), &warnings);
  const GoRecord record = go_record(games.front(), -1, &warnings);
  if (record.columns < kSmallest || record.columns > kLargestGoSide || record.rows < kSmallest ||
      record.rows > kLargestGoSide)
    throw GtpError("unacceptable size {}x{}", record.columns, record.rows);
  begin_game(
      GoGame::from_record(record, recorded_rules(record, asked_, &warnings), before, &warnings));
  file_.emplace(std::move(games), before, game_);
  print_warnings(warnings);
  return "";
}

// A game from a file is written with all that the file said.
std::string GtpServer::printsgf(const GtpCommand& command) {
  std::vector<SgfTree> games;
  if (file_) games = file_->with(game_);
  if (games.empty()) {
    GoRecord record = game_.to_record();
    record.rules = rules_text(game_.ruleset());
    games.push_back(sgf_tree(record));
  }
  const std::string text = write_sgf(games);
  if (command.arguments.empty()) return text;
  write_file_atomically(joined(command.arguments, 0, command.arguments.size()), text);
  return "";
}

// --- Handicap --------------------------------------------------------------------------------

void GtpServer::require_empty_board() const {
  if (!game_.moves().empty() || !game_.set_up_stones().empty()) throw GtpError("board not empty");
}

std::string GtpServer::place_handicap(const std::vector<int>& points) {
  std::vector<GoGame::Stones> stones;
  for (const int point : points) stones.push_back({point, Stone::kBlack});
  game_.set_up(std::move(stones), 1, static_cast<int>(points.size()));
  file_.reset();
  return vertices(points);
}

std::string GtpServer::fixed_handicap(const GtpCommand& command) {
  command.expect(1, 1);
  require_empty_board();
  const int stones = command.integer(0, 0, game_.points());
  return place_handicap(tengen::fixed_handicap(game_.rows(), game_.columns(), stones));
}

std::string GtpServer::place_free_handicap(const GtpCommand& command) {
  command.expect(1, 1);
  require_empty_board();
  const int stones = command.integer(0, 0, game_.points());
  return place_handicap(free_handicap(game_.rows(), game_.columns(), stones));
}

std::string GtpServer::set_free_handicap(const GtpCommand& command) {
  require_empty_board();
  if (command.arguments.size() < 2 || command.arguments.size() >= usize(game_.points()))
    throw GtpError("bad vertex list: 2 to {} stones", game_.points() - 1);
  std::vector<int> points;
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    points.push_back(command.vertex(i, game_.rows(), game_.columns()));
    if (points.back() == game_.pass_action() || std::ranges::count(points, points.back()) > 1)
      throw GtpError("bad vertex list: '{}'", command.word(i));
  }
  place_handicap(points);
  return "";
}

}  // namespace tengen
