#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "harness/core/text.h"
#include "harness/core/value_stream.h"
#include "tests/harness/core/random_schema.h"

namespace fficheck {
namespace {

using ::testing::HasSubstr;

RC_GTEST_PROP(Wave, APrintedCallReadsBack, (std::uint64_t seed)) {
  const Schema schema = testing::random_schema(seed);
  for (const Function& f : schema.functions()) {
    const std::vector<Value> args = stream_args(schema, f, seed);
    const std::string text = print_call(schema, f, args);
    RC_ASSERT(text.find('\n') == std::string::npos);
    const Result<ParsedCall> read = parse_call(schema, text, "x:1");
    if (!read.ok()) RC_FAIL(read.error().text() + "\n" + text.substr(0, 2000));
    RC_ASSERT(read.value().function == &f);
    RC_ASSERT(read.value().args.size() == args.size());
    for (std::size_t i = 0; i < args.size(); ++i) {
      RC_ASSERT(equal(read.value().args[i], args[i]));
      RC_ASSERT(check_fits(schema, f.params[i].type, read.value().args[i]).ok());
    }
  }
}

// A schema with one function f(a: TYPE), and its argument's type.
struct OneType {
  Schema schema;
  TypeId type;
};
OneType one(const std::string& declarations, const std::string& type) {
  auto schema = parse_schema(
      "package a:b;\ninterface api {\n" + declarations + "\nf: func(a: " + type + ");\n}\n",
      "t.wit");
  EXPECT_TRUE(schema.ok()) << schema.error().text();
  Schema s = std::move(schema).value();
  const TypeId id = s.functions()[0].params[0].type;
  return {std::move(s), id};
}

struct Form {
  const char* declarations;
  const char* type;
  std::string text;
  std::string prints;
};

TEST(Wave, ReadsEveryFormAndPrintsTheCanonicalOne) {
  const std::vector<Form> table = {
      {"", "f64", "-0", "-0"},
      {"", "f64", "-0.0", "-0"},
      {"", "f64", "nan", "nan"},
      {"", "f64", "-inf", "-inf"},
      {"", "f64", "5e-324", "5e-324"},
      {"", "f32", "0.1", "0.1"},
      {"", "f32", "3.4028235e38", "3.4028235e+38"},
      {"", "s64", "-9223372036854775808", "-9223372036854775808"},
      {"", "u64", "18446744073709551615", "18446744073709551615"},
      {"", "char", "'\"'", "'\"'"},
      {"", "char", "'\\''", "'\\''"},
      {"", "char", "'\\u{0}'", "'\\u{0}'"},
      {"", "char", "'\\u{1F600}'", "'\U0001F600'"},
      {"", "char", "'\\u{d7ff}'", "'\xED\x9F\xBF'"},
      {"", "string", "\"a\\u{0}b\\\"\\\\\\n\\u{202e}\"", "\"a\\u{0}b\\\"\\\\\\n\\u{202e}\""},
      {"", "string", "\"*/ // \\u{2028}\"", "\"*/ // \\u{2028}\""},
      {"", "string", "\"\"", "\"\""},
      {"", "list<u8>", "[1, 2,]", "[1, 2]"},
      {"", "list<list<u8>>", "[[], [1]]", "[[], [1]]"},
      {"", "option<u8>", "7", "some(7)"},
      {"", "option<option<u8>>", "some(none)", "some(none)"},
      {"", "option<option<option<bool>>>", "some(some(none))", "some(some(none))"},
      {"", "result", "ok", "ok"},
      {"", "result<_, u8>", "err(3)", "err(3)"},
      {"", "result<u8>", "5", "ok(5)"},
      {"", "result<u8>", "err", "err"},
      {"", "tuple<u8>", "(1)", "(1)"},
      {"record r {}", "r", "{:}", "{:}"},
      {"record r {a: u8, b: option<u8>}", "r", "{a: 1}", "{a: 1, b: none}"},
      {"record r {a: u8, b: u8}", "r", "{b: 1, a: 2}", "{a: 2, b: 1}"},
      {"record r {%true: u8, nan: u8}", "r", "{true: 1, %nan: 2}", "{true: 1, nan: 2}"},
      {"flags fl {a, b, c}", "fl", "{c, a}", "{a, c}"},
      {"flags fl {a, b, c}", "fl", "{}", "{}"},
      {"variant v {none, ok(u8), a-B(string)}", "v", "%none", "%none"},
      {"variant v {none, ok(u8), a-B(string)}", "v", "%ok(3)", "%ok(3)"},
      {"variant v {none, ok(u8), a-B(string)}", "v", "a-B(\"x\")", "a-B(\"x\")"},
      {"enum e {inf, nan}", "e", "%nan", "%nan"},
      {"resource r;", "borrow<r>", "18446744073709551615", "18446744073709551615"},
      {"resource r;", "r", "7", "7"},
      {"", "list<u8>", "[1, // comment\n 2]", "[1, 2]"},
  };
  for (const Form& form : table) {
    const OneType t = one(form.declarations, form.type);
    const auto value = parse_wave(t.schema, t.type, form.text, "x:1");
    ASSERT_TRUE(value.ok()) << form.text << ": " << value.error().text();
    EXPECT_TRUE(check_fits(t.schema, t.type, value.value()).ok());
    EXPECT_EQ(print_wave(t.schema, t.type, value.value()), form.prints);
  }
}

TEST(Wave, BadValuesAreErrorsWithTheColumn) {
  const std::vector<Form> table = {
      {"", "u8", "256", "x:1:1: `256` is out of the range of u8"},
      {"", "u8", "-1", "x:1:1: expected u8"},
      {"", "s8", "-129", "out of the range"},
      {"", "u64", "18446744073709551616", "out of the range"},
      {"", "u8", "1.5", "expected u8"},
      {"", "f32", "1e999", "out of the range"},
      {"", "char", "'\\u{d800}'", "x:1:"},
      {"", "char", "'ab'", "x:1:1"},
      {"", "string", "\"\\x\"", "x:1:"},
      {"", "string", "\"no end", "x:1:1"},
      {"", "list<u8>", "[1, true]", "x:1:5: expected u8"},
      {"", "list<u8>", "[1, 2", "x:1:"},
      {"", "list<u8>", "[1] 2", "x:1:5"},
      {"", "list<u8>", "", "x:1:1"},
      {"", "tuple<u8, u8>", "(1)", "expected 2 elements, seen 1"},
      {"", "option<option<u8>>", "5", "expected option<option<u8>>"},
      {"", "result<_, u8>", "ok(1)", "`ok` has no payload"},
      {"", "result<u8>", "ok", "`ok` needs a payload"},
      {"record r {}", "r", "{}", "expected r"},
      {"record r {}", "r", "{a: 1}", "x:1:5: r has no field `a`"},
      {"record r {a: u8}", "r", "{a: 1, a: 2}", "x:1:"},
      {"record r {a: u8}", "r", "{:}", "field `a` is missing"},
      {"flags fl {a}", "fl", "{b}", "no flag `b`"},
      {"flags fl {a}", "fl", "{a, a}", "x:1:"},
      {"enum e {a}", "e", "b", "no case `b`"},
      {"enum e {a}", "e", "a(1)", "has no payload"},
      {"", "list<u8>", std::string(10000, '['), "x:1:"},
      {"", "u8", std::string(10000, '9'), "out of the range"},
      {"", "u8", "\xff", "UTF-8"},
  };
  for (const Form& bad : table) {
    const OneType t = one(bad.declarations, bad.type);
    const auto value = parse_wave(t.schema, t.type, bad.text, "x:1");
    ASSERT_FALSE(value.ok()) << bad.text.substr(0, 100);
    EXPECT_THAT(value.error().text(), HasSubstr(bad.prints));
    EXPECT_EQ(value.error().blame, Blame::Input);
    EXPECT_LT(value.error().text().size(), 500U);
  }
}

TEST(Wave, AStringOfAMebibyteReadsBack) {
  const OneType t = one("", "string");
  std::string text(1U << 20U, 'a');
  for (std::size_t i = 0; i < text.size(); i += 3) text[i] = '\0';
  const Value value = Value::string(text);
  const auto read = parse_wave(t.schema, t.type, print_wave(t.schema, t.type, value), "x:1");
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_TRUE(equal(read.value(), value));
}

TEST(Wave, ValuesAsDeepAsTypesMayBeReadBack) {
  SchemaBuilder builder;
  TypeId id = builder.scalar(Kind::U8);
  Value value = Value::natural(1);
  for (std::size_t i = 0; i + 1 < kMaxTypeDepth; ++i) {
    id = i % 2 == 0 ? builder.option(id) : builder.list(id);
    value = i % 2 == 0 ? Value::choice(1, value) : Value::sequence({value});
  }
  builder.function({"f", FunctionKind::Free, 0, {{"a", id}}, {}});
  const auto schema = std::move(builder).build();
  ASSERT_TRUE(schema.ok()) << schema.error().text();
  const auto again = parse_schema(print_wit(schema.value()), "deep.wit");
  ASSERT_TRUE(again.ok()) << again.error().text();
  const Function& f = schema.value().functions()[0];
  const auto read = parse_call(schema.value(), print_call(schema.value(), f, {value}), "x:1");
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_TRUE(equal(read.value().args[0], value));
}

TEST(Wave, CallsNameAFunctionAndGiveItsArguments) {
  const auto schema = parse_schema(
      "package a:b;\ninterface api { resource r { m: func(a: u8); }\n"
      "f: func(a: u8, b: option<u8>, c: option<u8>); }\n",
      "t.wit");
  ASSERT_TRUE(schema.ok()) << schema.error().text();
  const Schema& s = schema.value();
  const auto short_call = parse_call(s, " f ( 1 , some(2) ) ", "x:1");
  ASSERT_TRUE(short_call.ok()) << short_call.error().text();
  EXPECT_EQ(print_call(s, *short_call.value().function, short_call.value().args),
            "f(1, some(2), none)");
  const auto method = parse_call(s, "r.m(5, 6)", "x:1");
  ASSERT_TRUE(method.ok()) << method.error().text();
  EXPECT_EQ(print_call(s, *method.value().function, method.value().args), "r.m(5, 6)");
  for (const char* bad : {"", "f", "f(", "f()", "f(1, none, none, none)", "g()", "f(1))",
                          "f(1) -> 2", "f[1]", "a/b:c", "\"f\"(1)", "f(1, , )"}) {
    const auto call = parse_call(s, bad, "x:1");
    ASSERT_FALSE(call.ok()) << bad;
    EXPECT_THAT(call.error().where, HasSubstr("x:1:")) << bad;
  }
}

}  // namespace
}  // namespace fficheck
