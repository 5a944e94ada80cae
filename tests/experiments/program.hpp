// The built program, run as people run it.
#pragma once

#include "tests/temp_directory.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tengen {

struct ProgramResult {
  int code = 0;  ///< exit code; 128 + n if signal n ended it
  std::string out, err;
};

/// What the program finds around it, where that is not the usual.
struct Surroundings {
  std::size_t file_limit = 0;            ///< > 0: no file may grow beyond so many bytes
  std::filesystem::path out = {};        ///< its standard output; empty: a file that wait() reads
  std::filesystem::path err = {};        ///< its standard error, likewise
  std::vector<int> closed = {};          ///< standard descriptors that are closed
  std::size_t memory_limit = 0;          ///< > 0: of address space
  bool hangup_ignored = false;           ///< as under nohup
  std::filesystem::path preloaded = {};  ///< a library in front of all others
};

/// `tengen arguments…` in the background, its streams in files of `directory`, which is also where
/// it works.
class Program {
 public:
  /// `file_limit` > 0: no file may grow beyond so many bytes, as on a full disk.
  Program(const std::filesystem::path& directory, const std::vector<std::string>& arguments,
          std::size_t file_limit = 0)
      : Program(directory, arguments, Surroundings{.file_limit = file_limit}) {}
  Program(const std::filesystem::path& directory, const std::vector<std::string>& arguments,
          const Surroundings& surroundings);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const;
  /// Whether it has a handler for SIGUSR1: where it has, Ctrl-C asks it to stop.
  [[nodiscard]] bool can_be_asked() const;
  /// Whether it ended within this time.
  bool ended_within(std::chrono::duration<double> time);
  ProgramResult wait();

 private:
  std::filesystem::path out_, err_;
  pid_t pid_;
  int status_ = 0;
  bool reaped_ = false;
};

/// Runs it to its end.
ProgramResult run_program(const std::filesystem::path& directory,
                          const std::vector<std::string>& arguments, std::size_t file_limit = 0);
ProgramResult run_program(const std::filesystem::path& directory,
                          const std::vector<std::string>& arguments,
                          const Surroundings& surroundings);

std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, const std::string& text);
/// Text of one JSON value a line, as --json prints it.
std::vector<nlohmann::json> lines_of(const std::string& text);

/// metrics.csv without the rows that are measured in seconds.
std::string metrics_without_time(const std::filesystem::path& run);

}  // namespace tengen
