#include "bench/blocks/block_mode.h"

#include <benchmark/benchmark.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace fficheck {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

int calls = 0;

void spin(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(++calls);
  state.counters["allocs"] = 3;
}
void manual(benchmark::State& state) {
  for (auto _ : state) state.SetIterationTime(1e-6);
}
void broken(benchmark::State& state) {
  state.SkipWithError("no fixture");
  for (auto _ : state) {
  }
}

std::vector<json> answers(const std::string& requests) {
  static const bool registered = [] {
    benchmark::RegisterBenchmark("a/spin", spin);
    benchmark::RegisterBenchmark("a/spin/more", spin);
    benchmark::RegisterBenchmark("a.spin", spin);
    benchmark::RegisterBenchmark("manual", manual)->UseManualTime();
    benchmark::RegisterBenchmark("broken", broken);
    benchmark::RegisterBenchmark("(odd|name)[1]{2}\\", spin);
    return true;
  }();
  EXPECT_TRUE(registered);
  std::istringstream in(requests);
  std::ostringstream out;
  serve_blocks(in, out);
  std::vector<json> got;
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) got.push_back(json::parse(line));
  return got;
}

TEST(BlockMode, GreetsThenAnswersEachLineWithOne) {
  const auto got = answers("list\nnonsense\n\n");
  ASSERT_EQ(got.size(), 4u);
  EXPECT_EQ(got[0], json({{"fficheck_blocks", 1}}));
  EXPECT_TRUE(got[2].contains("error"));
  EXPECT_TRUE(got[3].contains("error"));
}

TEST(BlockMode, ListsTheRegisteredNames) {
  const auto got = answers("list\n");
  EXPECT_EQ(got.at(1)["benchmarks"], json({"a/spin", "a/spin/more", "a.spin", "manual/manual_time",
                                           "broken", "(odd|name)[1]{2}\\"}));
}

TEST(BlockMode, ABlockLastsAtLeastAsLongAsAsked) {
  const auto start = std::chrono::steady_clock::now();
  const auto got = answers("block 3e6 a/spin\n");
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(got.at(1)["ns"].get<double>(), 3e6);
  EXPECT_LE(got.at(1)["ns"].get<double>(), took.count());
  EXPECT_GT(got.at(1)["iterations"].get<int>(), 1000);
  EXPECT_EQ(got.at(1)["counters"]["allocs"], 3);
}

TEST(BlockMode, TimeThatABenchmarkSetsItselfIsTheBlocks) {
  const auto got = answers("block 2000000 manual/manual_time\n");
  EXPECT_NEAR(got.at(1)["ns"].get<double>() / got.at(1)["iterations"].get<double>(), 1000, 1e-3);
}

TEST(BlockMode, NamesAreNoPatterns) {
  EXPECT_GT(answers("block 1000 (odd|name)[1]{2}\\\n").at(1)["iterations"].get<int>(), 0);
  EXPECT_THAT(answers("block 1000 a.*\n").at(1)["error"].get<std::string>(), HasSubstr("a.*"));
  EXPECT_THAT(answers("block 1000 odd\n").at(1)["error"].get<std::string>(), HasSubstr("odd"));
}

TEST(BlockMode, AnErrorLeavesTheProgramUsable) {
  const auto got = answers(
      "block 1000 broken\nblock x a/spin\nblock -1 a/spin\nblock 1000\nblock 1000 a/spin\n");
  EXPECT_EQ(got.at(1), json({{"error", "no fixture"}}));
  for (std::size_t i = 2; i < 5; ++i) EXPECT_TRUE(got.at(i).contains("error")) << got[i];
  EXPECT_TRUE(got.at(5).contains("ns"));
}

}  // namespace
}  // namespace fficheck
