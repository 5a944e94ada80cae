// The convolutional part of a network.
#pragma once

#include "nets/activations.hpp"
#include "nets/kernels/gather.hpp"
#include "nets/parameters.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// One step over an image: a convolution (and its activation) or a pooling.
struct ConvSpec {
  enum class Kind { kConv, kMaxPool, kAveragePool };
  Kind kind = Kind::kConv;
  int channels = 0;  ///< a convolution's outputs
  int kernel = 1, stride = 1, padding = 0;
};

/// "32@8s4": 32 channels, kernel 8, stride 4; "6@5p2": padding 2; "max2", "avg2": pooling.
/// Throws UsageError for anything else.
ConvSpec parse_conv(std::string_view text);

/// The block of pixels that the input step should make one position of, for this first layer: its
/// stride where kernel and image are multiples of it, else 1 (see InputFormat).
int block_for(const InputFormat& format, const ConvSpec& first);

class ConvBody {
 public:
  /// Adds `prefix`conv1.weight, `prefix`conv1.bias … to `layout`. Throws UsageError where the image
  /// gets too small for a kernel.
  ConvBody(const std::vector<ConvSpec>& specs, const InputFormat& format, Activation activation,
           Init init, const std::string& prefix, ParameterLayout& layout);
  /// input → batch × features(), in (row, column, channel) order.
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, Tensor x) const;
  [[nodiscard]] int features() const { return features_; }

 private:
  struct Layer {
    ConvSpec spec;
    int weight = -1, bias = -1;
  };
  std::vector<Layer> layers_;
  Activation activation_;
  int features_ = 0;
};

}  // namespace tengen
