#include "targets/native/script_timers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace fficheck {
namespace {

using std::chrono::hours;

TEST(ScriptTimers, StopRunsWhatIsNotDueAndWhatThatAdds) {
  ScriptTimers timers;
  int ran = 0;
  timers.add(ScriptTimers::Clock::now() + hours(1), [&] {
    ++ran;
    timers.add(ScriptTimers::Clock::now() + hours(1), [&] { ++ran; });
  });
  timers.stop();
  EXPECT_EQ(ran, 2);
}

TEST(ScriptTimers, WhatIsAddedWhileAnotherStopsIsRunByTheNextStopAtTheLatest) {
  ScriptTimers timers;
  std::atomic<int> ran = 0;
  const auto note = [&ran] { ++ran; };
  constexpr int kTimes = 1000;
  for (int i = 1; i <= kTimes; ++i) {
    timers.add(ScriptTimers::Clock::now(), note);
    std::latch together(2);
    std::jthread adds([&] {
      together.arrive_and_wait();
      for (int spin = 0; spin < i % 200 * 10; ++spin) asm volatile("" ::: "memory");
      timers.add(ScriptTimers::Clock::now() + hours(1), note);
    });
    together.arrive_and_wait();
    timers.stop();
    adds.join();
    timers.stop();
    ASSERT_EQ(ran, 2 * i);
  }
}

}  // namespace
}  // namespace fficheck
