// A Go player that thinks on a thread of its own, so that the window does not wait for it.
#pragma once

#include "experiments/go/go_player.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace tengen {

/// Answers one question at a time; a new question replaces the last. Players outlive this and are
/// used by its thread alone. All functions return at once, except for the destructor.
class GoThinker {
 public:
  GoThinker();
  ~GoThinker();  ///< waits until the player stops; a player that chooses a move uses its time
  GoThinker(const GoThinker&) = delete;
  GoThinker& operator=(const GoThinker&) = delete;

  /// Lets the player analyse the position until another question comes. `tag` names the question.
  void analyse(GoPlayer& player, const GoGame& game, int tag, bool ownership);
  /// Lets the player choose a move.
  void choose(GoPlayer& player, const GoGame& game, int tag, const ThinkLimit& limit,
              bool ownership);
  /// Drops the question.
  void stop();

  struct State {
    int tag = -1;  ///< of the question; −1: none
    bool thinking = false;
    std::optional<int> action;  ///< the answer to choose(); −1: the player resigns
    GoAnalysis analysis;        ///< the newest; empty before the first
    std::string error;          ///< why the player failed; empty if it did not
  };
  [[nodiscard]] State state() const;

 private:
  struct Question {
    GoPlayer* player = nullptr;
    GoGame game;
    bool ownership = false, choose = false;
    ThinkLimit limit;
    std::uint64_t number = 0;
  };

  void ask(Question question, int tag);
  void run();
  void answer(Question& question);
  // Applies change(state_) if question `number` is still the newest.
  template <class F>
  void tell(std::uint64_t number, F&& change);

  mutable std::mutex mutex_;
  std::condition_variable asked_;
  std::optional<Question> next_;
  State state_;
  std::atomic<std::uint64_t> number_{0};  // of the newest question
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace tengen
