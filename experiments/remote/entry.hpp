// How the registry gets environments in other programs. Asio stays behind this header.
#pragma once

#include "envs/registry.hpp"

#include <optional>
#include <string_view>

namespace tengen {

/// The entry of the registry for an id that is an address or a list of addresses;
/// empty for other ids. `timeout` and `patience` are the client's options, all others the server's;
/// the token is that of the environment variable TENGEN_TOKEN.
std::optional<EnvEntry> remote_entry(std::string_view id);

}  // namespace tengen
