#include "agents/search/node_arena.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <functional>

namespace tengen {
namespace {

constexpr std::uint32_t kForgotten = ~0U;
constexpr std::size_t kPasses = 16;  // moves from which on sorting all is faster

}  // namespace

void NodeArena::clear() {
  nodes_.clear();
  moves_.clear();
  edges_.clear();
  for (auto& blocks : free_) blocks.clear();
}

std::uint32_t NodeArena::add(std::uint32_t parent, int slot, int mover,
                             std::span<const std::uint16_t> actions) {
  SearchNode node;
  node.parent = parent;
  node.slot = static_cast<std::uint16_t>(slot);
  node.mover = static_cast<std::uint8_t>(mover);
  node.moves = static_cast<std::uint32_t>(moves_.size());
  node.move_count = static_cast<std::uint16_t>(actions.size());
  moves_.resize(moves_.size() + actions.size());
  for (std::size_t k = 0; k < actions.size(); ++k)
    moves_[node.moves + k] = {actions[k], PackedProbability()};
  nodes_.push_back(node);
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

int NodeArena::add_edge(std::uint32_t index, int move) {
  SearchNode& node = nodes_[index];
  const int position = node.child_count;
  TENGEN_CHECK(move >= position && move < node.move_count);
  const auto first = moves_.begin() + node.moves;
  std::rotate(first + position, first + move, first + move + 1);
  if (node.edge_room == 0 || position == 1 << (node.edge_room - 1)) grow_edges(node);
  edges_[node.edges + node.child_count++] = SearchEdge();
  if (move >= node.sorted) ++node.sorted;
  if (node.child_count == node.sorted) sort(node, std::size_t{2} * node.sorted);
  return position;
}

// Most nodes are visited once or twice, so that sorting them whole would be the most of the work.
// The few greatest are found by passes that have no branches.
void NodeArena::sort(SearchNode& node, std::size_t count) {
  count = std::min(count, std::size_t{node.move_count});
  if (count <= node.sorted) return;
  const std::span<SearchMove> rest = moves(node).subspan(node.sorted);
  const std::size_t wanted = count - node.sorted;
  keys_.resize(rest.size());
  for (std::size_t k = 0; k < rest.size(); ++k)
    keys_[k] = static_cast<std::uint32_t>(rest[k].prior.bits()) << 16 | (0xFFFFU - rest[k].action);
  const auto put = [&](std::size_t k, std::uint32_t key) {
    rest[k] = {static_cast<std::uint16_t>(0xFFFFU - (key & 0xFFFFU)),
               PackedProbability::from_bits(static_cast<std::uint16_t>(key >> 16))};
  };
  if (wanted > kPasses) {
    std::ranges::sort(keys_, std::greater<>());
    for (std::size_t k = 0; k < rest.size(); ++k) put(k, keys_[k]);
    node.sorted = node.move_count;
    return;
  }
  std::uint32_t last = ~0U;  // keys are all different
  for (std::size_t k = 0; k < wanted; ++k) {
    std::uint32_t next = 0;
    for (const std::uint32_t key : keys_) next = std::max(next, key < last ? key : 0);
    put(k, last = next);
  }
  std::size_t k = wanted;
  for (const std::uint32_t key : keys_)
    if (key < last) put(k++, key);
  node.sorted = static_cast<std::uint16_t>(node.sorted + wanted);
}

void NodeArena::grow_edges(SearchNode& node) {
  const std::uint32_t bigger = edge_block(node.edge_room);
  std::copy_n(edges_.begin() + node.edges, node.child_count, edges_.begin() + bigger);
  if (node.edge_room > 0) free_[node.edge_room - 1U].push_back(node.edges);
  node.edges = bigger;
  ++node.edge_room;
}

std::uint32_t NodeArena::edge_block(int room) {
  auto& blocks = free_[usize(room)];
  if (!blocks.empty()) {
    const std::uint32_t block = blocks.back();
    blocks.pop_back();
    return block;
  }
  const std::size_t block = edges_.size();
  edges_.resize(block + (std::size_t{1} << room));
  return static_cast<std::uint32_t>(block);
}

void NodeArena::keep(std::uint32_t root) {
  renumbered_.assign(nodes_.size(), kForgotten);
  renumbered_[root] = 0;
  spare_edges_.clear();
  for (auto& blocks : free_) blocks.clear();
  std::uint32_t node_count = 0, move_count = 0;
  // Parents come before children, so one pass in order sees every parent's fate first, and what is
  // kept only ever slides towards the front.
  for (std::uint32_t i = root; i < nodes_.size(); ++i) {
    SearchNode node = nodes_[i];
    if (i != root) {
      if (renumbered_[node.parent] == kForgotten) continue;
      node.parent = renumbered_[node.parent];
      renumbered_[i] = node_count;
      spare_edges_[nodes_[node.parent].edges + node.slot].child = node_count;
    } else {
      node.parent = 0;
      node.slot = 0;
    }
    std::copy_n(moves_.begin() + node.moves, node.move_count, moves_.begin() + move_count);
    node.moves = move_count;
    move_count += node.move_count;
    const auto edges = static_cast<std::uint32_t>(spare_edges_.size());
    const auto from = edges_.begin() + node.edges;
    if (node.edge_room > 0) {
      spare_edges_.insert(spare_edges_.end(), from, from + (1 << (node.edge_room - 1)));
    }
    node.edges = edges;
    nodes_[node_count++] = node;
  }
  nodes_.resize(node_count);
  moves_.resize(move_count);
  std::swap(edges_, spare_edges_);
}

}  // namespace tengen
