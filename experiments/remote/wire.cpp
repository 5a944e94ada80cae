#include "experiments/remote/wire.hpp"

#include "core/excerpt.hpp"
#include "experiments/remote/channel.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tengen {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr const char* kSoftware = "tengen " TENGEN_VERSION;
constexpr std::pair<ErrorKind, const char*> kKinds[] = {{ErrorKind::kUsage, "usage"},
                                                        {ErrorKind::kEnvironment, "environment"},
                                                        {ErrorKind::kUnsupported, "unsupported"},
                                                        {ErrorKind::kRefused, "refused"},
                                                        {ErrorKind::kProtocol, "protocol"}};

// Environments may throw any bytes.
template <class J>
std::string dumped(const J& json) {
  return json.dump(-1, ' ', false, J::error_handler_t::replace);
}

// ---- Reading: every function throws Malformed that names the member ----------------------------

[[noreturn]] void refuse(std::string_view name, const Json& value, std::string_view wanted) {
  throw Malformed("{} is {}; it must be {}", name, excerpt(dumped(value)), wanted);
}

const Json& member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) throw Malformed("{} is missing", name);
  return *found;
}

const Json& object_of(const Json& object, const char* name) {
  const Json& value = member(object, name);
  if (!value.is_object()) refuse(name, value, "an object");
  return value;
}

const Json& array_of(const Json& object, const char* name) {
  const Json& value = member(object, name);
  if (!value.is_array()) refuse(name, value, "a list");
  return value;
}

bool flag(const Json& object, const char* name, bool fallback) {
  if (!object.contains(name)) return fallback;
  if (!object[name].is_boolean()) refuse(name, object[name], "true or false");
  return object[name].get<bool>();
}

std::string text(const Json& object, const char* name) {
  const Json& value = member(object, name);
  if (!value.is_string()) refuse(name, value, "a text");
  return value.get<std::string>();
}

std::uint64_t natural(std::string_view name, const Json& value, std::uint64_t low,
                      std::uint64_t high) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < low ||
      value.get<std::uint64_t>() > high)
    refuse(name, value, fmt::format("a whole number from {} to {}", low, high));
  return value.get<std::uint64_t>();
}

int natural_of(const Json& object, const char* name, int low, int high) {
  return static_cast<int>(natural(name, member(object, name), static_cast<std::uint64_t>(low),
                                  static_cast<std::uint64_t>(high)));
}

float bound(std::string_view name, const Json& value, float unbounded) {
  if (value.is_null()) return unbounded;
  if (!value.is_number() || !std::isfinite(value.get<float>()))
    refuse(name, value, "a number or null");
  return value.get<float>();
}

double number(const Json& object, const char* name, double fallback, double low) {
  if (!object.contains(name)) return fallback;
  const Json& value = object[name];
  if (!value.is_number() || !(value.get<double>() >= low && value.get<double>() <= 1e6))
    refuse(name, value, fmt::format("a number from {} to 1e6", low));
  return value.get<double>();
}

Json parse_object(std::string_view what, std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) throw Malformed("{} is no JSON object: {}", what, excerpt(text));
  return json;
}

// ---- Options -----------------------------------------------------------------------------------

Json json_of(const std::string& key, const Config::Value& value) {
  return std::visit(
      [&](const auto& it) -> Json {
        using T = std::decay_t<decltype(it)>;
        if constexpr (std::is_same_v<T, double>) {
          if (!std::isfinite(it))
            throw UsageError("{} = {}: it must be finite to be sent", key, it);
        }
        if constexpr (std::is_same_v<T, std::vector<double>>) {
          if (!std::ranges::all_of(it, [](double x) { return std::isfinite(x); }))
            throw UsageError("{}: its numbers must be finite to be sent", key);
        }
        return it;
      },
      value);
}

Config::Value value_of(const std::string& name, const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned()) return Config::integer(json.get<std::uint64_t>());
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) {
    const auto all = [&](bool (Json::*fits)() const noexcept) {
      return std::ranges::all_of(json, [&](const Json& item) { return (item.*fits)(); });
    };
    if (!json.empty() && all(&Json::is_string)) return json.get<std::vector<std::string>>();
    if (all(&Json::is_number)) return json.get<std::vector<double>>();
  }
  refuse(name, json, "true or false, a number, a text, or a list of numbers or of texts");
}

// ---- Descriptions ------------------------------------------------------------------------------

OrderedJson bound(float value) {
  return std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr);
}

OrderedJson bounds(const std::vector<float>& values) {
  OrderedJson list = OrderedJson::array();
  for (const float value : values) list.push_back(bound(value));
  return list;
}

OrderedJson json_of(const ObservationSpace& space) {
  OrderedJson shape = OrderedJson::array();
  for (int i = 0; i < space.shape.rank; ++i) shape.push_back(space.shape[i]);
  return {{"shape", shape},
          {"dtype", space.element == Element::kUint8 ? "uint8" : "float32"},
          {"low", bound(space.low)},
          {"high", bound(space.high)}};
}

OrderedJson json_of(const ActionSpace& space) {
  if (const auto* box = std::get_if<Box>(&space))
    return {{"low", bounds(box->low)}, {"high", bounds(box->high)}};
  const auto& [n, names] = std::get<Discrete>(space);
  return {{"n", n}, {"names", names}};
}

ObservationSpace parse_observation(const Json& json) {
  ObservationSpace space;
  const Json& shape = array_of(json, "shape");
  if (shape.size() > 4) refuse("shape", shape, "up to four extents");
  for (const Json& extent : shape)
    space.shape.extent[usize(space.shape.rank++)] =
        static_cast<int>(natural("an extent of shape", extent, 1, kMostObservation));
  std::uint64_t count = 1;  // below 2^52 before it is refused
  for (int i = 0; i < space.shape.rank; ++i) {
    count *= static_cast<std::uint64_t>(space.shape[i]);
    if (count > kMostObservation) refuse("shape", shape, "of 64 MiB at most");
  }
  const std::string dtype = text(json, "dtype");
  if (dtype != "uint8" && dtype != "float32")
    refuse("dtype", json["dtype"], "\"uint8\" or \"float32\"");
  const bool bytes = dtype == "uint8";
  space.element = bytes ? Element::kUint8 : Element::kFloat;
  space.low = bound("low", member(json, "low"), bytes ? 0 : -kInfinity);
  space.high = bound("high", member(json, "high"), bytes ? 255 : kInfinity);
  return space;
}

ActionSpace parse_action(const Json& json) {
  if (json.contains("n")) {
    Discrete discrete;
    discrete.n = natural_of(json, "n", 1, 1 << 20);
    if (!json.contains("names")) return discrete;
    for (const Json& name : array_of(json, "names")) {
      if (!name.is_string()) refuse("a name of an action", name, "a text");
      discrete.names.push_back(name.get<std::string>());
    }
    if (!discrete.names.empty() && discrete.names.size() != usize(discrete.n))
      throw Malformed("{} names for {} actions", discrete.names.size(), discrete.n);
    return discrete;
  }
  Box box;
  for (const Json& low : array_of(json, "low")) box.low.push_back(bound("low", low, -kInfinity));
  for (const Json& high : array_of(json, "high"))
    box.high.push_back(bound("high", high, kInfinity));
  if (box.low.empty() || box.low.size() != box.high.size())
    throw Malformed("action has {} lower and {} upper bounds; both must number the dimensions",
                    box.low.size(), box.high.size());
  return box;
}

EnvSpec parse_spec(const Json& json) {
  EnvSpec spec;
  spec.name = excerpt(text(json, "name"));
  spec.observation = parse_observation(object_of(json, "observation"));
  spec.action = parse_action(object_of(json, "action"));
  spec.max_episode_steps =
      natural_of(json, "max_episode_steps", 0, std::numeric_limits<int>::max());
  spec.masked = flag(json, "masked", false);
  if (spec.masked && !std::holds_alternative<Discrete>(spec.action))
    throw Malformed("masked is true, but the actions are real numbers");
  spec.steps_per_second = number(json, "steps_per_second", spec.steps_per_second, 1e-3);
  spec.picture_aspect = number(json, "picture_aspect", spec.picture_aspect, 0);
  return spec;
}

}  // namespace

std::string to_json(const Hello& hello) {
  OrderedJson json{{"protocol", hello.protocol},
                   {"client", kSoftware},
                   {"lanes", hello.lanes},
                   {"memory", hello.memory}};
  if (!hello.token.empty()) json["token"] = hello.token;
  json["options"] = OrderedJson::object();
  for (const std::string& key : hello.options.keys())
    json["options"][key] = json_of(key, hello.options.value(key));
  return dumped(json);
}

Hello parse_hello(std::string_view text_of_it) {
  const Json json = parse_object("HELLO", text_of_it);
  Hello hello;
  hello.protocol = natural_of(json, "protocol", 0, std::numeric_limits<int>::max());
  if (hello.protocol != kProtocolVersion) return hello;
  if (json.contains("lanes")) hello.lanes = natural_of(json, "lanes", 0, kMostLanes);
  hello.memory = flag(json, "memory", false);
  if (json.contains("token")) hello.token = text(json, "token");
  if (!json.contains("options")) return hello;
  for (const auto& [key, value] : object_of(json, "options").items()) {
    try {
      hello.options.set(key, value_of(excerpt(key), value));
    } catch (const UsageError& error) {
      throw Malformed("options: {}", error.what());
    }
  }
  return hello;
}

std::string to_json(const Welcome& welcome) {
  const EnvSpec& spec = welcome.spec;
  OrderedJson can = OrderedJson::array();
  if (welcome.can_draw) can.push_back("draw");
  if (welcome.can_oracle) can.push_back("oracle");
  if (spec.can_save) can.push_back("save");
  OrderedJson json{{"protocol", kProtocolVersion},
                   {"server", kSoftware},
                   {"lanes", welcome.lanes},
                   {"env",
                    {{"name", spec.name},
                     {"observation", json_of(spec.observation)},
                     {"action", json_of(spec.action)},
                     {"max_episode_steps", spec.max_episode_steps},
                     {"masked", spec.masked},
                     {"steps_per_second", spec.steps_per_second},
                     {"picture_aspect", spec.picture_aspect}}},
                   {"can", can},
                   {"deterministic", spec.deterministic}};
  if (welcome.memory) {
    json["memory"] = {{"size", welcome.memory->size}};
    for (std::size_t i = 0; i < kSections; ++i)
      json["memory"][kSectionNames[i]] = welcome.memory->offsets[i];
  }
  return dumped(json);
}

Welcome parse_welcome(std::string_view text_of_it) {
  const Json json = parse_object("WELCOME", text_of_it);
  const int protocol = natural_of(json, "protocol", 0, std::numeric_limits<int>::max());
  if (protocol != kProtocolVersion)
    throw Malformed("it speaks version {} of the protocol, and this program version {}", protocol,
                    kProtocolVersion);
  Welcome welcome;
  welcome.lanes = natural_of(json, "lanes", 1, kMostLanes);
  welcome.spec = parse_spec(object_of(json, "env"));
  welcome.spec.deterministic = flag(json, "deterministic", true);
  const Json& can = array_of(json, "can");
  const auto able = [&](const char* what) { return std::ranges::count(can, Json(what)) > 0; };
  welcome.can_draw = able("draw");
  welcome.can_oracle = able("oracle");
  welcome.spec.can_save = able("save");
  const StepSizes sizes(welcome.spec, welcome.lanes);
  if (!json.contains("memory")) return welcome;
  const Json& memory = object_of(json, "memory");
  constexpr std::uint64_t kMost = 4 * std::uint64_t{kMostBody};
  MemoryPlan& plan = welcome.memory.emplace();
  plan.size = natural("size", member(memory, "size"), 1, kMost);
  for (std::size_t i = 0; i < kSections; ++i)
    plan.offsets[i] = natural(kSectionNames[i], member(memory, kSectionNames[i]), 0, kMost);
  plan.check(sizes);
  return welcome;
}

std::string fingerprint(const EnvSpec& spec, bool whole) {
  OrderedJson json{{"observation", json_of(spec.observation)},
                   {"action", json_of(spec.action)},
                   {"masked", spec.masked}};
  if (whole) {
    json["name"] = spec.name;
    json["max_episode_steps"] = spec.max_episode_steps;
  }
  return dumped(json);
}

std::string to_json(const ErrorMessage& error) {
  const auto* const kind =
      std::ranges::find(kKinds, error.kind, [](const auto& k) { return k.first; });
  return dumped(OrderedJson{{"error", error.text}, {"kind", kind->second}});
}

ErrorMessage parse_error_message(std::string_view message) {
  constexpr std::size_t kMostShown = 600;
  const Json json = Json::parse(message, nullptr, false);
  ErrorMessage error;
  const auto said = json.is_object() ? json.find("error") : json.end();
  error.text = json.is_object() && said != json.end() && said->is_string()
                   ? excerpt(said->get<std::string>(), kMostShown)
                   : excerpt(message, kMostShown);
  if (!json.is_object()) return error;
  for (const auto& [kind, name] : kKinds)
    if (json.contains("kind") && json["kind"] == name) error.kind = kind;
  return error;
}

}  // namespace tengen
