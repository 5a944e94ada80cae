// Layers over pictures: convolutions and poolings.
#pragma once

#include "nets/layers/layer.hpp"

namespace tengen {

/// A convolution and its activation. Parameters are name.weight [channels, inputs, kernel, kernel]
/// and name.bias [channels]; the name is "conv1", "conv2" … where none is given. Over an input in
/// blocks of pixels (see InputFormat) it is computed with kernel and stride in blocks.
struct Conv {
  static constexpr const char* kForm = "conv 32@8s4p0";  // channels@kernel, s<stride>, p<padding>
  static constexpr Need kNeed = Need::kNothing;

  int channels = 0;  ///< outputs
  int kernel = 1, stride = 1, padding = 0;

  std::string name = {};
  std::optional<Activation> activation = {};  ///< nothing: the network's

  std::size_t weight = 0, bias = 0;  ///< indices of the parameters, from add() on

  /// "32@8s4": 32 channels, kernel 8, stride 4; "6@5p2": padding 2.
  static std::optional<Conv> parse(const LayerWords& words);
  void add(NetBuilder& net);
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& x, Pass& pass) const;
};

/// The largest or the mean of each size × size square of each channel.
struct Pool {
  static constexpr const char* kForm = "max 2 (or avg)";
  static constexpr Need kNeed = Need::kNothing;

  bool maximum = true;
  int size = 2;

  static std::optional<Pool> parse(const LayerWords& words);
  void add(NetBuilder& net);
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& x, Pass& pass) const;
};

/// The block of pixels that the input step should make one position of, for this first layer: its
/// stride where kernel and image are multiples of it, else 1 (see InputFormat).
int block_for(const InputFormat& format, const Conv& first);

}  // namespace tengen
