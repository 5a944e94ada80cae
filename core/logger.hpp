// Figures of a run: recorded by tag, dumped by step to any number of sinks.
#pragma once

#include "core/archive.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tengen {

/// One row of figures at a step, sorted by tag. Tags are Stable-Baselines3's
/// ("rollout/ep_rew_mean").
struct LogRow {
  std::int64_t step = 0;
  std::vector<std::pair<std::string, double>> values;
};

/// Where figures go. A sink that cannot write (full disk) throws Error from write or flush.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(const LogRow& row) = 0;
  virtual void write_text(std::string_view tag, std::string_view text, std::int64_t step) = 0;
  virtual void flush() = 0;
};

/// metrics.csv: long format, header `step,tag,value`, numbers with the digits that read back as the
/// same double. Rows after `resume_step` are dropped, and so is a line that a kill tore; −1 starts
/// anew. Texts are not kept. Throws Error if the file is not a metrics file or cannot be written.
std::unique_ptr<LogSink> csv_sink(const std::filesystem::path& path, std::int64_t resume_step = -1);
/// A TensorBoard event file (TFRecord framing, masked CRC-32C) of its own in `directory`, which is
/// made if missing. `resume_step` ≥ 0 tells TensorBoard to forget what earlier files say about
/// later steps. Texts are shown as they are, as a code block. Throws Error if the file cannot be
/// written.
std::unique_ptr<LogSink> tensorboard_sink(const std::filesystem::path& directory,
                                          std::int64_t resume_step = -1);
/// A table on `out`, as Stable-Baselines3 prints it; headings are bold on a terminal unless
/// NO_COLOR is set. Texts are not shown.
std::unique_ptr<LogSink> console_sink(std::FILE* out = stderr);

/// Collects figures; `dump` hands them to every sink, flushes, and forgets them. A sink that fails
/// is warned of on stderr, once until it works again, and ends nothing. `record` of a known tag
/// allocates nothing.
class Logger {
 public:
  void add(std::unique_ptr<LogSink> sink);
  /// The last value recorded before a dump wins.
  void record(std::string_view tag, double value);
  /// The mean of the values recorded before a dump.
  void record_mean(std::string_view tag, double value);
  void text(std::string_view tag, std::string_view text, std::int64_t step);
  /// Writes nothing if nothing was recorded.
  void dump(std::int64_t step);

  /// What was recorded since the last dump, so that a resumed run's next row is the same.
  void save(ArchiveWriter& writer, const std::string& name) const;
  void load(const ArchiveReader& reader, const std::string& name);

 private:
  struct Figure {
    std::string tag;
    double sum = 0;
    std::int64_t count = 0;  // 0: nothing since the last dump
  };
  struct Listener {
    std::unique_ptr<LogSink> sink;
    bool failed = false;
  };
  Figure& figure(std::string_view tag);
  template <class F>
  void tell(F&& what);

  std::vector<Figure> figures_;  // sorted by tag
  std::vector<Listener> listeners_;
};

/// A line on `out` with bar, rate and time left. Silent for the first two seconds; off a terminal a
/// plain line every ten seconds. NO_COLOR is honoured.
class ProgressBar {
 public:
  using Clock = std::chrono::steady_clock;
  /// Counts from `start` to `total`; total ≤ 0: unknown, no bar. `now` is for tests.
  ProgressBar(std::string label, std::int64_t total, std::int64_t start = 0,
              std::string unit = "steps", std::FILE* out = stderr,
              Clock::time_point (*now)() = &Clock::now);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Cheap enough for every step. `note` is shown at the end ("reward 12.3").
  void update(std::int64_t done, std::string_view note = "");
  /// Leaves the last state on a line of its own, if anything was shown. Once only.
  void finish();

 private:
  void draw(Clock::time_point now);
  void print(const std::string& text, std::string_view end);
  [[nodiscard]] std::string line(Clock::time_point now, std::size_t columns) const;

  std::string label_, unit_, note_;
  std::int64_t total_, start_, done_;
  std::FILE* out_;
  Clock::time_point (*now_)();
  Clock::time_point began_, drawn_;
  std::int64_t drawn_done_;  // what the last draw showed
  double rate_ = 0;          // units a second, of late
  bool terminal_, shown_ = false, finished_ = false;
};

/// Whether people read `file` (a terminal that is not "dumb").
bool is_terminal(std::FILE* file);
/// Whether to colour what goes to `file`: a terminal, and NO_COLOR unset or empty.
bool wants_colour(std::FILE* file);

}  // namespace tengen
