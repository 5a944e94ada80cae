#include "core/logger.hpp"

#include "core/check.hpp"
#include "core/system/allocations.hpp"
#include "core/system/file.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"
#include "tests/text_file.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <optional>

using namespace tengen;

namespace {

// Keeps the rows it is given.
struct Rows final : LogSink {
  explicit Rows(std::vector<LogRow>& out) : rows(&out) {}
  void write(const LogRow& row) override { rows->push_back(row); }
  void write_text(std::string_view, std::string_view, std::int64_t) override {}
  void flush() override {}
  std::vector<LogRow>* rows;
};

// ---- A reader of event files that shares no code with the writer -------------------------------

template <class T>
T take(std::string_view& from) {
  T out{};
  REQUIRE(from.size() >= sizeof(T));
  std::memcpy(&out, from.data(), sizeof(T));
  from.remove_prefix(sizeof(T));
  return out;
}

std::uint32_t crc32c(std::string_view bytes) {  // bit by bit, from the polynomial 0x1EDC6F41
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes)
    for (int bit = 0; bit < 8; ++bit) {
      const bool one =
          ((crc ^ static_cast<unsigned>(static_cast<unsigned char>(c) >> bit)) & 1) != 0;
      crc = (crc >> 1) ^ (one ? 0x82F63B78U : 0U);
    }
  return ~crc;
}

std::uint32_t masked(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
}

std::vector<std::string> records(std::string_view file) {
  std::vector<std::string> out;
  while (!file.empty()) {
    const std::string_view length_bytes = file.substr(0, 8);
    const auto length = take<std::uint64_t>(file);
    REQUIRE(take<std::uint32_t>(file) == masked(length_bytes));
    REQUIRE(file.size() >= length + 4);
    out.emplace_back(file.substr(0, length));
    file.remove_prefix(length);
    REQUIRE(take<std::uint32_t>(file) == masked(out.back()));
  }
  return out;
}

std::uint64_t take_varint(std::string_view& from) {
  std::uint64_t out = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = take<std::uint8_t>(from);
    out |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80) == 0) return out;
  }
}

// field → its values: numbers as the bits they are, strings and messages as bytes.
struct Message {
  std::map<std::uint64_t, std::uint64_t> numbers;
  std::multimap<std::uint64_t, std::string> bytes;

  explicit Message(std::string_view text) {
    while (!text.empty()) {
      const std::uint64_t key = take_varint(text);
      switch (key & 7) {
        case 0:
          numbers[key >> 3] = take_varint(text);
          break;
        case 1:
          numbers[key >> 3] = take<std::uint64_t>(text);
          break;
        case 5:
          numbers[key >> 3] = take<std::uint32_t>(text);
          break;
        default: {
          REQUIRE((key & 7) == 2);
          const std::uint64_t size = take_varint(text);
          REQUIRE(text.size() >= size);
          bytes.emplace(key >> 3, text.substr(0, size));
          text.remove_prefix(size);
        }
      }
    }
  }
  [[nodiscard]] Message at(std::uint64_t field) const { return Message(string(field)); }
  [[nodiscard]] std::string string(std::uint64_t field) const {
    REQUIRE(bytes.count(field) == 1);
    return bytes.find(field)->second;
  }
};

std::vector<Message> events_in(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(directory), {});
  std::sort(files.begin(), files.end());
  std::vector<Message> out;
  for (const auto& file : files)
    for (const std::string& record : records(text_of(file))) out.emplace_back(record);
  return out;
}

}  // namespace

TEST_CASE("a logger keeps the last value or the mean, by tag, until the dump") {
  std::vector<LogRow> rows;
  Logger logger;
  logger.add(std::make_unique<Rows>(rows));
  logger.dump(0);  // nothing recorded, nothing written
  logger.record("time/fps", 10);
  logger.record("time/fps", 20);
  logger.record_mean("a/loss", 1);
  logger.record_mean("a/loss", 2);
  logger.dump(100);
  logger.record_mean("a/loss", 5);
  logger.dump(200);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].step == 100);
  CHECK(rows[0].values ==
        std::vector<std::pair<std::string, double>>{{"a/loss", 1.5}, {"time/fps", 20}});
  CHECK(rows[1].values == std::vector<std::pair<std::string, double>>{{"a/loss", 5}});

  const AllocationScope scope;
  for (int i = 0; i < 100; ++i) {
    logger.record("time/fps", i);
    logger.record_mean("a/loss", i);
  }
  CHECK(scope.count() == 0);
}

TEST_CASE("metrics.csv has a header, one figure a line and numbers that read back") {
  const TempDirectory folder;
  {
    Logger logger;
    logger.add(csv_sink(folder / "metrics.csv"));
    logger.record("train/loss", 0.1);
    logger.record("odd, \"tag\"", 1e300);
    logger.record("nan", -std::numeric_limits<double>::quiet_NaN());
    logger.dump(1000);
    CHECK(text_of(folder / "metrics.csv") ==
          "step,tag,value\n1000,nan,nan\n1000,\"odd, \"\"tag\"\"\",1e+300\n1000,train/loss,0.1\n");
  }
  csv_sink(folder / "metrics.csv");  // −1 starts anew
  CHECK(text_of(folder / "metrics.csv") == "step,tag,value\n");
}

TEST_CASE("resuming drops later rows and a torn last line of metrics.csv, wherever it was torn") {
  const TempDirectory folder;
  const std::string whole = "step,tag,value\n100,a,1\n200,a,2\n300,a,3\n";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    CAPTURE(size);
    write(folder / "metrics.csv", std::string_view(whole).substr(0, size));
    {
      Logger logger;
      logger.add(csv_sink(folder / "metrics.csv", 200));
      logger.record("a", 9);
      logger.dump(250);
    }
    std::string expected = "step,tag,value\n";
    if (size >= 23) expected += "100,a,1\n";
    if (size >= 31) expected += "200,a,2\n";
    CHECK(text_of(folder / "metrics.csv") == expected + "250,a,9\n");
  }
}

TEST_CASE("a metrics file that is none, or cannot be made, is an error") {
  const TempDirectory folder;
  write(folder / "notes.txt", "remember the milk\n");
  CHECK_THROWS_WITH(csv_sink(folder / "notes.txt", 5),
                    ContainsSubstring("notes.txt' is not a metrics file"));
  CHECK(text_of(folder / "notes.txt") == "remember the milk\n");
  CHECK_THROWS_AS(csv_sink(folder / "none" / "metrics.csv"), Error);
  CHECK_THROWS_AS(tensorboard_sink(folder / "notes.txt"), Error);
}

TEST_CASE("CRC-32C of the standard's check string") {
  REQUIRE(crc32c("123456789") == 0xE3069283U);  // the reader above, which judges the writer
}

TEST_CASE("TensorBoard event files hold framed, checksummed events") {
  const TempDirectory folder;
  const std::int64_t late = std::int64_t{1} << 40;
  const std::string many(300, 'x');  // a length of two varint bytes
  {
    Logger logger;
    logger.add(tensorboard_sink(folder / "events"));
    logger.record("rollout/ep_rew_mean", -20.5);
    logger.record("train/loss", 0.25);
    logger.dump(late);
    logger.text("recipe", fmt::format("{}\n# y", many), 7);
  }
  const std::vector<Message> events = events_in(folder / "events");
  REQUIRE(events.size() == 3);
  CHECK(events[0].string(3) == "brain.Event:2");
  CHECK(std::bit_cast<double>(events[0].numbers.at(1)) > 1.6e9);  // wall time

  CHECK(events[1].numbers.at(2) == static_cast<std::uint64_t>(late));
  const Message summary = events[1].at(5);
  std::map<std::string, float> values;
  for (const auto& [field, bytes] : summary.bytes) {
    REQUIRE(field == 1);
    const Message value(bytes);
    values[value.string(1)] = std::bit_cast<float>(static_cast<std::uint32_t>(value.numbers.at(2)));
  }
  CHECK(values ==
        std::map<std::string, float>{{"rollout/ep_rew_mean", -20.5F}, {"train/loss", 0.25F}});

  CHECK(events[2].numbers.at(2) == 7);
  const Message text = events[2].at(5).at(1);
  CHECK(text.string(1) == "recipe/text_summary");
  CHECK(text.at(8).numbers.at(1) == 7);                                 // DT_STRING
  CHECK(text.at(8).string(8) == fmt::format("    {}\n    # y", many));  // a code block
  CHECK(text.at(9).at(1).string(1) == "text");                          // the plug-in
}

TEST_CASE("a sink that cannot write ends nothing and keeps others from nothing") {
  struct Broken final : LogSink {
    void write(const LogRow&) override { throw Error("the disk is full"); }
    void write_text(std::string_view, std::string_view, std::int64_t) override {
      throw Error("the disk is full");
    }
    void flush() override {}
  };
  const TempDirectory folder;
  Logger logger;
  logger.add(std::make_unique<Broken>());
  logger.add(csv_sink(folder / "metrics.csv"));
  for (int step = 1; step <= 2; ++step) {
    logger.record("a", step);
    CHECK_NOTHROW(logger.dump(step));
    CHECK_NOTHROW(logger.text("t", "text", step));
  }
  CHECK(text_of(folder / "metrics.csv") == "step,tag,value\n1,a,1\n2,a,2\n");
}

TEST_CASE("a resumed run's event file tells TensorBoard what to forget, and is read later") {
  const TempDirectory folder;
  tensorboard_sink(folder.path());
  {
    Logger logger;
    logger.add(tensorboard_sink(folder.path(), 500));
    logger.record("a", 1);
    logger.dump(600);
  }
  const std::vector<Message> events = events_in(folder.path());
  REQUIRE(events.size() == 4);  // version, version, session start, figure
  CHECK(events[2].numbers.at(2) == 501);
  CHECK(events[2].at(7).numbers.at(1) == 1);  // SessionLog START
  CHECK(events[3].numbers.at(2) == 600);
}
