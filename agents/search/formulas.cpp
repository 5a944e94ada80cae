#include "agents/search/formulas.hpp"

#include "core/samplers.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace tengen {
namespace {

constexpr float kLost = 1e6F;  // taken off the score of moves proven lost: any other comes first

template <class Tries, class Q>
NodeSummary summarise(const NodeArena& arena, const SearchNode& node, Tries tries_of, Q q_of) {
  NodeSummary s;
  float value = 0, weighted = 0;
  const auto moves = arena.moves(node);
  const auto edges = arena.edges(node);
  for (std::size_t k = 0; k < edges.size(); ++k) {
    const float tries = tries_of(edges[k]);
    if (tries == 0) continue;
    const auto prior = static_cast<float>(moves[k].prior);
    const float q = q_of(edges[k]);
    s.tries += tries;
    s.most_tries = std::max(s.most_tries, tries);
    s.prior += prior;
    value += tries * q;
    weighted += prior * q;
  }
  s.value = (node.value + value) / (1 + s.tries);
  s.mixed_value =
      s.prior > 0 ? (node.value + s.tries * weighted / s.prior) / (1 + s.tries) : node.value;
  return s;
}

}  // namespace

void sample_dirichlet(float alpha, Rng& rng, std::span<float> out) {
  for (float& x : out) x = static_cast<float>(sample_log_gamma(alpha, rng));
  const float most = *std::ranges::max_element(out);
  float sum = 0;
  for (float& x : out) sum += x = std::exp(x - most);
  for (float& x : out) x /= sum;
}

float sample_gumbel(Rng& rng) {
  // 1 − u lies in (0, 1]; the tiny addend keeps the inner logarithm below 0.
  return static_cast<float>(-std::log(1e-300 - std::log(1 - rng.uniform_double())));
}

void halving_schedule(int considered, int simulations, std::vector<std::uint32_t>& out) {
  out.clear();
  const auto wanted = static_cast<std::size_t>(simulations);
  if (considered < 2) {
    for (std::size_t i = 0; i < wanted; ++i) out.push_back(static_cast<std::uint32_t>(i));
    return;
  }
  const int phases = std::bit_width(static_cast<unsigned>(considered - 1));  // ⌈log2⌉
  int visits = 0;  // of those still considered
  for (int left = considered; out.size() < wanted; left = std::max(2, left / 2)) {
    for (int again = std::max(1, simulations / (phases * left)); again > 0; --again, ++visits) {
      for (int i = 0; i < left && out.size() < wanted; ++i) {
        out.push_back(static_cast<std::uint32_t>(visits));
      }
    }
  }
}

NodeSummary summary(const NodeArena& arena, const SearchNode& node) {
  return summarise(
      arena, node, [](const SearchEdge& e) { return e.tries(); },
      [](const SearchEdge& e) { return e.q_or(0); });
}

NodeSummary settled_summary(const NodeArena& arena, const SearchNode& node) {
  return summarise(
      arena, node, [](const SearchEdge& e) { return static_cast<float>(e.visits); },
      [](const SearchEdge& e) { return e.settled_q_or(0); });
}

int select_puct(const NodeArena& arena, const SearchNode& node, const SearchOptions& options) {
  const NodeSummary seen = summary(arena, node);
  const float explore = options.c_puct * std::sqrt(seen.tries);
  const auto moves = arena.moves(node);
  const auto edges = arena.edges(node);
  const float unseen = seen.value - options.fpu_reduction * std::sqrt(seen.prior);
  int best = -1;
  float best_score = 0;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    const float prior = static_cast<float>(moves[k].prior);
    float score = edges[k].q_or(unseen) + explore * prior / (1 + edges[k].tries());
    if (edges[k].proven == -1) score -= kLost;
    if (best < 0 || score > best_score) best = static_cast<int>(k), best_score = score;
  }
  if (edges.size() < moves.size()) {
    const float score = unseen + explore * static_cast<float>(moves[edges.size()].prior);
    if (best < 0 || score > best_score) best = static_cast<int>(edges.size());
  }
  return best;
}

int select_gumbel(const NodeArena& arena, const SearchNode& node, const SearchOptions& options) {
  // π′ is needed up to its normalisation only where it is compared with N / (1 + ΣN). All moves not
  // tried share one Q, so their part of the sum follows from the prior that is left.
  const NodeSummary seen = summary(arena, node);
  const auto moves = arena.moves(node);
  const auto edges = arena.edges(node);
  const bool more = edges.size() < moves.size();
  float most = more ? seen.mixed_value : -1;
  for (const SearchEdge& edge : edges) most = std::max(most, edge.q_or(seen.mixed_value));
  const auto weight = [&](float prior, float q) {
    return prior * std::exp(sigma(options, seen.most_tries, q - most));
  };
  float sum = more ? weight(std::max(0.0F, 1 - seen.prior), seen.mixed_value) : 0;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    sum += weight(static_cast<float>(moves[k].prior), edges[k].q_or(seen.mixed_value));
  }
  const float scale = sum > 0 ? 1 / sum : 0;
  int best = -1;
  float best_score = 0;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    float score =
        weight(static_cast<float>(moves[k].prior), edges[k].q_or(seen.mixed_value)) * scale -
        edges[k].tries() / (1 + seen.tries);
    if (edges[k].proven == -1) score -= kLost;
    if (best < 0 || score > best_score) best = static_cast<int>(k), best_score = score;
  }
  if (more) {
    const float prior = static_cast<float>(moves[edges.size()].prior);
    if (best < 0 || weight(prior, seen.mixed_value) * scale > best_score) {
      best = static_cast<int>(edges.size());
    }
  }
  return best;
}

void improved_policy(const NodeArena& arena, const SearchNode& node, const SearchOptions& options,
                     std::span<float> out) {
  const NodeSummary seen = settled_summary(arena, node);
  const auto moves = arena.moves(node);
  const auto edges = arena.edges(node);
  float most = -INFINITY;
  for (std::size_t k = 0; k < moves.size(); ++k) {
    const float q = k < edges.size() ? edges[k].settled_q_or(seen.mixed_value) : seen.mixed_value;
    out[k] = std::log(static_cast<float>(moves[k].prior)) + sigma(options, seen.most_tries, q);
    most = std::max(most, out[k]);
  }
  float sum = 0;
  for (std::size_t k = 0; k < moves.size(); ++k) sum += out[k] = std::exp(out[k] - most);
  for (std::size_t k = 0; k < moves.size(); ++k) out[k] /= sum;
}

float forced_visits(const SearchOptions& options, float prior, float all_visits) {
  return std::sqrt(options.forced_playouts * prior * all_visits);
}

}  // namespace tengen
