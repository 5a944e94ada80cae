// TensorBoard's event files: a sequence of TFRecords, each a serialised tensorflow.Event. The few
// messages needed are encoded by hand (protobuf's wire format is tags, varints and lengths), after
// tensorflow/core/util/event.proto, framework/summary.proto and lib/io/record_writer.h.
#include "core/check.hpp"
#include "core/logger.hpp"
#include "core/system/file.hpp"

#include <array>
#include <bit>
#include <chrono>
#include <cstring>

namespace tengen {
namespace {

// ---- TFRecord --------------------------------------------------------------------------------

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78U : 0);  // Castagnoli
    table[i] = crc;
  }
  return table;
}
constexpr auto kCrcTable = crc_table();

constexpr std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes)
    crc = crc >> 8 ^ kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  return ~crc;
}
static_assert(crc32c("123456789") == 0xE3069283U);  // the check value of CRC-32C

template <class T>
std::string raw(T value) {
  static_assert(std::endian::native == std::endian::little);
  std::string out(sizeof(value), '\0');
  std::memcpy(out.data(), &value, sizeof(value));
  return out;
}

// Masked, because a CRC of data that contain CRCs is weak (record_writer.h).
std::string masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return raw(std::rotr(crc, 15) + 0xA282EAD8U);
}

std::string record(std::string_view data) {
  const std::string length = raw(std::uint64_t{data.size()});
  return length + masked_crc(length) + std::string(data) + masked_crc(data);
}

// ---- Protocol buffers ------------------------------------------------------------------------

enum class Wire : std::uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out += static_cast<char>(value);
}

std::string key(std::uint64_t field, Wire wire) {
  return varint(field << 3 | static_cast<std::uint64_t>(wire));
}

std::string integer(std::uint64_t field, std::int64_t value) {
  return key(field, Wire::kVarint) + varint(static_cast<std::uint64_t>(value));
}
std::string real(std::uint64_t field, double value) {
  return key(field, Wire::kFixed64) + raw(value);
}
std::string real(std::uint64_t field, float value) {
  return key(field, Wire::kFixed32) + raw(value);
}
/// A string or a message within a message.
std::string bytes(std::uint64_t field, std::string_view value) {
  return key(field, Wire::kBytes) + varint(value.size()) + std::string(value);
}

// ---- Events ----------------------------------------------------------------------------------

// Event { double wall_time = 1; int64 step = 2; oneof { string file_version = 3;
//         Summary summary = 5; SessionLog session_log = 7; } }
std::string event(double wall_time, std::int64_t step, const std::string& what) {
  return real(1, wall_time) + integer(2, step) + what;
}

// Summary { repeated Value value = 1 }, Value { string tag = 1; float simple_value = 2; }
std::string summary(const LogRow& row) {
  std::string values;
  for (const auto& [tag, value] : row.values)
    values += bytes(1, bytes(1, tag) + real(2, static_cast<float>(value)));
  return bytes(5, values);
}

// TensorBoard takes a text for Markdown; four spaces make it show the lines as they are.
std::string code_block(std::string_view text) {
  std::string out = "    ";
  for (const char c : text) out += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return out;
}

// Value { tag = 1; TensorProto tensor = 8; SummaryMetadata metadata = 9 }, with the metadata that
// makes the text plug-in show it, as torch.utils.tensorboard writes it.
std::string text_summary(std::string_view tag, std::string_view text) {
  constexpr std::int64_t kString = 7;  // DataType DT_STRING
  const std::string shape = bytes(2, bytes(2, integer(1, 1)));
  const std::string tensor = integer(1, kString) + shape + bytes(8, code_block(text));
  const std::string metadata = bytes(1, bytes(1, "text"));
  return bytes(5, bytes(1, bytes(1, std::string(tag) + "/text_summary") + bytes(8, tensor) +
                               bytes(9, metadata)));
}

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// TensorBoard reads a directory's files in the order of their names.
std::filesystem::path new_file(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw Error("cannot make directory '{}': {}", directory.string(), error.message());
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count();
  return directory / fmt::format("events.out.tfevents.{:010}.{:06}.tengen", micros / 1'000'000,
                                 micros % 1'000'000);
}

class TensorBoardSink final : public LogSink {
 public:
  TensorBoardSink(const std::filesystem::path& directory, std::int64_t resume_step)
      : file_(new_file(directory)) {
    add(0, bytes(3, "brain.Event:2"));
    constexpr std::int64_t kStart = 1;  // SessionLog { SessionStatus status = 1 }
    if (resume_step >= 0) add(resume_step + 1, bytes(7, integer(1, kStart)));
    flush();
  }

  void write(const LogRow& row) override { add(row.step, summary(row)); }
  void write_text(std::string_view tag, std::string_view text, std::int64_t step) override {
    add(step, text_summary(tag, text));
  }
  void flush() override { file_.flush(); }

 private:
  void add(std::int64_t step, const std::string& what) {
    file_.write(record(event(wall_time(), step, what)));
  }

  AppendFile file_;
};

}  // namespace

std::unique_ptr<LogSink> tensorboard_sink(const std::filesystem::path& directory,
                                          std::int64_t resume_step) {
  return std::make_unique<TensorBoardSink>(directory, resume_step);
}

}  // namespace tengen
