// A network of action values: a body of layers, and a head of one stream or two.
#pragma once

#include "nets/heads.hpp"
#include "nets/net_options.hpp"

#include <string_view>
#include <vector>

namespace tengen {

/// The function a network computes. It holds no values: parameters are an argument, so that an
/// online and a target network are one Network and two Parameters.
class Network {
 public:
  /// The streams of the head begin with the last hidden layer of options.layers, and each has one
  /// of its own. With options.shared_hidden or memory all of options.layers is before them. With
  /// head.noisy the last hidden layer is noisy wherever it stands. Throws UsageError where
  /// shared_hidden means nothing.
  Network(const NetOptions& options, const HeadOptions& head);
  /// What make_input() made and gather() filled → batch × actions × outputs, float32. Input and
  /// parameters are of one type. Without memory.
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& input,
                               const ForwardMode& mode = {}) const;
  /// The same with memory: rows are steps × lanes, time-major; `state` is lanes × state_size(), and
  /// `keep` steps × lanes, 0 where an episode starts with that step, else 1. Returns the head's
  /// output, and the state after the last step.
  [[nodiscard]] Sequence forward(const ParameterViews& parameters, const Tensor& input,
                                 const Tensor& state, const Tensor& keep,
                                 const ForwardMode& mode = {}) const;
  /// forward's expected values: batch × actions. Without memory.
  [[nodiscard]] Tensor values(const ParameterViews& parameters, const Tensor& input,
                              const ForwardMode& mode = {}) const;

  [[nodiscard]] const ParameterLayout& layout() const { return layout_; }
  [[nodiscard]] const NetOptions& options() const { return options_; }
  [[nodiscard]] const HeadOptions& head() const { return head_options_; }
  /// Numbers of recurrent state per lane; 0 without memory.
  [[nodiscard]] int state_size() const { return options_.state_size(); }
  /// Zero noise for its noisy layers.
  [[nodiscard]] Noise make_noise(const Backend& backend) const {
    return Noise::zero(layout_, backend);
  }

 private:
  struct Stream {
    Sequential layers;
    int width = 1;  // actions, or 1 for the value stream
  };
  void add_stream(const NetBuilder& body, const std::string& name, int width,
                  std::vector<Layer> layers);
  [[nodiscard]] Tensor run(const Stream& stream, const ParameterViews& parameters, const Tensor& x,
                           Pass& pass) const;
  [[nodiscard]] Tensor run(const ParameterViews& parameters, const Tensor& input, Pass& pass) const;

  NetOptions options_;
  HeadOptions head_options_;
  ParameterLayout layout_;
  Sequential body_;
  std::vector<Stream> streams_;  // Q; or value and advantage
};

}  // namespace tengen
