// A network, as a recipe's [net] section describes it: convolutions, dense layers, head.
#pragma once

#include "core/config.hpp"
#include "core/space.hpp"
#include "nets/conv.hpp"
#include "nets/heads.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tengen {

struct NetOptions {
  std::vector<ConvSpec> conv;
  std::vector<int> hidden;  ///< outputs of each dense layer before the head's last
  Activation activation = Activation::kRelu;
  Init init = Init::kDefault;
  float dropout = 0;           ///< after each dense layer, while learning
  bool shared_hidden = false;  ///< dueling streams part after the last hidden layer, not before it
  InputFormat input;
  Precision precision = Precision::kFloat32;
};

/// Reads `net`, a recipe's [net] section, for observations of `stack` frames:
///
///   body       "auto", "nature" (32@8s4 64@4s2 64@3s1, 512), "small" (16@8s4 32@4s2, 256),
///              "lenet5" (6@5p2 avg2 16@5 avg2, 120 84) or "mlp" (64 64)
///   conv       list of layers instead of the body's, see parse_conv
///   hidden     list of dense layers' outputs instead of the body's
///   activation, init, dropout, shared_hidden
///   offset, scale   an input is (element − offset) · scale; images: 0, 1/255
///   precision  "float32", "bfloat16" or "auto"; left out, what auto chose stands in the resolved
///   recipe
///
/// Throws UsageError for what makes no sense.
NetOptions read_net(const Config& net, const ObservationSpace& observation, int stack);

/// The function a network computes. It holds no values: parameters are an argument, so that an
/// online and a target network are one Network and two Parameters.
class Network {
 public:
  Network(const NetOptions& options, const HeadOptions& head);
  /// What make_input() made and gather() filled → batch × actions × outputs, float32. Input and
  /// parameters are of one type.
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& input,
                               const ForwardMode& mode = {}) const;
  /// forward's expected values: batch × actions.
  [[nodiscard]] Tensor values(const ParameterViews& parameters, const Tensor& input,
                              const ForwardMode& mode = {}) const;

  [[nodiscard]] const ParameterLayout& layout() const { return layout_; }
  [[nodiscard]] const NetOptions& options() const { return options_; }
  [[nodiscard]] const HeadOptions& head() const { return head_options_; }
  /// Zero noise for its noisy layers.
  [[nodiscard]] Noise make_noise(const Backend& backend) const;

 private:
  NetOptions options_;
  HeadOptions head_options_;
  ParameterLayout layout_;
  std::vector<std::pair<int, int>> noise_sizes_;  // inputs and outputs of each noisy layer
  std::optional<ConvBody> conv_;
  std::vector<Dense> hidden_;
  std::optional<Head> head_;
};

}  // namespace tengen
