#include "experiments/viewer/clip.hpp"

#include "core/system/file.hpp"
#include "core/system/subprocess.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace tengen {
namespace {

// Sends the pixels to ffmpeg's standard input, which encodes them.
class Video final : public Clip {
 public:
  Video(std::filesystem::path path, double frames_per_second)
      : path_(std::move(path)), frames_per_second_(frames_per_second) {
    if (find_program("ffmpeg").empty())
      throw Error("{}: writing video needs ffmpeg (apt install ffmpeg); .gif and .png need nothing",
                  path_.string());
    check_writable(path_);
  }
  [[nodiscard]] FrameLayout layout() const override { return kClipLayout; }

  void add(const Canvas& frame, std::string_view) override {
    if (!ffmpeg_) ffmpeg_.emplace(command(frame.width(), frame.height()));
    const std::span<const std::uint8_t> rgb = frame.rgb();
    if (!ffmpeg_->write({reinterpret_cast<const char*>(rgb.data()), rgb.size()}))
      throw Error("{}: ffmpeg stopped taking frames", path_.string());
  }

  void finish() override {
    if (!ffmpeg_) throw Error("{}: a clip without frames", path_.string());
    if (!ffmpeg_->finish()) throw Error("{}: ffmpeg failed (its message is above)", path_.string());
  }

 private:
  [[nodiscard]] std::vector<std::string> command(int width, int height) const {
    std::istringstream words(fmt::format(
        "ffmpeg -hide_banner -loglevel error -nostdin -y -f rawvideo -pixel_format rgb24 "
        "-video_size {}x{} -framerate {} -i pipe:0 -an -pix_fmt yuv420p -movflags +faststart",
        width, height, frames_per_second_));
    std::vector<std::string> out{std::istream_iterator<std::string>(words), {}};
    out.push_back("file:" + path_.string());  // a name may look like an option or a protocol
    return out;
  }

  std::filesystem::path path_;
  double frames_per_second_;
  std::optional<ProgramInput> ffmpeg_;  // started by the first frame, whose size it must know
};

// Keeps between n and 2n pictures at an even stride, whatever the number of frames added.
class ContactSheet final : public Clip {
 public:
  ContactSheet(std::filesystem::path path, int pictures)
      : path_(std::move(path)), pictures_(static_cast<std::size_t>(pictures)) {
    TENGEN_CHECK(pictures >= 1);
    check_writable(path_);
  }

  [[nodiscard]] FrameLayout layout() const override { return kSheetLayout; }

  void add(const Canvas& frame, std::string_view caption) override {
    if (added_++ % stride_ != 0) return;
    kept_.push_back({frame, std::string(caption)});
    if (kept_.size() < 2 * pictures_) return;
    for (std::size_t i = 1; 2 * i < kept_.size(); ++i) kept_[i] = std::move(kept_[2 * i]);
    kept_.resize(pictures_);
    stride_ *= 2;
  }

  void finish() override {
    if (kept_.empty()) throw Error("{}: a contact sheet without frames", path_.string());
    const std::size_t n = std::min(kept_.size(), pictures_);
    const int width = kept_[0].frame.width(), height = kept_[0].frame.height() + kCaption;
    const int columns = best_columns(static_cast<int>(n), width, height);
    const int rows = (static_cast<int>(n) + columns - 1) / columns;
    Canvas sheet(columns * (width + kGap) + kGap, rows * (height + kGap) + kGap,
                 theme::kBackground);
    for (std::size_t i = 0; i < n; ++i) {
      // The pictures are spread evenly, with the first and the last among them.
      const Picture& picture = kept_[n > 1 ? i * (kept_.size() - 1) / (n - 1) : 0];
      const int x = kGap + static_cast<int>(i) % columns * (width + kGap);
      const int y = kGap + static_cast<int>(i) / columns * (height + kGap);
      sheet.blit(picture.frame, x, y, width, height - kCaption);
      sheet.text(x + 2, y + height - kCaption + 5, picture.caption, theme::kText);
    }
    sheet.write_png(path_);
  }

 private:
  static constexpr int kGap = 8, kCaption = 15;
  struct Picture {
    Canvas frame;
    std::string caption;
  };

  // The number of columns that makes the sheet about 16:10, with few empty places.
  static int best_columns(int n, int width, int height) {
    int best = 1;
    double best_cost = 1e9;
    for (int columns = 1; columns <= n; ++columns) {
      const int rows = (n + columns - 1) / columns;
      const double shape = std::abs(std::log(1.0 * columns * width / (1.6 * rows * height)));
      const double cost = shape + 0.5 * (rows * columns - n) / n;
      if (cost < best_cost) {
        best = columns;
        best_cost = cost;
      }
    }
    return best;
  }

  std::filesystem::path path_;
  std::size_t pictures_;
  std::vector<Picture> kept_;
  std::int64_t added_ = 0, stride_ = 1;
};

}  // namespace

std::unique_ptr<Clip> make_video(const std::filesystem::path& path, double frames_per_second) {
  return std::make_unique<Video>(path, frames_per_second);
}

std::unique_ptr<Clip> make_contact_sheet(const std::filesystem::path& path, int pictures) {
  return std::make_unique<ContactSheet>(path, pictures);
}

bool is_contact_sheet(const std::filesystem::path& path) { return path.extension() == ".png"; }

std::unique_ptr<Clip> make_clip(const std::filesystem::path& path, double frames_per_second,
                                int pictures) {
  const std::string ending = path.extension().string();
  if (ending == ".gif") return make_gif(path, frames_per_second);
  if (ending == ".png") return make_contact_sheet(path, pictures);
  if (ending == ".mp4" || ending == ".webm" || ending == ".mkv" || ending == ".mov")
    return make_video(path, frames_per_second);
  throw UsageError("cannot record '{}': the name should end in .mp4, .webm, .gif or .png",
                   path.string());
}

void Recorder::add(const Session& session) {
  compose(session, clip_->layout(), frame_);
  clip_->add(frame_, fmt::format("episode {}  step {}  score {:g}", session.episode(),
                                 session.step(), session.score()));
  ++frames_;
}

}  // namespace tengen
