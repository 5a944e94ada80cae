// A tree, evaluators and threads that search together until a limit is reached.
#pragma once

#include "agents/search/cache.hpp"
#include "agents/search/evaluator.hpp"
#include "agents/search/tree.hpp"
#include "core/check.hpp"
#include "core/rng.hpp"
#include "core/system/interrupt.hpp"
#include "core/usize.hpp"
#include "core/worker_pool.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace tengen {

/// When a search ends: at the limit that is reached first. A proven root ends it, too, and so does
/// a tree that has grown to SearcherOptions::tree_bytes.
struct SearchLimits {
  int simulations = 0;                      ///< 0: no such limit
  double seconds = 0;                       ///< 0: no such limit
  const std::atomic<bool>* stop = nullptr;  ///< set by another thread
};

struct SearcherOptions {
  int threads = 1;
  int batch = 8;  ///< leaves that a thread evaluates together at most, ≥ 1; fewer in a small tree
  std::size_t cache_bytes = 0;                    ///< of evaluations kept beyond the tree; 0: none
  std::size_t tree_bytes = std::size_t{1} << 30;  ///< a search ends when its tree is as large
};

using EvaluatorFactory = std::function<std::unique_ptr<Evaluator>()>;

/// One game searched by 1 … n threads in one tree. Evaluations run beside each other; one thread
/// at a time has the tree. With one thread a search is determined by its arguments (unless time
/// ends it); with more, by their timing as well. One caller at a time.
template <Game G>
class Searcher {
 public:
  /// Called on the searching caller's thread, with the tree to itself.
  using Progress = std::function<void(const SearchTree<G>&)>;

  /// `make` is called once a thread.
  Searcher(const G& position, const SearchOptions& options, const EvaluatorFactory& make,
           const SearcherOptions& how = {});

  /// Sets the position to search next, which must have the spec of the last one. Results for it are
  /// kept if it is the last position or follows from it in at most two moves; returns whether there
  /// were any.
  bool set_position(const G& position);
  /// Searches; tree() has the result. The position must not be finished, and at least one limit
  /// must be set. `progress`, if given, is called about every `interval` seconds. Simulations of a
  /// tree that was kept are not counted. Throws what an evaluator throws, and Interrupted.
  void search(const SearchLimits& limits, Rng rng, RootNoise noise = RootNoise::kOff,
              const Progress& progress = {}, double interval = 1);

  [[nodiscard]] const SearchTree<G>& tree() const { return tree_; }
  [[nodiscard]] const EvaluationCache* cache() const { return cache_.get(); }
  /// Forgets tree and cache, for evaluators that have changed.
  void clear();

 private:
  using Time = std::chrono::steady_clock;

  struct Worker {
    Worker(const GameSpec& spec, int capacity, std::unique_ptr<Evaluator> answers)
        : batch(spec, capacity), pending(usize(capacity)), evaluator(std::move(answers)) {}
    EvaluationBatch batch;
    std::vector<Pending> pending;
    int rows = 0;
    std::unique_ptr<Evaluator> evaluator;
  };

  void work(int thread, const SearchLimits& limits, const Progress& progress, double interval);
  // Fills the worker's batch; the lock is held.
  void gather(Worker& worker, const SearchLimits& limits);
  void evaluate(Worker& worker);
  [[nodiscard]] bool over(const SearchLimits& limits) const;
  void give_up(Worker& worker);

  SearchTree<G> tree_;
  std::size_t tree_bytes_;
  std::unique_ptr<EvaluationCache> cache_;
  WorkerPool pool_;
  std::vector<Worker> workers_;
  std::mutex mutex_;                  // of the tree
  std::condition_variable absorbed_;  // leaves came back
  std::atomic<bool> failed_{false};
  Time::time_point start_;
};

/// Follows the tree to `position` if that is its root or lies at most two moves below; otherwise
/// the tree starts anew from there. Returns whether the tree was kept.
template <Game G>
bool follow_to(SearchTree<G>& tree, const G& position);

template <Game G>
Searcher<G>::Searcher(const G& position, const SearchOptions& options, const EvaluatorFactory& make,
                      const SearcherOptions& how)
    : tree_(position, options), tree_bytes_(how.tree_bytes), pool_(how.threads) {
  if (how.batch < 1) throw UsageError("a batch of {} leaves: at least 1", how.batch);
  if (how.cache_bytes > 0) {
    cache_ = std::make_unique<EvaluationCache>(position.spec(), how.cache_bytes);
  }
  for (int i = 0; i < how.threads; ++i) workers_.emplace_back(tree_.spec(), how.batch, make());
}

template <Game G>
bool Searcher<G>::set_position(const G& position) {
  return follow_to(tree_, position);
}

template <Game G>
void Searcher<G>::clear() {
  tree_.reset(G(tree_.position()));
  if (cache_) cache_->clear();
}

template <Game G>
void Searcher<G>::search(const SearchLimits& limits, Rng rng, RootNoise noise,
                         const Progress& progress, double interval) {
  TENGEN_CHECK(limits.simulations > 0 || limits.seconds > 0 || limits.stop != nullptr,
               "a search without end");
  start_ = Time::now();
  failed_ = false;
  tree_.begin(limits.simulations, noise, rng);
  const auto share = [&](int thread) { work(thread, limits, progress, interval); };
  pool_.run(pool_.threads(), share);
  stop_if_interrupted();
}

template <Game G>
bool Searcher<G>::over(const SearchLimits& limits) const {
  if (failed_ || (limits.stop != nullptr && *limits.stop) || interrupted()) return true;
  if (!tree_.evaluated()) return false;
  if (tree_.solved() || tree_.bytes() >= tree_bytes_ ||
      (limits.simulations > 0 && tree_.remaining() == 0))
    return true;
  return limits.seconds > 0 &&
         std::chrono::duration<double>(Time::now() - start_).count() >= limits.seconds;
}

template <Game G>
void Searcher<G>::work(int thread, const SearchLimits& limits, const Progress& progress,
                       double interval) {
  Worker& worker = workers_[usize(thread)];
  auto next_report = start_ + std::chrono::duration<double>(interval);
  std::unique_lock lock(mutex_);
  while (!over(limits)) {
    gather(worker, limits);
    if (worker.rows > 0) {
      lock.unlock();
      try {
        evaluate(worker);
        lock.lock();
        while (worker.rows > 0) {
          const int row = worker.rows - 1;
          tree_.absorb(worker.batch, row, worker.pending[usize(row)]);
          worker.rows = row;
        }
      } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        give_up(worker);
        throw;
      }
      absorbed_.notify_all();
    } else if (tree_.pending() > 0 && !over(limits)) {
      absorbed_.wait(lock);  // every leaf that was found is another thread's
    }
    if (thread == 0 && progress && tree_.evaluated() && Time::now() >= next_report) {
      progress(tree_);
      next_report = Time::now() + std::chrono::duration_cast<Time::duration>(
                                      std::chrono::duration<double>(interval));
    }
  }
}

template <Game G>
void Searcher<G>::gather(Worker& worker, const SearchLimits& limits) {
  // Virtual losses mislead a small tree: leaves in flight stay a fraction of what is known.
  const int known = tree_.evaluated() ? tree_.root_visits() : 0;
  const int most = std::clamp(known / (8 * pool_.threads()), 1, worker.batch.capacity());
  worker.rows = 0;
  for (int finished = 0; worker.rows < most && finished < 64;) {
    if (tree_.evaluated() && limits.simulations > 0 && tree_.remaining() == 0) return;
    if (tree_.solved()) return;
    Pending& pending = worker.pending[usize(worker.rows)];
    const Descent descent = tree_.descend(worker.batch, worker.rows, pending);
    if (descent == Descent::kBusy) return;
    if (descent == Descent::kLeaf && cache_) pending.hash = tree_.leaf().hash();
    if (descent == Descent::kDone) {
      ++finished;
    } else if (cache_ && cache_->find(pending.hash, worker.batch, worker.rows)) {
      pending.symmetry = 0;
      tree_.absorb(worker.batch, worker.rows, pending);
      ++finished;
    } else {
      ++worker.rows;
    }
  }
}

template <Game G>
void Searcher<G>::evaluate(Worker& worker) {
  worker.evaluator->evaluate(worker.batch, worker.rows);
  if (!cache_) return;
  for (int row = 0; row < worker.rows; ++row) {
    const Pending& pending = worker.pending[usize(row)];
    cache_->put(pending.hash, worker.batch, row, pending.symmetry);
  }
}

template <Game G>
void Searcher<G>::give_up(Worker& worker) {
  failed_ = true;
  while (worker.rows > 0) tree_.cancel(worker.pending[usize(--worker.rows)]);
  absorbed_.notify_all();
}

template <Game G>
bool follow_to(SearchTree<G>& tree, const G& position) {
  const auto same = [&](const G& game) {
    return game.hash() == position.hash() && game == position;
  };
  if (same(tree.position())) return tree.evaluated();
  if (!tree.evaluated()) {
    tree.reset(position);
    return false;
  }
  std::vector<float> visits(usize(tree.spec().actions));
  std::vector<std::uint8_t> legal(visits.size());
  tree.visits(visits);
  for (std::size_t first = 0; first < visits.size(); ++first) {
    if (visits[first] == 0) continue;  // nothing below
    G one = tree.position();
    one.play(static_cast<int>(first));
    if (same(one)) return tree.advance(static_cast<int>(first));
    if (one.finished()) continue;
    one.legal(legal);
    for (std::size_t second = 0; second < legal.size(); ++second) {
      if (legal[second] == 0) continue;
      G two = one;
      two.play(static_cast<int>(second));
      if (!same(two)) continue;
      tree.advance(static_cast<int>(first));
      return tree.advance(static_cast<int>(second));
    }
  }
  tree.reset(position);
  return false;
}

}  // namespace tengen
