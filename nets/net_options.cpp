#include "nets/net_options.hpp"

#include "core/check.hpp"
#include "core/excerpt.hpp"

#include <algorithm>

namespace tengen {
namespace {

struct Body {
  std::vector<std::string> conv;
  std::vector<int> hidden;
};

InputFormat input_format(const Config& net, const ObservationSpace& space, int stack) {
  const Shape& s = space.shape;
  InputFormat format{.element = space.element, .stack = stack};
  if (s.rank == 2 || s.rank == 3) {
    format.channels = s.rank == 3 ? s[0] : 1;
    format.rows = s[s.rank - 2];
    format.columns = s[s.rank - 1];
  } else {
    format.channels = static_cast<int>(s.count());
  }
  const bool bytes = space.element == Element::kUint8 && space.high > 1;
  format.offset = net.get<float>("offset", 0.0F);
  format.scale = net.get<float>("scale", bytes ? 1 / space.high : 1.0F);
  return format;
}

// The layers that a recipe names or lists; "auto" depends on the observation.
Body find_body(const Config& net, const InputFormat& format) {
  const bool image = format.rows >= 32 && format.columns >= 32;
  const bool small = format.rows < 64;  // 42 × 42: half the kernel and stride
  const Body nature{small ? std::vector<std::string>{"32@4s2", "64@4s2", "64@3s1"}
                          : std::vector<std::string>{"32@8s4", "64@4s2", "64@3s1"},
                    {512}};
  const Body little{small ? std::vector<std::string>{"16@4s2", "32@4s2"}
                          : std::vector<std::string>{"16@8s4", "32@4s2"},
                    {256}};
  const Body mlp{{}, {64, 64}};
  Body body = net.choice<Body>("body", "auto",
                               {{"auto", image ? nature : mlp},
                                {"nature", nature},
                                {"small", little},
                                {"lenet5", {{"6@5p2", "avg2", "16@5", "avg2"}, {120, 84}}},
                                {"mlp", mlp}});
  body.conv = net.get<std::vector<std::string>>("conv", body.conv);
  body.hidden = net.get<std::vector<int>>("hidden", body.hidden);
  return body;
}

Layer parse_conv(std::string_view text) {
  const std::size_t digit = std::min(text.find_first_of("0123456789"), text.size());
  if (const auto pool = Pool::parse({text.substr(0, digit), text.substr(digit)})) return *pool;
  if (const auto conv = Conv::parse({"conv", text})) return *conv;
  throw UsageError(
      "'{}' is no layer: write channels@kernel, with s<stride> and p<padding> behind it "
      "(\"32@8s4\"), or max<size> or avg<size>",
      excerpt(text));
}

std::vector<Layer> layers_of(const Body& body, float dropout) {
  std::vector<Layer> layers;
  for (const std::string& layer : body.conv) layers.push_back(parse_conv(layer));
  for (const int outputs : body.hidden) {
    if (outputs < 1 || outputs > 65536)
      throw UsageError("net.hidden: a layer of {} outputs; sizes are from 1 to 65536", outputs);
    layers.emplace_back(Dense{.outputs = outputs});
    if (dropout > 0) layers.emplace_back(Dropout{.rate = dropout});
  }
  return layers;
}

std::vector<Layer> listed_layers(const Config& net) {
  for (const char* beside : {"body", "conv", "hidden", "dropout", "recurrent", "recurrent_size"})
    if (net.has(beside))
      throw UsageError("net.{}: net.layers lists every layer, and nothing beside it adds one",
                       beside);
  std::vector<Layer> layers;
  for (const std::string& text : net.get<std::vector<std::string>>("layers", {}))
    layers.push_back(parse_layer(text));
  return layers;
}

const char* setting_of(Need need) {
  switch (need) {
    case Need::kDropout:
      return "dropout";
    case Need::kMemory:
      return "recurrent";
    case Need::kNoise:
    case Need::kNothing:
      break;
  }
  return "layers";
}

}  // namespace

bool NetOptions::needs(Need need) const {
  return std::ranges::any_of(layers, [&](const Layer& layer) { return need_of(layer) == need; });
}

bool NetOptions::takes_pictures() const {
  return std::ranges::any_of(layers, [](const Layer& layer) {
    return std::holds_alternative<Conv>(layer) || std::holds_alternative<Pool>(layer);
  });
}

int NetOptions::state_size() const {
  int sum = 0;
  for (const Layer& layer : layers)
    if (const auto* recurrent = std::get_if<Recurrent>(&layer)) sum += recurrent->state_size();
  return sum;
}

NetOptions read_net(const Config& net, const ObservationSpace& observation, int stack,
                    const NetDefaults& defaults) {
  NetOptions options;
  options.input = input_format(net, observation, stack);
  options.listed = net.has("layers");
  Body body;
  if (!options.listed) body = find_body(net, options.input);
  options.activation = read_activation(net, defaults.activation);
  options.init = read_init(net, defaults.init);
  options.layers = options.listed ? listed_layers(net)
                                  : layers_of(body, net.get<float>("dropout", 0.0F, 0.0F, 0.95F));
  if (!options.takes_pictures()) {  // a picture as a vector
    options.input.channels = options.input.frame_elements();
    options.input.rows = options.input.columns = 1;
  } else if (const auto* conv = std::get_if<Conv>(options.layers.data())) {
    options.input.block = block_for(options.input, *conv);
  }
  options.shared_hidden = net.get<bool>("shared_hidden", false);
  options.precision = read_precision(net);
  if (!options.takes_pictures() && net.get<std::string>("precision", "auto") == "auto")
    options.precision = Precision::kFloat32;  // small layers lose more by rounding than they gain
  return options;
}

void read_recurrent(const Config& net, const char* fallback, NetOptions& options) {
  if (options.listed) return;
  const auto kind = net.choice<std::optional<RecurrentKind>>(
      "recurrent", fallback,
      {{"none", {}}, {"gru", RecurrentKind::kGru}, {"lstm", RecurrentKind::kLstm}});
  if (!kind) return;
  Recurrent layer{.kind = *kind};
  layer.size = net.get<int>("recurrent_size", layer.size, 1, 8192);
  options.layers.emplace_back(layer);
}

void refuse(const Config& net, const NetOptions& options, Need need, std::string_view reason) {
  if (options.needs(need) || (need == Need::kMemory && net.has("recurrent")))
    throw UsageError("net.{}: {}", options.listed ? "layers" : setting_of(need), reason);
}

NetBuilder builder_of(const NetOptions& options, ParameterLayout& layout) {
  return {.layout = layout,
          .features = features_of(options.input),
          .activation = options.activation,
          .init = options.init};
}

}  // namespace tengen
