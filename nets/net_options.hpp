// What a recipe's [net] section says of a network: the layers before its heads, and how they
// compute.
#pragma once

#include "core/config.hpp"
#include "core/space.hpp"
#include "nets/layers/sequential.hpp"

#include <string_view>
#include <vector>

namespace tengen {

struct NetOptions {
  /// The layers before the last ones of the heads.
  std::vector<Layer> layers;
  bool listed = false;  ///< the recipe names them one by one, in net.layers
  Activation activation = Activation::kRelu;
  Init init = Init::kDefault;
  bool shared_hidden = false;  ///< dueling streams part after the last hidden layer, not before it
  InputFormat input;
  Precision precision = Precision::kFloat32;  ///< asked for: make_backend() decides

  [[nodiscard]] bool needs(Need need) const;
  /// Whether the layers see pictures as such.
  [[nodiscard]] bool takes_pictures() const;
  /// Numbers of recurrent state per lane; 0 without memory.
  [[nodiscard]] int state_size() const;
};

struct NetDefaults {
  const char* activation = "relu";
  const char* init = "default";
};

/// Reads `net`, a recipe's [net] section, for observations of `stack` frames:
///
///   body       "auto", "nature" (32@8s4 64@4s2 64@3s1, 512), "small" (16@8s4 32@4s2, 256),
///              "lenet5" (6@5p2 avg2 16@5 avg2, 120 84) or "mlp" (64 64)
///   conv       list of layers instead of the body's: "32@8s4" (channels@kernel, s<stride>,
///              p<padding>), "max2", "avg2"
///   hidden     list of dense layers' outputs instead of the body's
///   dropout    the rate after each dense layer
///   layers     instead of all these, list of any layers by their forms (see parse_layer):
///              ["conv 16@8s4", "dense 256", "norm", "gru 128"]
///   activation, init, shared_hidden
///   offset, scale   an input is (element − offset) · scale; images: 0, 1/255
///   precision  "float32"; "bfloat16", which is computed where the device has it (make_backend); or
///              "auto": bfloat16 for pictures, else float32
///
/// `defaults` are for what differs between families of algorithms. Throws UsageError for what makes
/// no sense.
NetOptions read_net(const Config& net, const ObservationSpace& observation, int stack,
                    const NetDefaults& defaults = {});

/// Reads `recurrent` ("none", "gru" or "lstm"; `fallback` where left out) and, with memory,
/// `recurrent_size` of a recipe's [net] section, and puts that layer behind the others. Where the
/// recipe lists the layers themselves it reads nothing. Throws UsageError.
void read_recurrent(const Config& net, const char* fallback, NetOptions& options);

/// For networks that cannot give what some layers need: throws UsageError, with the setting's name
/// and `reason`, if `options`, which were read from `net`, have such a layer. Memory is refused
/// before read_recurrent() has read anything, too.
void refuse(const Config& net, const NetOptions& options, Need need, std::string_view reason);

/// Where a network with those options begins: at its input.
NetBuilder builder_of(const NetOptions& options, ParameterLayout& layout);

}  // namespace tengen
