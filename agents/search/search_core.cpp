#include "agents/search/search_core.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

constexpr std::size_t kLikeliest = 4;  // moves of a new node that are sorted

}  // namespace

SearchCore::SearchCore(const GameSpec& spec, const SearchOptions& options)
    : spec_(spec), options_(options), root_(options, spec.actions), symmetries_(spec) {
  TENGEN_CHECK(spec.actions <= 0xFFFF);
  if (spec.graded) options_.solve = false;
  if (spec.ownership) owners_.resize(usize(spec.points()));
}

void SearchCore::begin(int simulations, RootNoise noise, Rng rng) {
  TENGEN_CHECK(pending_ == 0, "{} leaves are pending", pending_);
  started_ = 0;
  std::ranges::fill(owners_, 0.0);
  owner_count_ = 0;
  rng_ = rng.split(0);
  root_.plan(simulations, noise, rng.split(1));
  if (evaluated()) root_.prepare(arena_);
}

bool SearchCore::evaluated() const {
  return arena_.size() > 0 && arena_.node(kRoot).state == NodeState::kOpen;
}

int SearchCore::follow(std::uint32_t node) {
  const SearchNode& at = arena_.node(node);
  int k = node == kRoot ? root_.select(arena_, started_) : select_move(arena_, at, options_);
  if (k >= at.child_count) k = arena_.add_edge(node, k);
  ++arena_.edges(at)[usize(k)].pending;
  return k;
}

void SearchCore::retreat(std::uint32_t node) {
  while (node != kRoot) {
    const SearchNode& at = arena_.node(node);
    --arena_.edges(arena_.node(at.parent))[at.slot].pending;
    node = at.parent;
  }
}

void SearchCore::back_up(std::uint32_t node) {
  const SearchNode& leaf = arena_.node(node);
  const float value = leaf.value, margin = leaf.margin;
  const int mover = leaf.mover;
  while (node != kRoot) {
    const SearchNode& at = arena_.node(node);
    const SearchNode& parent = arena_.node(at.parent);
    SearchEdge& edge = arena_.edges(parent)[at.slot];
    const float sign = parent.mover == mover ? 1.0F : -1.0F;
    --edge.pending;
    ++edge.visits;
    edge.value_sum += sign * value;
    edge.square_sum += value * value;
    edge.margin_sum += sign * margin;
    node = at.parent;
  }
}

void SearchCore::prove(std::uint32_t node) {
  if (!options_.solve) return;
  while (node != kRoot) {
    const SearchNode& at = arena_.node(node);
    SearchNode& parent = arena_.node(at.parent);
    const auto edges = arena_.edges(parent);
    if (edges[at.slot].proven != SearchEdge::kUnproven) return;
    const float value = parent.mover == at.mover ? at.value : -at.value;
    edges[at.slot].proven = static_cast<std::int8_t>(std::lround(value));
    // One winning move is enough; otherwise every move must be known.
    int best = edges[at.slot].proven;
    if (best != 1) {
      if (parent.child_count < parent.move_count) return;
      for (const SearchEdge& edge : edges) {
        if (edge.proven == SearchEdge::kUnproven) return;
        best = std::max(best, static_cast<int>(edge.proven));
      }
    }
    if (at.parent == kRoot) {
      root_proven_ = static_cast<std::int8_t>(best);
      return;
    }
    const auto of_best = std::ranges::find(edges, best, &SearchEdge::proven);
    const SearchNode& child = arena_.node(of_best->child);
    parent.state = NodeState::kExact;
    parent.value = static_cast<float>(best);
    parent.margin = parent.mover == child.mover ? child.margin : -child.margin;
    node = at.parent;
  }
}

void SearchCore::open(std::uint32_t index, std::span<const float> logits,
                      std::span<const std::uint16_t> to) {
  SearchNode& node = arena_.node(index);
  const auto moves = arena_.moves(node);
  weights_.resize(moves.size());
  float most = -INFINITY;
  for (std::size_t k = 0; k < moves.size(); ++k) {
    weights_[k] = logits[to[moves[k].action]];
    most = std::max(most, weights_[k]);
  }
  float sum = 0;
  for (float& w : weights_) sum += w = std::exp(w - most);
  if (!std::isfinite(sum) || !std::isfinite(node.value)) {
    throw Error("the evaluator of {} answered with numbers that are not finite", spec_.name);
  }
  for (std::size_t k = 0; k < moves.size(); ++k)
    moves[k].prior = PackedProbability(std::max(weights_[k] / sum, 1e-30F));
  node.sorted = 0;
  arena_.sort(node, index == kRoot ? moves.size() : kLikeliest);
  node.state = NodeState::kOpen;
}

void SearchCore::absorb(EvaluationBatch& batch, int row, const Pending& pending) {
  SearchNode& node = arena_.node(pending.node);
  TENGEN_CHECK(node.state == NodeState::kWaiting, "node {} waits for nothing", pending.node);
  node.value = batch.value(row) + options_.playout_weight * (pending.playout - batch.value(row));
  node.margin = batch.margin(row);
  open(pending.node, batch.logits(row), symmetries_.actions(pending.symmetry));
  --pending_;
  if (options_.ownership && !owners_.empty()) {
    add_ownership(batch.ownership(row), symmetries_.points(pending.symmetry), node.mover);
  }
  if (pending.node == kRoot) {
    root_.prepare(arena_);
  } else {
    back_up(pending.node);
  }
}

void SearchCore::cancel(const Pending& pending) {
  SearchNode& node = arena_.node(pending.node);
  TENGEN_CHECK(node.state == NodeState::kWaiting, "node {} waits for nothing", pending.node);
  node.state = NodeState::kUnseen;
  retreat(pending.node);
  --pending_;
  if (pending.node != kRoot) --started_;
}

void SearchCore::add_ownership(std::span<const float> owners, std::span<const std::uint16_t> to,
                               int mover) {
  const double sign = mover == 0 ? 1 : -1;
  for (std::size_t point = 0; point < owners_.size(); ++point) {
    owners_[point] += sign * static_cast<double>(owners[to[point]]);
  }
  ++owner_count_;
}

void SearchCore::clear() {
  arena_.clear();
  root_proven_ = SearchEdge::kUnproven;
  begin(0, RootNoise::kOff, rng_);
}

bool SearchCore::keep_child(int action) {
  TENGEN_CHECK(pending_ == 0, "{} leaves are pending", pending_);
  if (evaluated()) {
    const auto moves = arena_.moves(arena_.node(kRoot));
    const auto edges = arena_.edges(arena_.node(kRoot));
    for (std::size_t k = 0; k < edges.size(); ++k) {
      if (moves[k].action != action || edges[k].child == SearchEdge::kNoChild) continue;
      const SearchNode& child = arena_.node(edges[k].child);
      if (child.state == NodeState::kUnseen || child.move_count == 0) break;
      const bool proven = child.state == NodeState::kExact;
      root_proven_ =
          proven ? static_cast<std::int8_t>(std::lround(child.value)) : SearchEdge::kUnproven;
      arena_.keep(edges[k].child);
      arena_.node(kRoot).state = NodeState::kOpen;  // proven by moves, so it was open once
      begin(0, RootNoise::kOff, rng_);
      return true;
    }
  }
  clear();
  return false;
}

float SearchCore::root_value() const {
  if (solved()) return root_proven_;
  return settled_summary(arena_, arena_.node(kRoot)).value;
}

float SearchCore::root_margin() const {
  const SearchNode& root = arena_.node(kRoot);
  float sum = root.margin, count = 1;
  for (const SearchEdge& edge : arena_.edges(root)) {
    sum += edge.margin_sum;
    count += static_cast<float>(edge.visits);
  }
  return sum / count;
}

int SearchCore::root_visits() const {
  std::uint32_t visits = 0;
  for (const SearchEdge& edge : arena_.edges(arena_.node(kRoot))) visits += edge.visits;
  return static_cast<int>(visits);
}

void SearchCore::principal_variation(int action, std::vector<int>& out) const {
  out.clear();
  std::uint32_t at = kRoot;
  int next = action;
  for (;;) {
    out.push_back(next);
    const auto moves = arena_.moves(arena_.node(at));
    const auto edges = arena_.edges(arena_.node(at));
    std::size_t k = 0;
    while (k < edges.size() && moves[k].action != next) ++k;
    if (k == edges.size() || edges[k].child == SearchEdge::kNoChild) return;
    at = edges[k].child;
    const auto replies = arena_.edges(arena_.node(at));
    if (replies.empty()) return;
    const auto best = std::ranges::max_element(replies, {}, [](const SearchEdge& e) {
      // A proven win is what will be played, however few its visits.
      return static_cast<double>(e.visits) + (e.proven == 1 ? 1e12 : e.proven == -1 ? -1e12 : 0);
    });
    if (best->visits == 0) return;
    next = arena_.moves(arena_.node(at))[usize(best - replies.begin())].action;
  }
}

void SearchCore::ownership(std::span<float> out) const {
  const double sign = arena_.node(kRoot).mover == 0 ? 1 : -1;
  for (std::size_t point = 0; point < owners_.size(); ++point) {
    out[point] = owner_count_ > 0 ? static_cast<float>(sign * owners_[point] / owner_count_) : 0;
  }
}

}  // namespace tengen
