// Recorded games as training data: a folder of SGF files.
#pragma once

#include "envs/board/go.hpp"
#include "replay/game_store.hpp"

#include <filesystem>
#include <functional>

namespace tengen {

/// Replays every game of every *.sgf file below `folder`, in the order of their paths, by the rules
/// and the size of `start`, an empty board, and the game's own komi. Each game is handed to `take`:
/// a row a move, the move as the policy's target. Games of another size, with handicap or set-up
/// stones, without a winner, or with a move that the rules forbid or that is on no point are left
/// out, and so are files that are no SGF; stderr says how many, and where each kind of trouble was
/// met first. Throws UsageError without a folder, Error where no game is left.
void sgf_training_data(const Go<kLargestGoSide>& start, const std::filesystem::path& folder,
                       const std::function<void(const GameRecord&)>& take);

/// The same for a board of another capacity.
template <int kMaxSize>
void sgf_training_data(const Go<kMaxSize>& start, const std::filesystem::path& folder,
                       const std::function<void(const GameRecord&)>& take) {
  sgf_training_data(Go<kLargestGoSide>(start.rows(), start.columns(), start.rules()), folder, take);
}

}  // namespace tengen
