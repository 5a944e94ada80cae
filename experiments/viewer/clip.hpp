// Clips and contact sheets: composed frames become a GIF, a video or a PNG.
#pragma once

#include "core/canvas.hpp"
#include "experiments/viewer/panel.hpp"

#include <filesystem>
#include <memory>
#include <string_view>

namespace tengen {

/// Takes frames of one size and writes them as a file.
class Clip {
 public:
  virtual ~Clip() = default;
  /// The layout for which frames of this format are to be composed.
  [[nodiscard]] virtual FrameLayout layout() const = 0;
  /// Adds a frame. `caption` is written under the picture where the format has room for it. Throws
  /// Error if the file cannot be written.
  virtual void add(const Canvas& frame, std::string_view caption) = 0;
  /// Completes the file, which is of no use without. Throws Error if it cannot be written.
  virtual void finish() = 0;
};

/// Makes the clip that the path's ending asks for: .gif (animated, endless), .mp4, .webm, .mkv or
/// .mov (encoded by ffmpeg), .png (a contact sheet of `pictures` frames, spread evenly over all
/// that are added). Throws UsageError for another ending, Error if the file cannot be written or
/// ffmpeg is missing.
std::unique_ptr<Clip> make_clip(const std::filesystem::path& path, double frames_per_second,
                                int pictures);

std::unique_ptr<Clip> make_gif(const std::filesystem::path& path, double frames_per_second);
std::unique_ptr<Clip> make_video(const std::filesystem::path& path, double frames_per_second);
std::unique_ptr<Clip> make_contact_sheet(const std::filesystem::path& path, int pictures);

/// Whether the path is of a contact sheet, which shows a whole episode in a few pictures.
bool is_contact_sheet(const std::filesystem::path& path);

/// Composes frames of a session and adds them to a clip.
class Recorder {
 public:
  explicit Recorder(std::unique_ptr<Clip> clip) : clip_(std::move(clip)) {}
  /// Adds a frame of the session as it is now. Throws as Clip::add.
  void add(const Session& session);
  void finish() { clip_->finish(); }
  [[nodiscard]] int frames() const { return frames_; }

 private:
  std::unique_ptr<Clip> clip_;
  Canvas frame_;
  int frames_ = 0;
};

}  // namespace tengen
