// The layers of networks over boards: a residual tower (He et al. 2016) with global pooling (Wu
// 2019). Each layer has two forms: as it learns, with batch normalisation (Ioffe & Szegedy 2015),
// and folded as it plays, where every normalisation is part of the convolution before it.
#pragma once

#include "nets/layers/conv.hpp"
#include "nets/layers/dense.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace tengen {

/// Pooling over the board gives a channel's mean, its mean times pooling_scale(points), and its
/// maximum (Wu 2019, section 3.3). The second says nothing new on boards of one size, but lets one
/// network serve several.
constexpr int kPooledParts = 3;
inline float pooling_scale(float points) { return (std::sqrt(points) - 14) / 10; }
/// rows × channels × height × width → rows × kPooledParts · channels, float32.
Tensor pooled(const Tensor& x);
/// rows × channels as something to add to every point of `x`.
Tensor on_board(const Tensor& bias, const Tensor& x);

/// One pass through such layers, in one of their forms.
struct BoardPass {
  enum class Mode {
    kLearning,  ///< normalised by the rows' own moments, which are written to `statistics`
    kPlaying,   ///< normalised by `statistics`
    kFolded,    ///< `parameters` are folded ones, and there are no statistics
  };
  Mode mode = Mode::kFolded;
  const ParameterViews& parameters;
  const ParameterViews* statistics = nullptr;
};

struct BoardLayers;

/// A convolution that keeps the board's size, normalised; without an activation.
struct BoardConv {
  std::size_t weight = 0, gamma = 0, beta = 0;  ///< indices of the parameters
  std::size_t mean = 0, variance = 0;           ///< of the statistics
  Conv folded;

  [[nodiscard]] Tensor forward(const BoardPass& pass, const Tensor& x) const;
  void fold(const ParameterViews& parameters, const ParameterViews& statistics,
            const ParameterViews& out) const;
};

/// A dense layer, computed in float32; both forms are the same.
struct BoardDense {
  Dense learnt, folded;
  int parts = 1;  ///< its inputs are parts × channels

  [[nodiscard]] Tensor forward(const BoardPass& pass, const Tensor& x) const;
  void fold(const ParameterViews& parameters, const ParameterViews& out) const;
};

/// All layers of one network, and where their parameters, the running means and variances of their
/// normalisations, and their folded parameters lie.
struct BoardLayers {
  ParameterLayout parameters, statistics, folded;
  std::vector<BoardConv> convs;
  std::vector<BoardDense> denses;

  /// `gamma`: the normalisation's scale at first.
  BoardConv conv(const std::string& name, int in, int out, int kernel, float gamma = 1);
  struct DenseOptions {
    int parts = 1;
    bool zero = false;  ///< weights and biases are zero at first
    Activation activation = Activation::kIdentity;
  };
  BoardDense dense(const std::string& name, int in, int out, const DenseOptions& options);
};

/// x ↦ relu(x + g(x)): two convolutions, and in some blocks what the first gives, pooled over the
/// board.
struct ResidualBlock {
  BoardConv first, second;
  std::optional<BoardDense> pooled;

  [[nodiscard]] Tensor forward(const BoardPass& pass, const Tensor& x) const;
};

struct ResidualTower {
  struct Options {
    int planes = 0, globals = 0;  ///< inputs a point, and inputs of the whole position
    int blocks = 0, channels = 0;
    int pool = 0;  ///< blocks number pool, 2 · pool … pool over the board; 0: none
  };
  BoardConv stem;
  std::optional<BoardDense> globals;
  std::vector<ResidualBlock> blocks;

  /// Blocks begin as the identity: the scale of their last normalisation is 0 (Goyal et al. 2017).
  static ResidualTower make(const std::string& prefix, const Options& options, BoardLayers& layers);
  /// `board`: rows × planes × height × width; `numbers`: rows × globals. Returns rows × channels ×
  /// height × width.
  [[nodiscard]] Tensor forward(const BoardPass& pass, const Tensor& board,
                               const Tensor& numbers) const;
};

}  // namespace tengen
