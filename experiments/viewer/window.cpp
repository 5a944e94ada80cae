#include "experiments/viewer/window.hpp"

#include "core/system/subprocess.hpp"
#include "experiments/viewer/clip.hpp"
#include "experiments/viewer/imgui_sdl.hpp"
#include "experiments/viewer/keys.hpp"
#include "experiments/viewer/panel.hpp"

#if __has_include(<backends/imgui_impl_sdl2.h>)
#include <backends/imgui_impl_sdl2.h>
#else
#include <backends/imgui_impl_sdl.h>
#endif

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <optional>

namespace tengen {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

struct Speed {
  double factor;
  const char* name;
};
constexpr std::array<Speed, 8> kSpeeds{{{0.25, "1/4x"},
                                        {0.5, "1/2x"},
                                        {1, "1x"},
                                        {2, "2x"},
                                        {4, "4x"},
                                        {8, "8x"},
                                        {16, "16x"},
                                        {std::numeric_limits<double>::infinity(), "max"}}};
constexpr double kFrameSeconds = 1.0 / 60;
constexpr double kStepBudget = 0.012;  // seconds per frame for steps; the rest is for drawing

constexpr std::array<KeyHelp, 12> kHelp{{
    {"P", "pause, go on"},
    {"N", "one step"},
    {"- +", "slower, faster"},
    {"R", "restart"},
    {"Tab", "take over, hand back"},
    {"arrows, space", "play; takes over"},
    {"0 ... 9", "that action, when you play"},
    {"S", "screenshot"},
    {"C", "record a clip, stop"},
    {"F11", "full screen"},
    {"H", "this help"},
    {"Esc, Q", "quit"},
}};

// Counts events and tells how many there were per second.
class Rate {
 public:
  void count(int events) { events_ += events; }
  [[nodiscard]] double per_second() {
    const double seconds = seconds_since(since_);
    if (seconds >= 0.5) {
      rate_ = events_ / seconds;
      events_ = 0;
      since_ = Clock::now();
    }
    return rate_;
  }

 private:
  double events_ = 0, rate_ = 0;
  Clock::time_point since_ = Clock::now();
};

class Viewer {
 public:
  Viewer(Session& session, const WindowOptions& options)
      : session_(session),
        options_(options),
        window_("Tengen: " + session.spec().name, 1280, 760),
        keys_(session.spec().action),
        hand_(session.spec().action, 1),
        manual_(options.human) {
    for (std::size_t i = 0; i < kSpeeds.size(); ++i)
      if (kSpeeds[i].factor <= options.speed) speed_ = static_cast<int>(i);
  }

  void run() {
    while (!closed_) {
      const Clock::time_point began = Clock::now();
      for (SDL_Event event; SDL_PollEvent(&event) != 0;) handle(event);
      advance_time();
      draw();
      const double left = kFrameSeconds - seconds_since(began);
      if (left > 0) SDL_Delay(static_cast<Uint32>(1000 * left));
    }
    if (recorder_) toggle_recording();
  }

 private:
  void handle(const SDL_Event& event);
  void press(SDL_Keycode key);
  bool game_key(SDL_Keycode key, bool down);
  void advance_time();
  bool step();
  void toggle_manual();
  void change_speed(int by) {
    speed_ = std::clamp(speed_ + by, 0, static_cast<int>(kSpeeds.size()) - 1);
  }
  void save_screenshot();
  void toggle_recording();
  void say(std::string message) {
    message_ = std::move(message);
    said_ = Clock::now();
  }

  void draw();
  void draw_game(const Area& area);
  void draw_controls(const Area& area);
  [[nodiscard]] std::filesystem::path unused_file(std::string_view ending) const;

  Session& session_;
  const WindowOptions& options_;
  SdlWindow window_;
  KeyMap keys_;
  ActionMemory hand_;
  GameKeys held_, tapped_;  // tapped_: pressed since the last step, even if only for a moment
  bool manual_, paused_ = false, help_ = false, closed_ = false, screenshot_ = false;
  int speed_ = 2;
  double owed_ = 0;  // steps that are due and not played yet
  Clock::time_point ticked_ = Clock::now(), polled_ = Clock::now(), said_;
  std::string message_;
  double controls_height_ = 70;  // in the last frame; buttons wrap in narrow windows
  Rate frames_, steps_;
  std::optional<Recorder> recorder_;
  std::filesystem::path recording_;
};

void Viewer::handle(const SDL_Event& event) {
  ImGui_ImplSDL2_ProcessEvent(&event);
  if (event.type == SDL_QUIT) closed_ = true;
  if (event.type == SDL_WINDOWEVENT && event.window.event == SDL_WINDOWEVENT_FOCUS_LOST) held_ = {};
  if (event.type == SDL_KEYUP) game_key(event.key.keysym.sym, false);
  if (event.type != SDL_KEYDOWN || event.key.repeat != 0) return;
  if (game_key(event.key.keysym.sym, true)) {
    if (!manual_) toggle_manual();
  } else {
    press(event.key.keysym.sym);
  }
}

// Returns whether the key is one of the game's.
bool Viewer::game_key(SDL_Keycode key, bool down) {
  const auto mark = [&](bool GameKeys::*which) {
    held_.*which = down;
    if (down) tapped_.*which = true;
    return true;
  };
  switch (key) {
    case SDLK_UP:
      return mark(&GameKeys::up);
    case SDLK_DOWN:
      return mark(&GameKeys::down);
    case SDLK_LEFT:
      return mark(&GameKeys::left);
    case SDLK_RIGHT:
      return mark(&GameKeys::right);
    case SDLK_SPACE:
      return mark(&GameKeys::fire);
    default:
      break;
  }
  if (!manual_ || key < SDLK_0 || key > SDLK_9) return false;
  const int digit = key - SDLK_0;
  if (down)
    held_.digit = tapped_.digit = digit;
  else if (held_.digit == digit)
    held_.digit = -1;
  return true;
}

void Viewer::press(SDL_Keycode key) {
  switch (key) {
    case SDLK_p:
      paused_ = !paused_;
      break;
    case SDLK_n:
      paused_ = true;
      step();
      break;
    case SDLK_MINUS:
    case SDLK_KP_MINUS:
      change_speed(-1);
      break;
    case SDLK_PLUS:
    case SDLK_EQUALS:
    case SDLK_KP_PLUS:
      change_speed(1);
      break;
    case SDLK_r:
      session_.restart();
      break;
    case SDLK_TAB:
      toggle_manual();
      break;
    case SDLK_s:
      screenshot_ = true;
      break;
    case SDLK_c:
      toggle_recording();
      break;
    case SDLK_h:
    case SDLK_F1:
      help_ = !help_;
      break;
    case SDLK_F11:
      window_.toggle_fullscreen();
      break;
    case SDLK_q:
    case SDLK_ESCAPE:
      closed_ = true;
      break;
    default:
      break;
  }
}

void Viewer::toggle_manual() {
  if (options_.human) return;
  manual_ = !manual_;
  tapped_ = manual_ ? tapped_ : GameKeys{};
}

// Returns false if there is no action: without a policy, or when a game without "do nothing" waits
// for a key.
bool Viewer::step() {
  if (manual_) {
    if (!keys_.choose(held_ | tapped_, session_.seen().legal.data, hand_.view())) return false;
    session_.advance(hand_.view());
    tapped_ = {};
  } else {
    if (!session_.has_policy()) return false;
    session_.advance();
  }
  steps_.count(1);
  if (recorder_) recorder_->add(session_);
  if (options_.steps > 0 && session_.total_steps() >= options_.steps) closed_ = true;
  return true;
}

void Viewer::advance_time() {
  const Clock::time_point began = Clock::now();
  const double passed = seconds_since(ticked_);
  ticked_ = began;
  if (options_.every_second && seconds_since(polled_) >= 1) {
    polled_ = began;
    options_.every_second(session_);
  }
  if (paused_) return;
  // A machine that cannot keep up never owes more than a tenth of a second.
  const double rate =
      session_.spec().steps_per_second * kSpeeds[static_cast<std::size_t>(speed_)].factor;
  owed_ = std::min(owed_ + passed * rate, std::max(1.0, 0.1 * rate));
  while (owed_ >= 1 && !closed_ && seconds_since(began) < kStepBudget) {
    if (!step()) {
      owed_ = 1;
      return;
    }
    owed_ -= 1;
  }
}

std::filesystem::path Viewer::unused_file(std::string_view ending) const {
  for (int i = 1;; ++i) {
    std::filesystem::path path =
        options_.folder / fmt::format("{}-{}{}", session_.spec().name, i, ending);
    if (!std::filesystem::exists(path)) return path;
  }
}

void Viewer::save_screenshot() {
  screenshot_ = false;
  try {
    const std::filesystem::path path = unused_file(".png");
    window_.screenshot().write_png(path);
    say("saved " + path.string());
  } catch (const Error& error) {
    say(error.what());
  }
}

void Viewer::toggle_recording() {
  try {
    if (recorder_) {
      Recorder recorder = std::move(*recorder_);
      recorder_.reset();
      if (recorder.frames() > 0) recorder.finish();
      say("saved " + recording_.string());
    } else {
      recording_ = unused_file(find_program("ffmpeg").empty() ? ".gif" : ".mp4");
      recorder_.emplace(make_clip(recording_, session_.spec().steps_per_second, 1));
      recorder_->add(session_);
    }
  } catch (const Error& error) {
    recorder_.reset();
    say(error.what());
  }
}

// Draws a line of text on a dark ground, its upper left corner at (x, y).
void draw_label(double x, double y, std::string_view text, Colour colour) {
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  const ImVec2 size = ImGui::CalcTextSize(text.data(), text.data() + text.size());
  const ImVec2 corner(static_cast<float>(x), static_cast<float>(y));
  list.AddRectFilled(corner, {corner.x + size.x + 16, corner.y + size.y + 10},
                     IM_COL32(12, 14, 18, 215), 4);
  list.AddText({corner.x + 8, corner.y + 5}, IM_COL32(colour.red, colour.green, colour.blue, 255),
               text.data(), text.data() + text.size());
}

void Viewer::draw() {
  window_.begin_frame();
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const double panel_width = std::clamp(0.33 * size.x, 250.0, 460.0);
  const Area game{0, 0, size.x - panel_width, std::max(1.0, size.y - controls_height_)};
  draw_game(game);
  ImGuiPainter painter(window_, *ImGui::GetBackgroundDrawList());
  frames_.count(1);
  paint_panel(
      painter, {game.width, 0, panel_width, size.y}, session_,
      fmt::format("{:.0f} frames/s  {:.0f} steps/s", frames_.per_second(), steps_.per_second()));
  draw_controls({0, game.height, game.width, controls_height_});
  if (help_) draw_key_help(game, kHelp);
  window_.end_frame();
  if (screenshot_) save_screenshot();
  window_.present();
}

void Viewer::draw_game(const Area& area) {
  ImGuiPainter painter(window_, *ImGui::GetBackgroundDrawList());
  painter.image(session_.picture(), fitted(area, session_.aspect()));
  double y = area.y + 10;
  const auto label = [&](std::string_view text, Colour colour) {
    draw_label(area.x + 10, y, text, colour);
    y += ImGui::GetFontSize() + 14;
  };
  if (paused_) label("paused: P goes on, N steps", theme::kText);
  if (manual_ && !options_.human) label("you play: Tab hands back", theme::kChosen);
  if (recorder_)
    label(
        fmt::format("recording {}: {} frames", recording_.filename().string(), recorder_->frames()),
        theme::kAlert);
  if (!message_.empty() && seconds_since(said_) < 4 && !screenshot_) label(message_, theme::kText);
}

void Viewer::draw_controls(const Area& area) {
  begin_controls(area);
  auto button = [first = true](const char* label) mutable {
    const bool pressed = control_button(label, first);
    first = false;
    return pressed;
  };
  if (button(paused_ ? "Go on (P)" : "Pause (P)")) press(SDLK_p);
  if (button("Step (N)")) press(SDLK_n);
  if (button("Restart (R)")) press(SDLK_r);
  if (!options_.human && button(manual_ ? "Hand back (Tab)" : "Take over (Tab)")) press(SDLK_TAB);
  if (button("Screenshot (S)")) press(SDLK_s);
  if (button(recorder_ ? "Stop clip (C)" : "Clip (C)")) press(SDLK_c);
  if (button("Help (H)")) press(SDLK_h);
  ImGui::SetNextItemWidth(std::min(260.0F, ImGui::GetContentRegionAvail().x - 90));
  ImGui::SliderInt("speed (- +)", &speed_, 0, static_cast<int>(kSpeeds.size()) - 1,
                   kSpeeds[static_cast<std::size_t>(speed_)].name, ImGuiSliderFlags_NoInput);
  controls_height_ = ImGui::GetCursorPosY() + 6;
  ImGui::End();
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

bool can_open_window() {
  return is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") || is_set("SDL_VIDEODRIVER");
}

void run_window(Session& session, const WindowOptions& options) { Viewer(session, options).run(); }

}  // namespace tengen
