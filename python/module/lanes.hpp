// Lanes of one environment as Python sees them.
#pragma once

#include "envs/registry.hpp"
#include "python/module/frames.hpp"

#include <nanobind/nanobind.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tengen::python {

/// A VectorEnv with the rules that Gymnasium's users expect: any of three ways to restart, seeds by
/// lane, a caller's time limit, and scores that add up over a game.
class Lanes {
 public:
  /// `limit` replaces the environment's own time limit; 0 is none. Throws UsageError for an unknown
  /// id or option.
  Lanes(const EnvRegistry& registry, const std::string& id, int lanes, int threads,
        Autoreset autoreset, std::optional<int> limit, bool single, const nanobind::dict& options);

  /// Starts the given lanes anew: pairs of lane and seed, or None to draw on. Returns observation,
  /// score and mask of all lanes.
  nanobind::tuple restart(const std::vector<std::pair<int, std::optional<std::uint64_t>>>& lanes);
  /// Steps all lanes. `actions` is an array of integers (lanes,) or of floats (lanes, dimensions),
  /// which are clipped to their bounds; a single lane takes an integer or a vector, too. Returns
  /// observation, reward, terminated, truncated, score, mask, and whether a lane's episode ended.
  /// Throws UsageError for actions that do not exist. The GIL is released meanwhile.
  nanobind::tuple step(nanobind::handle actions);

  /// Of lanes whose episode ended in the last step: its last observation, score, and mask (all ones
  /// if the task terminated), in arrays that the next step overwrites. Scores of other lanes are 0.
  [[nodiscard]] const nanobind::object& final_observation() const { return final_observation_; }
  [[nodiscard]] const nanobind::object& final_score() const { return final_score_; }
  [[nodiscard]] const nanobind::object& final_mask() const { return final_mask_; }

  /// The picture of a lane, (height, width, 3) bytes, or None.
  [[nodiscard]] nanobind::object draw(int lane) const;
  /// The scripted expert's actions, int64 (lanes,), or None.
  [[nodiscard]] nanobind::object oracle() const;
  /// Name, shapes and ranges, as a dictionary.
  [[nodiscard]] nanobind::dict spec() const;
  /// All options with their values, as TOML.
  [[nodiscard]] std::string options() const { return config_.to_toml(); }
  [[nodiscard]] int size() const { return env_->size(); }

 private:
  enum class State : std::uint8_t { kUnstarted, kRunning, kLifeLost, kGameOver };

  // Refuses a second thread while one is inside.
  class Entry;

  void make_finals();
  void check_ready() const;
  void read_actions(const nanobind::object& actions);
  void read_numbers(const nanobind::object& actions);
  bool keep_scores(const Frame& frame);
  void end(std::size_t lane, bool terminated);

  std::unique_ptr<WorkerPool> pool_;
  Config config_;
  Autoreset autoreset_;
  std::unique_ptr<VectorEnv> env_;
  Frames frames_;
  ActionMemory actions_;
  nanobind::object final_observation_, final_score_, final_mask_;
  StepView finals_;  // the part of a StepView that is not in a Frame
  std::span<float> final_scores_;
  // By lane:
  std::vector<float> scored_, totals_;
  std::vector<std::uint8_t> game_ended_;
  std::vector<State> states_;
  bool waiting_ = false;  // some lanes are neither kUnstarted nor kRunning
  mutable std::atomic<bool> busy_{false};
};

}  // namespace tengen::python
