#include "bench/blocks/processor.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

namespace fficheck {
namespace {

using namespace std::chrono_literals;

cpu_set_t processors(pid_t thread = 0) {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  EXPECT_EQ(sched_getaffinity(thread, sizeof mine, &mine), 0);
  return mine;
}

std::uint64_t last_processor() {
  const cpu_set_t mine = processors();
  std::uint64_t last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(last, &mine)) --last;
  return last;
}

/// A thread of this process that runs only when no other wants to.
std::optional<pid_t> idle_thread() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    const pid_t thread = std::stoi(entry.path().filename());
    if (sched_getscheduler(thread) == SCHED_IDLE) return thread;
  }
  return std::nullopt;
}

TEST(OnProcessor, KeepsThisThreadAndThoseThatItStartsUntilItsEnd) {
  const cpu_set_t before = processors();
  const std::uint64_t last = last_processor();
  {
    const OnProcessor there(last);
    ASSERT_TRUE(there.kept());
    EXPECT_EQ(kept_processor(), last);
    std::thread([last] { EXPECT_EQ(kept_processor(), last); }).join();
  }
  const cpu_set_t after = processors();
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(OnProcessor, AProcessorThatThereIsNotChangesNothing) {
  const cpu_set_t before = processors();
  for (const std::uint64_t none :
       {std::uint64_t{CPU_SETSIZE - 1}, std::uint64_t{CPU_SETSIZE}, ~std::uint64_t{0}}) {
    const OnProcessor there(none);
    EXPECT_FALSE(there.kept()) << none;
    const cpu_set_t now = processors();
    EXPECT_TRUE(CPU_EQUAL(&before, &now));
  }
}

TEST(KeptProcessor, IsNothingWhereThereIsAChoice) {
  const cpu_set_t mine = processors();
  if (CPU_COUNT(&mine) < 2) GTEST_SKIP() << "one processor only";
  EXPECT_EQ(kept_processor(), std::nullopt);
}

TEST(Awake, AThreadOfLowestPriorityTurnsOnTheProcessorWhileItLives) {
  EXPECT_EQ(idle_thread(), std::nullopt);
  {
    const OnProcessor there(last_processor());
    const Awake awake;
    std::optional<pid_t> found;
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (!(found = idle_thread()) && std::chrono::steady_clock::now() < limit)
      std::this_thread::yield();
    ASSERT_TRUE(found);
    const cpu_set_t its = processors(*found);
    EXPECT_EQ(CPU_COUNT(&its), 1);
    EXPECT_TRUE(CPU_ISSET(last_processor(), &its));
  }
  EXPECT_EQ(idle_thread(), std::nullopt);
}

}  // namespace
}  // namespace fficheck
