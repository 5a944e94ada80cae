#include "core/worker_pool.hpp"

#include "core/check.hpp"

namespace tengen {

WorkerPool::WorkerPool(int threads) : failures_(static_cast<std::size_t>(threads)) {
  TENGEN_CHECK(threads >= 1);
  workers_.reserve(static_cast<std::size_t>(threads) - 1);
  for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  started_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void WorkerPool::run_share(int thread, int chunks, const ChunkFunction& function) {
  try {
    for (int chunk = thread; chunk < chunks; chunk += threads()) function(chunk);
  } catch (...) {
    failures_[static_cast<std::size_t>(thread)] = std::current_exception();
  }
}

void WorkerPool::run(int chunks, ChunkFunction function) {
  if (workers_.empty() || chunks <= 1) {
    for (int chunk = 0; chunk < chunks; ++chunk) function(chunk);
    return;
  }
  {
    const std::scoped_lock lock(mutex_);
    function_ = &function;
    chunks_ = chunks;
    running_ = static_cast<int>(workers_.size());
    ++round_;
  }
  started_.notify_all();
  run_share(0, chunks, function);
  {
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [this] { return running_ == 0; });
  }
  for (std::exception_ptr& failure : failures_) {
    if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
  }
}

void WorkerPool::work(int thread) {
  std::uint64_t seen = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    started_.wait(lock, [&] { return stopping_ || round_ != seen; });
    if (stopping_) return;
    seen = round_;
    const ChunkFunction& function = *function_;
    const int chunks = chunks_;
    lock.unlock();
    run_share(thread, chunks, function);
    lock.lock();
    if (--running_ == 0) finished_.notify_one();
  }
}

}  // namespace tengen
