// Dear ImGui on an SDL renderer, software or hardware. The distribution's library has ImGui's SDL
// input but not its SDL renderer.
#pragma once

#include "experiments/viewer/panel.hpp"

#include <SDL.h>
#include <imgui.h>

#include <span>
#include <utility>
#include <vector>

namespace tengen {

/// SDL, one window with its renderer, and Dear ImGui with a font, from construction to destruction.
class SdlWindow {
 public:
  /// Throws Error if SDL cannot open it.
  SdlWindow(const std::string& title, int width, int height);
  ~SdlWindow();
  SdlWindow(const SdlWindow&) = delete;
  SdlWindow& operator=(const SdlWindow&) = delete;

  /// Everything drawn with ImGui between begin_frame() and end_frame() is rendered by the latter
  /// and shown by present().
  void begin_frame();
  void end_frame();
  void present();
  /// The pixels that end_frame() rendered; to be called before present(). Throws Error if SDL
  /// fails.
  [[nodiscard]] Canvas screenshot() const;
  /// Copies `picture` into a texture that is valid for this frame and scales without smoothing.
  /// Throws Error if SDL fails.
  ImTextureID texture(const Canvas& picture);
  void toggle_fullscreen();

 private:
  void load_font();
  void close();

  SDL_Window* window_ = nullptr;
  SDL_Renderer* renderer_ = nullptr;
  SDL_Texture* font_ = nullptr;
  struct Picture {
    SDL_Texture* texture = nullptr;
    int width = 0, height = 0;
  };
  std::vector<Picture> pictures_;  // reused from frame to frame
  std::size_t pictures_used_ = 0;
};

/// Paints into an ImGui draw list.
class ImGuiPainter final : public Painter {
 public:
  ImGuiPainter(SdlWindow& window, ImDrawList& list) : window_(window), list_(list) {}
  void fill(const Area& area, Colour colour) override;
  void line(double x0, double y0, double x1, double y1, Colour colour) override;
  void text(double x, double y, std::string_view text, Colour colour) override;
  void image(const Canvas& picture, const Area& area) override;
  [[nodiscard]] double text_width(std::string_view text) const override;
  [[nodiscard]] double line_height() const override;

 private:
  SdlWindow& window_;
  ImDrawList& list_;
};

/// A key and what it does.
using KeyHelp = std::pair<const char*, const char*>;
/// Draws a table of keys over the middle of an area.
void draw_key_help(const Area& area, std::span<const KeyHelp> keys);

/// Begins an ImGui window over `area` that cannot be moved; ImGui::End() ends it.
void begin_controls(const Area& area);
/// Draws a button beside the one before, or below it where there is no room. Returns true when it
/// is pressed.
bool control_button(const char* label, bool first);

}  // namespace tengen
