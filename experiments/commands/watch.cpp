// tengen watch MODEL|RUN|oracle|random: see a player play, in a window or as a file.
#include "core/excerpt.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "core/system/progress.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/runs/model.hpp"
#include "experiments/runs/run_folder.hpp"
#include "experiments/viewer/clip.hpp"
#include "experiments/viewer/window.hpp"
#include "nets/runtime.hpp"

#include <chrono>
#include <thread>

namespace fs = std::filesystem;

namespace tengen {
namespace {

struct WatchOptions {
  std::string player, env;
  bool follow = false;
  fs::path record;
  int frames = 0;  // 0: a default that suits the format
  double speed = 1;
  SharedOptions shared;

  [[nodiscard]] PlayerOptions player_options() const {
    PlayerOptions options;
    options.env = env;
    options.seed = shared.seed.value_or(0);
    options.plugins = shared.plugins;
    if (!shared.device.empty()) options.device = shared.device;
    if (follow) options.run_player = RunPlayer::kNewest;
    return options;
  }
};

// 400000 → "400k".
std::string short_count(std::int64_t n) {
  if (n < 10'000) return fmt::format("{}", n);
  if (n < 1'000'000) return fmt::format("{}k", n / 1000);
  return fmt::format("{:.4g}M", static_cast<double>(n) / 1e6);
}

// "dqn after 400k steps"; oracle and random by their names.
std::string title_of(const Player& player) {
  if (player.info.manifest.empty()) return player.name;
  const ModelFacts facts = model_facts(player.info);
  return fmt::format("{} after {} {}", facts.algo.empty() ? player.name : facts.algo,
                     short_count(facts.trained), facts.unit);
}

// A policy together with what it needs to live.
class PlayerPolicy final : public Policy {
 public:
  explicit PlayerPolicy(Player player) : player_(std::move(player)) {}
  void act(const StepView& seen, ActionBuffer out) override { player_.policy->act(seen, out); }
  void reset() override { player_.policy->reset(); }
  [[nodiscard]] Insight insight() const override { return player_.policy->insight(); }

 private:
  Player player_;
};

// Replaces the player by every new model of a run.
class Follower {
 public:
  Follower(const WatchOptions& options, fs::path file)
      : options_(options), file_(std::move(file)), seen_(written()) {}

  void poll(Session& session) {
    const fs::file_time_type now = written();
    if (now == seen_) return;
    seen_ = now;
    try {
      Player player = load_player(options_.player, options_.player_options());
      const std::string title = title_of(player);
      session.replace_policy(std::make_unique<PlayerPolicy>(std::move(player)), title);
    } catch (const Error&) {
      // The file is gone or has another network: the present player goes on.
    }
  }

 private:
  [[nodiscard]] fs::file_time_type written() const {
    std::error_code ignored;
    return fs::last_write_time(file_, ignored);
  }

  const WatchOptions& options_;
  fs::path file_;
  fs::file_time_type seen_;
};

// A run that has just begun has no player yet.
void wait_for_first_player(const WatchOptions& options) {
  const std::optional<RunPaths> run = find_run(options.player);
  if (!run) throw UsageError("--follow needs a run; '{}' is none", excerpt(options.player));
  if (fs::exists(run->model())) return;
  print_err("waiting for the first checkpoint of {}\n", run->folder.string());
  while (!fs::exists(run->model())) std::this_thread::sleep_for(std::chrono::milliseconds(500));
}

fs::path folder_for_files(const WatchOptions& options) {
  const std::optional<RunPaths> run = find_run(options.player);
  return run ? run->folder : fs::path();
}

constexpr int kPictures = 12, kClipFrames = 300;
constexpr int kMostPictures = 400;    // their pixels are kept until the sheet is written
constexpr int kLongestSheet = 5'000;  // some games never end

// A clip has the frames asked for. A contact sheet shows a whole game in that many pictures, or
// several games if they are short.
bool wants_more(const Session& session, const Recorder& recorder, int frames, bool sheet) {
  if (!sheet) return recorder.frames() < frames;
  return recorder.frames() < frames ||
         (session.episode() == 1 && recorder.frames() < kLongestSheet);
}

void record(const WatchOptions& options, Session& session, Follower* follower,
            const fs::path& path) {
  const bool sheet = is_contact_sheet(path);
  const int frames = options.frames > 0 ? options.frames : sheet ? kPictures : kClipFrames;
  if (sheet && frames > kMostPictures)
    throw UsageError(
        "--frames {}: a contact sheet has {} pictures at most; .mp4, .webm and .gif "
        "take any number of frames",
        frames, kMostPictures);
  Recorder recorder(make_clip(path, session.spec().steps_per_second, frames));
  if (sheet)
    print_err("recording {} pictures of a game, or of its first {} steps, into {}\n", frames,
              kLongestSheet, path.string());
  else
    print_err("recording {} frames ({:.3g} s) into {}\n", frames,
              frames / session.spec().steps_per_second, path.string());
  ProgressBar progress("recording", frames, 0, "frames");
  const InterruptGuard guard;
  while (wants_more(session, recorder, frames, sheet) &&
         !(interrupted() && recorder.frames() > 0)) {
    const InterruptPause whole_frame;
    recorder.add(session);
    if (!sheet) progress.update(recorder.frames());
    if (follower != nullptr) follower->poll(session);
    session.advance();
  }
  recorder.finish();
  progress.finish();
  print_out("{}\n", path.string());
  stop_if_interrupted();
}

void watch(const WatchOptions& options) {
  if (!options.shared.device.empty()) check_device(options.shared.device);
  if (options.follow) wait_for_first_player(options);
  Player player = load_player(options.player, options.player_options());
  const std::unique_ptr<WorkerPool> pool = std::move(player.pool);
  const std::unique_ptr<VectorEnv> env = std::move(player.env);
  const std::string title = title_of(player);
  const fs::path file = player.file;
  Session session(*env, std::make_unique<PlayerPolicy>(std::move(player)), title,
                  options.shared.seed.value_or(0));
  std::optional<Follower> follower;
  if (options.follow) follower.emplace(options, file);
  if (!options.record.empty() || !can_open_window()) {
    fs::path path = options.record;
    if (path.empty()) {
      path = folder_for_files(options) / fmt::format("watch-{}.png", session.spec().name);
      print_err("no display: a contact sheet instead (--record FILE chooses)\n");
    }
    record(options, session, follower ? &*follower : nullptr, path);
    return;
  }
  WindowOptions window;
  window.speed = options.speed;
  window.steps = options.frames;
  window.folder = folder_for_files(options);
  if (follower) window.every_second = [&](Session& watched) { follower->poll(watched); };
  run_window(session, window);
}

void add_options(CLI::App* command) {
  const auto options = std::make_shared<WatchOptions>();
  command
      ->add_option("PLAYER", options->player,
                   "A model file, a run, a model or recipe by name, oracle, or random")
      ->required();
  command->add_option("--env", options->env, "The game, if not the model's own")->type_name("ENV");
  command->add_flag("--follow", options->follow,
                    "Watch a run while it trains: load each new checkpoint");
  command
      ->add_option("--record", options->record,
                   "Write a file instead of opening a window: .mp4, .webm, .gif or .png")
      ->type_name("FILE");
  command
      ->add_option("--frames", options->frames,
                   fmt::format("Frames of the clip ({}), pictures of the contact sheet ({}, spread "
                               "over a game or its first {} steps), or steps after which the "
                               "window closes",
                               kClipFrames, kPictures, kLongestSheet))
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--speed", options->speed, "Times the natural speed")
      ->type_name("X")
      ->check(CLI::PositiveNumber);
  add_shared(*command, options->shared, {Shared::kSeed, Shared::kDevice, Shared::kPlugins});
  command->footer(
      "Examples:\n"
      "  tengen watch pong\n"
      "  tengen watch runs/pong-dqn/1 --follow\n"
      "  tengen watch oracle --env Pong-v1 --record pong.gif --frames 200");
  command->callback([options] { watch(*options); });
}

}  // namespace

extern const Command kWatch{.name = "watch",
                            .description = "See a player play",
                            .add_options = add_options,
                            .networks = true};

}  // namespace tengen
