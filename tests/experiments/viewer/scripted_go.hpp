// A Go player whose every thought is known in advance.
#pragma once

#include "experiments/go/go_player.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace tengen {

/// Plays the first empty point; thinks that it wins 3 of 4 games there, after 1000 visits, and that
/// the replies are the next empty points. Owns the upper half of the board.
class ScriptedGoPlayer final : public GoPlayer {
 public:
  [[nodiscard]] std::string name() const override { return "scripted"; }
  void check_board(int rows, int columns) const override {
    if (rows > 13 || columns > 13) throw Error("scripted plays on boards up to 13 × 13");
  }
  int choose(const GoGame& game, const ThinkLimit&) override {
    think(game, true);
    return thought_.moves.front().action;
  }
  bool analyse(const GoGame& game, bool ownership, const std::function<bool()>& stop) override {
    ++analyses;
    while (!stop()) {
      think(game, ownership);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  [[nodiscard]] GoAnalysis analysis() const override { return thought_; }

  std::atomic<int> analyses{0};

 private:
  void think(const GoGame& game, bool ownership) {
    thought_ = {1500, 0.5, 2.5, {}, {}};
    std::vector<int> empty;
    for (int point = 0; point < game.points() && empty.size() < 5; ++point)
      if (game.position().at(point) == Stone::kEmpty) empty.push_back(point);
    empty.push_back(game.pass_action());
    thought_.moves.push_back({empty[0], 1000, 0.5, 0.45, 0.6, 2.5, empty});
    thought_.moves.push_back({empty[1], 500, 0, -0.1, 0.3, 0, {empty[1]}});
    if (ownership)
      for (int point = 0; point < game.points(); ++point)
        thought_.ownership.push_back(point < game.points() / 2 ? 1.0F : -1.0F);
  }

  GoAnalysis thought_;
};

}  // namespace tengen
