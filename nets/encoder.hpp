// The part of a network that turns observations into features, as a recipe's [net] section
// describes it: convolutions and dense layers.
#pragma once

#include "core/config.hpp"
#include "core/space.hpp"
#include "nets/conv.hpp"
#include "nets/mlp.hpp"

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
  Precision precision = Precision::kFloat32;  ///< asked for: make_backend() decides
};

struct NetDefaults {
  const char* activation = "relu";
  const char* init = "default";
};

/// Reads `net`, a recipe's [net] section, for observations of `stack` frames:
///
///   body       "auto", "nature" (32@8s4 64@4s2 64@3s1, 512), "small" (16@8s4 32@4s2, 256),
///              "lenet5" (6@5p2 avg2 16@5 avg2, 120 84) or "mlp" (64 64)
///   conv       list of layers instead of the body's, see parse_conv
///   hidden     list of dense layers' outputs instead of the body's
///   activation, init, dropout, shared_hidden
///   offset, scale   an input is (element − offset) · scale; images: 0, 1/255
///   precision  "float32"; "bfloat16", which is computed where the device has it (make_backend); or
///              "auto": bfloat16 for convolutions, else float32
///
/// `defaults` are for what differs between families of algorithms. Throws UsageError for what makes
/// no sense.
NetOptions read_net(const Config& net, const ObservationSpace& observation, int stack,
                    const NetDefaults& defaults = {});

/// Convolutions, then dense layers. Like every part of a network it holds no values: parameters are
/// an argument.
class Encoder {
 public:
  /// Adds `prefix`conv1.weight …, `prefix`hidden1.weight … to `layout`. Takes the first
  /// `dense_layers` of options.hidden; the last of options.hidden is noisy if sigma0 > 0.
  Encoder(const NetOptions& options, std::size_t dense_layers, const std::string& prefix,
          float sigma0, ParameterLayout& layout, std::vector<std::pair<int, int>>& noise_sizes);
  /// What make_input() made and gather() filled → rows × features().
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& input,
                               const ForwardMode& mode = {}) const;
  [[nodiscard]] int features() const { return features_; }

 private:
  Activation activation_;
  float dropout_;
  int features_;
  std::optional<ConvBody> conv_;
  std::vector<Dense> hidden_;
};

}  // namespace tengen
