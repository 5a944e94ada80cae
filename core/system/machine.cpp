#include "core/system/machine.hpp"

#include "core/system/output.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace tengen {
namespace {

constexpr double kGigabyte = 1e9;

// The number that a file begins with; empty for "max", −1 and a missing file.
std::optional<double> number_in(const fs::path& file) {
  std::ifstream in(file);
  double value = 0;
  return in >> value && value >= 0 ? std::optional(value) : std::nullopt;
}

// The value of a line "key value" or "key: value kB".
std::optional<double> entry_in(const fs::path& file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    double value = 0;
    if (words >> name >> value && name == key) return value;
  }
  return std::nullopt;
}

// Folders of our control group and of those above it, which limit it, too. A container sees its own
// group as the root, whatever the process is told of its path. `controller` "": version 2.
std::vector<fs::path> groups(const fs::path& root, const std::string& controller) {
  std::vector<fs::path> out;
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string names = line.substr(first + 1, second - first - 1);
    if ((',' + names + ',').find(',' + controller + ',') == std::string::npos) continue;
    const fs::path mount = root / "sys/fs/cgroup" / names;
    for (fs::path group = fs::path(line.substr(second + 1)).relative_path();;
         group = group.parent_path()) {
      out.push_back(mount / group);
      if (group.empty()) break;
    }
  }
  return out;
}

std::optional<double> cpu_quota(const fs::path& root) {
  std::optional<double> least;
  const auto take = [&](std::optional<double> quota, std::optional<double> period) {
    if (quota && period && *period > 0)
      least = std::min(least.value_or(INFINITY), *quota / *period);
  };
  for (const fs::path& group : groups(root, "")) {
    std::ifstream in(group / "cpu.max");  // "150000 100000", or "max 100000"
    double quota = 0, period = 0;
    if (in >> quota >> period) take(quota, period);
  }
  for (const fs::path& group : groups(root, "cpu"))
    take(number_in(group / "cpu.cfs_quota_us"), number_in(group / "cpu.cfs_period_us"));
  return least;
}

}  // namespace

int usable_cores(const fs::path& root) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const int cores = sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  const double quota = cpu_quota(root).value_or(cores);
  return std::max(1, static_cast<int>(std::min<double>(cores, quota)));
}

std::optional<std::uint64_t> free_memory(const fs::path& root) {
  double least = INFINITY;
  if (const auto available = entry_in(root / "proc/meminfo", "MemAvailable:"))
    least = *available * 1024;
  // What is in use includes files that are cached and can be dropped.
  const auto take = [&](const fs::path& group, const char* limit, const char* used,
                        const char* cached) {
    const auto most = number_in(group / limit), now = number_in(group / used);
    if (most && now)
      least = std::min(least, *most - *now + entry_in(group / "memory.stat", cached).value_or(0));
  };
  for (const fs::path& group : groups(root, ""))
    take(group, "memory.max", "memory.current", "file");
  for (const fs::path& group : groups(root, "memory"))
    take(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache");
  if (std::isinf(least)) return std::nullopt;
  return static_cast<std::uint64_t>(std::max(0.0, least));
}

void warn_of_memory(std::string_view what, std::uint64_t bytes) {
  const auto free = free_memory();
  if (free && bytes > *free)
    warn("{} needs {:.3g} GB of memory, and {:.3g} GB are free: the system may end this process",
         what, static_cast<double>(bytes) / kGigabyte, static_cast<double>(*free) / kGigabyte);
}

}  // namespace tengen
