#include "replay/replay_buffer.hpp"

#include "core/system/machine.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace tengen {
namespace {

const ReplayOptions& checked(const ReplayOptions& options) {
  const auto at_least_one = [](std::string_view name, std::int64_t value) {
    if (value < 1) throw Error("replay: {} must be at least 1, not {}", name, value);
  };
  at_least_one("capacity", options.capacity);
  at_least_one("lanes", options.lanes);
  at_least_one("stack", options.stack);
  at_least_one("n_steps", options.n_steps);
  if (!(options.gamma >= 0 && options.gamma <= 1))
    throw Error("replay: gamma must be in [0, 1], not {}", options.gamma);
  if (!(options.alpha >= 0 && options.alpha <= 1))
    throw Error("replay: alpha must be in [0, 1], not {}", options.alpha);
  if (options.capacity >= std::int64_t{1} << 31)
    throw Error("replay: capacity must be below 2^31, not {}", options.capacity);
  return options;
}

std::string claim(const ReplayOptions& options) {
  return fmt::format("a replay of {} transitions (agent.buffer_size)", options.capacity);
}

int actions_of(const ActionSpace& space) {
  const auto* discrete = std::get_if<Discrete>(&space);
  return discrete != nullptr ? discrete->n : 0;
}

int dimensions_of(const ActionSpace& space) {
  const auto* box = std::get_if<Box>(&space);
  return box != nullptr ? static_cast<int>(box->low.size()) : 0;
}

}  // namespace

ReplayBuffer::ReplayBuffer(const EnvSpec& spec, const ReplayOptions& options) try
    : lanes_(checked(options).lanes),
      stack_(options.stack),
      n_steps_(options.n_steps),
      actions_(actions_of(spec.action)),
      dimensions_(dimensions_of(spec.action)),
      masked_(spec.masked),
      gamma_(options.gamma),
      alpha_(options.alpha),
      times_((options.capacity + lanes_ - 1) / lanes_),
      // Besides: the oldest transition's stack, the newest one's successor, and the lent slot.
      ring_(times_ + n_steps_ + stack_),
      observation_(spec.observation),
      frame_bytes_(spec.observation.bytes()),
      frames_(room_for_frames(options)),
      steps_(static_cast<std::size_t>(lanes_ * ring_)),
      box_actions_(steps_.size() * static_cast<std::size_t>(dimensions_)),
      legal_(steps_.size() * mask_bytes()),
      finals_(frame_bytes_ + mask_bytes()),
      zero_frame_(frame_bytes_),
      newest_(static_cast<std::size_t>(lanes_ * stack_), zero_frame_.data()),
      slot_reward_(static_cast<std::size_t>(lanes_)),
      slot_terminated_(slot_reward_.size()),
      slot_truncated_(slot_reward_.size()),
      slot_final_legal_(slot_reward_.size() * mask_bytes()),
      slot_final_(slot_reward_.size() * frame_bytes_) {
  if (options.prioritised) priorities_.emplace(capacity(), alpha_);
} catch (const std::bad_alloc&) {
  throw Error("there is not enough memory for {}", claim(options));
}

// The bytes for frames. Warns if memory is too small for the transitions that are going to come.
std::size_t ReplayBuffer::room_for_frames(const ReplayOptions& options) const {
  const auto rows = static_cast<std::size_t>(lanes_ * ring_);
  const std::size_t row = frame_bytes_ + sizeof(Step) +
                          sizeof(float) * static_cast<std::size_t>(dimensions_) +
                          (masked_ ? static_cast<std::size_t>(actions_) : 0);
  const auto filled =
      options.expected > 0 ? std::min(rows, static_cast<std::size_t>(options.expected)) : rows;
  warn_of_memory(claim(options), filled * row);
  return rows * frame_bytes_;
}

StepView ReplayBuffer::slot() {
  StepView view;
  view.observation = {frame(0, position(now_ + 1)), lanes_,
                      static_cast<std::size_t>(ring_) * frame_bytes_, observation_.shape,
                      observation_.element};
  view.final_observation = {slot_final_.data(), lanes_, frame_bytes_, observation_.shape,
                            observation_.element};
  view.reward = slot_reward_;
  view.terminated = slot_terminated_;
  view.truncated = slot_truncated_;
  view.legal = legal_at(now_ + 1);
  if (masked_) view.final_legal = {slot_final_legal_, actions_};
  return view;
}

void ReplayBuffer::start() {
  TENGEN_CHECK(now_ == -1, "start() after the first step");
  now_ = 0;
  refresh_newest();
}

void ReplayBuffer::commit(const ActionView& action, std::span<const float> reward) {
  TENGEN_CHECK(now_ >= 0, "commit() before start()");
  TENGEN_CHECK(reward.size() == slot_reward_.size());
  TENGEN_CHECK(dimensions_ == 0
                   ? action.discrete.size() == reward.size()
                   : action.box.size() == reward.size() * static_cast<std::size_t>(dimensions_));
  const std::size_t at = position(now_);
  for (int lane = 0; lane < lanes_; ++lane) {
    const auto i = static_cast<std::size_t>(lane);
    const End end = slot_terminated_[i] != 0  ? End::kTerminated
                    : slot_truncated_[i] != 0 ? End::kTruncated
                                              : End::kNone;
    const auto choice = dimensions_ == 0 ? static_cast<std::uint32_t>(action.discrete[i]) : 0U;
    steps_[row(lane, at)] = {reward[i], choice & 0x3FFF'FFFFU, static_cast<std::uint32_t>(end)};
    const auto d = static_cast<std::size_t>(dimensions_);
    std::copy_n(action.box.begin() + static_cast<std::ptrdiff_t>(d > 0 ? i * d : 0), d,
                box_actions_.begin() + static_cast<std::ptrdiff_t>(row(lane, at) * d));
    if (end == End::kNone) continue;
    std::byte* last = finals_.add(now_ * lanes_ + lane);
    std::memcpy(last, slot_final_.data() + i * frame_bytes_, frame_bytes_);
    const auto mask = std::span(slot_final_legal_).subspan(i * mask_bytes(), mask_bytes());
    if (end == End::kTerminated) std::ranges::fill(mask, std::uint8_t{1});
    std::ranges::copy(std::as_bytes(mask), last + frame_bytes_);
  }
  ++now_;
  finals_.drop_before(oldest_time() * lanes_);
  // The transition that came in takes the leaf of the one that just went out.
  if (priorities_ && now_ >= n_steps_)
    for (std::int64_t id = last_id() - lanes_; id < last_id(); ++id)
      priorities_->add(id % capacity());
  refresh_newest();
}

MaskView ReplayBuffer::newest_legal() { return legal_at(std::max<std::int64_t>(now_, 0)); }

MaskView ReplayBuffer::legal_at(std::int64_t time) {
  if (!masked_) return {};
  const std::size_t n = slot_reward_.size() * mask_bytes();
  return {std::span(legal_).subspan(position(time) * n, n), actions_};
}

std::int64_t ReplayBuffer::size() const {
  return lanes_ * std::clamp<std::int64_t>(now_ + 1 - n_steps_, 0, times_);
}

std::int64_t ReplayBuffer::last_id() const {
  return lanes_ * std::max<std::int64_t>(now_ + 1 - n_steps_, 0);
}

std::int64_t ReplayBuffer::oldest_time() const {
  return std::max<std::int64_t>(now_ + 2 - ring_, 0);
}

void ReplayBuffer::refresh_newest() {
  const auto n = static_cast<std::size_t>(stack_);
  for (int lane = 0; lane < lanes_; ++lane)
    put_stack(lane, now_, std::span(newest_).subspan(static_cast<std::size_t>(lane) * n, n));
}

// Frames before the episode's start are zeros.
void ReplayBuffer::put_stack(int lane, std::int64_t time, std::span<const std::byte*> out) const {
  std::size_t at = position(time);
  for (std::size_t i = out.size(); i-- > 0;) {
    out[i] = frame(lane, at);
    if (i == 0) return;
    at = at == 0 ? static_cast<std::size_t>(ring_) - 1 : at - 1;
    const bool first = time-- == 0 || steps_[row(lane, at)].end != 0;
    if (!first) continue;
    std::fill_n(out.begin(), i, zero_frame_.data());
    return;
  }
}

void ReplayBuffer::put_final_stack(int lane, std::int64_t time,
                                   std::span<const std::byte*> out) const {
  out.back() = finals_.find(time * lanes_ + lane);
  if (out.size() > 1) put_stack(lane, time, out.first(out.size() - 1));
}

std::span<const std::uint8_t> ReplayBuffer::final_legal(int lane, std::int64_t time) const {
  if (!masked_) return {};
  const std::byte* mask = finals_.find(time * lanes_ + lane) + frame_bytes_;
  return {reinterpret_cast<const std::uint8_t*>(mask), mask_bytes()};
}

ReplayBuffer::Moment ReplayBuffer::moment(int lane, std::int64_t time) const {
  TENGEN_CHECK(time < now_);
  const Step& step = steps_[row(lane, position(time))];
  const auto end = static_cast<End>(step.end);
  return {step.reward, static_cast<std::int32_t>(step.action), end == End::kTerminated,
          end == End::kTruncated};
}

bool ReplayBuffer::starts(int lane, std::int64_t time) const {
  return time == 0 || steps_[row(lane, position(time - 1))].end != 0;
}

std::span<const std::uint8_t> ReplayBuffer::legal(int lane, std::int64_t time) const {
  const std::size_t n = mask_bytes();
  return std::span(legal_).subspan(
      (position(time) * slot_reward_.size() + static_cast<std::size_t>(lane)) * n, n);
}

void ReplayBuffer::sample(int count, float beta, Rng& rng, ReplayBatch& out) const {
  TENGEN_CHECK(count >= 1 && size() >= 1);
  const auto n = static_cast<std::size_t>(count);
  out.size = count;
  out.stack = stack_;
  out.frame_bytes = frame_bytes_;
  out.observation.resize(n * static_cast<std::size_t>(stack_));
  out.next_observation.resize(out.observation.size());
  out.action.resize(dimensions_ == 0 ? n : 0);
  out.box_action.resize(n * static_cast<std::size_t>(dimensions_));
  out.reward.resize(n);
  out.discount.resize(n);
  out.weight.resize(n);
  out.next_legal.resize(n * mask_bytes());
  out.index.resize(n);
  draw_indices(beta, rng, out);
  for (std::size_t i = 0; i < n; ++i) fill_row(i, out);
}

void ReplayBuffer::draw_indices(float beta, Rng& rng, ReplayBatch& out) const {
  if (!priorities_) {
    const auto n = static_cast<std::uint32_t>(size());
    for (auto& id : out.index) id = first_id() + rng.below(n);
    std::fill(out.weight.begin(), out.weight.end(), 1.0F);
    return;
  }
  priorities_->draw(beta, rng, out.index, out.weight);
  for (std::int64_t& leaf : out.index) {
    // Exactly one transition in the window has this leaf.
    const std::int64_t ahead = (leaf - first_id()) % capacity();
    leaf = first_id() + (ahead < 0 ? ahead + capacity() : ahead);
  }
}

void ReplayBuffer::fill_row(std::size_t i, ReplayBatch& out) const {
  const std::int64_t time = out.index[i] / lanes_;
  const int lane = static_cast<int>(out.index[i] % lanes_);
  const auto n = static_cast<std::size_t>(stack_);
  put_stack(lane, time, std::span(out.observation).subspan(i * n, n));
  const std::size_t at = position(time);
  if (dimensions_ == 0) {
    out.action[i] = static_cast<std::int32_t>(steps_[row(lane, at)].action);
  } else {
    const auto d = static_cast<std::size_t>(dimensions_);
    std::copy_n(box_actions_.begin() + static_cast<std::ptrdiff_t>(row(lane, at) * d), d,
                out.box_action.begin() + static_cast<std::ptrdiff_t>(i * d));
  }

  float total = 0, discount = 1;
  End end = End::kNone;
  std::int64_t next = time;  // of the successor's frame
  while (end == End::kNone && next < time + n_steps_) {
    const Step& step = steps_[row(lane, position(next++))];
    total += discount * step.reward;
    discount *= gamma_;
    end = static_cast<End>(step.end);
  }
  out.reward[i] = total;
  out.discount[i] = end == End::kTerminated ? 0 : discount;

  const auto next_stack = std::span(out.next_observation).subspan(i * n, n);
  const auto next_legal = std::span(out.next_legal).subspan(i * mask_bytes(), mask_bytes());
  if (end == End::kNone) {
    put_stack(lane, next, next_stack);
    std::ranges::copy(legal(lane, next), next_legal.begin());
  } else {
    put_final_stack(lane, next - 1, next_stack);
    std::ranges::copy(final_legal(lane, next - 1), next_legal.begin());
  }
}

void ReplayBuffer::update_priorities(std::span<const std::int64_t> index,
                                     std::span<const float> error) {
  TENGEN_CHECK(index.size() == error.size());
  if (!priorities_) return;
  for (std::size_t i = 0; i < index.size(); ++i) {
    const float priority = priorities_->priority(error[i]);
    if (index[i] < first_id() || index[i] >= last_id()) continue;
    priorities_->set(index[i] % capacity(), priority);
  }
}

std::size_t ReplayBuffer::memory_bytes() const {
  return sizeof(*this) + frames_.size() + steps_.size() * sizeof(Step) +
         box_actions_.size() * sizeof(float) + legal_.size() + finals_.memory_bytes() +
         (priorities_ ? priorities_->memory_bytes() : 0) + newest_.size() * sizeof(newest_[0]) +
         zero_frame_.size() + slot_final_.size() + slot_final_legal_.size() +
         slot_reward_.size() * (sizeof(float) + 2);
}

}  // namespace tengen
