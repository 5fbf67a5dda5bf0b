// What a guest may send and what must trap, case by case; the reference must say the same of each.
#include <gtest/gtest.h>

#include <bit>

#include "tests/targets/wasm/crossing_double.h"

namespace fficheck {
namespace {

using testing::CrossingDouble;

/// Lifts one value of one type from a guest with 64 KiB of memory, by both.
class Lift : public ::testing::Test {
 protected:
  using Lifted = std::optional<Value>;

  SchemaBuilder builder_;

  TypeId scalar(Kind kind) { return builder_.scalar(kind); }
  TypeId named(Kind kind, std::vector<Part> parts) {
    Type t;
    t.kind = kind;
    t.name = "t" + std::to_string(++names_);
    t.parts = std::move(parts);
    return builder_.add(std::move(t));
  }

  /// Puts bytes at an address of the guest.
  void put(std::uint32_t at, std::initializer_list<unsigned> bytes) {
    for (const unsigned b : bytes) memory_[at++] = static_cast<std::uint8_t>(b);
  }
  Lifted flat(TypeId type, const std::vector<CoreValue>& values,
              StringEncoding encoding = StringEncoding::Utf8) {
    return lift(type, values, false, encoding);
  }
  Lifted memory(TypeId type, std::uint32_t at, StringEncoding encoding = StringEncoding::Utf8) {
    return lift(type, {{CoreType::I32, at}}, true, encoding);
  }
  /// A string by pointer and length.
  Lifted text(std::uint32_t at, std::uint32_t length, StringEncoding encoding) {
    return flat(scalar(Kind::String), {{CoreType::I32, at}, {CoreType::I32, length}}, encoding);
  }

 private:
  Lifted lift(TypeId type, const std::vector<CoreValue>& values, bool in_memory,
              StringEncoding encoding) {
    SchemaBuilder copy = builder_;
    const Schema schema = std::move(copy).build().value();
    const CrossingDouble crossing(schema, encoding);
    CrossingDouble::Side side;
    side.guest.memory = memory_;
    ReferenceGuest reference;
    reference.memory = memory_;
    const auto mine = crossing.lift(side, {type}, values, in_memory);
    const auto expected = crossing.reference_lift(reference, {type}, values, in_memory);
    EXPECT_EQ(mine.has_value(), expected.has_value());
    if (!mine || !expected) return std::nullopt;
    EXPECT_FALSE(first_difference(schema, type, (*expected)[0], (*mine)[0]));
    return (*mine)[0];
  }

  unsigned names_ = 0;
  std::vector<std::uint8_t> memory_ = std::vector<std::uint8_t>(65536);
};

CoreValue i32(std::uint32_t bits) { return {CoreType::I32, bits}; }

TEST_F(Lift, OnlyScalarValuesAreChars) {
  const TypeId type = scalar(Kind::Char);
  for (const std::uint32_t c : {0x0u, 0xD7FFu, 0xE000u, 0x10FFFFu}) {
    const Lifted lifted = flat(type, {i32(c)});
    ASSERT_TRUE(lifted) << c;
    EXPECT_EQ(lifted->as<char32_t>(), c);
  }
  for (const std::uint32_t c : {0xD800u, 0xDBFFu, 0xDC00u, 0xDFFFu, 0x110000u, 0xFFFFFFFFu})
    EXPECT_FALSE(flat(type, {i32(c)})) << c;
  put(16, {0x00, 0xD8, 0x00, 0x00});
  EXPECT_FALSE(memory(type, 16));
}

// faults.md L9.
TEST_F(Lift, UpperBitsOfNarrowIntegersAreDropped) {
  EXPECT_EQ(flat(scalar(Kind::U8), {i32(0x1FF)})->as<std::uint64_t>(), 0xFFu);
  EXPECT_EQ(flat(scalar(Kind::U16), {i32(0xABCD1234)})->as<std::uint64_t>(), 0x1234u);
  EXPECT_EQ(flat(scalar(Kind::S8), {i32(0x80)})->as<std::int64_t>(), -128);
  EXPECT_EQ(flat(scalar(Kind::S8), {i32(0xFFFFFF7F)})->as<std::int64_t>(), 127);
  EXPECT_EQ(flat(scalar(Kind::S16), {i32(0x18000)})->as<std::int64_t>(), -32768);
  EXPECT_EQ(flat(scalar(Kind::S32), {i32(0xFFFFFFFF)})->as<std::int64_t>(), -1);
}

TEST_F(Lift, EveryBoolButZeroIsTrue) {
  const TypeId type = scalar(Kind::Bool);
  for (const std::uint32_t b : {1u, 2u, 0x100u, 0x80000000u})
    EXPECT_TRUE(flat(type, {i32(b)})->as<bool>());
  EXPECT_FALSE(flat(type, {i32(0)})->as<bool>());
  put(16, {2});
  EXPECT_TRUE(memory(type, 16)->as<bool>());
}

TEST_F(Lift, FlagsBeyondTheLastAreDropped) {
  const TypeId type = named(Kind::Flags, {{"a", {}}, {"b", {}}, {"c", {}}});
  EXPECT_EQ(flat(type, {i32(0xFFFFFFFD)})->as<Bits>().words[0], 5u);
  put(16, {0xFA});
  EXPECT_EQ(memory(type, 16)->as<Bits>().words[0], 2u);
}

TEST_F(Lift, NaNsBecomeTheCanonicalOne) {
  const Lifted narrow = flat(scalar(Kind::F32), {{CoreType::F32, 0xFF812345}});
  EXPECT_EQ(std::bit_cast<std::uint32_t>(narrow->as<float>()), 0x7FC00000u);
  const Lifted wide = flat(scalar(Kind::F64), {{CoreType::F64, 0xFFF0000000000001}});
  EXPECT_EQ(std::bit_cast<std::uint64_t>(wide->as<double>()), 0x7FF8000000000000u);
}

TEST_F(Lift, ACaseThatIsNoneTraps) {
  const TypeId byte = scalar(Kind::U8);
  const TypeId option = builder_.option(byte);
  const TypeId variant = named(Kind::Variant, {{"a", {}}, {"b", byte}, {"c", {}}});
  const TypeId labels = named(Kind::Enum, {{"a", {}}, {"b", {}}});
  EXPECT_TRUE(flat(option, {i32(1), i32(5)}));
  EXPECT_FALSE(flat(option, {i32(2), i32(5)}));
  EXPECT_FALSE(flat(option, {i32(0x100), i32(5)}));
  EXPECT_TRUE(flat(variant, {i32(2), i32(5)}));
  EXPECT_FALSE(flat(variant, {i32(3), i32(5)}));
  EXPECT_FALSE(flat(labels, {i32(2)}));
  EXPECT_FALSE(flat(labels, {i32(0xFFFFFFFF)}));
  put(16, {2, 0});
  EXPECT_FALSE(memory(option, 16));
  EXPECT_FALSE(memory(labels, 16));
  EXPECT_TRUE(memory(variant, 16));
}

// faults.md L6, L7.
TEST_F(Lift, APayloadIsReadFromItsJoinedPlace) {
  const TypeId floats = named(Kind::Variant, {{"a", scalar(Kind::F32)}, {"b", scalar(Kind::U64)}});
  const Lifted a = flat(floats, {i32(0), {CoreType::I64, 0xDEADBEEF3FC00000}});
  ASSERT_TRUE(a);
  EXPECT_EQ(a->as<Choice>().payload->as<float>(), 1.5f);
  const TypeId result = builder_.result(scalar(Kind::Bool), scalar(Kind::S8));
  const Lifted err = flat(result, {i32(1), i32(5)});
  EXPECT_EQ(err->as<Choice>().payload->as<std::int64_t>(), 5);
}

TEST_F(Lift, TextThatIsNotUtf8Traps) {
  put(16, {'a', 0xC3, 0xA9});
  EXPECT_EQ(text(16, 3, StringEncoding::Utf8)->as<std::string>(), "a\xC3\xA9");
  EXPECT_FALSE(text(16, 2, StringEncoding::Utf8));  // cut
  EXPECT_FALSE(text(18, 1, StringEncoding::Utf8));  // continuation alone
  put(32, {0xC0, 0x80});
  EXPECT_FALSE(text(32, 2, StringEncoding::Utf8));  // overlong
  put(32, {0xED, 0xA0, 0x80});
  EXPECT_FALSE(text(32, 3, StringEncoding::Utf8));  // surrogate
  put(32, {0xF4, 0x90, 0x80, 0x80});
  EXPECT_FALSE(text(32, 4, StringEncoding::Utf8));  // beyond the last
}

TEST_F(Lift, TextThatIsNotUtf16Traps) {
  put(16, {0x34, 0xD8, 0x1E, 0xDD});
  EXPECT_EQ(text(16, 2, StringEncoding::Utf16)->as<std::string>(), "\xF0\x9D\x84\x9E");
  EXPECT_FALSE(text(16, 1, StringEncoding::Utf16));
  EXPECT_FALSE(text(18, 1, StringEncoding::Utf16));
  EXPECT_EQ(text(16, 0x80000002, StringEncoding::Latin1Utf16)->as<std::string>(),
            "\xF0\x9D\x84\x9E");
  EXPECT_FALSE(text(16, 0x80000001, StringEncoding::Latin1Utf16));
  EXPECT_EQ(text(16, 1, StringEncoding::Latin1Utf16)->as<std::string>(), "4");
}

// faults.md S7.
TEST_F(Lift, PointersMustBeAligned) {
  EXPECT_TRUE(text(17, 1, StringEncoding::Utf8));
  EXPECT_FALSE(text(17, 1, StringEncoding::Utf16));
  EXPECT_FALSE(text(17, 1, StringEncoding::Latin1Utf16));
  EXPECT_FALSE(text(17, 0, StringEncoding::Utf16));
  const TypeId list = builder_.list(scalar(Kind::U32));
  EXPECT_TRUE(flat(list, {i32(16), i32(2)}));
  EXPECT_FALSE(flat(list, {i32(18), i32(2)}));
  EXPECT_FALSE(flat(list, {i32(18), i32(0)}));  // S8: empty lists too
  EXPECT_FALSE(memory(scalar(Kind::U64), 20));
}

TEST_F(Lift, RangesMustLieInMemory) {
  EXPECT_TRUE(text(65535, 1, StringEncoding::Utf8));
  EXPECT_FALSE(text(65535, 2, StringEncoding::Utf8));
  EXPECT_TRUE(text(65536, 0, StringEncoding::Utf8));
  EXPECT_FALSE(text(65537, 0, StringEncoding::Utf8));
  EXPECT_FALSE(text(0xFFFFFFFF, 1, StringEncoding::Utf8));  // the sum wraps
  EXPECT_FALSE(text(65534, 2, StringEncoding::Utf16));
  const TypeId list = builder_.list(scalar(Kind::U64));
  EXPECT_TRUE(flat(list, {i32(65536 - 16), i32(2)}));
  EXPECT_FALSE(flat(list, {i32(65536 - 16), i32(3)}));
  EXPECT_TRUE(memory(scalar(Kind::U64), 65528));
  EXPECT_FALSE(memory(scalar(Kind::U64), 65536));
  EXPECT_FALSE(memory(scalar(Kind::U64), 0xFFFFFFF8));
}

TEST_F(Lift, LengthsThatOverflowThirtyTwoBitsTrap) {
  const TypeId list = builder_.list(scalar(Kind::U64));
  EXPECT_FALSE(flat(list, {i32(16), i32(0x20000000)}));
  EXPECT_FALSE(flat(list, {i32(16), i32(0x20000001)}));
  EXPECT_FALSE(text(16, 0x80000001, StringEncoding::Utf16));
  EXPECT_FALSE(text(16, 0xFFFFFFFF, StringEncoding::Latin1Utf16));
}

/// Why a string of that length at 0 traps in 64 KiB of memory.
std::string why_text_traps(std::uint32_t length, StringEncoding encoding) {
  SchemaBuilder builder;
  const std::vector<TypeId> types{builder.scalar(Kind::String)};
  const Schema schema = std::move(builder).build().value();
  const CanonicalLowering lowering = lower_canonical(schema);
  ReferenceGuest guest;
  guest.memory.resize(65536);
  testing::GuestMemoryDouble memory(guest);
  Crossing crossing(schema, lowering, encoding, memory, nullptr);
  const std::vector<CoreValue> flat{i32(0), i32(length)};
  (void)crossing.lift(types, flat, false);
  return crossing.trap() ? crossing.trap()->reason : "";
}

TEST(LiftLimits, AreThoseOfTheSpecification) {
  EXPECT_EQ(why_text_traps(0x0FFFFFFF, StringEncoding::Utf8),
            "string pointer out of bounds of memory");
  EXPECT_EQ(why_text_traps(0x10000000, StringEncoding::Utf8), "string length too large");
  EXPECT_EQ(why_text_traps(0x07FFFFFF, StringEncoding::Utf16),
            "string pointer out of bounds of memory");
  EXPECT_EQ(why_text_traps(0x08000000, StringEncoding::Utf16), "string length too large");
}

}  // namespace
}  // namespace fficheck
