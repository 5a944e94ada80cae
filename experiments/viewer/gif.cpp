// Animated GIFs by giflib: each frame is the rectangle that changed, in its own colours.
#include "experiments/viewer/clip.hpp"

#include <fcntl.h>
#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace tengen {
namespace {

struct Rectangle {
  int left = 0, top = 0, width = 1, height = 1;
};

std::uint32_t packed(Colour c) { return (std::uint32_t{c.red} << 16) | (c.green << 8) | c.blue; }

// The smallest rectangle outside of which both are equal; one pixel if nothing changed.
Rectangle changed(const Canvas& before, const Canvas& now) {
  int left = now.width(), top = now.height(), right = -1, bottom = -1;
  for (int y = 0; y < now.height(); ++y)
    for (int x = 0; x < now.width(); ++x) {
      if (before.at(x, y) == now.at(x, y)) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = y;
    }
  if (right < 0) return {};
  return {left, top, right - left + 1, bottom - top + 1};
}

// A picture in at most 256 colours. These are exactly its own if they are no more; else low bits
// are dropped until they are.
struct Indexed {
  std::vector<std::uint32_t> colours;  // sorted
  std::vector<GifByteType> pixels;
};
Indexed indexed(const Canvas& frame, const Rectangle& area) {
  std::vector<std::uint32_t> all;
  for (int y = area.top; y < area.top + area.height; ++y)
    for (int x = area.left; x < area.left + area.width; ++x) all.push_back(packed(frame.at(x, y)));
  Indexed result;
  for (std::uint32_t keep = 0xFF;; keep = (keep << 1) & 0xFF) {
    const std::uint32_t mask = keep << 16 | keep << 8 | keep;
    std::vector<std::uint32_t>& colours = result.colours;
    colours = all;
    for (std::uint32_t& colour : colours) colour &= mask;
    std::ranges::sort(colours);
    colours.erase(std::unique(colours.begin(), colours.end()), colours.end());
    if (colours.size() > 256) continue;
    for (const std::uint32_t colour : all)
      result.pixels.push_back(static_cast<GifByteType>(
          std::ranges::lower_bound(colours, colour & mask) - colours.begin()));
    return result;
  }
}

class Gif final : public Clip {
 public:
  Gif(std::filesystem::path path, double frames_per_second)
      : path_(std::move(path)), seconds_per_frame_(1 / std::min(frames_per_second, 50.0)) {
    const int descriptor = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) throw Error("cannot write {}: {}", path_.string(), std::strerror(errno));
    file_ = EGifOpenFileHandle(descriptor, nullptr);  // giflib will close the descriptor
    if (file_ == nullptr) throw Error("cannot write {}", path_.string());
  }
  ~Gif() override {
    if (file_ != nullptr) EGifCloseFile(file_, nullptr);
  }
  Gif(const Gif&) = delete;
  Gif& operator=(const Gif&) = delete;

  [[nodiscard]] FrameLayout layout() const override { return kSmallLayout; }

  void add(const Canvas& frame, std::string_view) override {
    const bool first = frames_ == 0;
    if (first) begin(frame);
    const Rectangle area =
        first ? Rectangle{0, 0, frame.width(), frame.height()} : changed(last_, frame);
    put_delay();
    put_image(indexed(frame, area), area);
    last_ = frame;
    ++frames_;
  }

  void finish() override {
    if (frames_ == 0) throw Error("{}: a clip without frames", path_.string());
    GifFileType* file = std::exchange(file_, nullptr);
    expect(EGifCloseFile(file, nullptr));
  }

 private:
  void expect(int status) const {
    if (status != GIF_OK) throw Error("cannot write {}", path_.string());
  }

  void begin(const Canvas& frame) {
    EGifSetGifVersion(file_, true);
    expect(EGifPutScreenDesc(file_, frame.width(), frame.height(), 8, 0, nullptr));
    // The Netscape application extension makes it play for ever.
    const std::array<GifByteType, 3> loop{1, 0, 0};
    expect(EGifPutExtensionLeader(file_, APPLICATION_EXT_FUNC_CODE));
    expect(EGifPutExtensionBlock(file_, 11, "NETSCAPE2.0"));
    expect(EGifPutExtensionBlock(file_, loop.size(), loop.data()));
    expect(EGifPutExtensionTrailer(file_));
  }

  // Delays are whole hundredths of a second, chosen so that rounding errors do not add up.
  void put_delay() {
    const auto at = [&](int frame) { return std::lround(100 * seconds_per_frame_ * frame); };
    GraphicsControlBlock control{DISPOSE_DO_NOT, false,
                                 static_cast<int>(at(frames_ + 1) - at(frames_)),
                                 NO_TRANSPARENT_COLOR};
    std::array<GifByteType, 4> bytes{};
    EGifGCBToExtension(&control, bytes.data());
    expect(EGifPutExtension(file_, GRAPHICS_EXT_FUNC_CODE, bytes.size(), bytes.data()));
  }

  void put_image(const Indexed& image, const Rectangle& area) {
    std::array<GifColorType, 256> table{};
    for (std::size_t i = 0; i < image.colours.size(); ++i) {
      const std::uint32_t colour = image.colours[i];
      table[i] = {static_cast<GifByteType>(colour >> 16), static_cast<GifByteType>(colour >> 8),
                  static_cast<GifByteType>(colour)};
    }
    const int size = 1 << std::max(1, GifBitSize(static_cast<int>(image.colours.size())));
    ColorMapObject* map = GifMakeMapObject(size, table.data());
    const int status =
        EGifPutImageDesc(file_, area.left, area.top, area.width, area.height, false, map);
    GifFreeMapObject(map);
    expect(status);
    std::vector<GifByteType> pixels = image.pixels;  // a copy, because giflib masks them in place
    expect(EGifPutLine(file_, pixels.data(), static_cast<int>(pixels.size())));
  }

  std::filesystem::path path_;
  double seconds_per_frame_;
  GifFileType* file_ = nullptr;
  Canvas last_;
  int frames_ = 0;
};

}  // namespace

std::unique_ptr<Clip> make_gif(const std::filesystem::path& path, double frames_per_second) {
  return std::make_unique<Gif>(path, frames_per_second);
}

}  // namespace tengen
