#include "experiments/go/go_clock.hpp"

#include <algorithm>

namespace tengen {

GoClock GoClock::canadian(double main, double byo_yomi, int stones) {
  GoClock clock;
  if (byo_yomi > 0 && stones == 0) return clock;
  clock.kind_ = Kind::kCanadian;
  clock.main_ = main;
  clock.byo_yomi_ = byo_yomi;
  clock.stones_ = stones;
  clock.restart();
  return clock;
}

GoClock GoClock::japanese(double main, double period, int periods) {
  GoClock clock = canadian(main, period, std::max(1, periods));
  clock.kind_ = Kind::kJapanese;
  return clock;
}

void GoClock::set_left(int player, double seconds, int stones) {
  left_[static_cast<std::size_t>(player)] = {seconds, stones};
}

void GoClock::spend(int player, double seconds) {
  Left& left = left_[static_cast<std::size_t>(player)];
  if (left.stones > 0 && kind_ == Kind::kJapanese) {
    for (; seconds >= byo_yomi_ && left.stones > 1; seconds -= byo_yomi_) --left.stones;
    left.seconds = byo_yomi_;
    return;
  }
  left.seconds -= seconds;
  if (left.stones > 0) {
    if (--left.stones == 0) left = overtime();
  } else if (left.seconds <= 0 && byo_yomi_ > 0) {
    const double over = -left.seconds;
    left = overtime();
    left.seconds = std::max(0.0, left.seconds - over);
  }
}

double GoClock::budget(int player, int moves, double lag) const {
  const Left left = left_[static_cast<std::size_t>(player)];
  double seconds = 0;
  if (left.stones > 0) {
    seconds = kind_ == Kind::kJapanese ? left.seconds : left.seconds / left.stones;
  } else {
    // Main time is for the whole game; what overtime gives a move is there for every move.
    const double always = stones_ == 0 ? 0 : byo_yomi_ / (kind_ == Kind::kJapanese ? 1 : stones_);
    seconds = std::min(left.seconds, left.seconds / std::max(1, moves) + always);
    if (left.seconds <= 0) seconds = always;
  }
  return std::max(0.01, seconds - lag);
}

}  // namespace tengen
