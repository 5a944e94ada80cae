#include "replay/game_store.hpp"

#include "core/check.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

namespace tengen {
namespace {

constexpr std::int64_t kLargestGame = std::int64_t{1} << 28;

struct FileHeader {
  char magic[8];
  std::int32_t version, points, planes, globals, actions, ownership;
};
struct GameHeader {
  std::uint32_t magic, bytes;  // of the game, this header included
  std::uint64_t hash;          // of everything after it
  std::uint64_t number;
  std::int32_t rows, moves;
  float score, margin;
};
struct RowHeader {
  float value, weight;
  std::uint16_t entries;
  std::uint8_t player, unused;
};
struct PolicyEntry {
  std::uint16_t action, weight;
};
constexpr std::uint32_t kGameMagic = 0x454d4147;  // "GAME"
constexpr std::size_t kHashed = offsetof(GameHeader, number);

FileHeader file_header(const GameRowShape& shape) {
  return {{'T', 'E', 'N', 'G', 'E', 'N', 'G', 'S'},
          1,
          shape.points,
          shape.planes,
          shape.globals,
          shape.actions,
          static_cast<std::int32_t>(shape.ownership)};
}

std::size_t packed(std::size_t values, std::size_t bits) { return (values * bits + 7) / 8; }
std::size_t owner_bytes(const GameRowShape& shape) {
  return shape.ownership ? packed(static_cast<std::size_t>(shape.points), 2) : 0;
}

template <class T>
void put(std::vector<std::byte>& out, const T& value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof(T));
  std::memcpy(out.data() + at, &value, sizeof(T));
}
template <class T>
T get(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

std::uint64_t hash(std::span<const std::byte> game) {
  return XXH3_64bits(game.data() + kHashed, game.size() - kHashed);
}

std::size_t row_size(const GameRowShape& shape, const RowHeader& header) {
  return sizeof(RowHeader) + static_cast<std::size_t>(shape.globals) * sizeof(float) +
         packed(shape.plane_bytes(), 1) + header.entries * sizeof(PolicyEntry);
}

// A checksum says that the bytes are those that were written, not that they are a game of this
// shape. These two functions check that, so that everything in a store can be read.
bool are_rows(const GameRowShape& shape, int rows, std::span<const std::byte> bytes) {
  for (int row = 0; row < rows; ++row) {
    if (bytes.size() < sizeof(RowHeader)) return false;
    const auto header = get<RowHeader>(bytes.data());
    const std::size_t size = row_size(shape, header);
    if (header.player > 1 || header.entries == 0 || size > bytes.size() ||
        !std::isfinite(header.value) || !std::isfinite(header.weight))
      return false;
    for (std::size_t e = 1; e <= header.entries; ++e) {
      const auto entry = get<PolicyEntry>(bytes.data() + size - e * sizeof(PolicyEntry));
      if (entry.action >= shape.actions || entry.weight == 0) return false;
    }
    bytes = bytes.subspan(size);
  }
  return rows >= 0 && bytes.empty();
}

bool is_game(const GameRowShape& shape, std::span<const std::byte> game) {
  const std::size_t owners = owner_bytes(shape), start = sizeof(GameHeader) + owners;
  if (game.size() < start) return false;
  const auto header = get<GameHeader>(game.data());
  if (header.magic != kGameMagic || header.bytes != game.size() || header.hash != hash(game) ||
      header.rows < 1 || header.moves < header.rows || !std::isfinite(header.score) ||
      !std::isfinite(header.margin))
    return false;
  const auto owned = [](std::byte four) {  // none of its four points has the value 3
    return (four & (four >> 1) & std::byte{0x55}) == std::byte{0};
  };
  return std::ranges::all_of(game.subspan(sizeof(GameHeader), owners), owned) &&
         are_rows(shape, header.rows, game.subspan(start));
}

Error failure(const char* what, const std::string& path) {
  return Error("cannot {} '{}': {}", what, path, std::strerror(errno));
}

bool read_exactly(int descriptor, std::span<std::byte> out, std::int64_t at) {
  while (!out.empty()) {
    const ssize_t n = ::pread(descriptor, out.data(), out.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    out = out.subspan(static_cast<std::size_t>(n));
    at += n;
  }
  return true;
}

}  // namespace

void GameRecord::add_row(const GameRowShape& shape, int player,
                         std::span<const std::uint8_t> planes, std::span<const float> globals,
                         std::span<const float> policy, float value, float weight) {
  TENGEN_CHECK(planes.size() == shape.plane_bytes() &&
               globals.size() == static_cast<std::size_t>(shape.globals) &&
               policy.size() == static_cast<std::size_t>(shape.actions));
  constexpr float kOne = 65535;
  const std::size_t at = body_.size();
  RowHeader header{value, weight, 0, static_cast<std::uint8_t>(player), 0};
  put(body_, header);
  for (const float g : globals) put(body_, g);
  const std::size_t bits = body_.size();
  body_.resize(bits + packed(planes.size(), 1));
  for (std::size_t i = 0; i < planes.size(); ++i)
    body_[bits + i / 8] |= static_cast<std::byte>((planes[i] & 1U) << (i % 8));
  for (std::size_t a = 0; a < policy.size(); ++a) {
    const auto weight16 = static_cast<std::uint16_t>(std::lround(policy[a] * kOne));
    if (weight16 == 0) continue;
    put(body_, PolicyEntry{static_cast<std::uint16_t>(a), weight16});
    ++header.entries;
  }
  TENGEN_CHECK(header.entries > 0, "a policy of nothing");
  std::memcpy(body_.data() + at, &header, sizeof(header));
  ++rows_;
}

void GameRecord::finish(const GameRowShape& shape, std::uint64_t number, int moves,
                        const GameResult& result) {
  GameHeader header{kGameMagic, 0, 0, number, rows_, moves, result.score, result.margin};
  whole_.clear();
  put(whole_, header);
  const std::size_t at = whole_.size();
  whole_.resize(at + owner_bytes(shape));
  if (shape.ownership)
    for (std::size_t p = 0; p < result.owners.size(); ++p)
      whole_[at + p / 4] |= static_cast<std::byte>((result.owners[p] + 1) << (p % 4 * 2));
  whole_.insert(whole_.end(), body_.begin(), body_.end());
  header.bytes = static_cast<std::uint32_t>(whole_.size());
  std::memcpy(whole_.data(), &header, sizeof(header));
  header.hash = hash(whole_);
  std::memcpy(whole_.data(), &header, sizeof(header));
}

std::optional<GameRecord> GameRecord::resumed(const GameRowShape& shape, int rows,
                                              std::span<const std::byte> bytes) {
  if (!are_rows(shape, rows, bytes)) return std::nullopt;
  GameRecord game;
  game.rows_ = rows;
  game.body_.assign(bytes.begin(), bytes.end());
  return game;
}

std::optional<GameRecord> GameRecord::finished(const GameRowShape& shape,
                                               std::span<const std::byte> bytes) {
  if (!is_game(shape, bytes)) return std::nullopt;
  GameRecord game;
  game.rows_ = get<GameHeader>(bytes.data()).rows;
  game.whole_.assign(bytes.begin(), bytes.end());
  return game;
}

std::int64_t GameWindow::rows(std::int64_t total) const {
  if (total <= smallest) return total;
  const auto c = static_cast<double>(smallest);
  const double grown = std::pow(static_cast<double>(total) / c, exponent) - 1;
  return std::min(total, static_cast<std::int64_t>(c * (1 + slope * grown / exponent)));
}

GameStore::GameStore(const std::filesystem::path& path, const GameRowShape& shape,
                     const GameWindow& window, std::optional<Position> upto)
    : path_(path.string()), shape_(shape), window_(window) {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw failure("open", path_);
  try {
    open(upto);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

GameStore::~GameStore() { ::close(descriptor_); }

void GameStore::open(std::optional<Position> upto) {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw failure("read", path_);
  const FileHeader expected = file_header(shape_);
  FileHeader header{};
  const std::int64_t size = status.st_size;
  const bool begun = size >= static_cast<std::int64_t>(sizeof(header));
  if (!begun || (upto && upto->bytes == 0)) {  // new, or killed before it held anything
    if (upto && upto->bytes > 0) throw Error("'{}' holds less than its checkpoint needs", path_);
    if (::ftruncate(descriptor_, 0) != 0) throw failure("write", path_);
    put(unwritten_, expected);
    position_.bytes = sizeof(expected);
    return;
  }
  if (!read_exactly(descriptor_, std::as_writable_bytes(std::span(&header, 1)), 0))
    throw failure("read", path_);
  if (std::memcmp(header.magic, expected.magic, sizeof(header.magic)) != 0)
    throw Error("'{}' is no store of games", path_);
  if (header.version != expected.version)
    throw Error("'{}' is of version {}; this program reads version {}", path_, header.version,
                expected.version);
  if (std::memcmp(&header, &expected, sizeof(header)) != 0)
    throw Error(
        "'{}' holds another game: {} points, {} planes, {} globals, {} actions; expected {}, {}, "
        "{}, {}",
        path_, header.points, header.planes, header.globals, header.actions, shape_.points,
        shape_.planes, shape_.globals, shape_.actions);
  position_.bytes = sizeof(header);
  read_games(upto, size);
}

void GameStore::read_games(std::optional<Position> upto, std::int64_t size) {
  const std::int64_t end = upto ? upto->bytes : size;
  while (position_.bytes < end) {
    auto game = read_game(position_.bytes, size);
    if (!game) break;
    take(std::move(*game));
  }
  if (upto && position_ != *upto)
    throw Error("'{}' is damaged or holds less than its checkpoint needs: {} of {} games", path_,
                position_.games, upto->games);
  written_ = position_.bytes;
  if (size == written_) return;
  note_ = fmt::format("{} bytes {} were dropped", size - written_,
                      upto ? "written after the checkpoint" : "of a game that was torn");
  if (::ftruncate(descriptor_, written_) != 0) throw failure("write", path_);
}

// The game at that place; empty if it is incomplete, in which case nothing can follow it. If games
// follow one that is damaged, that is an error: dropping them would lose games that were complete.
std::optional<std::vector<std::byte>> GameStore::read_game(std::int64_t at,
                                                           std::int64_t size) const {
  GameHeader header{};
  if (size - at < static_cast<std::int64_t>(sizeof(header))) return std::nullopt;
  if (!read_exactly(descriptor_, std::as_writable_bytes(std::span(&header, 1)), at))
    throw failure("read", path_);
  const bool sane =
      header.magic == kGameMagic && header.bytes > sizeof(header) && header.bytes < kLargestGame;
  if (sane && size - at < static_cast<std::int64_t>(header.bytes)) return std::nullopt;
  std::vector<std::byte> game(sane ? header.bytes : 0);
  if (sane && !read_exactly(descriptor_, game, at)) throw failure("read", path_);
  if (sane && is_game(shape_, game)) return game;
  if (sane && hash(game) == header.hash)
    throw Error("'{}' is damaged at byte {}: game {} is none of {} points and {} actions", path_,
                at, position_.games, shape_.points, shape_.actions);
  if (sane && size - at == static_cast<std::int64_t>(header.bytes)) return std::nullopt;
  throw Error("'{}' is damaged at byte {}: the checksum of game {} is wrong", path_, at,
              position_.games);
}

void GameStore::append(const GameRecord& game) {
  const auto bytes = game.bytes();
  TENGEN_CHECK(!bytes.empty(), "an unfinished game");
  unwritten_.insert(unwritten_.end(), bytes.begin(), bytes.end());
  take({bytes.begin(), bytes.end()});
}

void GameStore::flush() {
  std::span<const std::byte> rest = unwritten_;
  // Writing at a known place overwrites what an earlier try may have left there.
  for (std::int64_t at = written_; !rest.empty();) {
    const ssize_t n = ::pwrite(descriptor_, rest.data(), rest.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw failure("write", path_);
    at += n;
    rest = rest.subspan(static_cast<std::size_t>(n));
  }
  if (::fsync(descriptor_) != 0) throw failure("sync", path_);
  written_ += static_cast<std::int64_t>(unwritten_.size());
  unwritten_.clear();
}

void GameStore::take(std::vector<std::byte> game) {
  const auto header = get<GameHeader>(game.data());
  position_.games += 1;
  position_.rows += header.rows;
  position_.bytes += header.bytes;
  memory_ += game.size();
  const std::vector<std::byte>& kept = games_.emplace_back(std::move(game));
  std::size_t offset = sizeof(GameHeader) + owner_bytes(shape_);
  for (int row = 0; row < header.rows; ++row) {
    rows_.push_back({kept.data(), static_cast<std::uint32_t>(offset)});
    offset += row_size(shape_, get<RowHeader>(kept.data() + offset));
  }
  TENGEN_CHECK(offset == kept.size(), "{} of {} bytes", offset, kept.size());
  const auto wanted = static_cast<std::size_t>(window_.rows(position_.rows));
  while (rows_.size() > wanted) rows_.pop_front();
  // A game is dropped from memory when its last row has left the window.
  while (games_.size() > 1 && (rows_.empty() || rows_.front().game != games_.front().data())) {
    memory_ -= games_.front().size();
    games_.pop_front();
  }
}

GameRowTargets GameStore::read(std::size_t index, const RowSymmetry& symmetry,
                               const GameRowView& out) const {
  const Row row = rows_[index];
  const auto game = get<GameHeader>(row.game);
  const std::byte* at = row.game + row.offset;
  const auto header = get<RowHeader>(at);
  at += sizeof(header);
  const int side = header.player == 0 ? 1 : -1;
  std::memcpy(out.globals.data(), at, out.globals.size_bytes());
  at += static_cast<std::size_t>(shape_.globals) * sizeof(float);
  const auto planes = static_cast<std::size_t>(shape_.planes);
  for (std::size_t p = 0, bit = 0; p < symmetry.points.size(); ++p) {
    std::uint8_t* const to =
        out.planes.data() + static_cast<std::size_t>(symmetry.points[p]) * planes;
    for (std::size_t c = 0; c < planes; ++c, ++bit)
      to[c] = static_cast<std::uint8_t>(at[bit / 8] >> (bit % 8)) & 1U;
  }
  at += packed(shape_.plane_bytes(), 1);
  std::ranges::fill(out.policy, 0.0F);
  float sum = 0;
  for (int e = 0; e < header.entries; ++e)
    sum += get<PolicyEntry>(at + static_cast<std::size_t>(e) * sizeof(PolicyEntry)).weight;
  for (int e = 0; e < header.entries; ++e, at += sizeof(PolicyEntry)) {
    const auto entry = get<PolicyEntry>(at);
    out.policy[static_cast<std::size_t>(symmetry.actions[entry.action])] = entry.weight / sum;
  }
  const std::byte* const owners = row.game + sizeof(GameHeader);
  for (std::size_t p = 0; p < out.ownership.size(); ++p)
    out.ownership[static_cast<std::size_t>(symmetry.points[p])] =
        static_cast<std::int8_t>(side * ((static_cast<int>(owners[p / 4]) >> (p % 4 * 2) & 3) - 1));
  const auto sign = static_cast<float>(side);
  return {sign * game.score, header.value, sign * game.margin, header.weight};
}

}  // namespace tengen
