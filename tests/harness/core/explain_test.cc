#include "harness/core/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/core/reference.h"
#include "harness/core/text.h"
#include "tests/random_schema.h"

namespace fficheck {
namespace {

using ::testing::HasSubstr;

constexpr const char* kWit = R"(package a:b;

interface water {
  record point { x: u32, y: f64 }
  variant shape { dot, at(point), named(string) }
  find: func(shape: shape, tags: list<string>) -> result<point, string>;
}
)";

TEST(Explain, ShowsOffsetsSymbolsAndResults) {
  const auto schema = parse_schema(kWit, "water.wit");
  ASSERT_TRUE(schema.ok()) << schema.error().text();
  const std::string text = explain_text(schema.value(), Abi::Native);
  EXPECT_THAT(text, HasSubstr("record point: size 16, align 8\n"
                              "       0     4  x: u32\n"
                              "       8     8  y: f64\n"));
  EXPECT_THAT(text, HasSubstr("variant shape: size 24, align 8\n"));
  EXPECT_THAT(text, HasSubstr("    case 1 at: point at 8\n"));
  EXPECT_THAT(text, HasSubstr("find: water_find\n"));
  EXPECT_THAT(text, HasSubstr("  result: point, 16 bytes; an err as return code 1 and its text\n"));
}

TEST(Explain, NamesWhatADialectCannotCarry) {
  const auto schema = parse_schema(kWit, "water.wit");
  ASSERT_TRUE(schema.ok());
  const nlohmann::json nim = explain_json(schema.value(), Abi::Nim, {"p_find"});
  EXPECT_TRUE(nim["functions"].empty());
  EXPECT_TRUE(nim["types"].empty());
  EXPECT_EQ(nim["unsupported"][0]["reason"], "nim: variant");
  EXPECT_THAT(explain_text(schema.value(), Abi::Nim), HasSubstr("  find: nim: variant\n"));
}

TEST(Explain, FiguresAreTheReferences) {
  for (const Abi abi : {Abi::Native, Abi::Nim}) {
    const Schema schema = testing::random_schema(3, abi);
    const Reference reference(schema, abi);
    const nlohmann::json all = explain_json(schema, abi);
    std::size_t compared = 0;
    for (const nlohmann::json& shown : all["types"]) {
      for (TypeId id = 0; id < schema.types().size(); ++id) {
        if (shown["type"] != type_name(schema, id) || !shown.contains("size")) continue;
        const ReferenceLayout layout = reference.layout(id);
        EXPECT_EQ(shown["size"], layout.size);
        ASSERT_EQ(shown["members"].size(), layout.members.size());
        for (std::size_t m = 0; m < layout.members.size(); ++m)
          EXPECT_EQ(shown["members"][m]["offset"], layout.members[m].offset);
        ++compared;
      }
    }
    EXPECT_GT(compared, 10u);
    EXPECT_EQ(all["functions"].size(), schema.functions().size());
  }
}

}  // namespace
}  // namespace fficheck
