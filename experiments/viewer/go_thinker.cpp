#include "experiments/viewer/go_thinker.hpp"

#include <utility>

namespace tengen {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kReportEvery{200};

}  // namespace

GoThinker::GoThinker() : thread_([this] { run(); }) {}

GoThinker::~GoThinker() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    next_.reset();
    ++number_;
  }
  asked_.notify_one();
  thread_.join();
}

void GoThinker::analyse(GoPlayer& player, const GoGame& game, int tag, bool ownership) {
  ask({&player, game, ownership, false, {}, 0}, tag);
}

void GoThinker::choose(GoPlayer& player, const GoGame& game, int tag, const ThinkLimit& limit,
                       bool ownership) {
  ask({&player, game, ownership, true, limit, 0}, tag);
}

void GoThinker::ask(Question question, int tag) {
  {
    const std::lock_guard lock(mutex_);
    question.number = ++number_;
    next_ = std::move(question);
    state_ = {tag, true, {}, {}, ""};
  }
  asked_.notify_one();
}

void GoThinker::stop() {
  const std::lock_guard lock(mutex_);
  ++number_;
  next_.reset();
  state_ = {};
}

GoThinker::State GoThinker::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

template <class F>
void GoThinker::tell(std::uint64_t number, F&& change) {
  const std::lock_guard lock(mutex_);
  if (number == number_) change(state_);
}

void GoThinker::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    asked_.wait(lock, [this] { return closing_ || next_.has_value(); });
    if (closing_) return;
    Question question = std::move(*next_);
    next_.reset();
    lock.unlock();
    try {
      answer(question);
    } catch (const std::exception& error) {
      tell(question.number, [&](State& state) { state.error = error.what(); });
    }
    tell(question.number, [](State& state) { state.thinking = false; });
    lock.lock();
  }
}

void GoThinker::answer(Question& question) {
  GoPlayer& player = *question.player;
  Clock::time_point reported = Clock::now();
  const auto report = [&] {
    GoAnalysis analysis = player.analysis();
    tell(question.number, [&](State& state) { state.analysis = std::move(analysis); });
    reported = Clock::now();
  };
  const auto report_now_and_then = [&] {
    if (Clock::now() - reported >= kReportEvery) report();
  };
  player.check_board(question.game.rows(), question.game.columns());
  if (question.choose) {
    const int action = player.choose_watched(question.game, question.limit, question.ownership,
                                             report_now_and_then);
    report();
    return tell(question.number, [&](State& state) { state.action = action; });
  }
  const bool can = player.analyse(question.game, question.ownership, [&] {
    if (number_ != question.number) return true;
    report_now_and_then();
    return false;
  });
  if (!can) throw Error("{} cannot analyse", player.name());
  if (number_ == question.number) report();
}

}  // namespace tengen
