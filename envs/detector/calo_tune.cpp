#include "envs/detector/calo_tune.hpp"

#include "envs/detector/calo_picture.hpp"

namespace tengen::detector {
namespace {

// A knob's place between low and high, by logarithm.
double between(double knob, double low, double high) {
  return low * std::pow(high / low, (knob + 1) / 2);
}

std::span<const CaloCell> cells_of(std::span<const Segment> segments,
                                   std::array<CaloCell, CaloTuneTask::kMostTuned>& out) {
  for (std::size_t i = 0; i < segments.size(); ++i) out[i] = calo_cell(segments[i]);
  const std::span used = std::span(out).first(segments.size());
  stack_cells(used);
  return used;
}

}  // namespace

template <class Real>
CaloTuneTask::Built CaloTuneTask::build(std::span<const Real> knobs,
                                        std::array<Segment, kMostTuned>& out) const {
  static const Material &lead = material("Pb"), &plastic = material("Sc");
  static const double lead_price = price_per_cm("Pb"), plastic_price = price_per_cm("Sc");
  Built built;
  double length = 0;
  int layers = 0;
  for (std::size_t i = 0; i + 2 < knobs.size(); i += 3) {
    Segment s{0, &lead, between(knobs[i], 0.1, 2) * lead.radiation_cm(), &plastic,
              between(knobs[i + 1], 0.1, 0.8)};
    const double each = s.absorber_cm * lead_price + s.active_cm * plastic_price + kReadoutPrice;
    const double cm = s.absorber_cm + s.active_cm;
    const double fit = std::min({std::round(20 + 20 * static_cast<double>(knobs[i + 2])),
                                 std::floor((context.budget - built.cost) / each),
                                 std::floor((context.length_cm - length) / cm),
                                 static_cast<double>(kMostLayers - layers)});
    s.layers = static_cast<int>(fit);
    if (s.layers < 1) continue;
    built.cost += s.layers * each, length += s.layers * cm, layers += s.layers;
    out[built.count++] = s;
  }
  return built;
}

namespace {

// The value by the formulas, or by as many showers as `sampling` says, with its random numbers.
template <class Real, class... Sampling>
CaloValue value_of(const CaloTuneTask& task, std::span<const Real> knobs,
                   const Sampling&... sampling) {
  std::array<Segment, CaloTuneTask::kMostTuned> built;
  std::array<CaloCell, CaloTuneTask::kMostTuned> cells;
  const std::size_t n = task.build(knobs, built).count;
  return calo_value(cells_of(std::span(built).first(n), cells), task.context, sampling...);
}

}  // namespace

CaloValue CaloTuneTask::value(std::span<const float> knobs) const { return value_of(*this, knobs); }

CaloValue CaloTuneTask::value(std::span<const double> knobs) const {
  return value_of(*this, knobs);
}

CaloValue CaloTuneTask::value(std::span<const double> knobs, int showers, const Rng& rng) const {
  return value_of(*this, knobs, showers, rng);
}

void CaloTuneTask::features(const CaloValue& v, FeatureWriter& write) const {
  for (const CaloResult& at : v.at)
    write(at.half_width > 0 ? std::log(at.half_width / 0.05) / 3 : 0);
  for (const CaloResult& at : v.at) write(10 * at.leakage);
  write(context.budget / CaloContext::kMostBudget);
  write(context.length_cm / CaloContext::kMostLength);
  write(v.reward > kWorst ? 1 : 0);
}

void CaloTuneTask::draw(std::span<const float> knobs, const CaloValue& v, float best,
                        Canvas& canvas) const {
  std::array<Segment, kMostTuned> built;
  const auto [n, cost] = build(knobs, built);
  draw_calorimeter({.title = "CaloTune",
                    .status = fmt::format("{} knobs", knobs.size()),
                    .reward = v.reward,
                    .best = best,
                    .context = context,
                    .segments = {built.begin(), built.begin() + static_cast<std::ptrdiff_t>(n)},
                    .most_segments = segments,
                    .cost = cost,
                    .at = v.at},
                   canvas);
}

std::string CaloTuneTask::json(std::span<const double> knobs) const {
  std::array<Segment, kMostTuned> built;
  const std::size_t n = build(knobs, built).count;
  return calo_json(std::span(built).first(n), context);
}

std::vector<std::string> CaloTuneTask::names() const {
  std::vector<std::string> out;
  for (int i = 1; i <= segments; ++i)
    for (const char* what : {"lead", "scintillator", "layers"})
      out.push_back(fmt::format("{}{}", what, i));
  return out;
}

CaloTuneTask read_calo_tune(const Config& options) {
  CaloTuneTask out;
  out.context = read_calo_context(options);
  out.segments = options.get<int>("segments", out.segments, 4, CaloTuneTask::kMostTuned);
  return out;
}

}  // namespace tengen::detector
