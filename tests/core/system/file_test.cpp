#include "core/system/file.hpp"

#include "core/archive.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"
#include "tests/text_file.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

using namespace tengen;

namespace {

std::size_t files_in(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), {}));
}

// While it lives no file may grow beyond `bytes`: the nearest to a full disk that needs no mount.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("files are read whole, and an unreadable one is named") {
  const TempDirectory folder;
  const std::string big(100'000, 'x');
  for (const std::string& text : {std::string(), std::string("a\0b", 3), big}) {
    write(folder / "file", text);
    CHECK(text_of(folder / "file") == text);
  }
  CHECK(!text_of("/proc/self/status").empty());  // a file whose size is not known beforehand
  CHECK_THROWS_WITH(read_file(folder / "missing"),
                    ContainsSubstring("missing': No such file or directory"));
  CHECK_THROWS_WITH(read_file(folder.path()), ContainsSubstring("Is a directory"));
}

TEST_CASE("a failed replacement leaves the old file and nothing beside it") {
  const TempDirectory folder;
  write(folder / "checkpoint", "old");

  const std::string big(100'000, 'x');
  std::string message;
  {
    const FileSizeLimit limit(4096);
    try {
      write(folder / "checkpoint", big);
    } catch (const Error& error) {
      message = error.what();
    }
  }
  CHECK_THAT(message, ContainsSubstring("cannot write") && ContainsSubstring("checkpoint'"));
  CHECK(text_of(folder / "checkpoint") == "old");
  CHECK(files_in(folder.path()) == 1);

  CHECK_THROWS_WITH(write(folder / "none" / "file", "x"), ContainsSubstring("cannot create"));
  std::filesystem::create_directories(folder / "directory" / "below");
  CHECK_THROWS_WITH(write(folder / "directory", "x"), ContainsSubstring("cannot replace"));
  CHECK(files_in(folder.path()) == 2);

  ArchiveWriter writer;
  writer.put_string("weights", big);
  write(folder / "archive", "old");
  bool failed = false;
  {
    const FileSizeLimit limit(4096);
    try {
      writer.write_file(folder / "archive");
    } catch (const Error&) {
      failed = true;
    }
  }
  CHECK(failed);
  CHECK(text_of(folder / "archive") == "old");
  writer.write_file(folder / "archive");
  CHECK(ArchiveReader::read_file(folder / "archive").string("weights") == big);
}

TEST_CASE("a directory that may not be written to is an error") {
  if (::geteuid() == 0) return;  // root may write everywhere
  const TempDirectory folder;
  write(folder / "file", "old");
  std::filesystem::permissions(
      folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  CHECK_THROWS_WITH(write(folder / "file", "new"), ContainsSubstring("Permission denied"));
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
  CHECK(text_of(folder / "file") == "old");
}

TEST_CASE("an append file goes on where it ended and tells of a full disk") {
  const TempDirectory folder;
  {
    AppendFile file(folder / "log");
    file.write("one\n");
    CHECK(text_of(folder / "log").empty());
    file.flush();
    CHECK(text_of(folder / "log") == "one\n");
    file.write("two\n");
  }
  AppendFile again(folder / "log");
  again.write("three\n");
  again.flush();
  CHECK(text_of(folder / "log") == "one\ntwo\nthree\n");

  AppendFile full("/dev/full");
  full.write("x");
  CHECK_THROWS_WITH(full.flush(), "cannot append to '/dev/full': No space left on device");
  CHECK_THROWS_AS(AppendFile(folder / "none" / "log"), Error);

  // What a first flush could not write, a second one does, without doubling what it could.
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::to_string(i) + '\n';
  AppendFile late(folder / "late");
  late.write(text);
  bool failed = false;
  {
    const FileSizeLimit limit(5000);
    try {
      late.flush();
    } catch (const Error&) {
      failed = true;
    }
  }
  CHECK(failed);
  late.flush();
  CHECK(text_of(folder / "late") == text);
}
