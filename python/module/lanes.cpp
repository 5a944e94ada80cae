#include "python/module/lanes.hpp"

#include "core/canvas.hpp"
#include "core/usize.hpp"
#include "python/module/options.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>

namespace nb = nanobind;

namespace tengen::python {
namespace {

std::unique_ptr<VectorEnv> make(const EnvRegistry& registry, const std::string& id,
                                const Config& config, int lanes, WorkerPool& pool) {
  if (lanes < 1) throw UsageError("{} lanes of {}: at least 1", lanes, id);
  std::unique_ptr<VectorEnv> env = registry.make(id, config, lanes, pool);
  config.check_all_read();
  return env;
}

template <class T>
using Vector = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Matrix = nb::ndarray<const T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

nb::object numpy(const char* function, const nb::handle& argument, const char* dtype) {
  return nb::module_::import_("numpy").attr(function)(argument, dtype);
}

std::string kind_of(const nb::handle& array) {
  return nb::cast<std::string>(array.attr("dtype").attr("kind"));
}

nb::list list_of(const std::vector<float>& values) {
  nb::list list;
  for (const float value : values) list.append(value);
  return list;
}

}  // namespace

class Lanes::Entry {
 public:
  explicit Entry(std::atomic<bool>& busy) : busy_(&busy) {
    if (busy.exchange(true, std::memory_order_acquire))
      throw Error("another thread is using this environment; give each thread its own");
  }
  ~Entry() { busy_->store(false, std::memory_order_release); }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  std::atomic<bool>* busy_;
};

Lanes::Lanes(const EnvRegistry& registry, const std::string& id, int lanes, int threads,
             Autoreset autoreset, std::optional<int> limit, bool single, const nb::dict& options)
    : pool_(std::make_unique<WorkerPool>(std::max(1, threads))),
      config_(config_of(options)),
      autoreset_(autoreset),
      env_(make(registry, id, config_, lanes, *pool_)),
      frames_(env_->spec(), lanes, single),
      actions_(env_->spec().action, lanes),
      scored_(usize(lanes)),
      totals_(scored_.size()),
      game_ended_(scored_.size()),
      states_(scored_.size()) {
  if (threads < 1) throw UsageError("threads = {}: at least 1", threads);
  if (limit && *limit < 0) throw UsageError("a time limit of {} steps: at least 0", *limit);
  env_->set_episodes(autoreset, limit.value_or(env_->spec().max_episode_steps));
  make_finals();
}

void Lanes::make_finals() {
  std::byte* data = nullptr;
  const auto lanes = scored_.size();
  const ObservationSpace& space = env_->spec().observation;
  final_observation_ = new_array(frames_.observation_shape(),
                                 space.element == Element::kUint8 ? "uint8" : "float32", data);
  finals_.final_observation = {data, size(), space.bytes(), space.shape, space.element};
  final_score_ = new_array(nb::make_tuple(size()), "float32", data);
  final_scores_ = {reinterpret_cast<float*>(data), lanes};
  final_mask_ = nb::none();
  if (env_->spec().masked) {
    const int actions = std::get<Discrete>(env_->spec().action).n;
    final_mask_ = new_array(frames_.mask_shape(), "int8", data);
    finals_.final_legal = {{reinterpret_cast<std::uint8_t*>(data), lanes * usize(actions)},
                           actions};
  }
  finals_.scored = scored_;
  finals_.game_ended = game_ended_;
}

nb::tuple Lanes::restart(const std::vector<std::pair<int, std::optional<std::uint64_t>>>& lanes) {
  const Entry entry(busy_);
  std::vector<LaneStart> starts;
  for (const auto& [lane, seed] : lanes) {
    if (lane < 0 || lane >= size())
      throw UsageError("there is no lane {}: lanes are 0 to {}", lane, size() - 1);
    starts.push_back({lane, seed});
  }
  Frame& frame = frames_.next();
  {
    const nb::gil_scoped_release others_may_run;
    env_->restart(starts, frame.view);
  }
  for (const LaneStart& start : starts) {
    const auto i = usize(start.lane);
    if (start.seed || states_[i] != State::kLifeLost) totals_[i] = 0;
    states_[i] = State::kRunning;
  }
  std::ranges::copy(totals_, frame.scores.begin());
  return nb::make_tuple(frame.observation, frame.score, frame.legal);
}

nb::tuple Lanes::step(nb::handle actions) {
  const Entry entry(busy_);
  check_ready();
  read_actions(nb::borrow(actions));
  Frame& frame = frames_.next();
  StepView view = frame.view;
  view.final_observation = finals_.final_observation;
  view.final_legal = finals_.final_legal;
  view.scored = finals_.scored;
  view.game_ended = finals_.game_ended;
  bool ended = false;
  {
    const nb::gil_scoped_release others_may_run;
    env_->step(actions_.view(), view);
    ended = keep_scores(frame);
  }
  return nb::make_tuple(frame.observation, frame.reward, frame.terminated, frame.truncated,
                        frame.score, frame.legal, ended);
}

void Lanes::check_ready() const {
  if (states_[0] == State::kUnstarted) throw Error("reset the environment before its first step");
  if (autoreset_ != Autoreset::kDisabled) return;
  const auto over = std::ranges::find_if(states_, [](State s) { return s != State::kRunning; });
  if (over != states_.end())
    throw Error("the episode of lane {} is over; reset it before the next step",
                over - states_.begin());
}

void Lanes::read_actions(const nb::object& actions) {
  if (std::holds_alternative<Box>(env_->spec().action)) return read_numbers(actions);
  const std::span<std::int32_t> chosen = actions_.view().discrete;
  const int n = std::get<Discrete>(env_->spec().action).n;
  const auto take = [&](const auto* values, std::size_t count) {
    if (count != chosen.size()) throw UsageError("{} actions for {} lanes", count, chosen.size());
    bool wrong = false;
    for (std::size_t i = 0; i < count; ++i) {
      wrong |= values[i] < 0 || values[i] >= n;
      chosen[i] = static_cast<std::int32_t>(values[i]);
    }
    for (std::size_t i = 0; wrong && i < count; ++i)
      if (values[i] < 0 || values[i] >= n)
        throw UsageError("lane {}: action {} is outside [0, {})", i, values[i], n);
  };
  std::int64_t one = 0;
  if (Vector<std::int64_t> wide; nb::try_cast(actions, wide, false)) {
    take(wide.data(), wide.shape(0));
  } else if (Vector<std::int32_t> narrow; nb::try_cast(actions, narrow, false)) {
    take(narrow.data(), narrow.shape(0));
  } else if (nb::try_cast(actions, one)) {
    take(&one, 1);
  } else {
    const nb::object array = nb::module_::import_("numpy").attr("asarray")(actions);
    if (kind_of(array) != "i" && kind_of(array) != "u")
      throw UsageError("actions are integers in [0, {}), one for each of {} lanes, not {}", n,
                       size(), nb::repr(array).c_str());
    const auto whole =
        nb::cast<Vector<std::int64_t>>(numpy("ascontiguousarray", array.attr("ravel")(), "int64"));
    take(whole.data(), whole.shape(0));
  }
}

void Lanes::read_numbers(const nb::object& actions) {
  const Box& box = std::get<Box>(env_->spec().action);
  const std::size_t width = box.low.size();
  nb::object array = nb::module_::import_("numpy").attr("asarray")(actions);
  if (kind_of(array).find_first_of("iuf") == std::string::npos ||
      nb::cast<std::size_t>(array.attr("size")) != width * scored_.size())
    throw UsageError("actions are {} × {} numbers, not {}", size(), width, nb::repr(array).c_str());
  array = numpy("ascontiguousarray", array.attr("ravel")(), "float32");
  const auto values = nb::cast<Vector<float>>(array);
  const std::span<float> chosen = actions_.view().box;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const float value = values.data()[i];
    if (std::isnan(value)) throw UsageError("lane {}: an action is no number (nan)", i / width);
    chosen[i] = std::clamp(value, box.low[i % width], box.high[i % width]);
  }
}

// Adds up scores over games, and notes which lanes wait; returns whether an episode ended. Loops
// over all lanes are without branches, so that they become vector instructions.
bool Lanes::keep_scores(const Frame& frame) {
  const StepView& view = frame.view;
  const std::size_t lanes = totals_.size();
  if (waiting_)
    for (std::size_t i = 0; i < lanes; ++i) {
      if (states_[i] == State::kGameOver) totals_[i] = 0;  // the next game has begun in this step
      states_[i] = State::kRunning;
    }
  waiting_ = false;
  std::uint8_t any = 0;
  for (std::size_t i = 0; i < lanes; ++i) {
    totals_[i] += scored_[i];
    any |= view.terminated[i] | view.truncated[i];
  }
  if (any != 0) {
    std::ranges::fill(final_scores_, 0.0F);
    for (std::size_t i = 0; i < lanes; ++i)
      if (view.ended(static_cast<int>(i))) end(i, view.terminated[i] != 0);
  }
  std::ranges::copy(totals_, frame.scores.begin());
  return any != 0;
}

void Lanes::end(std::size_t lane, bool terminated) {
  final_scores_[lane] = totals_[lane];
  if (terminated && !finals_.final_legal.empty())
    std::ranges::fill(finals_.final_legal.row(static_cast<int>(lane)), std::uint8_t{1});
  const bool over = game_ended_[lane] != 0;
  if (autoreset_ == Autoreset::kSameStep) {
    if (over) totals_[lane] = 0;
  } else {
    states_[lane] = over ? State::kGameOver : State::kLifeLost;
    waiting_ = true;
  }
}

nb::object Lanes::draw(int lane) const {
  const Entry entry(busy_);
  if (lane < 0 || lane >= size())
    throw UsageError("there is no lane {}: lanes are 0 to {}", lane, size() - 1);
  Canvas canvas;
  if (!env_->draw(lane, canvas)) return nb::none();
  std::byte* data = nullptr;
  nb::object picture = new_array(nb::make_tuple(canvas.height(), canvas.width(), 3), "uint8", data);
  std::ranges::copy(std::as_bytes(canvas.rgb()), data);
  return picture;
}

nb::object Lanes::oracle() const {
  const Entry entry(busy_);
  ActionMemory memory(env_->spec().action, size());
  if (!env_->oracle(memory.view())) return nb::none();
  std::byte* data = nullptr;
  nb::object actions = new_array(nb::make_tuple(size()), "int64", data);
  std::ranges::copy(memory.view().discrete, reinterpret_cast<std::int64_t*>(data));
  return actions;
}

nb::dict Lanes::spec() const {
  const EnvSpec& spec = env_->spec();
  nb::dict dict;
  dict["name"] = spec.name;
  nb::list shape;
  for (int i = 0; i < spec.observation.shape.rank; ++i) shape.append(spec.observation.shape[i]);
  dict["shape"] = nb::tuple(shape);
  dict["dtype"] = spec.observation.element == Element::kUint8 ? "uint8" : "float32";
  dict["low"] = spec.observation.low;
  dict["high"] = spec.observation.high;
  if (const auto* discrete = std::get_if<Discrete>(&spec.action)) {
    dict["actions"] = discrete->n;
    dict["action_names"] = discrete->names;
  } else {
    dict["action_low"] = list_of(std::get<Box>(spec.action).low);
    dict["action_high"] = list_of(std::get<Box>(spec.action).high);
  }
  dict["max_episode_steps"] = spec.max_episode_steps;
  dict["masked"] = spec.masked;
  dict["steps_per_second"] = spec.steps_per_second;
  dict["picture_aspect"] = spec.picture_aspect;
  return dict;
}

}  // namespace tengen::python
