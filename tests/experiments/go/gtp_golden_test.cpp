// Whole GTP sessions, byte for byte: tests/golden/gtp/*.txt has lines "> command", each followed by
// its answer. One thread and a fixed seed, so nothing may differ.
#include "experiments/go/gtp_server.hpp"
#include "experiments/go/search_go_player.hpp"
#include "tests/catch.hpp"
#include "tests/text_file.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

using namespace tengen;

namespace {

std::vector<std::filesystem::path> transcripts() {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(TENGEN_SOURCE_DIR) / "tests" / "golden" / "gtp"))
    if (entry.path().extension() == ".txt") out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

// The transcript with the answers that the engine gives now.
std::string played_again(const std::string& transcript) {
  const std::unique_ptr<GoPlayer> player = search_go_player(uct_go_options(40, 1));
  std::string out;
  GtpServer server(
      *player, {}, [&](std::string_view text) { out += text; }, [] { return true; });
  std::istringstream lines(transcript);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("> ")) continue;
    out += line + "\n";
    server.handle(line.substr(2));
  }
  return out;
}

}  // namespace

TEST_CASE("GTP: transcripts are played again to the byte") {
  REQUIRE(transcripts().size() >= 4);
  for (const auto& file : transcripts()) {
    const std::string expected = text_of(file);
    INFO(file);
    CHECK(played_again(expected) == expected);
  }
}

// tengen_go_tests "[.write-golden]" writes the answers anew; read the difference.
TEST_CASE("GTP: transcripts are written", "[.write-golden]") {
  for (const auto& file : transcripts()) write(file, played_again(text_of(file)));
}
