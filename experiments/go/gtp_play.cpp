// Moves, clocks, scores and analysis over GTP.
#include "core/excerpt.hpp"
#include "core/usize.hpp"
#include "envs/board/vertex.hpp"
#include "experiments/go/gtp_server.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

namespace tengen {
namespace {

using Time = std::chrono::steady_clock;

double winrate(double value) { return std::clamp((value + 1) / 2, 0.0, 1.0); }

// What lz-analyze and its relatives were asked for.
struct AnalysisRequest {
  bool kata = false, ownership = false, root = false;
  std::optional<int> player;
  double interval = 1;  // seconds
  std::size_t most_moves = 1000;
};

bool boolean(const GtpCommand& command, std::size_t i) {
  if (command.word(i) == "true") return true;
  if (command.word(i) == "false") return false;
  throw GtpError("syntax error: {} is true or false", excerpt(command.word(i - 1), 40));
}

// [player] [centiseconds] {key value}
AnalysisRequest read_request(const GtpCommand& command) {
  AnalysisRequest out;
  out.kata = command.name.starts_with("kata-");
  std::size_t i = 0;
  const std::size_t n = command.arguments.size();
  const auto interval = [&](std::size_t at) { return command.integer(at, 0, 1'000'000) / 100.0; };
  if (i < n && gtp_player(command.word(i))) out.player = command.player(i++);
  if (i < n && gtp_integer(command.word(i))) out.interval = interval(i++);
  for (; i < n; i += 2) {
    const std::string& key = command.word(i);
    if (key == "interval")
      out.interval = interval(i + 1);
    else if (key == "maxmoves")
      out.most_moves = usize(command.integer(i + 1, 1, 1'000'000));
    else if (key == "minmoves")
      static_cast<void>(command.integer(i + 1, 0, 1'000'000));
    else if (key == "ownership")
      out.ownership = boolean(command, i + 1);
    else if (key == "rootInfo")
      out.root = boolean(command, i + 1);
    else if (key == "pvVisits" || key == "pvEdgeVisits" || key == "ownershipStdev" ||
             key == "movesOwnership" || key == "movesOwnershipStdev")
      static_cast<void>(boolean(command, i + 1));  // further columns, which none must rely on
    else
      throw GtpError("{}: '{}' is not supported", command.name, excerpt(key, 40));
  }
  return out;
}

constexpr int kMost = 100'000'000;  // seconds, moves

double seconds(const GtpCommand& command, std::size_t i) {
  const float value = command.number(i);
  if (value < 0 || value > static_cast<float>(kMost))
    throw GtpError("syntax error: '{}' is no time from 0 to {} seconds",
                   excerpt(command.word(i), 40), kMost);
  return double{value};
}

class AnalysisText {
 public:
  AnalysisText(const AnalysisRequest& request, int rows, int columns)
      : request_(request), rows_(rows), columns_(columns) {}

  // One line; empty without a move that was tried.
  [[nodiscard]] std::string line(const GoAnalysis& analysis) const {
    std::string out;
    std::size_t order = 0;
    for (const GoMoveInfo& info : analysis.moves) {
      if (info.visits == 0 || order == request_.most_moves) continue;
      if (order > 0) out += ' ';
      out += request_.kata ? kata_info(info, order) : lz_info(info, order);
      ++order;
      out += " pv";
      for (const int action : info.variation) out.append(" ").append(vertex(action));
    }
    if (order == 0 || !request_.kata) return out;
    if (request_.root)
      out += fmt::format(" rootInfo visits {} winrate {:.6g} scoreLead {:.6g}", analysis.visits,
                         winrate(analysis.value), analysis.margin);
    if (request_.ownership && !analysis.ownership.empty()) {
      out += " ownership";
      for (const float owner : analysis.ownership) out += fmt::format(" {:.3g}", owner);
    }
    return out;
  }

 private:
  [[nodiscard]] std::string vertex(int action) const {
    return to_gtp_vertex(action, rows_, columns_);
  }
  [[nodiscard]] std::string lz_info(const GoMoveInfo& info, std::size_t order) const {
    const auto parts = [](double p) { return std::lround(p * 10'000); };
    return fmt::format("info move {} visits {} winrate {} prior {} lcb {} order {}",
                       vertex(info.action), info.visits, parts(winrate(info.value)),
                       parts(info.prior), parts(winrate(info.lcb)), order);
  }
  [[nodiscard]] std::string kata_info(const GoMoveInfo& info, std::size_t order) const {
    return fmt::format(
        "info move {} visits {} winrate {:.6g} scoreMean {:.6g} scoreLead {:.6g} prior {:.6g} lcb "
        "{:.6g} order {}",
        vertex(info.action), info.visits, winrate(info.value), info.margin, info.margin, info.prior,
        winrate(info.lcb), order);
  }

  const AnalysisRequest& request_;
  int rows_, columns_;
};

// A matrix of numbers, a row a line.
template <class T>
std::string matrix(std::span<const T> values, int columns) {
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i)
    out += fmt::format("{:9.6f}{}", values[i], (i + 1) % usize(columns) == 0 ? "\n" : " ");
  return out;
}

}  // namespace

// --- Moves -----------------------------------------------------------------------------------

std::string GtpServer::move_by(const GtpCommand& command,
                               const std::function<int(ThinkLimit)>& choose) {
  const int player = command.player(0);
  game_.set_to_move(player);
  if (const std::string why = game_.why_illegal(player, game_.pass_action()); !why.empty())
    throw GtpError("cannot move: {}", why);
  ThinkLimit limit;
  const int own_moves = static_cast<int>(game_.moves().size()) / 2;
  const int expected = std::max(game_.points() / 8, game_.points() * 2 / 5 - own_moves);
  if (const auto seconds = clock(player).seconds_for_move(std::max(1, expected), options_.lag))
    limit.seconds = *seconds;
  const auto start = Time::now();
  const int action = choose(limit);
  clock(player).spend(std::chrono::duration<double>(Time::now() - start).count());
  if (action == GoPlayer::kResign || resigns()) return "resign";
  if (const std::string why = game_.why_illegal(player, action); !why.empty())
    throw GtpError("{} wants to play {}, which is illegal: {}", player_.name(), vertex(action),
                   why);
  game_.play(player, action);
  may_ponder_ = true;
  return vertex(action);
}

bool GtpServer::resigns() {
  if (options_.resign_below <= 0) return false;
  const GoAnalysis analysis = player_.analysis();
  const bool hopeless = analysis.visits > 0 && winrate(analysis.value) < options_.resign_below;
  hopeless_ = hopeless ? hopeless_ + 1 : 0;
  return hopeless_ >= options_.resign_after;
}

std::string GtpServer::genmove(const GtpCommand& command) {
  command.expect(1, 1);
  return move_by(command, [&](const ThinkLimit& limit) { return player_.choose(game_, limit); });
}

std::string GtpServer::reg_genmove(const GtpCommand& command) {
  command.expect(1, 1);
  GoGame game = game_;
  game.set_to_move(command.player(0));
  return vertex(player_.choose(game, {}));
}

// KGS asks for this when the players disagree about dead stones: no pass while the opponent has
// some.
std::string GtpServer::genmove_cleanup(const GtpCommand& command) {
  command.expect(1, 1);
  return move_by(command, [&](const ThinkLimit& limit) {
    const int action = player_.choose(game_, limit);
    if (action != game_.pass_action()) return action;
    const std::vector<GoFate> fates = judgement().fates;
    const auto& position = game_.position();
    for (int point = 0; point < game_.points(); ++point) {
      if (position.at(point) != Stone::kEmpty || !game_.why_illegal(game_.to_move(), point).empty())
        continue;
      const int y = point / game_.columns(), x = point % game_.columns();
      for (const auto& [dy, dx] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
        if (y + dy < 0 || y + dy >= game_.rows() || x + dx < 0 || x + dx >= game_.columns())
          continue;
        const int to = (y + dy) * game_.columns() + x + dx;
        if (fates[usize(to)] == GoFate::kDead && position.at(to) == stone_of(1 - game_.to_move()))
          return point;
      }
    }
    return action;
  });
}

// --- Clocks ----------------------------------------------------------------------------------

std::string GtpServer::time_settings(const GtpCommand& command) {
  command.expect(3, 3);
  time_ = TimeSettings::gtp(seconds(command, 0), seconds(command, 1), command.integer(2, 0, kMost));
  restart_clocks();
  return "";
}

// none | absolute MAIN | byoyomi MAIN PERIOD PERIODS | canadian MAIN TIME STONES
std::string GtpServer::kgs_time_settings(const GtpCommand& command) {
  const std::string& kind = command.word(0);
  const auto time = [&](std::size_t i) { return seconds(command, i); };
  const auto count = [&] { return command.integer(3, 0, kMost); };
  if (kind == "none")
    time_ = TimeSettings();
  else if (kind == "absolute")
    time_ = TimeSettings::gtp(time(1), 0, 0);
  else if (kind == "byoyomi")
    time_ = TimeSettings::byo_yomi(time(1), time(2), count());
  else if (kind == "canadian")
    time_ = TimeSettings::gtp(time(1), time(2), count());
  else
    throw GtpError("unknown time system '{}'; known are none, absolute, byoyomi, canadian",
                   excerpt(kind, 40));
  restart_clocks();
  return "";
}

std::string GtpServer::time_left(const GtpCommand& command) {
  command.expect(3, 3);
  const int player = command.player(0);
  const float left = command.number(1);
  clock(player).set_left(left, command.integer(2, 0, 100'000));
  return "";
}

// --- Scores ----------------------------------------------------------------------------------

GoJudgement GtpServer::judgement() { return judge(game_, player_.owners(game_)); }

std::string GtpServer::final_score(const GtpCommand& /*command*/) {
  return score_text(static_cast<float>(judgement().balance) - game_.full_komi());
}

std::string GtpServer::final_status_list(const GtpCommand& command) {
  command.expect(1, 1);
  const std::string& status = command.word(0);
  const GoFate wanted = status == "alive"  ? GoFate::kAlive
                        : status == "seki" ? GoFate::kSeki
                        : status == "dead" ? GoFate::kDead
                                           : GoFate::kNoStone;
  if (wanted == GoFate::kNoStone)
    throw GtpError("unknown status '{}'; known are alive, seki, dead", excerpt(status, 40));
  const std::vector<GoFate> fates = judgement().fates;
  // A chain a line, as GTP 2 has it.
  const auto& position = game_.position();
  std::vector<std::pair<int, std::vector<int>>> chains;  // by head
  for (int point = 0; point < game_.points(); ++point) {
    if (fates[usize(point)] != wanted) continue;
    const int head = position.board().head(position.board().cell(point));
    auto chain = std::ranges::find(chains, head, &std::pair<int, std::vector<int>>::first);
    if (chain == chains.end()) chain = chains.insert(chains.end(), {head, {}});
    chain->second.push_back(point);
  }
  std::string out;
  for (const auto& [head, points] : chains) out += vertices(points) + "\n";
  return out;
}

// --- Analysis --------------------------------------------------------------------------------

std::string GtpServer::analyze(const GtpCommand& command) {
  const AnalysisRequest request = read_request(command);
  const AnalysisText text(request, game_.rows(), game_.columns());
  GoGame game = game_;
  if (request.player) game.set_to_move(*request.player);
  bool told = false;
  const auto tell = [&] {
    if (const std::string line = text.line(player_.analysis()); !line.empty()) {
      write_piece(line);
      told = true;
    }
  };
  const auto pause = std::chrono::duration_cast<Time::duration>(
      std::chrono::duration<double>(std::max(0.01, request.interval)));
  auto next = Time::now() + pause;
  const auto stop = [&] {
    if (input_waiting_()) return true;
    if (Time::now() >= next) {
      tell();
      next = Time::now() + pause;
    }
    return false;
  };
  if (!player_.analyse(game, request.ownership, stop))
    throw GtpError("{} cannot analyse", player_.name());
  if (!told) tell();
  // The position may be solved, but the answer must not end before there is input.
  while (!input_waiting_()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  if (!std::exchange(answered_, true)) write_(fmt::format("={}\n", id_));
  return "";
}

std::string GtpServer::genmove_analyze(const GtpCommand& command) {
  AnalysisRequest request = read_request(command);
  const AnalysisText text(request, game_.rows(), game_.columns());
  GtpCommand named = command;
  named.arguments.assign(1, request.player.value_or(game_.to_move()) == 0 ? "b" : "w");
  const auto pause = std::chrono::duration<double>(std::max(0.01, request.interval));
  auto told = Time::now();
  const std::string move = move_by(named, [&](const ThinkLimit& limit) {
    const int action = player_.choose_watched(game_, limit, request.ownership, [&] {
      if (Time::now() - told < pause) return;
      told = Time::now();
      if (const std::string line = text.line(player_.analysis()); !line.empty()) write_piece(line);
    });
    if (const std::string line = text.line(player_.analysis()); !line.empty()) write_piece(line);
    return action;
  });
  write_piece("play " + move);
  return "";
}

std::string GtpServer::raw_nn(const GtpCommand& command) {
  command.expect(1, 1);
  const bool all = command.word(0) == "all";
  const int first = all ? 0 : command.integer(0, 0, 7), last = all ? 7 : first;
  const bool square = game_.rows() == game_.columns();
  std::string out;
  for (int symmetry = first; symmetry <= last && (square || symmetry == 0); ++symmetry) {
    const GoRawEvaluation raw = player_.raw_evaluation(game_, symmetry);
    const double sign = game_.to_move() == 1 ? 1 : -1;  // KataGo shows White's view
    const double white = winrate(sign * raw.value);
    std::vector<float> owners = raw.ownership;
    for (float& owner : owners) owner *= static_cast<float>(sign);
    const auto points = usize(game_.points());
    out += fmt::format(
        "symmetry {}\nwhiteWin {:.6f}\nwhiteLoss {:.6f}\nnoResult 0.000000\n"
        "whiteLead {:.6f}\npolicy\n{}policyPass {:.6f}\n",
        symmetry, white, 1 - white, sign * raw.margin,
        matrix(std::span(raw.policy).first(points), game_.columns()), raw.policy[points]);
    if (!owners.empty())
      out += "whiteOwnership\n" + matrix(std::span<const float>(owners), game_.columns());
  }
  return out;
}

std::string GtpServer::gogui_commands(const GtpCommand& /*command*/) {
  return "dboard/Ownership/tengen-ownership\n"
         "plist/Dead stones/final_status_list dead\n"
         "string/Final score/final_score\n"
         "string/Rules/kata-get-rules\n"
         "string/Move that would be played/reg_genmove %m\n"
         "none/Clear cache/clear_cache";
}

// Black's 1, White's −1: what a search expects the points to become.
std::string GtpServer::ownership(const GtpCommand& /*command*/) {
  static_cast<void>(player_.choose_watched(game_, {}, true, [] {}));
  std::vector<float> owners = player_.analysis().ownership;
  if (owners.empty()) throw GtpError("{} does not judge points", player_.name());
  if (game_.to_move() == 1)
    for (float& owner : owners) owner = -owner;
  return fmt::format("\n{}", matrix(std::span<const float>(owners), game_.columns()));
}

}  // namespace tengen
