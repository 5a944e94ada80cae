#include "experiments/design/design_curves.hpp"

#include "core/check.hpp"
#include "core/system/file.hpp"
#include "experiments/runs/gnuplot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace fs = std::filesystem;

namespace tengen {
namespace {

constexpr std::array kShares{0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0};

struct Quartiles {
  std::int64_t spent;
  double low, middle, high;
};

std::vector<Quartiles> quartiles(const std::vector<const DesignCurve*>& seeds) {
  std::map<std::int64_t, std::vector<double>> at;
  for (const DesignCurve* curve : seeds)
    for (const DesignCurve::Point& p : curve->points) at[p.spent].push_back(p.reward);
  std::vector<Quartiles> out;
  for (const auto& [spent, rewards] : at)
    if (rewards.size() == seeds.size())
      out.push_back(
          {spent, quantile(rewards, 0.25), quantile(rewards, 0.5), quantile(rewards, 0.75)});
  return out;
}

std::string gnuplot_script(const std::vector<DesignCurve>& curves, const std::string& currency) {
  // Okabe and Ito's palette, then dashed.
  constexpr std::array kColours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                "#E69F00", "#56B4E9", "#444444"};
  std::vector<std::string> methods;
  for (const DesignCurve& c : curves)
    if (std::ranges::count(methods, c.method) == 0) methods.push_back(c.method);
  std::string data, bands, lines;
  for (std::size_t m = 0; m < methods.size(); ++m) {
    std::vector<const DesignCurve*> seeds;
    for (const DesignCurve& c : curves)
      if (c.method == methods[m]) seeds.push_back(&c);
    data += fmt::format("$d{} << END\n", m);
    for (const Quartiles& q : quartiles(seeds))
      data += fmt::format("{} {} {} {}\n", q.spent, q.middle, q.low, q.high);
    data += "END\n";
    const char* colour = kColours[m % kColours.size()];
    if (seeds.size() >= 3)
      bands += fmt::format(
          "$d{} using 1:3:4 with filledcurves fc rgb '{}' fs transparent solid "
          "0.12 noborder notitle, ",
          m, colour);
    lines += fmt::format(
        "$d{} using 1:2 with linespoints pt 7 ps 0.5 lc rgb '{}' lw 2.5 dt {} "
        "title {}, ",
        m, colour, m / kColours.size() + 1, gnuplot_quoted(methods[m]));
  }
  if (lines.empty()) throw Error("there are no curves to draw");
  lines.resize(lines.size() - 2);
  return fmt::format(
      "set terminal pngcairo size 1200,750 font 'DejaVu Sans,13' noenhanced\n"
      "set encoding utf8\nset border 3 lc rgb '#8a93a3'\n"
      "set tics nomirror out textcolor rgb '#30343c'\nset grid lc rgb '#e3e6eb' lt 1 lw 1\n"
      "set logscale x\nset format x '%.0s%c'\nset xlabel {}\n"
      "set ylabel 'judged reward of the named design: median and quartiles'\n"
      "set key outside right top Left reverse samplen 5 textcolor rgb '#30343c'\n"
      "{}plot {}{}\n",
      gnuplot_quoted(currency + " simulated"), data, bands, lines);
}

}  // namespace

double quantile(std::vector<double> values, double q) {
  TENGEN_CHECK(!values.empty());
  std::ranges::sort(values);
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

DesignCurve final_curve(const DesignSearch& search, std::string method, std::uint64_t seed,
                        std::uint64_t final_seed) {
  DesignCurve out{std::move(method), seed, {}};
  std::map<std::string, double> rewards;
  for (const double share : kShares) {
    const auto spent = std::llround(share * static_cast<double>(search.budget()));
    const DesignSearch::Nominee* standing = nullptr;
    for (const DesignSearch::Nominee& n : search.nominees())
      if (n.spent <= spent) standing = &n;
    if (standing == nullptr) continue;
    const auto [found, is_new] =
        rewards.try_emplace(search.problem().describe(standing->point), 0.0);
    if (is_new) found->second = search.problem().evaluate_finally(standing->point, final_seed);
    out.points.push_back({spent, found->second});
  }
  return out;
}

void write_curves(const fs::path& csv, const std::vector<DesignCurve>& curves) {
  std::string text = "method,seed,spent,reward\n";
  for (const DesignCurve& c : curves)
    for (const DesignCurve::Point& p : c.points)
      text += fmt::format("{},{},{},{:.6f}\n", c.method, c.seed, p.spent, p.reward);
  write_file_atomically(csv, text);
}

void draw_curves(const fs::path& png, const std::vector<DesignCurve>& curves,
                 const std::string& currency) {
  require_gnuplot();
  run_gnuplot(gnuplot_script(curves, currency), png);
}

}  // namespace tengen
