// Games of others as training rows: a folder of SGF files.
#pragma once

#include "envs/board/go.hpp"
#include "replay/game_store.hpp"

#include <filesystem>
#include <functional>

namespace tengen {

/// Replays every game of every *.sgf file below `folder`, in the order of their paths, by
/// `prototype`'s rules and size and the game's own komi: a row a move, the move as the policy's
/// target. Games of another size, with handicap or set-up stones, without a winner, or with a move
/// that the rules forbid or that is on no point are left out, and so are files that are no SGF; how
/// many and, of each kind of trouble, the first place is said on stderr. Throws UsageError without
/// a folder, Error where nothing is left.
template <int kMaxSize>
void teach_from_sgf(const Go<kMaxSize>& prototype, const std::filesystem::path& folder,
                    const std::function<void(const GameRecord&)>& take);

extern template void teach_from_sgf(const Go<9>&, const std::filesystem::path&,
                                    const std::function<void(const GameRecord&)>&);
extern template void teach_from_sgf(const Go<13>&, const std::filesystem::path&,
                                    const std::function<void(const GameRecord&)>&);
extern template void teach_from_sgf(const Go<19>&, const std::filesystem::path&,
                                    const std::function<void(const GameRecord&)>&);
extern template void teach_from_sgf(const Go<25>&, const std::filesystem::path&,
                                    const std::function<void(const GameRecord&)>&);

}  // namespace tengen
