#include "experiments/viewer/clip.hpp"

#include "core/system/subprocess.hpp"
#include "tests/catch.hpp"
#include "tests/experiments/viewer/files.hpp"
#include "tests/experiments/viewer/scripted.hpp"

#include <gif_lib.h>

#include <array>
#include <cstdio>
#include <numeric>
#include <string>

using namespace tengen;
namespace fs = std::filesystem;

namespace {

// Records `frames` steps of the scripted session; returns the last composed frame.
Canvas record(const fs::path& path, int frames, int pictures = 6) {
  ScriptedSession scripted;
  std::unique_ptr<Clip> clip = make_clip(path, 15, pictures);
  const FrameLayout layout = clip->layout();
  Recorder recorder(std::move(clip));
  Canvas last;
  for (int i = 0; i < frames; ++i) {
    if (i > 0) scripted.session.advance();
    recorder.add(scripted.session);
    compose(scripted.session, layout, last);
  }
  recorder.finish();
  CHECK(recorder.frames() == frames);
  return last;
}

// Plays a GIF to its end as a viewer does: each image over what is there.
struct PlayedGif {
  int frames = 0;
  std::vector<int> delays;  // hundredths of a second
  Canvas last;
};
PlayedGif play(const fs::path& path) {
  GifFileType* gif = DGifOpenFileName(path.c_str(), nullptr);
  REQUIRE(gif != nullptr);
  REQUIRE(DGifSlurp(gif) == GIF_OK);
  PlayedGif played{gif->ImageCount, {}, Canvas(gif->SWidth, gif->SHeight)};
  for (int i = 0; i < gif->ImageCount; ++i) {
    GraphicsControlBlock control;
    REQUIRE(DGifSavedExtensionToGCB(gif, i, &control) == GIF_OK);
    played.delays.push_back(control.DelayTime);
    const SavedImage& image = gif->SavedImages[i];
    const GifImageDesc& area = image.ImageDesc;
    for (int y = 0; y < area.Height; ++y)
      for (int x = 0; x < area.Width; ++x) {
        const GifColorType& c = area.ColorMap->Colors[image.RasterBits[y * area.Width + x]];
        played.last.fill(area.Left + x, area.Top + y, 1, 1, {c.Red, c.Green, c.Blue});
      }
  }
  DGifCloseFile(gif, nullptr);
  return played;
}

std::string output_of(const std::string& command) {
  std::string text;
  std::array<char, 256> buffer{};
  FILE* pipe = popen(command.c_str(), "r");
  while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) text += buffer.data();
  pclose(pipe);
  return text;
}

}  // namespace

TEST_CASE("a GIF played to its end shows the last frame exactly, at the right speed") {
  const TemporaryFolder folder;
  const Canvas last = record(folder.path / "clip.gif", 10);
  const PlayedGif played = play(folder.path / "clip.gif");
  CHECK(played.frames == 10);
  CHECK(std::accumulate(played.delays.begin(), played.delays.end(), 0) == 67);  // 10 / 15 s
  REQUIRE(played.last.width() == last.width());
  REQUIRE(played.last.height() == last.height());
  CHECK(std::ranges::equal(played.last.rgb(), last.rgb()));
}

TEST_CASE("a GIF of too many colours comes close to them") {
  const TemporaryFolder folder;
  Canvas frame(256, 64);
  for (int y = 0; y < 64; ++y)
    for (int x = 0; x < 256; ++x)
      frame.fill(x, y, 1, 1, {static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(4 * y), 99});
  const auto gif = make_gif(folder.path / "many.gif", 10);
  gif->add(frame, "");
  gif->finish();
  const PlayedGif played = play(folder.path / "many.gif");
  int furthest = 0;
  for (std::size_t i = 0; i < frame.rgb().size(); ++i)
    furthest = std::max(furthest, std::abs(frame.rgb()[i] - played.last.rgb()[i]));
  CHECK(furthest < 32);
}

TEST_CASE("a contact sheet is one PNG of the pictures asked for") {
  const TemporaryFolder folder;
  record(folder.path / "sheet.png", 40, 6);
  const auto [width, height] = png_size(folder.path / "sheet.png");
  const int cell = kSheetLayout.game_height * 4 / 3 + kSheetLayout.panel_width;
  CHECK((width - 8) % (cell + 8) == 0);
  const int columns = (width - 8) / (cell + 8);
  CHECK((height - 8) / (kSheetLayout.game_height + 15 + 8) == (6 + columns - 1) / columns);
}

TEST_CASE("a video has every frame, where ffmpeg is installed") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "it's a clip.mp4";
  if (find_program("ffmpeg").empty() || find_program("ffprobe").empty()) {
    CHECK_THROWS_WITH(make_clip(path, 15, 1), ContainsSubstring("ffmpeg"));
    WARN("no ffmpeg: video not tested");
    return;
  }
  record(path, 20);
  const std::string facts = output_of(
      "ffprobe -v error -count_frames -show_entries "
      "stream=width,height,nb_read_frames,r_frame_rate -of csv=p=0 " +
      shell_quoted(path.string()));
  CHECK(facts == "1400,720,15/1,20\n");
}

TEST_CASE("what cannot be recorded is said before the first frame") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(make_clip(folder.path / "clip.avi3", 15, 1), UsageError);
  CHECK_THROWS_WITH(make_clip(folder.path / "clip", 15, 1), ContainsSubstring(".mp4"));
  for (const char* ending : {"gif", "png", "mp4"})
    CHECK_THROWS_AS(make_clip(folder.path / "missing" / (std::string("x.") + ending), 15, 1),
                    Error);
  CHECK_THROWS_WITH(make_clip(folder.path / "e.gif", 15, 1)->finish(),
                    ContainsSubstring("without frames"));
}
