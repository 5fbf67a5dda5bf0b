#include "generators/coverage_json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "generators/generators.h"
#include "harness/core/canonical.h"

namespace fficheck {
namespace {

TEST(CoverageJson, EveryKindAndFeatureIsThereMetOrNot) {
  const nlohmann::json json = to_json(Coverage());
  EXPECT_EQ(json["kinds"].size(), kAllKinds.size());
  EXPECT_EQ(json["features"].size(), feature_names().size());
  EXPECT_EQ(json["kinds"]["list"], 0);
}

TEST(CoverageJson, CountsAreThoseOfTheCoverage) {
  Coverage coverage;
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    coverage.add(generate_schema(seed, profiles().front()));
  const nlohmann::json json = to_json(coverage);
  EXPECT_EQ(json["schemas"], 50);
  std::uint64_t types = 0;
  for (const auto& [kind, count] : json["kinds"].items()) types += count.get<std::uint64_t>();
  EXPECT_EQ(types, coverage.types);
  std::uint64_t functions = 0;
  for (const auto& [n, count] : json["params"].items()) functions += count.get<std::uint64_t>();
  EXPECT_EQ(functions, coverage.functions);
  const auto list = static_cast<std::size_t>(Kind::List);
  const auto u8 = static_cast<std::size_t>(Kind::U8);
  EXPECT_EQ(json["pairs"]["list"].value("u8", 0U), coverage.pairs[list][u8]);
}

TEST(Coverage, MeetsTheLimitsOfFlatParametersAndResultsAndEveryEdge) {
  Coverage coverage;
  for (std::uint64_t seed = 0; seed < 400; ++seed)
    coverage.add(generate_schema(seed, profiles().front()));
  for (const std::size_t n : {15U, 16U, 17U}) EXPECT_GT(coverage.flat_params[n], 0U) << n;
  for (const std::size_t n : {0U, 1U, 2U}) EXPECT_GT(coverage.flat_results[n], 0U) << n;
  for (const std::string_view edge : edge_names()) EXPECT_GT(coverage.edges[edge], 0U) << edge;
  std::uint64_t functions = 0;
  for (const auto& [n, count] : coverage.flat_params) functions += count;
  EXPECT_EQ(functions, coverage.functions);
}

TEST(Coverage, CountsFlatParametersAsTheCanonicalAbiLowersThem) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Schema schema = generate_schema(seed, profiles().front());
    const auto& all = schema.functions();
    if (std::any_of(all.begin(), all.end(), [&](const Function& f) {
          return unsupported_canonical(schema, f).has_value();
        }))
      continue;
    Coverage coverage;
    coverage.add(schema);
    std::uint64_t spilled = 0;
    for (const auto& [n, count] : coverage.flat_params) spilled += n > kMaxFlatParams ? count : 0;
    std::uint64_t expected = 0;
    for (const CanonicalFunction& f : lower_canonical(schema).functions)
      expected += f.params_in_memory ? 1 : 0;
    EXPECT_EQ(spilled, expected) << seed;
  }
}

}  // namespace
}  // namespace fficheck
