// Several lanes of one environment behind one virtual call a batch.
#pragma once

#include "core/worker_pool.hpp"
#include "envs/environment.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace tengen {

/// `size()` independent lanes that step together. A finished lane restarts in the same step
/// (Gymnasium's SAME_STEP): `observation` is then the new episode's first frame, and the old one's
/// last frame stands in `final_observation`. The time limit is kept here, so truncation is never
/// taken for termination. The caller owns all memory in StepView.
class VectorEnv {
 public:
  virtual ~VectorEnv() = default;
  [[nodiscard]] virtual const EnvSpec& spec() const = 0;
  [[nodiscard]] virtual int size() const = 0;
  /// Starts every lane anew; lane i draws from Rng(seed).split(i). Writes observation and legal
  /// only.
  virtual void reset(std::uint64_t seed, const StepView& out) = 0;
  /// Steps every lane. An action outside the action space is a bug (TENGEN_CHECK).
  virtual void step(const ActionView& action, const StepView& out) = 0;
  /// The complete state: lanes, random streams, clocks. `load` throws Error on a mismatch.
  virtual void save(ArchiveWriter& writer, const std::string& name) const = 0;
  virtual void load(const ArchiveReader& reader, const std::string& name) = 0;
  /// Writes the current observations and masks again (after load).
  virtual void observe(const StepView& out) const = 0;
  /// False if this environment draws nothing.
  virtual bool draw(int lane, Canvas& canvas) const = 0;
  /// The scripted expert's action a lane; false if there is none.
  virtual bool oracle(ActionBuffer out) const = 0;
};

/// The static loop around a plain environment: lanes in fixed contiguous chunks over a WorkerPool,
/// one Rng a lane, so that the bits do not depend on the number of threads.
template <Environment E>
class BatchedEnv final : public VectorEnv {
 public:
  /// Copies `prototype` `lanes` times. `pool` must outlive this.
  BatchedEnv(E prototype, int lanes, WorkerPool& pool)
      : spec_(prototype.spec()),
        pool_(&pool),
        lanes_(static_cast<std::size_t>(lanes), Lane{std::move(prototype)}) {
    TENGEN_CHECK(lanes >= 1);
    spec_.masked = HasLegal<E>;
    if constexpr (!std::is_same_v<typename E::Action, std::span<const float>>)
      actions_ = std::get<Discrete>(spec_.action).n;
    else
      actions_ = static_cast<int>(std::get<Box>(spec_.action).low.size());
  }

  [[nodiscard]] const EnvSpec& spec() const override { return spec_; }
  [[nodiscard]] int size() const override { return static_cast<int>(lanes_.size()); }

  void reset(std::uint64_t seed, const StepView& out) override {
    const Rng root(seed);
    for_each_lane([&](int i) {
      Lane& lane = lanes_[static_cast<std::size_t>(i)];
      lane.rng = root.split(static_cast<std::uint64_t>(i));
      restart(lane);
      write(lane, i, out);
    });
  }

  void step(const ActionView& action, const StepView& out) override {
    for_each_lane([&](int i) { step_lane(i, action, out); });
  }

  void observe(const StepView& out) const override {
    for (int i = 0; i < size(); ++i) write(lanes_[static_cast<std::size_t>(i)], i, out);
  }

  void save(ArchiveWriter& writer, const std::string& name) const override {
    writer.put_string(name + "/name", spec_.name);
    writer.put(name + "/lanes", size());
    for (int i = 0; i < size(); ++i) {
      const Lane& lane = lanes_[static_cast<std::size_t>(i)];
      const std::string path = name + "/" + std::to_string(i);
      writer.put(path + "/rng", lane.rng);
      writer.put(path + "/elapsed", lane.elapsed);
      if constexpr (HasSaveLoad<E>) {
        lane.env.save(writer, path + "/env");
      } else {
        static_assert(std::is_trivially_copyable_v<E>,
                      "an environment that owns memory needs save and load");
        writer.put(path + "/env", lane.env);
      }
    }
  }

  void load(const ArchiveReader& reader, const std::string& name) override {
    if (reader.string(name + "/name") != spec_.name || reader.get<int>(name + "/lanes") != size())
      throw Error("{}: environment state is of {} lanes of {}, not of {} of {}", reader.origin(),
                  reader.get<int>(name + "/lanes"), reader.string(name + "/name"), size(),
                  spec_.name);
    for (int i = 0; i < size(); ++i) {
      Lane& lane = lanes_[static_cast<std::size_t>(i)];
      const std::string path = name + "/" + std::to_string(i);
      lane.rng = reader.get<Rng>(path + "/rng");
      lane.elapsed = reader.get<int>(path + "/elapsed");
      if constexpr (HasSaveLoad<E>)
        lane.env.load(reader, path + "/env");
      else
        reader.get_span<E>(path + "/env", std::span(&lane.env, 1));
    }
  }

  bool draw([[maybe_unused]] int lane, [[maybe_unused]] Canvas& canvas) const override {
    if constexpr (HasDraw<E>) lanes_[static_cast<std::size_t>(lane)].env.draw(canvas);
    return HasDraw<E>;
  }

  bool oracle([[maybe_unused]] ActionBuffer out) const override {
    if constexpr (HasOracle<E>) {
      for (std::size_t i = 0; i < lanes_.size(); ++i) out.discrete[i] = lanes_[i].env.oracle();
    }
    return HasOracle<E>;
  }

 private:
  using Element = typename E::Element;
  // Lanes of one chunk are stepped by one thread: enough of them that waking a thread pays.
  static constexpr int kLanesPerChunk = 8;

  struct Lane {
    E env;
    Rng rng{};
    int elapsed = 0;  // steps in this episode
  };

  template <class F>
  void for_each_lane(F&& function) {
    const int chunks = (size() + kLanesPerChunk - 1) / kLanesPerChunk;
    pool_->run(chunks, [&](int chunk) {
      const int end = std::min(size(), (chunk + 1) * kLanesPerChunk);
      for (int i = chunk * kLanesPerChunk; i < end; ++i) function(i);
    });
  }

  static void restart(Lane& lane) {
    lane.env.reset(lane.rng);
    lane.elapsed = 0;
  }

  void write(const Lane& lane, int i, const StepView& out) const {
    lane.env.observe(out.observation.template row<Element>(i));
    if constexpr (HasLegal<E>) lane.env.legal(out.legal.row(i));
  }

  void step_lane(int i, const ActionView& action, const StepView& out) {
    const auto index = static_cast<std::size_t>(i);
    Lane& lane = lanes_[index];
    const Outcome outcome = lane.env.step(action_of(action, index), lane.rng);
    ++lane.elapsed;
    const bool truncated = !outcome.terminated && spec_.max_episode_steps > 0 &&
                           lane.elapsed >= spec_.max_episode_steps;
    out.reward[index] = outcome.reward;
    out.terminated[index] = outcome.terminated ? 1 : 0;
    out.truncated[index] = truncated ? 1 : 0;
    if (outcome.terminated || truncated) {
      lane.env.observe(out.final_observation.template row<Element>(i));
      restart(lane);
    }
    write(lane, i, out);
  }

  [[nodiscard]] typename E::Action action_of(const ActionView& action, std::size_t lane) const {
    if constexpr (std::is_same_v<typename E::Action, std::span<const float>>) {
      return action.box.subspan(lane * static_cast<std::size_t>(actions_),
                                static_cast<std::size_t>(actions_));
    } else {
      TENGEN_CHECK(action.discrete[lane] >= 0 && action.discrete[lane] < actions_,
                   "{}: action {} of lane {} is outside [0, {})", spec_.name, action.discrete[lane],
                   lane, actions_);
      return static_cast<typename E::Action>(action.discrete[lane]);
    }
  }

  EnvSpec spec_;
  WorkerPool* pool_;
  int actions_ = 0;  // n of Discrete, dimensions of Box
  std::vector<Lane> lanes_;
};

/// Memory for one StepView of a given environment: for whoever has no better place to lend.
class StepBuffer {
 public:
  StepBuffer(const EnvSpec& spec, int lanes);
  [[nodiscard]] const StepView& view() const { return view_; }

 private:
  std::vector<std::byte> observation_, final_observation_;
  std::vector<float> reward_;
  std::vector<std::uint8_t> terminated_, truncated_, legal_;
  StepView view_;
};

/// Memory for one action a lane.
class ActionMemory {
 public:
  ActionMemory(const ActionSpace& space, int lanes);
  [[nodiscard]] ActionBuffer view() { return {discrete_, box_}; }

 private:
  std::vector<std::int32_t> discrete_;
  std::vector<float> box_;
};

}  // namespace tengen
