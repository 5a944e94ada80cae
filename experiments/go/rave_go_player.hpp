// Tree search with RAVE as a player of Go: no network, but it learns which moves are good anywhere.
#pragma once

#include "experiments/go/go_player.hpp"

#include <cstdint>
#include <memory>

namespace tengen {

/// What `rave` means: UctSearch with UctOptions::rave and a random game a leaf. Moves depend on the
/// seed and the game alone where there is no clock.
std::unique_ptr<GoPlayer> rave_go_player(int simulations, std::uint64_t seed);

}  // namespace tengen
