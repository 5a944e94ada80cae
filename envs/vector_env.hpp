// Several lanes of one environment behind one virtual call per batch.
#pragma once

#include "core/worker_pool.hpp"
#include "envs/environment.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tengen {

/// When a lane whose episode ended begins the next one; Gymnasium has the same three.
enum class Autoreset : std::uint8_t {
  kSameStep,  ///< within the step that ended it
  kNextStep,  ///< instead of the next step, whose action is ignored and whose reward is 0
  kDisabled,  ///< when the caller says so (restart); to step it before is a bug (TENGEN_CHECK)
};

/// A lane that is to begin a new episode: from Rng(seed).split(0), as the only lane of an
/// environment would, or without a seed from where its random stream has got to.
struct LaneStart {
  int lane = 0;
  std::optional<std::uint64_t> seed = {};
};

/// `size()` independent lanes that step together. A finished lane restarts in the same step
/// (Gymnasium's SAME_STEP): `observation` is then the new episode's first frame, while
/// `final_observation` has the old one's last frame and `final_legal` what was legal there. The
/// time limit is kept here, so truncation is never taken for termination. The caller owns all
/// memory in StepView, sized for size() lanes of spec(). Not for use by several threads at once.
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
  /// Writes the scripted expert's action for every lane; false if there is none.
  virtual bool oracle(ActionBuffer out) const = 0;

  /// For callers who have rules of their own, like Gymnasium's users. Says how episodes begin and
  /// after how many steps the clock ends them (0: never); call it before the first reset. Where a
  /// lane waits for its next episode, `observation` is the old one's last frame, too, and its mask
  /// allows everything if the task terminated. Throws Error where it is not supported.
  virtual void set_episodes(Autoreset autoreset, int max_episode_steps);
  /// Starts the given lanes anew, each named once, and writes observation and legal of all lanes.
  /// A lane with a seed starts a game, too, and not just its next life. Throws Error where it is
  /// not supported.
  virtual void restart(std::span<const LaneStart> lanes, const StepView& out);
};

/// Carries the message of what an environment's own code threw, and the lane in which it did.
class LaneError : public Error {
 public:
  LaneError(std::size_t lane, const std::string& what)
      : Error("{}", what), lane_(static_cast<int>(lane)) {}
  [[nodiscard]] int lane() const { return lane_; }

 private:
  int lane_;
};
/// Throws the exception that is being handled as a LaneError. Call it within a handler only.
[[noreturn]] void rethrow_from_lane(std::size_t lane);

/// The static loop around a plain environment: lanes in fixed contiguous chunks over a WorkerPool,
/// one Rng per lane, so that the bits do not depend on the number of threads.
template <Environment E>
class BatchedEnv final : public VectorEnv {
 public:
  /// Copies `prototype` `lanes` times. `pool` must outlive this. Throws Error if spec() describes
  /// another kind of observation or action than E has.
  BatchedEnv(const E& prototype, int lanes, WorkerPool& pool)
      : spec_(prototype.spec()),
        own_limit_(spec_.max_episode_steps),
        pool_(&pool),
        envs_(static_cast<std::size_t>(lanes), prototype),
        rngs_(envs_.size()),
        elapsed_(envs_.size()) {
    TENGEN_CHECK(lanes >= 1);
    spec_.masked = HasLegal<E>;
    check_kinds();
    if constexpr (kDiscrete)
      actions_ = std::get<Discrete>(spec_.action).n;
    else
      actions_ = static_cast<int>(std::get<Box>(spec_.action).low.size());
  }

  [[nodiscard]] const EnvSpec& spec() const override { return spec_; }
  [[nodiscard]] int size() const override { return static_cast<int>(envs_.size()); }

  void reset(std::uint64_t seed, const StepView& out) override {
    const Rng root(seed);
    for_each_chunk([&](std::size_t begin, std::size_t end) {
      for_lanes(begin, end, [&](std::size_t i) {
        rngs_[i] = root.split(i);
        restart(i);
        write(i, out);
      });
    });
  }

  void step(const ActionView& action, const StepView& out) override {
    for_each_chunk(
        [&](std::size_t begin, std::size_t end) { step_chunk(begin, end, action, out); });
  }

  void observe(const StepView& out) const override {
    for_lanes(0, envs_.size(), [&](std::size_t i) { write(i, out); });
  }

  void save(ArchiveWriter& writer, const std::string& name) const override {
    writer.put_string(name + "/name", spec_.name);
    writer.put(name + "/lanes", size());
    writer.put_span(name + "/rng", std::span(rngs_));
    writer.put_span(name + "/elapsed", std::span(elapsed_));
    if constexpr (HasSaveLoad<E>) {
      for (std::size_t i = 0; i < envs_.size(); ++i)
        envs_[i].save(writer, name + "/env/" + std::to_string(i));
    } else {
      static_assert(std::is_trivially_copyable_v<E>,
                    "an environment that owns memory needs save and load");
      writer.put_span(name + "/env", std::span(envs_));
    }
  }

  void load(const ArchiveReader& reader, const std::string& name) override {
    if (reader.string(name + "/name") != spec_.name || reader.get<int>(name + "/lanes") != size())
      throw Error("{}: environment state is of {} lanes of {}, not of {} of {}", reader.origin(),
                  reader.get<int>(name + "/lanes"), reader.string(name + "/name"), size(),
                  spec_.name);
    reader.get_span(name + "/rng", std::span(rngs_));
    reader.get_span(name + "/elapsed", std::span(elapsed_));
    reader.check(name + "/elapsed", *std::ranges::min_element(elapsed_) >= lowest_elapsed());
    if constexpr (HasSaveLoad<E>) {
      for (std::size_t i = 0; i < envs_.size(); ++i)
        envs_[i].load(reader, name + "/env/" + std::to_string(i));
    } else {
      const std::size_t there = reader.bytes(name + "/env").size() / envs_.size();
      if (there != sizeof(E))
        throw Error(
            "{}: the state of a lane of {} has {} bytes, that of this program's {}: the "
            "environment has been changed since",
            reader.origin(), spec_.name, there, sizeof(E));
      reader.get_span(name + "/env", std::span(envs_));
      for (const E& env : envs_) reader.check(name + "/env", is_of_this_kind(env));
    }
  }

  bool draw([[maybe_unused]] int lane, [[maybe_unused]] Canvas& canvas) const override {
    if constexpr (HasDraw<E>) envs_[static_cast<std::size_t>(lane)].draw(canvas);
    return HasDraw<E>;
  }

  bool oracle([[maybe_unused]] ActionBuffer out) const override {
    if constexpr (HasOracle<E>) {
      for (std::size_t i = 0; i < envs_.size(); ++i) out.discrete[i] = envs_[i].oracle();
    }
    return HasOracle<E>;
  }

  void set_episodes(Autoreset autoreset, int max_episode_steps) override {
    TENGEN_CHECK(max_episode_steps >= 0);
    autoreset_ = autoreset;
    spec_.max_episode_steps = max_episode_steps;
  }

  void restart(std::span<const LaneStart> lanes, const StepView& out) override {
    for (const LaneStart& start : lanes) {
      const auto i = static_cast<std::size_t>(start.lane);
      for_lanes(i, i + 1, [&](std::size_t lane) {
        if (start.seed) {
          rngs_[lane] = Rng(*start.seed).split(0);
          leave_game(lane);
        }
        restart(lane);
      });
    }
    observe(out);
  }

 private:
  // In elapsed_, of lanes that wait for their next episode.
  static constexpr int kTerminated = -1, kTruncated = -2;

  // A state brings its options along, and these must be the ones by which all memory was sized.
  [[nodiscard]] bool is_of_this_kind(const E& env) const {
    const EnvSpec spec = env.spec();
    return spec.name == spec_.name && spec.observation.shape == spec_.observation.shape &&
           spec.max_episode_steps == own_limit_ && spec.action.index() == spec_.action.index();
  }

  [[nodiscard]] int lowest_elapsed() const {
    return autoreset_ == Autoreset::kSameStep ? 0 : kTruncated;
  }

  using Element = typename E::Element;
  static constexpr bool kDiscrete = !std::is_same_v<typename E::Action, std::span<const float>>;
  // One thread steps all lanes of a chunk: enough of them that waking it pays.
  static constexpr std::size_t kLanesPerChunk = 8;

  template <class F>
  void for_each_chunk(F&& function) {
    const std::size_t lanes = envs_.size(), chunks = (lanes + kLanesPerChunk - 1) / kLanesPerChunk;
    pool_->run(static_cast<int>(chunks), [&](int chunk) {
      const std::size_t begin = static_cast<std::size_t>(chunk) * kLanesPerChunk;
      function(begin, std::min(lanes, begin + kLanesPerChunk));
    });
  }

  // Calls function(i) for the lanes in [begin, end); what it throws becomes a LaneError.
  template <class F>
  static void for_lanes(std::size_t begin, std::size_t end, F&& function) {
    std::size_t i = begin;
    try {
      for (; i < end; ++i) function(i);
    } catch (...) {
      rethrow_from_lane(i);
    }
  }

  void restart(std::size_t i) {
    envs_[i].reset(rngs_[i]);
    elapsed_[i] = 0;
  }

  // The next reset() would continue the game of a lost life; after this it begins a new one.
  void leave_game([[maybe_unused]] std::size_t i) {
    if constexpr (HasGoesOn<E>) {
      Rng unused;
      if (envs_[i].goes_on()) envs_[i].reset(unused);
    }
  }

  void write(std::size_t i, const StepView& out) const {
    const int lane = static_cast<int>(i);
    envs_[i].observe(out.observation.template row<Element>(lane));
    if constexpr (HasLegal<E>) {
      if (elapsed_[i] == kTerminated)  // it need not say what would be legal
        std::ranges::fill(out.legal.row(lane), std::uint8_t{1});
      else
        envs_[i].legal(out.legal.row(lane));
    }
  }

  void step_chunk(std::size_t begin, std::size_t end, const ActionView& action,
                  const StepView& out) {
    if (autoreset_ == Autoreset::kSameStep) return step_lanes(begin, end, action, out);
    for (std::size_t i = begin; i < end;) {
      if (elapsed_[i] < 0) {
        begin_next(i++, out);
        continue;
      }
      const std::size_t first = i;
      while (i < end && elapsed_[i] >= 0) ++i;
      step_lanes(first, i, action, out);
    }
  }

  void begin_next(std::size_t i, const StepView& out) {
    TENGEN_CHECK(autoreset_ == Autoreset::kNextStep, "lane {}: its episode is over", i);
    for_lanes(i, i + 1, [&](std::size_t lane) {
      restart(lane);
      write(lane, out);
    });
    out.reward[i] = 0;
    out.terminated[i] = out.truncated[i] = 0;
    if (!out.scored.empty()) out.scored[i] = 0, out.game_ended[i] = 0;
  }

  void step_lanes(std::size_t begin, std::size_t end, const ActionView& action,
                  const StepView& out) {
    std::array<float, kLanesPerChunk> reward;
    std::array<std::uint32_t, kLanesPerChunk> terminated;
    advance(begin, end - begin, action, reward.data(), terminated.data());
    for_lanes(begin, end, [&](std::size_t i) {
      const bool over = terminated[i - begin] != 0;
      const bool truncated =
          ++elapsed_[i] >= spec_.max_episode_steps && spec_.max_episode_steps > 0 && !over;
      out.reward[i] = reward[i - begin];
      out.terminated[i] = over ? 1 : 0;
      out.truncated[i] = truncated ? 1 : 0;
      keep_books(i, over, truncated, out);
      if (over || truncated) {
        const int lane = static_cast<int>(i);
        envs_[i].observe(out.final_observation.template row<Element>(lane));
        if constexpr (HasLegal<E>) {  // after termination an environment need not allow anything
          if (truncated && !out.final_legal.empty()) envs_[i].legal(out.final_legal.row(lane));
        }
        if (autoreset_ == Autoreset::kSameStep)
          restart(i);
        else
          elapsed_[i] = over ? kTerminated : kTruncated;
      }
      write(i, out);
    });
  }

  void keep_books(std::size_t i, bool over, bool truncated, const StepView& out) const {
    if (out.scored.empty()) return;
    out.scored[i] = out.reward[i];
    if constexpr (HasScored<E>) out.scored[i] = envs_[i].scored();
    bool ended = over;
    if constexpr (HasGoesOn<E>) ended = over && !envs_[i].goes_on();
    out.game_ended[i] = ended || truncated ? 1 : 0;
  }

  // This loop does nothing but steps, over memory that does not overlap: where a step is plain
  // arithmetic without branches (CartPole), the compiler makes vector instructions of it, and drops
  // the handler, which such a step never needs.
  void advance(std::size_t begin, std::size_t lanes, const ActionView& action,
               float* __restrict reward, std::uint32_t* __restrict terminated) {
    E* __restrict env = envs_.data() + begin;
    Rng* __restrict rng = rngs_.data() + begin;
    std::size_t i = 0;
    try {
      if constexpr (kDiscrete) {
        const std::int32_t* __restrict chosen = action.discrete.data() + begin;
        check_actions(chosen, lanes);
        for (; i < lanes; ++i) {
          const Outcome outcome = env[i].step(static_cast<typename E::Action>(chosen[i]), rng[i]);
          reward[i] = outcome.reward;
          terminated[i] = outcome.terminated ? 1 : 0;
        }
      } else {
        const auto width = static_cast<std::size_t>(actions_);
        for (; i < lanes; ++i) {
          const auto chosen = action.box.subspan((begin + i) * width, width);
          const Outcome outcome = env[i].step(chosen, rng[i]);
          reward[i] = outcome.reward;
          terminated[i] = outcome.terminated ? 1 : 0;
        }
      }
    } catch (...) {
      rethrow_from_lane(begin + i);
    }
  }

  void check_kinds() const {
    constexpr bool kBytes = std::is_same_v<Element, std::uint8_t>;
    if ((spec_.observation.element == tengen::Element::kUint8) != kBytes)
      throw Error("environment '{}': observe() writes {}, spec() says otherwise", spec_.name,
                  kBytes ? "bytes (kUint8)" : "floats (kFloat)");
    if (std::holds_alternative<Discrete>(spec_.action) != kDiscrete)
      throw Error("environment '{}': step() takes {}, spec() says otherwise", spec_.name,
                  kDiscrete ? "an int (Discrete)" : "a span of floats (Box)");
  }

  void check_actions(const std::int32_t* chosen, std::size_t lanes) const {
    const auto actions = static_cast<std::uint32_t>(actions_);
    for (std::size_t i = 0; i < lanes; ++i)
      TENGEN_CHECK(static_cast<std::uint32_t>(chosen[i]) < actions,
                   "{}: action {} is outside [0, {})", spec_.name, chosen[i], actions_);
  }

  EnvSpec spec_;
  int own_limit_;  // the environment's own time limit; spec_ has the one that is kept
  Autoreset autoreset_ = Autoreset::kSameStep;
  WorkerPool* pool_;
  int actions_ = 0;  // n of Discrete, dimensions of Box
  // By lane:
  std::vector<E> envs_;
  std::vector<Rng> rngs_;
  std::vector<int> elapsed_;  // steps in this episode, or kTerminated, kTruncated
};

/// Memory for one StepView of a given environment, for callers that have no better place to lend.
/// view() stays valid as long as this lives.
class StepBuffer {
 public:
  StepBuffer(const EnvSpec& spec, int lanes);
  [[nodiscard]] const StepView& view() const { return view_; }

 private:
  std::vector<std::byte> observation_, final_observation_;
  std::vector<float> reward_, scored_;
  std::vector<std::uint8_t> terminated_, truncated_, game_ended_, legal_, final_legal_;
  StepView view_;
};

/// Memory for one action per lane. view() stays valid as long as this lives.
class ActionMemory {
 public:
  ActionMemory(const ActionSpace& space, int lanes);
  [[nodiscard]] ActionBuffer view() { return {discrete_, box_}; }

 private:
  std::vector<std::int32_t> discrete_;
  std::vector<float> box_;
};

}  // namespace tengen
