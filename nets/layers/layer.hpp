// What the layers of a network have in common. A layer is a struct of its settings, which knows
// after add() where its parameters lie. It has
//
//   static constexpr const char* kForm                    how a recipe writes it: "dense 512"
//   static constexpr Need kNeed                           what it needs of whoever runs it
//   static std::optional<L> parse(const LayerWords&)      nothing for another layer's words
//   void add(NetBuilder&)                                 adds its parameters to a network
//   Tensor forward(parameters, x, Pass&) const
//
// Values of parameters are an argument, so that an online and a target network are one function.
// The layers there are stand in one list, Layer in nets/layers/sequential.hpp.
#pragma once

#include "core/rng.hpp"
#include "nets/activations.hpp"
#include "nets/kernels/gather.hpp"
#include "nets/parameters.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// "dense 512" as its name and what stands behind it.
struct LayerWords {
  std::string_view name, argument;
};
/// The whole of `text` as a number in [low, high], or nothing.
std::optional<int> whole_number(std::string_view text, int low, int high);

/// What some layers need besides parameters and input. Networks that cannot give it refuse them.
enum class Need {
  kNothing,
  kDropout,  ///< a random stream while the network learns
  kNoise,    ///< Noise, drawn anew between passes
  kMemory,   ///< a recurrent state for each lane
};

/// The form of one row between two layers: a picture of channels × rows × columns, or with `flat`
/// as many numbers as there are channels.
struct Features {
  int channels = 0, rows = 1, columns = 1;
  int block = 1;  ///< pixels along the side of one position, see InputFormat
  bool flat = false;

  [[nodiscard]] int count() const { return channels * rows * columns; }
};
Features features_of(const InputFormat& format);
inline Features flat_features(int count) { return {.channels = count, .flat = true}; }

/// A network while layers are added to it, one after another.
struct NetBuilder {
  ParameterLayout& layout;
  Features features;                          ///< what the layers so far give
  Activation activation = Activation::kRelu;  ///< of layers that name none
  Init init = Init::kDefault;
  std::string prefix = {};  ///< of parameters' names: "", "value."
  int numbered_from = 1;    ///< "hidden1" is the first; 2: "hidden", then "hidden2"
  int state_size = 0;       ///< numbers of recurrent state per lane so far
  std::map<std::string, int, std::less<>> counts = {};  ///< layers of each kind so far

  /// The next name for a layer of that kind: "value.hidden2".
  std::string name(std::string_view kind) { return name(kind, numbered_from); }
  std::string name(std::string_view kind, int numbered_from);
  /// Goes on from here under another prefix, with numbers that begin anew.
  [[nodiscard]] NetBuilder branch(std::string prefix, int numbered_from) const;
};

/// Whether it holds the deviations of a noisy layer's weights, [outputs, inputs].
inline bool is_weight_sigma(const ParameterSpec& spec) {
  return spec.name.ends_with(".weight_sigma");
}

/// Factorised Gaussian noise of every noisy layer (Fortunato et al. 2018, section 3b): it is drawn
/// once and used for every row of a forward pass. float32, on the device of the parameters.
struct Noise {
  struct Layer {
    Tensor in, out;  ///< f(ε) of the layer's inputs and outputs, f(x) = sgn(x)·√|x|
  };
  std::vector<Layer> layers;
  /// Zero noise for the noisy layers in `layout`.
  static Noise zero(const ParameterLayout& layout, const Backend& backend);
  /// Draws all noise anew, from `rng` alone.
  void draw(Rng& rng);
};

/// What a forward pass draws on besides parameters and input.
struct ForwardMode {
  const Noise* noise = nullptr;  ///< null: noisy layers use their means
  Rng* dropout = nullptr;        ///< null: nothing is dropped (acting, targets)
};

/// What one forward pass carries from layer to layer beside the rows themselves.
struct Pass {
  ForwardMode mode = {};
  Tensor state = {};  ///< lanes × state size, float32: of all recurrent layers side by side
  Tensor keep = {};   ///< steps × lanes, float32: 0 where an episode starts, else 1
  std::vector<Tensor> states_after = {};  ///< of each recurrent layer, after the last step

  /// lanes × state size after the last step; undefined without recurrent layers.
  [[nodiscard]] Tensor next_state() const;
};

/// batch × channels × rows × columns → batch × count, in (row, column, channel) order; what is flat
/// already stays as it is.
Tensor flat(const Tensor& x);

}  // namespace tengen
