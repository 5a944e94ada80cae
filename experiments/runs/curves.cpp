#include "experiments/runs/curves.hpp"

#include "core/check.hpp"
#include "core/config.hpp"
#include "core/excerpt.hpp"
#include "experiments/runs/gnuplot.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

namespace fs = std::filesystem;

namespace tengen {
namespace {

struct Point {
  double step = 0, value = 0;
};
using Curve = std::vector<Point>;              // by step, finite values only
using Metrics = std::map<std::string, Curve>;  // by tag

Metrics read_metrics(const fs::path& run) {
  const fs::path path = run / "metrics.csv";
  std::ifstream file(path);
  if (!file) throw Error("{} is no run: it has no metrics.csv", run.string());
  Metrics metrics;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (number == 1 || line.empty()) continue;  // the first line is the header
    const std::size_t first = line.find(','), last = line.rfind(',');
    Point point;
    const auto number_in = [&](std::size_t from, std::size_t to, double& out) {
      const auto result = std::from_chars(line.data() + from, line.data() + to, out);
      return result.ec == std::errc() && result.ptr == line.data() + to;
    };
    if (first == last || !number_in(0, first, point.step) ||
        !number_in(last + 1, line.size(), point.value)) {
      if (file.peek() == EOF) break;  // the run is still writing this row
      throw Error("{}:{}: not a row of step,tag,value: '{}'", path.string(), number, excerpt(line));
    }
    Curve& curve = metrics[line.substr(first + 1, last - first - 1)];
    if (std::isfinite(point.value)) curve.push_back(point);
  }
  return metrics;
}

// The runs of one experiment, which get one colour and one line in the legend.
struct Experiment {
  std::string name;
  std::vector<Metrics> seeds;
};

std::vector<Experiment> read_experiments(const std::vector<fs::path>& runs) {
  std::vector<Experiment> experiments;
  std::vector<fs::path> keys;
  for (const fs::path& given : runs) {
    const fs::path run = fs::weakly_canonical(given);
    const std::string name = run.filename().string();
    const bool numbered =
        std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c); });
    const fs::path key = numbered ? run.parent_path() : run;
    const auto found = std::ranges::find(keys, key);
    if (found == keys.end()) {
      keys.push_back(key);
      experiments.push_back({key.filename().string(), {}});
    }
    experiments[static_cast<std::size_t>(std::ranges::find(keys, key) - keys.begin())]
        .seeds.push_back(read_metrics(run));
  }
  return experiments;
}

std::vector<std::string> choose_tags(const std::vector<Experiment>& experiments,
                                     std::vector<std::string> wanted) {
  std::set<std::string> recorded, finite;
  for (const Experiment& experiment : experiments)
    for (const Metrics& metrics : experiment.seeds)
      for (const auto& [tag, curve] : metrics) {
        recorded.insert(tag);
        if (!curve.empty()) finite.insert(tag);
      }
  const std::vector<std::string> known(recorded.begin(), recorded.end());
  if (wanted.empty()) {
    for (const char* tag : {"rollout/ep_rew_mean", "eval/mean_reward", "eval/elo"})
      if (finite.contains(tag)) wanted.emplace_back(tag);
    if (wanted.empty())
      throw Error("nothing to plot: neither rewards nor ratings have been recorded yet");
  }
  for (const std::string& tag : wanted) {
    if (!recorded.contains(tag)) throw UsageError("{}", unknown_name("tag", tag, known));
    if (!finite.contains(tag))
      throw Error("nothing to plot: every value of {} is NaN or infinite", tag);
  }
  return wanted;
}

// The value at `step`, which is within the curve, by linear interpolation.
double value_at(const Curve& curve, double step) {
  const auto after = std::ranges::lower_bound(curve, step, {}, &Point::step);
  if (after == curve.begin() || after->step == step) return after->value;
  const Point &a = *(after - 1), &b = *after;
  return a.value + (b.value - a.value) * (step - a.step) / (b.step - a.step);
}

struct BandPoint {
  double step, mean, low, high;
};

// The mean plus and minus one standard deviation, over the seeds that have come to a step, on a
// common grid to the end of the longest curve.
std::vector<BandPoint> band(const std::vector<const Curve*>& seeds) {
  constexpr int kMostPoints = 600;
  double first = INFINITY, last = 0;
  std::size_t longest = 0;
  for (const Curve* seed : seeds) {
    first = std::min(first, seed->front().step);
    last = std::max(last, seed->back().step);
    longest = std::max(longest, seed->size());
  }
  std::vector<double> steps;
  if (longest <= kMostPoints) {
    for (const Curve* seed : seeds)
      for (const Point& point : *seed) steps.push_back(point.step);
    std::ranges::sort(steps);
    steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  } else {
    for (int i = 0; i <= kMostPoints; ++i)
      steps.push_back(first + (last - first) * i / kMostPoints);
  }
  std::vector<BandPoint> points;
  std::vector<double> values;
  for (const double step : steps) {
    values.clear();
    for (const Curve* seed : seeds)
      if (seed->front().step <= step && step <= seed->back().step)
        values.push_back(value_at(*seed, step));
    if (values.empty()) continue;  // in a gap between curves that do not overlap
    const auto n = static_cast<double>(values.size());
    double sum = 0, squares = 0;
    for (const double value : values) sum += value;
    for (const double value : values) squares += std::pow(value - sum / n, 2);
    const double deviation = n > 1 ? std::sqrt(squares / (n - 1)) : 0;
    points.push_back({step, sum / n, sum / n - deviation, sum / n + deviation});
  }
  return points;
}

// Okabe and Ito's palette, whose colours can be told apart with any kind of colour vision.
constexpr std::array<const char*, 7> kColours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                              "#E69F00", "#56B4E9", "#444444"};

std::string axis_name(const std::string& tag) {
  if (tag == "rollout/ep_rew_mean") return "mean episode reward in training";
  if (tag == "eval/mean_reward") return "mean episode reward in evaluation";
  if (tag == "eval/elo") return "Elo against the fixed opponent";
  return tag;
}

// The unit of the x axis, chosen so that its numbers stay short.
struct StepUnit {
  double steps, last;  // steps per unit; the last step of all curves
  std::string name;
};
StepUnit step_unit(const std::vector<Experiment>& experiments) {
  double last = 0;
  bool games = true;  // whether all runs are self-play, which counts games
  for (const Experiment& experiment : experiments)
    for (const Metrics& metrics : experiment.seeds) {
      games = games && metrics.contains("selfplay/games");
      for (const auto& [tag, curve] : metrics)
        if (!curve.empty()) last = std::max(last, curve.back().step);
    }
  const std::string what = games ? "games" : "environment steps";
  if (last < 1e4) return {1, last, what};
  if (last < 2e6) return {1e3, last, what + ", thousands"};
  return {1e6, last, what + ", millions"};
}

// The commands of one panel: its data as gnuplot here-documents, then the plot command.
std::string panel(const std::vector<Experiment>& experiments, const std::string& tag, int index,
                  const StepUnit& unit) {
  std::string data, bands, lines;
  for (std::size_t e = 0; e < experiments.size(); ++e) {
    std::vector<const Curve*> seeds;
    for (const Metrics& metrics : experiments[e].seeds)
      if (const auto found = metrics.find(tag); found != metrics.end() && !found->second.empty())
        seeds.push_back(&found->second);
    if (seeds.empty()) continue;
    const std::vector<BandPoint> points = band(seeds);
    const std::string name = fmt::format("$p{}_{}", index, e);
    data += name + " << END\n";
    for (const BandPoint& p : points)
      data += fmt::format("{} {} {} {}\n", p.step / unit.steps, p.mean, p.low, p.high);
    data += "END\n";
    const char* colour = kColours[e % kColours.size()];
    if (seeds.size() > 1) {
      // The band does not show how many seeds it is of; thin lines show where each of them ends.
      for (std::size_t k = 0; k < seeds.size(); ++k) {
        const std::string seed = fmt::format("{}_{}", name, k);
        data += seed + " << END\n";
        for (const Point& p : *seeds[k])
          data += fmt::format("{} {}\n", p.step / unit.steps, p.value);
        data += "END\n";
        bands +=
            fmt::format("{} using 1:2 with lines lc rgb '#80{}' lw 1 notitle, ", seed, colour + 1);
      }
      bands += fmt::format(
          "{} using 1:3:4 with filledcurves fc rgb '{}' fs transparent solid 0.18 "
          "noborder notitle, ",
          name, colour);
    }
    const std::string title = seeds.size() == 1 ? experiments[e].name
                                                : fmt::format("{}: mean ± s.d. of {} seeds",
                                                              experiments[e].name, seeds.size());
    lines += fmt::format("{} using 1:2 with {} lc rgb '{}' lw 2.5 dt {} title {}, ", name,
                         points.size() <= 40 ? "linespoints pt 7 ps 0.6" : "lines", colour,
                         e / kColours.size() + 1, gnuplot_quoted(title));
  }
  lines.resize(lines.size() - 2);
  return data +
         fmt::format("set ylabel {}\nplot {}{}\n", gnuplot_quoted(axis_name(tag)), bands, lines);
}

std::string script(const std::vector<Experiment>& experiments, const std::vector<std::string>& tags,
                   bool svg) {
  std::string text =
      svg ? "set terminal svg size 1200,750 font 'DejaVu Sans,Helvetica,sans-serif,15' noenhanced "
            "background rgb 'white'\n"
          : "set terminal pngcairo size 1200,750 font 'DejaVu Sans,13' noenhanced\n";
  const StepUnit unit = step_unit(experiments);
  text +=
      "set encoding utf8\n"
      "set border 3 lc rgb '#8a93a3'\n"
      "set tics nomirror out textcolor rgb '#30343c'\n"
      "set grid lc rgb '#e3e6eb' lt 1 lw 1\n"
      "set offsets 0, 0, graph 0.05, graph 0.05\n"
      "set key above left Left reverse samplen 2 textcolor rgb '#30343c'\n"
      "set lmargin 11\nset rmargin 4\n";
  text += fmt::format("set xrange [0:{}]\n", unit.last > 0 ? unit.last / unit.steps : 1);
  text += fmt::format("set multiplot layout {},1\n", tags.size());
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (i + 1 == tags.size()) text += fmt::format("set xlabel {}\n", gnuplot_quoted(unit.name));
    text += panel(experiments, tags[i], static_cast<int>(i), unit);
    text += "unset key\n";  // the legend would be the same in every panel
  }
  return text + "unset multiplot\n";
}

}  // namespace

void plot_runs(const std::vector<fs::path>& runs, const fs::path& out,
               const std::vector<std::string>& tags) {
  const std::string ending = out.extension().string();
  if (ending != ".png" && ending != ".svg")
    throw UsageError("cannot plot into '{}': the name should end in .png or .svg", out.string());
  require_gnuplot();
  const std::vector<Experiment> experiments = read_experiments(runs);
  const std::vector<std::string> chosen = choose_tags(experiments, tags);
  run_gnuplot(script(experiments, chosen, ending == ".svg"), out);
}

}  // namespace tengen
