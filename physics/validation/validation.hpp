// Comparisons of the simulator with published numbers, which `tengen detector validate` prints.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tengen::detector {

/// One comparison, or the worst of a group. The value is computed by the simulator, never looked
/// up.
struct Check {
  std::string number;  ///< "26c": of the list in docs/detector.md
  std::string what;    ///< with unit and source; of a group, also which member was worst
  double value = 0;
  double reference = 0;
  double low = 0, high = 0;  ///< the value must lie in between
  std::string tolerance;     ///< the same in words: "±3 %"

  [[nodiscard]] bool passed() const { return value >= low && value <= high; }
};

/// How many showers, tracks and draws the Monte Carlo checks use: kReduced takes a second or two,
/// kFull half a minute. Both have fixed seeds.
enum class Effort { kReduced, kFull };

/// Makes all checks, in order; `done` gets each as soon as its part is over. Throws Interrupted.
std::vector<Check> validate(Effort effort, const std::function<void(const Check&)>& done = {});

// Their parts have a file each.
void validate_matter(Effort effort, std::vector<Check>& out);   ///< 1 to 16
void validate_tracker(Effort effort, std::vector<Check>& out);  ///< 17 to 22
void validate_showers(std::vector<Check>& out);                 ///< 23 to 28
void validate_stacks(Effort effort, std::vector<Check>& out);   ///< 25, 29 to 38
void validate_muons(std::vector<Check>& out);                   ///< 40, 41
void validate_scaling(Effort effort, std::vector<Check>& out);  ///< 42

/// How far the value may be off.
struct Tolerance {
  double below = 0, above = 0;
  bool relative = true;
  [[nodiscard]] std::string text() const;
};
constexpr Tolerance percent(double p) { return {p / 100, p / 100, true}; }
constexpr Tolerance within(double a) { return {a, a, false}; }

Check compare(std::string number, std::string what, double value, double reference,
              Tolerance tolerance);
/// Like compare(), but the value must lie in [low, high].
Check between(std::string number, std::string what, double value, double low, double high);

/// Keeps that one of many comparisons which is closest to failing, or furthest beyond.
class Worst {
 public:
  Worst(std::string number, std::string what, Tolerance tolerance)
      : number_(std::move(number)), what_(std::move(what)), tolerance_(tolerance) {}
  void add(std::string_view member, double value, double reference);
  [[nodiscard]] Check check() const;

 private:
  std::string number_, what_;
  Tolerance tolerance_;
  Check worst_;
  double excess_ = -1;
  std::string member_;
  int members_ = 0;
};

}  // namespace tengen::detector
