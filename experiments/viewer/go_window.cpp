#include "experiments/viewer/go_window.hpp"

#include "core/system/file.hpp"
#include "experiments/viewer/go_thinker.hpp"
#include "experiments/viewer/imgui_sdl.hpp"

#if __has_include(<backends/imgui_impl_sdl2.h>)
#include <backends/imgui_impl_sdl2.h>
#else
#include <backends/imgui_impl_sdl.h>
#endif

#include <algorithm>
#include <array>
#include <chrono>

namespace tengen {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

constexpr double kFrameSeconds = 1.0 / 60;
constexpr double kBetweenEngines = 0.4;  // seconds per move, so that people can follow two engines
constexpr std::array<KeyHelp, 14> kHelp{{
    {"mouse", "play; over a candidate: its variation"},
    {"left, right, wheel", "one move back, forward"},
    {"Page Up, Page Down", "ten moves"},
    {"Home, End", "the start, the end"},
    {"up, down", "another variation"},
    {"U, P, R", "undo, pass, resign"},
    {"N", "new game"},
    {"A", "analysis on, off"},
    {"V", "visits, policy, nothing on the board"},
    {"O", "owners of the points"},
    {"Space", "engines pause, go on"},
    {"S, G", "save a screenshot, the game as SGF"},
    {"F11, H", "full screen, this help"},
    {"Esc, Q", "quit"},
}};

// Everything on which the picture of the board depends.
struct Drawn {
  int node = -1, visits = -1, hover = -2, width = 0, height = 0;
  GoHeat heat{};
  bool ownership = false, finished = false, may_play = false;
  friend bool operator==(const Drawn&, const Drawn&) = default;
};

class GoViewer {
 public:
  GoViewer(GoSession& session, const GoWindowOptions& options)
      : session_(session),
        options_(options),
        show_(options.show),
        window_(fmt::format("Tengen: Go {} x {}", session.game().columns(), session.game().rows()),
                1280, 800),
        analyse_(options.analyse && options.analyst != nullptr),
        simulations_(options.limit.simulations) {}

  void run() {
    while (!closed_) {
      const Clock::time_point began = Clock::now();
      for (SDL_Event event; SDL_PollEvent(&event) != 0;) handle(event);
      think();
      draw();
      const double left = kFrameSeconds - seconds_since(began);
      if (left > 0) SDL_Delay(static_cast<Uint32>(1000 * left));
    }
  }

 private:
  void handle(const SDL_Event& event);
  bool navigate(SDL_Keycode key);
  void press(SDL_Keycode key);
  void click(double x, double y);
  void drag(double x, double y);
  void play(int action);
  void undo();
  void new_game();
  void save_game();
  void save_screenshot();

  // Asks the player whose turn it is, or the analyst, and takes in the answer.
  void think();
  void take_in(const GoThinker::State& state);
  [[nodiscard]] GoPlayer* engine_to_move() const {
    return options_.engines[static_cast<std::size_t>(session_.game().to_move())];
  }
  [[nodiscard]] bool people_may_play() const {
    return !session_.finished() && (engine_to_move() == nullptr || paused_ || !session_.at_end());
  }

  void draw();
  void draw_board(const Area& area);
  void draw_panel(const Area& area);
  void draw_controls(const Area& area);
  [[nodiscard]] std::string note() const;
  [[nodiscard]] int hovered() const;
  [[nodiscard]] std::filesystem::path unused_file(std::string_view ending) const;
  void say(std::string message) {
    message_ = std::move(message);
    said_ = Clock::now();
  }

  GoSession& session_;
  const GoWindowOptions& options_;
  GoShow show_;
  SdlWindow window_;
  bool analyse_, paused_ = false, help_ = false, closed_ = false, screenshot_ = false;
  int simulations_;
  double mouse_x_ = -1, mouse_y_ = -1;
  int asked_node_ = -1;  // the node of the thinker's question; −1: none
  bool asked_move_ = false, asked_ownership_ = false;
  Clock::time_point played_ = Clock::now(), said_;
  std::string message_;

  BoardPainter painter_;
  GoScene scene_;
  Canvas board_;
  Area board_area_;
  Drawn drawn_;
  GoAnalysis analysis_;  // of the session's place
  GoPanelPlaces places_;
  double controls_height_ = 70;
  GoThinker thinker_;  // the last member, so that its thread ends first
};

void GoViewer::handle(const SDL_Event& event) {
  ImGui_ImplSDL2_ProcessEvent(&event);
  switch (event.type) {
    case SDL_QUIT:
      closed_ = true;
      break;
    case SDL_KEYDOWN:
      press(event.key.keysym.sym);
      break;
    case SDL_MOUSEMOTION:
      mouse_x_ = event.motion.x;
      mouse_y_ = event.motion.y;
      if ((event.motion.state & SDL_BUTTON_LMASK) != 0) drag(mouse_x_, mouse_y_);
      break;
    case SDL_MOUSEBUTTONDOWN:
      mouse_x_ = event.button.x;
      mouse_y_ = event.button.y;
      if (event.button.button == SDL_BUTTON_LEFT) click(mouse_x_, mouse_y_);
      break;
    case SDL_MOUSEWHEEL:
      session_.step(event.wheel.y > 0 ? -1 : 1);
      break;
    case SDL_WINDOWEVENT:
      if (event.window.event == SDL_WINDOWEVENT_LEAVE) mouse_x_ = mouse_y_ = -1;
      break;
    default:
      break;
  }
}

// Keys that move through the game. Returns false for all others.
bool GoViewer::navigate(SDL_Keycode key) {
  constexpr int kAll = 1'000'000;
  switch (key) {
    case SDLK_LEFT:
    case SDLK_RIGHT:
      session_.step(key == SDLK_LEFT ? -1 : 1);
      return true;
    case SDLK_PAGEUP:
    case SDLK_PAGEDOWN:
      session_.step(key == SDLK_PAGEUP ? -10 : 10);
      return true;
    case SDLK_HOME:
    case SDLK_END:
      session_.go_to(key == SDLK_HOME ? 0 : kAll);
      return true;
    case SDLK_UP:
    case SDLK_DOWN:
      session_.other_variation(key == SDLK_UP ? -1 : 1);
      return true;
    default:
      return false;
  }
}

void GoViewer::press(SDL_Keycode key) {
  if (navigate(key)) return;
  switch (key) {
    case SDLK_u:
    case SDLK_BACKSPACE:
      return undo();
    case SDLK_p:
      return play(session_.game().pass_action());
    case SDLK_r:
      return session_.resign();
    case SDLK_n:
      return new_game();
    case SDLK_a:
      analyse_ = !analyse_ && options_.analyst != nullptr;
      if (options_.analyst == nullptr)
        say("there is no player to analyse with: start with --analyse PLAYER");
      return;
    case SDLK_v:
      show_.heat = show_.heat == GoHeat::kVisits   ? GoHeat::kPolicy
                   : show_.heat == GoHeat::kPolicy ? GoHeat::kOff
                                                   : GoHeat::kVisits;
      return;
    case SDLK_o:
      show_.ownership = !show_.ownership;
      return;
    case SDLK_SPACE:
      paused_ = !paused_;
      return;
    case SDLK_s:
      screenshot_ = true;
      return;
    case SDLK_g:
      return save_game();
    case SDLK_h:
    case SDLK_F1:
      help_ = !help_;
      return;
    case SDLK_F11:
      return window_.toggle_fullscreen();
    case SDLK_q:
    case SDLK_ESCAPE:
      closed_ = true;
      return;
    default:
      return;
  }
}

bool inside(const Area& area, double x, double y) {
  return x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
}

// The point under the mouse, on the board or as a move in the panel's list; −1: none.
int GoViewer::hovered() const {
  for (std::size_t i = 0; i < std::min(places_.moves.size(), analysis_.moves.size()); ++i)
    if (inside(places_.moves[i], mouse_x_, mouse_y_))
      return analysis_.moves[i].action < session_.game().points() ? analysis_.moves[i].action : -1;
  if (board_.width() == 0 || !inside(board_area_, mouse_x_, mouse_y_)) return -1;
  return BoardLayout(scene_.picture(), board_.width(), board_.height())
      .point_at(mouse_x_ - board_area_.x, mouse_y_ - board_area_.y);
}

void GoViewer::click(double x, double y) {
  if (inside(places_.graph, x, y)) return drag(x, y);
  const int point = hovered();
  if (point < 0) return;
  if (!people_may_play()) return say(session_.finished() ? "the game is over" : "not your turn");
  play(point);
}

void GoViewer::drag(double x, double y) {
  if (inside(places_.graph, x, y)) session_.go_to(places_.move_at(x, session_.line_length()));
}

void GoViewer::play(int action) {
  if (!people_may_play()) return;
  if (const std::string why = session_.why_illegal(action); !why.empty())
    return say("not there: " + why);
  session_.play(action);
  played_ = Clock::now();
}

// Against an engine it goes back to where the user is to move.
void GoViewer::undo() {
  const auto& engines = options_.engines;
  const bool against = (engines[0] == nullptr) != (engines[1] == nullptr);
  if (!session_.undo()) return;
  if (against && engine_to_move() != nullptr) session_.undo();
  if (against && engine_to_move() != nullptr) paused_ = true;  // the engine made the first move
}

void GoViewer::new_game() {
  thinker_.stop();
  asked_node_ = -1;
  analysis_ = {};
  drawn_ = {};
  GoSession fresh(
      GoGame(session_.game().rows(), session_.game().columns(), session_.game().ruleset()));
  fresh.black = session_.black;
  fresh.white = session_.white;
  session_ = std::move(fresh);
  paused_ = false;
}

std::filesystem::path GoViewer::unused_file(std::string_view ending) const {
  for (int i = 1;; ++i) {
    std::filesystem::path path = options_.folder / fmt::format("go-{}{}", i, ending);
    if (!std::filesystem::exists(path)) return path;
  }
}

void GoViewer::save_game() {
  try {
    const std::filesystem::path path = unused_file(".sgf");
    write_file_atomically(path, session_.file_text());
    say("saved " + path.string());
  } catch (const Error& error) {
    say(error.what());
  }
}

void GoViewer::save_screenshot() {
  screenshot_ = false;
  try {
    const std::filesystem::path path = unused_file(".png");
    window_.screenshot().write_png(path);
    say("saved " + path.string());
  } catch (const Error& error) {
    say(error.what());
  }
}

void GoViewer::think() {
  const GoThinker::State state = thinker_.state();
  if (state.tag >= 0 && state.tag == asked_node_) take_in(state);
  if (options_.moves > 0 && session_.move_number() >= options_.moves) closed_ = true;
  const int node = session_.node();
  if (node != asked_node_ && analysis_.visits > 0 && state.tag != node) analysis_ = {};
  GoPlayer* const engine = engine_to_move();
  const bool wants_move =
      engine != nullptr && !paused_ && !session_.finished() && session_.at_end();
  const bool wants_analysis = !wants_move && analyse_ && !session_.finished();
  if (!wants_move && !wants_analysis) {
    if (asked_node_ >= 0) thinker_.stop();
    asked_node_ = -1;
    return;
  }
  const bool same = asked_node_ == node && asked_move_ == wants_move &&
                    (wants_move || asked_ownership_ == show_.ownership);
  const bool two = options_.engines[0] != nullptr && options_.engines[1] != nullptr;
  if (same || (wants_move && two && seconds_since(played_) < kBetweenEngines)) return;
  asked_node_ = node;
  asked_move_ = wants_move;
  asked_ownership_ = show_.ownership;
  ThinkLimit limit = options_.limit;
  limit.simulations = simulations_;
  if (wants_move)
    thinker_.choose(*engine, session_.game(), node, limit, show_.ownership);
  else
    thinker_.analyse(*options_.analyst, session_.game(), node, show_.ownership);
}

void GoViewer::take_in(const GoThinker::State& state) {
  if (!state.error.empty()) {
    if (asked_move_) paused_ = true;
    analyse_ = analyse_ && asked_move_;
    say(state.error);
    thinker_.stop();
    asked_node_ = -1;
    return;
  }
  if (state.tag != session_.node()) return;
  if (state.analysis.visits > 0) {
    session_.note(state.tag, state.analysis);
    analysis_ = state.analysis;
  }
  if (!state.action) return;
  asked_node_ = -1;
  thinker_.stop();
  if (*state.action < 0) return session_.resign();
  if (const std::string why = session_.why_illegal(*state.action); !why.empty()) {
    paused_ = true;
    return say(
        fmt::format("an illegal move, {}: {}", go_move_name(session_.game(), *state.action), why));
  }
  session_.play(*state.action);
  played_ = Clock::now();
}

std::string GoViewer::note() const {
  if (!message_.empty() && seconds_since(said_) < 4) return message_;
  if (asked_node_ >= 0 && asked_move_) return engine_to_move() != nullptr ? "thinking" : "";
  if (paused_ && (options_.engines[0] != nullptr || options_.engines[1] != nullptr))
    return "paused";
  return "";
}

void GoViewer::draw() {
  window_.begin_frame();
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const double panel_width = std::clamp(0.34 * size.x, 250.0, 480.0);
  const Area board{0, 0, size.x - panel_width, std::max(1.0, size.y - controls_height_)};
  draw_board(board);
  draw_panel({board.width, 0, panel_width, size.y});
  draw_controls({0, board.height, board.width, controls_height_});
  if (help_) draw_key_help(board, kHelp);
  window_.end_frame();
  if (screenshot_) save_screenshot();
  window_.present();
}

void GoViewer::draw_board(const Area& area) {
  BoardPicture empty;
  empty.rows = session_.game().rows();
  empty.columns = session_.game().columns();
  board_area_ = fitted(
      {area.x + 8, area.y + 8, std::max(1.0, area.width - 16), std::max(1.0, area.height - 16)},
      board_aspect(empty));
  show_.hover = hovered();
  show_.may_play = people_may_play();
  const Drawn wanted{session_.node(),
                     analysis_.visits,
                     show_.hover,
                     std::max(1, static_cast<int>(board_area_.width)),
                     std::max(1, static_cast<int>(board_area_.height)),
                     show_.heat,
                     show_.ownership,
                     session_.finished(),
                     show_.may_play};
  if (!(wanted == drawn_)) {
    scene_.update(session_, analysis_, show_);
    painter_.draw(scene_.picture(), wanted.width, wanted.height, board_);
    drawn_ = wanted;
  }
  ImGuiPainter painter(window_, *ImGui::GetBackgroundDrawList());
  painter.image(board_, board_area_);
}

void GoViewer::draw_panel(const Area& area) {
  GoPanelText text;
  text.note = note();
  if (asked_node_ >= 0)
    text.thinker = asked_move_ ? engine_to_move()->name() : options_.analyst->name();
  ImGuiPainter painter(window_, *ImGui::GetBackgroundDrawList());
  places_ = paint_go_panel(painter, area, session_, analysis_, text);
}

void GoViewer::draw_controls(const Area& area) {
  begin_controls(area);
  auto button = [this, first = true](const char* label, SDL_Keycode key) mutable {
    if (control_button(label, first)) press(key);
    first = false;
  };
  button("|<", SDLK_HOME);
  button("<", SDLK_LEFT);
  button(">", SDLK_RIGHT);
  button(">|", SDLK_END);
  button("Undo (U)", SDLK_u);
  button("Pass (P)", SDLK_p);
  button("Resign (R)", SDLK_r);
  button("New game (N)", SDLK_n);
  if (options_.analyst != nullptr)
    button(analyse_ ? "Analysis: on (A)" : "Analysis: off (A)", SDLK_a);
  constexpr std::array<const char*, 3> kHeat{"Moves: none (V)", "Moves: policy (V)",
                                             "Moves: visits (V)"};
  button(kHeat[static_cast<std::size_t>(show_.heat)], SDLK_v);
  button(show_.ownership ? "Owners: on (O)" : "Owners: off (O)", SDLK_o);
  const bool engines = options_.engines[0] != nullptr || options_.engines[1] != nullptr;
  if (engines) button(paused_ ? "Go on (Space)" : "Pause (Space)", SDLK_SPACE);
  button("Help (H)", SDLK_h);
  if (engines) {
    ImGui::SetNextItemWidth(std::min(260.0F, ImGui::GetContentRegionAvail().x - 150));
    ImGui::SliderInt("simulations per move", &simulations_, 0, 20'000,
                     simulations_ == 0 ? "as the player likes" : "%d",
                     ImGuiSliderFlags_Logarithmic);
  }
  controls_height_ = ImGui::GetCursorPosY() + 6;
  ImGui::End();
}

}  // namespace

void run_go_window(GoSession& session, const GoWindowOptions& options) {
  GoViewer(session, options).run();
}

}  // namespace tengen
