// tengen go: a board to play on, two engines to watch, a game to step through with analysis.
#include "experiments/commands/go.hpp"

#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "core/system/progress.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/go/game_file.hpp"
#include "experiments/go/player_names.hpp"
#include "experiments/runs/game_model.hpp"
#include "experiments/viewer/clip.hpp"
#include "experiments/viewer/go_window.hpp"
#include "experiments/viewer/window.hpp"

namespace fs = std::filesystem;

namespace tengen {
namespace {

constexpr double kFramesPerSecond = 2;  // moves of a clip

std::unique_ptr<GoPlayer> make_player(const std::string& what, const GoRules& rules,
                                      std::uint64_t seed) {
  if (what.empty()) return nullptr;
  const std::optional<MatchSide> side = named_side(what, rules, std::chrono::seconds(120));
  std::unique_ptr<GoPlayer> player =
      side ? side->make() : search_go_player(load_go_model(what, {.seed = seed}));
  player->set_seed(seed);
  return player;
}

// The session, its players and its analyst.
struct Board {
  explicit Board(const GoBoardOptions& options)
      : ruleset(named_rules(options.rules, options.komi)), session(start(options)) {
    const std::uint64_t seed = options.shared.seed.value_or(0);
    black = make_player(options.black, ruleset.rules, seed);
    white = make_player(options.white, ruleset.rules, seed + 1);
    analyst = make_player(options.analyse, ruleset.rules, seed + 2);
    for (const GoPlayer* player : {black.get(), white.get(), analyst.get()})
      if (player != nullptr) player->check_board(session.game().rows(), session.game().columns());
    if (options.sgf.empty()) {
      session.black = black ? black->name() : "you";
      session.white = white ? white->name() : "you";
    }
    if (options.move >= 0) session.go_to(options.move);
  }

  [[nodiscard]] GoSession start(const GoBoardOptions& options) const {
    if (options.sgf.empty()) return GoSession(GoGame(options.size, options.size, ruleset));
    SgfWarnings warnings;
    std::vector<SgfTree> games = read_sgf(options.sgf, &warnings);
    if (games.size() > 1)
      warnings.add("games", fmt::format("{}: {} games: the first is shown", options.sgf.string(),
                                        games.size()));
    GoSession first(std::move(games.front()), ruleset, &warnings);
    first.other_games.assign(games.begin() + 1, games.end());
    print_warnings(warnings);
    return first;
  }
  [[nodiscard]] GoPlayer* to_move() const {
    return (session.game().to_move() == 0 ? black : white).get();
  }

  GoRuleset ruleset;
  GoSession session;
  std::unique_ptr<GoPlayer> black, white, analyst;
};

// Writes a file of what the session shows, move by move or at its last position.
class GoRecorder {
 public:
  GoRecorder(const GoBoardOptions& options, const Board& board)
      : path_(options.record), picture_(is_contact_sheet(options.record)) {
    if (!picture_) clip_ = make_clip(path_, kFramesPerSecond, 1);
    show_.ownership = options.ownership;
    text_.thinker = board.analyst ? board.analyst->name() : "";
  }

  void add(const GoSession& session, const GoAnalysis& analysis) {
    compose_go(session, analysis, show_, text_, picture_ ? kClipLayout : clip_->layout(), frame_);
    if (clip_) clip_->add(frame_, fmt::format("move {}", session.move_number()));
  }
  void finish() {
    if (clip_)
      clip_->finish();
    else
      frame_.write_png(path_);
    print_out("{}\n", path_.string());
  }
  [[nodiscard]] bool is_picture() const { return picture_; }

 private:
  fs::path path_;
  bool picture_;
  std::unique_ptr<Clip> clip_;
  GoShow show_;
  GoPanelText text_;
  Canvas frame_;
};

// Lets the analyst search the position that is shown.
GoAnalysis analysed(Board& board, const GoBoardOptions& options) {
  if (!board.analyst || board.session.finished()) return {};
  ThinkLimit limit;
  limit.simulations = options.simulations;
  try {
    board.analyst->choose_watched(board.session.game(), limit, true, [] {});
  } catch (const Interrupted&) {
    return {};
  }
  const GoAnalysis analysis = board.analyst->analysis();
  board.session.note(board.session.node(), analysis);
  return analysis;
}

void record_engines(Board& board, const GoBoardOptions& options, GoRecorder& recorder) {
  GoSession& session = board.session;
  ThinkLimit limit;
  limit.simulations = options.simulations;
  const int most = 3 * session.game().points();
  ProgressBar progress("playing", most, 0, "moves");
  while (!interrupted() && !session.finished() && session.move_number() < most) {
    GoPlayer& player = *board.to_move();
    int action = 0;
    try {
      action = player.choose_watched(session.game(), limit, options.ownership, [] {});
    } catch (const Interrupted&) {
      break;
    }
    const GoAnalysis analysis = player.analysis();
    session.note(session.node(), analysis);
    if (!recorder.is_picture()) recorder.add(session, analysis);
    if (action < 0)
      session.resign();
    else
      session.play(action);
    progress.update(session.move_number());
  }
  progress.finish();
  recorder.add(session, analysed(board, options));
}

// Writes the recording. Ctrl-C ends it early; the file then shows what there was.
void record(Board& board, const GoBoardOptions& options) {
  const InterruptGuard guard;
  GoRecorder recorder(options, board);
  GoSession& session = board.session;
  if (board.black && board.white) {
    record_engines(board, options, recorder);
  } else if (options.move >= 0 || session.line_length() == 0) {
    recorder.add(session, analysed(board, options));
  } else {
    ProgressBar progress("recording", session.line_length(), 0, "moves");
    for (int move = 0; move <= session.line_length() && !interrupted(); ++move) {
      session.go_to(move);
      const bool last = session.at_end() || interrupted();
      const GoAnalysis analysis = analysed(board, options);
      if (last || !recorder.is_picture()) recorder.add(session, analysis);
      progress.update(move);
    }
    progress.finish();
  }
  recorder.finish();
  stop_if_interrupted();
}

}  // namespace

void open_go_board(const GoBoardOptions& options) {
  Board board(options);
  if (!options.record.empty()) return record(board, options);
  if (!can_open_window())
    throw Error("the Go board needs a display; --record FILE writes a picture or a clip without");
  GoWindowOptions window;
  window.engines = {board.black.get(), board.white.get()};
  window.analyst = board.analyst.get();
  // People who play get no advice unless they ask for it (A); people who watch do.
  window.analyse = (board.black == nullptr) == (board.white == nullptr);
  window.limit.simulations = options.simulations;
  window.show.ownership = options.ownership;
  run_go_window(board.session, window);
}

namespace {

void add_options(CLI::App* command) {
  const auto options = std::make_shared<GoBoardOptions>();
  options->analyse = "uct:1000";
  command->add_option("FILE", options->sgf, "An SGF file to step through")
      ->check(CLI::ExistingFile);
  command->add_option("--black", options->black, "Who plays Black (you)")->type_name("PLAYER");
  command->add_option("--white", options->white, "Who plays White (you)")->type_name("PLAYER");
  command
      ->add_option("--analyse", options->analyse,
                   "Whose thoughts are shown (uct:1000); \"\": nobody's")
      ->type_name("PLAYER");
  command->add_option("--size", options->size, "Board (9)")
      ->type_name("N")
      ->check(CLI::Range(2, 25));
  command->add_option("--komi", options->komi, "Komi (7.5), where a file says none")
      ->type_name("POINTS");
  command->add_option("--rules", options->rules, "Rules by name (tengen), where a file says none")
      ->type_name("NAME");
  command
      ->add_option("--simulations", options->simulations,
                   "Simulations a move, if not the player's own")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000'000));
  command->add_option("--move", options->move, "Begin at this move of the file")
      ->type_name("N")
      ->check(CLI::Range(0, 100'000));
  command->add_flag("--owners", options->ownership, "Show who owns the points");
  command
      ->add_option("--record", options->record,
                   "Write a file instead of opening a window: .png (the last position), .mp4, "
                   ".webm or .gif (the game)")
      ->type_name("FILE");
  add_shared(*command, options->shared, {Shared::kSeed});
  command->footer(
      "PLAYER: uct[:SIMULATIONS], random, gnugo[:LEVEL], pachi[:PLAYOUTS], or \"engine:COMMAND\" "
      "(GTP)\n"
      "In the window H shows all keys.\n"
      "Examples:\n"
      "  tengen go --white uct:2000\n"
      "  tengen go game.sgf --analyse uct:5000\n"
      "  tengen go --black uct:500 --white gnugo:10 --record game.gif");
  command->callback([options] { open_go_board(*options); });
}

}  // namespace

extern const Command kGo{.name = "go",
                         .description = "A Go board: play, watch engines, step through a game",
                         .add_options = add_options};

}  // namespace tengen
