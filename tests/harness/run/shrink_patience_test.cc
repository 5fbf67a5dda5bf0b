#include "harness/run/shrink_patience.h"

#include <gtest/gtest.h>

namespace fficheck {
namespace {

using std::chrono::milliseconds;

TEST(ShrinkPatience, IsWholeAsLongAsNothingHangs) {
  ShrinkPatience patience(milliseconds(5000));
  patience.saw(milliseconds(40), true);
  patience.saw(milliseconds(900), false);
  EXPECT_EQ(patience.limit(), milliseconds(5000));
  EXPECT_FALSE(patience.bounded());
}

TEST(ShrinkPatience, IsAFewTimesWhatDidNotHangOnceAReplayHung) {
  ShrinkPatience patience(milliseconds(5000));
  patience.saw(milliseconds(5100), true);
  EXPECT_TRUE(patience.bounded());
  EXPECT_EQ(patience.limit(), ShrinkPatience::kLeast);
  patience.saw(milliseconds(300), false);
  EXPECT_EQ(patience.limit(), milliseconds(1200));
  patience.saw(milliseconds(4000), false);
  EXPECT_EQ(patience.limit(), milliseconds(5000));
}

TEST(ShrinkPatience, IsWholeForEverOnceItsResultDidNotHold) {
  ShrinkPatience patience(milliseconds(5000));
  patience.saw(milliseconds(5100), true);
  patience.distrust();
  patience.saw(milliseconds(5100), true);
  EXPECT_EQ(patience.limit(), milliseconds(5000));
}

}  // namespace
}  // namespace fficheck
