// A fixed set of threads runs numbered chunks of work. The thread budget is one explicit setting.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace tengen {

/// A non-owning reference to a callable `void(int)`: two words, no allocation.
class ChunkFunction {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, ChunkFunction>)
      ChunkFunction(F&& function)  // NOLINT(google-explicit-constructor)
      : object_(const_cast<void*>(static_cast<const void*>(&function))),
        call_([](void* object, int chunk) {
          (*static_cast<std::remove_reference_t<F>*>(object))(chunk);
        }) {}
  void operator()(int chunk) const { call_(object_, chunk); }

 private:
  void* object_;
  void (*call_)(void*, int);
};

/// Runs chunks of work on `threads` threads, the caller's included: WorkerPool(1) starts no thread.
///
/// Which thread runs a chunk is fixed (chunk i on thread i mod threads), so thread-local caches
/// stay warm; results must not depend on it. There is one caller at a time, and no run within a
/// run.
class WorkerPool {
 public:
  /// threads ≥ 1. Throws Error if the system gives no more threads.
  explicit WorkerPool(int threads = 1);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  [[nodiscard]] int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls function(0) … function(chunks − 1) and returns when all are done. Allocates nothing.
  /// The exception of the lowest-numbered failing chunk, if any, is rethrown here: with any number
  /// of threads the same.
  void run(int chunks, ChunkFunction function);

 private:
  void stop();
  void work(int thread);
  void run_share(int thread, int chunks, const ChunkFunction& function);

  // The caller writes what the round is and then changes round_, which publishes it to the workers;
  // the workers count running_ down to 0, which hands their results back.
  std::atomic<std::uint32_t> round_{0};
  std::atomic<std::uint32_t> running_{0};
  const ChunkFunction* function_ = nullptr;
  int chunks_ = 0;
  bool stopping_ = false;
  struct Failure {
    std::exception_ptr what;
    int chunk = 0;
  };
  std::vector<Failure> failures_;  // one a thread: each stops at its first
  std::vector<std::thread> workers_;
};

}  // namespace tengen
