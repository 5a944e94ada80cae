#include "core/logger.hpp"

#include "core/check.hpp"
#include "core/system/output.hpp"
#include "core/usize.hpp"

#include <algorithm>

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

Logger::Metric& Logger::metric(std::string_view tag) {
  auto place = std::ranges::lower_bound(metrics_, tag, {}, &Metric::tag);
  if (place == metrics_.end() || place->tag != tag)
    place = metrics_.insert(place, Metric{std::string(tag)});
  return *place;
}

void Logger::record(std::string_view tag, double value) {
  Metric& known = metric(tag);
  known.sum = value;
  known.count = 1;
}

void Logger::record_mean(std::string_view tag, double value) {
  Metric& known = metric(tag);
  known.sum = known.count == 0 ? value : known.sum + value;
  ++known.count;
}

void Logger::text(std::string_view tag, std::string_view text, std::int64_t step) {
  tell([&](LogSink& sink) { sink.write_text(tag, text, step); });
}

void Logger::dump(std::int64_t step) {
  LogRow row{step, {}};
  for (Metric& known : metrics_) {
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
  for (const Metric& known : metrics_) {
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
  const auto n = usize(std::ranges::count(tags, '\n'));
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
    Metric& known = metric(std::string_view(tags).substr(begin, end - begin));
    known.sum = sums[i];
    known.count = counts[i];
    begin = end + 1;
  }
}

}  // namespace tengen
