#include "experiments/runs/manifest.hpp"

#include "experiments/runs/version.hpp"
#include "nets/runtime.hpp"

#include <dlfcn.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

namespace tengen {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

std::string now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace

std::string version_text() {
  return fmt::format("{} ({}{})", kVersion, kRevision, kModified ? ", modified" : "");
}

std::string blas_name() {
  void* const symbol = ::dlsym(RTLD_DEFAULT, "sgemm_");
  Dl_info info{};
  if (symbol == nullptr || ::dladdr(symbol, &info) == 0) return "none found";
  std::error_code ignored;
  const auto file = std::filesystem::canonical(info.dli_fname, ignored);
  const std::string path = file.string();
  const std::string name = file.filename().string();
  if (path.find("openblas") != std::string::npos) return "OpenBLAS (" + name + ")";
  if (name.find("torch") != std::string::npos) return "built into LibTorch (" + name + ")";
  if (path.find("/blas/") != std::string::npos) return "netlib, slow (" + name + ")";
  return name;
}

std::string run_manifest(const Recipe& recipe, const Training& training, int threads) {
  nlohmann::ordered_json manifest{
      {"tengen", kVersion},
      {"revision", kRevision},
      {"modified", kModified},
      {"build_type", kBuildType},
      {"recipe", recipe.name},
      {"algo", recipe.algo},
      {"env", recipe.env},
      {"seed", recipe.seed},
      {"device", recipe.device},
      {"threads", threads},
      {"libtorch", torch_version()},
      {"blas", blas_name()},
      {"compiler", __VERSION__},
      {"processor", processor_name()},
      {"bfloat16", bfloat16_report().why},
      {"started", now()},
  };
  training.describe(manifest);
  return manifest.dump(2) + "\n";
}

std::string resumed_manifest(const std::string& manifest, const Recipe& recipe,
                             const Training& training, int threads,
                             const std::vector<std::string>& changes) {
  auto whole = nlohmann::ordered_json::parse(manifest, nullptr, false);
  if (!whole.is_object())
    whole = nlohmann::ordered_json::parse(run_manifest(recipe, training, threads));
  if (!whole["resumed"].is_array()) whole["resumed"] = nlohmann::ordered_json::array();
  nlohmann::ordered_json resumed{{"step", training.steps()}, {"started", now()},
                                 {"tengen", kVersion},       {"revision", kRevision},
                                 {"modified", kModified},    {"device", recipe.device},
                                 {"threads", threads},       {"bfloat16", bfloat16_report().why},
                                 {"changes", changes}};
  training.describe(resumed);
  whole["resumed"].push_back(std::move(resumed));
  return whole.dump(2) + "\n";
}

}  // namespace tengen
