#include "core/system/file.hpp"
#include "replay/gather.hpp"
#include "tests/replay/history.hpp"
#include "tests/temp_directory.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

using namespace tengen;
namespace fs = std::filesystem;

namespace {

// Without a sync, unlike what is tested.
void overwrite(const fs::path& path, const std::vector<std::byte>& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

ArchiveReader saved(ReplayBuffer& replay, const fs::path& directory) {
  ArchiveWriter writer;
  replay.save(writer, "agent/replay", directory);
  return ArchiveReader::from_bytes(writer.bytes(), "test.archive");
}

void load(ReplayBuffer& replay, const ArchiveReader& reader, const fs::path& directory) {
  replay.load(reader, "agent/replay", directory);
}

std::string segments(const ArchiveReader& reader) { return reader.string("agent/replay/segments"); }

std::vector<fs::path> files(const fs::path& directory) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(directory)) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

std::uintmax_t bytes_in(const fs::path& directory) {
  std::uintmax_t total = 0;
  for (const auto& file : files(directory)) total += fs::file_size(file);
  return total;
}

// A learner of sorts: draws a batch and sends errors back, both from `rng`.
struct Learner {
  Rng rng{12};
  ReplayBatch batch;

  void learn(ReplayBuffer& replay) {
    if (replay.size() == 0) return;
    replay.sample(8, 0.5F, rng, batch);
    std::vector<float> error(8);
    for (float& e : error) e = rng.uniform() * 3;
    replay.update_priorities(batch.index, error);
  }
};

std::vector<std::byte> gathered(const ReplayBatch& batch) {
  const std::size_t half = batch.observation.size() * batch.frame_bytes;
  std::vector<std::byte> out(2 * half);
  gather(batch, std::span(out).first(half), std::span(out).last(half));
  return out;
}

void require_equal(const ReplayBatch& a, const ReplayBatch& b) {
  REQUIRE(a.index == b.index);
  REQUIRE(a.action == b.action);
  REQUIRE(a.box_action == b.box_action);
  REQUIRE(a.reward == b.reward);
  REQUIRE(a.discount == b.discount);
  REQUIRE(a.weight == b.weight);
  REQUIRE(a.next_legal == b.next_legal);
  REQUIRE(gathered(a) == gathered(b));
}

const ReplayOptions kOptions{60, 3, 4, 3, 0.9F, true, 0.6F};
const HistoryOptions kHistory{Element::kUint8, 0, true, 0.1};

// A replay after `steps` steps, with whom it came from.
struct Run {
  History history;
  ReplayBuffer replay;
  Learner learner;

  explicit Run(const HistoryOptions& options = kHistory, const ReplayOptions& o = kOptions,
               std::uint64_t seed = 1)
      : history(options, o.lanes, o.stack, seed), replay(history.spec(), o) {}
  void step(int steps) {
    for (int i = 0; i < steps; ++i) {
      if (history.empty()) history.start(replay);
      history.step(replay);
      learner.learn(replay);
    }
  }
};

// Goes on with both for a while: nothing tells them apart.
void require_same_future(Run& a, Run& b) {
  b.history = a.history;
  b.learner = a.learner;
  for (int i = 0; i < 200; ++i) {
    a.step(1);
    b.step(1);
    b.history.check_newest(b.replay);
    if (a.replay.size() > 0) require_equal(a.learner.batch, b.learner.batch);
  }
}

std::string load_error(const ArchiveReader& reader, const fs::path& directory,
                       const ReplayOptions& options = kOptions) {
  Run run(kHistory, options);
  try {
    load(run.replay, reader, directory);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// `reader` and its one segment in `directory` as they were written before the masks of last
// observations were kept; the new segment lies beside the old one.
ArchiveReader without_final_masks(const ArchiveReader& reader, const fs::path& directory) {
  constexpr std::size_t kFrame = 15, kStep = 8, kMask = 5;
  std::string file = segments(reader);
  file.pop_back();  // the newline
  SegmentReader from(directory / file);
  const TimeRange range = from.range();
  SegmentWriter to(range);
  const auto pass = [&](std::size_t bytes, bool keep = true) {
    std::vector<std::byte> piece(bytes);
    from.take(piece);
    if (keep) to.add(piece);
  };
  pass(static_cast<std::size_t>((range.end - range.begin) * kOptions.lanes) *
       (kFrame + kStep + kMask));
  std::int64_t finals = 0;
  from.take(std::as_writable_bytes(std::span(&finals, 1)));
  finals -= std::int64_t{1} << 62;
  REQUIRE(finals > 5);
  to.add(std::as_bytes(std::span(&finals, 1)));
  for (; finals > 0; --finals) {
    pass(sizeof(std::int64_t) + kFrame);
    pass(kMask, false);
  }
  from.finish();
  const std::string name = to.finish(directory, "agent-replay") + "\n";
  ArchiveWriter writer;
  for (const std::string& record : reader.names()) writer.put_bytes(record, reader.bytes(record));
  writer.put_string("agent/replay/segments", name);
  return ArchiveReader::from_bytes(writer.bytes(), "old.archive");
}
// While it lives, no file of this process grows beyond a few bytes.
class FullDisk {
 public:
  FullDisk() {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{16, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a replay saved and loaded is the same in all that follows, and saves the same files") {
  for (const bool prioritised : {false, true})
    for (const int steps : {0, 1, 3, 26, 27, 121}) {
      const int box = prioritised ? 0 : 2;
      CAPTURE(prioritised, box, steps);
      ReplayOptions options = kOptions;
      options.prioritised = prioritised;
      const HistoryOptions history{box > 0 ? Element::kFloat : Element::kUint8, box, box == 0, 0.1};
      const TempDirectory directory;
      Run run(history, options);
      while (run.history.steps() < steps) {  // several saves on the way
        run.step(std::min(50, steps - run.history.steps()));
        saved(run.replay, directory.path());
      }
      const ArchiveReader archive = saved(run.replay, directory.path());
      Run resumed(history, options, 99);
      resumed.step(steps % 3 * 20);  // what was there before must not matter
      load(resumed.replay, archive, directory.path());
      require_same_future(run, resumed);
      CHECK(segments(saved(run.replay, directory.path())) ==
            segments(saved(resumed.replay, directory.path())));
    }
}

TEST_CASE("a save costs what changed, and overwritten ranges leave the list") {
  const TempDirectory directory;
  HistoryOptions history;
  history.end_chance = 0;
  Run run(history, {3000, 1, 4, 1, 0.9F, false, 0});
  run.step(2000);
  const ArchiveReader first = saved(run.replay, directory.path());
  const std::uintmax_t before = bytes_in(directory.path());
  CHECK(before > 2000U * 15);  // noise does not compress
  run.step(20);
  saved(run.replay, directory.path());
  const std::uintmax_t added = bytes_in(directory.path()) - before;
  CHECK(added >= 20 * 15);
  CHECK(added < 20 * (15 + 8) + 200);
  const auto count = files(directory.path()).size();
  saved(run.replay, directory.path());
  CHECK(files(directory.path()).size() == count);

  run.step(3010);  // the first segment's last frame has just gone
  const std::string list = segments(saved(run.replay, directory.path()));
  CHECK_FALSE(contains(list, segments(first)));
  ReplayBuffer::remove_unreferenced_segments(directory.path(), std::vector{list});
  CHECK(static_cast<std::size_t>(std::count(list.begin(), list.end(), '\n')) ==
        files(directory.path()).size());
}

TEST_CASE("segments that a killed run left behind confuse nobody") {
  const TempDirectory directory;
  Run run;
  run.step(100);
  const ArchiveReader archive = saved(run.replay, directory.path());
  run.step(50);
  const ArchiveReader other_future = saved(run.replay, directory.path());
  std::ofstream(directory.path() / "agent-replay-000000000150.segment.part") << "torn";

  // Resumed from the older checkpoint, the run takes another turn over the same times.
  Run resumed(kHistory, kOptions, 77);
  load(resumed.replay, archive, directory.path());
  Run middle(kHistory, kOptions);
  middle.step(100);
  resumed.history = middle.history;
  resumed.learner.rng = Rng(5);
  resumed.history.reseed(1234);
  resumed.step(50);
  const ArchiveReader newer = saved(resumed.replay, directory.path());
  CHECK(segments(newer) != segments(other_future));

  Run again(kHistory, kOptions, 78);
  load(again.replay, newer, directory.path());
  require_same_future(resumed, again);
  Run other(kHistory, kOptions, 79);
  load(other.replay, other_future, directory.path());
  require_same_future(run, other);

  // Only what no kept checkpoint names is removed, the torn file included.
  const std::vector<std::string> kept{segments(archive), segments(newer)};
  std::ofstream(directory.path() / "notes.txt") << "not ours";
  ReplayBuffer::remove_unreferenced_segments(directory.path(), kept);
  CHECK(load_error(archive, directory.path()).empty());
  CHECK(load_error(newer, directory.path()).empty());
  CHECK(contains(load_error(other_future, directory.path()), ".segment"));
  CHECK(fs::exists(directory.path() / "notes.txt"));
  for (const auto& file : files(directory.path())) CHECK(file.extension() != ".part");
}

TEST_CASE("a replay from before masks of last observations were kept loads, and goes on") {
  const TempDirectory directory, next;
  Run whole, resumed;
  whole.step(40);
  const ArchiveReader old =
      without_final_masks(saved(whole.replay, directory.path()), directory.path());
  load(resumed.replay, old, directory.path());
  int all_legal = 0, masked = 0;
  ReplayBatch batch, known;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Rng rng(seed), same(seed);
    resumed.replay.sample(8, 0.5F, rng, batch);
    whole.replay.sample(8, 0.5F, same, known);
    REQUIRE(batch.index == known.index);
    for (std::size_t i = 0; i < batch.next_legal.size(); ++i) {
      // Everything was legal where a mask is missing, and nothing else differs.
      if (batch.next_legal[i] != known.next_legal[i]) {
        CHECK(batch.next_legal[i] == 1);
        ++all_legal;
      }
      masked += batch.next_legal[i] == 0 ? 1 : 0;
    }
  }
  CHECK(all_legal > 0);
  CHECK(masked > 0);
  // What comes now has its masks, and a checkpoint of both kinds of segments loads.
  resumed.history = whole.history;
  resumed.step(kOptions.capacity / kOptions.lanes + 10);
  for (int i = 0; i < 20; ++i) {
    resumed.learner.learn(resumed.replay);
    resumed.history.check(resumed.learner.batch, kOptions.n_steps, kOptions.gamma);
  }
  Run last;
  load(last.replay, saved(resumed.replay, directory.path()), directory.path());
  require_same_future(resumed, last);
}

TEST_CASE("another directory, or one that lost files, gets everything anew") {
  const TempDirectory one, two;
  Run run;
  run.step(100);
  saved(run.replay, one.path());
  run.step(10);
  const ArchiveReader archive = saved(run.replay, two.path());
  CHECK(load_error(archive, two.path()).empty());
  fs::remove(files(two.path())[0]);
  const ArchiveReader repaired = saved(run.replay, two.path());
  CHECK(load_error(repaired, two.path()).empty());

  CHECK_THROWS_AS(saved(run.replay, one.path() / "no such directory"), Error);
  CHECK(load_error(saved(run.replay, one.path()), one.path()).empty());
}

TEST_CASE("damage anywhere in a segment is an error that names the file") {
  const TempDirectory directory;
  Run run;
  for (int i = 0; i < 3; ++i) {
    run.step(8);
    saved(run.replay, directory.path());
  }
  const ArchiveReader archive = saved(run.replay, directory.path());
  REQUIRE(load_error(archive, directory.path()).empty());
  REQUIRE(files(directory.path()).size() == 3);
  for (const fs::path& file : files(directory.path())) {
    const std::vector<std::byte> good = read_file(file);
    const auto try_bytes = [&](const std::vector<std::byte>& bytes) {
      overwrite(file, bytes);
      const std::string error = load_error(archive, directory.path());
      CAPTURE(error);
      REQUIRE(contains(error, file.filename().string()));
    };
    for (std::size_t i = 0; i < good.size(); i += i < 80 ? 1 : 97) {
      std::vector<std::byte> bad = good;
      bad[i] ^= std::byte{0x10};
      try_bytes(bad);
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{32}, std::size_t{40},
                                   good.size() / 2, good.size() - 1})
      try_bytes({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)});
    std::vector<std::byte> longer = good;
    longer.push_back(std::byte{0});
    try_bytes(longer);
    fs::remove(file);
    CHECK(contains(load_error(archive, directory.path()), file.filename().string()));
    overwrite(file, good);
  }
  CHECK(load_error(archive, directory.path()).empty());
}

TEST_CASE("segments that do not fit the checkpoint, and other options, are named") {
  const TempDirectory directory;
  Run run;
  run.step(8);
  saved(run.replay, directory.path());
  run.step(8);
  ArchiveWriter writer;
  run.replay.save(writer, "agent/replay", directory.path());
  const auto with_list = [&](const std::string& list) {
    writer.put_string("agent/replay/segments", list);
    return load_error(ArchiveReader::from_bytes(writer.bytes(), "test.archive"), directory.path());
  };
  const auto name = [&](std::size_t i) { return files(directory.path())[i].filename().string(); };
  CHECK(with_list(name(0) + "\n" + name(1) + "\n").empty());
  CHECK(contains(with_list(name(1) + "\n" + name(0) + "\n"), name(0)));
  CHECK(contains(with_list(name(0) + "\n"), "do not cover"));
  CHECK(contains(with_list(name(1) + "\n"), "do not cover"));
  CHECK(contains(with_list(""), "do not cover"));

  const ArchiveReader archive = saved(run.replay, directory.path());
  const auto with = [&](auto change) {
    ReplayOptions options = kOptions;
    change(options);
    return load_error(archive, directory.path(), options);
  };
  CHECK(with([](auto& o) { o.stack = 2; }) ==
        "'test.archive': the replay was saved with stack = 4, here it is 2");
  CHECK(contains(with([](auto& o) { o.capacity = 63; }), "capacity"));
  CHECK(contains(with([](auto& o) { o.n_steps = 1; }), "n_steps"));
  CHECK(contains(with([](auto& o) { o.gamma = 0.5F; }), "gamma"));
  CHECK(contains(with([](auto& o) { o.prioritised = false; }), "prioritised"));
}

TEST_CASE("a save that failed changes nothing of what later ones write") {
  const TempDirectory one, two;
  Run run, disturbed;
  for (int i = 0; i < 4; ++i) {
    run.step(5);
    disturbed.step(5);
    const ArchiveReader archive = saved(run.replay, one.path());
    if (i == 1 || i == 2) {
      const FullDisk full;
      CHECK_THROWS_AS(saved(disturbed.replay, two.path()), Error);
      continue;
    }
    CHECK(segments(saved(disturbed.replay, two.path())) == segments(archive));
  }
}

TEST_CASE("a replay of what no environment has done is refused") {
  const TempDirectory directory;
  const HistoryOptions history{Element::kUint8, 0, true, 0};
  const auto refusal = [&](auto spoil) {
    Run run(history, kOptions);
    run.step(12);
    spoil(run.replay);
    const ArchiveReader archive = saved(run.replay, directory.path());
    return load_error(archive, directory.path());
  };
  const auto commit = [](ReplayBuffer& replay, std::int32_t action, std::uint8_t legal) {
    const StepView view = replay.slot();
    std::ranges::fill(view.legal.data, legal);
    std::ranges::fill(view.terminated, std::uint8_t{0});
    std::ranges::fill(view.truncated, std::uint8_t{0});
    const std::vector<std::int32_t> actions(3, action);
    replay.commit({actions, {}}, std::vector<float>(3));
  };
  CHECK(refusal([&](ReplayBuffer& replay) { commit(replay, 4, 1); }).empty());
  CHECK(contains(refusal([&](ReplayBuffer& replay) { commit(replay, 5, 1); }), "no environment"));
  CHECK(contains(refusal([&](ReplayBuffer& replay) { commit(replay, 1, 0); }), "no environment"));
}

TEST_CASE("records of a replay that hold anything else are refused by name, or harm nobody") {
  const TempDirectory directory;
  Run run;
  run.step(40);
  ArchiveWriter writer;
  run.replay.save(writer, "agent/replay", directory.path());
  const ArchiveReader good = ArchiveReader::from_bytes(writer.bytes(), "test.archive");
  int refused = 0, tried = 0;
  for (const std::string& name : good.names()) {
    const auto record = good.bytes(name);
    for (const int byte : {0x00, 0x01, 0x7F, 0x80, 0xFF})
      for (const std::size_t size :
           {std::size_t{0}, record.size() / 2, record.size(), record.size() + 8}) {
        ArchiveWriter bad = writer;
        bad.put_bytes(name, std::vector<std::byte>(size, static_cast<std::byte>(byte)));
        Run other(kHistory, kOptions, 5);
        ++tried;
        try {
          load(other.replay, ArchiveReader::from_bytes(bad.bytes(), "test.archive"),
               directory.path());
          other.history = run.history;
          other.step(50);
        } catch (const Error& error) {
          ++refused;
          CHECK((contains(error.what(), "test.archive") || contains(error.what(), ".segment")));
        }
      }
  }
  CHECK(refused > tried * 9 / 10);
}
