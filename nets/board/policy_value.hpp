// The network of AlphaZero and its kin: a residual tower over a board (Silver et al. 2017), and
// heads for policy, value, margin and ownership (Wu 2019).
#pragma once

#include "core/config.hpp"
#include "nets/board/residual_tower.hpp"

#include <optional>

namespace tengen {

struct PolicyValueOptions {
  // What the game says of itself (GameSpec).
  int rows = 0, columns = 0;
  int planes = 0;   ///< bytes of 0 or 1 for each point
  int globals = 0;  ///< further numbers of a position
  int actions = 0;
  bool points =
      true;  ///< action i is point i, and further actions are no points; else any numbering
  bool territory = false;  ///< with heads for margin and ownership
  // What the recipe chooses.
  int blocks = 4, channels = 32;
  int pool = 3;           ///< blocks number pool, 2 · pool … pool over the board; 0: none
  bool separate = false;  ///< the policy has a tower of its own, as AlphaGo's two networks
  Precision precision = Precision::kFloat32;  ///< asked for: make_backend() decides

  [[nodiscard]] int board() const { return rows * columns; }
};

/// `game` (the upper half filled in) with what `net`, a recipe's [net] section, chooses:
///
///   blocks, channels   of the residual tower (4, 32)
///   pool               blocks number pool, 2 · pool … pool over the board (3; 0: none)
///   trunk              "shared", or "separate": policy and value have nothing in common
///   precision          "float32"; "bfloat16" and "auto": bfloat16 where the device has it
///
/// Throws UsageError for what makes no sense.
PolicyValueOptions read_policy_value(const Config& net, const PolicyValueOptions& game);

constexpr float kPointsPerMargin = 20;  ///< margins are computed and learnt in units of 20 points

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
  [[nodiscard]] const ParameterLayout& layout() const { return layers_.parameters; }
  /// Means and variances: kept in a Parameters of float32, saved beside the parameters, and not
  /// touched by optimisers.
  [[nodiscard]] const ParameterLayout& statistics() const { return layers_.statistics; }
  [[nodiscard]] const ParameterLayout& folded_layout() const { return layers_.folded; }
  /// Whether it is the policy's alone, of the layout or of the statistics. Where the two are
  /// separate all others are the value's alone.
  [[nodiscard]] static bool of_policy(const ParameterSpec& spec) {
    return spec.name.starts_with("policy.");
  }

 private:
  friend class BoardNet;
  [[nodiscard]] PolicyValueOutput run(const BoardPass& pass, const Tensor& planes,
                                      const Tensor& globals) const;
  [[nodiscard]] Tensor policy(const BoardPass& pass, const Tensor& x) const;
  [[nodiscard]] PolicyValueOutput values(const BoardPass& pass, const Tensor& x) const;

  PolicyValueOptions options_;
  BoardLayers layers_;
  ResidualTower trunk_;
  std::optional<ResidualTower> policy_trunk_;  // if separate
  BoardConv policy_conv_, policy_pool_, value_conv_;
  BoardDense policy_bias_, policy_points_;
  std::optional<BoardDense> policy_rest_;  // of actions that are no points
  BoardDense value_hidden_, value_;
  std::optional<BoardDense> margin_, ownership_;  // with territory
};

}  // namespace tengen
