// What this process may use of the machine: cores and memory, as the system, affinity and control
// groups (versions 1 and 2) allow.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace tengen {

/// Returns how many threads can run at a time: as many as the affinity mask has cores, no more than
/// a control group's CPU quota has whole ones, and at least 1. `root` is where /proc and /sys lie,
/// for tests.
int usable_cores(const std::filesystem::path& root = "/");

/// Returns how many bytes can be allocated without swapping or being killed: MemAvailable, or what
/// is left of a control group's limit if that is less. Empty if the system does not say.
std::optional<std::uint64_t> free_memory(const std::filesystem::path& root = "/");

/// Warns on stderr if `bytes` are more than free_memory(); `what` needs them ("a replay of 1000000
/// transitions (agent.buffer_size)").
void warn_of_memory(std::string_view what, std::uint64_t bytes);

}  // namespace tengen
