#include "experiments/go/player_names.hpp"

#include "core/check.hpp"
#include "core/config.hpp"
#include "core/excerpt.hpp"
#include "experiments/go/engine_go_player.hpp"
#include "experiments/go/gtp_protocol.hpp"
#include "experiments/go/rave_go_player.hpp"
#include "experiments/go/search_go_player.hpp"

namespace tengen {

PlayerName parse_player_name(const std::string& what) {
  const std::size_t colon = what.find(':');
  PlayerName out{what.substr(0, colon), std::nullopt};
  if (colon == std::string::npos) return out;
  out.number = gtp_integer(plain_integer(what.substr(colon + 1)));
  if (!out.number || *out.number < 1)
    throw UsageError("player '{}': after the colon comes a number, as in {}:10", excerpt(what),
                     out.kind);
  return out;
}

std::optional<MatchSide> named_side(const std::string& what, const GoRules& rules,
                                    std::chrono::duration<double> patience) {
  constexpr std::string_view kEngine = "engine:";
  const auto engine = [&](EngineOptions options) {
    options.patience = patience;
    return MatchSide{options.name, [options] { return engine_go_player(options); }};
  };
  if (what.starts_with(kEngine)) {
    EngineOptions options;
    options.command = split_command(std::string_view(what).substr(kEngine.size()));
    options.name = options.command.front();
    options.name.erase(0, options.name.rfind('/') + 1);  // npos + 1 is 0
    return engine(options);
  }
  if (what == "random") return MatchSide{"random", [] { return random_go_player(0); }};
  const std::string kind = what.substr(0, what.find(':'));
  if (kind != "uct" && kind != "rave" && kind != "gnugo" && kind != "pachi") return std::nullopt;
  const std::optional<int> number = parse_player_name(what).number;
  if (kind == "rave") {
    const int simulations = number.value_or(1000);
    return MatchSide{fmt::format("rave:{}", simulations),
                     [simulations] { return rave_go_player(simulations, 0); }};
  }
  if (kind == "gnugo") return engine(gnugo_engine(number.value_or(10), rules));
  if (kind == "pachi") return engine(pachi_engine(number.value_or(1000)));
  const SearchGoOptions options = uct_go_options(number.value_or(1000), 0);
  return MatchSide{options.name, [options] { return search_go_player(options); }};
}

}  // namespace tengen
