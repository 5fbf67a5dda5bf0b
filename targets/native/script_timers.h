// The control worker's own thread for what a script does later.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace fficheck {

/// Actions, each run once on a thread of its own when it is due. Any thread may add one, also while
/// another stops it. Stop it before it is destroyed.
class ScriptTimers {
 public:
  using Clock = std::chrono::steady_clock;

  void add(Clock::time_point due, std::function<void()> action) {
    const std::scoped_lock lock(mutex_);
    entries_.emplace_back(due, std::move(action));
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
    changed_.notify_all();
  }

  /// Runs at once what is left, and what is added meanwhile.
  void stop() {
    while (true) {
      std::thread ending;
      {
        const std::scoped_lock lock(mutex_);
        stopping_ = thread_.joinable();
        if (!stopping_) return;
        // Who adds one from now on starts another thread: this one may have seen its last.
        ending = std::move(thread_);
        changed_.notify_all();
      }
      ending.join();
    }
  }

 private:
  using Entry = std::pair<Clock::time_point, std::function<void()>>;

  void work() {
    std::unique_lock lock(mutex_);
    while (!stopping_ || !entries_.empty()) {
      const auto first =
          std::min_element(entries_.begin(), entries_.end(),
                           [](const Entry& a, const Entry& b) { return a.first < b.first; });
      if (first == entries_.end()) {
        changed_.wait(lock);
        continue;
      }
      if (!stopping_ && Clock::now() < first->first) {
        const Clock::time_point due = first->first;  // entries may move while it waits
        changed_.wait_until(lock, due);
        continue;
      }
      const std::function<void()> action = std::move(first->second);
      entries_.erase(first);
      lock.unlock();
      action();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Entry> entries_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace fficheck
