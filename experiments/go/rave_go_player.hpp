// Tree search with RAVE as a player of Go.
#pragma once

#include "experiments/go/go_player.hpp"

#include <cstdint>
#include <memory>

namespace tengen {

/// The player named "rave": a UctSearch with kRave, one random game per leaf. Without a clock its
/// moves depend on the seed and the game alone.
std::unique_ptr<GoPlayer> rave_go_player(int simulations, std::uint64_t seed);

}  // namespace tengen
