#include "physics/validation/validation.hpp"

#include "core/check.hpp"
#include "core/system/interrupt.hpp"
#include "physics/muons.hpp"

#include <cmath>
#include <limits>

namespace tengen::detector {

std::string Tolerance::text() const {
  const double scale = relative ? 100 : 1;
  const char* unit = relative ? " %" : "";
  if (below == above) return fmt::format("±{:.3g}{}", above * scale, unit);
  return fmt::format("−{:.3g} +{:.3g}{}", below * scale, above * scale, unit);
}

Check compare(std::string number, std::string what, double value, double reference,
              Tolerance tolerance) {
  stop_if_interrupted();
  const double unit = tolerance.relative ? std::abs(reference) : 1;
  return {std::move(number),
          std::move(what),
          value,
          reference,
          reference - tolerance.below * unit,
          reference + tolerance.above * unit,
          tolerance.text()};
}

Check between(std::string number, std::string what, double value, double low, double high) {
  return {std::move(number),
          std::move(what),
          value,
          (low + high) / 2,
          low,
          high,
          fmt::format("{:.4g} to {:.4g}", low, high)};
}

void Worst::add(std::string_view member, double value, double reference) {
  Check check = compare(number_, what_, value, reference, tolerance_);
  const double middle = (check.low + check.high) / 2, half = (check.high - check.low) / 2;
  const double excess =
      std::isnan(value) ? std::numeric_limits<double>::infinity() : std::abs(value - middle) / half;
  ++members_;
  if (excess <= excess_) return;
  excess_ = excess;
  worst_ = std::move(check);
  member_ = member;
}

Check Worst::check() const {
  TENGEN_CHECK(members_ > 0);
  Check out = worst_;
  out.what += fmt::format("; worst of {}: {}", members_, member_);
  return out;
}

std::vector<Check> validate(Effort effort, const std::function<void(const Check&)>& done) {
  std::vector<Check> out;
  std::size_t told = 0;
  const auto tell = [&] {
    for (; done && told < out.size(); ++told) done(out[told]);
  };
  using Part = std::function<void()>;
  for (const Part& part :
       {Part([&] { validate_matter(effort, out); }), Part([&] { validate_tracker(effort, out); }),
        Part([&] { validate_showers(out); }), Part([&] { validate_stacks(effort, out); }),
        Part([&] { validate_muons(out); }), Part([&] { validate_scaling(effort, out); })}) {
    try {
      part();
    } catch (const Interrupted&) {
      tell();
      throw;
    }
    tell();
  }
  return out;
}

void validate_muons(std::vector<Check>& out) {
  constexpr double kPerM2 = 1e4;
  const auto vertical = [](MuonFlux formula, double from) {
    return kPerM2 * muon_intensity(formula, from, 1);
  };
  Worst own("40a", "vertical muons m⁻²s⁻¹sr⁻¹, two formulas", percent(0.5));
  constexpr double kGuan[][2] = {{0.5, 74.1}, {1, 60.5}, {3, 31.8}, {10, 8.45}};
  for (const auto& [from, flux] : kGuan)
    own.add(fmt::format("Guan above {} GeV", from), vertical(MuonFlux::kGuan, from), flux);
  constexpr double kShukla[][2] = {{0.5, 87.5}, {1, 70.4}};
  for (const auto& [from, flux] : kShukla)
    own.add(fmt::format("Shukla above {} GeV", from), vertical(MuonFlux::kShukla, from), flux);
  out.push_back(own.check());
  out.push_back(compare("40b", "vertical muons above 1 GeV, Guan; PDG",
                        vertical(MuonFlux::kGuan, 1), 70, percent(20)));
  out.push_back(compare("40c", "vertical muons above 1 GeV, Shukla; PDG",
                        vertical(MuonFlux::kShukla, 1), 70, percent(20)));
  const auto intensity = [](double cosine) { return muon_intensity(MuonFlux::kGuan, 0.5, cosine); };
  const double tilted = std::cos(80 * 3.14159265358979 / 180);
  out.push_back(compare("41a", "muons above 0.5 GeV through a horizontal plane, cm⁻²min⁻¹",
                        muon_rate(MuonFlux::kGuan, 0.5), 0.70, percent(1)));
  out.push_back(compare("41b", "I(60°)/I(0°) of muons above 0.5 GeV", intensity(0.5) / intensity(1),
                        0.25, percent(1)));
  out.push_back(compare("41c", "exponent of cos θ, 0° to 80°",
                        std::log(intensity(tilted) / intensity(1)) / std::log(tilted), 1.94,
                        percent(1)));
  out.push_back(compare("41d", "mean energy of vertical muons above 0.5 GeV, GeV",
                        vertical_mean_energy(MuonFlux::kGuan, 0.5), 5.2, percent(1)));
}

}  // namespace tengen::detector
