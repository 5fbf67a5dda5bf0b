// Where a campaign's time goes: seconds by phase, from several threads.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace fficheck {

/// Sums of wall time by phase. Threads sum up: two jobs of a second each are two seconds.
/// Phases: "generate", "emit", "write", "build", "lint", "run" (a session, from its start to its
/// end), "check" (processor time of the thread within "run": what is not waiting for the worker),
/// "shrink", "remove".
class Phases {
 public:
  void add(const std::string& phase, double seconds) {
    const std::scoped_lock lock(mutex_);
    seconds_[phase] += seconds;
  }
  [[nodiscard]] std::map<std::string, double> seconds() const {
    const std::scoped_lock lock(mutex_);
    return seconds_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, double> seconds_;
};

/// Adds the time until it goes; nothing where `phases` is nullptr.
class PhaseTimer {
 public:
  PhaseTimer(Phases* phases, const char* phase)
      : phases_(phases), phase_(phase), begun_(std::chrono::steady_clock::now()) {}
  ~PhaseTimer() {
    if (phases_ == nullptr) return;
    const auto spent = std::chrono::steady_clock::now() - begun_;
    phases_->add(phase_, std::chrono::duration<double>(spent).count());
  }
  PhaseTimer(const PhaseTimer&) = delete;
  PhaseTimer& operator=(const PhaseTimer&) = delete;

 private:
  Phases* phases_;
  const char* phase_;
  std::chrono::steady_clock::time_point begun_;
};

/// Processor time of the calling thread, in seconds.
[[nodiscard]] double thread_cpu_s();

}  // namespace fficheck
