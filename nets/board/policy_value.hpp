// The network of AlphaZero and its kin: a residual tower over a board (He et al. 2016, Silver et
// al. 2017), with global pooling, and heads for policy, value, margin and ownership (Wu 2019).
#pragma once

#include "core/config.hpp"
#include "nets/parameters.hpp"

#include <cmath>
#include <string>
#include <vector>

namespace tengen {

struct PolicyValueOptions {
  // What the game says of itself (GameSpec).
  int rows = 0, columns = 0;
  int planes = 0;   ///< bytes of 0 or 1 a point
  int globals = 0;  ///< further numbers of a position
  int actions = 0;
  bool points = true;      ///< action i is point i, those behind are none; else any numbering
  bool territory = false;  ///< with heads for margin and ownership
  // What the recipe chooses.
  int blocks = 4, channels = 32;
  int pool = 3;           ///< every so manieth block pools over the board; 0: none
  bool separate = false;  ///< the policy has a tower of its own, as AlphaGo's two networks
  Precision precision = Precision::kFloat32;  ///< asked for: make_backend() decides

  [[nodiscard]] int board() const { return rows * columns; }
};

/// `game` (the upper half filled in) with what `net`, a recipe's [net] section, chooses:
///
///   blocks, channels   of the residual tower (4, 32)
///   pool               every so manieth block pools over the board (3; 0: none)
///   trunk              "shared", or "separate": policy and value have nothing in common
///   precision          "float32"; "bfloat16" and "auto": bfloat16 where the device has it
///
/// Throws UsageError for what makes no sense.
PolicyValueOptions read_policy_value(const Config& net, const PolicyValueOptions& game);

constexpr float kPointsPerMargin = 20;  ///< margins are computed and learnt in units of 20 points
/// Pooling gives a channel's mean, its mean times pooling_scale(points), and its maximum (Wu 2019,
/// section 3.3). The second says nothing new on boards of one size, but lets one network serve
/// several.
constexpr int kPooledParts = 3;
inline float pooling_scale(float points) { return (std::sqrt(points) - 14) / 10; }

/// What the network says of rows of positions, in float32, from the view of the player to move.
struct PolicyValueOutput {
  Tensor logits;     ///< rows × actions
  Tensor value;      ///< rows, in [−1, 1]
  Tensor margin;     ///< rows, in points; undefined without territory
  Tensor ownership;  ///< rows × points of the board, in [−1, 1]; undefined without territory
};

/// The function such a network computes. It holds no values: parameters, and the running means and
/// variances of its normalisations, are arguments.
class PolicyValueNet {
 public:
  explicit PolicyValueNet(const PolicyValueOptions& options);

  /// While learning: normalised by the rows' own moments, which are written to `moments` (views by
  /// statistics()). `planes`: rows × board rows × columns × planes bytes; `globals`: rows ×
  /// globals, float32; both where `parameters` are.
  [[nodiscard]] PolicyValueOutput learning(const ParameterViews& parameters,
                                           const ParameterViews& moments, const Tensor& planes,
                                           const Tensor& globals) const;
  /// While playing: normalised by `statistics`.
  [[nodiscard]] PolicyValueOutput playing(const ParameterViews& parameters,
                                          const ParameterViews& statistics, const Tensor& planes,
                                          const Tensor& globals) const;
  /// The same by folded parameters, see fold().
  [[nodiscard]] PolicyValueOutput folded(const ParameterViews& parameters, const Tensor& planes,
                                         const Tensor& globals) const;
  /// Writes parameters of folded_layout() to `out`, in its type: every normalisation becomes part
  /// of the convolution before it.
  void fold(const ParameterViews& parameters, const ParameterViews& statistics,
            const ParameterViews& out) const;

  /// What a network of the same game and `smaller` blocks and channels has learnt, as this one's
  /// beginning: `parameters` and `statistics` are initialised already, and those that `smaller` has
  /// become its own. New blocks are the identity, and nothing old reads a new channel, so that the
  /// function is the same and what is new can be learnt. Throws Error if this one is not larger.
  void grow(const PolicyValueNet& smaller, const ParameterViews& smaller_parameters,
            const ParameterViews& smaller_statistics, const ParameterViews& parameters,
            const ParameterViews& statistics) const;

  [[nodiscard]] const PolicyValueOptions& options() const { return options_; }
  [[nodiscard]] const ParameterLayout& layout() const { return layout_; }
  /// Means and variances: kept in a Parameters of float32, saved beside the parameters, and not
  /// touched by optimisers.
  [[nodiscard]] const ParameterLayout& statistics() const { return statistics_; }
  [[nodiscard]] const ParameterLayout& folded_layout() const { return folded_; }
  /// Whether it is the policy's alone, of the layout or of the statistics. Where the two are
  /// separate all others are the value's alone.
  [[nodiscard]] static bool of_policy(const ParameterSpec& spec) {
    return spec.name.starts_with("policy.");
  }

 private:
  friend class PolicyValuePass;
  friend class BoardNet;
  // Indices into ParameterViews.
  struct Conv {
    std::size_t weight = 0, gamma = 0, beta = 0;  // of layout_
    std::size_t mean = 0, variance = 0;           // of statistics_
    std::size_t folded_weight = 0, folded_bias = 0;
  };
  struct Dense {
    std::size_t weight = 0, bias = 0, folded_weight = 0, folded_bias = 0;
    int parts = 1;  // inputs are parts × channels
  };
  struct Block {
    Conv first, second;
    bool pools = false;
    Dense pooled;
  };
  struct Tower {
    Conv stem;
    Dense globals;
    std::vector<Block> blocks;
  };
  Conv add_conv(const std::string& name, int in, int out, int kernel, float gamma = 1);
  Dense add_dense(const std::string& name, int in, int out, int parts = 1, bool zero = false);
  Tower add_tower(const std::string& prefix);

  PolicyValueOptions options_;
  ParameterLayout layout_, statistics_, folded_;
  std::vector<Conv> convs_;
  std::vector<Dense> denses_;
  Tower trunk_, policy_trunk_;  // the second only if separate
  Conv policy_conv_, policy_pool_, value_conv_;
  Dense policy_bias_, policy_points_, policy_rest_;  // rest: actions that are no points
  Dense value_hidden_, value_, margin_, ownership_;
};

}  // namespace tengen
