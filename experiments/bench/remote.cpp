// tengen bench remote: what it costs that another process plays the environment.
#include "core/system/output.hpp"
#include "core/system/subprocess.hpp"
#include "envs/registry.hpp"
#include "experiments/bench/bench.hpp"
#include "experiments/remote/remote_env.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

namespace tengen {
namespace {

constexpr int kLanes = 64;
constexpr const char* kGame = "Pong-v1";

// A server of this program, in a folder of its own that goes with it.
class ServerProcess {
 public:
  ServerProcess()
      : folder_(make_folder()),
        null_(::open("/dev/null", O_RDWR)),
        child_({"/proc/self/exe", "serve", kGame, "--threads", "1", "--quiet", "--listen",
                "unix:" + (folder_ / "socket").string(), "--listen", tcp_address().text},
               null_, null_, null_) {}
  ~ServerProcess() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] Address unix_address() const {
    return parse_address("unix:" + (folder_ / "socket").string());
  }
  // By its number other benchmarks on this machine have another.
  [[nodiscard]] static Address tcp_address() {
    return parse_address(fmt::format("tcp:127.0.0.1:{}", 20'000 + ::getpid() % 20'000));
  }
  // Connects as soon as the server listens.
  [[nodiscard]] static RemoteEnv connect(const Address& address, bool memory) {
    ClientOptions options;
    options.memory = memory;
    const auto end = Child::Clock::now() + std::chrono::seconds(10);
    for (;;) {
      try {
        return {{address}, kLanes, options};
      } catch (const Error&) {
        if (Child::Clock::now() > end) throw;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    }
  }

 private:
  static std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tengen-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw Error("'{}' cannot be made", name);
    return name;
  }

  std::filesystem::path folder_;
  Descriptor null_;
  Child child_;
};

double bench_steps(const BenchOptions& options, const std::string& way, VectorEnv& env) {
  StepBuffer buffer(env.spec(), kLanes);
  ActionMemory action(env.spec().action, kLanes);
  env.reset(0, buffer.view());
  std::int32_t next = 0;
  return bench(options, fmt::format("{}/{} lanes, {}", kGame, kLanes, way), "steps/s", 1, [&] {
    for (int i = 0; i < 16; ++i) {
      for (std::int32_t& chosen : action.view().discrete) chosen = next = (next + 1) % 6;
      env.step(action.view(), buffer.view());
    }
    return std::int64_t{16} * kLanes;
  });
}

}  // namespace

void bench_remote(const BenchOptions& options) {
  WorkerPool pool(1);
  const auto here = builtin_envs().make(kGame, {}, kLanes, pool);
  const double reference = bench_steps(options, "in this process", *here);
  const ServerProcess server;
  struct Way {
    const char* name;
    Address address;
    bool memory;
  };
  for (const Way& way : {Way{"shared memory", server.unix_address(), true},
                         Way{"unix", server.unix_address(), false},
                         Way{"tcp", ServerProcess::tcp_address(), false}}) {
    RemoteEnv env = ServerProcess::connect(way.address, way.memory);
    const double rate = bench_steps(options, way.name, env);
    if (reference > 0 && rate > 0)
      report(options,
             fmt::format("{}/{} lanes, {}: share of the rate here", kGame, kLanes, way.name),
             rate / reference, "", 1);
  }
}

}  // namespace tengen
