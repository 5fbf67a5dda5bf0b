#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "harness/core/text.h"
#include "harness/core/value_stream.h"
#include "tests/harness/core/random_schema.h"

namespace fficheck {
namespace {

RC_GTEST_PROP(FirstDifference, IsAbsentExactlyWhereValuesAreEqual, (std::uint64_t seed)) {
  const Schema schema = testing::random_schema(seed);
  for (TypeId id = 0; id < schema.types().size(); ++id) {
    if (class_of(schema.type(id).kind) == KindClass::Handle) continue;
    const Value a = stream_value(schema, id, seed);
    const Value b = stream_value(schema, id, seed + 1);
    RC_ASSERT(!first_difference(schema, id, a, a).has_value());
    const auto difference = first_difference(schema, id, a, b);
    RC_ASSERT(difference.has_value() == !equal(a, b));
    if (difference) RC_ASSERT(difference->expected != difference->seen);
  }
}

TEST(FirstDifference, NamesPathAndBothSides) {
  const auto schema = parse_schema(R"(package a:b;
interface api {
  variant v { none, text(string) }
  record r { items: list<result<u8, v>>, pair: tuple<u8, option<f64>> }
  f: func(a: r);
})",
                                   "t.wit");
  ASSERT_TRUE(schema.ok()) << schema.error().text();
  const Schema& s = schema.value();
  const TypeId type = s.functions()[0].params[0].type;
  const auto differ = [&](const char* a, const char* b) {
    const auto d = first_difference(s, type, parse_wave(s, type, a, "a:1").value(),
                                    parse_wave(s, type, b, "b:1").value());
    return d ? d->path + ": expected " + d->expected + ", seen " + d->seen : "equal";
  };
  EXPECT_EQ(differ("{items: [ok(1), err(text(\"a\"))], pair: (1, none)}",
                   "{items: [ok(1), err(text(\"b\"))], pair: (2, none)}"),
            ".items[1].err.text: expected \"a\", seen \"b\"");
  EXPECT_EQ(differ("{items: [ok(1)], pair: (1, none)}", "{items: [err(%none)], pair: (1, none)}"),
            ".items[0]: expected ok(1), seen err(%none)");
  EXPECT_EQ(differ("{items: [], pair: (1, none)}", "{items: [ok(7)], pair: (1, none)}"),
            ".items: expected [], seen [ok(7)]");
  EXPECT_EQ(differ("{items: [], pair: (1, some(-0))}", "{items: [], pair: (1, some(0))}"),
            ".pair.1.some: expected -0, seen 0");
}

TEST(FirstDifference, CutsLongValuesAroundTheDifference) {
  SchemaBuilder builder;
  const TypeId type = builder.scalar(Kind::String);
  const Schema s = std::move(builder).build().value();
  std::string a(1U << 20U, 'a');
  std::string b = a;
  b[700000] = 'b';
  const auto d = first_difference(s, type, Value::string(a), Value::string(b));
  ASSERT_TRUE(d.has_value());
  EXPECT_LT(d->seen.size(), 220U);
  EXPECT_NE(d->expected, d->seen);
  EXPECT_NE(d->seen.find("ab"), std::string::npos);
}

}  // namespace
}  // namespace fficheck
