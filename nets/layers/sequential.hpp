// Layers one behind the other, and the list of all layers there are.
#pragma once

#include "nets/layers/conv.hpp"
#include "nets/layers/dense.hpp"
#include "nets/layers/dropout.hpp"
#include "nets/layers/layer_norm.hpp"
#include "nets/layers/recurrent.hpp"

#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace tengen {

/// Every layer there is: recipes name them by their forms, and every network takes them or says why
/// not. See docs/adding-a-layer.md.
using Layer = std::variant<  //
    Conv,                    //
    Pool,                    //
    Dense,                   //
    Noisy,                   //
    Dropout,                 //
    LayerNorm,               //
    Recurrent>;

/// The layer that `text` ("dense 512") describes. Throws UsageError with all forms if there is
/// none.
Layer parse_layer(std::string_view text);
/// What it needs of whoever runs it.
Need need_of(const Layer& layer);

/// Layers one behind the other. It holds no values of parameters.
class Sequential {
 public:
  /// Gives what it gets.
  Sequential() = default;
  /// Adds the layers' parameters to `net` in order. Throws UsageError where a picture gets too
  /// small for a kernel.
  Sequential(std::vector<Layer> layers, NetBuilder& net);

  /// `input`: what make_input() made and gather() filled, or batch × inputs, in the type of the
  /// parameters. Returns batch × outputs. `pass` brings what the layers need, and takes the states
  /// after the last step.
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& input,
                               Pass& pass) const;
  [[nodiscard]] std::span<const Layer> layers() const { return layers_; }

 private:
  std::vector<Layer> layers_;
};

}  // namespace tengen
