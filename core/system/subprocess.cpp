#include "core/system/subprocess.hpp"

#include "core/check.hpp"
#include "core/excerpt.hpp"
#include "core/system/interrupt.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace tengen {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kLongestLine = std::size_t{1} << 20, kKeptComplaints = 2048;

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  // Debian's games are often missing from PATH, root's for one.
  std::string folders = (path != nullptr ? path : "/usr/bin:/bin") + std::string(":/usr/games");
  for (std::size_t at = 0; at < folders.size();) {
    const std::size_t end = std::min(folders.find(':', at), folders.size());
    const std::string file = folders.substr(at, end - at) + "/" + name;
    if (::access(file.c_str(), X_OK) == 0) return file;
    at = end + 1;
  }
  return name;
}

// At most as long as a person who pressed Ctrl-C would notice.
int milliseconds_until(Subprocess::Clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - Subprocess::Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 100));
}

void close_end(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

// Both ends closed on the way out unless taken. A pair of sockets, since writing to one whose other
// end is gone can be an error (MSG_NOSIGNAL) instead of a signal.
struct Channel {
  std::array<int, 2> ends{-1, -1};
  Channel() {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      throw Error("cannot make a channel: {}", std::strerror(errno));
  }
  ~Channel() {
    close_end(ends[0]);
    close_end(ends[1]);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  int take() { return std::exchange(ends[0], -1); }
};

}  // namespace

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

Subprocess::Subprocess(const std::vector<std::string>& command) : name_(command.at(0)) {
  const std::string file = find_program(name_);
  Channel in, out, err;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, in.ends[1], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err.ends[1], STDERR_FILENO);
  sigset_t none, ours;  // what this program may ignore or handle, the child shall not inherit
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
  const int failure =
      ::posix_spawn(&pid_, file.c_str(), &actions, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failure != 0) {
    pid_ = -1;
    throw Error(
        "cannot start '{}': {}", name_,
        failure == ENOENT ? "there is no such program; is it installed?" : std::strerror(failure));
  }
  in_ = in.take();
  out_ = out.take();
  err_ = err.take();
}

Subprocess::~Subprocess() {
  if (pid_ >= 0 && !finish(Clock::now() + 500ms)) {
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  close_end(in_);
  close_end(out_);
  close_end(err_);
}

bool Subprocess::finish(Clock::time_point deadline) {
  close_end(in_);
  while (pid_ >= 0) {
    const pid_t ended = ::waitpid(pid_, nullptr, WNOHANG);
    if (ended == pid_) {
      ::kill(-pid_, SIGKILL);  // what it has started and left behind
      pid_ = -1;
    } else if (Clock::now() >= deadline) {
      return false;
    } else {
      std::this_thread::sleep_for(5ms);
    }
  }
  return true;
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
    if (events[2].revents != 0) drain_complaints();
    if (events[0].revents != 0 || events[1].revents != 0) return true;
  }
}

void Subprocess::drain_complaints() {
  std::array<char, 4096> bytes;
  const ssize_t n = ::recv(err_, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return close_end(err_);
  complaints_.append(bytes.data(), static_cast<std::size_t>(n));
  if (complaints_.size() > kKeptComplaints)
    complaints_.erase(0, complaints_.size() - kKeptComplaints);
}

std::string Subprocess::obituary() {
  int status = 0;
  // The output's end comes a moment before the process's own.
  const auto deadline = Clock::now() + 500ms;
  pid_t ended = 0;
  while ((ended = ::waitpid(pid_, &status, WNOHANG)) == 0 && Clock::now() < deadline)
    std::this_thread::sleep_for(2ms);
  while (err_ >= 0) {
    const std::size_t before = complaints_.size();
    drain_complaints();
    if (complaints_.size() == before) break;
  }
  std::string out = "it closed its output";
  if (ended == pid_) {
    ::kill(-pid_, SIGKILL);
    pid_ = -1;
    out = WIFSIGNALED(status) ? fmt::format("it was ended by signal {} ({})", WTERMSIG(status),
                                            ::strsignal(WTERMSIG(status)))
                              : fmt::format("it ended with exit code {}", WEXITSTATUS(status));
  }
  std::string words = complaints_;
  while (!words.empty() && words.back() == '\n') words.pop_back();
  words.erase(0, words.rfind('\n') + 1);  // npos + 1 is 0
  if (!words.empty()) out += "; its last words: " + words;
  return out;
}

void Subprocess::write_line(std::string_view line, Clock::time_point deadline) {
  const std::string bytes = std::string(line) + '\n';
  for (std::size_t at = 0; at < bytes.size();) {
    if (in_ < 0) throw Error("engine '{}': it is not running any more", name_);
    if (!wait(deadline, true)) throw Error("engine '{}' does not read its input", name_);
    const ssize_t n =
        ::send(in_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n < 0) {
      close_end(in_);
      throw Error("engine '{}': {}", name_, obituary());
    }
    at += static_cast<std::size_t>(n);
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
    if (out_ < 0) throw Error("engine '{}': it is not running any more", name_);
    if (!wait(deadline, false)) return std::nullopt;
    std::array<char, 4096> bytes;
    const ssize_t n = ::recv(out_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n <= 0) {
      close_end(out_);
      throw Error("engine '{}': {}", name_, obituary());
    }
    buffer_.append(bytes.data(), static_cast<std::size_t>(n));
  }
}

}  // namespace tengen
