// The panel beside the game, laid out in one way for every surface: the window paints it with Dear
// ImGui, clips and contact sheets on a Canvas.
#pragma once

#include "core/canvas.hpp"
#include "experiments/viewer/session.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// A rectangle in pixels, y downwards.
struct Area {
  double x = 0, y = 0, width = 0, height = 0;
};

namespace theme {
inline constexpr Colour kBackground{18, 20, 26}, kPanel{28, 31, 39}, kTrack{43, 48, 60},
    kText{226, 230, 238}, kMuted{146, 154, 170}, kBar{74, 134, 204}, kChosen{244, 178, 62},
    kValue{112, 176, 255}, kReturn{120, 205, 140}, kAlert{240, 92, 92};
}  // namespace theme

/// A surface to paint on, with one font. Coordinates are pixels, y downwards.
class Painter {
 public:
  virtual ~Painter() = default;
  virtual void fill(const Area& area, Colour colour) = 0;
  virtual void line(double x0, double y0, double x1, double y1, Colour colour) = 0;
  /// (x, y) is the upper left corner of the first letter.
  virtual void text(double x, double y, std::string_view text, Colour colour) = 0;
  virtual void image(const Canvas& picture, const Area& area) = 0;
  [[nodiscard]] virtual double text_width(std::string_view text) const = 0;
  [[nodiscard]] virtual double line_height() const = 0;
};

class CanvasPainter final : public Painter {
 public:
  /// `canvas` outlives this; `scale` ≥ 1 is the size of the pixel font.
  CanvasPainter(Canvas& canvas, int scale) : canvas_(canvas), scale_(scale) {}
  void fill(const Area& area, Colour colour) override;
  void line(double x0, double y0, double x1, double y1, Colour colour) override;
  void text(double x, double y, std::string_view text, Colour colour) override;
  void image(const Canvas& picture, const Area& area) override;
  [[nodiscard]] double text_width(std::string_view text) const override;
  [[nodiscard]] double line_height() const override;

 private:
  Canvas& canvas_;
  int scale_;
};

/// The largest area with width / height = `aspect` inside `area`, in its middle, on whole pixels.
Area fitted(const Area& area, double aspect);

/// The actions of `count` to show where there is room for `room`, in order: all, or those that
/// `judgement` values most, with `chosen` among them. `judgement` has one number per action, or is
/// empty.
std::vector<std::size_t> shown_actions(std::size_t count, std::size_t room,
                                       std::span<const float> judgement, std::size_t chosen);

/// Paints player, episode and score, a bar for each action, value and return over time, and what
/// the network sees. Parts at the bottom that do not fit into `area` are left out. `note` is a line
/// that the surface adds ("60 frames/s").
void paint_panel(Painter& painter, const Area& area, const Session& session,
                 std::string_view note = "");

/// The size of a composed frame, in pixels.
struct FrameLayout {
  int game_height = 720;
  int panel_width = 440;
  int text_scale = 2;
};
inline constexpr FrameLayout kClipLayout{720, 440, 2};   // for videos
inline constexpr FrameLayout kSmallLayout{360, 220, 1};  // for GIFs
inline constexpr FrameLayout kSheetLayout{240, 160, 1};  // for one picture of a contact sheet

/// Draws game and panel side by side. Width and height are even, as video encoders need them.
void compose(const Session& session, const FrameLayout& layout, Canvas& out);

}  // namespace tengen
