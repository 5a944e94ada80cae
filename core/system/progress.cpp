#include "core/system/progress.hpp"

#include <fmt/format.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace tengen {
namespace {

using namespace std::chrono_literals;
constexpr auto kSilence = 2s;           // what is over by then needs no bar
constexpr auto kTerminalPause = 100ms;  // between two draws
constexpr auto kLogPause = 10s;         // the same where lines pile up
constexpr double kRateMemory = 10;      // seconds over which the rate is smoothed

double seconds(ProgressBar::Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

// 950, 12.3k, 1.25M.
std::string short_number(double value) {
  constexpr std::array kUnits{"", "k", "M", "G", "T"};
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  const int decimals = value >= 99.95 || (unit == 0 && value == std::floor(value)) ? 0
                       : value >= 9.995                                            ? 1
                                                                                   : 2;
  return fmt::format("{:.{}f}{}", value, decimals, kUnits[unit]);
}

// 0:07, 12:34, 1:02:03.
std::string clock_text(double duration) {
  const auto s = static_cast<std::int64_t>(std::min(duration, 1e9) + 0.5);
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string bar_text(double part, std::size_t cells) {
  const auto full = static_cast<std::size_t>(part * static_cast<double>(cells));
  std::string out(cells, ' ');
  std::fill_n(out.begin(), full, '=');
  if (full < cells) out[full] = '>';
  return "[" + out + "] ";
}

// Whether people read `file`.
bool is_terminal(std::FILE* file) {
  const char* term = std::getenv("TERM");
  return ::isatty(::fileno(file)) == 1 && !(term && std::string_view(term) == "dumb");
}

// Whether to colour what goes to `file`.
bool wants_colour(std::FILE* file) {
  const char* no_color = std::getenv("NO_COLOR");
  return is_terminal(file) && !(no_color && *no_color);
}

std::size_t columns_of(std::FILE* terminal) {
  winsize size{};
  return ::ioctl(::fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

ProgressBar::ProgressBar(std::string label, std::int64_t total, std::int64_t start,
                         std::string unit, std::FILE* out, Clock::time_point (*now)())
    : label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      start_(start),
      done_(start),
      out_(out),
      now_(now),
      began_(now()),
      drawn_(began_),
      drawn_done_(start),
      terminal_(is_terminal(out)) {}

ProgressBar::~ProgressBar() { finish(); }

void ProgressBar::update(std::int64_t done, std::string_view note) {
  done_ = done;
  note_ = note;
  const Clock::time_point now = now_();
  const auto pause = !shown_ ? Clock::duration(kSilence)
                             : (terminal_ ? Clock::duration(kTerminalPause) : kLogPause);
  if (now - drawn_ >= pause) draw(now);
}

void ProgressBar::draw(Clock::time_point now) {
  const double elapsed = seconds(now - drawn_);
  const double latest = static_cast<double>(done_ - drawn_done_) / elapsed;
  rate_ = shown_ ? rate_ + (latest - rate_) * (1 - std::exp(-elapsed / kRateMemory)) : latest;
  shown_ = true;
  drawn_ = now;
  drawn_done_ = done_;
  const std::string text = line(now, terminal_ ? columns_of(out_) : 0);
  print(text, terminal_ ? "" : "\n");
}

// Not fmt::print, which throws where stderr is closed.
void ProgressBar::print(const std::string& text, std::string_view end) {
  const std::string out =
      fmt::format("{}{}{}{}", terminal_ ? "\r" : "", text, terminal_ ? "\x1b[K" : "", end);
  std::fwrite(out.data(), 1, out.size(), out_);
  std::fflush(out_);
}

// `columns` 0: no bar, any length.
std::string ProgressBar::line(Clock::time_point now, std::size_t columns) const {
  std::string head = label_ + ' ', tail;
  double part = 0;
  if (total_ > 0) {
    part = std::clamp(static_cast<double>(done_) / static_cast<double>(total_), 0.0, 1.0);
    head += fmt::format("{:3.0f}% ", std::floor(part * 100));
    tail = fmt::format("{}/{} {}", short_number(static_cast<double>(done_)),
                       short_number(static_cast<double>(total_)), unit_);
  } else {
    tail = fmt::format("{} {}", short_number(static_cast<double>(done_)), unit_);
  }
  const double elapsed = seconds(now - began_);
  const double mean = elapsed > 0 ? static_cast<double>(done_ - start_) / elapsed : 0;
  tail += fmt::format("  {}/s", short_number(finished_ ? mean : rate_));
  if (finished_)
    tail += "  in " + clock_text(elapsed);
  else if (total_ > 0 && rate_ > 0)
    tail += "  left " +
            clock_text(static_cast<double>(std::max<std::int64_t>(0, total_ - done_)) / rate_);
  if (!note_.empty()) tail += "  " + note_;
  if (columns == 0) return head + tail;

  // The last column stays free: some terminals wrap when it is written.
  const std::size_t room = columns - 1 - std::min(columns - 1, head.size() + tail.size());
  constexpr std::size_t kFrame = 3, kShortest = 8, kLongest = 40;
  std::string bar;
  if (total_ > 0 && room >= kShortest + kFrame)
    bar = bar_text(part, std::min(room - kFrame, kLongest));
  std::string out = (head + bar + tail).substr(0, columns - 1);
  if (!bar.empty() && wants_colour(out_)) {
    out.insert(head.size() + bar.size(), "\x1b[0m");
    out.insert(head.size(), "\x1b[32m");
  }
  return out;
}

void ProgressBar::finish() {
  if (std::exchange(finished_, true) || !shown_) return;
  print(line(now_(), terminal_ ? columns_of(out_) : 0), "\n");
}

}  // namespace tengen
