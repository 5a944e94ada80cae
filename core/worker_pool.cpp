#include "core/worker_pool.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <system_error>

namespace tengen {

WorkerPool::WorkerPool(int threads) : failures_(usize(threads)) {
  TENGEN_CHECK(threads >= 1);
  workers_.reserve(usize(threads) - 1);
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
  } catch (const std::system_error& error) {
    stop();
    throw Error("cannot start {} threads: {}", threads, error.code().message());
  }
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::stop() {
  stopping_ = true;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void WorkerPool::run_share(int thread, int chunks, const ChunkFunction& function) {
  int chunk = thread;
  try {
    for (; chunk < chunks; chunk += threads()) function(chunk);
  } catch (...) {
    failures_[usize(thread)] = {std::current_exception(), chunk};
  }
}

void WorkerPool::run(int chunks, ChunkFunction function) {
  if (workers_.empty() || chunks <= 1) {
    for (int chunk = 0; chunk < chunks; ++chunk) function(chunk);
    return;
  }
  TENGEN_CHECK(running_.load() == 0, "WorkerPool::run within or beside another run");
  function_ = &function;
  chunks_ = chunks;
  running_.store(static_cast<std::uint32_t>(workers_.size()), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  run_share(0, chunks, function);
  while (const std::uint32_t running = running_.load(std::memory_order_acquire))
    running_.wait(running, std::memory_order_relaxed);
  Failure first;
  for (Failure& failure : failures_) {
    if (failure.what && (!first.what || failure.chunk < first.chunk)) first = failure;
    failure.what = nullptr;
  }
  if (first.what) std::rethrow_exception(first.what);
}

void WorkerPool::work(int thread) {
  for (std::uint32_t seen = 0;; ++seen) {
    // The library's wait spins for a moment before it sleeps. Spinning longer was measured to cost
    // more than it saves where other threads want the cores.
    round_.wait(seen, std::memory_order_acquire);
    if (stopping_) return;
    run_share(thread, chunks_, *function_);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) running_.notify_one();
  }
}

}  // namespace tengen
