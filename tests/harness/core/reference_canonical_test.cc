#include "harness/core/reference_canonical.h"

#include <gtest/gtest.h>

#include <bit>

#include "harness/core/value_stream.h"
#include "tests/random_schema.h"

namespace fficheck {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<TypeId> param_types(const Function& f) {
  std::vector<TypeId> out;
  for (const Param& p : f.params) out.push_back(p.type);
  return out;
}

class CanonicalReferenceIn : public ::testing::TestWithParam<StringEncoding> {};
INSTANTIATE_TEST_SUITE_P(Encodings, CanonicalReferenceIn,
                         ::testing::Values(StringEncoding::Utf8, StringEncoding::Utf16,
                                           StringEncoding::Latin1Utf16));

TEST_P(CanonicalReferenceIn, LiftingUndoesLowering) {
  std::size_t calls = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Schema schema = testing::random_schema(seed, Abi::Canonical);
    const CanonicalReference reference(schema, GetParam());
    for (const Function& f : schema.functions()) {
      const std::vector<TypeId> types = param_types(f);
      for (std::uint64_t i = 0; i < 5; ++i) {
        const std::vector<Value> args = stream_args(schema, f, value_seed(seed, i));
        for (const std::size_t max_flat : {std::size_t{16}, std::size_t{0}}) {
          ReferenceGuest guest;
          const auto flat = reference.lower(types, args, max_flat, guest);
          ASSERT_TRUE(flat.ok()) << flat.error().text();
          const auto back = reference.lift(types, flat.value(), max_flat, guest);
          ASSERT_TRUE(back.ok()) << f.name << ": " << back.error().text();
          ASSERT_EQ(back.value().size(), args.size());
          for (std::size_t a = 0; a < args.size(); ++a) {
            const auto difference = first_difference(schema, types[a], args[a], back.value()[a]);
            ASSERT_FALSE(difference) << f.name << " " << difference->path << ": "
                                     << difference->expected << " became " << difference->seen;
          }
          ++calls;
        }
      }
    }
  }
  EXPECT_GT(calls, 1000u);
}

/// One string into a guest, and what the guest then holds.
struct Stored {
  Bytes bytes;
  std::uint64_t length = 0;
  std::vector<ReferenceGuest::Call> calls;
};

Stored store(const std::string& text, StringEncoding encoding, std::size_t bytes) {
  SchemaBuilder builder;
  const TypeId type = builder.scalar(Kind::String);
  const Schema schema = std::move(builder).build().value();
  ReferenceGuest guest;
  const std::vector<TypeId> types{type};
  const std::vector<Value> values{Value::string(text)};
  const auto flat = CanonicalReference(schema, encoding).lower(types, values, 16, guest);
  Stored out;
  if (!flat.ok()) return out;
  const auto at = static_cast<std::ptrdiff_t>(flat.value()[0].bits);
  out.bytes.assign(guest.memory.begin() + at,
                   guest.memory.begin() + at + static_cast<std::ptrdiff_t>(bytes));
  out.length = flat.value()[1].bits;
  out.calls = guest.calls;
  return out;
}

// By hand: "a", e acute, euro sign, a clef beyond the basic plane.
TEST(CanonicalReference, TranscodesByTheTablesOfUnicode) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E";
  EXPECT_EQ(store(text, StringEncoding::Utf8, 10).bytes, Bytes(text.begin(), text.end()));
  const Bytes utf16{'a', 0, 0xE9, 0, 0xAC, 0x20, 0x34, 0xD8, 0x1E, 0xDD};
  const Stored wide = store(text, StringEncoding::Utf16, 10);
  EXPECT_EQ(wide.bytes, utf16);
  EXPECT_EQ(wide.length, 5u);
  ASSERT_EQ(wide.calls.size(), 2u);
  EXPECT_EQ(wide.calls[0], (ReferenceGuest::Call{0, 0, 2, 20}));
  EXPECT_EQ(wide.calls[1], (ReferenceGuest::Call{16, 20, 2, 10}));
  const Stored tagged = store(text, StringEncoding::Latin1Utf16, 10);
  EXPECT_EQ(tagged.bytes, utf16);
  EXPECT_EQ(tagged.length, 0x80000005u);
  ASSERT_EQ(tagged.calls.size(), 3u);
  EXPECT_EQ(tagged.calls[0], (ReferenceGuest::Call{0, 0, 2, 10}));
  EXPECT_EQ(tagged.calls[1], (ReferenceGuest::Call{16, 10, 2, 20}));
  const Stored narrow = store("a\xC3\xA9", StringEncoding::Latin1Utf16, 2);
  EXPECT_EQ(narrow.bytes, (Bytes{'a', 0xE9}));
  EXPECT_EQ(narrow.length, 2u);
  EXPECT_EQ(narrow.calls.size(), 2u);
}

TEST(CanonicalReference, LoweredNarrowIntegersFillTheirCoreType) {
  SchemaBuilder builder;
  const std::vector<TypeId> types{builder.scalar(Kind::S8), builder.scalar(Kind::U8),
                                  builder.scalar(Kind::S64)};
  const Schema schema = std::move(builder).build().value();
  ReferenceGuest guest;
  const std::vector<Value> values{Value::integer(-1), Value::natural(255), Value::integer(-1)};
  const auto flat = CanonicalReference(schema).lower(types, values, 16, guest);
  ASSERT_TRUE(flat.ok());
  EXPECT_EQ(flat.value()[0], (ReferenceCore{CoreType::I32, 0xFFFFFFFF}));
  EXPECT_EQ(flat.value()[1], (ReferenceCore{CoreType::I32, 0xFF}));
  EXPECT_EQ(flat.value()[2], (ReferenceCore{CoreType::I64, ~std::uint64_t{0}}));
}

TEST(CanonicalReference, LiftedNaNsAreCanonical) {
  SchemaBuilder builder;
  const std::vector<TypeId> types{builder.scalar(Kind::F32)};
  const Schema schema = std::move(builder).build().value();
  ReferenceGuest guest;
  const std::vector<ReferenceCore> flat{{CoreType::F32, 0xFFC12345}};
  const auto lifted = CanonicalReference(schema).lift(types, flat, 16, guest);
  ASSERT_TRUE(lifted.ok());
  EXPECT_EQ(std::bit_cast<std::uint32_t>(lifted.value()[0].as<float>()), 0x7FC00000u);
}

}  // namespace
}  // namespace fficheck
