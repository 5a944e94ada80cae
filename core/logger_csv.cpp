#include "core/check.hpp"
#include "core/logger.hpp"
#include "core/system/file.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace tengen {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();  // never "-nan"
constexpr std::string_view kHeader = "step,tag,value\n";

// RFC 4180: a field with a comma, quote or line break is quoted, and its quotes are doubled.
std::string field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

// Whether a row may stay when a run goes on from `resume_step`.
bool keep(std::string_view line, std::int64_t resume_step) {
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), step);
  return error == std::errc() && end != line.data() + line.size() && *end == ',' &&
         step <= resume_step;
}

// The old file's rows up to `resume_step`. A last line without its end was torn by a kill.
std::string kept_rows(std::string_view text, std::int64_t resume_step,
                      const std::filesystem::path& path) {
  if (kHeader.starts_with(text)) return std::string(kHeader);
  if (!text.starts_with(kHeader))
    throw Error("'{}' is not a metrics file: its first line should be 'step,tag,value'",
                path.string());
  std::string out(kHeader);
  text.remove_prefix(kHeader.size());
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    if (keep(text.substr(0, end), resume_step)) out += text.substr(0, end + 1);
    text.remove_prefix(end + 1);
  }
  return out;
}

void prepare(const std::filesystem::path& path, std::int64_t resume_step) {
  std::vector<std::byte> bytes;
  if (std::filesystem::exists(path)) bytes = read_file(path);
  const std::string_view old(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::string rows = kept_rows(old, resume_step, path);
  if (rows != old) write_file_atomically(path, rows);
}

class CsvSink final : public LogSink {
 public:
  CsvSink(const std::filesystem::path& path, std::int64_t resume_step)
      : file_((prepare(path, resume_step), path)) {}

  void write(const LogRow& row) override {
    for (const auto& [tag, value] : row.values)
      file_.write(
          fmt::format("{},{},{}\n", row.step, field(tag), std::isnan(value) ? kNan : value));
  }
  void write_text(std::string_view, std::string_view, std::int64_t) override {}
  void flush() override { file_.flush(); }

 private:
  AppendFile file_;
};

}  // namespace

std::unique_ptr<LogSink> csv_sink(const std::filesystem::path& path, std::int64_t resume_step) {
  return std::make_unique<CsvSink>(path, resume_step);
}

}  // namespace tengen
