#include "experiments/go/player_names.hpp"

#include "core/check.hpp"
#include "core/config.hpp"
#include "core/excerpt.hpp"
#include "experiments/go/engine_go_player.hpp"
#include "experiments/go/gtp_protocol.hpp"
#include "experiments/go/rave_go_player.hpp"
#include "experiments/go/search_go_player.hpp"

#include <algorithm>
#include <utility>

namespace tengen {
namespace {

constexpr std::pair<PlayerKind, const char*> kNames[] = {
    {PlayerKind::kRandom, "random"}, {PlayerKind::kUct, "uct"},
    {PlayerKind::kUctRave, "rave"},  {PlayerKind::kGnuGo, "gnugo"},
    {PlayerKind::kPachi, "pachi"},   {PlayerKind::kEngine, "engine"}};

MatchSide engine_side(EngineOptions options, std::chrono::duration<double> patience) {
  options.patience = patience;
  return {options.name, [options] { return engine_go_player(options); }};
}

EngineOptions any_engine(const std::string& command) {
  EngineOptions options;
  options.command = split_command(command);
  options.name = options.command.front();
  options.name.erase(0, options.name.rfind('/') + 1);  // npos + 1 is 0
  return options;
}

}  // namespace

const char* name_of(PlayerKind kind) {
  return std::ranges::find(kNames, kind, &std::pair<PlayerKind, const char*>::first)->second;
}

std::optional<PlayerName> parse_player_name(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const auto known =
      std::ranges::find_if(kNames, [&](const auto& row) { return row.second == kind; });
  if (known == std::end(kNames)) return std::nullopt;
  PlayerName out{.kind = known->first};
  const bool takes_text = out.kind == PlayerKind::kEngine;
  if (colon == std::string::npos) return takes_text ? std::nullopt : std::optional(out);
  if (out.kind == PlayerKind::kRandom) return std::nullopt;
  if (takes_text) {
    out.command = text.substr(colon + 1);
    return out;
  }
  out.number = gtp_integer(plain_integer(text.substr(colon + 1)));
  if (!out.number || *out.number < 1)
    throw UsageError("player '{}': after the colon comes a number, as in {}:10", excerpt(text),
                     kind);
  return out;
}

std::optional<MatchSide> named_side(const std::string& text, const GoRules& rules,
                                    std::chrono::duration<double> patience) {
  const std::optional<PlayerName> name = parse_player_name(text);
  if (!name) return std::nullopt;
  switch (name->kind) {
    case PlayerKind::kRandom:
      return MatchSide{text, [] { return random_go_player(0); }};
    case PlayerKind::kUct: {
      const SearchGoOptions options = uct_go_options(name->number.value_or(1000), 0);
      return MatchSide{options.name, [options] { return search_go_player(options); }};
    }
    case PlayerKind::kUctRave: {
      const int simulations = name->number.value_or(1000);
      return MatchSide{fmt::format("rave:{}", simulations),
                       [simulations] { return rave_go_player(simulations, 0); }};
    }
    case PlayerKind::kGnuGo:
      return engine_side(gnugo_engine(name->number.value_or(10), rules), patience);
    case PlayerKind::kPachi:
      return engine_side(pachi_engine(name->number.value_or(1000)), patience);
    case PlayerKind::kEngine:
      return engine_side(any_engine(name->command), patience);
  }
  return std::nullopt;
}

}  // namespace tengen
