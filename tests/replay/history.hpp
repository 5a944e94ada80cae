// A made-up environment that fills a replay, and the naive memory it is held against: every stack
// of every time in full, forever.
#pragma once

#include "replay/sequence_buffer.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace tengen {

struct HistoryOptions {
  Element element = Element::kUint8;
  int box = 0;  // dimensions of a Box action; 0: Discrete with 5 actions
  bool masked = false;
  double end_chance = 0.1;  // of a step to end the episode, half terminated, half truncated
};

class History {
 public:
  using Bytes = std::vector<std::byte>;
  struct Moment {
    Bytes stack, next_stack;  // next_stack: with the final observation where the episode ended
    std::vector<std::uint8_t> legal;
    std::vector<std::uint8_t> final_legal;  // where the episode ended; all 1 if it terminated
    float reward = 0;
    int action = 0;
    std::vector<float> box;
    bool terminated = false, truncated = false;
  };

  History(const HistoryOptions& options, int lanes, int stack, std::uint64_t seed)
      : options_(options), stack_(stack), rng_(seed), lanes_(static_cast<std::size_t>(lanes)) {}

  [[nodiscard]] EnvSpec spec() const {
    EnvSpec spec;
    spec.name = "History-v0";
    spec.observation = {options_.element == Element::kFloat ? Shape{4} : Shape{3, 5},
                        options_.element, 0, 255};
    if (options_.box > 0) {
      const std::vector<float> bound(static_cast<std::size_t>(options_.box), 1.0F);
      spec.action = Box{bound, bound};
    } else {
      spec.action = Discrete{kActions, {}};
    }
    spec.masked = options_.masked;
    return spec;
  }

  template <class Replay>
  void start(Replay& replay) {
    const StepView view = replay.slot();
    for (int lane = 0; lane < view.lanes(); ++lane) {
      Moment& moment = lanes_[static_cast<std::size_t>(lane)].emplace_back();
      moment.stack = Bytes(static_cast<std::size_t>(stack_) * view.observation.row_bytes());
      push(moment.stack, observe(view, lane));
    }
    replay.start();
  }

  // One step of every lane, committed to `replay`.
  template <class Replay>
  void step(Replay& replay) {
    const StepView view = replay.slot();
    std::vector<std::int32_t> action;
    std::vector<float> box, reward;
    for (int lane = 0; lane < view.lanes(); ++lane) {
      const auto i = static_cast<std::size_t>(lane);
      Moment& now = lanes_[i].back();
      const double draw = rng_.uniform_double();
      now.terminated = draw < options_.end_chance / 2;
      now.truncated = !now.terminated && draw < options_.end_chance;
      now.reward = rng_.uniform() - 0.5F;
      now.action = static_cast<int>(rng_.below(kActions));
      for (int d = 0; d < options_.box; ++d) now.box.push_back(rng_.uniform());
      view.terminated[i] = now.terminated ? 1 : 0;
      view.truncated[i] = now.truncated ? 1 : 0;
      reward.push_back(now.reward);
      action.push_back(now.action);
      box.insert(box.end(), now.box.begin(), now.box.end());

      Moment next;
      now.next_stack = now.stack;
      next.stack = now.stack;
      if (now.terminated || now.truncated) {
        for (auto& byte : view.final_observation.bytes(lane))
          byte = static_cast<std::byte>(rng_.below(256));
        push(now.next_stack, view.final_observation.bytes(lane));
        now.final_legal.assign(kActions, 1);
        if (options_.masked && now.truncated)
          now.final_legal = random_mask(view.final_legal.row(lane));
        next.stack.assign(next.stack.size(), std::byte{0});
      }
      lanes_[i].push_back(next);
      const auto seen = observe(view, lane);
      push(lanes_[i].back().stack, seen);
      Moment& before = lanes_[i][lanes_[i].size() - 2];
      if (!before.terminated && !before.truncated) push(before.next_stack, seen);
    }
    if (options_.box > 0)
      replay.commit({{}, box}, reward);
    else
      replay.commit({action, {}}, reward);
  }

  // Which transition this is: observe() writes lane and time into every frame.
  struct Place {
    std::size_t lane, time;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  template <class Batch>
  static Place place(const Batch& batch, int row) {
    std::uint32_t words[2];
    std::memcpy(words, batch.observation[static_cast<std::size_t>((row + 1) * batch.stack - 1)], 8);
    return {words[0], words[1]};
  }

  // Row by row what the naive memory says of the transitions that were drawn.
  void check(const ReplayBatch& batch, int n_steps, float gamma) const {
    for (int row = 0; row < batch.size; ++row) {
      const auto i = static_cast<std::size_t>(row);
      const Place at = place(batch, row);
      const std::vector<Moment>& lane = lanes_[at.lane];
      float reward = 0, discount = 1;
      std::size_t last = at.time;
      for (int k = 0;; ++k, ++last) {
        reward += discount * lane[last].reward;
        discount *= gamma;
        if (k + 1 == n_steps || lane[last].terminated || lane[last].truncated) break;
      }
      const bool ended = lane[last].terminated || lane[last].truncated;
      REQUIRE(last + 1 < lane.size());
      REQUIRE(gathered(batch.observation, batch, row) == lane[at.time].stack);
      REQUIRE(gathered(batch.next_observation, batch, row) == lane[last].next_stack);
      REQUIRE(batch.reward[i] == reward);
      REQUIRE(batch.discount[i] == (lane[last].terminated ? 0 : discount));
      if (options_.box == 0) REQUIRE(batch.action[i] == lane[at.time].action);
      for (std::size_t d = 0; d < lane[at.time].box.size(); ++d)
        REQUIRE(batch.box_action[i * lane[at.time].box.size() + d] == lane[at.time].box[d]);
      if (!options_.masked) continue;
      const auto from = batch.next_legal.begin() + row * kActions;
      REQUIRE(std::vector<std::uint8_t>(from, from + kActions) ==
              (ended ? lane[last].final_legal : lane[last + 1].legal));
    }
  }

  // The same of sequences: what a lane saw from the place on that the sequence starts at.
  void check(const SequenceBatch& batch) const {
    for (int b = 0; b < batch.size; ++b) {
      const Place start = place(batch, b * batch.rows());
      const std::vector<Moment>& lane = lanes_[start.lane];
      std::size_t time = start.time;
      bool last = false;  // the row is the last observation of the episode cut at time − 1
      for (int t = 0; t < batch.rows(); ++t) {
        const int row = b * batch.rows() + t;
        const auto i = static_cast<std::size_t>(row);
        const Moment& now = lane[last ? time - 1 : time];
        const bool first =
            !last && (time == 0 || lane[time - 1].terminated || lane[time - 1].truncated);
        REQUIRE(gathered(batch.observation, batch, row) == (last ? now.next_stack : now.stack));
        REQUIRE(batch.keep[i] == (first ? 0 : 1));
        if (options_.masked) {
          const auto from = batch.legal.begin() + row * kActions;
          REQUIRE(std::vector<std::uint8_t>(from, from + kActions) ==
                  (last ? now.final_legal : now.legal));
        }
        const bool acted = !last && t + 1 < batch.rows();
        REQUIRE(batch.acted[i] == (acted ? 1 : 0));
        REQUIRE(batch.action[i] == (acted ? now.action : 0));
        REQUIRE(batch.reward[i] == (acted ? now.reward : 0));
        REQUIRE(batch.terminated[i] == (acted && now.terminated ? 1 : 0));
        last = acted && now.truncated;
        if (acted) ++time;
      }
    }
  }

  template <class Replay>
  void check_newest(Replay& replay) const {
    const auto newest = replay.newest();
    REQUIRE(newest.size() == lanes_.size() * static_cast<std::size_t>(stack_));
    const std::size_t bytes = lanes_[0][0].stack.size() / static_cast<std::size_t>(stack_);
    for (std::size_t i = 0; i < newest.size(); ++i) {
      const Bytes& stack = lanes_[i / static_cast<std::size_t>(stack_)].back().stack;
      const std::size_t k = i % static_cast<std::size_t>(stack_);
      REQUIRE(std::memcmp(newest[i], stack.data() + k * bytes, bytes) == 0);
    }
    if (options_.masked)
      for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const auto row = replay.newest_legal().row(static_cast<int>(i));
        REQUIRE(std::vector<std::uint8_t>(row.begin(), row.end()) == lanes_[i].back().legal);
      }
  }

  [[nodiscard]] bool empty() const { return lanes_[0].empty(); }
  [[nodiscard]] int steps() const { return empty() ? 0 : static_cast<int>(lanes_[0].size()) - 1; }
  // Takes another turn from here on.
  void reseed(std::uint64_t seed) { rng_ = Rng(seed); }

 private:
  static constexpr int kActions = 5;

  static void push(Bytes& stack, std::span<const std::byte> frame) {
    stack.erase(stack.begin(), stack.begin() + static_cast<std::ptrdiff_t>(frame.size()));
    stack.insert(stack.end(), frame.begin(), frame.end());
  }

  template <class Batch>
  static Bytes gathered(const std::vector<const std::byte*>& frames, const Batch& batch, int row) {
    Bytes out;
    for (int k = 0; k < batch.stack; ++k) {
      const std::byte* frame = frames[static_cast<std::size_t>(row * batch.stack + k)];
      out.insert(out.end(), frame, frame + batch.frame_bytes);
    }
    return out;
  }

  // Writes the newest moment of `lane` into the view.
  std::span<const std::byte> observe(const StepView& view, int lane) {
    auto& moments = lanes_[static_cast<std::size_t>(lane)];
    const auto bytes = view.observation.bytes(lane);
    for (auto& byte : bytes) byte = static_cast<std::byte>(rng_.below(256));
    const std::uint32_t words[2] = {static_cast<std::uint32_t>(lane),
                                    static_cast<std::uint32_t>(moments.size() - 1)};
    std::memcpy(bytes.data(), words, sizeof(words));
    if (options_.masked) moments.back().legal = random_mask(view.legal.row(lane));
    return bytes;
  }

  std::vector<std::uint8_t> random_mask(std::span<std::uint8_t> out) {
    for (auto& legal : out) legal = rng_.chance(0.7) ? 1 : 0;
    if (std::ranges::count(out, 1) == 0) out[0] = 1;  // as every environment promises
    return {out.begin(), out.end()};
  }

  HistoryOptions options_;
  int stack_;
  Rng rng_;
  std::vector<std::vector<Moment>> lanes_;
};

}  // namespace tengen
