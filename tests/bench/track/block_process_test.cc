#include "bench/track/block_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <set>
#include <vector>

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
  ASSERT_EQ(listed.value().size(), 11u);
  EXPECT_EQ(listed.value()[0].name, "fake/fast");
  EXPECT_TRUE(listed.value()[0].counted);
  EXPECT_FALSE(listed.value()[2].counted);
  EXPECT_FALSE(listed.value()[0].one_processor);
  EXPECT_EQ(listed.value()[8].name, "fake/where");
  EXPECT_TRUE(listed.value()[8].one_processor);
  const auto block = p.block("fake/steady", 2'000'000);
  ASSERT_TRUE(block.ok()) << block.error().text();
  EXPECT_NEAR(block.value().ns, 1000, 1e-6);
  EXPECT_EQ(block.value().allocs, 1);
  EXPECT_EQ(block.value().bytes, 8);
  EXPECT_GE(block.value().took, 2'000'000);
  EXPECT_LT(block.value().took, 3'000'000);
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

/// What a block of a benchmark costs on either side, both freshly started.
std::array<BlockCost, 2> costs(ProgramContest& contest, const std::string& benchmark) {
  std::array<BlockCost, 2> out;
  for (const Side side : {Side::Baseline, Side::Candidate}) {
    auto started = contest.start(side);
    EXPECT_TRUE(started.ok());
    const auto cost = started.value()->block(benchmark, 1'000'000);
    EXPECT_TRUE(cost.ok());
    out[side == Side::Baseline ? 0 : 1] = cost.value();
  }
  return out;
}

TEST(ProgramContest, BothSidesShareAProcessorAndTheNextStartsTheNextOne) {
  cpu_set_t mine;
  ASSERT_EQ(sched_getaffinity(0, sizeof mine, &mine), 0);
  ProgramContest contest(FFICHECK_FAKE_BENCH, FFICHECK_FAKE_BENCH, 20s, {"fake/where"});
  std::set<double> seen;
  for (int k = 0; k < CPU_COUNT(&mine); ++k) {
    const auto [a, b] = costs(contest, "fake/where");
    EXPECT_EQ(a.allocs, 1);
    EXPECT_EQ(b.allocs, 1);
    EXPECT_EQ(a.bytes, b.bytes);
    seen.insert(a.bytes);
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(CPU_COUNT(&mine)));
}

TEST(ProgramContest, WhatIsNotKeptRunsAnywhere) {
  cpu_set_t mine;
  ASSERT_EQ(sched_getaffinity(0, sizeof mine, &mine), 0);
  ProgramContest contest(FFICHECK_FAKE_BENCH, FFICHECK_FAKE_BENCH, 20s, {});
  EXPECT_EQ(costs(contest, "fake/where")[0].allocs, CPU_COUNT(&mine));
}

TEST(ProgramContest, EachStartIsOfANewCopyThatGoesWithIt) {
  auto place = TempDir::create("contest");
  ASSERT_TRUE(place.ok());
  ASSERT_EQ(setenv("TMPDIR", place.value().path().c_str(), 1), 0);
  {
    ProgramContest contest(FFICHECK_FAKE_BENCH, FFICHECK_FAKE_BENCH, 20s, {});
    std::vector<std::unique_ptr<Contestant>> alive;
    std::set<double> files;
    for (const Side side : {Side::Baseline, Side::Candidate, Side::Baseline}) {
      auto started = contest.start(side);
      ASSERT_TRUE(started.ok()) << started.error().text();
      const auto cost = started.value()->block("fake/file", 1'000'000);
      ASSERT_TRUE(cost.ok());
      files.insert(cost.value().allocs);
      alive.push_back(std::move(started).value());
    }
    EXPECT_EQ(files.size(), 3u);
    EXPECT_FALSE(std::filesystem::is_empty(place.value().path()));
  }
  unsetenv("TMPDIR");
  EXPECT_TRUE(std::filesystem::is_empty(place.value().path()));
}

}  // namespace
}  // namespace fficheck
