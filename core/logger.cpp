#include "core/logger.hpp"

#include "core/check.hpp"
#include "core/system/output.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <unistd.h>

namespace tengen {

void Logger::add(std::unique_ptr<LogSink> sink) { listeners_.push_back({std::move(sink)}); }

template <class F>
void Logger::tell(F&& what) {
  for (Listener& listener : listeners_) {
    try {
      what(*listener.sink);
      listener.sink->flush();
      listener.failed = false;
    } catch (const Error& error) {
      if (!std::exchange(listener.failed, true)) warn("figures are not written: {}", error.what());
    }
  }
}

Logger::Figure& Logger::figure(std::string_view tag) {
  auto place = std::ranges::lower_bound(figures_, tag, {}, &Figure::tag);
  if (place == figures_.end() || place->tag != tag)
    place = figures_.insert(place, Figure{std::string(tag)});
  return *place;
}

void Logger::record(std::string_view tag, double value) {
  Figure& known = figure(tag);
  known.sum = value;
  known.count = 1;
}

void Logger::record_mean(std::string_view tag, double value) {
  Figure& known = figure(tag);
  known.sum = known.count == 0 ? value : known.sum + value;
  ++known.count;
}

void Logger::text(std::string_view tag, std::string_view text, std::int64_t step) {
  tell([&](LogSink& sink) { sink.write_text(tag, text, step); });
}

void Logger::dump(std::int64_t step) {
  LogRow row{step, {}};
  for (Figure& known : figures_) {
    if (known.count == 0) continue;
    row.values.emplace_back(known.tag, known.sum / static_cast<double>(known.count));
    known.count = 0;
  }
  if (row.values.empty()) return;
  tell([&](LogSink& sink) { sink.write(row); });
}

void Logger::save(ArchiveWriter& writer, const std::string& name) const {
  std::string tags;
  std::vector<double> sums;
  std::vector<std::int64_t> counts;
  for (const Figure& known : figures_) {
    if (known.count == 0) continue;
    tags += known.tag + '\n';
    sums.push_back(known.sum);
    counts.push_back(known.count);
  }
  writer.put_string(name + "/tags", tags);
  writer.put_span<double>(name + "/sums", sums);
  writer.put_span<std::int64_t>(name + "/counts", counts);
}

void Logger::load(const ArchiveReader& reader, const std::string& name) {
  const std::string tags = reader.string(name + "/tags");
  const auto n = static_cast<std::size_t>(std::ranges::count(tags, '\n'));
  std::vector<double> sums(n);
  std::vector<std::int64_t> counts(n);
  reader.get_span<double>(name + "/sums", sums);
  reader.get_span<std::int64_t>(name + "/counts", counts);
  const auto counted = [](std::int64_t count) { return count > 0; };
  reader.check(name + "/counts", std::ranges::all_of(counts, counted));
  const auto shown = [](char c) { return c == '\n' || static_cast<unsigned char>(c) >= ' '; };
  reader.check(name + "/tags", std::ranges::all_of(tags, shown));
  std::size_t begin = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t end = tags.find('\n', begin);
    Figure& known = figure(std::string_view(tags).substr(begin, end - begin));
    known.sum = sums[i];
    known.count = counts[i];
    begin = end + 1;
  }
}

bool is_terminal(std::FILE* file) {
  const char* term = std::getenv("TERM");
  return ::isatty(::fileno(file)) == 1 && !(term && std::string_view(term) == "dumb");
}

bool wants_colour(std::FILE* file) {
  const char* no_color = std::getenv("NO_COLOR");
  return is_terminal(file) && !(no_color && *no_color);
}

namespace {

// Counts in full, measurements to three figures: 1000000, 12.3, 1.25e-05.
std::string figure_text(double value) {
  if (std::isnan(value)) return "nan";
  if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{:.3g}", value);
}

class ConsoleSink final : public LogSink {
 public:
  explicit ConsoleSink(std::FILE* out) : out_(out) {}

  void write(const LogRow& row) override {
    const std::string table = text_of(row);
    std::fwrite(table.data(), 1, table.size(), out_);
  }
  void write_text(std::string_view, std::string_view, std::int64_t) override {}
  void flush() override { std::fflush(out_); }

 private:
  struct Line {
    std::string name, value;  // value "": a heading
  };

  static std::vector<Line> lines_of(const LogRow& row) {
    std::vector<Line> lines;
    std::string_view section;
    for (const auto& [tag, value] : row.values) {
      const auto slash = tag.find('/');
      const bool sectioned = slash != std::string::npos;
      const std::string_view heading =
          sectioned ? std::string_view(tag).substr(0, slash + 1) : std::string_view{};
      if (sectioned && heading != section) lines.push_back({std::string(heading), ""});
      section = heading;
      lines.push_back({sectioned ? "   " + tag.substr(slash + 1) : tag, figure_text(value)});
    }
    return lines;
  }

  [[nodiscard]] std::string text_of(const LogRow& row) const {
    const std::vector<Line> lines = lines_of(row);
    std::size_t names = 0, values = 0;
    for (const auto& [name, value] : lines) {
      names = std::max(names, name.size());
      values = std::max(values, value.size());
    }
    const bool colour = wants_colour(out_);
    const std::string rule(names + values + 7, '-');
    std::string out = is_terminal(out_) ? "\r\x1b[K" : "";  // over a progress bar
    out += rule + '\n';
    for (const auto& [name, value] : lines) {
      const bool bold = colour && value.empty();
      out += fmt::format("| {}{:<{}}{} | {:<{}} |\n", bold ? "\x1b[1m" : "", name, names,
                         bold ? "\x1b[0m" : "", value, values);
    }
    return out + rule + '\n';
  }

  std::FILE* out_;
};

}  // namespace

std::unique_ptr<LogSink> console_sink(std::FILE* out) { return std::make_unique<ConsoleSink>(out); }

}  // namespace tengen
