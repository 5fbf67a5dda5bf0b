#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <set>

#include "generators/coverage.h"
#include "generators/generators.h"
#include "harness/core/lowering.h"
#include "harness/core/text.h"
#include "harness/core/value_stream.h"

namespace fficheck {
namespace {

constexpr std::uint64_t kSeed = 20240521;

Coverage cover(const Profile& profile, std::uint64_t schemas) {
  Coverage coverage;
  for (std::uint64_t i = 0; i < schemas; ++i) {
    coverage.add(generate_schema(case_seed(kSeed, i), profile));
  }
  return coverage;
}

TEST(GenerateSchema, DependsOnNothingButItsSeed) {
  for (const Profile& profile : profiles()) {
    for (std::uint64_t i = 0; i < 50; ++i) {
      const std::uint64_t seed = case_seed(kSeed, i);
      EXPECT_TRUE(generate_schema(seed, profile) == generate_schema(seed, profile));
    }
  }
}

// What a seed stands for does not depend on a compiler's order of evaluation: CI builds by gcc and
// by clang. Whoever changes a generator puts the new number here.
TEST(GenerateSchema, IsTheSameWhateverCompilerBuiltIt) {
  std::uint64_t digest = 0xCBF29CE484222325u;  // FNV-1a
  const auto absorb = [&](const std::string& text) {
    for (const char c : text)
      digest = (digest ^ static_cast<unsigned char>(c)) * 0x00000100000001B3u;
  };
  for (const Profile& profile : profiles()) {
    for (std::uint64_t i = 0; i < 60; ++i) {
      const std::uint64_t seed = case_seed(kSeed, i);
      const Schema schema = generate_schema(seed, profile);
      absorb(print_wit(schema));
      for (const Step& step : generate_script(seed, schema)) absorb(print_step(schema, step));
    }
  }
  EXPECT_EQ(digest, 0x722F814D3C474BE2u) << std::hex << digest;
}

TEST(GenerateSchema, GivesDifferentSeedsDifferentSchemas) {
  std::set<std::string> texts;
  for (std::uint64_t i = 0; i < 300; ++i) {
    texts.insert(print_wit(generate_schema(case_seed(kSeed, i), profiles().front())));
  }
  EXPECT_GT(texts.size(), 295u);
}

TEST(CaseSeed, IsThatOfTheDocument) {
  const std::uint64_t word = SplitMix(7).next();
  EXPECT_EQ(case_seed(7, 3), SplitMix(word + 3 * 0xD1B54A32D192ED03u).next());
  EXPECT_NE(case_seed(7, 3), case_seed(8, 3));
}

// What is printed can be read: every name, kind and shape is valid WIT.
TEST(GenerateSchema, MakesWhatWitCanSay) {
  for (const Profile& profile : profiles()) {
    for (std::uint64_t i = 0; i < 150; ++i) {
      const Schema schema = generate_schema(case_seed(kSeed, i), profile);
      const std::string text = print_wit(schema);
      const Result<Schema> read = parse_schema(text, "generated");
      ASSERT_TRUE(read.ok()) << profile.name << " " << i << ": " << read.error().text() << text;
      ASSERT_EQ(print_wit(read.value()), text) << profile.name << " " << i;
    }
  }
}

TEST(GenerateSchema, MeetsEveryFeature) {
  const Coverage coverage = cover(profiles().front(), 3000);
  for (const std::string_view feature : feature_names()) {
    const auto found = coverage.features.find(feature);
    const std::uint64_t count = found == coverage.features.end() ? 0 : found->second;
    EXPECT_GE(count, 3u) << feature;
    RecordProperty(std::string(feature.substr(0, 20)), std::to_string(count));
    if (std::getenv("FFICHECK_SHOW_COVERAGE") != nullptr) {
      std::printf("%6llu  %s\n", static_cast<unsigned long long>(count),
                  std::string(feature).c_str());
    }
  }
}

// Where conversions between flat values go wrong, payloads of other widths, and padding.
TEST(GenerateSchema, StrainsPayloadsAndPaddingInOneSchemaOfTwentyFive) {
  Coverage coverage = cover(profiles().front(), 1000);
  EXPECT_GE(coverage.features["float and integer in one place"], 40u);
  EXPECT_GE(coverage.features["bool and another in one place"], 40u);
  EXPECT_GE(coverage.features["list behind a narrow field"], 40u);
}

TEST(GenerateSchema, NestsEveryKindInEveryOther) {
  const Coverage coverage = cover(profiles().front(), 3000);
  for (const Kind outer : kAllKinds) {
    if (class_of(outer) == KindClass::Handle) continue;
    EXPECT_GE(coverage.kinds[static_cast<std::size_t>(outer)], 100u) << keyword(outer);
    const bool holds = outer == Kind::List || outer == Kind::Option || outer == Kind::Result ||
                       outer == Kind::Tuple || outer == Kind::Record || outer == Kind::Variant;
    for (const Kind inner : kAllKinds) {
      if (!holds || class_of(inner) == KindClass::Handle) continue;
      EXPECT_GE(coverage.pairs[static_cast<std::size_t>(outer)][static_cast<std::size_t>(inner)],
                1u)
          << keyword(outer) << " of " << keyword(inner);
    }
  }
}

TEST(GenerateSchema, StaysSmallOnAverage) {
  constexpr std::uint64_t kSchemas = 2000;
  const Coverage coverage = cover(profiles().front(), kSchemas);
  const double functions = static_cast<double>(coverage.functions) / kSchemas;
  const double types = static_cast<double>(coverage.types) / kSchemas;
  EXPECT_GT(functions, 4);
  EXPECT_LT(functions, 10);
  EXPECT_LT(types, 30);
  RecordProperty("functions", std::to_string(functions));
  if (std::getenv("FFICHECK_SHOW_COVERAGE") != nullptr) {
    std::printf("types %.1f functions %.1f\n", types, functions);
    for (const auto& [n, count] : coverage.params)
      std::printf("params %zu: %llu\n", n, static_cast<unsigned long long>(count));
    for (const auto& [n, count] : coverage.depths)
      std::printf("depth %zu: %llu\n", n, static_cast<unsigned long long>(count));
  }
}

TEST(GenerateSchema, NestsDeepInItsProfile) {
  const Coverage coverage = cover(*find_profile("deep"), 200);
  std::uint64_t deep = 0;
  for (const auto& [depth, count] : coverage.depths) deep += depth >= 6 ? count : 0;
  EXPECT_GT(deep, 50u);
}

TEST(GenerateSchema, HasHostileNamesWhereItsProfileSaysSo) {
  EXPECT_GT(cover(*find_profile("names"), 300).features["hostile name"], 280u);
  EXPECT_EQ(cover(*find_profile("small"), 300).features["long name"], 0u);
}

TEST(GenerateSchema, OfProfileNimIsCarriedByTheNimDialect) {
  const Profile& nim = *find_profile("nim");
  Coverage coverage;
  for (std::uint64_t i = 0; i < 500; ++i) {
    const Schema schema = generate_schema(case_seed(kSeed, i), nim);
    coverage.add(schema);
    for (const Function& f : schema.functions()) {
      const auto reason = unsupported(schema, f, Abi::Nim);
      EXPECT_FALSE(reason.has_value()) << *reason << "\n" << print_wit(schema);
    }
  }
  for (const Kind kind : {Kind::List, Kind::Option, Kind::String, Kind::Record, Kind::Result}) {
    EXPECT_GT(coverage.kinds[static_cast<std::size_t>(kind)], 50u) << keyword(kind);
  }
  EXPECT_GT(coverage.features["create"], 5u);
}

// All but what goes by value beyond the limit of a C call.
TEST(GenerateSchema, IsCarriedByTheNativeDialect) {
  for (const Profile& profile : profiles()) {
    if (profile.resources.most != 0) continue;
    std::uint64_t functions = 0;
    std::uint64_t carried = 0;
    for (std::uint64_t i = 0; i < 200; ++i) {
      const Schema schema = generate_schema(case_seed(kSeed, i), profile);
      for (const Function& f : schema.functions()) {
        ++functions;
        carried += unsupported(schema, f, Abi::Native) ? 0 : 1;
      }
    }
    EXPECT_EQ(carried, functions) << profile.name;
  }
}

TEST(Coverage, AddsUp) {
  const Schema one = generate_schema(1, profiles().front());
  const Schema two = generate_schema(2, profiles().front());
  Coverage both;
  both.add(one);
  both.add(two);
  Coverage first;
  first.add(one);
  Coverage second;
  second.add(two);
  first.add(second);
  EXPECT_EQ(first.schemas, 2u);
  EXPECT_EQ(first.types, both.types);
  EXPECT_EQ(first.kinds, both.kinds);
  EXPECT_EQ(first.pairs, both.pairs);
  EXPECT_EQ(first.params, both.params);
  EXPECT_EQ(first.features, both.features);
}

TEST(Profiles, HaveDistinctNamesAndSentences) {
  std::set<std::string_view> names;
  for (const Profile& profile : profiles()) {
    EXPECT_TRUE(names.insert(profile.name).second);
    EXPECT_FALSE(profile.sentence.empty());
    EXPECT_EQ(find_profile(profile.name), &profile);
  }
  EXPECT_EQ(profiles().front().name, "default");
  EXPECT_EQ(find_profile("no such profile"), nullptr);
}

}  // namespace
}  // namespace fficheck
