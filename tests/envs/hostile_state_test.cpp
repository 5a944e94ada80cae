// States of environments as a damaged or hostile checkpoint may hold them.
#include "envs/random_play.hpp"
#include "envs/registry.hpp"
#include "tests/catch.hpp"

#include <cstring>

using namespace tengen;

namespace {

using Bytes = std::vector<std::byte>;

// Runs and words of other bytes.
std::vector<Bytes> spoilt(std::span<const std::byte> record, Rng& rng) {
  const Bytes good(record.begin(), record.end());
  std::vector<Bytes> all;
  for (const int byte : {0x00, 0x01, 0x7F, 0x80, 0xFF})
    all.emplace_back(good.size(), static_cast<std::byte>(byte));
  for (int i = 0; i < 8 && good.size() >= 4; ++i) {
    constexpr std::int32_t kWords[] = {-1, 2, 77, 1000, 1 << 20, 0x7FFFFFFF};
    Bytes bytes = good;
    const std::int32_t word = kWords[rng.below(6)];
    const std::size_t at = rng.below(static_cast<std::uint32_t>(good.size() / 4));
    std::memcpy(bytes.data() + 4 * at, &word, sizeof(word));
    all.push_back(std::move(bytes));
  }
  return all;
}

}  // namespace

TEST_CASE("a state of any bytes is refused or can be seen and drawn") {
  constexpr int kLanes = 1;
  WorkerPool pool(1);
  Rng rng(3);
  Canvas canvas;
  int refused = 0, loaded = 0;
  const EnvRegistry registry = builtin_envs();
  for (const EnvEntry& entry : registry.entries()) {
    CAPTURE(entry.id);
    const auto env = entry.make(Config{}, kLanes, pool);
    RandomPlay play(*env, 1);
    play.play(7);
    ArchiveWriter good;
    env->save(good, "env");
    const ArchiveReader reader = ArchiveReader::from_bytes(good.bytes(), "test.tgn");
    const auto other = entry.make(Config{}, kLanes, pool);
    StepBuffer seen(env->spec(), kLanes);
    for (const std::string& name : reader.names())
      for (const Bytes& bytes : spoilt(reader.bytes(name), rng)) {
        ArchiveWriter bad = good;
        bad.put_bytes(name, bytes);
        CAPTURE(name);
        try {
          other->load(ArchiveReader::from_bytes(bad.bytes(), "test.tgn"), "env");
        } catch (const Error& error) {
          CHECK_THAT(error.what(), ContainsSubstring("test.tgn"));
          ++refused;
          continue;
        }
        ++loaded;
        if (!name.starts_with("env/env")) continue;  // the clock and the like are not seen
        other->observe(seen.view());
        if (loaded % 4 == 0) other->draw(0, canvas);  // pictures take their time
      }
  }
  WARN(refused << " refused, " << loaded << " loaded");
  CHECK(refused > 300);
  CHECK(loaded > 50);
}
