// A file into which a test lets code print, to read it afterwards.
#pragma once

#include <cstdio>
#include <string>

namespace tengen {

class Output {
 public:
  Output() = default;
  ~Output() { std::fclose(file_); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// The file is open until this is destroyed, so declare this before anything that prints.
  [[nodiscard]] std::FILE* file() const { return file_; }
  /// Everything printed so far.
  [[nodiscard]] std::string text() const {
    std::fflush(file_);
    std::string out(static_cast<std::size_t>(std::ftell(file_)), '\0');
    std::rewind(file_);
    out.resize(std::fread(out.data(), 1, out.size(), file_));
    return out;
  }

 private:
  std::FILE* file_ = std::tmpfile();
};

}  // namespace tengen
