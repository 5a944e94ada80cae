// Any bytes as SGF: read or refused, and what is read survives writing.
#include "core/check.hpp"
#include "envs/board/go_record.hpp"
#include "experiments/go/go_game.hpp"

#include <cstddef>
#include <cstdint>

using namespace tengen;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const std::vector<SgfTree> games = parse_sgf(text, "fuzz");
    const std::string written = write_sgf(games);
    const std::vector<SgfTree> again = parse_sgf(written, "written");
    TENGEN_CHECK(write_sgf(again) == written);
    for (const SgfTree& tree : games) {
      const GoRecord record = go_record(tree);
      const std::vector<SgfTree> made{sgf_tree(record)};
      TENGEN_CHECK(go_record(parse_sgf(write_sgf(made), "made").front()).events == record.events);
      if (record.columns <= 25 && record.rows <= 25) GoGame::from_record(record, {});
    }
  } catch (const Error&) {
  }
  return 0;
}
