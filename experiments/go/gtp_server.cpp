#include "experiments/go/gtp_server.hpp"

#include "core/config.hpp"
#include "core/file.hpp"
#include "envs/board/vertex.hpp"

#include <algorithm>
#include <ctime>

namespace tengen {
namespace {

constexpr int kSmallest = 2, kLargest = 25;

std::string joined(const std::vector<std::string>& words, std::size_t first, std::size_t last) {
  return fmt::format("{}", fmt::join(words.begin() + static_cast<std::ptrdiff_t>(first),
                                     words.begin() + static_cast<std::ptrdiff_t>(last), " "));
}

}  // namespace

GtpServer::GtpServer(GoPlayer& player, const GtpOptions& options, Write write,
                     std::function<bool()> input_waiting)
    : player_(player),
      options_(options),
      write_(std::move(write)),
      input_waiting_(std::move(input_waiting)),
      game_(options.board_size, options.board_size, options.ruleset) {}

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
      {"clear_board", &S::clear_board},
      {"komi", &S::komi},
      {"get_komi", &S::get_komi},
      {"play", &S::play},
      {"undo", &S::undo},
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
  };
  return kEntries;
}

bool GtpServer::handle(std::string_view line) {
  const std::optional<GtpCommand> command = parse_gtp(line);
  if (!command) return running_;
  id_ = command->id;
  answered_ = false;
  may_ponder_ = false;
  const auto entry = std::ranges::find(entries(), std::string_view(command->name),
                                       [](const Entry& e) { return std::string_view(e.name); });
  std::string text;
  bool ok = true;
  if (entry == entries().end()) {
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
    if (!n || *n < kSmallest || *n > kLargest) throw GtpError("unacceptable size");
    return *n;
  };
  const int columns = side(0), rows = command.arguments.size() == 2 ? side(1) : columns;
  player_.check_board(rows, columns);
  game_ = GoGame(rows, columns, game_.ruleset());
  return "";
}

std::string GtpServer::clear_board(const GtpCommand& /*command*/) {
  game_.clear();
  restart_clocks();
  hopeless_ = 0;
  return "";
}

std::string GtpServer::komi(const GtpCommand& command) {
  command.expect(1, 1);
  GoRuleset ruleset = game_.ruleset();
  ruleset.rules.komi = command.number(0);
  constexpr float kMost = 1000;
  if (std::abs(ruleset.rules.komi) > kMost) throw GtpError("komi beyond ±{}", kMost);
  game_.set_ruleset(ruleset);
  return "";
}

std::string GtpServer::get_komi(const GtpCommand& /*command*/) {
  return fmt::format("{}", game_.komi());
}

std::string GtpServer::play(const GtpCommand& command) {
  command.expect(2, 2);
  const int player = command.player(0);
  if (command.word(1) == "resign") return "";
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
  hopeless_ = 0;
  return "";
}

// FILE [MOVE]: the position before that move. A file's name may have spaces in it.
std::string GtpServer::loadsgf(const GtpCommand& command) {
  std::size_t words = command.arguments.size();
  command.expect(1, words);
  int before = 0;
  if (words > 1) {
    if (const auto number = gtp_integer(command.arguments.back())) {
      before = command.integer(words - 1, 1, 1'000'000);
      --words;
    }
  }
  const std::vector<SgfTree> games = read_sgf(joined(command.arguments, 0, words));
  const GoRecord record = go_record(games.front());
  if (record.columns < kSmallest || record.columns > kLargest || record.rows < kSmallest ||
      record.rows > kLargest)
    throw GtpError("unacceptable size {}x{}", record.columns, record.rows);
  player_.check_board(record.rows, record.columns);
  game_ = GoGame::from_record(record, game_.ruleset(), before);
  hopeless_ = 0;
  return "";
}

std::string GtpServer::printsgf(const GtpCommand& command) {
  GoRecord record = game_.to_record();
  record.rules = rules_text(game_.ruleset());
  const std::vector<SgfTree> games{sgf_tree(record)};
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
  if (command.arguments.size() < 2 ||
      command.arguments.size() >= static_cast<std::size_t>(game_.points()))
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
