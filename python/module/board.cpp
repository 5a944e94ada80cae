#include "python/module/board.hpp"

#include "core/canvas.hpp"
#include "core/usize.hpp"
#include "envs/board/board_games.hpp"
#include "python/module/frames.hpp"
#include "python/module/options.hpp"

#include <algorithm>

namespace nb = nanobind;

namespace tengen::python {
namespace {

template <Game G>
class BoardOf final : public Board {
 public:
  BoardOf(const G& game, BoardStyle style, int stone_plane)
      : game_(game), style_(style), stone_plane_(stone_plane) {}

  [[nodiscard]] std::unique_ptr<Board> copy() const override {
    return std::make_unique<BoardOf>(*this);
  }
  [[nodiscard]] GameSpec spec() const override { return game_.spec(); }
  [[nodiscard]] int to_move() const override { return game_.to_move(); }
  [[nodiscard]] bool finished() const override { return game_.finished(); }

  [[nodiscard]] float score() const override {
    if (!game_.finished()) throw Error("a game that goes on has no score yet");
    return game_.score();
  }

  [[nodiscard]] nb::object legal() const override {
    std::byte* data = nullptr;
    const int n = spec().actions;
    nb::object array = new_array(nb::make_tuple(n), "int8", data);
    write_mask({reinterpret_cast<std::uint8_t*>(data), usize(n)});
    return array;
  }

  void play(int action) override {
    std::vector<std::uint8_t> mask(usize(spec().actions));
    write_mask(mask);
    if (action < 0 || usize(action) >= mask.size() || mask[usize(action)] == 0)
      throw UsageError("{}: action {} is not legal here", spec().name, action);
    game_.play(action);
  }

  [[nodiscard]] nb::tuple observe() const override {
    const GameSpec game = spec();
    std::byte* data = nullptr;
    nb::object planes =
        new_array(nb::make_tuple(game.rows, game.columns, game.planes), "uint8", data);
    const std::span bytes(reinterpret_cast<std::uint8_t*>(data), game.plane_bytes());
    nb::object globals = new_array(nb::make_tuple(game.globals), "float32", data);
    game_.observe(bytes, {reinterpret_cast<float*>(data), usize(game.globals)});
    return nb::make_tuple(planes, globals);
  }

  [[nodiscard]] nb::object draw(int last) const override {
    const GameSpec game = spec();
    std::vector<std::uint8_t> planes(game.plane_bytes());
    std::vector<float> globals(usize(game.globals));
    game_.observe(planes, globals);
    std::vector<std::int8_t> stones(usize(game.points()));
    const int own = game_.to_move() == 0 ? 1 : -1;
    for (std::size_t point = 0; point < stones.size(); ++point) {
      const auto at = point * usize(game.planes) + usize(stone_plane_);
      stones[point] = static_cast<std::int8_t>(own * (planes[at] - planes[at + 1]));
    }
    const bool marked = game.layout == ActionLayout::kPoints && last < game.points();
    const BoardPicture picture{.style = style_,
                               .rows = game.rows,
                               .columns = game.columns,
                               .stones = stones,
                               .last = marked ? last : -1};
    constexpr int kHeight = 480;
    Canvas canvas;
    draw_board(picture, static_cast<int>(kHeight * board_aspect(picture)), kHeight, canvas);
    std::byte* data = nullptr;
    nb::object array = new_array(nb::make_tuple(canvas.height(), canvas.width(), 3), "uint8", data);
    std::ranges::copy(std::as_bytes(canvas.rgb()), data);
    return array;
  }

 private:
  void write_mask(std::span<std::uint8_t> mask) const {
    if (game_.finished())
      std::ranges::fill(mask, std::uint8_t{0});
    else
      game_.legal(mask);
  }

  G game_;
  BoardStyle style_;
  int stone_plane_;
};

}  // namespace

std::vector<std::pair<std::string, std::string>> boards() {
  std::vector<std::pair<std::string, std::string>> list;
  for_each_board_game([&](const auto& row) { list.emplace_back(row.id, row.description); });
  return list;
}

std::unique_ptr<Board> make_board(const std::string& id, const nb::dict& options) {
  const Config config = config_of(options);
  std::unique_ptr<Board> board;
  std::vector<std::string> known;
  for_each_board_game([&](const auto& row) {
    known.emplace_back(row.id);
    if (id != row.id) return;
    board = row.start(config, [&]<Game G>(const G& start) -> std::unique_ptr<Board> {
      return std::make_unique<BoardOf<G>>(start, row.style, row.stone_plane);
    });
  });
  if (board == nullptr) throw UsageError("{}", unknown_name("board game", id, known));
  config.check_all_read();
  return board;
}

}  // namespace tengen::python
