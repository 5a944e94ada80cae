// The memory of self-play: whole games, appended to one file, with the newest packed in memory.
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

/// The sizes of a training row, which are those of the game's observation (GameSpec).
struct GameRowShape {
  int points = 0, planes = 0, globals = 0, actions = 0;
  bool ownership = false;

  [[nodiscard]] std::size_t plane_bytes() const {
    return static_cast<std::size_t>(points) * static_cast<std::size_t>(planes);
  }
  friend bool operator==(const GameRowShape&, const GameRowShape&) = default;
};

/// How a game ended, as player 0 sees it.
struct GameResult {
  float score = 0;                           ///< −1 lost, 0 drawn, 1 won, or in between
  float margin = 0;                          ///< points ahead; 0 where the game counts none
  std::span<const std::int8_t> owners = {};  ///< per point 1, 0 or −1; may be empty
};

/// One game as bytes. Planes take one bit per point, and the target of the policy two bytes for
/// each action whose share is not zero.
class GameRecord {
 public:
  /// Adds a row, as the player to move sees it. `planes` are bytes of 0 or 1; `policy` has one
  /// number per action and sums to 1; `value` in [−1, 1] is the value that the search found for the
  /// position; the loss of the row is multiplied by `weight`.
  void add_row(const GameRowShape& shape, int player, std::span<const std::uint8_t> planes,
               std::span<const float> globals, std::span<const float> policy, float value,
               float weight);
  /// Completes the game, after which bytes() has all of it.
  void finish(const GameRowShape& shape, std::uint64_t number, int moves, const GameResult& result);

  [[nodiscard]] int rows() const { return rows_; }
  /// The rows that have been added so far, to save a game under way.
  [[nodiscard]] std::span<const std::byte> unfinished() const { return body_; }
  /// The whole game, after finish().
  [[nodiscard]] std::span<const std::byte> bytes() const { return whole_; }
  /// The records whose unfinished() and whose bytes() these are; empty if the bytes are something
  /// else.
  static std::optional<GameRecord> resumed(const GameRowShape& shape, int rows,
                                           std::span<const std::byte> bytes);
  static std::optional<GameRecord> finished(const GameRowShape& shape,
                                            std::span<const std::byte> bytes);

 private:
  int rows_ = 0;
  std::vector<std::byte> body_, whole_;
};

/// How many of the newest rows are sampled from. Up to c = `smallest` rows it is all of them; then
/// the window grows more slowly than the number N of rows (KataGo, Wu 2019, appendix C):
/// w(N) = c (1 + slope ((N/c)^exponent − 1)/exponent).
struct GameWindow {
  std::int64_t smallest = 40'000;
  double exponent = 0.65, slope = 0.4;

  [[nodiscard]] std::int64_t rows(std::int64_t total) const;
};

/// The points and the actions to which one symmetry moves the points and actions of a board.
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
/// The targets of a row that are single numbers, for its player to move.
struct GameRowTargets {
  float score = 0;   ///< at the end of the game
  float value = 0;   ///< as the search found it
  float margin = 0;  ///< at the end of the game, in points
  float weight = 1;  ///< of the row in the loss
};

/// An append-only file of games. A kill or a full disk may leave part of the game that was being
/// written; opening the file drops it and says so. Only read() may be called by several threads.
class GameStore {
 public:
  /// How much the store holds.
  struct Position {
    std::int64_t games = 0, rows = 0, bytes = 0;
    [[nodiscard]] bool valid() const {
      return games >= 0 && rows >= games && bytes >= 0 && (bytes > 0 || games == 0);
    }
    friend bool operator==(const Position&, const Position&) = default;
  };

  /// Opens or makes the file. Whatever follows `upto` is cut off, as if it had not been written;
  /// without `upto`, only an incomplete game at the end is. Throws Error if the file is something
  /// else, is of another game, holds less than `upto`, or is damaged before its end.
  GameStore(const std::filesystem::path& path, const GameRowShape& shape, const GameWindow& window,
            std::optional<Position> upto = {});
  ~GameStore();
  GameStore(const GameStore&) = delete;
  GameStore& operator=(const GameStore&) = delete;

  /// Takes a finished game in. It is on disk after the next flush().
  void append(const GameRecord& game);
  /// Writes what was appended. Throws Error (full disk …); a second try goes on where this stopped.
  void flush();

  [[nodiscard]] Position position() const { return position_; }
  /// What opening dropped: "12 bytes of a game that was being written"; empty if it dropped
  /// nothing.
  [[nodiscard]] const std::string& note() const { return note_; }
  /// The number of rows that can be sampled, which are those of the window.
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  /// Bytes of memory that the window takes.
  [[nodiscard]] std::size_t memory() const { return memory_; }
  /// Unpacks row `index` of the window, 0 being the oldest, turned by `symmetry`. Several threads
  /// may do so at the same time.
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
  std::int64_t written_ = 0;          // bytes of the file that are complete
  std::vector<std::byte> unwritten_;  // the bytes that shall follow them
  std::deque<std::vector<std::byte>> games_;
  std::deque<Row> rows_;
  std::size_t memory_ = 0;
  std::string note_;
};

}  // namespace tengen
