// Lines from a pipe, of any length.
#include "experiments/go/line_reader.hpp"

#include "tests/catch.hpp"

#include <array>
#include <thread>

using namespace tengen;

namespace {

// What a reader makes of these bytes.
std::vector<std::string> lines_of(const std::string& bytes) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  std::thread writer([&] {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t n = ::write(ends[1], bytes.data() + done, bytes.size() - done);
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    ::close(ends[1]);
  });
  LineReader reader(ends[0]);
  std::vector<std::string> out;
  while (auto line = reader.next()) out.push_back(*std::move(line));
  writer.join();
  ::close(ends[0]);
  return out;
}

}  // namespace

TEST_CASE("lines come one by one, the last one without its end, too") {
  CHECK(lines_of("name\n\nversion\nquit") ==
        std::vector<std::string>{"name", "", "version", "quit"});
  CHECK(lines_of("").empty());
}

TEST_CASE("of a line that is too long the rest is skipped, and the next one is whole") {
  const std::string longest(LineReader::kLongest, 'x');
  const std::vector<std::string> lines = lines_of(longest + "\n" + longest + "yz and more\nname\n");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == longest);
  CHECK(lines[1] == longest + "y");
  CHECK(lines[2] == "name");
}
