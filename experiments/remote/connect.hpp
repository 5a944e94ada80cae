// Reaching a server.
#pragma once

#include "experiments/remote/address.hpp"
#include "experiments/remote/channel.hpp"

namespace tengen {

/// Connects to `address`. Throws PeerFault where nobody answers there by `deadline`.
Channel connect(const Address& address, Channel::Clock::time_point deadline);

}  // namespace tengen
