#include "nets/parameters.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <sstream>

namespace tengen {
namespace {

constexpr std::int64_t kAlignment = 16;  // floats a cache line

Tensor view_of(const ParameterSpec& spec, const Tensor& flat) {
  const Tensor piece = flat.narrow(0, spec.offset, spec.count);
  if (spec.shape.size() != 4) return piece.view(spec.shape);
  const auto& s = spec.shape;
  return piece.view({s[0], s[2], s[3], s[1]}).permute({0, 3, 1, 2});
}

// This fails before hours are spent on filling memory that is not there. A learner keeps parameters
// several times over: gradients, moments, an average or a target.
void check_fits(const ParameterLayout& layout, const Backend& backend) {
  if (!backend.device.is_cpu()) return;  // torch itself fails at once on a GPU
  const double needed = 4.0 * static_cast<double>(layout.size());
  const double there = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                       static_cast<double>(::sysconf(_SC_PAGE_SIZE));
  if (4 * needed > there)
    throw UsageError(
        "[net]: {:.3g} parameters take {:.3g} GB, and several times as much while they learn; this "
        "machine has {:.3g} GB: fewer or smaller layers would fit",
        static_cast<double>(layout.count()), needed * 1e-9, there * 1e-9);
}

}  // namespace

std::size_t ParameterLayout::add(std::string name, std::vector<std::int64_t> shape,
                                 const InitRule& rule) {
  const std::int64_t count =
      std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  specs_.push_back({std::move(name), std::move(shape), size_, count, rule});
  size_ += (count + kAlignment - 1) / kAlignment * kAlignment;
  return specs_.size() - 1;
}

std::int64_t ParameterLayout::count() const {
  std::int64_t sum = 0;
  for (const ParameterSpec& spec : specs_) sum += spec.count;
  return sum;
}

std::string ParameterLayout::manifest() const {
  std::string text;
  for (const ParameterSpec& spec : specs_)
    text += fmt::format("{} {}\n", spec.name, fmt::join(spec.shape, "x"));
  return text;
}

std::vector<FlatRange> ranges_of(const ParameterLayout& layout, const ParameterFilter& wanted) {
  std::vector<FlatRange> ranges;
  const auto& specs = layout.specs();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (!wanted(specs[i])) continue;
    const std::int64_t begin = specs[i].offset;
    const std::int64_t end = i + 1 < specs.size() ? specs[i + 1].offset : layout.size();
    if (!ranges.empty() && ranges.back().end == begin)
      ranges.back().end = end;
    else
      ranges.push_back({begin, end});
  }
  return ranges;
}

ParameterViews views_of(const ParameterLayout& layout, const Tensor& flat) {
  const torch::NoGradGuard no_grad;
  ParameterViews views;
  for (const ParameterSpec& spec : layout.specs()) views.push_back(view_of(spec, flat));
  return views;
}

Parameters::Parameters(const ParameterLayout& layout, const Backend& backend) : layout_(layout) {
  check_fits(layout, backend);
  const auto options = torch::TensorOptions().device(backend.device);
  flat_ = torch::zeros({layout.size()}, options.dtype(torch::kFloat32));
  exact_views_ = views_of(layout, flat_);
  if (backend.precision != Precision::kFloat32)
    compute_ = torch::zeros({layout.size()}, options.dtype(scalar_type(backend.precision)));
  views_ = compute_.defined() ? views_of(layout, compute_) : views_of(layout, flat_);
  for (Tensor& view : views_) view.requires_grad_(true);
}

void Parameters::initialise(const Rng& rng) {
  const Tensor host = torch::zeros({layout_.size()});
  const std::span<float> values = float_span(host);
  for (std::size_t i = 0; i < layout_.specs().size(); ++i) {
    const ParameterSpec& spec = layout_.specs()[i];
    tengen::initialise(spec.rule, rng.split(i),
                       values.subspan(usize(spec.offset), usize(spec.count)));
  }
  flat_.copy_(host);
  refresh();
}

void Parameters::refresh() {
  const torch::NoGradGuard no_grad;
  if (compute_.defined()) compute_.copy_(flat_);
}

void Parameters::copy_from(const Parameters& source) {
  const torch::NoGradGuard no_grad;
  flat_.copy_(source.flat_);
  if (compute_.defined()) compute_.copy_(source.compute_);
}

void Parameters::blend(const Parameters& source, float tau) {
  const torch::NoGradGuard no_grad;
  flat_.lerp_(source.flat_, tau);
  refresh();
}

void save_flat(ArchiveWriter& writer, const std::string& name, const Tensor& flat) {
  const Tensor host = flat.to(torch::kCPU);
  writer.put_span<float>(name, float_span(host));
}

void load_flat(const ArchiveReader& reader, const std::string& name, const Tensor& flat) {
  const Tensor host = torch::empty({flat.numel()});
  reader.get_span<float>(name, float_span(host));
  flat.copy_(host);
}

void Parameters::save(ArchiveWriter& writer, const std::string& name) const {
  writer.put_string(name + "/manifest", layout_.manifest());
  save_flat(writer, name + "/values", flat_);
}

void Parameters::load(const ArchiveReader& reader, const std::string& name) {
  const std::string found = reader.string(name + "/manifest"), wanted = layout_.manifest();
  if (found != wanted) {
    std::istringstream theirs(found), ours(wanted);
    std::string their_line, our_line;
    do {
      if (!std::getline(theirs, their_line)) their_line = "nothing";
      if (!std::getline(ours, our_line)) our_line = "nothing";
    } while (their_line == our_line);
    throw Error("{}: the saved network is another: it has {} where this recipe's has {}",
                reader.origin(), their_line, our_line);
  }
  load_flat(reader, name + "/values", flat_);
  refresh();
}

}  // namespace tengen
