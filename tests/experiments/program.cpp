#include "tests/experiments/program.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace fs = std::filesystem;

namespace tengen {
namespace {

void redirect(const fs::path& path, int descriptor) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::dup2(file, descriptor);
  ::close(file);
}

[[noreturn]] void become_program(const std::vector<std::string>& arguments,
                                 const Surroundings& surroundings) {
  if (const std::size_t most = surroundings.file_limit; most > 0) {
    const rlimit limit{most, most};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  if (const std::size_t most = surroundings.memory_limit; most > 0) {
    const rlimit limit{most, most};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  for (const int descriptor : surroundings.closed) ::close(descriptor);
  if (surroundings.hangup_ignored) std::signal(SIGHUP, SIG_IGN);
  if (!surroundings.preloaded.empty()) ::setenv("LD_PRELOAD", surroundings.preloaded.c_str(), 1);
  // As the program would set them by starting itself again, which takes as long as starting it.
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}) ::setenv(name, "1", 1);
  ::setenv("OMP_WAIT_POLICY", "PASSIVE", 1);
  std::vector<char*> argv{const_cast<char*>("tengen")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const char* other = std::getenv("TENGEN_PROGRAM");  // tests/adding.py's
  ::execv(other != nullptr ? other : TENGEN_PROGRAM, argv.data());
  ::_exit(127);
}

}  // namespace

Program::Program(const fs::path& directory, const std::vector<std::string>& arguments,
                 const Surroundings& surroundings)
    : out_(directory / "stdout.txt"), err_(directory / "stderr.txt"), pid_(::fork()) {
  TENGEN_CHECK(pid_ >= 0);
  if (pid_ > 0) return;
  redirect(surroundings.out.empty() ? out_ : surroundings.out, STDOUT_FILENO);
  redirect(surroundings.err.empty() ? err_ : surroundings.err, STDERR_FILENO);
  if (::chdir(directory.c_str()) != 0) ::_exit(126);
  become_program(arguments, surroundings);
}

Program::~Program() {
  if (reaped_) return;
  signal(SIGKILL);
  ::waitpid(pid_, &status_, 0);
}

void Program::signal(int number) const { ::kill(pid_, number); }

bool Program::can_be_asked() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("SigCgt:"))
      return (std::stoull(line.substr(7), nullptr, 16) >> (SIGUSR1 - 1) & 1) != 0;
  return false;
}

bool Program::ended_within(std::chrono::duration<double> time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!reaped_) {
    reaped_ = ::waitpid(pid_, &status_, WNOHANG) == pid_;
    if (reaped_ || std::chrono::steady_clock::now() > end) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return reaped_;
}

ProgramResult Program::wait() {
  if (!reaped_) reaped_ = ::waitpid(pid_, &status_, 0) == pid_;
  const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  return {code, read_text(out_), read_text(err_)};
}

ProgramResult run_program(const fs::path& directory, const std::vector<std::string>& arguments,
                          std::size_t file_limit) {
  return Program(directory, arguments, file_limit).wait();
}

ProgramResult run_program(const fs::path& directory, const std::vector<std::string>& arguments,
                          const Surroundings& surroundings) {
  return Program(directory, arguments, surroundings).wait();
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<nlohmann::json> lines_of(const std::string& text) {
  std::vector<nlohmann::json> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out.push_back(nlohmann::json::parse(line));
  return out;
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string metrics_without_time(const fs::path& run) {
  std::istringstream rows(read_text(run / "metrics.csv"));
  std::string out;
  for (std::string row; std::getline(rows, row);) {
    const auto has = [&](const char* tag) { return row.find(tag) != std::string::npos; };
    if (!has(",time/fps,") && !has(",time/time_elapsed,") && !has(",time/games_per_hour,") &&
        !has(",time/evaluations_per_second,"))
      out += row + '\n';
  }
  return out;
}

}  // namespace tengen
