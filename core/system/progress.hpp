// How far long work has come, on a line that people watch.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace tengen {

/// A line on `out` shows a bar, the rate and the time left. Nothing is shown for the first two
/// seconds, and off a terminal only a plain line every ten seconds. NO_COLOR is honoured.
class ProgressBar {
 public:
  using Clock = std::chrono::steady_clock;
  /// Counts from `start` to `total`; without a bar if total ≤ 0, which is unknown. `now` is for
  /// tests.
  ProgressBar(std::string label, std::int64_t total, std::int64_t start = 0,
              std::string unit = "steps", std::FILE* out = stderr,
              Clock::time_point (*now)() = &Clock::now);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Is cheap enough for every step. `note` is shown at the end ("reward 12.3").
  void update(std::int64_t done, std::string_view note = "");
  /// Leaves the last state on a line of its own, if anything was shown; further calls do nothing.
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

}  // namespace tengen
