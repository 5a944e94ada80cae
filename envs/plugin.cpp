#include "envs/plugin.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

namespace tengen {
namespace {

// Opens the library and checks that it fits. It is never closed, since the registry keeps pointers
// into it.
const plugin::Header& open(const fs::path& path) {
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw Error("cannot load plug-in: {}", ::dlerror());
  const auto* header = static_cast<const plugin::Header*>(::dlsym(library, "tengen_plugin"));
  if (header == nullptr)
    throw Error("'{}' is no plug-in: it lacks the symbol tengen_plugin (see TENGEN_PLUGIN)",
                path.string());
  if (header->abi != kPluginAbi)
    throw Error("plug-in '{}' is of interface version {}, this program of {}; build it anew",
                path.string(), header->abi, kPluginAbi);
  if (header->layout != plugin::kLayout)
    throw Error(
        "plug-in '{}' was built against another Tengen or by an incompatible compiler ({}; "
        "this program: {}); build it anew",
        path.string(), header->compiler, __VERSION__);
  return *header;
}

// A plug-in's copy of WorkerPool cannot wake threads that wait in the program's: std::atomic keeps
// its table of waiters once a copy. So its environments step in the caller's thread.
EnvEntry in_one_thread(EnvEntry entry) {
  entry.make = [make = std::move(entry.make)](const Config& options, int lanes, WorkerPool&) {
    static WorkerPool alone(1);  // without threads it has no state to share
    return make(options, lanes, alone);
  };
  return entry;
}

void add(EnvRegistry& registry, const fs::path& path) {
  EnvRegistry offered = registry;  // a copy, which refuses ids that are taken
  if (const char* explanation = open(path).add(offered))
    throw Error("plug-in '{}': {}", path.string(), explanation);
  const auto brought = std::span(offered.entries()).subspan(registry.entries().size());
  for (const EnvEntry& entry : brought) registry.add(in_one_thread(entry));
}

// A library's global constructors run inside dlopen, and one that throws or crashes takes the
// process with it. So a child process tries first, without output: an error that it survives will
// occur here again, and is reported then.
void try_in_child(EnvRegistry registry, const fs::path& path) {
  const pid_t child = ::fork();
  if (child < 0) return;  // no more processes are allowed: do without the trial
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    try {
      add(registry, path);
    } catch (const std::exception&) {
    }
    ::_exit(0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status))
    throw Error("plug-in '{}' crashes while it is loaded ({}): does a global constructor throw?",
                path.string(), ::strsignal(WTERMSIG(status)));
}

}  // namespace

void load_plugin(EnvRegistry& registry, const fs::path& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error);  // a bare name would be searched for elsewhere
  if (!fs::exists(whole, error)) throw Error("plug-in '{}' does not exist", path.string());
  if (!fs::is_regular_file(whole, error)) throw Error("plug-in '{}' is not a file", path.string());
  try_in_child(registry, whole);
  add(registry, whole);
}

void load_plugins(EnvRegistry& registry, const std::string& list) {
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(':', begin), list.size());
    const fs::path path = list.substr(begin, end - begin);
    begin = end + 1;
    if (path.empty()) continue;
    std::vector<fs::path> libraries{path};
    if (fs::is_directory(path)) {
      libraries.clear();
      for (const auto& entry : fs::directory_iterator(path))
        if (entry.path().extension() == ".so") libraries.push_back(entry.path());
      std::ranges::sort(libraries);
    }
    for (const fs::path& library : libraries) load_plugin(registry, library);
  }
}

}  // namespace tengen
