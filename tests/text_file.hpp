// Whole files as text, for tests.
#pragma once

#include "core/system/file.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace tengen {

inline std::string text_of(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void write(const std::filesystem::path& path, std::string_view text) {
  write_file_atomically(path, text);
}

}  // namespace tengen
