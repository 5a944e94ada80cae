// The engine's side of GTP 2, with the commands that GUIs expect beyond it. It knows no streams:
// lines come in, text goes out.
#pragma once

#include "agents/search/clock.hpp"
#include "core/usize.hpp"
#include "experiments/go/game_file.hpp"
#include "experiments/go/go_player.hpp"
#include "experiments/go/gtp_protocol.hpp"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

struct GtpOptions {
  std::string version = "0";
  int board_size = 19;
  GoRuleset ruleset;
  double lag = 0.2;         ///< seconds per move that may be lost between us and the clock
  bool ponder = false;      ///< searches on in the opponent's time
  double resign_below = 0;  ///< winrate below which genmove resigns; 0: never
  int resign_after = 3;     ///< moves in a row for which the winrate must be below that
};

/// Answers each GTP line through `write`, once or, while analysing, in pieces. It knows commands of
/// GTP 2, KGS, Leela Zero (lz-), KataGo (kata-) and GoGui; `list_commands` names them.
class GtpServer {
 public:
  using Write = std::function<void(std::string_view)>;
  /// `input_waiting` says whether a further line can be read, which ends analysis and pondering.
  /// `player` must outlive the server.
  GtpServer(GoPlayer& player, const GtpOptions& options, Write write,
            std::function<bool()> input_waiting);

  /// Answers a line. Returns false once `quit` was answered.
  bool handle(std::string_view line);
  /// Searches the position until input waits, if the options say so and a move was generated last.
  void ponder();

  [[nodiscard]] const GoGame& game() const { return game_; }

 private:
  struct Entry {
    const char* name;
    std::string (GtpServer::*answer)(const GtpCommand&);
  };
  static std::span<const Entry> entries();

  // gtp_server.cpp: the session and the board.
  std::string protocol_version(const GtpCommand& command);
  std::string name(const GtpCommand& command);
  std::string version(const GtpCommand& command);
  std::string known_command(const GtpCommand& command);
  std::string list_commands(const GtpCommand& command);
  std::string quit(const GtpCommand& command);
  std::string boardsize(const GtpCommand& command);
  std::string rectangular_boardsize(const GtpCommand& command);
  std::string query_boardsize(const GtpCommand& command);
  std::string clear_board(const GtpCommand& command);
  std::string komi(const GtpCommand& command);
  std::string get_komi(const GtpCommand& command);
  std::string play(const GtpCommand& command);
  std::string undo(const GtpCommand& command);
  std::string undo_moves(const GtpCommand& command);
  std::string is_legal(const GtpCommand& command);
  std::string all_legal(const GtpCommand& command);
  std::string list_stones(const GtpCommand& command);
  std::string perft(const GtpCommand& command);
  std::string showboard(const GtpCommand& command);
  std::string set_position(const GtpCommand& command);
  std::string loadsgf(const GtpCommand& command);
  std::string printsgf(const GtpCommand& command);
  std::string fixed_handicap(const GtpCommand& command);
  std::string place_free_handicap(const GtpCommand& command);
  std::string set_free_handicap(const GtpCommand& command);
  std::string clear_cache(const GtpCommand& command);
  std::string cputime(const GtpCommand& command);
  // gtp_rules.cpp.
  std::string get_rules(const GtpCommand& command);
  std::string set_rules(const GtpCommand& command);
  std::string set_rule(const GtpCommand& command);
  std::string kgs_rules(const GtpCommand& command);
  // gtp_play.cpp: moves, clocks, scores, analysis.
  std::string genmove(const GtpCommand& command);
  std::string reg_genmove(const GtpCommand& command);
  std::string genmove_cleanup(const GtpCommand& command);
  std::string time_settings(const GtpCommand& command);
  std::string kgs_time_settings(const GtpCommand& command);
  std::string time_left(const GtpCommand& command);
  std::string final_score(const GtpCommand& command);
  std::string final_status_list(const GtpCommand& command);
  std::string analyze(const GtpCommand& command);
  std::string genmove_analyze(const GtpCommand& command);
  std::string raw_nn(const GtpCommand& command);
  std::string gogui_commands(const GtpCommand& command);
  std::string ownership(const GtpCommand& command);

  [[nodiscard]] Clock& clock(int player) { return clocks_[usize(player)]; }
  void restart_clocks() { clocks_.fill(Clock(time_)); }
  void begin_game(GoGame game);
  void ask_rules(const GoRuleset& ruleset);
  void require_empty_board() const;
  std::string place_handicap(const std::vector<int>& points);
  std::string vertices(const std::vector<int>& actions) const;
  [[nodiscard]] std::string vertex(int action) const;
  [[nodiscard]] GoJudgement judgement();
  // Lets `choose` find a move for the colour that the first argument names, and plays it.
  std::string move_by(const GtpCommand& command, const std::function<int(ThinkLimit)>& choose);
  bool resigns();
  void write_piece(std::string_view text);

  GoPlayer& player_;
  GtpOptions options_;
  Write write_;
  std::function<bool()> input_waiting_;
  GoGame game_;
  GoRuleset asked_;  // what options and commands say, regardless of what a file says
  std::optional<GameFile> file_;
  TimeSettings time_;
  std::array<Clock, 2> clocks_;  // by player
  std::string id_;               // of the command being answered
  bool answered_ = false;        // in pieces, as analysis does
  bool running_ = true, may_ponder_ = false;
  int hopeless_ = 0;
};

}  // namespace tengen
