// A folded policy-value network in kernels of our own: on boards, whose pictures are small, a
// library spends most of its time between the products.
#pragma once

#include "nets/board/board_kernels.hpp"
#include "nets/board/policy_value.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace tengen {

/// Rows of positions and where their answers go: row-major, as EvaluationBatch has them. The caller
/// owns all memory.
struct PolicyValueRows {
  int rows = 0;
  const std::uint8_t* planes = nullptr;  ///< rows × board rows × columns × planes, bytes of 0 or 1
  const float* globals = nullptr;        ///< rows × globals
  float* logits = nullptr;               ///< rows × actions
  float* value = nullptr;                ///< rows
  float* margin = nullptr;               ///< rows; 0 is written without territory
  float* ownership = nullptr;            ///< rows × points; untouched without territory
};

/// An array that begins on a cache line, and is filled with zeros at first.
template <class T>
class AlignedArray {
 public:
  AlignedArray() = default;
  explicit AlignedArray(std::size_t size)
      : data_(static_cast<T*>(::operator new(size * sizeof(T), kAlignment))) {
    std::uninitialized_fill_n(data_.get(), size, T{});
  }
  [[nodiscard]] T* data() { return data_.get(); }
  [[nodiscard]] const T* data() const { return data_.get(); }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(T* data) const { ::operator delete(data, kAlignment); }
  };
  std::unique_ptr<T[], Free> data_;
};

/// It computes in bfloat16 and adds in float32. A position's answer does not depend on the others
/// of its batch. It is immutable, and so threads may share it.
class BoardNet {
 public:
  /// `folded`: float32, on the CPU, by net.folded_layout(). `products` is not kNone.
  BoardNet(const PolicyValueNet& net, const ParameterViews& folded,
           kernels::BoardProducts products = kernels::best_board_products());

  /// Memory that stays from batch to batch. Threads do not share it.
  class Workspace {
   private:
    friend class BoardNet;
    int rows = 0, columns = 0, planes = 0, width = 0;  // what it is made for
    AlignedArray<kernels::Half> input, x, y;           // kGroup boards each
    AlignedArray<float> pooled, bias, hidden;
  };
  /// Writes the answers of `rows`.
  void evaluate(const PolicyValueRows& rows, Workspace& workspace) const;

 private:
  struct Conv {
    int in = 0, out = 0, taps = 1;
    AlignedArray<kernels::Half> weight;
    std::vector<float> bias;
  };
  struct Dense {  // inputs first
    int in = 0, out = 0;
    std::vector<float> weight, bias;
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
  struct Answer {  // numbers that are sums over channels
    std::vector<float> weight, bias;
  };
  struct Group;  // boards that go through the network together
  [[nodiscard]] Conv conv_of(const ParameterViews& folded, const BoardConv& conv) const;
  [[nodiscard]] Tower tower_of(const ParameterViews& folded, const ResidualTower& tower) const;
  void prepare(Workspace& workspace) const;
  void convolve(const Group& group, const Conv& conv, const kernels::Half* x, kernels::Half* y,
                const kernels::Half* residual = nullptr, const float* board_bias = nullptr) const;
  void pool(const Group& group, const kernels::Half* x) const;
  void spread(const Group& group, const Dense& dense, const float* rows) const;
  void climb(const Group& group, const Tower& tower) const;
  void answer_policy(const Group& group) const;
  void answer_value(const Group& group) const;

  PolicyValueOptions options_;
  kernels::BoardProducts products_;
  kernels::BoardGeometry board_;
  int width_;  // channels, padded
  Tower trunk_, policy_trunk_;
  Conv policy_conv_, policy_pool_, value_conv_;
  Dense policy_bias_, value_hidden_;
  Answer policy_points_, policy_rest_, value_, margin_, ownership_;
};

}  // namespace tengen
