#include "harness/core/value_stream.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <map>
#include <set>
#include <sstream>

#include "harness/core/text.h"
#include "harness/core/witness.h"

// The vectors are read by the tests of all three implementations. FFICHECK_UPDATE_VECTORS=1 writes
// them anew: then look at the difference, since every line that changes breaks the other two.

namespace fficheck {
namespace {

const char* const kFile = FFICHECK_SOURCE_DIR "/tests/vectors/value_stream.txt";

const char* const kHead =
    R"(# Test vectors of docs/value-stream.md, for all its implementations.
#
# Empty lines and lines that start with `#` say nothing. Every other line is a keyword and its fields, parted
# by one space each; the last field of `value` and `args` goes to the end of the line. Numbers are hexadecimal,
# without 0x, except INDEX and COUNT, which are decimal.
#
# schema NAME                    the lines up to the line `end` are the WIT of a schema; the lines
#                                after it, up to the next `schema`, are about its functions
# next STATE INDEX WORD          section 1: the word number INDEX (from 0) of a stream with that state
# seed RUN INDEX SEED            section 2: the seed of value INDEX of a run
# value FUNCTION SEED WITNESS WAVE
#                                a produce function: gen(result, 0) of a stream with that seed, the
#                                witness of that value, and the value, or `-` where it is long
# args FUNCTION SEED WITNESS ANSWER WAVE
#                                any other: its arguments from a stream with that seed, their witness,
#                                the witness of what the callee answers (`-` without a result)
# digest FUNCTION RUN COUNT SUM SUM1
#                                sum modulo 2^64 of WITNESS (as in `value` or `args`) over the values
#                                0 to COUNT - 1 of a run; SUM1 the same where strings hold no NUL
)";

struct Group {
  const char* name;
  const char* functions;  // WIT of types and functions
};

const Group kGroups[] = {
    {"scalars", R"(  produce-bool: func(seed: u64) -> bool;
  produce-s8: func(seed: u64) -> s8;
  produce-u8: func(seed: u64) -> u8;
  produce-s16: func(seed: u64) -> s16;
  produce-u16: func(seed: u64) -> u16;
  produce-s32: func(seed: u64) -> s32;
  produce-u32: func(seed: u64) -> u32;
  produce-s64: func(seed: u64) -> s64;
  produce-u64: func(seed: u64) -> u64;
  produce-f32: func(seed: u64) -> f32;
  produce-f64: func(seed: u64) -> f64;
  produce-char: func(seed: u64) -> char;
  produce-string: func(seed: u64) -> string;
)"},
    {"lists", R"(  produce-bytes: func(seed: u64) -> list<u8>;
  produce-longs: func(seed: u64) -> list<s64>;
  produce-strings: func(seed: u64) -> list<string>;
  produce-nested: func(seed: u64) -> list<list<list<list<list<u16>>>>>;
  produce-options: func(seed: u64) -> list<option<option<string>>>;
)"},
    {"choices", R"(  enum one { only }
  enum color { red, green, blue }
  variant shape { none, circle(f32), name(string), both(tuple<u8, color>) }
  produce-option: func(seed: u64) -> option<s32>;
  produce-option-option: func(seed: u64) -> option<option<bool>>;
  produce-result: func(seed: u64) -> result<u8, string>;
  produce-result-bare: func(seed: u64) -> result;
  produce-result-ok: func(seed: u64) -> result<char>;
  produce-result-err: func(seed: u64) -> result<_, f64>;
  produce-one: func(seed: u64) -> one;
  produce-color: func(seed: u64) -> color;
  produce-shape: func(seed: u64) -> shape;
  produce-shapes: func(seed: u64) -> list<shape>;
)"},
    {"records", R"(  record empty {}
  record point { x: s32, y: s32 }
  record person { name: string, at: point, tags: list<string>, nothing: empty, age: option<u8> }
  produce-empty: func(seed: u64) -> empty;
  produce-point: func(seed: u64) -> point;
  produce-person: func(seed: u64) -> person;
  produce-people: func(seed: u64) -> list<person>;
  produce-tuple: func(seed: u64) -> tuple<bool, f32, string>;
)"},
    {"calls", R"(  record pair { a: u32, b: u32 }
  consume-none: func() -> u64;
  consume-0: func(p: pair) -> u64;
  consume-many: func(a: u8, b: f32, c: string, d: list<u8>, e: option<pair>, f: u64) -> u64;
  echo-0: func(p: pair) -> pair;
  echo-text: func(s: string) -> string;
  create: func(name: string) -> result<_, string>;
  get: func(key: string) -> result<pair, string>;
  set: func(key: string, value: pair);
  now: func() -> u64;
  sum: func(values: list<s64>) -> s64;
)"},
};

std::string flags_group() {
  std::ostringstream out;
  for (const int n : {1, 3, 8, 9, 32, 33, 64, 65, 130}) {
    out << "  flags flags" << n << " { ";
    for (int i = 0; i < n; ++i) out << (i == 0 ? "" : ", ") << "b" << i;
    out << " }\n  produce-flags" << n << ": func(seed: u64) -> flags" << n << ";\n";
  }
  out << "  enum e300 { ";
  for (int i = 0; i < 300; ++i) out << (i == 0 ? "" : ", ") << "c" << i;
  out << " }\n  produce-e300: func(seed: u64) -> e300;\n";
  return out.str();
}

std::string wit(const std::string& functions) {
  return "package fficheck:vectors;\n\ninterface api {\n" + functions +
         "}\n\nworld w {\n  export api;\n}\n";
}

Schema parse_or_die(const std::string& text) {
  Result<Schema> parsed = parse_schema(text, "vectors");
  if (!parsed.ok()) ADD_FAILURE() << parsed.error().text() << "\n" << text;
  return parsed.ok() ? std::move(parsed).value() : Schema();
}

std::string hex(std::uint64_t x) {
  std::ostringstream out;
  out << std::hex << std::setw(16) << std::setfill('0') << x;
  return out.str();
}

std::string short_or_dash(const std::string& wave) { return wave.size() > 120 ? "-" : wave; }

std::uint64_t witness_of(const Schema& schema, const Function& f, std::uint64_t seed,
                         StreamLimits limits) {
  if (schema.role(f) == Role::Produce) {
    return witness(schema, *f.result, stream_value(schema, *f.result, seed, limits));
  }
  return witness_args(schema, f, stream_args(schema, f, seed, limits));
}

std::string value_line(const Schema& schema, const Function& f, std::uint64_t seed) {
  if (schema.role(f) == Role::Produce) {
    const Value value = stream_value(schema, *f.result, seed);
    return "value " + f.name + " " + hex(seed) + " " + hex(witness(schema, *f.result, value)) +
           " " + short_or_dash(print_wave(schema, *f.result, value));
  }
  const std::vector<Value> args = stream_args(schema, f, seed);
  const std::optional<Value> answer = expected_result(schema, f, args, {});
  return "args " + f.name + " " + hex(seed) + " " + hex(witness_args(schema, f, args)) + " " +
         (answer ? hex(witness(schema, *f.result, *answer)) : "-") + " " +
         short_or_dash(print_call(schema, f, args));
}

std::string digest_line(const Schema& schema, const Function& f, std::uint64_t run,
                        std::uint64_t count) {
  std::uint64_t plain = 0;
  std::uint64_t no_nul = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    plain += witness_of(schema, f, value_seed(run, i), {});
    no_nul += witness_of(schema, f, value_seed(run, i), {.no_nul = true});
  }
  return "digest " + f.name + " " + hex(run) + " " + std::to_string(count) + " " + hex(plain) +
         " " + hex(no_nul);
}

std::string all_vectors() {
  std::ostringstream out;
  out << kHead << "\n";
  for (const std::uint64_t state : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    SplitMix words(state);
    for (int i = 0; i < 4; ++i)
      out << "next " << hex(state) << " " << i << " " << hex(words.next()) << "\n";
  }
  for (const std::uint64_t run :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0xFEDCBA9876543210u}}) {
    for (const std::uint64_t i : {0u, 1u, 2u, 3u, 1000000u}) {
      out << "seed " << hex(run) << " " << i << " " << hex(value_seed(run, i)) << "\n";
    }
  }
  std::vector<std::pair<std::string, std::string>> groups;
  for (const Group& group : kGroups) groups.emplace_back(group.name, group.functions);
  groups.emplace_back("wide", flags_group());
  for (const auto& [name, functions] : groups) {
    const std::string text = wit(functions);
    out << "\nschema " << name << "\n" << text << "end\n";
    const Schema schema = parse_or_die(text);
    for (const Function& f : schema.functions()) {
      for (std::uint64_t i = 0; i < 8; ++i) out << value_line(schema, f, value_seed(7, i)) << "\n";
      out << digest_line(schema, f, 7, 1000) << "\n";
    }
  }
  return out.str();
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

TEST(ValueStream, MakesTheValuesOfTheVectors) {
  const std::string made = all_vectors();
  if (std::getenv("FFICHECK_UPDATE_VECTORS") != nullptr) {
    std::ofstream(kFile, std::ios::binary) << made;
    GTEST_SKIP() << "wrote " << kFile;
  }
  std::ifstream in(kFile, std::ios::binary);
  std::stringstream file;
  file << in.rdbuf();
  const std::vector<std::string> expected = lines(file.str());
  const std::vector<std::string> seen = lines(made);
  ASSERT_GT(expected.size(), 300u);
  ASSERT_EQ(expected.size(), seen.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(expected[i], seen[i]) << kFile << ":" << i + 1;
  }
}

// Known answers of splitmix64 (Vigna's reference program with seed 1234567).
TEST(SplitMix, AgreesWithTheReferenceProgram) {
  SplitMix words(1234567);
  for (const std::uint64_t expected :
       {6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u}) {
    EXPECT_EQ(words.next(), expected);
  }
}

TEST(SplitMix, BelowStaysBelow) {
  SplitMix words(3);
  for (const std::uint32_t n : {1u, 2u, 3u, 95u, 0xFFFFFFFFu}) {
    for (int i = 0; i < 1000; ++i) EXPECT_LT(words.below(n), n);
  }
}

Schema one_function(const std::string& type) {
  return parse_or_die(wit("  echo-0: func(x: " + type + ") -> " + type + ";\n"));
}

TEST(ValueStream, IsDeterministicAndFitsItsType) {
  const Schema schema = one_function("list<tuple<string, option<list<char>>, result<f32, s8>>>");
  const Function& f = schema.functions()[0];
  for (std::uint64_t i = 0; i < 500; ++i) {
    const std::uint64_t seed = value_seed(5, i);
    const std::vector<Value> once = stream_args(schema, f, seed);
    const std::vector<Value> twice = stream_args(schema, f, seed);
    ASSERT_EQ(once.size(), 1u);
    EXPECT_TRUE(equal(once[0], twice[0]));
    EXPECT_TRUE(check_fits(schema, f.params[0].type, once[0]).ok());
  }
}

TEST(ValueStream, MeetsTheEdgesOfStrings) {
  const Schema schema = one_function("string");
  std::map<std::string, int> met;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const Value value =
        stream_value(schema, schema.functions()[0].params[0].type, value_seed(9, i));
    const auto& text = value.as<std::string>();
    met["empty"] += text.empty();
    met["embedded NUL"] += text.find('\0') != std::string::npos && text.size() > 1;
    met["four bytes"] += text.find('\xF0') != std::string::npos;
    met["last char before the surrogates"] += text.find("\xED\x9F\xBF") != std::string::npos;
    met["1 MiB"] += text.size() == 1u << 20;
    const Value bare = stream_value(schema, schema.functions()[0].params[0].type, value_seed(9, i),
                                    {.no_nul = true});
    EXPECT_EQ(bare.as<std::string>().find('\0'), std::string::npos);
  }
  EXPECT_EQ(met.size(), 5u);
  for (const auto& [what, count] : met) EXPECT_GT(count, 0) << what;
}

TEST(ValueStream, MeetsTheEdgesOfNumbers) {
  const Schema schema = one_function("tuple<s64, u8, f64>");
  std::set<std::int64_t> longs;
  std::set<std::uint64_t> bytes;
  bool minus_zero = false;
  bool nan = false;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const Value value =
        stream_value(schema, schema.functions()[0].params[0].type, value_seed(1, i));
    const auto& parts = value.as<Sequence>();
    longs.insert(parts[0].as<std::int64_t>());
    bytes.insert(parts[1].as<std::uint64_t>());
    const double d = parts[2].as<double>();
    minus_zero |= d == 0 && std::signbit(d);
    nan |= std::isnan(d);
  }
  EXPECT_TRUE(longs.contains(INT64_MIN) && longs.contains(INT64_MAX) && longs.contains(-1));
  EXPECT_EQ(bytes.size(), 256u);
  EXPECT_TRUE(minus_zero);
  EXPECT_TRUE(nan);
}

}  // namespace
}  // namespace fficheck
