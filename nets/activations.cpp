#include "nets/activations.hpp"

#include <cmath>

namespace tengen {

Activation read_activation(const Config& net, const char* fallback) {
  return net.choice<Activation>("activation", fallback,
                                {{"relu", Activation::kRelu},
                                 {"tanh", Activation::kTanh},
                                 {"sigmoid", Activation::kSigmoid},
                                 {"softplus", Activation::kSoftplus},
                                 {"elu", Activation::kElu}});
}

Tensor activate(Activation activation, const Tensor& x) {
  switch (activation) {
    case Activation::kRelu:
      return torch::relu(x);
    case Activation::kTanh:
      return torch::tanh(x);
    case Activation::kSigmoid:
      return torch::sigmoid(x);
    case Activation::kSoftplus:
      return torch::softplus(x);
    case Activation::kElu:
      return torch::elu(x);
    case Activation::kIdentity:
      return x;
  }
  return x;
}

double gain_of(Activation activation) {
  switch (activation) {
    case Activation::kRelu:
    case Activation::kElu:
    case Activation::kSoftplus:
      return std::sqrt(2.0);
    case Activation::kTanh:
      return 5.0 / 3.0;
    case Activation::kSigmoid:
    case Activation::kIdentity:
      return 1.0;
  }
  return 1.0;
}

}  // namespace tengen
