#include "harness/core/case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <iterator>

#include "harness/core/value_stream.h"
#include "tests/harness/core/random_schema.h"

namespace fficheck {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Case random_case(std::uint64_t seed, std::string message) {
  Case c;
  c.message = std::move(message);
  c.target = seed % 2 == 0 ? "go" : "";
  c.schema = testing::random_schema(seed);
  for (const Function& f : c.schema.functions()) {
    Step step;
    step.kind = seed % 3 == 0 ? Step::Kind::Call : Step::Kind::Repeat;
    step.function = qualified_name(c.schema, f);
    step.args = stream_args(c.schema, f, seed);
    c.steps.push_back(step);
    c.steps.push_back({Step::Kind::Bulk, step.function, {}, seed, seed % kMaxStepCount});
  }
  c.steps.push_back({Step::Kind::Cycle, {}, {}, 0, 10});
  return c;
}

RC_GTEST_PROP(Case, APrintedCaseReadsBack, (std::uint64_t seed, const std::string& message)) {
  const Case c = random_case(seed, message);
  const std::string text = print_case(c);
  const Result<Case> read = parse_case(text, "a.case");
  if (!read.ok()) RC_FAIL(read.error().text() + "\n" + text);
  RC_ASSERT(print_case(read.value()) == text);
  RC_ASSERT(read.value().message == message);
  RC_ASSERT(read.value().target == c.target);
  RC_ASSERT(read.value().steps.size() == c.steps.size());
  for (std::size_t i = 0; i < c.steps.size(); ++i) {
    RC_ASSERT(read.value().steps[i].seed == c.steps[i].seed);
    RC_ASSERT(read.value().steps[i].count == c.steps[i].count);
    for (std::size_t j = 0; j < c.steps[i].args.size(); ++j) {
      RC_ASSERT(equal(read.value().steps[i].args[j], c.steps[i].args[j]));
    }
  }
}

std::string documented_example() {
  std::ifstream in(FFICHECK_SOURCE_DIR "/docs/case-file.md");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const std::size_t begin = text.find("```\n") + 4;
  return text.substr(begin, text.find("```", begin) - begin);
}

TEST(Case, TheDocumentedExampleIsWhatIsPrinted) {
  const std::string text = documented_example();
  const auto c = parse_case(text, "example.case");
  ASSERT_TRUE(c.ok()) << c.error().text();
  EXPECT_EQ(print_case(c.value()), text);
  EXPECT_EQ(c.value().target, "go");
  ASSERT_EQ(c.value().steps.size(), 4U);
  EXPECT_EQ(c.value().steps[0].args[1].as<std::string>(), std::string("two\0words", 9));
  EXPECT_EQ(c.value().steps[2].seed, 0x1fU);
}

TEST(Case, ACutOffFileIsAnErrorWithItsLine) {
  const std::string text = documented_example();
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    const auto c = parse_case(text.substr(0, size), "cut.case");
    ASSERT_FALSE(c.ok()) << size;
    EXPECT_THAT(c.error().text(), ::testing::StartsWith("cut.case:"));
  }
}

TEST(Case, LinesMayEndAsOnWindowsAndHaveCommentsBetween) {
  std::string text;
  for (const char c : documented_example()) {
    if (c == '\n') text += '\r';
    text += c;
  }
  const auto c = parse_case("# a comment\n\n" + text + "\r\n", "a.case");
  ASSERT_TRUE(c.ok()) << c.error().text();
  EXPECT_EQ(print_case(c.value()), documented_example());
}

TEST(Case, AMebibyteOnALineReadsBack) {
  Case c;
  SchemaBuilder builder;
  builder.function({"f", FunctionKind::Free, 0, {{"a", builder.scalar(Kind::String)}}, {}});
  c.schema = std::move(builder).build().value();
  c.steps.push_back({Step::Kind::Call, "f", {Value::string(std::string(1U << 20U, '\n'))}, 0, 1});
  const auto read = parse_case(print_case(c), "long.case");
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_TRUE(equal(read.value().steps[0].args[0], c.steps[0].args[0]));
}

struct Hostile {
  std::string from;
  std::string to;
  std::string says;
};

TEST(Case, HostileTextIsAnErrorWithFileAndLine) {
  const std::string good = documented_example();
  const std::string long_name(10000, 'a');
  const std::vector<Hostile> table = {
      {"fficheck-case: 1", "fficheck-case: 2", "h.case:1: unknown version"},
      {"fficheck-case: 1", "{\"a\": 1}", "h.case:1: this is no case file"},
      {"target: go", "target go", "h.case:2: unknown header"},
      {"target: go", "Target: go", "h.case:2: unknown header"},
      {"target: go", "target: go\ntarget: go", "h.case:3: header `target` stands twice"},
      {"target: go", "target: \\q", "h.case:2: bad escape"},
      {"target: go", "target: \\u{d800}", "h.case:2: bad escape"},
      {"target: go", "target: \\", "h.case:2: bad escape"},
      {"target: go", "target: \\u{", "h.case:2: bad escape"},
      {"record pair", "record pa\"ir", "h.case:10:"},
      {"record pair", "record pa\nir", "h.case:1"},
      {"record pair", "record pair*/", "h.case:10:"},
      {"record pair", "record ../../etc/passwd", "h.case:10:"},
      {"record pair", "record " + long_name, "h.case:10:10: a name has more than 256 bytes"},
      {"low: u32", "low: " + std::string(10000, '<'), "h.case:11:"},
      {"low: u32", "low: list<u32, 9223372036854775808>", "h.case:11:"},
      {"low: u32", "low: stream<u32>", "stream is not supported"},
      {"{low: 1, high: 2}, ", "{low: 1, high: 4294967296}, ",
       "h.case:23:29: `4294967296` is out of"},
      {"{low: 1, high: 2}, ", std::string(10000, '['), "h.case:23:"},
      {"call swap-me", "call " + long_name, "h.case:23:"},
      {"call swap-me", "delete swap-me", "h.case:23: unknown step `delete`"},
      {"call swap-me", "call no-such", "h.case:23:6: the interface has no function `no-such`"},
      {"bulk echo-0", "bulk no-such", "h.case:25: the interface has no function"},
      {"count=1000", "count=9223372036854775808", "h.case:25: a count of 9223372036854775808"},
      {"count=1000", "count=-1", "h.case:25: `-1` is no number"},
      {"count=1000", "count=", "h.case:25: `` is no number"},
      {"count=1000", "", "h.case:25: count is missing"},
      {"count=1000", "count=1 count=2", "h.case:25: unexpected `count=2`"},
      {"seed=0x1f", "seed=0x10000000000000000", "does not fit 64 bits"},
      {"seed=0x1f", "seed=0x", "is no number"},
      {"cycle 10", "cycle 18446744073709551616", "h.case:26: "},
      {"--- end ---", "--- end ---\nmore", "h.case:28: text after"},
      {"--- end ---", "", "h.case:27: the file ends before the line `--- end ---`"},
      {"--- script ---", "", "the file ends before the line `--- script ---`"},
      {"--- schema ---", "", "h.case:7: unknown header"},
  };
  for (const Hostile& hostile : table) {
    std::string text = good;
    const std::size_t at = text.find(hostile.from);
    ASSERT_NE(at, std::string::npos) << hostile.from;
    text.replace(at, hostile.from.size(), hostile.to);
    const auto c = parse_case(text, "h.case");
    ASSERT_FALSE(c.ok()) << hostile.to.substr(0, 100);
    EXPECT_THAT(c.error().text(), AllOf(HasSubstr("h.case"), HasSubstr(hostile.says)))
        << hostile.to.substr(0, 100);
    EXPECT_EQ(c.error().blame, Blame::Input);
    EXPECT_LT(c.error().text().size(), 600U);
    EXPECT_EQ(c.error().text().find('\n'), std::string::npos);
  }
}

TEST(Case, EachSimplerCaseWeighsLess) {
  const auto c = parse_case(documented_example(), "example.case").value();
  Case fewer_steps = c;
  fewer_steps.steps.pop_back();
  EXPECT_LT(case_weight(fewer_steps), case_weight(c));
  Case smaller_value = c;
  smaller_value.steps[0].args[1] = Value::string("");
  EXPECT_LT(case_weight(smaller_value), case_weight(c));
  Case one_function = c;
  one_function.schema = restrict_to(c.schema, {c.schema.functions()[1]});
  EXPECT_LT(case_weight(one_function), case_weight(fewer_steps));
  Case smaller_count = c;
  smaller_count.steps[2].count = 999;
  EXPECT_LT(case_weight(smaller_count), case_weight(c));
}

}  // namespace
}  // namespace fficheck
