// One processor for a block: what a comparison does so that two blocks can be compared.
#pragma once

#include <sched.h>

#include <cstdint>
#include <optional>
#include <thread>

namespace fficheck {

/// Keeps this thread on one processor while it lives, and all threads and processes that it starts
/// meanwhile for as long as they live.
class OnProcessor {
 public:
  explicit OnProcessor(std::uint64_t processor);
  ~OnProcessor();
  OnProcessor(const OnProcessor&) = delete;
  OnProcessor& operator=(const OnProcessor&) = delete;
  /// False where there is no such processor for this process.
  [[nodiscard]] bool kept() const { return kept_; }

 private:
  cpu_set_t before_{};
  bool kept_ = false;
};

/// The processor that this thread is kept on; nothing where it may run on several.
std::optional<std::uint64_t> kept_processor();

/// Keeps the processors that this thread may run on from falling asleep while it lives: a thread
/// turns there whenever no other wants to (SCHED_IDLE). Where the system refuses such threads
/// nothing happens.
class Awake {
 public:
  Awake();

 private:
  std::jthread thread_;
};

}  // namespace fficheck
