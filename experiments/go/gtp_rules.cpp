// Rules over GTP, in KataGo's words (docs/GTP_Extensions.md of KataGo) and KGS's.
#include "core/excerpt.hpp"
#include "experiments/go/gtp_server.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tengen {
namespace {

using nlohmann::ordered_json;

constexpr std::pair<KoRule, const char*> kKoNames[] = {{KoRule::kSimple, "SIMPLE"},
                                                       {KoRule::kPositional, "POSITIONAL"},
                                                       {KoRule::kSituational, "SITUATIONAL"}};
constexpr std::pair<HandicapBonus, const char*> kBonusNames[] = {
    {HandicapBonus::kNone, "0"},
    {HandicapBonus::kStones, "N"},
    {HandicapBonus::kStonesLessOne, "N-1"}};

ordered_json to_json(const GoRuleset& ruleset) {
  ordered_json out{{"friendlyPassOk", false}, {"hasButton", false}};
  for (const auto& [ko, name] : kKoNames)
    if (ko == ruleset.rules.ko) out["ko"] = name;
  out["scoring"] = "AREA";
  out["suicide"] = ruleset.rules.suicide;
  out["tax"] = "NONE";
  for (const auto& [bonus, name] : kBonusNames)
    if (bonus == ruleset.bonus) out["whiteHandicapBonus"] = name;
  return out;
}

std::string text_of(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool boolean(const std::string& key, const std::string& value) {
  if (value == "true") return true;
  if (value == "false") return false;
  throw GtpError("rule {}: '{}' is neither true nor false", key, value);
}

// One of `names`.
template <class T, std::size_t n>
T choice(const std::string& key, const std::string& value,
         const std::pair<T, const char*> (&names)[n]) {
  std::string known;
  for (const auto& [meaning, name] : names) {
    if (value == name) return meaning;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
  }
  throw GtpError("rule {}: '{}' is unknown; known are {}", key, excerpt(value, 40), known);
}

// Rules that cannot be changed must at least be as they are.
void require(const std::string& key, const std::string& value, std::string_view only) {
  if (value != only) throw GtpError("rule {}: only {} is played here", key, only);
}

void change_rule(GoRuleset& ruleset, const std::string& key, const std::string& value) {
  if (key == "ko")
    ruleset.rules.ko = choice(key, value, kKoNames);
  else if (key == "suicide")
    ruleset.rules.suicide = boolean(key, value);
  else if (key == "whiteHandicapBonus")
    ruleset.bonus = choice(key, value, kBonusNames);
  else if (key == "scoring")
    require(key, value, "AREA");
  else if (key == "tax")
    require(key, value, "NONE");
  else if (key == "hasButton" || key == "friendlyPassOk")
    require(key, value, "false");
  else
    throw GtpError(
        "unknown rule '{}'; known are ko, scoring, suicide, tax, whiteHandicapBonus, "
        "hasButton, friendlyPassOk",
        excerpt(key, 40));
}

}  // namespace

std::string GtpServer::get_rules(const GtpCommand& /*command*/) {
  return to_json(game_.ruleset()).dump();
}

// A name, or a JSON object.
std::string GtpServer::set_rules(const GtpCommand& command) {
  command.expect(1, 1000);
  const std::string text = fmt::format("{}", fmt::join(command.arguments, " "));
  GoRuleset ruleset = game_.ruleset();
  if (text.starts_with('{')) {
    if (std::ranges::count(text, '{') > 1 || std::ranges::count(text, '[') > 0)
      throw GtpError("rules are one flat JSON object");
    const ordered_json rules = ordered_json::parse(text, nullptr, false);
    if (!rules.is_object()) throw GtpError("rules are a name or a JSON object; this is neither");
    for (const auto& [key, value] : rules.items()) change_rule(ruleset, key, text_of(value));
  } else {
    ruleset = named_rules(text.substr(0, 40), game_.komi());
  }
  ask_rules(ruleset);
  return "";
}

// The komi that was asked for stays so.
void GtpServer::ask_rules(const GoRuleset& ruleset) {
  game_.set_ruleset(ruleset);
  asked_.rules.ko = ruleset.rules.ko;
  asked_.rules.suicide = ruleset.rules.suicide;
  asked_.bonus = ruleset.bonus;
}

std::string GtpServer::set_rule(const GtpCommand& command) {
  command.expect(2, 2);
  GoRuleset ruleset = game_.ruleset();
  change_rule(ruleset, command.word(0), command.word(1));
  ask_rules(ruleset);
  return "";
}

std::string GtpServer::kgs_rules(const GtpCommand& command) {
  command.expect(1, 1);
  const std::string& name = command.word(0);
  ask_rules(named_rules(name == "chinese" ? "chinese-kgs" : name, game_.komi()));
  return "";
}

}  // namespace tengen
