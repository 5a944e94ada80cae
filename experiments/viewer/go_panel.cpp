#include "experiments/viewer/go_view.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

constexpr Colour kBlackSide{10, 11, 14}, kWhiteSide{232, 230, 222};

// The text of 0.0 never has a sign.
std::string margin_text(double margin) {
  const double shown = std::round(10 * std::abs(margin)) / 10;
  return shown == 0 ? "even" : fmt::format("{}+{:.1f}", margin > 0 ? 'B' : 'W', shown);
}

class GoColumn {
 public:
  GoColumn(Painter& painter, const Area& area, const GoSession& session, const GoAnalysis& analysis)
      : painter_(painter),
        session_(session),
        analysis_(analysis),
        gap_(std::round(painter.line_height() * 0.5)),
        left_{area.x + gap_, area.y + gap_, area.width - 2 * gap_, area.height - 2 * gap_},
        sign_(session.game().to_move() == 0 ? 1 : -1) {}

  void players(const GoPanelText& text);
  void status(const std::string& note);
  void balance();
  void graph(double height);
  void moves(const std::string& thinker);
  void comment();

  GoPanelPlaces places;
  [[nodiscard]] double room() const { return left_.height; }
  [[nodiscard]] double row() const { return painter_.line_height() + std::round(gap_ * 0.6); }

 private:
  void skip(double height) {
    left_.y += height;
    left_.height -= height;
  }
  void both(std::string_view left, std::string_view right, Colour colour,
            Colour right_colour = theme::kMuted);
  [[nodiscard]] std::string fitting(std::string_view text, double width) const;
  // The evaluation for Black, by the newest analysis, or as it is remembered for this place.
  [[nodiscard]] GoFigures now() const {
    if (analysis_.visits == 0) return session_.figures();
    return {static_cast<float>(sign_ * analysis_.value),
            static_cast<float>(sign_ * analysis_.margin), analysis_.visits};
  }

  Painter& painter_;
  const GoSession& session_;
  const GoAnalysis& analysis_;
  double gap_;
  Area left_;
  int sign_;
};

std::string GoColumn::fitting(std::string_view text, double width) const {
  std::string result(text);
  while (result.size() > 1 && painter_.text_width(result) > width) {
    result.pop_back();
    result.back() = '.';
  }
  return result;
}

void GoColumn::both(std::string_view left, std::string_view right, Colour colour,
                    Colour right_colour) {
  if (room() < painter_.line_height()) return;
  const double right_width = painter_.text_width(right);
  painter_.text(left_.x, left_.y, fitting(left, left_.width - right_width - gap_), colour);
  painter_.text(left_.x + left_.width - right_width, left_.y, right, right_colour);
  skip(row());
}

void GoColumn::players(const GoPanelText& text) {
  const GoGame& game = session_.game();
  const double size = painter_.line_height();
  for (const int player : {0, 1}) {
    if (room() < size) return;
    const std::string& given = player == 0 ? text.black : text.white;
    const std::string& name =
        given.empty() ? (player == 0 ? session_.black : session_.white) : given;
    const Area stone{left_.x, left_.y + 1, std::round(0.8 * size), std::round(0.8 * size)};
    painter_.fill(stone, theme::kMuted);
    painter_.fill({stone.x + 1, stone.y + 1, stone.width - 2, stone.height - 2},
                  player == 0 ? kBlackSide : kWhiteSide);
    const bool moves = game.to_move() == player && !session_.finished();
    const std::string taken = fmt::format("{} taken", game.position().prisoners(player));
    const double name_x = left_.x + size + gap_ / 2, right = painter_.text_width(taken);
    painter_.text(name_x, left_.y, fitting(name, left_.width - size - right - 1.5 * gap_),
                  moves ? theme::kChosen : theme::kText);
    painter_.text(left_.x + left_.width - right, left_.y, taken, theme::kMuted);
    skip(row());
  }
  skip(gap_ / 2);
}

void GoColumn::status(const std::string& note) {
  const GoGame& game = session_.game();
  const std::string rules = fmt::format("{} x {}  komi {:.9g}", game.columns(), game.rows(),
                                        static_cast<double>(game.full_komi()));
  std::string where = fmt::format("move {}", session_.move_number());
  if (!session_.at_end()) where += fmt::format(" of {}", session_.line_length());
  if (session_.variations() > 1) where += fmt::format("  ({} ways)", session_.variations());
  both(where, rules, theme::kText);
  std::string what;
  if (session_.finished())
    what = "result " + session_.result();
  else if (session_.last_action() >= 0)
    what = fmt::format("{} {}", game.to_move() == 1 ? "Black" : "White",
                       go_move_name(game, session_.last_action()));
  else if (!session_.recorded_result().empty())
    what = "result " + session_.recorded_result();
  both(what, note, session_.finished() ? theme::kChosen : theme::kMuted);
  skip(gap_ / 2);
}

// Draws both sides' chances as a bar, with Black's part on the left.
void GoColumn::balance() {
  const GoFigures figures = now();
  if (std::isnan(figures.value)) {
    both("no analysis yet", "", theme::kMuted);
    return skip(row() + gap_);
  }
  const double black = 50 * (1 + figures.value);
  both(fmt::format("Black {:.1f}%", black), fmt::format("White {:.1f}%", 100 - black), theme::kText,
       theme::kText);
  if (room() < row()) return;
  const Area bar{left_.x, left_.y, left_.width, std::round(0.7 * painter_.line_height())};
  painter_.fill(bar, theme::kMuted);
  const Area inner{bar.x + 1, bar.y + 1, bar.width - 2, bar.height - 2};
  painter_.fill(inner, kWhiteSide);
  painter_.fill({inner.x, inner.y, std::round(inner.width * black / 100), inner.height},
                kBlackSide);
  painter_.fill({bar.x + std::floor(bar.width / 2), bar.y, 1, bar.height}, theme::kAlert);
  skip(bar.height + gap_ / 2);
  both(figures.margin == 0 ? "" : "lead " + margin_text(figures.margin),
       short_visits(figures.visits) + " visits", theme::kReturn);
}

// Draws Black's win rate after each move of the line.
void GoColumn::graph(double height) {
  if (height < 3 * row() || room() < height) return;
  both("Black's win rate", "", theme::kMuted);
  const Area frame{left_.x, left_.y, left_.width, height - row() - gap_};
  painter_.fill(frame, theme::kTrack);
  painter_.fill({frame.x, frame.y + std::floor(frame.height / 2), frame.width, 1}, theme::kMuted);
  const std::vector<GoFigures> figures = session_.line_figures();
  const int length = std::max(1, session_.line_length());
  const auto x_of = [&](std::size_t i) {
    return frame.x + 1 + (frame.width - 2) * static_cast<double>(i) / length;
  };
  const auto y_of = [&](float value) {
    return frame.y + frame.height * (1 - std::clamp(value, -1.0F, 1.0F)) / 2;
  };
  painter_.fill({std::round(x_of(static_cast<std::size_t>(session_.move_number()))) - 1, frame.y, 2,
                 frame.height},
                theme::kBar);
  std::size_t before = figures.size();  // the last move with an evaluation; none yet
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (std::isnan(figures[i].value)) continue;
    const double x = x_of(i), y = y_of(figures[i].value);
    // A straight line bridges places that were never analysed.
    if (before < i) painter_.line(x_of(before), y_of(figures[before].value), x, y, theme::kValue);
    painter_.fill({std::round(x) - 1, std::round(y) - 1, 3, 3}, theme::kValue);
    before = i;
  }
  places.graph = frame;
  skip(frame.height + gap_);
}

void GoColumn::moves(const std::string& thinker) {
  if (analysis_.moves.empty() || room() < 2 * row()) return;
  both("move   wins   visits   prior", thinker, theme::kMuted);
  const double unit = painter_.text_width("0");
  for (const GoMoveInfo& move : analysis_.moves) {
    if (room() < row() || places.moves.size() >= 8) break;
    const Colour colour = places.moves.empty() ? theme::kChosen : theme::kText;
    const auto right = [&](double column, const std::string& text) {
      painter_.text(left_.x + column * unit - painter_.text_width(text), left_.y, text, colour);
    };
    painter_.text(left_.x, left_.y, go_move_name(session_.game(), move.action), colour);
    right(11, fmt::format("{:.1f}%", 50 * (1 + move.value)));
    right(18, short_visits(move.visits));
    right(25.5, fmt::format("{:.1f}%", 100 * move.prior));
    std::string line;
    for (std::size_t i = 1; i < move.variation.size(); ++i)
      line += go_move_name(session_.game(), move.variation[i]) + ' ';
    const double x = 27 * unit;
    if (!line.empty() && left_.width - x > 4 * unit)
      painter_.text(left_.x + x, left_.y, fitting(line, left_.width - x), theme::kMuted);
    places.moves.push_back({left_.x, left_.y, left_.width, row()});
    skip(row());
  }
  skip(gap_);
}

void GoColumn::comment() {
  std::string_view rest = session_.comment();
  while (!rest.empty() && room() >= row()) {
    std::size_t end = std::min(rest.find('\n'), rest.size());
    std::size_t fits = end;
    while (fits > 1 && painter_.text_width(rest.substr(0, fits)) > left_.width) {
      const std::size_t space = rest.substr(0, fits).rfind(' ');
      fits = space == std::string_view::npos || space == 0 ? fits - 1 : space;
    }
    both(rest.substr(0, fits), "", theme::kText);
    rest.remove_prefix(fits);
    if (!rest.empty() && (rest.front() == '\n' || rest.front() == ' ')) rest.remove_prefix(1);
  }
}

}  // namespace

GoPanelPlaces paint_go_panel(Painter& painter, const Area& area, const GoSession& session,
                             const GoAnalysis& analysis, const GoPanelText& text) {
  painter.fill(area, theme::kPanel);
  GoColumn column(painter, area, session, analysis);
  column.players(text);
  column.status(text.note);
  column.balance();
  column.graph(std::min(0.42 * column.room(), 12 * column.row()));
  column.moves(text.thinker);
  column.comment();
  return column.places;
}

}  // namespace tengen
