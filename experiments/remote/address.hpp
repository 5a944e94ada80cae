// Where environments in other programs are found: "unix:PATH" or "tcp:HOST:PORT".
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

struct Address {
  enum class Kind : std::uint8_t { kUnix, kTcp };

  Kind kind = Kind::kUnix;
  std::string text;  ///< as messages name it: "tcp:localhost:5555"
  std::string path;  ///< of a Unix-domain socket
  std::string host;  ///< a name or a number, without brackets
  std::uint16_t port = 0;
};

/// Whether `id` is meant as an address, or as several separated by commas, by its beginning.
bool is_address(std::string_view id);
/// Throws UsageError if `text` is not one of the forms above.
Address parse_address(std::string_view text);
/// At least one. Throws UsageError as parse_address does.
std::vector<Address> parse_addresses(std::string_view list);
/// The same list with paths of sockets that are relative to `folder` made absolute; other ids stay
/// as they are.
std::string settled_addresses(std::string_view list, const std::filesystem::path& folder);

}  // namespace tengen
