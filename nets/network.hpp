// A network of action values: encoder, memory if asked for, and head.
#pragma once

#include "nets/encoder.hpp"
#include "nets/heads.hpp"
#include "nets/recurrent.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace tengen {

/// The function a network computes. It holds no values: parameters are an argument, so that an
/// online and a target network are one Network and two Parameters.
class Network {
 public:
  /// With memory all of options.hidden is before it, and the head is a layer on its outputs.
  Network(const NetOptions& options, const HeadOptions& head, const RecurrentOptions& memory = {});
  /// What make_input() made and gather() filled → batch × actions × outputs, float32. Input and
  /// parameters are of one type.
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& input,
                               const ForwardMode& mode = {}) const;
  /// The same with memory: rows are steps × lanes, time-major; `state` and `keep` as RecurrentCell
  /// has them. The head's output, and the state after the last step.
  [[nodiscard]] Sequence forward(const ParameterViews& parameters, const Tensor& input,
                                 const Tensor& state, const Tensor& keep,
                                 const ForwardMode& mode = {}) const;
  /// forward's expected values: batch × actions. Without memory.
  [[nodiscard]] Tensor values(const ParameterViews& parameters, const Tensor& input,
                              const ForwardMode& mode = {}) const;

  [[nodiscard]] const ParameterLayout& layout() const { return layout_; }
  [[nodiscard]] const NetOptions& options() const { return options_; }
  [[nodiscard]] const HeadOptions& head() const { return head_options_; }
  [[nodiscard]] const RecurrentOptions& memory() const { return memory_; }
  /// Zero noise for its noisy layers.
  [[nodiscard]] Noise make_noise(const Backend& backend) const;

 private:
  NetOptions options_;
  HeadOptions head_options_;
  RecurrentOptions memory_;
  ParameterLayout layout_;
  std::vector<std::pair<int, int>> noise_sizes_;  // inputs and outputs of each noisy layer
  std::optional<Encoder> encoder_;
  RecurrentCell cell_;
  std::optional<Head> head_;
};

}  // namespace tengen
