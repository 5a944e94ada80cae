// How long a player may think.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace tengen {

enum class Overtime : std::uint8_t {
  kNone,      ///< a player who runs out of main time has lost
  kPeriods,   ///< byo-yomi: a move within a period costs nothing, a longer one uses periods up
  kCanadian,  ///< `stones` moves a period, which then begins anew
};

/// What GTP's time_settings and kgs-time_settings say. Times are in seconds.
struct TimeSettings {
  double main = std::numeric_limits<double>::infinity();  ///< infinite: no limit
  Overtime overtime = Overtime::kNone;
  double period = 0;
  int periods = 0;  ///< of byo-yomi
  int stones = 0;   ///< Canadian moves a period

  /// GTP 2: no overtime if byo_yomi_time is 0, no limit at all if it is not but byo_yomi_stones is.
  /// Throws UsageError for negative numbers.
  static TimeSettings gtp(double main_time, double byo_yomi_time, int byo_yomi_stones);
  /// `periods` times `period` seconds of byo-yomi. Throws UsageError for negative numbers.
  static TimeSettings byo_yomi(double main_time, double period, int periods);
};

/// One player's clock.
class Clock {
 public:
  explicit Clock(const TimeSettings& settings = {}) { reset(settings); }

  void reset(const TimeSettings& settings);
  /// Takes the time of a move off the clock.
  void spend(double seconds);
  /// Sets what the referee says is left (GTP time_left). With `stones` = 0, `seconds` of main time
  /// and all of the overtime are left. Otherwise `seconds` are for the next `stones` moves, or, in
  /// byo-yomi, are left of the present one of `stones` periods.
  void set_left(double seconds, int stones);

  /// How long the next move should take if about `moves_left` ≥ 1 more of one's own follow in the
  /// game; nothing where there is no limit. An equal share of the main time, but not less than
  /// overtime gives (what is left of the period that runs). At least kLeast, and leaves `lag`
  /// seconds, or half of what there is, to spare.
  [[nodiscard]] std::optional<double> seconds_for_move(int moves_left, double lag = 0.3) const;
  /// Whether the time is up, so that the game is lost.
  [[nodiscard]] bool flagged() const { return flagged_; }
  [[nodiscard]] bool limited() const {
    return settings_.main < std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] double main_left() const { return main_left_; }

  static constexpr double kLeast = 0.01;

 private:
  TimeSettings settings_;
  double main_left_ = 0, period_left_ = 0;
  int periods_left_ = 0, stones_left_ = 0;
  bool flagged_ = false;
};

}  // namespace tengen
