#include "experiments/remote/address.hpp"

#include "core/check.hpp"
#include "core/excerpt.hpp"

#include <sys/un.h>

#include <charconv>
#include <utility>

namespace tengen {
namespace {

using Kind = Address::Kind;
constexpr std::pair<std::string_view, Kind> kSchemes[] = {{"unix:", Kind::kUnix},
                                                          {"tcp:", Kind::kTcp}};
constexpr std::size_t kLongestPath = sizeof(sockaddr_un::sun_path) - 1;

Address socket_file(Address address, std::string_view path) {
  if (path.empty()) throw UsageError("'{}': a path must follow unix:", excerpt(address.text));
  if (path.size() > kLongestPath || path.find('\0') != std::string_view::npos)
    throw UsageError("'{}': a socket's path has at most {} bytes, and this one has {}",
                     excerpt(address.text), kLongestPath, path.size());
  address.path = path;
  return address;
}

Address host_and_port(Address address, std::string_view rest) {
  const std::size_t colon = rest.rfind(':');
  std::string_view host = rest.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::string_view port = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  const bool good = error == std::errc() && end == port.data() + port.size();
  if (!good || host.empty() || (!bracketed && host.find(':') != std::string_view::npos))
    throw UsageError("'{}': must be tcp:HOST:PORT, with an IPv6 address in brackets",
                     excerpt(address.text));
  address.host = host;
  return address;
}

// Calls take() with every part of the list.
template <class F>
void split(std::string_view list, F&& take) {
  for (std::size_t comma = 0; comma != std::string_view::npos; list.remove_prefix(comma + 1)) {
    comma = list.find(',');
    take(list.substr(0, comma));
    if (comma == std::string_view::npos) break;
  }
}

}  // namespace

bool is_address(std::string_view id) {
  for (const auto& [scheme, kind] : kSchemes)
    if (id.starts_with(scheme)) return true;
  return false;
}

Address parse_address(std::string_view text) {
  for (const auto& [scheme, kind] : kSchemes) {
    if (!text.starts_with(scheme)) continue;
    const std::string_view rest = text.substr(scheme.size());
    Address address{.kind = kind, .text = std::string(text), .path = {}, .host = {}};
    return kind == Kind::kUnix ? socket_file(std::move(address), rest)
                               : host_and_port(std::move(address), rest);
  }
  throw UsageError("'{}' is no address: it must be unix:PATH or tcp:HOST:PORT", excerpt(text));
}

std::vector<Address> parse_addresses(std::string_view list) {
  std::vector<Address> addresses;
  split(list, [&](std::string_view text) { addresses.push_back(parse_address(text)); });
  return addresses;
}

std::string settled_addresses(std::string_view list, const std::filesystem::path& folder) {
  if (!is_address(list)) return std::string(list);
  constexpr std::string_view kUnix = "unix:";
  std::string settled;
  split(list, [&](std::string_view text) {
    if (!settled.empty()) settled += ',';
    if (!text.starts_with(kUnix) || text.size() == kUnix.size()) {
      settled += text;
      return;
    }
    const auto path = std::filesystem::current_path() / folder / text.substr(kUnix.size());
    settled += kUnix;
    settled += path.lexically_normal().string();
  });
  return settled;
}

}  // namespace tengen
