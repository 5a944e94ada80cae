// Metrics of a run: they are recorded by tag and dumped by step to any number of sinks.
#pragma once

#include "core/archive.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tengen {

/// The metrics of one step, sorted by tag. Tags are Stable-Baselines3's ("rollout/ep_rew_mean").
struct LogRow {
  std::int64_t step = 0;
  std::vector<std::pair<std::string, double>> values;
};

/// Where metrics go. A sink that cannot write (full disk) throws Error from write or flush.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(const LogRow& row) = 0;
  virtual void write_text(std::string_view tag, std::string_view text, std::int64_t step) = 0;
  virtual void flush() = 0;
};

/// Writes metrics.csv: long format, a header `step,tag,value`, numbers with the digits that read
/// back as the same double. Rows after `resume_step` are dropped, and so is a line that a kill
/// tore; −1 starts anew. Texts are not kept. Throws Error if the file is not a metrics file or
/// cannot be written.
std::unique_ptr<LogSink> csv_sink(const std::filesystem::path& path, std::int64_t resume_step = -1);
/// Writes a new TensorBoard event file (TFRecord framing, masked CRC-32C) in `directory`, which is
/// made if it is missing. `resume_step` ≥ 0 tells TensorBoard to forget what earlier files say
/// about later steps. Texts are shown as they are, as a code block. Throws Error if the file cannot
/// be written.
std::unique_ptr<LogSink> tensorboard_sink(const std::filesystem::path& directory,
                                          std::int64_t resume_step = -1);

/// Collects metrics; `dump` hands them to every sink, flushes, and forgets them. A sink that fails
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
  struct Metric {
    std::string tag;
    double sum = 0;
    std::int64_t count = 0;  // 0: nothing since the last dump
  };
  struct Listener {
    std::unique_ptr<LogSink> sink;
    bool failed = false;
  };
  Metric& metric(std::string_view tag);
  template <class F>
  void tell(F&& what);

  std::vector<Metric> metrics_;  // sorted by tag
  std::vector<Listener> listeners_;
};

}  // namespace tengen
