// Files that tests write and look into.
#pragma once

#include "tests/catch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace tengen {

/// A folder of its own, removed at the end.
struct TemporaryFolder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / fmt::format("tengen_viewer_test_{}", ::getpid());
  TemporaryFolder() { std::filesystem::create_directories(path); }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
};

/// Width and height stand in a PNG's first chunk.
inline std::pair<int, int> png_size(const std::filesystem::path& path) {
  std::array<unsigned char, 24> head{};
  std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(head.data()), head.size());
  REQUIRE(std::string(head.begin() + 1, head.begin() + 4) == "PNG");
  const auto number = [&](std::size_t i) { return head[i + 2] << 8 | head[i + 3]; };
  return {number(16), number(20)};
}

}  // namespace tengen
