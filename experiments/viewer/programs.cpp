#include "experiments/viewer/programs.hpp"

#include "core/check.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

namespace tengen {

std::filesystem::path find_program(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::filesystem::path candidate = std::filesystem::path(folder) / name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";  // ends the quotes, a quoted quote, begins them again
    else
      quoted += c;
  }
  quoted += '\'';
  return quoted;
}

ProgramInput::ProgramInput(const std::string& command) : pipe_(popen(command.c_str(), "w")) {
  if (pipe_ == nullptr) throw Error("cannot start '{}': {}", command, std::strerror(errno));
  std::signal(SIGPIPE, SIG_IGN);  // a program that dies is an Error, not our death
}

ProgramInput::~ProgramInput() {
  if (pipe_ != nullptr) pclose(pipe_);
}

bool ProgramInput::write(std::string_view bytes) {
  return fwrite(bytes.data(), 1, bytes.size(), pipe_) == bytes.size();
}

bool ProgramInput::finish() { return pclose(std::exchange(pipe_, nullptr)) == 0; }

void require_gnuplot() {
  if (find_program("gnuplot").empty()) throw Error("plots need gnuplot (apt install gnuplot-nox)");
}

void run_gnuplot(const std::string& script, const std::filesystem::path& out) {
  ProgramInput gnuplot("gnuplot");
  const bool sent = gnuplot.write(script);
  if (!gnuplot.finish() || !sent)
    throw Error("{}: gnuplot failed (its message is above)", out.string());
}

void check_writable(const std::filesystem::path& path) {
  const bool existed = std::filesystem::exists(path);
  const bool writable = std::ofstream(path, std::ios::app).good();
  if (!existed && writable) std::filesystem::remove(path);
  if (!writable) throw Error("cannot write {}", path.string());
}

}  // namespace tengen
