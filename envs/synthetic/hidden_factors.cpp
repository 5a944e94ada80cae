// How well HiddenFactors can be played, exactly.
#include "envs/synthetic/hidden_factors.hpp"

#include "core/check.hpp"

#include <cmath>
#include <vector>

namespace tengen {
namespace {

using Copy = HiddenFactors<HiddenFormula::kCopy>;
using Xor = HiddenFactors<HiddenFormula::kXor>;
constexpr int kBoxes = Copy::kBoxes, kEnd = Copy::kEnd, kActions = kBoxes + 1;
constexpr int kKnown = 243, kLongest = 16;  // 3^kBoxes
constexpr std::size_t kWorlds = Copy::kWorlds;
using World = std::array<std::uint8_t, kBoxes>;

// What is known of the boxes is a number with one base-3 digit per box: 0 if it is closed, else 1 +
// its value.
constexpr std::array<int, kBoxes> kPlace{1, 3, 9, 27, 81};
constexpr int digit(int known, int box) {
  return known / kPlace[static_cast<std::size_t>(box)] % 3;
}
int with(int known, int box, const World& world) {
  const auto i = static_cast<std::size_t>(box);
  return known + (1 + world[i]) * kPlace[i];
}

// The best expected returns of a player who remembers everything, by what it knows and the steps
// that are left.
class Beliefs {
 public:
  Beliefs(HiddenFormula formula, int horizon, double discount)
      : discount_(discount), values_(static_cast<std::size_t>((horizon + 1) * kKnown)) {
    for (std::uint32_t bits = 0; bits < kWorlds; ++bits)
      worlds_[bits] = formula == HiddenFormula::kCopy ? Copy::world(bits) : Xor::world(bits);
    for (int left = 1; left <= horizon; ++left)
      for (int known = 0; known < kKnown; ++known)
        for (int action = 0; action < kActions; ++action) {
          double& best = values_[index(known, left)];
          best = std::max(best, value_of(known, action, left));
        }
  }

  [[nodiscard]] const std::array<World, kWorlds>& worlds() const { return worlds_; }
  [[nodiscard]] double value(int known, int left) const { return values_[index(known, left)]; }

  // The return of `action` now and the best actions after it; 0 where no world has such boxes.
  [[nodiscard]] double value_of(int known, int action, int left) const {
    if (action == kEnd) return 0;
    if (digit(known, action) != 0) return Copy::kAgain + discount_ * value(known, left - 1);
    double sum = 0;
    int count = 0;
    for (const World& world : worlds_) {
      if (!possible(known, world)) continue;
      ++count;
      sum += Copy::prize(action, world[static_cast<std::size_t>(action)]) +
             discount_ * value(with(known, action, world), left - 1);
    }
    return count == 0 ? 0 : sum / count;
  }

 private:
  static std::size_t index(int known, int left) {
    return static_cast<std::size_t>(left * kKnown + known);
  }
  static bool possible(int known, const World& world) {
    for (int box = 0; box < kBoxes; ++box)
      if (const int seen = digit(known, box);
          seen != 0 && seen != 1 + world[static_cast<std::size_t>(box)])
        return false;
    return true;
  }

  double discount_;
  std::array<World, kWorlds> worlds_{};
  std::vector<double> values_;
};

// Finds the best deterministic player of little memory. It plays all worlds side by side and
// decides what the player does with some information when the first world gives it that
// information; all worlds that give it the same do the same from then on. A branch is cut when even
// perfect memory from here on could not make it the best.
class Search {
 public:
  Search(const Beliefs& beliefs, int horizon, double discount, HiddenMemory memory)
      : beliefs_(beliefs), horizon_(horizon), discount_(discount), memory_(memory) {
    for (auto& decisions : decision_) decisions.fill(kUndecided);
  }

  double best() {
    decide({}, {0, 1, 0});
    return best_;
  }

 private:
  static constexpr int kUndecided = -1, kGrounds = 1 + 2 * kBoxes;
  struct Play {
    int known = 0, last = Copy::kStart;
    std::array<int, kBoxes> opened{};  // how often
  };
  using Plays = std::array<Play, kWorlds>;
  struct Progress {
    int step;
    double weight;  // discount^step
    double gained;  // mean over worlds
  };

  int& decision(const Play& play) {
    if (play.last == Copy::kStart) return decision_[0][0];
    const int value = digit(play.known, play.last) - 1;
    const int times =
        memory_ == HiddenMemory::kCount ? play.opened[static_cast<std::size_t>(play.last)] : 0;
    return decision_[static_cast<std::size_t>(1 + 2 * play.last + value)]
                    [static_cast<std::size_t>(times)];
  }

  // Branches over the first decision that is missing; steps all worlds when none is.
  void decide(const Plays& plays, const Progress& at) {
    const int left = horizon_ - at.step;
    double future = 0;
    int* missing = nullptr;
    for (const Play& play : plays) {
      if (play.last == kEnd) continue;
      int& action = decision(play);
      if (action == kUndecided && missing == nullptr) missing = &action;
      future += action == kUndecided ? beliefs_.value(play.known, left)
                                     : beliefs_.value_of(play.known, action, left);
    }
    constexpr double kRounding = 1e-9;
    if (at.gained + at.weight * future / kWorlds <= best_ + kRounding) return;
    if (missing == nullptr) return advance(plays, at);
    for (int action = 0; action < kActions; ++action) {
      *missing = action;
      decide(plays, at);
    }
    *missing = kUndecided;
  }

  void advance(Plays plays, Progress at) {
    double reward = 0;
    for (std::size_t i = 0; i < kWorlds; ++i) {
      Play& play = plays[i];
      if (play.last == kEnd) continue;
      play.last = decision(play);
      if (play.last == kEnd) continue;
      const auto box = static_cast<std::size_t>(play.last);
      const World& world = beliefs_.worlds()[i];
      reward += play.opened[box] > 0 ? Copy::kAgain : Copy::prize(play.last, world[box]);
      if (play.opened[box]++ == 0) play.known = with(play.known, play.last, world);
    }
    at.gained += at.weight * reward / kWorlds;
    at.weight *= discount_;
    if (++at.step == horizon_ ||
        std::ranges::all_of(plays, [](const Play& play) { return play.last == kEnd; }))
      best_ = std::max(best_, at.gained);
    else
      decide(plays, at);
  }

  const Beliefs& beliefs_;
  int horizon_;
  double discount_;
  HiddenMemory memory_;
  double best_ = 0;  // the return of ending at once
  std::array<std::array<int, kLongest + 1>, kGrounds> decision_{};
};

}  // namespace

double hidden_factors_optimum(HiddenFormula formula, int horizon, double discount,
                              HiddenMemory memory) {
  TENGEN_CHECK(horizon >= 0 && horizon <= kLongest && discount > 0 && discount <= 1);
  const Beliefs beliefs(formula, horizon, discount);
  if (memory == HiddenMemory::kAll || horizon == 0) return beliefs.value(0, horizon);
  return Search(beliefs, horizon, discount, memory).best();
}

}  // namespace tengen
