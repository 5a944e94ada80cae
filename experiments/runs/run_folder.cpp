#include "experiments/runs/run_folder.hpp"

#include "core/archive.hpp"
#include "core/config.hpp"
#include "core/system/file.hpp"
#include "core/system/output.hpp"
#include "replay/replay_buffer.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace tengen {
namespace {

std::optional<std::int64_t> as_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

bool holds_run(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(RunPaths{folder}.recipe(), ignored);
}

std::int64_t newest_number(const fs::path& folder, bool (*counts)(const fs::path&)) {
  std::int64_t newest = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (counts(entry.path()))
      newest = std::max(newest, as_number(entry.path().filename().string()).value_or(0));
  return newest;
}

// Whether a run wrote this manifest and was killed before it had a recipe: it may begin again in
// the same folder.
bool is_manifest_of_ours(const fs::path& file) {
  std::ifstream in(file);
  const auto manifest = nlohmann::json::parse(in, nullptr, false);
  return manifest.is_object() && manifest.contains("tengen") && manifest.contains("recipe");
}

// Whether a run would overwrite this file, or take it for its own.
bool in_the_way(const fs::path& file) {
  const std::string name = file.filename().string();
  const RunPaths run{file.parent_path()};
  if (name == "manifest.json") return !is_manifest_of_ours(file);
  if (name == "lock") return !fs::is_regular_file(file) || fs::file_size(file) > 0;
  const auto names = {run.recipe(),      run.command(),
                      run.metrics(),     run.model(),
                      run.games(),       run.best_model().parent_path(),
                      run.checkpoints(), run.player_at(0).parent_path()};
  return std::ranges::count(names, file) > 0 || name.starts_with("events.out.tfevents.");
}

void check_free(const fs::path& folder) {
  std::error_code none;  // a folder that does not exist yet has nothing in the way
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (in_the_way(entry.path()))
      throw Error("'{}' holds a {} that is of no run; a run needs a folder of its own",
                  folder.string(), entry.path().filename().string());
}

}  // namespace

RunPaths create_run(const std::string& recipe_name, const std::optional<fs::path>& out) {
  std::error_code error;
  if (out) {
    if (holds_run(*out))
      throw Error("'{}' already holds a run; 'tengen resume' continues it", out->string());
    check_free(*out);
    fs::create_directories(*out, error);
    if (error) throw Error("cannot create '{}': {}", out->string(), error.message());
    return {*out};
  }
  const fs::path parent = fs::path("runs") / recipe_name;
  fs::create_directories(parent, error);
  if (error) throw Error("cannot create '{}': {}", parent.string(), error.message());
  std::int64_t n = newest_number(parent, [](const fs::path&) { return true; }) + 1;
  // Another process may take the number first; whoever creates the folder has it.
  while (!fs::create_directory(parent / std::to_string(n), error)) {
    if (error) throw Error("cannot create a folder in '{}': {}", parent.string(), error.message());
    ++n;
  }
  return {parent / std::to_string(n)};
}

std::optional<RunPaths> find_run(const std::string& name_or_path) {
  for (const fs::path& folder : {fs::path(name_or_path), "runs" / fs::path(name_or_path)}) {
    if (holds_run(folder)) return RunPaths{folder};
    if (const auto n = newest_number(folder, holds_run); n > 0)
      return RunPaths{folder / std::to_string(n)};
  }
  return std::nullopt;
}

namespace {

// The recipe of the newest checkpoint that can be read; empty if there is none, or if it is of an
// older version that did not keep the recipe.
std::string checkpoint_recipe(const RunPaths& run) {
  for (const std::int64_t step : checkpoint_steps(run)) {
    try {
      const ArchiveReader reader = ArchiveReader::read_file(checkpoint_file(run, step));
      return reader.has("trainer/recipe") ? reader.string("trainer/recipe") : "";
    } catch (const Error&) {  // the checkpoint before may be whole
    }
  }
  return "";
}

}  // namespace

void check_recipe_whole(const RunPaths& run) {
  const std::vector<std::byte> bytes = read_file(run.recipe());
  const bool ends = !bytes.empty() && bytes.back() == std::byte{'\n'};
  const std::string whole = checkpoint_recipe(run);
  const Config config = Config::from_file(run.recipe()), was = Config::from_string(whole);
  std::vector<std::string> missing;
  for (const std::string& key : was.keys())
    if (!config.has(key)) missing.push_back(key);
  if (missing.empty() && (ends || config.to_toml() == was.to_toml())) return;
  std::string cure = checkpoint_steps(run).empty()
                         ? "it has no checkpoint: 'tengen train' starts anew"
                         : "its checkpoints are of an older Tengen and hold none: mend it by hand";
  if (!whole.empty()) {
    const fs::path beside = run.folder / "recipe.checkpoint.toml";
    write_file_atomically(beside, whole);
    cure = fmt::format("to go on, put '{}', the recipe of its newest checkpoint, in its place",
                       beside.string());
  }
  throw Error(
      "'{}' has been cut short: {}; {}", run.recipe().string(),
      missing.empty()
          ? "its last line does not end"
          : fmt::format("it lacks {}{}", missing.front(),
                        missing.size() > 1 ? fmt::format(" and {} more", missing.size() - 1) : ""),
      cure);
}

RunLock::RunLock(const RunPaths& run)
    : descriptor_(::open((run.folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0)
    throw Error("cannot open '{}': {}", (run.folder / "lock").string(), std::strerror(errno));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int reason = errno;
  if (reason != EWOULDBLOCK) {  // Lustre and some NFS have no locks
    warn("'{}' cannot be locked ({}): take care that no other process trains it",
         run.folder.string(), std::strerror(reason));
    return;
  }
  ::close(descriptor_);
  throw Error("'{}' is being trained by another process", run.folder.string());
}

RunLock::~RunLock() { ::close(descriptor_); }

std::vector<std::int64_t> checkpoint_steps(const RunPaths& run) {
  std::vector<std::int64_t> steps;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(run.checkpoints(), ignored)) {
    if (entry.path().extension() != ".tgn") continue;
    if (const auto step = as_number(entry.path().stem().string())) steps.push_back(*step);
  }
  std::ranges::sort(steps, std::greater{});
  return steps;
}

fs::path checkpoint_file(const RunPaths& run, std::int64_t step) {
  return run.checkpoints() / fmt::format("{}.tgn", step);
}

void drop_old_checkpoints(const RunPaths& run, std::int64_t newest, int kept) {
  std::vector<std::string> segments;
  std::error_code ignored;
  for (const std::int64_t step : checkpoint_steps(run)) {
    const fs::path file = checkpoint_file(run, step);
    if (step > newest || kept-- <= 0) {
      fs::remove(file, ignored);
      continue;
    }
    try {
      const ArchiveReader reader = ArchiveReader::read_file(file);
      for (const std::string& name : reader.names())
        if (name.ends_with("/segments")) segments.push_back(reader.string(name));
    } catch (const Error&) {
      return;  // a checkpoint that cannot be read just now may need any of the segments
    }
  }
  ReplayBuffer::remove_unreferenced_segments(run.segments(), segments);
}

}  // namespace tengen
