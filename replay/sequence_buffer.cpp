#include "replay/sequence_buffer.hpp"

#include "replay/segment.hpp"

#include <algorithm>

namespace tengen {
namespace {

const SequenceOptions& checked(const SequenceOptions& o, const EnvSpec& spec) {
  const auto at_least = [](std::string_view name, std::int64_t value, std::int64_t least) {
    if (value < least) throw Error("replay: {} must be at least {}, not {}", name, least, value);
  };
  if (!std::holds_alternative<Discrete>(spec.action))
    throw Error("replay: sequences are of discrete actions; {} has continuous ones", spec.name);
  at_least("lanes", o.lanes, 1);
  at_least("burn_in", o.burn_in, 0);
  // At least one of two successive rows has an action.
  at_least("sequence length", o.length, 2);
  at_least("sequence period", o.period, 1);
  at_least("state_size", o.state_size, 0);
  const std::int64_t rows = o.burn_in + o.length;
  if (o.capacity < rows * o.lanes)
    throw Error("replay: {} transitions hold no sequence of {} steps in each of {} lanes; {} would",
                o.capacity, rows, o.lanes, rows * o.lanes);
  return o;
}

ReplayOptions steps_of(const SequenceOptions& o) {
  return {.capacity = o.capacity,
          .lanes = o.lanes,
          .stack = o.stack,
          .n_steps = 1,
          .gamma = 1,
          .prioritised = false,
          .alpha = o.alpha,
          .expected = o.expected};
}

}  // namespace

SequenceBuffer::SequenceBuffer(const EnvSpec& spec, const SequenceOptions& options)
    : options_(checked(options, spec)),
      steps_(spec, steps_of(options)),
      frame_bytes_(spec.observation.bytes()),
      actions_(spec.masked ? static_cast<std::size_t>(std::get<Discrete>(spec.action).n) : 0),
      times_(steps_.capacity() / options.lanes),
      starts_(times_ / options.period + 1),
      states_(static_cast<std::size_t>(starts_ * options.lanes) *
              static_cast<std::size_t>(options.state_size)) {
  if (options.prioritised) priorities_.emplace(starts_ * options.lanes, options.alpha);
}

std::int64_t SequenceBuffer::first_start() const {
  const std::int64_t oldest = std::max<std::int64_t>(0, steps_.now() - times_);
  return (oldest + options_.period - 1) / options_.period;
}

std::int64_t SequenceBuffer::last_start() const {
  const std::int64_t newest = steps_.now() - options_.burn_in - options_.length;
  return newest < 0 ? 0 : newest / options_.period + 1;
}

std::int64_t SequenceBuffer::size() const {
  return options_.lanes * std::max<std::int64_t>(0, last_start() - first_start());
}

void SequenceBuffer::remember(std::span<const float> state) {
  const auto width = static_cast<std::size_t>(options_.state_size);
  TENGEN_CHECK(state.size() == static_cast<std::size_t>(options_.lanes) * width);
  if (steps_.now() % options_.period != 0) return;
  const auto first =
      static_cast<std::size_t>(leaf(steps_.now() / options_.period * options_.lanes));
  std::ranges::copy(state, states_.begin() + static_cast<std::ptrdiff_t>(first * width));
}

void SequenceBuffer::commit(const ActionView& action, std::span<const float> reward) {
  const std::int64_t first = first_start(), last = last_start(), lanes = options_.lanes;
  steps_.commit(action, reward);
  if (!priorities_) return;
  for (std::int64_t i = first * lanes; i < first_start() * lanes; ++i) priorities_->remove(leaf(i));
  for (std::int64_t i = last * lanes; i < last_start() * lanes; ++i) priorities_->add(leaf(i));
}

void SequenceBuffer::sample(int count, float beta, Rng& rng, SequenceBatch& out) const {
  TENGEN_CHECK(count >= 1 && size() >= 1);
  out.size = count;
  out.burn_in = options_.burn_in;
  out.length = options_.length;
  out.stack = options_.stack;
  out.frame_bytes = frame_bytes_;
  const auto n = static_cast<std::size_t>(count);
  const std::size_t rows = n * static_cast<std::size_t>(out.rows());
  out.observation.resize(rows * static_cast<std::size_t>(options_.stack));
  out.keep.resize(rows);
  out.acted.resize(rows);
  out.action.resize(rows);
  out.reward.resize(rows);
  out.terminated.resize(rows);
  out.legal.resize(rows * actions_);
  out.state.resize(n * static_cast<std::size_t>(options_.state_size));
  out.weight.resize(n);
  out.index.resize(n);
  draw_indices(beta, rng, out);
  for (std::size_t b = 0; b < n; ++b) fill_sequence(b, out);
}

void SequenceBuffer::draw_indices(float beta, Rng& rng, SequenceBatch& out) const {
  const std::int64_t first = first_start() * options_.lanes;
  if (!priorities_) {
    const auto n = static_cast<std::uint32_t>(size());
    for (auto& index : out.index) index = first + rng.below(n);
    std::ranges::fill(out.weight, 1.0F);
    return;
  }
  priorities_->draw(beta, rng, out.index, out.weight);
  const std::int64_t leaves = starts_ * options_.lanes;
  for (std::int64_t& index : out.index)  // exactly one of the kept sequences has this leaf
    index = first + ((index - first) % leaves + leaves) % leaves;
}

void SequenceBuffer::fill_sequence(std::size_t b, SequenceBatch& out) const {
  const int lane = static_cast<int>(out.index[b] % options_.lanes);
  std::int64_t time = out.index[b] / options_.lanes * options_.period;
  const auto width = static_cast<std::size_t>(options_.state_size);
  std::copy_n(
      states_.begin() + static_cast<std::ptrdiff_t>(leaf(out.index[b])) * options_.state_size,
      width, out.state.begin() + static_cast<std::ptrdiff_t>(b * width));

  const auto rows = static_cast<std::size_t>(out.rows()),
             stack = static_cast<std::size_t>(out.stack);
  bool ending = false;  // whether this row is the last observation of an episode cut at time − 1
  for (std::size_t row = b * rows; row < (b + 1) * rows; ++row) {
    const auto frames = std::span(out.observation).subspan(row * stack, stack);
    const auto legal = std::span(out.legal).subspan(row * actions_, actions_);
    ReplayBuffer::Moment moment;
    const bool acted = !ending && row + 1 < (b + 1) * rows;
    if (ending) {
      steps_.put_final_stack(lane, time - 1, frames);
      std::ranges::copy(steps_.final_legal(lane, time - 1), legal.begin());
    } else {
      steps_.put_stack(lane, time, frames);
      std::ranges::copy(steps_.legal(lane, time), legal.begin());
    }
    out.keep[row] = !ending && steps_.starts(lane, time) ? 0.0F : 1.0F;
    if (acted) moment = steps_.moment(lane, time++);
    out.acted[row] = acted ? 1 : 0;
    out.action[row] = moment.action;
    out.reward[row] = moment.reward;
    out.terminated[row] = moment.terminated ? 1 : 0;
    ending = moment.truncated;
  }
}

void SequenceBuffer::update_priorities(std::span<const std::int64_t> index,
                                       std::span<const float> error) {
  TENGEN_CHECK(index.size() == error.size());
  if (!priorities_) return;
  for (std::size_t i = 0; i < index.size(); ++i) {
    const float priority = priorities_->priority(error[i]);
    if (index[i] < first_start() * options_.lanes) continue;
    priorities_->set(leaf(index[i]), priority);
  }
}

std::size_t SequenceBuffer::memory_bytes() const {
  return sizeof(*this) - sizeof(steps_) + steps_.memory_bytes() + states_.size() * sizeof(float) +
         (priorities_ ? priorities_->memory_bytes() : 0);
}

// ---- Checkpoints -----------------------------------------------------------------------------

std::array<std::pair<const char*, int>, 5> SequenceBuffer::geometry() const {
  return {{{"burn_in", options_.burn_in},
           {"sequence_length", options_.length},
           {"sequence_period", options_.period},
           {"state_size", options_.state_size},
           {"prioritised_sequences", options_.prioritised ? 1 : 0}}};
}

void SequenceBuffer::save(ArchiveWriter& writer, const std::string& name,
                          const std::filesystem::path& directory) {
  steps_.save(writer, name, directory);
  for (const auto& [key, value] : geometry()) writer.put(fmt::format("{}/{}", name, key), value);
  writer.put_bytes(name + "/states", compressed(std::as_bytes(std::span(states_))));
  if (priorities_) priorities_->save(writer, name);
}

void SequenceBuffer::load(const ArchiveReader& reader, const std::string& name,
                          const std::filesystem::path& directory) {
  for (const auto& [key, value] : geometry())
    if (const auto saved = reader.get<int>(fmt::format("{}/{}", name, key)); saved != value)
      throw Error("'{}': the replay was saved with {} = {}, here it is {}", reader.origin(), key,
                  saved, value);
  steps_.load(reader, name, directory);
  decompress(reader.bytes(name + "/states"), std::as_writable_bytes(std::span(states_)),
             reader.origin());
  if (priorities_)
    priorities_->load(reader, name, first_start() * options_.lanes, last_start() * options_.lanes);
}

float sequence_error(std::span<const float> absolute, float eta) {
  TENGEN_CHECK(!absolute.empty());
  float sum = 0, largest = 0;
  for (const float error : absolute) {
    sum += error;
    largest = std::max(largest, error);
  }
  return eta * largest + (1 - eta) * sum / static_cast<float>(absolute.size());
}

}  // namespace tengen
