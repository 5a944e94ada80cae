#include "core/archive.hpp"

#include "core/rng.hpp"
#include "core/signature.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace tengen;

namespace {

ArchiveWriter small_archive() {
  ArchiveWriter writer;
  writer.put("agent/step", std::int64_t{12'345});
  writer.put_span<float>("agent/weights", std::array{1.0F, -2.5F, 0.1F});
  writer.put_string("agent/name", "dqn");
  writer.put_bytes("empty", {});
  writer.put("rng", Rng(7).split(3));
  return writer;
}

}  // namespace

TEST_CASE("an archive gives back what was put in, bit for bit") {
  const TempDirectory folder;
  small_archive().write_file(folder / "a");
  const ArchiveReader reader = ArchiveReader::read_file(folder / "a");
  CHECK(reader.names() ==
        std::vector<std::string>{"agent/name", "agent/step", "agent/weights", "empty", "rng"});
  CHECK(reader.get<std::int64_t>("agent/step") == 12'345);
  std::array<float, 3> weights{};
  reader.get_span<float>("agent/weights", weights);
  CHECK(weights == std::array{1.0F, -2.5F, 0.1F});
  CHECK(reader.string("agent/name") == "dqn");
  CHECK(reader.bytes("empty").empty());
  CHECK(reader.get<Rng>("rng") == Rng(7).split(3));
  CHECK(reader.has("rng"));
  CHECK_FALSE(reader.has("agent"));
  CHECK(reader.origin() == (folder / "a").string());

  const ArchiveReader nothing = ArchiveReader::from_bytes(ArchiveWriter().bytes(), "none");
  CHECK(nothing.names().empty());
}

TEST_CASE("a copy of a reader outlives the original") {
  ArchiveReader copy = ArchiveReader::from_bytes(ArchiveWriter().bytes(), "x");
  {
    const ArchiveReader original = ArchiveReader::from_bytes(small_archive().bytes(), "original");
    copy = original;
  }
  CHECK(copy.string("agent/name") == "dqn");
}

TEST_CASE("the same records give the same bytes, in whatever order they came; the last put wins") {
  ArchiveWriter a, b;
  a.put("x", 1);
  a.put("y", 2);
  b.put("y", 3);
  b.put("y", 2);
  b.put("x", 1);
  CHECK(a.bytes() == b.bytes());
}

TEST_CASE("missing and ill-fitting records are named") {
  const ArchiveReader reader = ArchiveReader::from_bytes(small_archive().bytes(), "run/checkpoint");
  CHECK_THROWS_WITH(reader.get<int>("agent/stepp"), "'run/checkpoint' has no record 'agent/stepp'");
  CHECK_THROWS_WITH(reader.get<std::int32_t>("agent/step"),
                    "'run/checkpoint': record 'agent/step' has 8 bytes where 4 are expected");
  CHECK_THROWS_AS(ArchiveReader::read_file("no/such/file"), Error);
}

TEST_CASE("a truncated archive is refused at every length") {
  const std::vector<std::byte> whole = small_archive().bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const auto end = whole.begin() + static_cast<std::ptrdiff_t>(size);
    CHECK_THROWS_WITH(ArchiveReader::from_bytes({whole.begin(), end}, "cut"),
                      "'cut' is truncated or damaged (its checksum does not match)");
  }
  std::vector<std::byte> longer = whole;
  longer.push_back(std::byte{0});
  CHECK_THROWS_AS(ArchiveReader::from_bytes(longer, "longer"), Error);
}

TEST_CASE("an archive with any single byte changed is refused") {
  const std::vector<std::byte> whole = small_archive().bytes();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    CAPTURE(i);
    for (const int change : {0x01, 0x80, 0xFF}) {
      std::vector<std::byte> bytes = whole;
      bytes[i] ^= static_cast<std::byte>(change);
      CHECK_THROWS_AS(ArchiveReader::from_bytes(bytes, "changed"), Error);
    }
  }
}

TEST_CASE("foreign files and later versions are told apart from damage") {
  std::vector<std::byte> bytes = small_archive().bytes();
  bytes[8] = std::byte{9};
  CHECK_THROWS_WITH(ArchiveReader::from_bytes(bytes, "new"),
                    "'new' is of archive version 9; this program reads version 1");
  const std::string text = "[agent]\nlearning_rate = 1e-4\n";
  const auto foreign = std::as_bytes(std::span(text));
  CHECK_THROWS_WITH(ArchiveReader::from_bytes({foreign.begin(), foreign.end()}, "recipe.toml"),
                    ContainsSubstring("'recipe.toml' is not a Tengen archive"));
}

TEST_CASE("a signature depends on every bit and on the order") {
  const auto of = [](std::string_view text) {
    Signature signature;
    signature.add(std::as_bytes(std::span(text)));
    return signature.text();
  };
  CHECK(of("abc") == of("abc"));
  CHECK(of("abcdefgh12345678") != of("12345678abcdefgh"));
  std::string text = "the quick brown fox";
  const std::string before = of(text);
  CHECK(before.size() == 16);
  for (char& c : text) {
    for (int bit = 0; bit < 8; ++bit) {
      c = static_cast<char>(c ^ 1 << bit);
      CHECK(of(text) != before);
      c = static_cast<char>(c ^ 1 << bit);
    }
  }

  Signature plain, flipped;  // two changed signs must not cancel
  for (const double x : {1.0, 2.0}) {
    plain.add(std::bit_cast<std::uint64_t>(x));
    flipped.add(std::bit_cast<std::uint64_t>(-x));
  }
  CHECK(plain.value() != flipped.value());
}

namespace {

struct Gapped {
  std::uint8_t small;
  std::int64_t large;
  std::int32_t last;
};
struct Die {
  int pips;
  [[nodiscard]] bool valid() const { return pips >= 1 && pips <= 6; }
};
enum class Colour : std::uint8_t { kRed, kGreen, kBlue };

ArchiveReader reader_of(const ArchiveWriter& writer) {
  return ArchiveReader::from_bytes(writer.bytes(), "a.tgn");
}

}  // namespace

TEST_CASE("what lies between the members of a value is not part of an archive") {
  const auto bytes_over = [](int dirt) {
    Gapped value;
    std::memset(static_cast<void*>(&value), dirt, sizeof(value));
    value.small = 1;
    value.large = 2;
    value.last = 3;
    ArchiveWriter writer;
    writer.put("one", value);
    writer.put_span<Gapped>("many", std::span(&value, 1));
    return writer.bytes();
  };
  CHECK((bytes_over(0) == bytes_over(0xAB)));
}

TEST_CASE("a record that cannot be is refused by file and name") {
  ArchiveWriter writer;
  writer.put("number", 7);
  writer.put("negative", std::int64_t{-1});
  writer.put("nan", std::numeric_limits<double>::quiet_NaN());
  writer.put("colour", static_cast<std::uint8_t>(3));
  writer.put("die", Die{9});
  const std::vector<Die> dice{{1}, {6}, {0}};
  writer.put_span<Die>("dice", dice);
  writer.put_span<Die>("good dice", std::span(dice).first(2));
  Rng rng;
  std::array<std::uint32_t, sizeof(Rng) / 4> words;
  std::memcpy(words.data(), &rng, sizeof(rng));
  words.back() = 1000;  // words of a block of four that were given out
  writer.put("rng", words);
  const ArchiveReader reader = reader_of(writer);
  const char* const expected = "'a.tgn': record '{}' holds a value that cannot be";
  const auto says = [&](const char* name) {
    return ContainsSubstring(fmt::format(fmt::runtime(expected), name));
  };
  CHECK(reader.get<int>("number", 0, 7) == 7);
  CHECK_THROWS_WITH(reader.get<int>("number", 0, 6), says("number"));
  CHECK_THROWS_WITH(reader.get<int>("number", 8, 9), says("number"));
  CHECK_THROWS_WITH(reader.count("negative"), says("negative"));
  CHECK_THROWS_WITH(reader.get<double>("nan", -1e300, 1e300), says("nan"));
  CHECK_THROWS_WITH(reader.get<Colour>("colour", Colour::kRed, Colour::kBlue), says("colour"));
  CHECK_THROWS_WITH(reader.get<Die>("die"), says("die"));
  CHECK_THROWS_WITH(reader.vector<Die>("dice"), says("dice"));
  CHECK(reader.vector<Die>("good dice").size() == 2);
  CHECK_THROWS_WITH(reader.vector<std::int64_t>("number"), ContainsSubstring("'number'"));
  CHECK_THROWS_WITH(reader.get<Rng>("rng"), says("rng"));
}
