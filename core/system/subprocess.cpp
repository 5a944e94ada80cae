#include "core/system/subprocess.hpp"

#include "core/check.hpp"
#include "core/excerpt.hpp"
#include "core/system/file.hpp"
#include "core/system/interrupt.hpp"
#include "core/usize.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <thread>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace tengen {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kLongestLine = std::size_t{1} << 20, kKeptErrors = 2048;
constexpr auto kGrace = 500ms;  // to a program that has closed its output or lost its input

Descriptor opened(int number, const char* what) {
  if (number < 0) throw Error("cannot make {}: {}", what, std::strerror(errno));
  return Descriptor(number);
}

// Makes a channel, of which it returns the child's end. A pair of sockets, since writing to one
// whose other end is gone can be an error (MSG_NOSIGNAL) instead of a signal.
Descriptor channel(Descriptor& ours) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw Error("cannot make a channel: {}", std::strerror(errno));
  ours = Descriptor(ends[0]);
  return Descriptor(ends[1]);
}

bool is_success(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

// At most as long as a person who pressed Ctrl-C would notice.
int milliseconds_until(Child::Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Child::Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 100));
}

// What a file in memory holds from its beginning.
std::string contents(int memory) {
  const std::vector<std::byte> bytes = read_file(fmt::format("/proc/self/fd/{}", memory));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::filesystem::path find_program(std::string_view name) {
  if (name.find('/') != std::string_view::npos) return name;
  const char* path = std::getenv("PATH");
  std::istringstream folders(
      fmt::format("{}:/usr/games", path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin"));
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::filesystem::path file = std::filesystem::path(folder) / name;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

std::vector<std::string> split_command(std::string_view line) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      in_word = false;
      continue;
    }
    if (!std::exchange(in_word, true)) words.emplace_back();
    if (quote != 0 && c == quote)
      quote = 0;
    else if (quote == 0 && (c == '\'' || c == '"'))
      quote = c;
    else if (c == '\\' && quote != '\'' && at + 1 < line.size())
      words.back() += line[++at];
    else
      words.back() += c;
  }
  if (quote != 0) throw UsageError("command \"{}\": a {} stays open", excerpt(line), quote);
  if (words.empty()) throw UsageError("an empty command; the name of a program is needed");
  return words;
}

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";  // ends the quotes, a quoted quote, begins them again
    else
      quoted += c;
  }
  return quoted + '\'';
}

Child::Child(const std::vector<std::string>& command, int in, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  sigset_t none, ours;
  ::sigemptyset(&none);
  ::sigemptyset(&ours);
  for (const int number : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM}) ::sigaddset(&ours, number);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &ours);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const std::filesystem::path file = find_program(command.at(0));
  const int failure = file.empty() ? ENOENT
                                   : ::posix_spawn(&pid_, file.c_str(), &actions, &attributes,
                                                   argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failure != 0)
    throw Error(
        "cannot start '{}': {}", command[0],
        failure == ENOENT ? "there is no such program; is it installed?" : std::strerror(failure));
}

Child::~Child() {
  if (pid_ < 0) return;
  ::kill(-pid_, SIGKILL);
  wait();
}

std::optional<int> Child::wait(Clock::time_point deadline) {
  while (pid_ >= 0) {
    const pid_t ended = ::waitpid(pid_, &status_, WNOHANG);
    if (ended == pid_ || (ended < 0 && errno != EINTR)) {  // or nobody may wait for it
      ::kill(-pid_, SIGKILL);
      pid_ = -1;
    } else if (Clock::now() >= deadline) {
      return std::nullopt;
    } else {
      std::this_thread::sleep_for(2ms);
    }
  }
  return status_;
}

Subprocess::Subprocess(const std::vector<std::string>& command)
    : name_(command.at(0)), child_(command, channel(in_), channel(out_), channel(err_)) {}

Subprocess::~Subprocess() {
  in_.close();
  child_.wait(Clock::now() + kGrace);
}

bool Subprocess::wait(Clock::time_point deadline, bool writing) {
  for (;;) {
    std::array<pollfd, 3> events{pollfd{writing ? in_ : -1, POLLOUT, 0},
                                 pollfd{writing ? -1 : out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
    const int ready = ::poll(events.data(), events.size(), milliseconds_until(deadline));
    if (ready < 0 && errno != EINTR)
      throw Error("engine '{}': cannot wait for it: {}", name_, std::strerror(errno));
    if (ready <= 0) {
      stop_if_interrupted();
      if (Clock::now() >= deadline) return false;
      continue;
    }
    if (events[2].revents != 0) drain_errors();
    if (events[0].revents != 0 || events[1].revents != 0) return true;
  }
}

void Subprocess::drain_errors() {
  std::array<char, 4096> bytes;
  const ssize_t n = ::recv(err_, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return err_.close();
  errors_.append(bytes.data(), usize(n));
  if (errors_.size() > kKeptErrors) errors_.erase(0, errors_.size() - kKeptErrors);
}

std::string Subprocess::obituary() {
  // The output's end comes a moment before the process's own.
  const std::optional<int> status = child_.wait(Clock::now() + kGrace);
  while (err_.is_open()) {
    const std::size_t before = errors_.size();
    drain_errors();
    if (errors_.size() == before) break;
  }
  std::string out = "it closed its output";
  if (status)
    out = WIFSIGNALED(*status) ? fmt::format("it was ended by signal {} ({})", WTERMSIG(*status),
                                             ::strsignal(WTERMSIG(*status)))
                               : fmt::format("it ended with exit code {}", WEXITSTATUS(*status));
  std::string words = errors_;
  while (!words.empty() && words.back() == '\n') words.pop_back();
  words.erase(0, words.rfind('\n') + 1);  // npos + 1 is 0
  if (!words.empty()) out += "; its last words: " + words;
  return out;
}

void Subprocess::write_line(std::string_view line, Clock::time_point deadline) {
  const std::string bytes = std::string(line) + '\n';
  for (std::size_t at = 0; at < bytes.size();) {
    if (!in_.is_open()) throw Error("engine '{}': it is not running any more", name_);
    if (!wait(deadline, true)) throw Error("engine '{}' does not read its input", name_);
    const ssize_t n =
        ::send(in_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n < 0) {
      in_.close();
      throw Error("engine '{}': {}", name_, obituary());
    }
    at += usize(n);
  }
}

std::optional<std::string> Subprocess::read_line(Clock::time_point deadline) {
  for (;;) {
    if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    if (buffer_.size() > kLongestLine) throw Error("engine '{}': a line without end", name_);
    if (!out_.is_open()) throw Error("engine '{}': it is not running any more", name_);
    if (!wait(deadline, false)) return std::nullopt;
    std::array<char, 4096> bytes;
    const ssize_t n = ::recv(out_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n <= 0) {
      out_.close();
      throw Error("engine '{}': {}", name_, obituary());
    }
    buffer_.append(bytes.data(), usize(n));
  }
}

ProgramInput::ProgramInput(const std::vector<std::string>& command)
    : child_(command, channel(input_),
             opened(::open("/dev/null", O_WRONLY | O_CLOEXEC), "an output"), STDERR_FILENO) {}

ProgramInput::~ProgramInput() { static_cast<void>(finish()); }

bool ProgramInput::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(input_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(usize(n));
  }
  return true;
}

bool ProgramInput::finish() {
  input_.close();
  return is_success(*child_.wait());
}

// By files in memory, so that nobody waits for anybody.
ProgramOutput run_program(const std::vector<std::string>& command, std::string_view input) {
  const auto memory = [](const char* name) {
    return opened(::memfd_create(name, MFD_CLOEXEC), "a file in memory");
  };
  const Descriptor in = memory("input"), out = memory("output"), errors = memory("errors");
  std::span<const std::byte> rest = std::as_bytes(std::span(input));
  if (const int failure = write_all(in, rest))
    throw Error("cannot write in memory: {}", std::strerror(failure));
  ::lseek(in, 0, SEEK_SET);
  const std::optional<int> status = Child(command, in, out, errors).wait();
  return {is_success(*status), contents(out), contents(errors)};
}

}  // namespace tengen
