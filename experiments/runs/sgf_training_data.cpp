#include "experiments/runs/sgf_training_data.hpp"

#include "agents/alphago/self_play.hpp"
#include "core/check.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "core/system/progress.hpp"
#include "core/usize.hpp"
#include "envs/board/go_record.hpp"
#include "experiments/go/game_file.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace tengen {
namespace {

constexpr const char* kHowToMake =
    "make one with: tengen selfplay --engine gnugo --games 2000 --out DIR";

std::vector<fs::path> files_below(const fs::path& folder) {
  if (folder.empty())
    throw UsageError("teachers.sgf names no folder of SGF games to learn from; {}", kHowToMake);
  if (!fs::is_directory(folder))
    throw UsageError("teachers.sgf = \"{}\" is no folder; {}", folder.string(), kHowToMake);
  return sgf_files(folder, true);
}

using Board = Go<kLargestGoSide>;

// Why a game cannot be learnt from; empty where it can.
std::optional<std::string> unfit(const Board& start, const GoRecord& game) {
  if (game.columns != start.columns() || game.rows != start.rows()) return "another size";
  if (!game.winner()) return "no winner";
  const auto edit = [](const GoEvent& event) { return event.kind != GoEvent::Kind::kMove; };
  if (game.unreadable_moves > 0) return "a move on no point";
  if (game.handicap > 0 || std::ranges::any_of(game.events, edit)) return "handicap or set-up";
  return std::nullopt;
}

// False where the rules forbid a move.
bool replay(Board game, const GoRecord& source, std::uint64_t number, GameRecord& record) {
  const GameSpec spec = game.spec();
  const GameRowShape shape = row_shape(spec);
  std::vector<std::uint8_t> planes(spec.plane_bytes());
  std::vector<float> globals(usize(spec.globals));
  std::vector<float> policy(usize(spec.actions));
  if (source.komi) game.set_komi(*source.komi);
  for (const GoEvent& event : source.events) {
    if (game.finished()) break;
    const int action = event.point == GoEvent::kPass ? game.pass_action() : event.point;
    if (event.player != game.to_move() || !game.is_legal(action)) return false;
    game.observe(planes, globals);
    std::ranges::fill(policy, 0.0F);
    policy[usize(action)] = 1;
    record.add_row(shape, event.player, planes, globals, policy, 0, 1);
    game.play(action);
  }
  std::vector<std::int8_t> owners(usize(spec.points()));
  game.ownership(owners);
  record.finish(shape, number, game.move_number(),
                {*source.winner() == 0 ? 1.0F : -1.0F, game.margin(), owners});
  return record.rows() > 0;
}

}  // namespace

void sgf_training_data(const Board& start, const fs::path& folder,
                       const std::function<void(const GameRecord&)>& take) {
  const std::vector<fs::path> files = files_below(folder);
  std::map<std::string, int> left_out;
  std::uint64_t taken = 0;
  SgfWarnings warnings;
  const auto learn = [&](const GoRecord& source) {
    GameRecord record;
    if (const auto reason = unfit(start, source)) {
      ++left_out[*reason];
    } else if (!replay(start, source, taken, record)) {
      ++left_out["a move against the rules"];
    } else {
      take(record);
      ++taken;
    }
  };
  // The first ones are named, each.
  const auto leave_out = [&](const fs::path& file, const Error& error) {
    const int bad = ++left_out["no SGF of Go"];
    warnings.add(bad <= 20 ? file.string() : "no SGF of Go",
                 fmt::format("{}; it is left out", error.what()));
  };
  const auto records = [&](const fs::path& file) {
    std::vector<GoRecord> out;
    try {
      for (const SgfTree& tree : read_sgf(file, &warnings)) try {
          out.push_back(go_record(tree, -1, &warnings));
        } catch (const Error& error) {
          leave_out(file, error);
        }
    } catch (const Error& error) {
      leave_out(file, error);
    }
    return out;
  };
  ProgressBar progress("reading games", static_cast<std::int64_t>(files.size()), 0, "files");
  for (std::size_t i = 0; i < files.size(); ++i) {
    stop_if_interrupted();
    for (const GoRecord& source : records(files[i])) learn(source);
    progress.update(static_cast<std::int64_t>(i + 1));
  }
  progress.finish();
  print_warnings(warnings);
  std::string note;
  for (const auto& [reason, count] : left_out) note += fmt::format("; {}: {}", reason, count);
  if (taken == 0)
    throw Error("{}: none of the games in {} SGF files can be learnt from{}; {}", folder.string(),
                files.size(), note, kHowToMake);
  if (!left_out.empty()) print_err("{} games taken, left out{}\n", taken, note);
}

}  // namespace tengen
