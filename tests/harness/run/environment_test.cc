#include "harness/run/environment.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

namespace fficheck {
namespace {

TEST(Environment, IsAFlatObjectThatNamesTheMachine) {
  const nlohmann::json facts = environment();
  for (const auto& [key, value] : facts.items())
    EXPECT_TRUE(value.is_primitive() && !value.is_null()) << key;
  EXPECT_FALSE(facts.value("host", "").empty());
  EXPECT_GE(facts.value("cores", 0), 1);
  EXPECT_GT(facts.value("memory_gib", 0.0), 0.0);
}

TEST(UtcNow, IsATimeInUtc) {
  EXPECT_TRUE(std::regex_match(utc_now(), std::regex(R"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ)")))
      << utc_now();
}

}  // namespace
}  // namespace fficheck
