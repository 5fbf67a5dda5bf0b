#include "harness/run/failure_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/run/tally.h"

namespace fficheck {
namespace {

TEST(SplitMessage, AMessageOfBothSidesIsTakenApart) {
  const auto parts = split_message("echo-0: result.a: expected false, seen true");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->where, "echo-0: result.a");
  EXPECT_EQ(parts->expected, "false");
  EXPECT_EQ(parts->seen, "true");
}

TEST(SplitMessage, WhatIsQuotedIsPassedOver) {
  const auto parts =
      split_message(R"(f: result: expected "a, seen \", seen b", seen "c: expected d")");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->expected, R"("a, seen \", seen b")");
  EXPECT_EQ(parts->seen, R"("c: expected d")");
}

TEST(SplitMessage, ATornQuotationStillTellsBothSides) {
  const auto parts = split_message("f: result: expected ...ab\" (300 bytes), seen \"\"");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->seen, "\"\"");
}

TEST(SplitMessage, AMessageOfAnotherFormIsLeftWhole) {
  EXPECT_FALSE(split_message("the worker was lost: signal 11"));
  EXPECT_FALSE(split_message("f: expected 1"));
  EXPECT_FALSE(split_message(""));
}

TEST(ShellWord, WhatAShellWouldTakeApartIsQuoted) {
  EXPECT_EQ(shell_word("results/go-echo.case"), "results/go-echo.case");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("$(x)"), "'$(x)'");
}

TEST(Tally, WhatAReportShowsOfAFailureSurvivesTheJournal) {
  FailureRecord failure{.target = "go",
                        .property = "echo",
                        .file = "a.case",
                        .message = "f: result: expected 1, seen 2",
                        .index = 7,
                        .leg = "race",
                        .schema = "interface api {}",
                        .steps = {"call f(1)"},
                        .log = "what it printed",
                        .shrunk = true,
                        .confirmed = false};
  Tally tally;
  tally.list(failure);
  const nlohmann::json json = to_json(tally);
  EXPECT_EQ(json["failures"][0]["seen"], "2");
  const Result<Tally> read = tally_from_json(json);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(read.value(), tally);
}

TEST(Tally, AJournalFromBeforeReportsIsStillRead) {
  const auto json = nlohmann::json::parse(
      R"({"targets":{},"unlisted_failures":0,"failures":[
          {"target":"go","property":"echo","case":"","message":"m","index":1}]})");
  const Result<Tally> read = tally_from_json(json);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(read.value().failures.at(0).message, "m");
}

TEST(FailureRecord, LongTextsAreCutAtACharacter) {
  FailureRecord failure;
  for (int i = 0; i < 20000; ++i) failure.schema += "é";
  failure.schema.insert(0, "x");
  failure.steps.assign(50, std::string(1000, 's'));
  failure.cut();
  EXPECT_LT(failure.schema.size(), FailureRecord::kMaxShown + 20);
  EXPECT_NO_THROW((void)nlohmann::json(failure.schema).dump());
  std::size_t bytes = 0;
  for (const std::string& step : failure.steps) bytes += step.size();
  EXPECT_LT(bytes, FailureRecord::kMaxShown + 1100);
  EXPECT_EQ(failure.steps.back(), "... (cut)");
}

}  // namespace
}  // namespace fficheck
