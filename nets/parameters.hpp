// All parameters of a network lie in one flat float32 buffer: one pass updates them, one copy
// synchronises them, one record saves them. Layers see views of it.
#pragma once

#include "core/archive.hpp"
#include "core/rng.hpp"
#include "nets/backend.hpp"
#include "nets/init.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace tengen {

/// One parameter: its place in the flat buffer, and its initial values. A weight of rank 4 is
/// [out, in, height, width] to torch and channels-last in memory.
struct ParameterSpec {
  std::string name;
  std::vector<std::int64_t> shape;
  std::int64_t offset = 0, count = 0;
  InitRule rule;

  /// Weights have two dimensions or more; biases, normalisations' scales and shifts, deviations and
  /// temperatures have one.
  [[nodiscard]] bool weight() const { return shape.size() > 1; }
};

/// The parameters of a network without their values. Layers add theirs while the network is put
/// together; order and names are those of checkpoints.
class ParameterLayout {
 public:
  /// Returns the new parameter's index in every ParameterViews.
  std::size_t add(std::string name, std::vector<std::int64_t> shape, const InitRule& rule);
  [[nodiscard]] const std::vector<ParameterSpec>& specs() const { return specs_; }
  /// Elements of a flat buffer. Each parameter begins on a cache line; gaps are and stay zero.
  [[nodiscard]] std::int64_t size() const { return size_; }
  /// Elements of all parameters, without gaps.
  [[nodiscard]] std::int64_t count() const;
  /// A line for each parameter: "conv1.weight 16x4x8x8".
  [[nodiscard]] std::string manifest() const;

 private:
  std::vector<ParameterSpec> specs_;
  std::int64_t size_ = 0;
};

using ParameterFilter = std::function<bool(const ParameterSpec&)>;
/// Elements [begin, end) of a flat buffer.
struct FlatRange {
  std::int64_t begin = 0, end = 0;
};
/// The ranges of the parameters that `wanted` picks, each with the gap behind it, in order;
/// neighbours are one range.
std::vector<FlatRange> ranges_of(const ParameterLayout& layout, const ParameterFilter& wanted);

/// A flat buffer cut into a network's parameters, by index.
using ParameterViews = std::vector<Tensor>;
ParameterViews views_of(const ParameterLayout& layout, const Tensor& flat);

/// The values of one network's parameters: a float32 master copy, and beside it a copy in the
/// computing type, which in float32 is the same memory.
class Parameters {
 public:
  /// All values are zero.
  Parameters(const ParameterLayout& layout, const Backend& backend);

  /// Fills parameter i by its rule from rng.split(i).
  void initialise(const Rng& rng);
  /// Views in the computing type, which forward passes read. They require gradients.
  [[nodiscard]] const ParameterViews& views() const { return views_; }
  /// The float32 master copy.
  [[nodiscard]] const Tensor& flat() const { return flat_; }
  /// Views of the master copy.
  [[nodiscard]] const ParameterViews& exact_views() const { return exact_views_; }
  /// The computing copy where it is a buffer of its own (bfloat16), else undefined.
  [[nodiscard]] const Tensor& compute_flat() const { return compute_; }

  /// Updates the computing copy after the master copy was changed other than by an Optimiser.
  void refresh();
  /// this = source, of the same layout.
  void copy_from(const Parameters& source);
  /// this = τ · source + (1 − τ) · this.
  void blend(const Parameters& source, float tau);

  /// Records `name`/manifest and `name`/values.
  void save(ArchiveWriter& writer, const std::string& name) const;
  /// Throws Error naming the first parameter that differs if the network is another.
  void load(const ArchiveReader& reader, const std::string& name);

  [[nodiscard]] const ParameterLayout& layout() const { return layout_; }

 private:
  ParameterLayout layout_;
  Tensor flat_, compute_;
  ParameterViews views_, exact_views_;
};

/// Saves and loads a flat float32 tensor as one record, on whatever device it is.
void save_flat(ArchiveWriter& writer, const std::string& name, const Tensor& flat);
void load_flat(const ArchiveReader& reader, const std::string& name, const Tensor& flat);

}  // namespace tengen
