#include "agents/design/calo_optimum.hpp"

#include "core/check.hpp"
#include "core/system/interrupt.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tengen::detector {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr auto kPoints = static_cast<std::size_t>(CaloModel::kDeepest / CaloModel::kGrid) + 1;

std::uint8_t narrow(std::size_t i) { return static_cast<std::uint8_t>(i); }

double reward_of(const CaloPlan& plan, const CaloContext& context) {
  stop_if_interrupted();
  std::array<CaloCell, kMostSegments> cells;
  return calo_value(plan.cells(cells), context).reward;
}

// Derivatives of the figure of merit by the relative variances.
std::array<double, 3> merit_derivatives(const CaloValue& value, CaloTarget target) {
  std::array<double, 3> v{};
  for (std::size_t i = 0; i < 3; ++i) v[i] = value.at[i].half_width * value.at[i].half_width;
  if (target == CaloTarget::kResonance) {
    const double derivative = 0.25 / (v[0] + v[2] + kOpeningError * kOpeningError);
    return {derivative, 0, derivative};
  }
  return {1 / (6 * v[0]), 1 / (6 * v[1]), 1 / (6 * v[2])};
}

// What one layer contributes to N, over the energy's share and 1/E, and to the response.
double noise_of(const CaloCell& cell, const Readout& readout) {
  const double f = cell.response.visible, w = cell.weight;
  const double light =
      cell.light && readout.photo_electrons > 0 ? w * f / readout.photo_electrons : 0;
  return w * w * cell.scale * f + light;
}
double response_of(const CaloCell& cell) { return cell.weight * cell.response.visible; }

}  // namespace

CaloModel::CaloModel(const CaloContext& context, const CaloPlan& around) : context_(context) {
  TENGEN_CHECK(around.count > 0);
  std::array<CaloCell, kMostSegments> storage;
  const auto cells = around.cells(storage);
  const CaloStack stack(cells, context.readout);
  const std::array<double, 3> by_v = merit_derivatives(calo_value(cells, context), context.target);
  const double noise2 = context.readout.noise_mev * context.readout.noise_mev * 1e-6;
  leakage_.assign(kPoints, 0);
  std::array<double, 3> by_n{}, by_m{};  // derivatives of the figure of merit by N and by m
  for (std::size_t e = 0; e < 3; ++e) {
    const double energy = context.energies_gev[e];
    const CaloStack::MeanProfile profile = stack.mean_profile(energy, kGrid, kPoints);
    within_[e] = profile.within;
    for (std::size_t d = 1; d < kPoints; ++d)
      leakage_[d] += by_v[e] * profile.variance[d] / (within_[e][d] * within_[e][d]);
    double m = 0, n = 0, before = 0;
    for (const CaloCell& cell : cells) {
      const auto at = std::min(kPoints - 1, static_cast<std::size_t>(cell.end / kGrid + 0.5));
      const double share = within_[e][at] - before;
      before = within_[e][at];
      m += response_of(cell) * share;
      n += noise_of(cell, context.readout) * share / energy +
           cell.layers * cell.weight * cell.weight * noise2 / (energy * energy);
    }
    by_n[e] = by_v[e] / (m * m);
    by_m[e] = -2 * by_v[e] * n / (m * m * m);
  }
  for (std::size_t a = 0; a < kAbsorbers.size(); ++a)
    for (std::size_t t = 0; t < kAbsorberLengths.size(); ++t)
      for (std::size_t s = 0; s < kActiveLayers.size(); ++s) {
        Layer layer{{narrow(a), narrow(t), narrow(s), 0}, {}, 0};
        const CaloCell& cell = catalogue_layer(layer.choice).cell;
        for (std::size_t e = 0; e < 3; ++e) {
          const double energy = context.energies_gev[e];
          layer.share[e] =
              by_n[e] * noise_of(cell, context.readout) / energy + by_m[e] * response_of(cell);
          layer.each += by_n[e] * cell.weight * cell.weight * noise2 / (energy * energy);
        }
        layers_.push_back(layer);
      }
}

int CaloModel::steps(const CaloChoice& choice) {
  const double depth = choice.layers() * catalogue_layer(choice).cell.thickness;
  return static_cast<int>(depth / kGrid + 0.5);
}

double CaloModel::price(const CaloChoice& choice, const Multipliers& prices) const {
  const CatalogueLayer& layer = catalogue_layer(choice);
  return choice.layers() *
         (prices.cost * context_.price(choice) / context_.budget +
          prices.length * layer.cell.length_cm / context_.length_cm + prices.layers / kMostLayers);
}

const CaloModel::Layer& CaloModel::layer(const CaloChoice& c) const {
  return layers_[(c.absorber * kAbsorberLengths.size() + c.thickness) * kActiveLayers.size() +
                 c.active];
}

double CaloModel::value(const CaloPlan& plan, const Multipliers& prices) const {
  double sum = 0;
  std::size_t depth = 0;
  for (int i = 0; i < plan.count; ++i) {
    const CaloChoice& choice = plan.segments[usize(i)];
    const Layer& l = layer(choice);
    const std::size_t end = depth + usize(steps(choice));
    if (end >= kPoints) return kInfinity;
    sum += choice.layers() * l.each + price(choice, prices);
    for (std::size_t e = 0; e < 3; ++e) sum += l.share[e] * (within_[e][end] - within_[e][depth]);
    depth = end;
  }
  return static_cast<double>(depth) * kGrid < kLeastDepth ? kInfinity : sum + leakage_[depth];
}

CaloModel::Solution CaloModel::solve(const Multipliers& prices, int segments, bool argon) const {
  const auto stages = usize(segments) + 1;
  std::vector<std::vector<double>> best(stages, std::vector<double>(kPoints, kInfinity));
  std::vector<std::vector<std::int32_t>> by(stages, std::vector<std::int32_t>(kPoints, -1));
  best[0][0] = 0;
  for (std::size_t stage = 0; stage + 1 < stages; ++stage) {
    stop_if_interrupted();
    const std::vector<double>& from = best[stage];
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      if (!argon && catalogue_layer(layers_[l].choice).argon) continue;
      for (std::size_t r = 0; r < kRepeats.size(); ++r) {
        CaloChoice choice = layers_[l].choice;
        choice.repeats = narrow(r);
        const auto far = usize(steps(choice));
        if (far >= kPoints || far == 0) continue;
        const double fixed = choice.layers() * layers_[l].each + price(choice, prices);
        const auto& share = layers_[l].share;
        const auto number = static_cast<std::int32_t>(l * kRepeats.size() + r);
        double* to = best[stage + 1].data() + far;
        std::int32_t* to_by = by[stage + 1].data() + far;
        // In the first stage only the front is occupied.
        const std::size_t starts = stage == 0 ? 1 : kPoints - far;
        for (std::size_t d = 0; d < starts; ++d) {
          double sum = from[d] + fixed;
          for (std::size_t e = 0; e < 3; ++e)
            sum += share[e] * (within_[e][d + far] - within_[e][d]);
          const bool better = sum < to[d];
          to[d] = better ? sum : to[d];
          to_by[d] = better ? number : to_by[d];
        }
      }
    }
  }
  Solution out{{}, kInfinity};
  std::size_t stage = 0, depth = 0;
  for (std::size_t k = 1; k < stages; ++k)
    for (auto d = static_cast<std::size_t>(kLeastDepth / kGrid + 0.5); d < kPoints; ++d)
      if (const double v = best[k][d] + leakage_[d]; v < out.value)
        out.value = v, stage = k, depth = d;
  std::vector<CaloChoice> reversed;
  for (; stage > 0; --stage) {
    const auto number = usize(by[stage][depth]);
    CaloChoice choice = layers_[number / kRepeats.size()].choice;
    choice.repeats = narrow(number % kRepeats.size());
    reversed.push_back(choice);
    depth -= usize(steps(choice));
  }
  for (std::size_t i = reversed.size(); i-- > 0;) out.plan.add(reversed[i], context_);
  return out;
}

namespace {

std::span<const CaloChoice> chosen(const CaloPlan& plan) {
  return std::span(plan.segments).first(usize(plan.count));
}

// The plan of these segments, with fewer layers where they do not fit.
CaloPlan within_limits(std::span<const CaloChoice> wanted, const CaloContext& context) {
  CaloPlan out;
  for (CaloChoice choice : wanted) {
    while (!out.fits(choice, context) && choice.repeats > 0) --choice.repeats;
    if (out.fits(choice, context)) out.add(choice, context);
  }
  return out;
}

struct Incumbent {
  CaloPlan plan;
  double reward = kWorstReward;
  bool offer(const CaloPlan& candidate, const CaloContext& context) {
    const double r = candidate.count > 0 ? reward_of(candidate, context) : kWorstReward;
    if (!(r > reward + 1e-9)) return false;
    reward = r, plan = candidate;
    return true;
  }
};

// Maximises the bound over the multipliers by Polyak's steps towards the best value that is
// attained, and offers every design on the way; returns attained − bound.
double solve_within_limits(const CaloModel& model, const CaloContext& context, int segments,
                           bool argon, Incumbent& incumbent) {
  constexpr int kSteps = 30;
  CaloModel::Multipliers prices;
  double bound = -kInfinity, attained = model.value(incumbent.plan, {});
  const double budget_share = argon ? 1 - kCryostatPrice / context.budget : 1;
  for (int step = 0; step < kSteps && attained - bound > 2e-4; ++step) {
    const CaloModel::Solution s = model.solve(prices, segments, argon);
    if (!std::isfinite(s.value)) return 0;
    double layer_cost = s.plan.cost - (s.plan.argon ? kCryostatPrice : 0);
    const double over[] = {layer_cost / context.budget - budget_share,
                           s.plan.length_cm / context.length_cm - 1,
                           static_cast<double>(s.plan.layers) / kMostLayers - 1};
    const double dual = s.value - prices.cost * budget_share - prices.length - prices.layers;
    bound = std::max(bound, dual);
    const CaloPlan feasible = within_limits(chosen(s.plan), context);
    attained = std::min(attained, model.value(feasible, {}));
    incumbent.offer(feasible, context);
    double square = 0;
    double* const price[] = {&prices.cost, &prices.length, &prices.layers};
    for (std::size_t i = 0; i < 3; ++i)
      if (over[i] > 0 || *price[i] > 0) square += over[i] * over[i];
    if (square < 1e-12) break;
    const double length = std::max(attained - dual, 1e-4) / square;
    for (std::size_t i = 0; i < 3; ++i) *price[i] = std::max(0.0, *price[i] + length * over[i]);
  }
  return std::max(0.0, attained - bound);
}

CaloPlan rebuilt(const std::vector<CaloChoice>& choices, const CaloContext& context) {
  CaloPlan out;
  for (const CaloChoice& c : choices) out.add(c, context);
  return out;
}

bool all_fit(const std::vector<CaloChoice>& choices, const CaloContext& context, int segments) {
  if (static_cast<int>(choices.size()) > segments) return false;
  CaloPlan plan;
  for (const CaloChoice& c : choices) {
    if (!plan.fits(c, context)) return false;
    plan.add(c, context);
  }
  return true;
}

// Every design that one change makes of these segments: another value of one choice or of two of
// the same segment, one segment more, less, or in another place, layers moved between segments.
template <class F>
void for_each_neighbour(const std::vector<CaloChoice>& now, F&& offer) {
  for (std::size_t i = 0; i < now.size(); ++i) {
    for (std::size_t p = 0; p < 4; ++p)
      for (std::size_t q = p; q < 4; ++q)
        for (std::size_t a = 0; a < kChoiceSizes[p]; ++a)
          for (std::size_t b = 0; b < (p == q ? 1 : kChoiceSizes[q]); ++b) {
            std::vector<CaloChoice> next = now;
            next[i].*kChoiceParts[p] = narrow(a);
            if (p != q) next[i].*kChoiceParts[q] = narrow(b);
            offer(next);
          }
    std::vector<CaloChoice> less = now;
    less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
    if (!less.empty()) offer(less);
    for (std::size_t r = 0; r < kRepeats.size(); ++r)
      for (std::size_t s = 0; s < kRepeats.size(); ++s) {
        std::vector<CaloChoice> more = now;
        more[i].repeats = narrow(r);
        more.insert(more.begin() + static_cast<std::ptrdiff_t>(i), more[i])->repeats = narrow(s);
        offer(more);
        for (std::size_t j = i + 1; j < now.size(); ++j) {
          std::vector<CaloChoice> moved = now;
          moved[i].repeats = narrow(r), moved[j].repeats = narrow(s);
          offer(moved);
        }
      }
    for (std::size_t j = i + 1; j < now.size(); ++j) {
      std::vector<CaloChoice> swapped = now;
      std::swap(swapped[i], swapped[j]);
      offer(swapped);
    }
  }
}

void polish(Incumbent& incumbent, const CaloContext& context, int segments) {
  for (bool better = true; better;) {
    better = false;
    const auto found = chosen(incumbent.plan);
    const std::vector<CaloChoice> now(found.begin(), found.end());
    for_each_neighbour(now, [&](const std::vector<CaloChoice>& next) {
      if (all_fit(next, context, segments))
        better = incumbent.offer(rebuilt(next, context), context) || better;
    });
  }
}

// Gives one choice of one segment another value.
void change(std::vector<CaloChoice>& choices, Rng& rng) {
  CaloChoice& choice = choices[rng.below(static_cast<std::uint32_t>(choices.size()))];
  const std::size_t part = rng.below(4);
  choice.*kChoiceParts[part] = narrow(rng.below(static_cast<std::uint32_t>(kChoiceSizes[part])));
}

// A design to begin with: the reference, with no more segments than there may be.
CaloPlan first_plan(const CaloContext& context, int segments) {
  CaloPlan out;
  for (int i = 0; i < segments; ++i) {
    CaloChoice choice{0, 3, 2, 7};
    while (!out.fits(choice, context) && choice.repeats > 0) --choice.repeats;
    if (out.fits(choice, context)) out.add(choice, context);
  }
  return out;
}

}  // namespace

CaloOptimum best_calo(const CaloContext& context, int segments) {
  constexpr int kLinearised = 5;
  if (context.target == CaloTarget::kGammaPi0)
    throw Error("target = gamma_pi0: no optimum is known, since R is no sum over segments");
  CaloOptimum out;
  Incumbent best;
  for (const bool argon : {false, true}) {
    if (argon && context.budget <= kCryostatPrice) continue;
    Incumbent incumbent;
    double gap = 0;
    incumbent.plan = first_plan(context, segments);
    if (incumbent.plan.count == 0) continue;
    incumbent.reward = reward_of(incumbent.plan, context);
    for (int i = 0; i < kLinearised; ++i) {
      const double before = incumbent.reward;
      gap = solve_within_limits(CaloModel(context, incumbent.plan), context, segments, argon,
                                incumbent);
      if (incumbent.reward < before + 1e-4) break;
    }
    polish(incumbent, context, segments);
    if (incumbent.reward > best.reward) best = incumbent, out.gap = gap;
  }
  if (const CaloPlan* known = best_known_calo(context); known && segments == kMostSegments)
    best.offer(*known, context);
  // Away from the best at random, and up again.
  constexpr int kKicks = 8, kChanges = 3;
  Rng rng(1);
  for (int kick = 0; kick < kKicks && best.plan.count > 0; ++kick) {
    const auto now = chosen(best.plan);
    std::vector<CaloChoice> changed(now.begin(), now.end());
    for (int i = 0; i < kChanges; ++i) change(changed, rng);
    Incumbent incumbent;
    incumbent.offer(within_limits(changed, context), context);
    polish(incumbent, context, segments);
    if (incumbent.reward > best.reward) best = incumbent;
  }
  out.plan = best.plan, out.reward = best.reward;
  return out;
}

}  // namespace tengen::detector
