#include "replay/rollout.hpp"

#include "core/check.hpp"
#include "core/system/machine.hpp"

#include <algorithm>
#include <cstring>

namespace tengen {
namespace {

constexpr std::size_t kRowBytes = 20;  // action, reward, value, log-probability and flags

}  // namespace

Rollout::Rollout(const EnvSpec& spec, const RolloutOptions& options)
    : options_(options),
      observation_(spec.observation),
      frame_bytes_(spec.observation.bytes()),
      choices_(0),
      actions_(0) {
  const auto lanes = static_cast<std::size_t>(options.lanes);
  const auto steps = static_cast<std::size_t>(options.steps), rows = steps * lanes;
  const auto frames = (steps + static_cast<std::size_t>(options.stack)) * lanes;
  warn_of_memory(fmt::format("a rollout of {} rows (agent.n_steps x n_envs)", rows),
                 frames * frame_bytes_ + rows * kRowBytes);
  if (const auto* discrete = std::get_if<Discrete>(&spec.action)) {
    choices_ = discrete->n;
    if (spec.masked) actions_ = static_cast<std::size_t>(discrete->n);
    action.resize(rows);
  } else {
    box_action.resize(rows * std::get<Box>(spec.action).low.size());
  }
  frames_.resize(frames * frame_bytes_);
  final_frames_.resize(lanes * frame_bytes_);
  zero_frame_.resize(frame_bytes_);
  age_.resize(rows + lanes);
  legal_.resize((rows + lanes) * actions_);
  reward_.resize(rows);
  terminated_.resize(rows);
  truncated_.resize(rows);
  ended_.resize(rows);
  log_prob.resize(rows);
  value.resize(rows);
  state.resize(lanes * static_cast<std::size_t>(options.state_size));
  shift.resize((steps + 1) * static_cast<std::size_t>(options.scaled), 0.0F);
  factor.resize(shift.size(), 1.0F);
}

std::byte* Rollout::frame(int step, int lane) const {
  return frames_.data() + row(step + options_.stack - 1, lane) * frame_bytes_;
}

StepView Rollout::slot() {
  TENGEN_CHECK(!full(), "the rollout is full");
  const int next = started_ ? size_ + 1 : 0;
  const auto lanes = static_cast<std::size_t>(options_.lanes);
  const std::size_t now = row(size_, 0), later = row(next, 0);
  const auto view = [&](std::byte* data) {
    return ObservationView{data, options_.lanes, frame_bytes_, observation_.shape,
                           observation_.element};
  };
  StepView slot{.observation = view(frame(next, 0)),
                .reward = std::span(reward_).subspan(now, lanes),
                .terminated = std::span(terminated_).subspan(now, lanes),
                .truncated = std::span(truncated_).subspan(now, lanes),
                .final_observation = view(final_frames_.data()),
                .legal = {}};
  if (actions_ > 0)
    slot.legal = {std::span(legal_).subspan(later * actions_, lanes * actions_),
                  static_cast<int>(actions_)};
  return slot;
}

void Rollout::start() {
  TENGEN_CHECK(!started_);
  started_ = true;
  std::fill_n(age_.begin(), options_.lanes, 0);
}

void Rollout::commit() {
  TENGEN_CHECK(started_ && !full());
  for (int lane = 0; lane < options_.lanes; ++lane) {
    const std::size_t now = row(size_, lane), next = row(size_ + 1, lane);
    ended_[now] = terminated_[now] != 0 || truncated_[now] != 0 ? 1 : 0;
    age_[next] = ended_[now] != 0 ? 0 : std::min(age_[now] + 1, options_.stack);
  }
  ++size_;
}

void Rollout::restart(const Rollout& last) {
  const auto lanes = static_cast<std::size_t>(options_.lanes);
  const std::size_t from = last.row(last.size_, 0);
  std::memmove(frames_.data(), last.frame(last.size_ - options_.stack + 1, 0),
               static_cast<std::size_t>(options_.stack) * lanes * frame_bytes_);
  std::copy_n(last.age_.begin() + static_cast<std::ptrdiff_t>(from), lanes, age_.begin());
  std::copy_n(last.legal_.begin() + static_cast<std::ptrdiff_t>(from * actions_), lanes * actions_,
              legal_.begin());
  const auto scaled = static_cast<std::ptrdiff_t>(options_.scaled);
  std::copy_n(last.shift.begin() + last.size_ * scaled, scaled, shift.begin());
  std::copy_n(last.factor.begin() + last.size_ * scaled, scaled, factor.begin());
  size_ = 0;
  started_ = true;
}

void Rollout::put_stack(std::size_t row, std::span<const std::byte*> out) const {
  const auto lanes = static_cast<std::size_t>(options_.lanes);
  const auto step = static_cast<int>(row / lanes), lane = static_cast<int>(row % lanes);
  const int age = age_[row];
  for (int back = 0; back < options_.stack; ++back)
    out[static_cast<std::size_t>(options_.stack - 1 - back)] =
        back <= age ? frame(step - back, lane) : zero_frame_.data();
}

void Rollout::put_final_stack(int lane, std::span<const std::byte*> out) const {
  const int step = size_ - 1, age = age_[row(step, lane)];
  const auto newest = static_cast<std::size_t>(options_.stack - 1);
  out[newest] = final_frames_.data() + static_cast<std::size_t>(lane) * frame_bytes_;
  for (int back = 1; back < options_.stack; ++back)
    out[newest - static_cast<std::size_t>(back)] =
        back <= age + 1 ? frame(step + 1 - back, lane) : zero_frame_.data();
}

std::span<const std::uint8_t> Rollout::legal(std::size_t row) const {
  return std::span(legal_).subspan(row * actions_, actions_);
}

// Every column as (name, vector, elements in use), one list for saving and loading.
template <class Archive, class Self>
void Rollout::records(Self& self, Archive&& archive) {
  const auto lanes = static_cast<std::size_t>(self.options_.lanes), rows = self.rows();
  const auto stack = static_cast<std::size_t>(self.options_.stack);
  const auto width = self.box_action.size() / self.reward_.size();
  archive("frames", self.frames_, (rows + stack * lanes) * self.frame_bytes_);
  archive("age", self.age_, rows + lanes);
  archive("legal", self.legal_, (rows + lanes) * self.actions_);
  archive("reward", self.reward_, rows);
  archive("ended", self.ended_, rows);
  archive("action", self.action, self.action.empty() ? 0 : rows);
  archive("box_action", self.box_action, rows * width);
  archive("log_prob", self.log_prob, rows);
  archive("value", self.value, rows);
  archive("state", self.state, self.state.size());
  const auto scales =
      static_cast<std::size_t>(self.size_ + 1) * static_cast<std::size_t>(self.options_.scaled);
  if (scales == 0) return;
  archive("shift", self.shift, scales);
  archive("factor", self.factor, scales);
}

void Rollout::save(ArchiveWriter& writer, const std::string& name) const {
  writer.put(name + "/size", size_);
  records(*this, [&](const char* column, const auto& values, std::size_t count) {
    writer.put_span(name + "/" + column, std::span(values).first(count));
  });
}

void Rollout::load(const ArchiveReader& reader, const std::string& name) {
  const int size = reader.get<int>(name + "/size");
  if (size < 0 || size > options_.steps)
    throw Error("{}: a rollout of {} steps, this recipe's has {}", reader.origin(), size,
                options_.steps);
  size_ = size;
  started_ = true;
  records(*this, [&](const char* column, auto& values, std::size_t count) {
    using T = typename std::remove_reference_t<decltype(values)>::value_type;
    // Rollouts that were saved before scales were kept have none: those that the caller has set
    // stay.
    const bool late = std::string_view(column) == "shift" || std::string_view(column) == "factor";
    if (late && !reader.has(name + "/" + column)) return;
    reader.get_span<T>(name + "/" + column, std::span(values).first(count));
  });
  const auto known = [&](std::int32_t choice) { return choice >= 0 && choice < choices_; };
  reader.check(name + "/action",
               action.empty() || std::ranges::all_of(std::span(action).first(rows()), known));
  for (std::size_t at = 0; actions_ > 0 && at < row(size_ + 1, 0); ++at)
    reader.check(name + "/legal",
                 std::ranges::count(legal(at), 0) < static_cast<std::ptrdiff_t>(actions_));
}

}  // namespace tengen
