#include "harness/core/value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "harness/core/text.h"
#include "harness/core/value_stream.h"
#include "tests/harness/core/random_schema.h"

namespace fficheck {
namespace {

using ::testing::HasSubstr;

TEST(Value, AnyNanEqualsAnyNanAndZeroHasASign) {
  const auto nan = [](std::uint64_t bits) { return Value::f64(std::bit_cast<double>(bits)); };
  EXPECT_TRUE(equal(nan(0x7FF8000000000000), nan(0xFFF8000000000001)));
  EXPECT_TRUE(equal(Value::f32(std::nanf("")), Value::f32(-std::nanf("1"))));
  EXPECT_FALSE(equal(Value::f64(0.0), Value::f64(-0.0)));
  EXPECT_FALSE(equal(Value::f32(0.0F), Value::f32(-0.0F)));
  EXPECT_FALSE(equal(Value::f32(0.0F), Value::f64(0.0)));
  EXPECT_FALSE(equal(Value::integer(1), Value::natural(1)));
}

TEST(Value, AbsentIsNotEmpty) {
  EXPECT_FALSE(equal(Value::choice(0), Value::choice(1, Value::sequence({}))));
  EXPECT_FALSE(equal(Value::choice(0), Value::choice(0, Value::boolean(false))));
  EXPECT_FALSE(equal(Value::sequence({}), Value::sequence({Value::boolean(false)})));
  EXPECT_FALSE(equal(Value::string(std::string("a\0b", 3)), Value::string("a")));
}

RC_GTEST_PROP(Value, StreamValuesFitTheirTypes, (std::uint64_t seed)) {
  const Schema schema = testing::random_schema(seed);
  for (const Function& f : schema.functions()) {
    const auto args = stream_args(schema, f, seed);
    for (std::size_t i = 0; i < args.size(); ++i) {
      const auto fits = check_fits(schema, f.params[i].type, args[i]);
      if (!fits.ok()) RC_FAIL(fits.error().text());
      RC_ASSERT(equal(args[i], args[i]));
    }
  }
}

TEST(Value, WhatDoesNotFitIsNamedByItsPath) {
  const auto schema = parse_schema(R"(package a:b;
interface api {
  flags fl { a, b, c }
  record r { items: list<result<u8, string>>, f: option<fl> }
  f: func(a: r, b: tuple<char, s8>);
})",
                                   "t.wit");
  ASSERT_TRUE(schema.ok()) << schema.error().text();
  const Schema& s = schema.value();
  const auto& params = s.functions()[0].params;
  const auto r = [](Value item, Value flags) {
    return Value::sequence({Value::sequence({Value::choice(0, Value::natural(1)), std::move(item)}),
                            Value::choice(1, std::move(flags))});
  };
  const Value good = Value::bits({5});
  EXPECT_TRUE(check_fits(s, params[0].type, r(Value::choice(1, Value::string("x")), good)).ok());
  const auto says = [&](std::size_t param, const Value& value) {
    const auto fits = check_fits(s, params[param].type, value);
    return fits.ok() ? std::string("fits") : fits.error().text();
  };
  EXPECT_EQ(says(0, r(Value::choice(0, Value::natural(256)), good)),
            ".items[1].ok is no u8: out of range");
  EXPECT_EQ(says(0, r(Value::choice(1, Value::string("\xff")), good)),
            ".items[1].err is no string: not valid UTF-8");
  EXPECT_THAT(says(0, r(Value::choice(2), good)), HasSubstr("case index out of range"));
  EXPECT_THAT(says(0, r(Value::choice(0), good)), HasSubstr("payload missing"));
  EXPECT_EQ(says(0, r(Value::choice(0, Value::natural(1)), Value::bits({8}))),
            ".f.some is no fl: bits beyond the last flag");
  EXPECT_THAT(says(0, r(Value::choice(0, Value::natural(1)), Value::bits({1, 0}))),
              HasSubstr("number of words"));
  EXPECT_THAT(says(1, Value::sequence({Value::character(0xD800), Value::integer(0)})),
              HasSubstr(".0 is no char"));
  EXPECT_THAT(says(1, Value::sequence({Value::character(0x10FFFF), Value::integer(-129)})),
              HasSubstr(".1 is no s8"));
  EXPECT_THAT(says(1, Value::sequence({})), HasSubstr("number of parts"));
  EXPECT_THAT(says(1, Value::boolean(true)), HasSubstr("not a sequence"));
}

TEST(Value, WeightFollowsLeavesThenBytesThenMagnitude) {
  const auto list = [](std::vector<Value> items) { return Value::sequence(std::move(items)); };
  const std::vector<Value> rising = {
      Value::natural(0),
      Value::natural(1),
      Value::natural(4095),
      Value::natural(1U << 20U),
      Value::natural(std::numeric_limits<std::uint64_t>::max()),
      Value::string("a"),
      Value::string("b"),
      Value::string("aa"),
      list({Value::natural(0), Value::natural(0)}),
      list({Value::natural(0), Value::string("x")}),
      list({Value::natural(0), Value::natural(0), Value::natural(0)}),
  };
  for (std::size_t i = 1; i < rising.size(); ++i) {
    EXPECT_LT(value_weight(rising[i - 1]), value_weight(rising[i])) << i;
  }
  EXPECT_LT(value_weight(list({})), value_weight(list({Value::natural(0)})));
  EXPECT_LT(value_weight(Value::choice(0)), value_weight(Value::choice(1, Value::natural(0))));
  EXPECT_LT(value_weight(Value::integer(5)), value_weight(Value::integer(-5)));
  EXPECT_LT(value_weight(Value::f64(1.0)), value_weight(Value::f64(1.5)));
  EXPECT_LT(value_weight(Value::f64(0.0)), value_weight(Value::f64(-0.0)));
  EXPECT_LT(value_weight(Value::bits({1})), value_weight(Value::bits({3})));
  EXPECT_EQ(leaf_count(list({})), 1U);
  EXPECT_EQ(leaf_count(list({list({}), Value::choice(0)})), 2U);
}

}  // namespace
}  // namespace fficheck
