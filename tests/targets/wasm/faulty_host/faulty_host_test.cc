#include "targets/wasm/faulty_host/faulty_host.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace fficheck {
namespace {

constexpr std::uint64_t kMemory = 65536;
constexpr ResourceType kType{0, 0};

/// A guest that gives what it is asked for, and remembers that it was asked.
class Asked final : public GuestMemory {
 public:
  std::span<std::uint8_t> bytes() override { return {}; }
  std::optional<Trap> realloc(std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t,
                              std::uint32_t* out) override {
    ++times;
    *out = 64;
    return std::nullopt;
  }
  int times = 0;
};

/// The rules that a host keeps, by the fault that forgets it.
std::set<std::string> kept(const HostAbi& abi) {
  std::set<std::string> out;
  bool valid = true;
  if (equal(abi.lift_scalar(Kind::U16, 0x12345, &valid), Value::natural(0x2345))) out.insert("L9");
  Asked memory;
  std::uint32_t at = 0;
  (void)abi.realloc(memory, 16, 8, 2, 6, &at);
  if (memory.times == 1 && at == 64) out.insert("S4");
  if (abi.range_problem({kMemory - 8, 5, 2, 2}, kMemory) != nullptr) out.insert("S6");
  if (abi.range_problem({9, 1, 2, 2}, kMemory) != nullptr) out.insert("S7");
  HandleTable table;
  std::uint32_t rep = 0;
  if (abi.take_own(table, table.add_borrow(kType, 5, 1), kType, &rep)) out.insert("R8");
  if (abi.take_own(table, 7, kType, &rep) && abi.lend(table, 7, kType, 1, &rep)) out.insert("R9");
  return out;
}

TEST(FaultyHost, TheCanonicalOneKeepsEveryRule) {
  EXPECT_EQ(kept(HostAbi::canonical()),
            (std::set<std::string>{"L9", "R8", "R9", "S4", "S6", "S7"}));
}

TEST(FaultyHost, EachForgetsItsRuleAndNoOther) {
  for (const std::string id : {"L9", "S4", "S6", "S7", "R8"}) {
    const auto host = faulty_host(id);
    ASSERT_NE(host, nullptr) << id;
    std::set<std::string> expected = kept(HostAbi::canonical());
    expected.erase(id);
    EXPECT_EQ(kept(*host), expected) << id;
  }
}

TEST(FaultyHost, WhoTakesAnyHandleTakesABorrowForAnOwnToo) {
  EXPECT_EQ(kept(*faulty_host("R9")), (std::set<std::string>{"L9", "S4", "S6", "S7"}));
}

TEST(FaultyHost, OthersThereAreNot) { EXPECT_EQ(faulty_host("X"), nullptr); }

}  // namespace
}  // namespace fficheck
