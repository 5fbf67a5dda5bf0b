#include "harness/core/explain_canonical.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/core/explain.h"
#include "harness/core/reference_canonical.h"
#include "tests/random_schema.h"

namespace fficheck {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// Exports mark(f: few), echo(s: shape) -> string and a method, imports log(point, point) -> point;
/// `bad` has 33 flags.
Schema worked() {
  SchemaBuilder b("example:foo", "bar");
  Type point;
  point.kind = Kind::Record;
  point.name = "point";
  point.parts = {{"x", b.scalar(Kind::U32)}, {"y", b.scalar(Kind::F64)}};
  const TypeId p = b.add(point);
  Type shape;
  shape.kind = Kind::Variant;
  shape.name = "shape";
  shape.parts = {{"dot", std::nullopt}, {"at", p}, {"named", b.scalar(Kind::String)}};
  const TypeId s = b.add(shape);
  Type many;
  many.kind = Kind::Flags;
  many.name = "many";
  for (int i = 0; i < 33; ++i) many.parts.push_back({"f" + std::to_string(i), std::nullopt});
  const TypeId m = b.add(many);
  Type self;
  self.kind = Kind::Borrow;
  self.resource = b.resource({"water", false});
  const TypeId water = b.add(self);
  Type few;
  few.kind = Kind::Flags;
  few.name = "few";
  few.parts = {{"hot", {}}, {"wet", {}}};
  b.function({"mark", FunctionKind::Free, 0, {{"f", b.add(few)}}, std::nullopt});
  b.function({"echo", FunctionKind::Free, 0, {{"s", s}}, b.scalar(Kind::String)});
  b.function({"bad", FunctionKind::Free, 0, {{"m", m}}, std::nullopt});
  b.function({"wide",
              FunctionKind::Free,
              0,
              {{"t", b.tuple(std::vector<TypeId>(16, b.scalar(Kind::U8)))}, {"p", p}},
              p});
  b.function({"drink", FunctionKind::Method, 0, {{"self", water}}, b.scalar(Kind::U64)});
  b.import({"log", FunctionKind::Free, 0, {{"p", p}, {"q", p}}, p});
  return std::move(b).build().value();
}

TEST(ExplainCanonical, ShowsSignaturesNamesAndPlaces) {
  const std::string text = explain_text(worked(), Abi::Canonical);
  EXPECT_THAT(text, HasSubstr("record point: size 16, align 8, flat (i32 f64)\n"
                              "       0     4  x: u32\n"
                              "       8     8  y: f64\n"));
  EXPECT_THAT(text, HasSubstr("variant shape: size 24, align 8, flat (i32 i32 i64)\n"
                              "       0     1  discriminant\n"
                              "    case 0 dot\n"
                              "    case 1 at: point at 8\n"));
  EXPECT_THAT(text, HasSubstr("flags few: size 1, align 1, flat (i32)\n"
                              "    bit 0 hot\n"
                              "    bit 1 wet\n"));
  EXPECT_THAT(text, HasSubstr("echo: example:foo/bar#echo\n"
                              "  (i32 i32 i64) -> (i32)\n"
                              "  result in memory, which the result points to\n"
                              "  post-return: cabi_post_example:foo/bar#echo\n"));
  EXPECT_THAT(text, HasSubstr("wide: example:foo/bar#wide\n"
                              "  (i32) -> (i32)\n"
                              "  parameters in memory: size 32, align 8\n"
                              "       0    16  t: tuple<u8, u8,"));
  EXPECT_THAT(text, HasSubstr("water.drink: example:foo/bar#[method]water.drink\n"
                              "  (i32) -> (i64)\n"));
  EXPECT_THAT(text, HasSubstr("import log: example:foo/host log\n"
                              "  (i32 f64 i32 f64 i32) -> ()\n"
                              "  result in memory, which the last parameter points to\n"));
  EXPECT_THAT(text, HasSubstr("resource water\n"
                              "  import: [export]example:foo/bar [resource-new]water\n"
                              "  import: [export]example:foo/bar [resource-rep]water\n"
                              "  import: [export]example:foo/bar [resource-drop]water\n"
                              "  destructor: example:foo/bar#[dtor]water\n"));
  EXPECT_THAT(text, HasSubstr("unsupported:\n  bad: canonical: more than 32 flags in many\n"));
  EXPECT_THAT(text, Not(HasSubstr("flags many:")));
}

TEST(ExplainCanonical, OnlyExportsThatReturnMemoryHaveAPostReturn) {
  const json all = explain_json(worked(), Abi::Canonical);
  EXPECT_EQ(all["functions"][1]["post_return"], "cabi_post_example:foo/bar#echo");
  EXPECT_TRUE(all["functions"][2]["post_return"].is_null());
  EXPECT_FALSE(all["imports"][0].contains("post_return"));
}

std::vector<std::string> names(const std::vector<CoreType>& types) {
  std::vector<std::string> out;
  for (const CoreType t : types) out.emplace_back(core_type_name(t));
  return out;
}

TEST(ExplainCanonical, FiguresAreTheReferences) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Schema schema = testing::random_schema(seed, Abi::Canonical);
    const CanonicalReference reference(schema);
    const json all = explain_json(schema, Abi::Canonical);
    for (const json& shown : all["types"]) {
      for (TypeId id = 0; id < schema.types().size(); ++id) {
        if (shown["type"] != type_name(schema, id)) continue;
        EXPECT_EQ(shown["size"], reference.elem_size(id));
        EXPECT_EQ(shown["align"], reference.alignment(id));
        EXPECT_EQ(shown["flat"], names(reference.flatten(id)));
        ++compared;
      }
    }
    ASSERT_EQ(all["functions"].size(), schema.functions().size());
    for (std::size_t i = 0; i < schema.functions().size(); ++i) {
      const auto signature = reference.flatten_lift(schema.functions()[i]);
      EXPECT_EQ(all["functions"][i]["params"], names(signature.params));
      EXPECT_EQ(all["functions"][i]["results"], names(signature.results));
    }
  }
  EXPECT_GT(compared, 50u);
}

}  // namespace
}  // namespace fficheck
