#include "core/system/machine.hpp"

#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

#include <fstream>
#include <string>

using namespace tengen;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("a CPU quota limits the threads, in control groups of both versions") {
  const int all = usable_cores("/nowhere");  // by affinity alone
  CHECK(all >= 1);
  {
    const TempDirectory root;
    write(root / "proc/self/cgroup", "0::/jobs/one\n");
    write(root / "sys/fs/cgroup/jobs/one/cpu.max", "max 100000\n");
    CHECK(usable_cores(root.path()) == all);
    write(root / "sys/fs/cgroup/jobs/cpu.max", "150000 100000\n");  // of the group above
    CHECK(usable_cores(root.path()) == 1);
    write(root / "sys/fs/cgroup/jobs/cpu.max", "50000 100000\n");
    CHECK(usable_cores(root.path()) == 1);
    write(root / "sys/fs/cgroup/jobs/cpu.max", "6400000 100000\n");
    CHECK(usable_cores(root.path()) == std::min(all, 64));
  }
  const TempDirectory root;
  write(root / "proc/self/cgroup", "5:memory:/a\n4:cpu,cpuacct:/docker/x\n0::/\n");
  write(root / "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  write(root / "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  CHECK(usable_cores(root.path()) == all);
  write(root / "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "100000\n");
  CHECK(usable_cores(root.path()) == 1);
}

TEST_CASE("free memory is what the system has, or what a control group leaves") {
  const TempDirectory root;
  CHECK(!free_memory(root.path()));
  write(root / "proc/meminfo", "MemTotal:  2000 kB\nMemFree: 10 kB\nMemAvailable:   1000 kB\n");
  CHECK(free_memory(root.path()) == 1'024'000);
  write(root / "proc/self/cgroup", "0::/job\n");
  write(root / "sys/fs/cgroup/job/memory.max", "max\n");
  write(root / "sys/fs/cgroup/job/memory.current", "300000\n");
  CHECK(free_memory(root.path()) == 1'024'000);
  write(root / "sys/fs/cgroup/job/memory.max", "500000\n");
  CHECK(free_memory(root.path()) == 200'000);
  write(root / "sys/fs/cgroup/job/memory.stat", "anon 200000\nfile 100000\n");
  CHECK(free_memory(root.path()) == 300'000);

  const TempDirectory old;
  write(old / "proc/meminfo", "MemAvailable: 1000 kB\n");
  write(old / "proc/self/cgroup", "5:memory:/a\n");
  write(old / "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "500000\n");
  write(old / "sys/fs/cgroup/memory/a/memory.usage_in_bytes", "400000\n");
  CHECK(free_memory(old.path()) == 100'000);
}
