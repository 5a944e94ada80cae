#include "experiments/viewer/panel.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace tengen {

void CanvasPainter::fill(const Area& area, Colour colour) {
  const int x = static_cast<int>(std::lround(area.x)), y = static_cast<int>(std::lround(area.y));
  canvas_.fill(x, y, static_cast<int>(std::lround(area.x + area.width)) - x,
               static_cast<int>(std::lround(area.y + area.height)) - y, colour);
}

void CanvasPainter::line(double x0, double y0, double x1, double y1, Colour colour) {
  canvas_.line(x0, y0, x1, y1, colour, 1.25 * scale_);
}

void CanvasPainter::text(double x, double y, std::string_view text, Colour colour) {
  canvas_.text(static_cast<int>(std::lround(x)), static_cast<int>(std::lround(y)) + scale_, text,
               colour, scale_);
}

void CanvasPainter::image(const Canvas& picture, const Area& area) {
  canvas_.blit(picture, static_cast<int>(area.x), static_cast<int>(area.y),
               static_cast<int>(area.width), static_cast<int>(area.height));
}

double CanvasPainter::text_width(std::string_view text) const {
  return 6.0 * scale_ * static_cast<double>(text.size());
}

double CanvasPainter::line_height() const { return 9.0 * scale_; }  // letters of 7 and a gap of 2

Area fitted(const Area& area, double aspect) {
  const double width = std::floor(std::min(area.width, area.height * aspect));
  const double height = std::floor(std::min(area.height, width / aspect + 0.5));
  return {std::floor(area.x + (area.width - width) / 2),
          std::floor(area.y + (area.height - height) / 2), width, height};
}

std::vector<std::size_t> shown_actions(std::size_t count, std::size_t room,
                                       std::span<const float> judgement, std::size_t chosen) {
  std::vector<std::size_t> shown(count);
  std::iota(shown.begin(), shown.end(), std::size_t{0});
  if (count <= room) return shown;
  const auto worth = [&](std::size_t action) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    if (action == chosen) return kInfinity;
    if (judgement.empty()) return 0.0F;
    return std::isnan(judgement[action]) ? -kInfinity : judgement[action];
  };
  std::ranges::stable_sort(shown, std::greater{}, worth);
  shown.resize(room);
  std::ranges::sort(shown);
  return shown;
}

namespace {

// The network's input, or the newest observation of a player without one.
struct Sight {
  std::string_view heading;
  ObservationView observation;
};
Sight sight_of(const Session& session) {
  const ObservationView newest = session.seen().observation;
  const ObservationView input = session.insight().input;
  if (input.empty()) return {"newest observation", newest};
  if (is_picture(newest.shape)) return {"what the network sees", input};
  // If vectors are stacked, the newest of them is shown.
  ObservationView last = newest;
  last.data = input.data + input.row_bytes() - newest.row_bytes();
  return {"what the network sees", last};
}

struct Grid;

// A column of sections from top to bottom; each takes what it needs while there is room.
class Column {
 public:
  Column(Painter& painter, const Area& area, const Session& session)
      : painter_(painter),
        gap_(std::round(painter.line_height() * 0.5)),
        left_(area),
        sight_(sight_of(session)),
        pictures_(observation_pictures(sight_.observation, session.spec().observation.low,
                                       session.spec().observation.high)) {
    left_.x += gap_;
    left_.width -= 2 * gap_;
    left_.y += gap_;
    left_.height -= 2 * gap_;
  }

  void header(const Session& session, std::string_view note);
  void actions(const Session& session);
  void plot(std::string_view name, std::span<const float> figures, Colour colour, double height);
  void memory(std::span<const float> state);
  void input();
  [[nodiscard]] double room() const { return left_.height; }
  [[nodiscard]] double row() const { return painter_.line_height() + std::round(gap_ * 0.6); }
  // The height that input() needs for its pictures, heading included.
  [[nodiscard]] double wanted_by_input() const;

 private:
  void skip(double height) {
    left_.y += height;
    left_.height -= height;
  }
  void text_line(std::string_view left, std::string_view right, Colour colour);
  void bar(std::string_view name, std::string_view figure, double from, double to, bool chosen,
           double name_width, double height);
  void vector_input(std::span<const float> numbers, double height);

  [[nodiscard]] Grid grid(double height) const;

  Painter& painter_;
  double gap_;
  Area left_;
  Sight sight_;
  std::vector<Canvas> pictures_;  // of the input; empty if it is a plain vector
};

// As many letters as fit; the last one is a dot if something was cut off.
std::string shortened(const Painter& painter, std::string_view text, double width) {
  std::string result(text);
  while (result.size() > 1 && painter.text_width(result) > width) {
    result.pop_back();
    result.back() = '.';
  }
  return result;
}

std::string figure_text(double figure) {
  const double size = std::abs(figure);
  if (size < 5e-4) return "0.000";
  if (size >= 1e5) return fmt::format("{:.1e}", figure);
  return fmt::format("{:.{}f}", figure, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3);
}

std::string score_text(double score) {
  return score == std::round(score) ? fmt::format("{:.0f}", score) : figure_text(score);
}

void Column::text_line(std::string_view left, std::string_view right, Colour colour) {
  if (left_.height < painter_.line_height()) return;
  const double right_width = painter_.text_width(right);
  const bool both = painter_.text_width(left) + gap_ + right_width <= left_.width;
  painter_.text(left_.x, left_.y, shortened(painter_, left, left_.width), colour);
  if (both) painter_.text(left_.x + left_.width - right_width, left_.y, right, theme::kMuted);
  skip(row());
  if (!both && !right.empty()) text_line(right, "", theme::kMuted);
}

void Column::header(const Session& session, std::string_view note) {
  text_line(session.spec().name, note, theme::kText);
  text_line(session.player(), "", theme::kMuted);
  skip(gap_ / 2);
  text_line(fmt::format("score {}", score_text(session.score())),
            fmt::format("episode {}  step {}", session.episode(), session.step()), theme::kReturn);
  const std::span<const float> scores = session.finished();
  if (!scores.empty()) {
    const double mean =
        std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
    text_line(fmt::format("last {}", score_text(scores.back())),
              fmt::format("mean of {}: {}", scores.size(), figure_text(mean)), theme::kMuted);
  } else {
    skip(row());  // so that nothing moves when the first episode ends
  }
  skip(gap_);
}

void Column::bar(std::string_view name, std::string_view figure, double from, double to,
                 bool chosen, double name_width, double height) {
  const Colour colour = chosen ? theme::kChosen : theme::kText;
  const double text_y = left_.y + std::floor((height - painter_.line_height()) / 2);
  painter_.text(left_.x, text_y, shortened(painter_, name, name_width - gap_ / 2), colour);
  const double figure_width = painter_.text_width("-0.0000") + gap_ / 2;
  const Area track{left_.x + name_width, left_.y + 1, left_.width - name_width - figure_width,
                   height - 2};
  painter_.fill(track, theme::kTrack);
  painter_.fill({track.x + track.width * std::min(from, to), track.y,
                 track.width * std::abs(to - from), track.height},
                chosen ? theme::kChosen : theme::kBar);
  painter_.text(left_.x + left_.width - painter_.text_width(figure), text_y, figure, colour);
  skip(height);
}

// The part of its track that each bar fills, from 0 to 1. The best Q-value fills all of it, and
// differences are relative to the size of the values, so that actions of nearly the same value look
// nearly the same.
std::vector<double> bar_lengths(std::string_view kind, std::span<const float> figures) {
  std::vector<double> lengths(figures.begin(), figures.end());
  if (kind != "probability") {
    const double high = *std::ranges::max_element(figures);
    const double low = *std::ranges::min_element(figures);
    const double range = std::max({high - low, 0.05 * std::abs(high), 1e-9});
    for (double& length : lengths) length = 1 - 0.95 * (high - length) / range;
  }
  for (double& length : lengths) length = std::isfinite(length) ? std::clamp(length, 0.0, 1.0) : 0;
  return lengths;
}

void Column::actions(const Session& session) {
  const std::vector<std::string> names = action_names(session.spec().action);
  const Insight insight = session.insight();
  const ActionView action = session.action();
  const auto* box = std::get_if<Box>(&session.spec().action);
  const bool judged = insight.per_action.size() >= names.size() && box == nullptr;
  const std::string_view heading = box != nullptr                  ? "action"
                                   : !judged                       ? "actions"
                                   : insight.kind == "probability" ? "action probabilities"
                                                                   : "Q-values";
  text_line(heading, "", theme::kMuted);
  double name_width = 0;
  for (const std::string& name : names)
    name_width = std::max(name_width, painter_.text_width(name) + gap_);
  name_width = std::min(name_width, left_.width * 0.5);
  const std::span<const float> judgement =
      judged ? insight.per_action.first(names.size()) : std::span<const float>{};
  const std::vector<double> lengths =
      judged ? bar_lengths(insight.kind, judgement) : std::vector<double>(names.size());
  const double height = painter_.line_height() + std::round(gap_ / 3);
  const auto fit = static_cast<std::size_t>(std::max(0.0, std::floor(room() / height)));
  const std::size_t taken = box != nullptr ? 0 : static_cast<std::size_t>(action.discrete[0]);
  for (const std::size_t i : shown_actions(names.size(), fit, judgement, taken)) {
    if (box != nullptr) {
      const double span = box->high[i] - box->low[i];
      const auto place = [&](double x) { return std::clamp((x - box->low[i]) / span, 0.0, 1.0); };
      bar(names[i], figure_text(action.box[i]), place(0), place(action.box[i]), true, name_width,
          height);
    } else {
      const bool chosen = i == taken;
      bar(names[i], judged ? figure_text(judgement[i]) : "", 0, judged ? lengths[i] : chosen,
          chosen, name_width, height);
    }
  }
  skip(gap_);
}

// One number per pixel column: the mean of those that fall on it.
std::vector<double> by_column(std::span<const float> figures, int columns) {
  std::vector<double> means;
  const std::size_t n = figures.size(), count = std::min(n, static_cast<std::size_t>(columns));
  for (std::size_t i = 0; i < count; ++i) {
    const auto part = figures.subspan(i * n / count, (i + 1) * n / count - i * n / count);
    means.push_back(std::accumulate(part.begin(), part.end(), 0.0) /
                    static_cast<double>(part.size()));
  }
  return means;
}

void Column::plot(std::string_view name, std::span<const float> figures, Colour colour,
                  double height) {
  if (height < 3 * row() || room() < height) return;
  text_line(name, figures.empty() ? "" : score_text(figures.back()), colour);
  const Area frame{left_.x, left_.y, left_.width, height - row() - gap_};
  painter_.fill(frame, theme::kTrack);
  skip(frame.height + gap_);
  const std::vector<double> means = by_column(figures, static_cast<int>(frame.width) - 2);
  if (means.empty()) return;
  const auto [lowest, highest] = std::ranges::minmax_element(means);
  double low = std::min(0.0, *lowest), high = std::max(0.0, *highest);
  if (*lowest > 0.5 * *highest) low = *lowest;  // all far from zero: the axis leaves zero out
  if (*highest < 0.5 * *lowest) high = *highest;
  const double margin = std::max(0.08 * (high - low), 1e-3);
  const auto y_of = [&](double figure) {
    return frame.y + frame.height * (high + margin - figure) / (high - low + 2 * margin);
  };
  if (low <= 0 && high >= 0)
    painter_.fill({frame.x, std::round(y_of(0)), frame.width, 1}, theme::kMuted);
  const double step =
      (frame.width - 2) / static_cast<double>(std::max<std::size_t>(means.size() - 1, 60));
  for (std::size_t i = 1; i < means.size(); ++i)
    painter_.line(frame.x + 1 + static_cast<double>(i - 1) * step, y_of(means[i - 1]),
                  frame.x + 1 + static_cast<double>(i) * step, y_of(means[i]), colour);
}

// From blue for −1 over dark for 0 to amber for 1. Values beyond, which an LSTM's cell may have,
// are clamped.
Colour state_colour(float value) {
  const float size = std::min(std::abs(value), 1.0F);
  const Colour far = value < 0 ? theme::kValue : theme::kChosen, near = theme::kTrack;
  const auto mix = [size](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(
        std::lround((1 - size) * static_cast<float>(a) + size * static_cast<float>(b)));
  };
  return {mix(near.red, far.red), mix(near.green, far.green), mix(near.blue, far.blue)};
}

// Draws the recurrent state as a few lines of colours, one cell per number.
void Column::memory(std::span<const float> state) {
  const int count = static_cast<int>(state.size());
  const int rows = std::clamp(count / 64, 1, 8), columns = (count + rows - 1) / rows;
  const double height = std::round(painter_.line_height() * (0.6 + 0.4 * rows));
  if (room() < row() + height + gap_) return;
  text_line("memory", fmt::format("{} numbers", count), theme::kMuted);
  Canvas strip(columns, rows);
  for (int i = 0; i < count; ++i)
    strip.fill(i % columns, i / columns, 1, 1, state_colour(state[static_cast<std::size_t>(i)]));
  painter_.image(strip,
                 {std::floor(left_.x), std::floor(left_.y), std::floor(left_.width), height});
  skip(height + gap_);
}

// `count` pictures of one aspect, as large as fits into width × height.
struct Grid {
  int columns = 1, rows = 1;
  double width = 0, height = 0;  // of each picture
};
Grid fit_grid(int count, double aspect, double width, double height, double gap) {
  Grid best;
  for (int columns = 1; columns <= count; ++columns) {
    const int rows = (count + columns - 1) / columns;
    const double fits = std::floor(std::min((width - gap * (columns - 1)) / columns,
                                            (height - gap * (rows - 1)) / rows * aspect));
    if (fits > best.width) best = {columns, rows, fits, std::floor(fits / aspect)};
  }
  return best;
}

Grid Column::grid(double height) const {
  const double aspect = static_cast<double>(pictures_[0].width()) / pictures_[0].height();
  return fit_grid(static_cast<int>(pictures_.size()), aspect, left_.width, height,
                  std::round(gap_ / 2));
}

double Column::wanted_by_input() const {
  if (pictures_.empty())
    return row() *
           static_cast<double>(1 + std::min<std::size_t>(sight_.observation.shape.count(), 8));
  const Grid wanted = grid(0.4 * left_.width);
  return row() + wanted.rows * (wanted.height + gap_);
}

void Column::vector_input(std::span<const float> numbers, double height) {
  float largest = 1e-6F;
  for (const float number : numbers) largest = std::max(largest, std::abs(number));
  const double bar_height = painter_.line_height() + std::round(gap_ / 3);
  const auto rows = std::min(numbers.size(), static_cast<std::size_t>(height / bar_height));
  for (std::size_t i = 0; i < rows; ++i)
    bar(fmt::format("{}", i), figure_text(numbers[i]), 0.5, 0.5 + 0.5 * numbers[i] / largest, false,
        painter_.text_width("000") + gap_, bar_height);
}

void Column::input() {
  if (room() < 3 * row()) return;
  text_line(sight_.heading, "", theme::kMuted);
  if (pictures_.empty()) {
    if (sight_.observation.element == Element::kFloat)
      vector_input(sight_.observation.row<float>(0), room());
    return;
  }
  const Grid cells = grid(std::min(room(), 0.6 * left_.width));
  const double gap = std::round(gap_ / 2);
  for (int i = 0; i < static_cast<int>(pictures_.size()); ++i)
    painter_.image(pictures_[static_cast<std::size_t>(i)],
                   {std::floor(left_.x) + (i % cells.columns) * (cells.width + gap),
                    std::floor(left_.y) + (i / cells.columns) * (cells.height + gap), cells.width,
                    cells.height});
}

}  // namespace

void paint_panel(Painter& painter, const Area& area, const Session& session,
                 std::string_view note) {
  painter.fill(area, theme::kPanel);
  Column column(painter, area, session);
  column.header(session, note);
  column.actions(session);
  const Insight insight = session.insight();
  if (!insight.state.empty()) column.memory(insight.state);
  // The curves share the height that the network's input leaves.
  const bool has_values = !session.values().empty(), undecided = !session.entropies().empty();
  const double for_input = std::min(column.wanted_by_input(), column.room() * 0.5);
  const double for_plot =
      std::min((column.room() - for_input) / (1 + has_values + undecided), 14 * column.row());
  if (has_values) column.plot("state value", session.values(), theme::kValue, for_plot);
  if (undecided) column.plot("entropy", session.entropies(), theme::kAlert, for_plot);
  column.plot("return so far", session.returns(), theme::kReturn, for_plot);
  column.input();
}

void compose(const Session& session, const FrameLayout& layout, Canvas& out) {
  const double aspect = std::clamp(session.aspect(), 0.5, 2.0);
  const int game_width = static_cast<int>(std::lround(layout.game_height * aspect / 2)) * 2;
  out.reset(game_width + layout.panel_width, layout.game_height, theme::kBackground);
  CanvasPainter painter(out, layout.text_scale);
  const double height = layout.game_height;
  painter.image(session.picture(),
                fitted({0, 0, static_cast<double>(game_width), height}, session.aspect()));
  paint_panel(painter,
              {static_cast<double>(game_width), 0, static_cast<double>(layout.panel_width), height},
              session);
}

}  // namespace tengen
