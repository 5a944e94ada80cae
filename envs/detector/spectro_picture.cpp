// SpectroTune as people see it: the spectrometer from the side, to scale, and how sharp it is.
#include "envs/detector/picture.hpp"
#include "envs/detector/spectro_tune.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace tengen::detector {
namespace {

using namespace picture;

// Magnet, stations and three tracks, from the side.
void draw_side(const Spectrometer& s, Canvas& canvas) {
  const Area area{20, 64, 1160, 330};
  panel(canvas, area, "from the side, to scale along the beam; across it twice as wide");
  const auto at = [&](double z) { return area.x + 30 + z * 1.1; };
  const double middle = area.y + area.height / 2.0 + 6, across = 2.1;
  const auto block = [&](double z0, double z1, double y0, double y1, Colour colour,
                         double opacity) {
    const std::array corners{at(z0), middle - across * y1, at(z1), middle - across * y1,
                             at(z1), middle - across * y0, at(z0), middle - across * y0};
    canvas.polygon(corners, colour, opacity);
  };
  const double z0 = s.magnet_middle - s.magnet_length / 2, z1 = z0 + s.magnet_length;
  const double gap = std::min(s.half_gap, 60.0);
  block(z0, z1, gap, gap + 8, {120, 70, 62}, 1);
  block(z0, z1, -gap - 8, -gap, {120, 70, 62}, 1);
  block(z0, z1, -gap, gap, {96, 60, 150}, 0.12 + 0.3 * s.field_tesla / 2);
  for (const double z : s.station)
    block(z - 1, z + 1, -kStationHalfSize, kStationHalfSize, kSky, 0.8);
  canvas.disc(at(0), middle, 5, kAmber);
  for (const auto& [p, angle] : {std::pair{2.0, 0.01}, {5.0, -0.03}, {20.0, 0.045}}) {
    std::vector<double> ends;
    const auto y = [&, angle = angle, p = p](double z) {
      return middle - across * (angle * z + spectrometer_bend(s, p, z));
    };
    double last = s.station.back() + 20;
    while (last > 50 && std::abs(y(last) - middle) > across * kStationHalfSize) last -= 5;
    for (int i = 0; i < 80; ++i)
      ends.insert(ends.end(), {at(last * i / 80), y(last * i / 80), at(last * (i + 1) / 80),
                               y(last * (i + 1) / 80)});
    canvas.lines(ends, kAmber, 1.4, 0.8);
    for (const double z : s.station) {
      if (z > last) break;
      canvas.disc(at(z), y(z), 4.5, heat(0.7), 0.6);
      canvas.disc(at(z), y(z), 2, heat(1));
    }
    canvas.text(static_cast<int>(at(last)) + 4, static_cast<int>(y(last)) - 3,
                fmt::format("{:.0f}", p), kAmber);
  }
  for (int z = 0; z <= 1000; z += 200)
    text_centred(canvas, at(z), area.y + area.height - 14, fmt::format("{} cm", z), kDim);
}

}  // namespace

void SpectroTask::draw(std::span<const float> knobs, const Value& v, float best,
                       Canvas& canvas) const {
  const Spectrometer s = build(knobs);
  canvas.reset(kWidth, kHeight, kNight);
  canvas.text(20, 16, "SpectroTune", kText, 3);
  canvas.text(240, 18,
              fmt::format("dipole of {:.2f} T, {:.0f} cm long, {:.2f} of {:.2f} MJ", s.field_tesla,
                          s.magnet_length, stored_energy_mj(s), energy_mj),
              kDim);
  canvas.text(240, 32, fmt::format("acceptance {:.1f} %", 100 * v.acceptance), kAmber);
  text_right(canvas, kWidth - 20, 16, fmt::format("R {:+.3f}", v.reward),
             v.reward > 0 ? kMint : kCoral, 3);
  if (best > -5) text_right(canvas, kWidth - 20, 46, fmt::format("best here {:+.3f}", best), kDim);
  draw_side(s, canvas);
  const Area in = panel(canvas, {20, 410, 1160, 246}, "sigma(p)/p, percent");
  Chart chart(canvas, in, 1, 200, 0.05, 20, "GeV");
  const Spectrometer r = reference();
  chart.curve([&](double p) { return 100 * spectrometer_resolution(r, p); }, kDim, 1.6);
  chart.legend("reference (R = 0)", kDim);
  chart.curve([&](double p) { return 100 * spectrometer_resolution(s, p); }, kAmber, 2.4);
  chart.legend("this spectrometer", kAmber);
  for (std::size_t i = 0; i < kSpectrometerGev.size(); ++i)
    chart.point(kSpectrometerGev[i], 100 * v.resolution[i], kAmber);
}

}  // namespace tengen::detector
