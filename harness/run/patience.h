// How long something is waited for, on a machine that may have load.
#pragma once

#include <time.h>

#include <chrono>
#include <cstdint>

namespace fficheck {

/// A limit is wall time in which nothing happens: on a loaded machine work takes long, and that is
/// no hang. So where something came forward meanwhile, or the process had a little of the
/// processor, though not a whole limit of it, the limit begins again. Pure; no clock of its own.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;
  using nanoseconds = std::chrono::nanoseconds;
  /// How often processor time alone renews a limit.
  static constexpr int kRenewals = 9;
  /// Of its limit, what a process that works has of the processor however many others want it, and
  /// one that hangs has not.
  static constexpr int kWorkingShare = 500;

  /// `processor`: what the process that is waited for has used so far. `progress`: any number that
  /// grows where something comes forward.
  Patience(std::chrono::milliseconds limit, Clock::time_point now, nanoseconds processor,
           std::uint64_t progress = 0)
      : limit_(limit), due_(now + limit), begun_(processor), last_(processor), seen_(progress) {}

  [[nodiscard]] Clock::time_point due() const { return due_; }
  /// At the end of the limit: whether it begins again.
  bool renew(Clock::time_point now, nanoseconds processor, std::uint64_t progress = 0) {
    const nanoseconds used = processor - last_;
    last_ = processor;
    if (progress != seen_) {
      seen_ = progress;
    } else {
      if (renewals_ == kRenewals || processor - begun_ >= limit_ || used < limit_ / kWorkingShare)
        return false;
      ++renewals_;
    }
    due_ = now + limit_;
    return true;
  }

 private:
  std::chrono::milliseconds limit_;
  Clock::time_point due_;
  nanoseconds begun_;
  nanoseconds last_;
  std::uint64_t seen_;
  int renewals_ = 0;
};

/// Processor time of this process.
[[nodiscard]] inline std::chrono::nanoseconds processor_time() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

}  // namespace fficheck
