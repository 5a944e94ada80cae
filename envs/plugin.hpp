// Environments from shared libraries: what an author writes, and how the program loads it.
#pragma once

#include "envs/registry.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>

namespace tengen {

/// Raised when an interface that plug-ins see changes its meaning in a way that the layout below
/// does not show.
inline constexpr std::uint32_t kPluginAbi = 2;

namespace plugin {

constexpr std::uint64_t mix(std::initializer_list<std::size_t> values) {
  std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a
  for (const std::size_t value : values) hash = (hash ^ value) * 0x100000001B3U;
  return hash;
}

/// A fingerprint of compiler conventions and of the types that program and plug-in share.
inline constexpr std::uint64_t kLayout =
    mix({__GXX_ABI_VERSION, _GLIBCXX_USE_CXX11_ABI, sizeof(void*), sizeof(Rng), sizeof(Outcome),
         sizeof(EnvSpec), offsetof(EnvSpec, max_episode_steps), sizeof(ObservationSpace),
         sizeof(ObservationView), sizeof(StepView), offsetof(StepView, legal), sizeof(ActionView),
         sizeof(Canvas), sizeof(WorkerPool), sizeof(Config), sizeof(ArchiveWriter),
         sizeof(ArchiveReader), sizeof(EnvEntry), sizeof(EnvRegistry)});

/// What a plug-in exports under the name `tengen_plugin`. It is constant data, so that none of the
/// plug-in's code runs before it is known to fit. `abi` stays the first member for ever.
struct Header {
  std::uint32_t abi;
  std::uint64_t layout;
  const char* compiler;
  /// Adds the environments. Returns null, or what went wrong: exceptions do not cross libraries.
  const char* (*add)(EnvRegistry&) noexcept;
};

template <void (*kAdd)(EnvRegistry&)>
const char* add_or_explain(EnvRegistry& registry) noexcept {
  static std::string explanation;
  try {
    kAdd(registry);
    return nullptr;
  } catch (const std::exception& error) {
    explanation = error.what();
  } catch (...) {
    explanation = "an exception that is no std::exception";
  }
  return explanation.c_str();
}

}  // namespace plugin

/// Adds the environments of the shared library `path` to `registry`, for as long as the program
/// runs. Throws Error, and leaves `registry` as it was, if the library cannot be loaded, is no
/// plug-in, or was built against another interface, or if its code throws or crashes. The library
/// is tried in a child process first, so call this before there are other threads. Its environments
/// step in the caller's thread, whatever pool they are made with.
void load_plugin(EnvRegistry& registry, const std::filesystem::path& path);

/// Loads every library of a list like PATH: names of libraries, or of folders (every *.so in them,
/// sorted), separated by colons. Throws Error as load_plugin does, and for names that do not exist.
void load_plugins(EnvRegistry& registry, const std::string& list);

}  // namespace tengen

/// Makes a shared library a plug-in. To be written once per library:
///
///     TENGEN_PLUGIN(registry) {
///       registry.add(tengen::env_entry<MyEnv>("What it is, in one line"));
///     }
#define TENGEN_PLUGIN(registry)                                                  \
  static void tengen_plugin_add(::tengen::EnvRegistry&);                         \
  extern "C" {                                                                   \
  __attribute__((visibility("default"),                                          \
                 used)) extern constexpr ::tengen::plugin::Header tengen_plugin{ \
      ::tengen::kPluginAbi, ::tengen::plugin::kLayout, __VERSION__,              \
      ::tengen::plugin::add_or_explain<tengen_plugin_add>};                      \
  }                                                                              \
  static void tengen_plugin_add(::tengen::EnvRegistry& registry)
