// Clips and contact sheets: composed frames into a GIF, a video or a PNG.
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
  [[nodiscard]] virtual FrameLayout layout() const = 0;
  /// `caption` is written under the picture where the format has room for it.
  virtual void add(const Canvas& frame, std::string_view caption) = 0;
  /// Completes the file; without it what was written is of no use. Throws Error.
  virtual void finish() = 0;
};

/// By ending: .gif (animated, endless), .mp4 .webm .mkv .mov (ffmpeg does the coding), .png
/// (contact sheet of `pictures` frames spread evenly over everything added). Throws UsageError for
/// another ending, Error if the file cannot be written or ffmpeg is missing.
std::unique_ptr<Clip> make_clip(const std::filesystem::path& path, double frames_per_second,
                                int pictures);

std::unique_ptr<Clip> make_gif(const std::filesystem::path& path, double frames_per_second);
std::unique_ptr<Clip> make_video(const std::filesystem::path& path, double frames_per_second);
std::unique_ptr<Clip> make_contact_sheet(const std::filesystem::path& path, int pictures);

/// True for a contact sheet: it shows a whole episode in a few pictures.
bool is_contact_sheet(const std::filesystem::path& path);

/// Composes what the session shows now and adds it to the clip.
class Recorder {
 public:
  explicit Recorder(std::unique_ptr<Clip> clip) : clip_(std::move(clip)) {}
  void add(const Session& session);
  void finish() { clip_->finish(); }
  [[nodiscard]] int frames() const { return frames_; }

 private:
  std::unique_ptr<Clip> clip_;
  Canvas frame_;
  int frames_ = 0;
};

}  // namespace tengen
