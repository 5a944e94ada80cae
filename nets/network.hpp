// A network of action values: encoder and head.
#pragma once

#include "nets/encoder.hpp"
#include "nets/heads.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace tengen {

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
  std::optional<Encoder> encoder_;
  std::optional<Head> head_;
};

}  // namespace tengen
