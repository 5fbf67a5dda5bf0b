#include "generators/coverage_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "generators/generators.h"

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

}  // namespace
}  // namespace fficheck
