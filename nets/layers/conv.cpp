#include "nets/layers/conv.hpp"

#include "core/check.hpp"

#include <regex>

namespace tengen {
namespace {

// Moves a window over the picture: the positions it can take are what is left.
void slide(Features& f, int kernel, int stride, int padding) {
  if (f.flat)
    throw UsageError(
        "net.layers: convolutions and poolings take pictures, and the layer before gives numbers "
        "in "
        "a row");
  const auto positions = [&](int size) {
    const int room = size + 2 * padding - kernel;
    return room < 0 ? 0 : room / stride + 1;
  };
  f.rows = positions(f.rows);
  f.columns = positions(f.columns);
}

}  // namespace

std::optional<Conv> Conv::parse(const LayerWords& words) {
  static const std::regex kConv("([1-9][0-9]{0,3})@([1-9][0-9]?)(s([1-9]))?(p([0-9]))?");
  const std::string argument(words.argument);
  std::smatch m;
  if (words.name != "conv" || !std::regex_match(argument, m, kConv)) return {};
  const auto number = [&](std::size_t i, int fallback) {
    return m[i].matched ? std::stoi(m[i].str()) : fallback;
  };
  return Conv{.channels = number(1, 0),
              .kernel = number(2, 0),
              .stride = number(4, 1),
              .padding = number(6, 0)};
}

void Conv::add(NetBuilder& net) {
  Features& f = net.features;
  kernel /= f.block;
  stride /= f.block;
  f.block = 1;
  if (!activation) activation = net.activation;
  const std::string full = name.empty() ? net.name("conv") : net.prefix + name;
  const std::int64_t area = static_cast<std::int64_t>(kernel) * kernel;
  const InitRule rule{net.init, gain_of(*activation), channels, f.channels * area, channels * area};
  weight = net.layout.add(full + ".weight", {channels, f.channels, kernel, kernel}, rule);
  bias = net.layout.add(full + ".bias", {channels}, bias_rule(rule));
  slide(f, kernel, stride, padding);
  f.channels = channels;
}

Tensor Conv::forward(const ParameterViews& parameters, const Tensor& x, Pass&) const {
  return activate(*activation,
                  torch::conv2d(x, parameters[weight], parameters[bias], stride, padding));
}

std::optional<Pool> Pool::parse(const LayerWords& words) {
  const auto size = whole_number(words.argument, 1, 9);
  if ((words.name != "max" && words.name != "avg") || !size) return {};
  return Pool{.maximum = words.name == "max", .size = *size};
}

void Pool::add(NetBuilder& net) { slide(net.features, size, size, 0); }

Tensor Pool::forward(const ParameterViews&, const Tensor& x, Pass&) const {
  return maximum ? torch::max_pool2d(x, size, size) : torch::avg_pool2d(x, size, size);
}

int block_for(const InputFormat& format, const Conv& first) {
  const int s = first.stride;
  const bool fits = first.padding == 0 && s <= 4 && first.kernel % s == 0 && format.rows % s == 0 &&
                    format.columns % s == 0;
  return fits ? s : 1;
}

}  // namespace tengen
