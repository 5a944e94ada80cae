// The memory of a search tree: nodes, their moves, and the edges to children visited so far.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// A probability in 16 bits: a float in (0, 2) without sign and its exponent's top bit; 9 bits of
/// mantissa, relative error below 2⁻¹⁰.
class PackedProbability {
 public:
  PackedProbability() = default;
  explicit PackedProbability(float p)
      : bits_(static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(p) + (1U << 13)) >> 14)) {}
  explicit operator float() const {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits_) << 14);
  }
  static PackedProbability from_bits(std::uint16_t bits) {
    PackedProbability p;
    p.bits_ = bits;
    return p;
  }
  [[nodiscard]] std::uint16_t bits() const { return bits_; }
  friend auto operator<=>(PackedProbability, PackedProbability) = default;

 private:
  std::uint16_t bits_ = 0;
};

/// A legal move of a node that was evaluated.
struct SearchMove {
  std::uint16_t action;
  PackedProbability prior;
};

/// The statistics of a move that was tried, from the view of the player who makes it.
struct SearchEdge {
  static constexpr std::uint32_t kNoChild = ~0U;
  static constexpr std::int8_t kUnproven = 2;

  float value_sum = 0;
  float square_sum = 0;  // of values, for confidence bounds
  float margin_sum = 0;
  std::uint32_t visits = 0;
  std::uint32_t child = kNoChild;
  std::uint16_t pending = 0;       // leaves on their way to be evaluated; each counts as a loss
  std::int8_t proven = kUnproven;  // or the result, −1, 0 or 1, with best play

  [[nodiscard]] float tries() const { return static_cast<float>(visits + pending); }
  /// What the move is worth: the result if proven, otherwise the mean, virtual losses included;
  /// `untried` without tries.
  [[nodiscard]] float q_or(float untried) const {
    if (proven != kUnproven) return proven;
    return visits + pending == 0 ? untried : (value_sum - static_cast<float>(pending)) / tries();
  }
  /// The same without virtual losses.
  [[nodiscard]] float settled_q_or(float untried) const {
    if (proven != kUnproven) return proven;
    return visits == 0 ? untried : value_sum / static_cast<float>(visits);
  }
};

enum class NodeState : std::uint8_t {
  kUnseen,   ///< not evaluated yet
  kWaiting,  ///< its evaluation is under way
  kOpen,     ///< evaluated: moves have priors; the likeliest not tried yet is next
  kExact,    ///< over, or proven: value is the result
};

struct SearchNode {
  std::uint32_t parent = 0;
  std::uint32_t moves = 0;  // the first of move_count
  std::uint32_t edges = 0;  // the first of child_count; edge k belongs to move k
  std::uint16_t slot = 0;   // which edge of the parent leads here
  std::uint16_t move_count = 0;
  std::uint16_t child_count = 0;
  std::uint8_t edge_room = 0;  // log2 of the places at `edges` + 1; 0: none
  std::uint8_t mover = 0;
  NodeState state = NodeState::kUnseen;
  std::uint16_t sorted = 0;  // the number of moves that stand where they belong
  float value = 0;           // the evaluator's or exact, from the mover's view
  float margin = 0;          // likewise
};

/// Nodes are numbered in order of birth, so a parent comes before its children; node 0 is the root.
/// Moves cost 4 bytes each and stand there from the node's birth; edges appear when a move is first
/// tried, in blocks that double. Nothing is given back before keep() or clear(), which keep the
/// memory for reuse: a warm arena does not allocate.
class NodeArena {
 public:
  void clear();
  /// A new node with these legal actions (none: a finished game), unseen. References to nodes and
  /// moves are invalid afterwards.
  std::uint32_t add(std::uint32_t parent, int slot, int mover,
                    std::span<const std::uint16_t> actions);
  /// The edge for move `move` ≥ child_count: brings that move to position child_count, keeping the
  /// others' order. Returns its position. References to edges are invalid afterwards.
  int add_edge(std::uint32_t node, int move);
  /// Sorts the moves, likeliest first and then by action, as far as the first `count`; the others
  /// come behind in any order. add_edge() sorts more when it needs the next one.
  void sort(SearchNode& node, std::size_t count);
  /// Makes `node` the root and forgets what is not below it. Node numbers change.
  void keep(std::uint32_t node);

  [[nodiscard]] SearchNode& node(std::uint32_t i) { return nodes_[i]; }
  [[nodiscard]] const SearchNode& node(std::uint32_t i) const { return nodes_[i]; }
  [[nodiscard]] std::span<SearchMove> moves(const SearchNode& node) {
    return {moves_.data() + node.moves, node.move_count};
  }
  [[nodiscard]] std::span<const SearchMove> moves(const SearchNode& node) const {
    return {moves_.data() + node.moves, node.move_count};
  }
  [[nodiscard]] std::span<SearchEdge> edges(const SearchNode& node) {
    return {edges_.data() + node.edges, node.child_count};
  }
  [[nodiscard]] std::span<const SearchEdge> edges(const SearchNode& node) const {
    return {edges_.data() + node.edges, node.child_count};
  }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  /// In use by the nodes there are, free blocks of edges included.
  [[nodiscard]] std::size_t bytes() const {
    return nodes_.size() * sizeof(SearchNode) + moves_.size() * sizeof(SearchMove) +
           edges_.size() * sizeof(SearchEdge);
  }

 private:
  std::uint32_t edge_block(int room);
  void grow_edges(SearchNode& node);

  std::vector<SearchNode> nodes_;
  std::vector<SearchMove> moves_;
  std::vector<SearchEdge> edges_, spare_edges_;
  std::vector<std::uint32_t> renumbered_;              // of keep()
  std::vector<std::uint32_t> keys_;                    // of sort()
  std::array<std::vector<std::uint32_t>, 18> free_{};  // blocks of 2^i edges
};

}  // namespace tengen
