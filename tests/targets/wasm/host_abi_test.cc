#include "targets/wasm/host_abi.h"

#include <gtest/gtest.h>

namespace fficheck {
namespace {

constexpr std::uint64_t kMemory = 65536;

TEST(HostAbi, MasksWhatIsAboveANarrowInteger) {
  bool valid = true;
  const HostAbi& abi = HostAbi::canonical();
  EXPECT_TRUE(equal(abi.lift_scalar(Kind::U8, 0x1FF, &valid), Value::natural(0xFF)));
  EXPECT_TRUE(equal(abi.lift_scalar(Kind::S8, 0x1FF, &valid), Value::integer(-1)));
  EXPECT_TRUE(equal(abi.lift_scalar(Kind::U16, 0x12345, &valid), Value::natural(0x2345)));
  EXPECT_TRUE(valid);
}

TEST(HostAbi, TakesRangesThatEndWithTheMemoryAndNoLongerOnes) {
  const HostAbi& abi = HostAbi::canonical();
  EXPECT_EQ(abi.range_problem({kMemory - 8, 4, 2, 2}, kMemory), nullptr);
  EXPECT_STREQ(abi.range_problem({kMemory - 8, 5, 2, 2}, kMemory),
               "pointer out of bounds of memory");
  EXPECT_EQ(abi.range_problem({kMemory, 0, 2, 2}, kMemory), nullptr);
}

TEST(HostAbi, WantsPointersAligned) {
  EXPECT_STREQ(HostAbi::canonical().range_problem({9, 1, 4, 4}, kMemory), "pointer not aligned");
}

}  // namespace
}  // namespace fficheck
