#include "bench/track/block_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace fficheck {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// The fake bench program, misbehaving as `how` says.
Result<std::unique_ptr<BlockProcess>> start(const std::string& how,
                                            std::chrono::milliseconds limit = 20s) {
  return BlockProcess::start({"env", "FFICHECK_FAKE=" + how, FFICHECK_FAKE_BENCH}, limit);
}

TEST(BlockProcess, ListsAndMeasures) {
  auto started = start("");
  ASSERT_TRUE(started.ok()) << started.error().text();
  BlockProcess& p = *started.value();
  const auto listed = p.list();
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed.value().size(), 7u);
  EXPECT_EQ(listed.value()[0].name, "fake/fast");
  EXPECT_TRUE(listed.value()[0].counted);
  EXPECT_FALSE(listed.value()[2].counted);
  const auto block = p.block("fake/steady", 2'000'000);
  ASSERT_TRUE(block.ok()) << block.error().text();
  EXPECT_NEAR(block.value().ns, 1000, 1e-6);
  EXPECT_EQ(block.value().allocs, 1);
  EXPECT_EQ(block.value().bytes, 8);
  EXPECT_TRUE(p.count("fake/fast", 10).ok());
  EXPECT_TRUE(p.finish().success());
}

TEST(BlockProcess, ABenchmarksOwnErrorLeavesItUsable) {
  auto started = start("");
  ASSERT_TRUE(started.ok());
  for (const char* name : {"fake/refused", "fake/nothing"}) {
    const auto block = started.value()->block(name, 1000);
    ASSERT_FALSE(block.ok());
    EXPECT_EQ(block.error().blame, Blame::Input) << name;
  }
  EXPECT_TRUE(started.value()->block("fake/fast", 1000).ok());
}

TEST(BlockProcess, ACrashSaysWhatTheProgramSaid) {
  auto started = start("");
  ASSERT_TRUE(started.ok());
  const auto block = started.value()->block("fake/crash", 1000);
  ASSERT_FALSE(block.ok());
  EXPECT_EQ(block.error().blame, Blame::Environment);
  EXPECT_THAT(block.error().message, HasSubstr("signal 6"));
  EXPECT_THAT(block.error().message, HasSubstr("about to end"));
  EXPECT_FALSE(started.value()->block("fake/fast", 1000).ok());
}

TEST(BlockProcess, AHangEndsAtTheTimeLimit) {
  auto started = start("", 300ms);
  ASSERT_TRUE(started.ok());
  const auto before = std::chrono::steady_clock::now();
  const auto block = started.value()->block("fake/hang", 1000);
  ASSERT_FALSE(block.ok());
  EXPECT_EQ(block.error().blame, Blame::Environment);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 20s);
}

TEST(BlockProcess, ProgramsWithoutBlockModeAreRefusedWithARemedy) {
  for (const char* how : {"old", "other", "silent", "endless"}) {
    const auto refused = start(how, 500ms);
    ASSERT_FALSE(refused.ok()) << how;
    EXPECT_EQ(refused.error().blame, Blame::Environment) << how;
    EXPECT_THAT(refused.error().remedy, HasSubstr("later")) << how;
  }
  EXPECT_FALSE(BlockProcess::start({"/nonexistent/bench"}, 1s).ok());
}

}  // namespace
}  // namespace fficheck
