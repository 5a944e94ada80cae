// One piece of work at a time on a thread of its own, beside the caller.
#pragma once

#include "core/check.hpp"

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace tengen {

/// A thread that does what it is given while the caller goes on. There may be one caller only.
class Background {
 public:
  Background() : thread_([this] { loop(); }) {}
  ~Background() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Begins `work`, which owns whatever it touches until the next wait(). Every work but the first
  /// must have been waited for.
  void start(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      TENGEN_CHECK(!work_ && !failure_, "start() before wait()");
      work_ = std::move(work);
    }
    changed_.notify_all();
  }
  /// Returns when nothing is under way. Rethrows what the work threw, every time from then on:
  /// nobody goes on after a failure that somebody else has caught.
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !work_; });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || work_; });
      if (!work_) return;
      lock.unlock();
      std::exception_ptr failure;
      try {
        work_();
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      failure_ = failure;
      work_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> work_;
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::thread thread_;  // last: starts when the rest is there
};

}  // namespace tengen
