// tengen serve ENV: other programs train on an environment of this one.
#include "core/system/file.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/remote/server.hpp"
#include "experiments/remote/wire.hpp"
#include "experiments/runs/environments.hpp"

#include <cstdlib>

namespace tengen {
namespace {

struct ServeOptions {
  ServerOptions server;
  std::filesystem::path token_file;
  SharedOptions shared;
};

// The secret, without the end of its line.
std::string read_token(const std::filesystem::path& file) {
  const char* given = std::getenv("TENGEN_TOKEN");
  if (file.empty()) return given != nullptr ? given : "";
  const std::vector<std::byte> bytes = read_file(file);
  std::string token(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  if (token.empty()) throw UsageError("--token-file {}: there is no token in it", file.string());
  return token;
}

void serve(const ServeOptions& options) {
  const EnvRegistry registry = make_registry(options.shared.plugins);
  ServerOptions wanted = options.server;
  if (wanted.listen.empty()) wanted.listen = {"unix:" + wanted.session.env + ".sock"};
  wanted.session.threads = options.shared.thread_budget();
  wanted.session.token = read_token(options.token_file);
  wanted.quiet = options.shared.quiet;
  Server server(registry, wanted);
  for (const std::string& address : server.addresses())
    print_out("serving {} at {}\n", wanted.session.env, address);
  if (server.run(true)) throw Interrupted{};
}

void add_options(CLI::App* command) {
  const auto options = std::make_shared<ServeOptions>();
  SessionOptions& session = options->server.session;
  command->add_option("ENV", session.env, "Its id")->required();
  command
      ->add_option("--listen", options->server.listen,
                   "Where: unix:PATH or tcp:HOST:PORT, repeatable; else unix:ENV.sock")
      ->type_name("ADDRESS")
      ->expected(1)
      ->take_all();
  command->add_option("--set", session.settings, "An option of the environment, repeatable")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  command->add_option("--lanes", session.lanes, "Lanes of a client that does not ask for a number")
      ->type_name("N")
      ->check(CLI::Range(1, kMostLanes));
  command->add_option("--max-lanes", session.max_lanes, "Most lanes that a client gets")
      ->type_name("N")
      ->check(CLI::Range(1, kMostLanes));
  command->add_flag("--allow-remote", options->server.allow_remote,
                    "Listen on interfaces that other machines reach; needs a token");
  command
      ->add_option("--token-file", options->token_file,
                   "A file with the token that clients must know; else TENGEN_TOKEN's")
      ->type_name("FILE");
  add_shared(*command, options->shared, {Shared::kThreads, Shared::kPlugins, Shared::kQuiet});
  command->footer(
      "Every client gets lanes of its own, and may set the environment's options, so a run and\n"
      "its evaluation can use one server. A command that takes an environment takes an address,\n"
      "too, or several separated by commas, whose lanes it plays side by side.\n"
      "Examples:\n"
      "  tengen serve Pong-v1 --listen unix:/tmp/pong\n"
      "  tengen train pong-ppo --set env.id=unix:/tmp/pong\n"
      "  tengen serve CartPole-v1 --listen tcp:127.0.0.1:5555 --listen tcp:[::1]:5555\n"
      "  TENGEN_TOKEN=secret tengen serve Pong-v1 --listen tcp:0.0.0.0:5555 --allow-remote\n"
      "Anybody who reads the network sees a token that travels by tcp:. Ctrl-C ends the server.\n"
      "Programs in Python serve Gymnasium's environments alike; docs/protocol.md describes how to\n"
      "write a server or a client in any language.");
  command->callback([options] { serve(*options); });
}

}  // namespace

extern const Command kServe{.name = "serve",
                            .description = "Let other programs train on an environment",
                            .add_options = add_options};

}  // namespace tengen
