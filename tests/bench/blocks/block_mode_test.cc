#include "bench/blocks/block_mode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace fficheck {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// A benchmark that takes `each` ns and makes 3 allocations of 8 bytes per iteration, after a first
/// iteration that takes 50 times as long; remembers how many iterations each run had.
Bench fake(std::string name, double each, std::vector<std::uint64_t>& runs) {
  auto run = [each, &runs](std::uint64_t n) -> Result<Measured> {
    const double count = static_cast<double>(n);
    const double cold = runs.empty() ? 49 * each : 0;
    runs.push_back(n);
    return Measured{.ns = count * each + cold, .allocs = 3 * count, .bytes = 24 * count};
  };
  return {.name = std::move(name), .floor = "", .run = std::move(run)};
}

std::vector<json> answers(const std::vector<Bench>& benches, const std::string& requests) {
  std::istringstream in(requests);
  std::ostringstream out;
  serve_blocks(benches, in, out);
  std::vector<json> got;
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) got.push_back(json::parse(line));
  return got;
}

TEST(BlockMode, GreetsThenAnswersEachLineWithOne) {
  const auto got = answers({}, "list\nnonsense\n\n");
  ASSERT_EQ(got.size(), 4u);
  EXPECT_EQ(got[0], json({{"fficheck_blocks", 1}}));
  EXPECT_EQ(got[1], json({{"benchmarks", json::array()}}));
  EXPECT_TRUE(got[2].contains("error"));
  EXPECT_TRUE(got[3].contains("error"));
}

TEST(BlockMode, ListsWhatThereIsInItsOrder) {
  std::vector<std::uint64_t> runs;
  std::vector<Bench> benches{fake("b/x", 1, runs), fake("a", 1, runs)};
  benches[1].counted = benches[1].one_processor = true;
  EXPECT_EQ(answers(benches, "list\n").at(1)["benchmarks"], json::parse(R"([
    {"name": "b/x", "floor": "", "counted": false, "one_processor": false},
    {"name": "a", "floor": "", "counted": true, "one_processor": true}])"));
}

TEST(BlockMode, ABlockLastsAtLeastAsLongAsAskedAndNotMuchLonger) {
  for (const double each : {0.01, 1.0, 812.5, 3e4, 9e5, 5e6}) {
    std::vector<std::uint64_t> runs;
    const auto got = answers({fake("a", each, runs)}, "block 2000000 a\n").at(1);
    EXPECT_GE(got["ns"], 2e6) << each;
    EXPECT_LE(got["ns"], std::max(2.5e6, 60 * each)) << each;
    EXPECT_EQ(got["allocs"], 3) << each;
    EXPECT_EQ(got["bytes"], 24) << each;
  }
}

TEST(BlockMode, LaterBlocksHaveTheIterationsOfTheFirst) {
  std::vector<std::uint64_t> runs;
  const auto got = answers({fake("a", 100, runs)}, "block 2000000 a\nblock 2000000 a\n");
  EXPECT_EQ(got.at(1)["iterations"], got.at(2)["iterations"]);
  ASSERT_GE(runs.size(), 3u);
  EXPECT_EQ(runs[runs.size() - 1], runs[runs.size() - 2]);
  EXPECT_EQ(runs[0], 1u);
}

TEST(BlockMode, CountsRunExactlyTheIterationsAsked) {
  std::vector<std::uint64_t> runs;
  EXPECT_EQ(answers({fake("a", 100, runs)}, "count 37 a\n").at(1), json({{"iterations", 37}}));
  EXPECT_EQ(runs, std::vector<std::uint64_t>({1, 37}));
}

/// Tells how many processors it may use as its allocations, and which it runs on as their bytes.
Bench where(bool one_processor) {
  auto run = [](std::uint64_t n) -> Result<Measured> {
    const double count = static_cast<double>(n);
    cpu_set_t mine;
    sched_getaffinity(0, sizeof mine, &mine);
    return Measured{
        .ns = 1000 * count, .allocs = count * CPU_COUNT(&mine), .bytes = count * sched_getcpu()};
  };
  return {.name = "where", .floor = "", .run = run, .one_processor = one_processor};
}

TEST(BlockMode, ABlockStaysOnTheProcessorAskedForAndTheNextIsFree) {
  cpu_set_t mine;
  ASSERT_EQ(sched_getaffinity(0, sizeof mine, &mine), 0);
  int last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(last, &mine)) --last;
  const auto got =
      answers({where(true)}, "block 1000 where " + std::to_string(last) + "\nblock 1000 where\n");
  EXPECT_EQ(got.at(1)["allocs"], 1);
  EXPECT_EQ(got.at(1)["bytes"], last);
  EXPECT_EQ(got.at(2)["allocs"], CPU_COUNT(&mine));
}

TEST(BlockMode, AProcessorThatThereIsNotIsRefusedAndAnyWhereTheBenchmarkWantsMore) {
  const auto refusal = [](bool one, const std::string& processor) {
    const auto got = answers({where(one)}, "block 1000 where " + processor + "\n");
    return got.at(1).value("error", "");
  };
  for (const char* none : {"1023", "1024", "18446744073709551615"})
    EXPECT_THAT(refusal(true, none), HasSubstr("no processor"));
  EXPECT_THAT(refusal(false, "0"), HasSubstr("not for one processor"));
}

TEST(BlockMode, ABenchmarkThatCostsNothingIsRefusedAndNotLoopedForEver) {
  std::vector<std::uint64_t> runs;
  EXPECT_THAT(answers({fake("a", 0, runs)}, "block 1000 a\n").at(1)["error"].get<std::string>(),
              HasSubstr("iterations"));
}

TEST(BlockMode, AnErrorLeavesTheProgramUsable) {
  std::vector<std::uint64_t> runs;
  std::vector<Bench> benches{
      fake("a b", 100, runs),
      {"broken", "", [](std::uint64_t) { return Result<Measured>(input_error("no fixture")); }}};
  const auto got =
      answers(benches,
              "block 1000 broken\ncount 1 broken\nblock x a b\nblock -1 a b\nblock 0 a b\n"
              "block 1000\nblock\nblock 1000 a\nblock 99999999999999999999 a b\n"
              "count 2000000000000 a b\nblock 1000 a b\n");
  ASSERT_EQ(got.size(), 12u);
  EXPECT_EQ(got[1], json({{"error", "no fixture"}}));
  EXPECT_EQ(got[2], json({{"error", "no fixture"}}));
  for (std::size_t i = 3; i < 11; ++i) EXPECT_TRUE(got[i].contains("error")) << i << got[i];
  EXPECT_TRUE(got[11].contains("ns")) << got[11];
}

}  // namespace
}  // namespace fficheck
