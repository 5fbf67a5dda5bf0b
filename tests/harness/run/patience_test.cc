#include "harness/run/patience.h"

#include <gtest/gtest.h>

namespace fficheck {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLimit{5000};
const Patience::Clock::time_point kStart{};

TEST(Patience, AHangEndsAtTheLimit) {
  Patience patience(kLimit, kStart, milliseconds(700));
  EXPECT_EQ(patience.due(), kStart + kLimit);
  EXPECT_FALSE(patience.renew(patience.due(), milliseconds(701)));
}

TEST(Patience, WorkOnALoadedMachineHasTheLimitAgainButNotForEver) {
  Patience patience(kLimit, kStart, milliseconds(0));
  milliseconds processor{0};
  int renewed = 0;
  while (patience.renew(patience.due(), processor += milliseconds(20))) ++renewed;
  EXPECT_EQ(renewed, Patience::kRenewals);
  EXPECT_EQ(patience.due(), kStart + kLimit * (1 + Patience::kRenewals));
}

TEST(Patience, WorkThatUsesAWholeLimitOfTheProcessorIsNoWork) {
  Patience patience(kLimit, kStart, milliseconds(0));
  EXPECT_TRUE(patience.renew(patience.due(), milliseconds(4000)));
  EXPECT_FALSE(patience.renew(patience.due(), milliseconds(8000)));
}

TEST(Patience, WhatComesForwardMayTakeAsLongAsItDoes) {
  Patience patience(kLimit, kStart, milliseconds(0), 7);
  for (std::uint64_t ended = 8; ended < 100; ++ended)
    ASSERT_TRUE(patience.renew(patience.due(), milliseconds(10'000), ended));
  EXPECT_FALSE(patience.renew(patience.due(), milliseconds(10'000), 99));
}

}  // namespace
}  // namespace fficheck
