// A Go player that thinks on a thread of its own, so that nobody waits for it.
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

/// One question at a time; a new one replaces the last. Players outlive this and are used by its
/// thread alone.
class GoThinker {
 public:
  GoThinker();
  ~GoThinker();  ///< waits until the player stops; one that chooses a move has its time
  GoThinker(const GoThinker&) = delete;
  GoThinker& operator=(const GoThinker&) = delete;

  /// Thinks about the position until it is asked something else. `tag` names the question.
  void analyse(GoPlayer& player, const GoGame& game, int tag, bool ownership);
  /// Chooses a move.
  void choose(GoPlayer& player, const GoGame& game, int tag, const ThinkLimit& limit,
              bool ownership);
  void stop();

  struct State {
    int tag = -1;  ///< of the question; −1: none
    bool thinking = false;
    std::optional<int> action;  ///< what choose() came to; −1: it resigns
    GoAnalysis analysis;        ///< as far as it has come
    std::string error;          ///< why the player gave up
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
  // What is known of question `number`, if it is still the question.
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
