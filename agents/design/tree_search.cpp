#include "agents/design/methods.hpp"
#include "agents/search/uct.hpp"
#include "core/check.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

// A design as a game for one player, who chooses a coordinate a move.
class DesignGame {
 public:
  DesignGame() = default;
  explicit DesignGame(DesignSearch& search) : search_(&search) {}

  [[nodiscard]] GameSpec spec() const {
    int actions = 1;
    for (const detector::Variable& v : variables()) actions = std::max(actions, v.choices);
    const auto moves = static_cast<int>(variables().size());
    return {
        .name = "design", .rows = 1, .columns = actions, .actions = actions, .max_moves = moves};
  }
  [[nodiscard]] int to_move() const { return 0; }
  [[nodiscard]] bool finished() const { return point_.size() == variables().size(); }
  // Takes what is still open from the best design so far, but draws a tenth of it anew.
  [[nodiscard]] float playout(Rng& rng) const {
    constexpr double kKept = 0.9;
    DesignGame end = *this;
    const auto& named = search_->nominees();
    const bool keep = !named.empty();
    while (!end.finished()) {
      const std::size_t at = end.point_.size();
      const auto choices = static_cast<std::uint32_t>(variables()[at].choices);
      end.point_.push_back(keep && rng.chance(kKept) ? named.back().point[at] : rng.below(choices));
    }
    return end.score();
  }
  // The score lies between −1 and 1 and is steep around the best reward so far.
  [[nodiscard]] float score() const {
    constexpr double kWidth = 0.3;
    if (!search_->more()) return -1;
    DesignPoint point = point_;
    const double reward = search_->evaluate(point);
    return static_cast<float>(std::tanh((reward - search_->best()) / kWidth + 1));
  }
  void legal(std::span<std::uint8_t> mask) const {
    const int choices = variables()[point_.size()].choices;
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = static_cast<int>(i) < choices ? 1 : 0;
  }
  void play(int action) { point_.push_back(action); }
  void observe(std::span<std::uint8_t> planes, std::span<float> /*numbers*/) const {
    std::ranges::fill(planes, std::uint8_t{0});
  }
  [[nodiscard]] std::uint64_t hash() const { return point_.size(); }
  friend bool operator==(const DesignGame&, const DesignGame&) = default;

 private:
  [[nodiscard]] std::span<const detector::Variable> variables() const {
    return search_->problem().variables();
  }
  DesignSearch* search_ = nullptr;
  DesignPoint point_;
};
static_assert(Game<DesignGame>);

}  // namespace

void design_by_tree_search(DesignSearch& search) {
  const auto variables = search.problem().variables();
  for (const detector::Variable& v : variables)
    if (v.choices == 0) throw Error("{} is a real number: tree search needs choices", v.name);
  UctSearch<DesignGame> tree({.exploration = 0.3F});
  while (search.more()) {
    DesignGame game(search);
    for (std::size_t move = 0; move < variables.size() && search.more(); ++move) {
      // Half of what is left goes to this descent, equally over its moves.
      const std::int64_t share =
          search.designs_left() / 2 / static_cast<std::int64_t>(variables.size() - move);
      tree.reset(game);
      const std::int64_t until = search.designs() + std::max<std::int64_t>(share, 1);
      const std::int64_t most = 4 * share + variables[move].choices;  // of which many are known
      for (std::int64_t i = 0; i < most && search.more(); ++i) {
        if (i >= variables[move].choices && search.designs() >= until) break;
        tree.simulate(search.rng());
      }
      game.play(tree.best());
    }
  }
}

}  // namespace tengen
