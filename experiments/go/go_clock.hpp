// Two players' clocks as GTP tells of them, and what to spend on a move.
#pragma once

#include <array>

namespace tengen {

class GoClock {
 public:
  /// No limits, as before any time_settings.
  GoClock() = default;
  /// GTP 2, section 4.2: `main` seconds, then `stones` moves in every `byo_yomi` seconds
  /// (canadian). byo_yomi > 0 with stones 0 means no limits.
  static GoClock canadian(double main, double byo_yomi, int stones);
  /// `main` seconds, then `periods` times as many for one move each; a move within a period costs
  /// nothing.
  static GoClock japanese(double main, double period, int periods);

  [[nodiscard]] bool limited() const { return kind_ != Kind::kNone; }
  /// A new game: full clocks.
  void restart() { left_ = {start(), start()}; }
  /// What the controller says: `stones` 0 while main time runs, else stones (canadian) or periods
  /// (japanese) left.
  void set_left(int player, double seconds, int stones);
  /// A move was made.
  void spend(int player, double seconds);
  /// Seconds for the next move when `moves` more of the player's own are expected; `lag` of them
  /// are lost on the way. At least 0.01. Only if limited().
  [[nodiscard]] double budget(int player, int moves, double lag) const;

 private:
  enum class Kind { kNone, kCanadian, kJapanese };
  struct Left {
    double seconds = 0;
    int stones = 0;
  };
  [[nodiscard]] Left start() const { return main_ > 0 ? Left{main_, 0} : overtime(); }
  [[nodiscard]] Left overtime() const { return {byo_yomi_, stones_}; }

  Kind kind_ = Kind::kNone;
  double main_ = 0, byo_yomi_ = 0;
  int stones_ = 0;
  std::array<Left, 2> left_{};
};

}  // namespace tengen
