#include "experiments/viewer/go_view.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

// A move with fewer visits than this part of the best move's is noise and gets no disc.
constexpr double kLeastShare = 0.01;
constexpr std::size_t kMostSpots = 24;

double win_rate(double value) { return 50 * (1 + value); }

}  // namespace

std::string short_visits(int visits) {
  if (visits < 1000) return fmt::format("{}", visits);
  if (visits < 10'000) return fmt::format("{:.1f}k", visits / 1000.0);
  if (visits < 1'000'000) return fmt::format("{}k", visits / 1000);
  return fmt::format("{:.1f}M", visits / 1e6);
}

void GoScene::update(const GoSession& session, const GoAnalysis& analysis, const GoShow& show) {
  const GoGame& game = session.game();
  const auto points = static_cast<std::size_t>(game.points());
  picture_ = {};
  picture_.rows = game.rows();
  picture_.columns = game.columns();
  picture_.coordinates = show.coordinates;
  stones_.resize(points);
  for (std::size_t point = 0; point < points; ++point) {
    const Stone stone = game.position().at(static_cast<int>(point));
    stones_[point] = static_cast<std::int8_t>(stone == Stone::kBlack   ? 1
                                              : stone == Stone::kWhite ? -1
                                                                       : 0);
  }
  spots_.clear();
  ghosts_.clear();
  ownership_.clear();
  marks_ = session.marks();
  const int sign = game.to_move() == 0 ? 1 : -1;
  if (show.ownership && analysis.ownership.size() == points)
    for (const float owner : analysis.ownership)
      ownership_.push_back(static_cast<float>(sign) * owner);
  const auto* hovered =
      std::ranges::find(analysis.moves.data(), analysis.moves.data() + analysis.moves.size(),
                        show.hover, &GoMoveInfo::action);
  const bool shows_line = show.hover >= 0 && show.heat != GoHeat::kOff &&
                          hovered != analysis.moves.data() + analysis.moves.size() &&
                          hovered->visits > 0 && !hovered->variation.empty();
  if (shows_line)
    add_variation(*hovered, game.to_move());
  else if (analysis.visits > 0)
    add_spots(analysis, show.heat);
  if (!shows_line && show.may_play && show.hover >= 0 &&
      stones_[static_cast<std::size_t>(show.hover)] == 0) {
    picture_.hover = show.hover;
    picture_.hover_owner = sign;
    picture_.hover_legal = session.why_illegal(show.hover).empty();
  }
  picture_.last = session.last_action();
  picture_.stones = stones_;
  picture_.ownership = ownership_;
  picture_.spots = spots_;
  picture_.variation = ghosts_;
  picture_.marks = marks_;
}

void GoScene::add_spots(const GoAnalysis& analysis, GoHeat heat) {
  if (heat == GoHeat::kPolicy) {
    std::vector<float> prior(stones_.size());
    for (const GoMoveInfo& move : analysis.moves)
      if (move.action < static_cast<int>(prior.size()))
        prior[static_cast<std::size_t>(move.action)] = static_cast<float>(move.prior);
    spots_ = spots_of_shares(prior);
  }
  if (heat != GoHeat::kVisits) return;
  int most = 1;
  for (const GoMoveInfo& move : analysis.moves) most = std::max(most, move.visits);
  for (const GoMoveInfo& move : analysis.moves) {
    if (spots_.size() >= kMostSpots) break;
    const double share = static_cast<double>(move.visits) / most;
    if (share < kLeastShare || move.action >= static_cast<int>(stones_.size())) continue;
    spots_.push_back({move.action, static_cast<float>(std::sqrt(share)),
                      fmt::format("{:.1f}\n{}", win_rate(move.value), short_visits(move.visits)),
                      &move == &analysis.moves.front()});
  }
}

void GoScene::add_variation(const GoMoveInfo& move, int mover) {
  int number = 0, player = mover;
  for (const int action : move.variation) {
    ++number;
    // A second stone on a point would hide the first; the list beside the board shows such moves.
    const bool taken = action >= static_cast<int>(stones_.size()) ||
                       stones_[static_cast<std::size_t>(action)] != 0 ||
                       std::ranges::count(ghosts_, action, &BoardGhost::point) > 0;
    if (!taken) ghosts_.push_back({action, player == 0 ? 1 : -1, fmt::format("{}", number)});
    player = 1 - player;
  }
}

int GoPanelPlaces::move_at(double x, int line_length) const {
  const double part = (x - graph.x - 1) / std::max(1.0, graph.width - 2);
  return std::clamp(static_cast<int>(std::lround(part * std::max(line_length, 1))), 0, line_length);
}

void compose_go(const GoSession& session, const GoAnalysis& analysis, const GoShow& show,
                const GoPanelText& text, const FrameLayout& layout, Canvas& out) {
  GoScene scene;
  scene.update(session, analysis, show);
  const int height = layout.game_height;
  const double aspect = std::clamp(board_aspect(scene.picture()), 0.5, 2.0);
  const int width = static_cast<int>(std::lround(height * aspect / 2)) * 2;
  out.reset(width + layout.panel_width, height, theme::kBackground);
  Canvas board;
  draw_board(scene.picture(), width, height, board);
  out.blit(board, 0, 0, width, height);
  CanvasPainter painter(out, layout.text_scale);
  paint_go_panel(painter,
                 {static_cast<double>(width), 0, static_cast<double>(layout.panel_width),
                  static_cast<double>(height)},
                 session, analysis, text);
}

}  // namespace tengen
