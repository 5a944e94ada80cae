#include "core/system/programs.hpp"

#include "core/check.hpp"
#include "core/system/file.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace tengen {
namespace {

// Closed on the way out.
class Descriptor {
 public:
  Descriptor(int number, const char* what) : number_(number) {
    if (number < 0) throw Error("cannot make {}: {}", what, std::strerror(errno));
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  operator int() const { return number_; }  // NOLINT(google-explicit-constructor)

 private:
  int number_;
};

// A program with these standard streams, in a process group of its own and with the signals that
// ours may ignore as they are by default.
pid_t start(const std::vector<std::string>& command, int in, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  const std::array streams{std::pair{in, STDIN_FILENO}, std::pair{out, STDOUT_FILENO},
                           std::pair{err, STDERR_FILENO}};
  for (const auto& [ours, theirs] : streams)
    ::posix_spawn_file_actions_adddup2(&actions, ours, theirs);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  for (const int number : {SIGPIPE, SIGXFSZ}) ::sigaddset(&defaults, number);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int failure = ::posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failure != 0) throw Error("cannot start '{}': {}", command[0], std::strerror(failure));
  return pid;
}

bool succeeded(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Puts `text` into a file in memory, to be read from its beginning.
void write_file(int memory, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(memory, text.data(), text.size());
    if (n < 0 && errno != EINTR) throw Error("cannot write in memory: {}", std::strerror(errno));
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
  ::lseek(memory, 0, SEEK_SET);
}

// All that a file in memory holds.
std::string contents(int memory) {
  const std::vector<std::byte> bytes = read_file(fmt::format("/proc/self/fd/{}", memory));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Of a UTF-8 character that `text` begins with; 0 if it does not begin with one.
std::size_t character_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t n = at(0) < 0x80                    ? 1
                        : at(0) >= 0xC2 && at(0) < 0xE0 ? 2
                        : at(0) >= 0xE0 && at(0) < 0xF0 ? 3
                        : at(0) >= 0xF0 && at(0) < 0xF5 ? 4
                                                        : 0;
  if (n == 0 || n > text.size()) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((at(i) & 0xC0) != 0x80) return 0;
  const bool overlong = (at(0) == 0xE0 && at(1) < 0xA0) || (at(0) == 0xF0 && at(1) < 0x90);
  const bool no_character = (at(0) == 0xED && at(1) >= 0xA0) || (at(0) == 0xF4 && at(1) >= 0x90);
  return overlong || no_character ? 0 : n;
}

}  // namespace

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

// Double quotes, in which an octal number stands for anything that could mean something.
std::string gnuplot_quoted(std::string_view text) {
  constexpr std::string_view kPlain = " .,:;/_+-=()[]";
  std::string quoted = "\"";
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const auto c = static_cast<unsigned char>(text.front());
    if (length == 0)
      quoted += '?';
    else if (c < 0x20 || c == 0x7F)
      quoted += ' ';
    else if (length > 1 || (c < 0x80 && std::isalnum(c) != 0) ||
             kPlain.find(static_cast<char>(c)) != std::string_view::npos)
      quoted += text.substr(0, length);
    else
      quoted += fmt::format("\\{:03o}", c);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return quoted + '"';
}

// A pair of sockets: writing to a program that is gone is then an error, not a signal.
ProgramInput::ProgramInput(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw Error("cannot make a channel: {}", std::strerror(errno));
  const Descriptor theirs(ends[1], "a channel");
  const Descriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC), "an output");
  input_ = ends[0];
  try {
    pid_ = start(command, theirs, nowhere, STDERR_FILENO);
  } catch (const Error&) {
    ::close(input_);
    throw;
  }
}

ProgramInput::~ProgramInput() {
  if (pid_ >= 0) static_cast<void>(finish());
}

bool ProgramInput::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(input_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool ProgramInput::finish() {
  ::close(input_);
  return succeeded(std::exchange(pid_, -1));
}

void require_gnuplot() {
  if (find_program("gnuplot").empty()) throw Error("plots need gnuplot (apt install gnuplot-nox)");
}

void run_gnuplot(const std::string& script, const std::filesystem::path& out) {
  const Descriptor input(::memfd_create("script", MFD_CLOEXEC), "a file in memory");
  const Descriptor picture(::memfd_create("picture", MFD_CLOEXEC), "a file in memory");
  const Descriptor complaints(::memfd_create("complaints", MFD_CLOEXEC), "a file in memory");
  write_file(input, script);
  const bool drawn = succeeded(start({"gnuplot", "-d"}, input, picture, complaints));
  const std::string bytes = contents(picture);
  if (!drawn || bytes.empty()) {
    std::string words = contents(complaints);
    for (char& c : words)
      if (c == '\n') c = ' ';
    throw Error("{}: gnuplot failed: {}", out.string(), words);
  }
  write_file_atomically(out, bytes);
}

void check_writable(const std::filesystem::path& path) {
  const bool existed = std::filesystem::exists(path);
  const bool writable = std::ofstream(path, std::ios::app).good();
  if (!existed && writable) std::filesystem::remove(path);
  if (!writable) throw Error("cannot write {}", path.string());
}

}  // namespace tengen
