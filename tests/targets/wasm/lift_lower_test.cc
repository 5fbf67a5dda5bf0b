#include "targets/wasm/lift_lower.h"

#include <gtest/gtest.h>

#include "harness/core/value_stream.h"
#include "tests/random_schema.h"
#include "tests/targets/wasm/crossing_double.h"

namespace fficheck {
namespace {

using testing::CrossingDouble;
using Side = CrossingDouble::Side;

std::vector<TypeId> param_types(const Function& f) {
  std::vector<TypeId> out;
  for (const Param& p : f.params) out.push_back(p.type);
  return out;
}

std::vector<Value> arguments(const Schema& schema, const Function& f, std::uint64_t seed) {
  std::vector<Value> out = stream_args(schema, f, seed);
  std::uint32_t rep = 1000;
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = testing::number_handles(schema, f.params[i].type, out[i], &rep);
  return out;
}

std::string differs(const Schema& schema, const std::vector<TypeId>& types,
                    const std::vector<Value>& expected, const std::vector<Value>& seen) {
  if (expected.size() != seen.size()) return "another number of values";
  for (std::size_t i = 0; i < types.size(); ++i)
    if (const auto d = first_difference(schema, types[i], expected[i], seen[i]))
      return std::to_string(i) + d->path + ": " + d->expected + " became " + d->seen;
  return "";
}

/// A guest whose memory shows every byte that is written, padding too.
ReferenceGuest patterned() {
  ReferenceGuest guest;
  guest.memory.assign(65536, 0xA5);
  return guest;
}

/// Every function of some schemas with some arguments each: `law(schema, double, types, values,
/// in_memory)`.
template <class Law>
void for_all_arguments(StringEncoding encoding, std::uint64_t schemas, std::uint64_t values,
                       const Law& law) {
  for (std::uint64_t seed = 0; seed < schemas; ++seed) {
    const Schema schema = testing::random_schema(seed, Abi::Canonical);
    const CrossingDouble crossing(schema, encoding);
    for (const Function& f : schema.functions()) {
      for (std::uint64_t i = 0; i < values; ++i) {
        SCOPED_TRACE(f.name + " of schema " + std::to_string(seed) + ", value " +
                     std::to_string(i));
        law(schema, crossing, param_types(f), arguments(schema, f, value_seed(seed, i)),
            i % 2 == 1 && !f.params.empty());
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

class LiftLower : public ::testing::TestWithParam<StringEncoding> {};
INSTANTIATE_TEST_SUITE_P(Encodings, LiftLower,
                         ::testing::Values(StringEncoding::Utf8, StringEncoding::Utf16,
                                           StringEncoding::Latin1Utf16));

TEST_P(LiftLower, LowersAndLiftsAsTheReference) {
  std::size_t reallocs = 0;
  for_all_arguments(
      GetParam(), 40, 6,
      [&](const Schema& schema, const CrossingDouble& crossing, const std::vector<TypeId>& types,
          const std::vector<Value>& values, bool in_memory) {
        ReferenceGuest reference = patterned();
        Side side{patterned(), {}};
        const auto expected = crossing.reference_lower(reference, types, values, in_memory);
        const auto flat = crossing.lower(side, types, values, in_memory);
        ASSERT_TRUE(expected && flat);
        EXPECT_EQ(*flat, *expected);
        EXPECT_EQ(side.guest.calls, reference.calls);
        EXPECT_TRUE(side.guest.memory == reference.memory);
        EXPECT_EQ(side.table.live() + reference.free_handles.size() + 1, reference.handles.size());
        reallocs += reference.calls.size();
        const auto expected_back = crossing.reference_lift(reference, types, *flat, in_memory);
        const auto back = crossing.lift(side, types, *flat, in_memory);
        ASSERT_TRUE(expected_back && back);
        EXPECT_EQ(differs(schema, types, *expected_back, *back), "");
        EXPECT_EQ(differs(schema, types, values, *back), "");
      });
  EXPECT_GT(reallocs, 1000u);
}

TEST_P(LiftLower, LowersToAGivenPlaceAsTheReference) {
  for_all_arguments(GetParam(), 10, 3,
                    [&](const Schema&, const CrossingDouble& crossing,
                        const std::vector<TypeId>& types, const std::vector<Value>& values, bool) {
                      if (types.empty()) return;
                      // 32768 suits every type; 32769 only bytes; the last lies out of bounds for
                      // most.
                      for (const std::uint32_t out : {32768u, 32769u, 65535u, 0xFFFFFFF8u}) {
                        ReferenceGuest reference = patterned();
                        Side side{patterned(), {}};
                        const auto expected =
                            crossing.reference_lower(reference, types, values, true, out);
                        const auto flat = crossing.lower(side, types, values, true, out);
                        ASSERT_EQ(flat.has_value(), expected.has_value()) << "to " << out;
                        EXPECT_EQ(side.guest.calls, reference.calls);
                        if (!flat) continue;
                        EXPECT_TRUE(flat->empty());
                        EXPECT_TRUE(side.guest.memory == reference.memory);
                      }
                    });
}

TEST_P(LiftLower, AnswersOfABadReallocTrapAsTheReference) {
  // Each call of realloc in turn answers one of these, or traps.
  const std::vector<std::optional<std::uint32_t>> lies = {
      std::nullopt, 0u, 1u, 65535u, 65536u, 0xFFFFFFFCu, 0xFFFFFFFFu};
  std::size_t traps = 0;
  std::size_t survived = 0;
  for_all_arguments(
      GetParam(), 8, 2,
      [&](const Schema&, const CrossingDouble& crossing, const std::vector<TypeId>& types,
          const std::vector<Value>& values, bool in_memory) {
        ReferenceGuest honest = patterned();
        ASSERT_TRUE(crossing.reference_lower(honest, types, values, in_memory));
        const std::size_t calls = std::min<std::size_t>(honest.calls.size(), 6);
        for (std::size_t bad = 0; bad < calls; ++bad) {
          for (const auto& lie : lies) {
            const auto answer = [&](std::size_t call, std::uint32_t right) {
              return call == bad ? lie : std::optional(right);
            };
            ReferenceGuest reference = patterned();
            reference.answer = answer;
            Side side{patterned(), {}};
            side.guest.answer = answer;
            const auto expected = crossing.reference_lower(reference, types, values, in_memory);
            const auto flat = crossing.lower(side, types, values, in_memory);
            const std::string what = "call " + std::to_string(bad) + " answers " +
                                     (lie ? std::to_string(*lie) : std::string("a trap"));
            ASSERT_EQ(flat.has_value(), expected.has_value()) << what;
            ASSERT_EQ(side.guest.calls, reference.calls) << what;
            ++(flat ? survived : traps);
            if (!flat) continue;
            EXPECT_EQ(*flat, *expected) << what;
            EXPECT_TRUE(side.guest.memory == reference.memory) << what;
          }
        }
      });
  EXPECT_GT(traps, 1000u);
  EXPECT_GT(survived, 100u);
}

/// Bits of the core type.
std::uint64_t held(CoreType type, std::uint64_t bits) {
  return type == CoreType::I32 || type == CoreType::F32 ? bits & 0xFFFFFFFF : bits;
}

TEST_P(LiftLower, HostileBytesAndFlatValuesLiftAsTheReferenceOrTrapAsIt) {
  std::size_t traps = 0;
  std::size_t lifted = 0;
  for_all_arguments(
      GetParam(), 30, 4,
      [&](const Schema& schema, const CrossingDouble& crossing, const std::vector<TypeId>& types,
          const std::vector<Value>& values, bool in_memory) {
        ReferenceGuest written;
        const auto flat = crossing.reference_lower(written, types, values, in_memory);
        ASSERT_TRUE(flat);
        SplitMix random(schema.types().size() * 7919 + written.calls.size());
        std::vector<std::uint32_t> used;
        for (std::uint32_t i = 0; i < written.memory.size(); ++i)
          if (written.memory[i] != 0) used.push_back(i);
        for (int attempt = 0; attempt < 6; ++attempt) {
          ReferenceGuest reference = written;
          Side side;
          ASSERT_TRUE(crossing.lower(side, types, values, in_memory));
          std::vector<CoreValue> hostile = *flat;
          for (std::uint32_t n = random.below(3); n > 0 && !used.empty(); --n) {
            const std::uint32_t at =
                used[random.below(static_cast<std::uint32_t>(used.size()))] + random.below(3);
            if (at >= reference.memory.size()) continue;
            reference.memory[at] = static_cast<std::uint8_t>(random.next());
            side.guest.memory[at] = reference.memory[at];
          }
          if (!hostile.empty() && random.below(2) == 0) {
            CoreValue& one = hostile[random.below(static_cast<std::uint32_t>(hostile.size()))];
            const std::uint64_t changes[] = {
                random.next(),          one.bits + 1,
                one.bits | 0x80000000u, one.bits ^ (std::uint64_t{1} << random.below(64)),
                one.bits + 0x100,       one.bits - 1};
            one.bits = held(one.type, changes[random.below(6)]);
          }
          const auto expected = crossing.reference_lift(reference, types, hostile, in_memory);
          const auto seen = crossing.lift(side, types, hostile, in_memory);
          ASSERT_EQ(seen.has_value(), expected.has_value());
          ++(seen ? lifted : traps);
          if (!seen) continue;
          EXPECT_EQ(differs(schema, types, *expected, *seen), "");
        }
      });
  EXPECT_GT(traps, 200u);
  EXPECT_GT(lifted, 1000u);
}

}  // namespace
}  // namespace fficheck
