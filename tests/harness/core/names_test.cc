#include "harness/core/names.h"

#include <gtest/gtest.h>

#include <array>

namespace fficheck {
namespace {

TEST(Names, LabelsAreThoseOfWit) {
  for (const char* good : {"a", "echo-0", "delay-MS2", "A-b-C", "x1-2y", "HTTP3"}) {
    EXPECT_TRUE(is_wit_label(good)) << good;
  }
  for (const char* bad : {"", "-", "a-", "-a", "a--b", "1a", "aB", "a_b", "a b", "a/b", "a*/",
                          "a\n", "\"", "ä", "%a", "a.b", "../a"}) {
    EXPECT_FALSE(is_wit_label(bad)) << bad;
  }
  EXPECT_TRUE(is_wit_label(std::string(256, 'a')));
  EXPECT_FALSE(is_wit_label(std::string(257, 'a')));
}

TEST(Names, CasesAreMadeOfWords) {
  EXPECT_EQ(words("delay-MS2"), (std::vector<std::string>{"delay", "MS2"}));
  EXPECT_EQ(snake_case("delay-MS2"), "delay_ms2");
  EXPECT_EQ(upper_snake_case("delay-MS2"), "DELAY_MS2");
  EXPECT_EQ(pascal_case("delay-MS2"), "DelayMs2");
  EXPECT_EQ(camel_case("delay-MS2"), "delayMs2");
  EXPECT_EQ(camel_case("HTTP-server"), "httpServer");
}

TEST(Names, AScopeNeverGivesANameTwice) {
  constexpr auto kReserved = std::to_array<std::string_view>({"int", "int_"});
  NameScope scope(kReserved);
  EXPECT_EQ(scope.claim("int"), "int_2");
  EXPECT_EQ(scope.claim("a"), "a");
  EXPECT_EQ(scope.claim("a"), "a_");
  EXPECT_EQ(scope.claim("a"), "a_2");
  EXPECT_EQ(scope.claim("a_2"), "a_2_");
  scope.reserve("b");
  EXPECT_EQ(scope.claim("b"), "b_");
}

TEST(Names, ShownTextIsShortAndHarmless) {
  EXPECT_EQ(shown("a*/\n\x01\xff"), "`a*/???`");
  EXPECT_EQ(shown(std::string(10000, 'a')), "`" + std::string(64, 'a') + "...`");
}

}  // namespace
}  // namespace fficheck
