// Any bytes as SGF: read or refused, and what is read survives writing.
#include "core/check.hpp"
#include "envs/board/go_record.hpp"
#include "experiments/go/game_file.hpp"

#include <cstddef>
#include <cstdint>

using namespace tengen;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    SgfWarnings warnings;
    const std::vector<SgfTree> games = parse_sgf(text, "fuzz", &warnings);
    const std::string written = write_sgf(games);
    const std::vector<SgfTree> again = parse_sgf(written, "written");
    // Text that looks like a CA may name another character set.
    std::size_t sets = 0;
    for (std::size_t at = written.find("CA"); at != std::string::npos;
         at = written.find("CA", at + 1))
      ++sets;
    if (sets > games.size()) return 0;
    TENGEN_CHECK(write_sgf(again) == written);
    for (const SgfTree& tree : games) {
      const GoRecord record = go_record(tree, -1, &warnings);
      const std::vector<SgfTree> made{sgf_tree(record)};
      TENGEN_CHECK(go_record(parse_sgf(write_sgf(made), "made").front()).events == record.events);
      if (record.columns > 25 || record.rows > 25) continue;
      GoGame game = GoGame::from_record(record, recorded_rules(record, {}), 0, &warnings);
      const GameFile file({tree}, 0, game);
      TENGEN_CHECK(write_sgf(file.with(game)) == write_sgf(std::span(&tree, 1)));
      game.play(game.to_move(), game.pass_action());
      TENGEN_CHECK(!file.with(game).empty());
    }
  } catch (const Error&) {
  }
  return 0;
}
