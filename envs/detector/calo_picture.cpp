#include "envs/classic/palette.hpp"
#include "envs/detector/calo_build.hpp"

namespace tengen::detector {

void CaloBuild::draw(Canvas& canvas) const {
  constexpr int kWidth = 900, kHeight = 420;
  canvas.reset(kWidth, kHeight, palette::kPaper);
  double x = 20;
  const double scale = 860 / context.length_cm;
  for (int i = 0; i < plan.count; ++i) {
    const CaloChoice& choice = plan.segments[static_cast<std::size_t>(i)];
    const double cm = choice.layers() * catalogue_layer(choice).cell.length_cm;
    canvas.fill(static_cast<int>(x), 60, static_cast<int>(cm * scale), 300, palette::kBlue);
    x += cm * scale;
  }
  canvas.text(20, 20, fmt::format("R {:+.3f}", value.reward), palette::kInk, 2);
}

}  // namespace tengen::detector
