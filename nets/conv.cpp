#include "nets/conv.hpp"

#include "core/check.hpp"
#include "core/excerpt.hpp"

#include <regex>

namespace tengen {

ConvSpec parse_conv(std::string_view text) {
  static const std::regex kConv("([1-9][0-9]{0,3})@([1-9][0-9]?)(s([1-9]))?(p([0-9]))?");
  static const std::regex kPool("(max|avg)([1-9])");
  const std::string word(text);
  std::smatch m;
  const auto number = [&](std::size_t i, int fallback) {
    return m[i].matched ? std::stoi(m[i].str()) : fallback;
  };
  if (std::regex_match(word, m, kConv))
    return {ConvSpec::Kind::kConv, number(1, 0), number(2, 0), number(4, 1), number(6, 0)};
  if (std::regex_match(word, m, kPool))
    return {m[1] == "max" ? ConvSpec::Kind::kMaxPool : ConvSpec::Kind::kAveragePool, 0,
            number(2, 0), number(2, 0), 0};
  throw UsageError(
      "'{}' is no layer: write channels@kernel, with s<stride> and p<padding> behind it "
      "(\"32@8s4\"), or max<size> or avg<size>",
      excerpt(text));
}

int block_for(const InputFormat& format, const ConvSpec& first) {
  const int s = first.stride;
  const bool fits = first.kind == ConvSpec::Kind::kConv && first.padding == 0 && s <= 4 &&
                    first.kernel % s == 0 && format.rows % s == 0 && format.columns % s == 0;
  return fits ? s : 1;
}

ConvBody::ConvBody(const std::vector<ConvSpec>& specs, const InputFormat& format,
                   Activation activation, Init init, const std::string& prefix,
                   ParameterLayout& layout)
    : activation_(activation) {
  int depth = format.depth();
  int rows = format.rows / format.block, columns = format.columns / format.block;
  int number = 0;
  for (ConvSpec spec : specs) {
    if (layers_.empty()) {
      spec.kernel /= format.block;
      spec.stride /= format.block;
    }
    Layer layer{spec};
    if (spec.kind == ConvSpec::Kind::kConv) {
      const std::string name = fmt::format("{}conv{}", prefix, ++number);
      const std::int64_t area = static_cast<std::int64_t>(spec.kernel) * spec.kernel;
      const InitRule rule{init, gain_of(activation), spec.channels, depth * area,
                          spec.channels * area};
      layer.weight =
          layout.add(name + ".weight", {spec.channels, depth, spec.kernel, spec.kernel}, rule);
      layer.bias = layout.add(name + ".bias", {spec.channels}, bias_rule(rule));
      depth = spec.channels;
    }
    rows = (rows + 2 * spec.padding - spec.kernel) / spec.stride + 1;
    columns = (columns + 2 * spec.padding - spec.kernel) / spec.stride + 1;
    layers_.push_back(layer);
    if (rows < 1 || columns < 1)
      throw UsageError("net.conv: nothing of the {}x{} image is left after layer {}", format.rows,
                       format.columns, layers_.size());
  }
  features_ = depth * rows * columns;
}

Tensor ConvBody::forward(const ParameterViews& parameters, Tensor x) const {
  for (const Layer& layer : layers_) {
    const ConvSpec& s = layer.spec;
    switch (s.kind) {
      case ConvSpec::Kind::kConv:
        x = torch::conv2d(x, parameters[static_cast<std::size_t>(layer.weight)],
                          parameters[static_cast<std::size_t>(layer.bias)], s.stride, s.padding);
        x = activate(activation_, x);
        break;
      case ConvSpec::Kind::kMaxPool:
        x = torch::max_pool2d(x, s.kernel, s.stride);
        break;
      case ConvSpec::Kind::kAveragePool:
        x = torch::avg_pool2d(x, s.kernel, s.stride);
        break;
    }
  }
  return x.permute({0, 2, 3, 1}).reshape({x.size(0), -1});
}

}  // namespace tengen
