#include "experiments/go/search_go_player.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace tengen {
namespace {

constexpr double kGlance = 0.01;  // seconds between two calls of whoever watches

// A search on boards up to kMaxSize; the smallest that fits is the fastest.
class SizedPlayer {
 public:
  virtual ~SizedPlayer() = default;
  // Returns when the limits are reached or `stop` says so.
  virtual void think(const GoGame& game, const SearchLimits& limits, Rng rng,
                     const std::function<bool()>& stop) = 0;
  [[nodiscard]] virtual int choose(Rng rng) const = 0;
  [[nodiscard]] virtual GoAnalysis analysis(bool ownership) const = 0;
  [[nodiscard]] virtual GoRawEvaluation raw(const GoGame& game, int symmetry) = 0;
  virtual void clear() = 0;
};

template <int kMaxSize>
class SizedSearch final : public SizedPlayer {
 public:
  using Position = Go<kMaxSize>;

  SizedSearch(const GoGame& game, const SearchGoOptions& options)
      : options_(options),
        position_(ready(game)),
        searcher_(position_, options.search, options.make, options.how) {}

  void think(const GoGame& game, const SearchLimits& limits, Rng rng,
             const std::function<bool()>& stop) override {
    position_ = ready(game);
    searcher_.set_position(position_);
    std::atomic<bool> stopped{false};
    SearchLimits watched = limits;
    typename Searcher<Position>::Progress progress;
    if (stop) {
      watched.stop = &stopped;
      progress = [&](const SearchTree<Position>&) { stopped = stop(); };
    }
    searcher_.search(watched, rng, RootNoise::kOff, progress, kGlance);
  }

  [[nodiscard]] int choose(Rng rng) const override { return searcher_.tree().choose(rng); }

  [[nodiscard]] GoAnalysis analysis(bool ownership) const override {
    const SearchTree<Position>& tree = searcher_.tree();
    GoAnalysis out;
    if (!tree.evaluated()) return out;
    out.visits = tree.root_visits();
    out.value = tree.root_value();
    out.margin = tree.root_margin();
    std::vector<MoveReport> reports;
    tree.report(reports);
    for (const MoveReport& report : reports) {
      GoMoveInfo& info = out.moves.emplace_back();
      info = {.action = report.action,
              .visits = report.visits,
              .value = report.value,
              .lcb = report.lcb,
              .prior = report.prior,
              .margin = report.margin,
              .variation = {}};
      tree.principal_variation(report.action, info.variation);
    }
    if (!options_.network)
      add_territory(out);
    else if (ownership) {
      out.ownership.resize(usize(position_.spec().points()));
      tree.ownership(out.ownership);
    }
    return out;
  }

  [[nodiscard]] GoRawEvaluation raw(const GoGame& game, int symmetry) override {
    const Position position = ready(game);
    const GameSpec spec = position.spec();
    EvaluationBatch batch(spec, 1);
    std::vector<std::uint8_t> planes(spec.plane_bytes()), legal(usize(spec.actions));
    position.observe(planes, batch.globals(0));
    transform_points<std::uint8_t>(spec, symmetry, planes, batch.planes(0), spec.planes);
    options_.make()->evaluate(batch, 1);
    GoRawEvaluation out;
    out.value = batch.value(0);
    out.margin = batch.margin(0);
    out.policy.resize(legal.size());
    position.legal(legal);
    double sum = 0, most = -INFINITY;
    const auto logit = [&](std::size_t action) {
      return double{batch.logits(0)[usize(transformed(spec, static_cast<int>(action), symmetry))]};
    };
    for (std::size_t action = 0; action < legal.size(); ++action)
      if (legal[action] != 0) most = std::max(most, logit(action));
    for (std::size_t action = 0; action < legal.size(); ++action)
      if (legal[action] != 0) sum += out.policy[action] = std::exp(logit(action) - most);
    for (double& p : out.policy) p /= sum;
    out.ownership.resize(usize(spec.points()));
    const std::span<const float> owners = batch.ownership(0);
    transform_points<float>(spec, inverse_symmetry(symmetry), owners, out.ownership);
    return out;
  }

  void clear() override { searcher_.clear(); }

 private:
  // As the search wants it: after two passes the game goes on.
  static Position ready(const GoGame& game) {
    Position position = game.open_go<kMaxSize>();
    if (position.finished()) throw Error("no game is that long");
    return position;
  }

  // Without a network, margins and ownership come from random games from the root and after the
  // best moves.
  void add_territory(GoAnalysis& out) const {
    constexpr int kGames = 100, kMovesGames = 20;
    constexpr std::size_t kMoves = 10;
    Rng rng(static_cast<std::uint64_t>(out.visits));
    const auto points = usize(position_.spec().points());
    const float sign = position_.to_move() == 0 ? 1.0F : -1.0F;
    std::vector<std::int8_t> owners(points);
    out.ownership.assign(points, 0);
    out.margin = 0;
    for (int i = 0; i < kGames; ++i) {
      out.margin += double{sign * position_.playout(rng, owners)} / kGames;
      for (std::size_t point = 0; point < points; ++point)
        out.ownership[point] += sign * static_cast<float>(owners[point]) / kGames;
    }
    for (std::size_t move = 0; move < out.moves.size(); ++move) {
      out.moves[move].margin = out.margin;
      if (move >= kMoves) continue;
      Position after = position_;
      after.play(out.moves[move].action);
      out.moves[move].margin = 0;
      for (int i = 0; i < kMovesGames; ++i)
        out.moves[move].margin +=
            double{sign * (after.finished() ? after.margin() : after.playout(rng, owners))} /
            kMovesGames;
    }
  }

  SearchGoOptions options_;
  Position position_;
  Searcher<Position> searcher_;
};

class SearchGoPlayer final : public GoPlayer {
 public:
  explicit SearchGoPlayer(const SearchGoOptions& options) : options_(options), rng_(options.seed) {}

  [[nodiscard]] std::string name() const override { return options_.name; }

  void check_board(int rows, int columns) const override {
    if (options_.rows != 0 && (rows != options_.rows || columns != options_.columns))
      throw Error("{} plays on {}x{} only, not on {}x{}", name(), options_.columns, options_.rows,
                  columns, rows);
  }

  void set_seed(std::uint64_t seed) override {
    rng_ = Rng(seed);
    searches_ = 0;
    sized_.reset();
  }

  void clear_cache() override { sized_.reset(); }

  int choose(const GoGame& game, const ThinkLimit& limit) override {
    return choose_watched(game, limit, false, {});
  }

  int choose_watched(const GoGame& game, const ThinkLimit& limit, bool ownership,
                     const std::function<void()>& watch) override {
    std::function<bool()> stop;
    if (watch)
      stop = [&] {
        watch();
        return false;
      };
    think(game, ownership,
          {.simulations = limit.simulations > 0 ? limit.simulations : options_.search.simulations,
           .seconds = limit.seconds},
          stop);
    return sized_->choose(rng_.split(++searches_));
  }

  bool analyse(const GoGame& game, bool ownership, const std::function<bool()>& stop) override {
    // Enough for something to be told, however soon it ends.
    think(game, ownership, {.simulations = 16, .seconds = 0}, {});
    if (!stop()) think(game, ownership, {}, stop);
    return true;
  }

  [[nodiscard]] GoAnalysis analysis() const override {
    return sized_ ? sized_->analysis(ownership_) : GoAnalysis{};
  }

  GoRawEvaluation raw_evaluation(const GoGame& game, int symmetry) override {
    if (!options_.network) return GoPlayer::raw_evaluation(game, symmetry);
    return at(game).raw(game, symmetry);
  }

  // The mean over the board's symmetries and over both players to move, since the game is over.
  std::vector<float> owners(const GoGame& game) override {
    if (!options_.network) return {};
    GoGame before = game;  // the network never saw a game go on after two passes
    while (!before.moves().empty() && before.moves().back().action == before.pass_action())
      before.undo();
    const int symmetries = game.rows() == game.columns() ? 8 : 1;
    std::vector<float> sum(usize(game.points()));
    for (const int player : {0, 1}) {
      before.set_to_move(player);
      const float share = (player == 0 ? 0.5F : -0.5F) / static_cast<float>(symmetries);
      for (int symmetry = 0; symmetry < symmetries; ++symmetry) {
        const std::vector<float> seen = at(before).raw(before, symmetry).ownership;
        for (std::size_t point = 0; point < sum.size(); ++point) sum[point] += share * seen[point];
      }
    }
    return sum;
  }

 private:
  void think(const GoGame& game, bool ownership, const SearchLimits& limits,
             const std::function<bool()>& stop) {
    ownership_ = ownership;
    at(game).think(game, limits, rng_.split(++searches_), stop);
  }

  SizedPlayer& at(const GoGame& game) {
    check_board(game.rows(), game.columns());
    if (sized_ && rows_ == game.rows() && columns_ == game.columns()) return *sized_;
    rows_ = game.rows();
    columns_ = game.columns();
    with_go_size(std::max(rows_, columns_), [&]<int kMaxSize>() {
      sized_ = std::make_unique<SizedSearch<kMaxSize>>(game, options_);
    });
    return *sized_;
  }

  SearchGoOptions options_;
  Rng rng_;
  std::uint64_t searches_ = 0;  // numbers the streams
  std::unique_ptr<SizedPlayer> sized_;
  int rows_ = 0, columns_ = 0;
  bool ownership_ = false;
};

}  // namespace

std::unique_ptr<GoPlayer> search_go_player(const SearchGoOptions& options) {
  return std::make_unique<SearchGoPlayer>(options);
}

SearchGoOptions uct_go_options(int simulations, std::uint64_t seed) {
  SearchGoOptions out;
  out.name = fmt::format("uct:{}", simulations);
  out.search.rule = SearchRule::kPuct;
  out.search.simulations = simulations;
  out.search.playout_weight = 1;
  out.search.random_symmetry = false;
  out.how.batch = 1;
  out.make = [] { return std::make_unique<UniformEvaluator>(); };
  out.seed = seed;
  return out;
}

}  // namespace tengen
