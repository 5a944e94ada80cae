#include "agents/search/clock.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

void check_times(double main, double period, int count) {
  // Written so that NaN is refused, too.
  if (!(main >= 0 && period >= 0 && count >= 0)) {
    throw UsageError("time settings {} {} {}: none may be negative", main, period, count);
  }
}

}  // namespace

TimeSettings TimeSettings::gtp(double main_time, double byo_yomi_time, int byo_yomi_stones) {
  check_times(main_time, byo_yomi_time, byo_yomi_stones);
  TimeSettings settings;
  if (byo_yomi_time > 0 && byo_yomi_stones == 0) return settings;
  settings.main = main_time;
  if (byo_yomi_time > 0) {
    settings.overtime = Overtime::kCanadian;
    settings.period = byo_yomi_time;
    settings.stones = byo_yomi_stones;
  }
  return settings;
}

TimeSettings TimeSettings::byo_yomi(double main_time, double period, int periods) {
  check_times(main_time, period, periods);
  TimeSettings settings;
  settings.main = main_time;
  if (period > 0 && periods > 0) {
    settings.overtime = Overtime::kPeriods;
    settings.period = period;
    settings.periods = periods;
  }
  return settings;
}

void Clock::reset(const TimeSettings& settings) {
  settings_ = settings;
  main_left_ = settings.main;
  period_left_ = settings.period;
  periods_left_ = settings.periods;
  stones_left_ = settings.stones;
  flagged_ = false;
}

void Clock::spend(double seconds) {
  if (!limited()) return;
  const double over = seconds - main_left_;
  main_left_ = std::max(0.0, -over);
  if (over <= 0) return;
  switch (settings_.overtime) {
    case Overtime::kNone:
      flagged_ = true;
      break;
    case Overtime::kPeriods:
      // The period that runs may have begun before; those behind it are whole.
      if (over > period_left_)
        periods_left_ -=
            1 + static_cast<int>(std::min((over - period_left_) / settings_.period, 1e6));
      flagged_ = flagged_ || periods_left_ <= 0;
      period_left_ = settings_.period;
      break;
    case Overtime::kCanadian:
      period_left_ -= over;
      flagged_ = flagged_ || period_left_ < 0;
      if (--stones_left_ <= 0) {
        stones_left_ = settings_.stones;
        period_left_ = settings_.period;
      }
      break;
  }
}

void Clock::set_left(double seconds, int stones) {
  check_times(0, 0, stones);
  seconds = std::max(0.0, seconds);
  flagged_ = false;
  if (stones == 0) {
    reset(settings_);
    main_left_ = seconds;
    return;
  }
  main_left_ = 0;
  period_left_ = seconds;
  (settings_.overtime == Overtime::kPeriods ? periods_left_ : stones_left_) = stones;
}

std::optional<double> Clock::seconds_for_move(int moves_left, double lag) const {
  TENGEN_CHECK(moves_left >= 1);
  if (!limited()) return std::nullopt;
  // What a move may cost in overtime without harm; main time is shared out before.
  const double free = period_left_ / std::max(1, stones_left_);
  const double most = main_left_ + free;
  return std::max(
      kLeast, std::min(std::max(main_left_ / moves_left, free), most - std::min(lag, most / 2)));
}

}  // namespace tengen
