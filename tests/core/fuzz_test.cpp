// Random bytes, from fixed seeds: bad input is an Error, never a crash or a hang.
#include "core/archive.hpp"
#include "core/config.hpp"
#include "core/rng.hpp"
#include "tests/catch.hpp"

#include <xxhash.h>

#include <cstring>
#include <string>

using namespace tengen;

namespace {

// Mostly characters that mean something in TOML, now and then any byte.
std::string random_toml(Rng& rng) {
  constexpr std::string_view kTelling = "abxe.=[]{}\"'#\n\n ,-+_0179:TZ\\u\t";
  std::string out;
  for (auto n = rng.below(60); n > 0; --n)
    out += rng.below(20) == 0 ? static_cast<char>(rng.below(256))
                              : kTelling[rng.below(static_cast<std::uint32_t>(kTelling.size()))];
  return out;
}

// A valid text with a few characters changed reaches deeper than noise does.
std::string mutated(std::string text, Rng& rng) {
  for (auto n = 1 + rng.below(3); n > 0 && !text.empty(); --n) {
    const auto at = rng.below(static_cast<std::uint32_t>(text.size()));
    if (rng.below(2) == 0)
      text[at] = static_cast<char>(rng.below(256));
    else
      text.erase(at, 1 + rng.below(4));
  }
  return text;
}

// Whether `toml` was accepted; if so, what it says must survive being written and read again.
bool parses(const std::string& toml) {
  try {
    const Config config = Config::from_string(toml);
    const std::string written = config.to_toml();
    REQUIRE(Config::from_string(written).to_toml() == written);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("random recipes are read or refused") {
  const std::string recipe =
      "seed = 3\n[agent]\nlearning_rate = 1e-4\nwidths = [256, 256]\nname = \"dqn \\u00e9\"\n"
      "double = true\n[agent.net]\nx = ['a', 'b']\n";
  REQUIRE(parses(recipe));
  Rng rng(1);
  int accepted = 0;
  for (int i = 0; i < 2000; ++i) {
    accepted += parses(random_toml(rng)) ? 1 : 0;
    accepted += parses(mutated(recipe, rng)) ? 1 : 0;
  }
  CHECK(accepted > 50);  // both sides of the judgement were seen
  CHECK(accepted < 3950);
  CHECK_FALSE(parses("a = " + std::string(100'000, '[')));  // no stack overflow
}

TEST_CASE("random assignments are taken or refused") {
  Rng rng(2);
  int accepted = 0;
  for (int i = 0; i < 2000; ++i) {
    Config config;
    try {
      config.set(rng.below(2) == 0 ? random_toml(rng) : "a.b=" + random_toml(rng));
      ++accepted;
      const std::string written = config.to_toml();
      REQUIRE(Config::from_string(written).to_toml() == written);
    } catch (const UsageError&) {
    }
  }
  CHECK(accepted > 50);
  CHECK(accepted < 1950);
}

TEST_CASE("archives of random content with a right checksum are read or refused") {
  ArchiveWriter writer;
  writer.put_string("ab", "text");
  writer.put("step", 7);
  const std::vector<std::byte> valid = writer.bytes();
  Rng rng(3);
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::byte> bytes = valid;
    for (auto n = 1 + rng.below(4); n > 0; --n) {
      // Behind magic and version, where lengths, names and records stand.
      const auto at = 12 + rng.below(static_cast<std::uint32_t>(bytes.size() - 20));
      bytes[at] = static_cast<std::byte>(rng.below(256));
    }
    const std::uint64_t checksum = XXH3_64bits(bytes.data(), bytes.size() - 8);
    std::memcpy(bytes.data() + bytes.size() - 8, &checksum, 8);
    try {
      const ArchiveReader reader = ArchiveReader::from_bytes(bytes, "random");
      for (const std::string& name : reader.names()) REQUIRE(reader.string(name).size() <= 8);
      ++accepted;
    } catch (const Error&) {
    }
  }
  CHECK(accepted > 100);
  CHECK(accepted < 19'900);
}
