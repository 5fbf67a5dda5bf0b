#include "harness/core/witness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "harness/core/value_stream.h"

namespace fficheck {
namespace {

struct Fixture {
  Schema schema;
  TypeId u32, string, list, pair, f64, option;
};

Fixture make() {
  Fixture f;
  SchemaBuilder b;
  f.u32 = b.scalar(Kind::U32);
  f.string = b.scalar(Kind::String);
  f.list = b.list(f.string);
  f.pair = b.add({.kind = Kind::Record, .name = "pair", .parts = {{"a", f.u32}, {"b", f.u32}}});
  f.f64 = b.scalar(Kind::F64);
  f.option = b.option(f.list);
  const TypeId u64 = b.scalar(Kind::U64);
  b.function({.name = "consume-0",
              .params = {{"a", f.pair}, {"b", f.list}, {"c", f.f64}, {"d", f.option}},
              .result = u64});
  b.function({.name = "echo-0", .params = {{"a", f.pair}}, .result = f.pair});
  b.function({.name = "produce-0", .params = {{"a", u64}}, .result = f.list});
  b.function({.name = "fire"});
  b.function({.name = "create", .result = b.result(std::nullopt, f.string)});
  Result<Schema> built = std::move(b).build();
  if (!built.ok()) ADD_FAILURE() << built.error().text();
  f.schema = std::move(built).value();
  return f;
}

Value strings(std::initializer_list<const char*> items) {
  Sequence out;
  for (const char* item : items) out.push_back(Value::string(item));
  return Value::sequence(std::move(out));
}

TEST(Witness, TellsSwappedFieldsApart) {
  const Fixture f = make();
  const auto pair = [](std::uint64_t a, std::uint64_t b) {
    return Value::sequence({Value::natural(a), Value::natural(b)});
  };
  EXPECT_NE(witness(f.schema, f.pair, pair(0, 1)), witness(f.schema, f.pair, pair(1, 0)));
}

TEST(Witness, TellsWhereAStringEnds) {
  const Fixture f = make();
  EXPECT_NE(witness(f.schema, f.list, strings({"ab", "c"})),
            witness(f.schema, f.list, strings({"a", "bc"})));
  EXPECT_NE(witness(f.schema, f.string, Value::string("")),
            witness(f.schema, f.string, Value::string(std::string(1, '\0'))));
  EXPECT_NE(witness(f.schema, f.string, Value::string("a")),
            witness(f.schema, f.string, Value::string(std::string("a\0", 2))));
}

TEST(Witness, TellsEmptyFromAbsent) {
  const Fixture f = make();
  EXPECT_NE(witness(f.schema, f.option, Value::choice(0)),
            witness(f.schema, f.option, Value::choice(1, strings({}))));
}

TEST(Witness, TakesAllNansForOneAndZeroesForTwo) {
  const Fixture f = make();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(witness(f.schema, f.f64, Value::f64(nan)), witness(f.schema, f.f64, Value::f64(-nan)));
  EXPECT_NE(witness(f.schema, f.f64, Value::f64(0.0)), witness(f.schema, f.f64, Value::f64(-0.0)));
}

TEST(ExpectedResult, FollowsTheRole) {
  const Fixture f = make();
  const auto& functions = f.schema.functions();
  const auto args = stream_args(f.schema, functions[0], 42);
  EXPECT_EQ(expected_result(f.schema, functions[0], args, {})->as<std::uint64_t>(),
            witness_args(f.schema, functions[0], args));
  const auto pair = stream_args(f.schema, functions[1], 42);
  EXPECT_TRUE(equal(*expected_result(f.schema, functions[1], pair, {}), pair[0]));
  EXPECT_TRUE(equal(*expected_result(f.schema, functions[2], {Value::natural(42)}, {}),
                    stream_value(f.schema, f.list, 42)));
  EXPECT_FALSE(expected_result(f.schema, functions[3], {}, {}).has_value());
  EXPECT_EQ(witness_args(f.schema, functions[3], {}), 0x6A09E667F3BCC908u);
  EXPECT_EQ(expected_result(f.schema, functions[4], {}, {})->as<Choice>().index, 0u);
}

}  // namespace
}  // namespace fficheck
