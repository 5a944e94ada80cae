// The memory of self-play: whole games, appended to one file, the newest of them packed in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tengen {

/// The sizes of a training row: those of the game's observation.
struct GameRowShape {
  int points = 0, planes = 0, globals = 0, actions = 0;
  bool ownership = false;

  [[nodiscard]] std::size_t plane_bytes() const {
    return static_cast<std::size_t>(points) * static_cast<std::size_t>(planes);
  }
  friend bool operator==(const GameRowShape&, const GameRowShape&) = default;
};

/// How a game ended, for player 0.
struct GameResult {
  float score = 0;                           ///< −1 lost, 0 drawn, 1 won
  float margin = 0;                          ///< points ahead; 0 where the game counts none
  std::span<const std::int8_t> owners = {};  ///< a number a point: 1, 0 or −1; may be empty
};

/// One game as bytes: planes a bit each, targets of two bytes an action that is not zero.
class GameRecord {
 public:
  /// A row of the player to move. `planes` are bytes of 0 or 1; `policy` sums to 1, a number an
  /// action; `value` is what the search made of the position, for the player to move; the loss of
  /// the row is multiplied by `weight`.
  void add_row(const GameRowShape& shape, int player, std::span<const std::uint8_t> planes,
               std::span<const float> globals, std::span<const float> policy, float value,
               float weight);
  void finish(const GameRowShape& shape, std::uint64_t number, int moves, const GameResult& result);

  [[nodiscard]] int rows() const { return rows_; }
  /// Rows as far as they have been added, to save a game under way.
  [[nodiscard]] std::span<const std::byte> unfinished() const { return body_; }
  /// After finish().
  [[nodiscard]] std::span<const std::byte> bytes() const { return whole_; }
  /// What unfinished() and bytes() gave; empty if that is not what these bytes are.
  static std::optional<GameRecord> resumed(const GameRowShape& shape, int rows,
                                           std::span<const std::byte> bytes);
  static std::optional<GameRecord> finished(const GameRowShape& shape,
                                            std::span<const std::byte> bytes);

 private:
  int rows_ = 0;
  std::vector<std::byte> body_, whole_;
};

/// How many of the newest rows are sampled from: everything up to `smallest`, then less and less of
/// what is added (KataGo, Wu 2019, appendix C): w(N) = c (1 + slope ((N/c)^exponent − 1)/exponent).
struct GameWindow {
  std::int64_t smallest = 40'000;
  double exponent = 0.65, slope = 0.4;

  [[nodiscard]] std::int64_t rows(std::int64_t total) const;
};

/// Where one symmetry takes the points and the actions.
struct RowSymmetry {
  std::vector<int> points, actions;
};

/// Memory for one row of a minibatch; `ownership` may be empty.
struct GameRowView {
  std::span<std::uint8_t> planes;  ///< points × planes, channels last, 0 or 1
  std::span<float> globals;
  std::span<float> policy;           ///< actions; sums to 1
  std::span<std::int8_t> ownership;  ///< points; for the player to move
};
/// The numbers of a row, for its player to move.
struct GameRowTargets {
  float score = 0;   ///< the game's end
  float value = 0;   ///< the search's opinion
  float margin = 0;  ///< the game's end, points
  float weight = 1;
};

/// Append-only. A kill or a full disk may tear what is written last: opening drops it and says so.
class GameStore {
 public:
  /// How much there is.
  struct Position {
    std::int64_t games = 0, rows = 0, bytes = 0;
    [[nodiscard]] bool valid() const {
      return games >= 0 && rows >= games && bytes >= 0 && (bytes > 0 || games == 0);
    }
    friend bool operator==(const Position&, const Position&) = default;
  };

  /// Opens or makes the file. What follows `upto` is cut off, as if it had not been written;
  /// without it, only a torn tail is. Throws Error: not such a file, of another game, less than
  /// `upto`, damaged before its end.
  GameStore(const std::filesystem::path& path, const GameRowShape& shape, const GameWindow& window,
            std::optional<Position> upto = {});
  ~GameStore();
  GameStore(const GameStore&) = delete;
  GameStore& operator=(const GameStore&) = delete;

  /// Takes a finished game in. It is on disk after the next flush().
  void append(const GameRecord& game);
  /// Throws Error (full disk …); a second try goes on where this one stopped.
  void flush();

  [[nodiscard]] Position position() const { return position_; }
  /// What opening dropped: "12 bytes of a game that was being written"; empty if nothing.
  [[nodiscard]] const std::string& note() const { return note_; }
  /// Rows that can be sampled: the window's.
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  /// Bytes of memory that the window takes.
  [[nodiscard]] std::size_t memory() const { return memory_; }
  /// Unpacks row `index` of the window, 0 the oldest, turned by `symmetry`. Several threads may.
  GameRowTargets read(std::size_t index, const RowSymmetry& symmetry, const GameRowView& out) const;

 private:
  struct Row {
    const std::byte* game;
    std::uint32_t offset;
  };
  void open(std::optional<Position> upto);
  void read_games(std::optional<Position> upto, std::int64_t size);
  [[nodiscard]] std::optional<std::vector<std::byte>> read_game(std::int64_t at,
                                                                std::int64_t size) const;
  void take(std::vector<std::byte> game);

  std::string path_;
  GameRowShape shape_;
  GameWindow window_;
  int descriptor_ = -1;
  Position position_;
  std::int64_t written_ = 0;          // bytes of the file that are good
  std::vector<std::byte> unwritten_;  // what follows them
  std::deque<std::vector<std::byte>> games_;
  std::deque<Row> rows_;
  std::size_t memory_ = 0;
  std::string note_;
};

}  // namespace tengen
