#include "agents/search/root.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

namespace tengen {
namespace {

float lower_bound(const SearchEdge& edge) {
  if (edge.proven != SearchEdge::kUnproven) return edge.proven;
  if (edge.visits == 0) return -1;
  // One more observation at distance 1 stands for what few visits do not show.
  const auto n = static_cast<float>(edge.visits);
  const float mean = edge.value_sum / n;
  const float variance = (std::max(0.0F, edge.square_sum - n * mean * mean) + 1) / n;
  return std::max(-1.0F, mean - 2 * std::sqrt(variance / n));
}

}  // namespace

SearchRoot::SearchRoot(const SearchOptions& options, int actions)
    : options_(options),
      prior_(usize(actions)),
      logit_(usize(actions)),
      visited_(usize(actions)),
      scratch_(usize(actions)),
      weights_(usize(actions)) {}

void SearchRoot::plan(int simulations, RootNoise noise, Rng rng) {
  TENGEN_CHECK(simulations >= 0);
  simulations_ = simulations;
  noise_ = noise;
  rng_ = rng;
  prepared_ = false;
}

void SearchRoot::prepare(NodeArena& arena) {
  SearchNode& root = arena.node(0);
  const auto moves = arena.moves(root);
  const auto edges = arena.edges(root);
  std::ranges::fill(visited_, 0U);
  for (std::size_t k = 0; k < moves.size(); ++k) {
    prior_[moves[k].action] = static_cast<float>(moves[k].prior);
    if (k < edges.size()) visited_[moves[k].action] = edges[k].visits;
  }
  if (options_.rule == SearchRule::kGumbel) {
    for (const SearchMove move : moves) {
      logit_[move.action] = noise_ == RootNoise::kOn ? sample_gumbel(rng_) : 0;
      logit_[move.action] += std::log(static_cast<float>(move.prior));
    }
    halving_schedule(std::min(options_.considered_actions, static_cast<int>(moves.size())),
                     simulations_, schedule_);
  } else if (noise_ == RootNoise::kOn) {
    float sum = 0;
    for (const SearchMove move : moves)
      sum += prior_[move.action] = std::pow(at(prior_, move), 1 / options_.root_temperature);
    const std::span<float> noise(scratch_.data(), moves.size());
    sample_dirichlet(options_.dirichlet_total / static_cast<float>(moves.size()), rng_, noise);
    for (std::size_t k = 0; k < moves.size(); ++k) {
      float& p = prior_[moves[k].action];
      p = (1 - options_.noise_fraction) * p / sum + options_.noise_fraction * noise[k];
    }
    // Moves that were not tried yet stand likeliest first, noise included.
    const auto rank = [&](SearchMove m) { return std::pair(-at(prior_, m), m.action); };
    std::ranges::sort(moves.subspan(root.child_count), {}, rank);
    root.sorted = root.move_count;
  }
  prepared_ = true;
}

int SearchRoot::select(const NodeArena& arena, int started) const {
  if (options_.rule == SearchRule::kPuct) return select_puct(arena);
  // Without an end in sight there is nothing to halve.
  if (started >= static_cast<int>(schedule_.size())) {
    return select_gumbel(arena, arena.node(0), options_);
  }
  return select_halving(arena, started);
}

int SearchRoot::select_puct(const NodeArena& arena) const {
  const SearchNode& root = arena.node(0);
  const auto moves = arena.moves(root);
  const auto edges = arena.edges(root);
  const NodeSummary seen = summary(arena, root);
  const float explore = options_.c_puct * std::sqrt(seen.tries);
  const float unseen = seen.value - options_.root_fpu_reduction * std::sqrt(seen.prior);
  int best = -1;
  float best_score = 0;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    const float prior = at(prior_, moves[k]), tries = edges[k].tries();
    float score = edges[k].q_or(unseen) + explore * prior / (1 + tries);
    if (edges[k].proven == -1) {
      score -= 1e6F;
    } else if (noise_ == RootNoise::kOn && tries > 0 &&
               tries < forced_visits(options_, prior, seen.tries)) {
      score += 1e6F;
    }
    if (best < 0 || score > best_score) best = static_cast<int>(k), best_score = score;
  }
  if (edges.size() < moves.size()) {
    const float score = unseen + explore * at(prior_, moves[edges.size()]);
    if (best < 0 || score > best_score) best = static_cast<int>(edges.size());
  }
  return best;
}

int SearchRoot::select_halving(const NodeArena& arena, int started) const {
  const SearchNode& root = arena.node(0);
  const auto moves = arena.moves(root);
  const auto edges = arena.edges(root);
  const NodeSummary seen = summary(arena, root);
  const std::uint32_t turn = schedule_[usize(started)];
  int best = -1;
  float best_score = 0;
  bool best_due = false;
  for (std::size_t k = 0; k < moves.size(); ++k) {
    const bool tried = k < edges.size();
    const std::uint32_t before =
        tried ? edges[k].visits + edges[k].pending - visited_[moves[k].action] : 0;
    // Should cancelled simulations have left no move with so many visits, any will do.
    const bool due = before == turn;
    if (best >= 0 && best_due && !due) continue;
    const float q = tried ? edges[k].q_or(seen.mixed_value) : seen.mixed_value;
    const float score = at(logit_, moves[k]) + sigma(options_, seen.most_tries, q);
    if (best < 0 || (due && !best_due) || score > best_score) {
      best = static_cast<int>(k), best_score = score, best_due = due;
    }
  }
  return best;
}

void SearchRoot::visits(const NodeArena& arena, std::span<float> out) const {
  std::ranges::fill(out, 0.0F);
  const SearchNode& root = arena.node(0);
  const auto moves = arena.moves(root);
  const auto edges = arena.edges(root);
  for (std::size_t k = 0; k < edges.size(); ++k) {
    out[moves[k].action] = static_cast<float>(edges[k].visits);
  }
}

void SearchRoot::prior(const NodeArena& arena, std::span<float> out) const {
  std::ranges::fill(out, 0.0F);
  for (const SearchMove move : arena.moves(arena.node(0))) {
    out[move.action] = static_cast<float>(move.prior);
  }
}

void SearchRoot::policy_target(const NodeArena& arena, std::span<float> out) const {
  const SearchNode& root = arena.node(0);
  const auto moves = arena.moves(root);
  const auto edges = arena.edges(root);
  const NodeSummary seen = settled_summary(arena, root);
  if (options_.rule == SearchRule::kGumbel || seen.tries == 0) {
    const std::span<float> policy(scratch_.data(), moves.size());
    improved_policy(arena, root, options_, policy);
    std::ranges::fill(out, 0.0F);
    for (std::size_t k = 0; k < moves.size(); ++k) out[moves[k].action] = policy[k];
    return;
  }
  visits(arena, out);
  const auto lost = [](const SearchEdge& edge) { return edge.proven == -1; };
  const auto unasked = [&](const SearchEdge& edge) { return edge.visits == 0 || lost(edge); };
  const bool all_lost = edges.size() == moves.size() && std::ranges::all_of(edges, lost);
  if (std::ranges::find(edges, 1, &SearchEdge::proven) != edges.end()) {
    // A proven win needs no visits to be the answer.
    for (std::size_t k = 0; k < edges.size(); ++k) {
      float& n = out[moves[k].action];
      n = edges[k].proven == 1 ? std::max(n, 1.0F) : 0;
    }
  } else {
    // Visits that went into the proof of a loss speak for nothing. Where there are no others, what
    // is left of the prior speaks.
    const bool only_prior = !all_lost && std::ranges::all_of(edges, unasked);
    if (only_prior) prior(arena, out);
    for (std::size_t k = 0; k < edges.size() && !all_lost; ++k)
      if (lost(edges[k])) out[moves[k].action] = 0;
    if (noise_ == RootNoise::kOn && prepared_ && !only_prior)
      take_back_forced(arena, seen.tries, out);
  }
  float sum = std::accumulate(out.begin(), out.end(), 0.0F);
  if (sum == 0) {  // a prior that is sure of moves that are lost: all others alike
    for (std::size_t k = 0; k < moves.size(); ++k)
      if (k >= edges.size() || !lost(edges[k])) sum += out[moves[k].action] = 1;
  }
  for (float& n : out) n /= sum;
}

// Wu 2019, section 3.2: visits that PUCT would not have made are taken back, down to where the move
// would have been as urgent as the most visited one.
void SearchRoot::take_back_forced(const NodeArena& arena, float tries, std::span<float> out) const {
  const SearchNode& root = arena.node(0);
  const auto moves = arena.moves(root);
  const auto edges = arena.edges(root);
  const float explore = options_.c_puct * std::sqrt(tries);
  const auto count = [&](std::size_t k) -> float& { return out[moves[k].action]; };
  std::size_t best = 0;
  for (std::size_t k = 1; k < edges.size(); ++k)
    if (count(k) > count(best)) best = k;
  const float bar =
      edges[best].settled_q_or(0) + explore * at(prior_, moves[best]) / (1 + count(best));
  for (std::size_t k = 0; k < edges.size(); ++k) {
    float& n = count(k);
    if (k == best || n == 0) continue;
    const float p = at(prior_, moves[k]), gap = bar - edges[k].settled_q_or(0);
    const float least = std::max(0.0F, n - std::floor(forced_visits(options_, p, tries)));
    const float needed = gap > 0 ? std::ceil(explore * p / gap - 1) : n;
    n = std::clamp(needed, least, n);
    if (n <= 1) n = 0;
  }
}

int SearchRoot::best_move(const NodeArena& arena) const {
  const SearchNode& root = arena.node(0);
  const auto moves = arena.moves(root);
  const auto edges = arena.edges(root);
  const NodeSummary seen = settled_summary(arena, root);
  const bool gumbel = options_.rule == SearchRule::kGumbel;
  // Sequential halving ranks by its own visits; those of a kept tree were for other luck.
  const bool halved = gumbel && prepared_ && simulations_ > 0;
  // In order: not proven lost, proven won, most visits, the rule's own score.
  using Rank = std::tuple<bool, bool, std::uint32_t, float>;
  int best = -1;
  Rank best_rank;
  for (std::size_t k = 0; k < moves.size(); ++k) {
    const bool tried = k < edges.size();
    const int proven = tried ? edges[k].proven : SearchEdge::kUnproven;
    const std::uint32_t count =
        tried ? edges[k].visits - (halved ? visited_[moves[k].action] : 0) : 0;
    const float q = tried ? edges[k].settled_q_or(seen.mixed_value) : seen.mixed_value;
    const float score = gumbel ? at(logit_, moves[k]) + sigma(options_, seen.most_tries, q)
                               : std::log(static_cast<float>(moves[k].prior));
    const Rank rank = {proven != -1, proven == 1, count, score};
    if (best < 0 || rank > best_rank) best = static_cast<int>(k), best_rank = rank;
  }
  return best;
}

int SearchRoot::choose(const NodeArena& arena, Rng& rng, float temperature) const {
  const SearchNode& root = arena.node(0);
  const auto moves = arena.moves(root);
  const auto edges = arena.edges(root);
  const auto best = usize(best_move(arena));
  const bool won = best < edges.size() && edges[best].proven == 1;
  if (temperature <= 0 || won || moves.size() == 1) return moves[best].action;
  std::vector<float>& weights = weights_;
  policy_target(arena, weights);
  for (std::size_t k = 0; k < edges.size(); ++k) {
    if (edges[k].proven == -1) weights[moves[k].action] = 0;
  }
  const float most = *std::ranges::max_element(weights);
  if (most <= 0) return moves[best].action;
  float sum = 0;
  for (float& w : weights) sum += w = std::pow(w / most, 1 / temperature);
  float left = rng.uniform() * sum;
  int last = moves[best].action;
  for (std::size_t action = 0; action < weights.size(); ++action) {
    if (weights[action] <= 0) continue;
    last = static_cast<int>(action);
    if ((left -= weights[action]) < 0) break;
  }
  return last;
}

void SearchRoot::report(const NodeArena& arena, std::vector<MoveReport>& out) const {
  out.clear();
  const SearchNode& root = arena.node(0);
  const auto moves = arena.moves(root);
  const auto edges = arena.edges(root);
  for (std::size_t k = 0; k < edges.size(); ++k) {
    const SearchEdge& edge = edges[k];
    if (edge.visits == 0) continue;
    const auto n = static_cast<float>(edge.visits);
    out.push_back({moves[k].action, static_cast<int>(edge.visits), edge.settled_q_or(0),
                   lower_bound(edge), static_cast<float>(moves[k].prior), edge.margin_sum / n,
                   edge.proven != SearchEdge::kUnproven});
  }
  const int best = moves[usize(best_move(arena))].action;
  std::ranges::stable_sort(out, [&](const MoveReport& a, const MoveReport& b) {
    if ((a.action == best) != (b.action == best)) return a.action == best;
    return a.visits > b.visits;
  });
}

}  // namespace tengen
