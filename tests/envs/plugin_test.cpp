#include "envs/plugin.hpp"

#include "envs/checker.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

#include <fstream>

using namespace tengen;
namespace fs = std::filesystem;

namespace {

fs::path library(const std::string& name) {
  return fs::path(TENGEN_PLUGIN_DIR) / ("libplugin_" + name + ".so");
}

std::string refusal(const fs::path& path) {
  EnvRegistry registry = builtin_envs();
  const std::size_t before = registry.entries().size();
  try {
    load_plugin(registry, path);
  } catch (const Error& error) {
    CHECK(registry.entries().size() == before);
    return error.what();
  }
  return "loaded";
}

}  // namespace

TEST_CASE("the example plug-in brings an environment that passes the checker") {
  EnvRegistry registry = builtin_envs();
  load_plugin(registry, library("my_env"));
  CheckOptions options;
  options.speed_seconds = 0;
  for (const Finding& finding : check_env(registry.find("Walk-v0"), options)) {
    CAPTURE(finding.name, finding.text);
    CHECK(finding.verdict == Verdict::kPass);
  }
}

TEST_CASE("a plug-in's environment reads its options, and its errors arrive") {
  EnvRegistry registry;
  load_plugin(registry, library("my_env"));
  WorkerPool pool(2);
  const auto config = Config::from_string("longest = 4");
  CHECK(registry.make("Walk-v0", config, 20, pool)->spec().name == "Walk-v0");
  CHECK_NOTHROW(config.check_all_read());
  CHECK_THROWS_AS(registry.make("Walk-v0", Config::from_string("longest = 1"), 1, pool),
                  UsageError);
}

TEST_CASE("a plug-in that does not fit is refused with a reason") {
  CHECK_THAT(refusal(library("wrong_abi")),
             ContainsSubstring("interface version 3, this program of 2"));
  CHECK_THAT(refusal(library("wrong_layout")), ContainsSubstring("another compiler"));
  CHECK_THAT(refusal(library("missing_symbol")),
             ContainsSubstring("lacks the symbol tengen_plugin"));
  CHECK_THAT(refusal(library("throwing")), ContainsSubstring("cannot open levels.txt"));
  CHECK_THAT(refusal(library("throwing_oddly")), ContainsSubstring("no std::exception"));
  CHECK_THAT(refusal(library("duplicate")),
             ContainsSubstring("'CartPole-v1' is already registered"));
  CHECK_THAT(refusal(library("crashing")), ContainsSubstring("crashes while it is loaded"));
  CHECK_THAT(refusal("/no/such/file.so"), ContainsSubstring("'/no/such/file.so' does not exist"));
  CHECK_THAT(refusal(TENGEN_PLUGIN_DIR), ContainsSubstring("is not a file"));
  CHECK_THAT(refusal(TENGEN_SOURCE_DIR "/LICENSE"), ContainsSubstring("cannot load plug-in"));
}

TEST_CASE("a plug-in path names libraries and folders") {
  const TempDirectory folder;
  fs::copy(library("my_env"), folder.path() / "libmy_env.so");
  std::ofstream(folder.path() / "README.md") << "not a library";
  EnvRegistry registry;
  load_plugins(registry, "::" + folder.path().string() + ":");
  CHECK(registry.entries().size() == 1);
  CHECK_THROWS_AS(load_plugins(registry, library("my_env").string()), Error);  // a second time
  CHECK_THROWS_AS(load_plugins(registry, "/no/such/folder"), Error);
}
