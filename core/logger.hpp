// Figures of a run: recorded by tag, dumped by step to any number of sinks.
#pragma once

#include <chrono>
#include <cstdint>
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

class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(const LogRow& row) = 0;
  virtual void write_text(std::string_view tag, std::string_view text, std::int64_t step) = 0;
  virtual void flush() = 0;
};

/// metrics.csv: long format, header `step,tag,value`, appended; on resume rows after `resume_step`
/// are dropped.
std::unique_ptr<LogSink> csv_sink(const std::filesystem::path& path, std::int64_t resume_step = -1);
/// TensorBoard event file (TFRecord framing, masked CRC-32C) that the real TensorBoard reads, in
/// `directory`.
std::unique_ptr<LogSink> tensorboard_sink(const std::filesystem::path& directory);
/// A table on stderr, as Stable-Baselines3 prints it, honouring NO_COLOR and terminals.
std::unique_ptr<LogSink> console_sink();

/// Collects figures; `dump` hands them to every sink and forgets them. `record` of a known tag
/// allocates nothing.
class Logger {
 public:
  void add(std::unique_ptr<LogSink> sink);
  /// The last value recorded before a dump wins.
  void record(std::string_view tag, double value);
  /// The mean of the values recorded before a dump.
  void record_mean(std::string_view tag, double value);
  void text(std::string_view tag, std::string_view text, std::int64_t step);
  void dump(std::int64_t step);

 private:
  struct Figure {
    std::string tag;
    double sum = 0;
    std::int64_t count = 0;  // 0: nothing since the last dump
  };
  Figure& figure(std::string_view tag);

  std::vector<Figure> figures_;  // sorted by tag
  std::vector<std::unique_ptr<LogSink>> sinks_;
};

/// A line on stderr with bar, rate and time left; silent for the first two seconds and off a
/// terminal reduced to a line every ten seconds. NO_COLOR is honoured.
class ProgressBar {
 public:
  ProgressBar(std::string label, std::int64_t total, std::int64_t start = 0,
              std::string unit = "steps");
  ~ProgressBar();
  /// Cheap enough for every step. `note` is shown at the end ("reward 12.3").
  void update(std::int64_t done, std::string_view note = "");
  void finish();

 private:
  void draw(std::string_view note);
  std::string label_, unit_, note_;
  std::int64_t total_, start_, done_;
  std::chrono::steady_clock::time_point began_, drawn_;
  bool terminal_, shown_ = false, finished_ = false;
};

}  // namespace tengen
