#include "bench/track/instructions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/core/sanitized.h"
#include "harness/run/process.h"

namespace fficheck {
namespace {

using ::testing::HasSubstr;

std::string no_counting() {
  if (kAddressSanitizer || kThreadSanitizer) return "valgrind runs no program with a sanitizer";
  return can_count_instructions() ? "" : "valgrind is not installed";
}

TEST(CountInstructions, RepeatToTheInstructionAndSeeHalfAPercent) {
  if (const std::string reason = no_counting(); !reason.empty()) GTEST_SKIP() << reason;
  std::map<std::string, std::string> errors;
  const std::vector<std::string> names{"fake/loop-1000", "fake/loop-1005"};
  const auto one = count_instructions(FFICHECK_FAKE_BENCH, names, errors);
  const auto two = count_instructions(FFICHECK_FAKE_BENCH, names, errors);
  ASSERT_TRUE(one.ok()) << one.error().text();
  ASSERT_TRUE(two.ok());
  EXPECT_TRUE(errors.empty());
  EXPECT_EQ(one.value(), two.value());
  const double less = one.value().at("fake/loop-1000");
  const double more = one.value().at("fake/loop-1005");
  EXPECT_GT(less, 1000);
  EXPECT_NEAR(more / less, 1.005, 0.0005);
}

TEST(CountInstructions, OneThatFailsLeavesTheOthers) {
  if (const std::string reason = no_counting(); !reason.empty()) GTEST_SKIP() << reason;
  std::map<std::string, std::string> errors;
  const auto counts =
      count_instructions(FFICHECK_FAKE_BENCH,
                         {"fake/refused", "fake/crash", "fake/nothing", "fake/loop-1000"}, errors);
  ASSERT_TRUE(counts.ok()) << counts.error().text();
  EXPECT_EQ(counts.value().size(), 1u);
  EXPECT_THAT(errors.at("fake/refused"), HasSubstr("no fixture"));
  EXPECT_THAT(errors.at("fake/nothing"), HasSubstr("no benchmark"));
  EXPECT_FALSE(errors.at("fake/crash").empty());
}

}  // namespace
}  // namespace fficheck
