#include "experiments/runs/training.hpp"

#include "core/system/output.hpp"
#include "experiments/runs/environments.hpp"
#include "experiments/runs/trainer.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace tengen {
namespace {

// The settings that may have asked for it: the largest numbers, "agent.n_steps = 1000000".
std::string largest_settings(const Recipe& recipe) {
  constexpr std::size_t kNamed = 3;
  constexpr double kSmall = 1000;
  const Config all = Config::from_string(recipe.config.to_toml());
  std::vector<std::pair<double, std::string>> sizes;
  for (const std::string& key : all.keys()) {
    if (!key.starts_with("agent.") && !key.starts_with("net.") && !key.starts_with("search.") &&
        !key.starts_with("env.") && !key.starts_with("game.") && key != "n_envs")
      continue;
    for (const double value : all.numbers(key))
      if (value >= kSmall) sizes.emplace_back(value, fmt::format("{} = {:.0f}", key, value));
  }
  std::ranges::stable_sort(sizes, std::ranges::greater{}, &std::pair<double, std::string>::first);
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, sizes.size()); ++i)
    text += (i == 0 ? "" : ", ") + sizes[i].second;
  return text.empty() ? "sizes" : text;
}

std::unique_ptr<Training> made(const Recipe& recipe,
                               const std::vector<std::filesystem::path>& plugins,
                               WorkerPool& pool) {
  if (recipe.self_play()) return make_self_play_training(recipe, pool);
  return std::make_unique<Trainer>(recipe, make_registry(plugins, recipe), pool);
}

}  // namespace

std::unique_ptr<LogSink> metrics_sink(const RunPaths& run, std::int64_t resume_step) {
  try {
    return csv_sink(run.metrics(), resume_step);
  } catch (const Error& error) {
    std::filesystem::path aside = run.metrics();
    aside += ".damaged";
    std::error_code failed;
    std::filesystem::rename(run.metrics(), aside, failed);
    if (failed) throw;
    warn("{}; it is '{}' now, and figures begin anew", error.what(), aside.string());
    return csv_sink(run.metrics(), resume_step);
  }
}

std::unique_ptr<Training> make_training(const Recipe& recipe,
                                        const std::vector<std::filesystem::path>& plugins,
                                        WorkerPool& pool) {
  try {
    return made(recipe, plugins, pool);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    // The standard library's, or what LibTorch says of its allocator.
    const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
                        dynamic_cast<const std::length_error*>(&error) != nullptr ||
                        std::string_view(error.what()).find("allocat") != std::string_view::npos;
    if (!memory) throw;
    throw Error("there is not enough memory for this recipe; it asks for {}",
                largest_settings(recipe));
  }
}

}  // namespace tengen
