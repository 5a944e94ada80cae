#include "experiments/remote/entry.hpp"

#include "experiments/remote/remote_env.hpp"

#include <cstdlib>
#include <utility>

namespace tengen {

std::optional<EnvEntry> remote_entry(std::string_view id) {
  if (!is_address(id)) return std::nullopt;
  std::vector<Address> addresses = parse_addresses(id);
  const auto make = [addresses](const Config& options, int lanes, WorkerPool&) {
    constexpr double kLongest = 1e6;
    ClientOptions client;
    client.timeout = options.get<double>("timeout", client.timeout, 1e-3, kLongest);
    client.patience = options.get<double>("patience", client.patience, 0.0, kLongest);
    if (const char* token = std::getenv("TENGEN_TOKEN")) client.token = token;
    for (const std::string& key : options.keys())
      if (key != "id" && key != "timeout" && key != "patience")
        client.env.set(key, options.value(key));
    return std::make_unique<RemoteEnv>(addresses, lanes, std::move(client));
  };
  return EnvEntry{.id = std::string(id),
                  .description = "an environment in another program",
                  .make = make,
                  .elsewhere = true};
}

}  // namespace tengen
