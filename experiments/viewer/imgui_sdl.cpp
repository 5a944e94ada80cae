#include "experiments/viewer/imgui_sdl.hpp"

#if __has_include(<backends/imgui_impl_sdl2.h>)
#include <backends/imgui_impl_sdl2.h>
#else
#include <backends/imgui_impl_sdl.h>
#endif

#include <cstddef>
#include <cstdlib>
#include <filesystem>

namespace tengen {
namespace {

ImTextureID id_of(SDL_Texture* texture) {
  return (ImTextureID) reinterpret_cast<std::intptr_t>(texture);  // ImGui has it as either type
}

void render_list(SDL_Renderer* renderer, const ImDrawList& list) {
  for (const ImDrawCmd& command : list.CmdBuffer) {
    const ImVec4& clip = command.ClipRect;
    const SDL_Rect area{static_cast<int>(clip.x), static_cast<int>(clip.y),
                        static_cast<int>(clip.z - clip.x), static_cast<int>(clip.w - clip.y)};
    if (command.ElemCount == 0 || area.w <= 0 || area.h <= 0) continue;
    SDL_RenderSetClipRect(renderer, &area);
    const auto* bytes = reinterpret_cast<const char*>(list.VtxBuffer.Data + command.VtxOffset);
    const auto floats = [&](std::size_t at) { return reinterpret_cast<const float*>(bytes + at); };
    constexpr int kStride = sizeof(ImDrawVert);
    SDL_RenderGeometryRaw(renderer, (SDL_Texture*)command.GetTexID(),
                          floats(offsetof(ImDrawVert, pos)), kStride,
                          reinterpret_cast<const SDL_Color*>(bytes + offsetof(ImDrawVert, col)),
                          kStride, floats(offsetof(ImDrawVert, uv)), kStride,
                          list.VtxBuffer.Size - static_cast<int>(command.VtxOffset),
                          list.IdxBuffer.Data + command.IdxOffset,
                          static_cast<int>(command.ElemCount), sizeof(ImDrawIdx));
  }
}

ImU32 colour32(Colour c) { return IM_COL32(c.red, c.green, c.blue, 255); }
ImVec4 colour4(Colour c) {
  return {static_cast<float>(c.red) / 255, static_cast<float>(c.green) / 255,
          static_cast<float>(c.blue) / 255, 1};
}

void apply_theme() {
  ImGuiStyle& style = ImGui::GetStyle();
  style.WindowBorderSize = 0;
  style.FrameRounding = style.GrabRounding = style.WindowRounding = 4;
  style.FramePadding = {8, 4};
  const std::pair<int, Colour> kColours[] = {
      {ImGuiCol_WindowBg, theme::kBackground},  {ImGuiCol_Text, theme::kText},
      {ImGuiCol_Button, theme::kTrack},         {ImGuiCol_ButtonHovered, theme::kBar},
      {ImGuiCol_ButtonActive, theme::kBar},     {ImGuiCol_FrameBg, theme::kTrack},
      {ImGuiCol_FrameBgHovered, theme::kTrack}, {ImGuiCol_FrameBgActive, theme::kTrack},
      {ImGuiCol_SliderGrab, theme::kBar},       {ImGuiCol_SliderGrabActive, theme::kChosen}};
  for (const auto& [which, colour] : kColours) style.Colors[which] = colour4(colour);
}

constexpr ImGuiWindowFlags kFixed = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                    ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav;

[[noreturn]] void fail_without_window(const std::string& why) {
  const char* display = std::getenv("DISPLAY");
  throw Error("cannot open a window: {} (DISPLAY is {}; --record FILE makes a clip without one)",
              why, display == nullptr ? "not set" : fmt::format("'{}'", display));
}

// What SDL is to draw by; null where it may choose. It would try Wayland first, whose library
// complains on stderr where there is none.
const char* video_driver() {
  const bool only_x11 = std::getenv("SDL_VIDEODRIVER") == nullptr &&
                        std::getenv("WAYLAND_DISPLAY") == nullptr &&
                        std::getenv("DISPLAY") != nullptr;
  return only_x11 ? "x11" : nullptr;
}

ImVec2 point(double x, double y) { return {static_cast<float>(x), static_cast<float>(y)}; }

}  // namespace

SdlWindow::SdlWindow(const std::string& title, int width, int height) {
  SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
  // If no display answers, SDL would draw where no user can see it.
  const bool seen = SDL_Init(SDL_INIT_EVENTS) == 0 && SDL_VideoInit(video_driver()) == 0 &&
                    (std::getenv("SDL_VIDEODRIVER") != nullptr ||
                     std::string_view(SDL_GetCurrentVideoDriver()) != "offscreen");
  if (!seen) {
    const std::string why = *SDL_GetError() != '\0' ? SDL_GetError() : "no display answers";
    SDL_Quit();
    fail_without_window(why);
  }
  window_ = SDL_CreateWindow(title.c_str(), SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width,
                             height, SDL_WINDOW_RESIZABLE);
  if (window_ != nullptr) {
    renderer_ = SDL_CreateRenderer(window_, -1, SDL_RENDERER_PRESENTVSYNC);
    if (renderer_ == nullptr) renderer_ = SDL_CreateRenderer(window_, -1, SDL_RENDERER_SOFTWARE);
  }
  if (renderer_ == nullptr) {
    const std::string why = SDL_GetError();
    close();
    fail_without_window(why);
  }
  SDL_SetWindowMinimumSize(window_, 640, 420);
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;  // ImGui shall leave no file behind
  apply_theme();
  load_font();
  ImGui_ImplSDL2_InitForSDLRenderer(window_
#if IMGUI_VERSION_NUM >= 18700
                                    ,
                                    renderer_
#endif
  );
}

SdlWindow::~SdlWindow() {
  ImGui_ImplSDL2_Shutdown();
  ImGui::DestroyContext();
  close();
}

void SdlWindow::close() {
  for (const Picture& picture : pictures_) SDL_DestroyTexture(picture.texture);
  if (font_ != nullptr) SDL_DestroyTexture(font_);
  if (renderer_ != nullptr) SDL_DestroyRenderer(renderer_);
  if (window_ != nullptr) SDL_DestroyWindow(window_);
  SDL_Quit();
}

void SdlWindow::load_font() {
  // It is a proportional font if the system has one, else ImGui's own.
  ImFontAtlas& fonts = *ImGui::GetIO().Fonts;
  for (const char* file : {"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
                           "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"})
    if (fonts.Fonts.empty() && std::filesystem::exists(file)) fonts.AddFontFromFileTTF(file, 15);
  unsigned char* pixels = nullptr;
  int width = 0, height = 0;
  fonts.GetTexDataAsRGBA32(&pixels, &width, &height);
  font_ =
      SDL_CreateTexture(renderer_, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STATIC, width, height);
  if (font_ == nullptr) throw Error("cannot open a window: {}", SDL_GetError());
  SDL_UpdateTexture(font_, nullptr, pixels, 4 * width);
  SDL_SetTextureBlendMode(font_, SDL_BLENDMODE_BLEND);
  fonts.SetTexID(id_of(font_));
}

void SdlWindow::begin_frame() {
  pictures_used_ = 0;
  ImGui_ImplSDL2_NewFrame();
  ImGui::NewFrame();
}

void SdlWindow::end_frame() {
  ImGui::Render();
  SDL_SetRenderDrawColor(renderer_, theme::kBackground.red, theme::kBackground.green,
                         theme::kBackground.blue, 255);
  SDL_RenderClear(renderer_);
  const ImDrawData& data = *ImGui::GetDrawData();
  for (int i = 0; i < data.CmdListsCount; ++i) render_list(renderer_, *data.CmdLists[i]);
  SDL_RenderSetClipRect(renderer_, nullptr);
}

void SdlWindow::present() { SDL_RenderPresent(renderer_); }

Canvas SdlWindow::screenshot() const {
  int width = 0, height = 0;
  SDL_GetRendererOutputSize(renderer_, &width, &height);
  Canvas picture(width, height);
  if (SDL_RenderReadPixels(renderer_, nullptr, SDL_PIXELFORMAT_RGB24, picture.rgb().data(),
                           3 * width) != 0)
    throw Error("cannot read the window's pixels: {}", SDL_GetError());
  return picture;
}

ImTextureID SdlWindow::texture(const Canvas& picture) {
  if (pictures_used_ == pictures_.size()) pictures_.emplace_back();
  Picture& slot = pictures_[pictures_used_++];
  if (slot.width != picture.width() || slot.height != picture.height()) {
    if (slot.texture != nullptr) SDL_DestroyTexture(slot.texture);
    slot = {SDL_CreateTexture(renderer_, SDL_PIXELFORMAT_RGB24, SDL_TEXTUREACCESS_STREAMING,
                              picture.width(), picture.height()),
            picture.width(), picture.height()};
    if (slot.texture == nullptr) throw Error("cannot show a picture: {}", SDL_GetError());
    SDL_SetTextureScaleMode(slot.texture, SDL_ScaleModeNearest);
  }
  SDL_UpdateTexture(slot.texture, nullptr, picture.rgb().data(), 3 * picture.width());
  return id_of(slot.texture);
}

void SdlWindow::toggle_fullscreen() {
  const bool is_full = (SDL_GetWindowFlags(window_) & SDL_WINDOW_FULLSCREEN_DESKTOP) != 0;
  SDL_SetWindowFullscreen(window_, is_full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
}

void ImGuiPainter::fill(const Area& area, Colour colour) {
  list_.AddRectFilled(point(area.x, area.y), point(area.x + area.width, area.y + area.height),
                      colour32(colour));
}

void ImGuiPainter::line(double x0, double y0, double x1, double y1, Colour colour) {
  list_.AddLine(point(x0, y0), point(x1, y1), colour32(colour), 1.5F);
}

void ImGuiPainter::text(double x, double y, std::string_view text, Colour colour) {
  list_.AddText(point(x, y), colour32(colour), text.data(), text.data() + text.size());
}

void ImGuiPainter::image(const Canvas& picture, const Area& area) {
  list_.AddImage(window_.texture(picture), point(area.x, area.y),
                 point(area.x + area.width, area.y + area.height));
}

double ImGuiPainter::text_width(std::string_view text) const {
  return ImGui::CalcTextSize(text.data(), text.data() + text.size()).x;
}

double ImGuiPainter::line_height() const { return ImGui::GetFontSize(); }

void draw_key_help(const Area& area, std::span<const KeyHelp> keys) {
  ImGui::SetNextWindowPos(point(area.x + area.width / 2, area.y + area.height / 2), 0,
                          {0.5F, 0.5F});
  ImGui::SetNextWindowBgAlpha(0.92F);
  ImGui::Begin("help", nullptr, kFixed | ImGuiWindowFlags_AlwaysAutoResize);
  if (ImGui::BeginTable("keys", 2, ImGuiTableFlags_SizingFixedFit)) {
    for (const auto& [key, meaning] : keys) {
      ImGui::TableNextColumn();
      ImGui::TextColored(colour4(theme::kChosen), "%s", key);
      ImGui::TableNextColumn();
      ImGui::TextUnformatted(meaning);
    }
    ImGui::EndTable();
  }
  ImGui::End();
}

void begin_controls(const Area& area) {
  ImGui::SetNextWindowPos(point(area.x, area.y));
  ImGui::SetNextWindowSize(point(area.width, area.height));
  ImGui::Begin("controls", nullptr, kFixed);
}

bool control_button(const char* label, bool first) {
  if (!first) {
    ImGui::SameLine();
    const float width = ImGui::CalcTextSize(label).x + 2 * ImGui::GetStyle().FramePadding.x;
    if (ImGui::GetContentRegionAvail().x < width) ImGui::NewLine();
  }
  return ImGui::Button(label);
}

}  // namespace tengen
