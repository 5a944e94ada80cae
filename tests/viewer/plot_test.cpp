#include "experiments/viewer/plot.hpp"

#include "core/check.hpp"

#include "experiments/viewer/programs.hpp"
#include "tests/catch.hpp"
#include "tests/viewer/files.hpp"

#include <cmath>

using namespace tengen;
namespace fs = std::filesystem;

namespace {

// A run whose rewards rise from `start`; returns its folder.
fs::path write_run(const fs::path& folder, double start, int rows = 50) {
  fs::create_directories(folder);
  std::ofstream file(folder / "metrics.csv");
  file << "step,tag,value\n";
  for (int i = 0; i < rows; ++i) {
    const double reward = start + 20 * (1 - std::exp(-i / 10.0));
    file << 1000 * (i + 1) << ",rollout/ep_rew_mean," << reward << '\n';
    if (i % 10 == 9) file << 1000 * (i + 1) << ",eval/mean_reward," << reward + 1 << '\n';
  }
  return folder;
}

}  // namespace

TEST_CASE("several seeds and several recipes become a PNG and an SVG") {
  const TemporaryFolder folder;
  std::vector<fs::path> runs;
  for (int seed = 1; seed <= 3; ++seed)
    runs.push_back(write_run(folder.path / "pong-dqn" / std::to_string(seed), seed, 40 + seed));
  runs.push_back(write_run(folder.path / "pong-rainbow" / "1", 6));
  if (find_program("gnuplot").empty()) {
    CHECK_THROWS_WITH(plot_runs(runs, folder.path / "x.png"), ContainsSubstring("gnuplot"));
    WARN("no gnuplot: plots not tested");
    return;
  }
  plot_runs(runs, folder.path / "curves.png");
  CHECK(png_size(folder.path / "curves.png") == std::pair(1200, 750));
  plot_runs(runs, folder.path / "curves.svg", {"rollout/ep_rew_mean"});
  std::ifstream file(folder.path / "curves.svg");
  const std::string svg(std::istreambuf_iterator<char>(file), {});
  CHECK_THAT(svg, StartsWith("<?xml"));
  CHECK_THAT(svg, ContainsSubstring("</svg>"));
  CHECK_THAT(svg, ContainsSubstring("pong-dqn: mean ± s.d. of 3 seeds"));
  CHECK_THAT(svg, ContainsSubstring("pong-rainbow"));
  std::size_t seeds = 0;  // lines half transparent
  for (std::size_t at = 0; (at = svg.find("opacity='0.50'", at)) != std::string::npos; ++at)
    ++seeds;
  CHECK(seeds == 3);
  CHECK_THAT(svg, ContainsSubstring("environment steps, thousands"));

  const fs::path run = folder.path / "go9-alphazero" / "1";
  fs::create_directories(run);
  std::ofstream(run / "metrics.csv") << "step,tag,value\n500,selfplay/games,500\n500,eval/elo,10\n"
                                        "900,selfplay/games,900\n900,eval/elo,90\n";
  plot_runs({run}, folder.path / "elo.svg");
  std::ifstream elo(folder.path / "elo.svg");
  const std::string games(std::istreambuf_iterator<char>(elo), {});
  CHECK_THAT(games, ContainsSubstring("games"));
  CHECK_THAT(games, !ContainsSubstring("environment steps"));
}

TEST_CASE("what cannot be plotted is one clear line, and an old plot stays") {
  const TemporaryFolder folder;
  const fs::path run = write_run(folder.path / "catch-dqn" / "1", 0);
  CHECK_THROWS_WITH(plot_runs({run}, folder.path / "x.pdf"), ContainsSubstring(".png or .svg"));
  if (find_program("gnuplot").empty()) return;
  const fs::path out = folder.path / "x.png";
  plot_runs({run}, out);
  CHECK_THROWS_WITH(plot_runs({run}, out, {"eval/mean_rewart"}),
                    ContainsSubstring("eval/mean_reward"));
  CHECK_THROWS_WITH(plot_runs({folder.path}, out), ContainsSubstring("no metrics.csv"));
  CHECK_THROWS_AS(plot_runs({run}, folder.path / "missing" / "x.png"), Error);
  std::ofstream(run / "metrics.csv") << "step,tag,value\n1000,rollout/ep_rew_mean,abc\n2,a,3\n";
  CHECK_THROWS_WITH(plot_runs({run}, out), ContainsSubstring("metrics.csv:2"));
  std::ofstream(run / "metrics.csv") << "step,tag,value\n1000,train/loss,1\n2000,train/lo";
  CHECK_THROWS_WITH(plot_runs({run}, out), ContainsSubstring("neither rewards nor ratings"));
  CHECK(png_size(out) == std::pair(1200, 750));
}
