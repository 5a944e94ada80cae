#include "experiments/runs/curves.hpp"

#include "core/check.hpp"
#include "experiments/runs/gnuplot.hpp"
#include "tests/catch.hpp"
#include "tests/experiments/viewer/files.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdio>

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

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Everything that this process and those it starts print while `work` runs.
template <class F>
std::string printed(const TemporaryFolder& folder, F&& work) {
  const fs::path path = folder.path / "printed.txt";
  std::FILE* file = std::fopen(path.c_str(), "w");
  std::fflush(stdout);
  const int out = ::dup(STDOUT_FILENO), err = ::dup(STDERR_FILENO);
  ::dup2(::fileno(file), STDOUT_FILENO);
  ::dup2(::fileno(file), STDERR_FILENO);
  work();
  std::fflush(stdout);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::close(out);
  ::close(err);
  std::fclose(file);
  return text_of(path);
}

// Where the thickest line of an SVG, the mean's, ends on the right.
double right_end(const std::string& svg) {
  const std::size_t begin = svg.find("stroke-width=\"2.50\"") != std::string::npos
                                ? svg.find("stroke-width=\"2.50\"")
                                : svg.find("stroke='rgb(  0, 114, 178)'");
  double right = 0;
  for (std::size_t at = svg.find(" d='M", begin); at != std::string::npos;) {
    const std::size_t end = svg.find('\'', at + 4);
    std::istringstream words(svg.substr(at + 5, end - at - 5));
    std::string word;
    while (words >> word) {
      if (word.front() == 'L' || word.front() == 'M') word.erase(0, 1);
      right = std::max(right, std::atof(word.substr(0, word.find(',')).c_str()));
    }
    break;
  }
  return right;
}

}  // namespace

TEST_CASE("several seeds and several recipes become a PNG and an SVG") {
  const TemporaryFolder folder;
  std::vector<fs::path> runs;
  for (int seed = 1; seed <= 3; ++seed)
    runs.push_back(write_run(folder.path / "pong-dqn" / std::to_string(seed), seed, 40 + seed));
  runs.push_back(write_run(folder.path / "pong-rainbow" / "1", 6));
  if (!has_gnuplot()) {
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
  if (!has_gnuplot()) return;
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

TEST_CASE("any name of a run or a folder is text to gnuplot, never a command") {
  if (!has_gnuplot()) return;
  const TemporaryFolder folder;
  const fs::path odd =
      folder.path / "it's \"q\" \\ $x `touch pwned` @m\n! touch pwned\nsystem('touch pwned') ünï";
  const fs::path run = write_run(odd / "dqn's", 0);
  const std::string text = printed(folder, [&] {
    plot_runs({run, write_run(odd / "b\n! touch pwned\n`touch pwned`", 3)}, odd / "a'b.svg");
    plot_runs({run}, odd / "c'd.png");
  });
  CHECK(text.empty());  // no picture in anybody's output
  CHECK(png_size(odd / "c'd.png") == std::pair(1200, 750));
  const std::string svg = text_of(odd / "a'b.svg");
  CHECK_THAT(svg, StartsWith("<?xml") && ContainsSubstring("</svg>"));
  CHECK_THAT(svg, ContainsSubstring("dqn's"));
  CHECK_THAT(svg, ContainsSubstring("b ! touch pwned `touch pwned`"));
  CHECK(!fs::exists("pwned"));
  for (const auto& entry : fs::directory_iterator(odd)) CHECK(entry.path().extension() != ".part");
}

TEST_CASE("constant and NaN curves are drawn without a word, and all NaN is an error") {
  if (!has_gnuplot()) return;
  const TemporaryFolder folder;
  const auto draw = [&](const std::string& rows) {
    const fs::path run = folder.path / "r" / "1";
    fs::create_directories(run);
    std::ofstream(run / "metrics.csv") << "step,tag,value\n" << rows;
    return printed(folder, [&] { plot_runs({run}, folder.path / "x.svg"); });
  };
  CHECK(draw("0,rollout/ep_rew_mean,1\n").empty());
  CHECK(draw("10,rollout/ep_rew_mean,0\n20,rollout/ep_rew_mean,0\n").empty());
  CHECK(draw("10,rollout/ep_rew_mean,nan\n20,rollout/ep_rew_mean,2\n30,rollout/ep_rew_mean,inf\n")
            .empty());
  CHECK_THAT(text_of(folder.path / "x.svg"), ContainsSubstring("</svg>"));
  const fs::path run = folder.path / "n" / "1";
  fs::create_directories(run);
  std::ofstream(run / "metrics.csv") << "step,tag,value\n1,train/loss,nan\n2,train/loss,nan\n";
  CHECK_THROWS_WITH(plot_runs({run}, folder.path / "n.svg", {"train/loss"}),
                    ContainsSubstring("every value of train/loss is NaN"));
}

TEST_CASE("the mean of seeds goes on to the end of the longest") {
  if (!has_gnuplot()) return;
  const TemporaryFolder folder;
  const std::vector<std::string> tag{"rollout/ep_rew_mean"};
  const fs::path whole = write_run(folder.path / "a" / "1", 0, 50);
  plot_runs({whole}, folder.path / "one.svg", tag);
  plot_runs({whole, write_run(folder.path / "a" / "2", 0, 12)}, folder.path / "two.svg", tag);
  const double end = right_end(text_of(folder.path / "one.svg"));
  CHECK(end > 900);
  CHECK(right_end(text_of(folder.path / "two.svg")) == Approx(end).margin(1));
  // Seeds without a common step are drawn, too.
  const fs::path early = folder.path / "b" / "1", late = folder.path / "b" / "2";
  for (const auto& [run, step] : {std::pair{early, 10}, std::pair{late, 500}}) {
    fs::create_directories(run);
    std::ofstream(run / "metrics.csv") << "step,tag,value\n"
                                       << step << ",rollout/ep_rew_mean,1\n"
                                       << step + 10 << ",rollout/ep_rew_mean,2\n";
  }
  CHECK_NOTHROW(plot_runs({early, late}, folder.path / "b.svg", tag));
}
