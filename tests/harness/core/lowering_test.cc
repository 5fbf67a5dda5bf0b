#include "harness/core/lowering.h"

#include <gtest/gtest.h>

#include "harness/core/reference.h"
#include "tests/random_schema.h"

namespace fficheck {
namespace {

Schema with_function(SchemaBuilder builder, std::string name, std::vector<TypeId> params,
                     std::optional<TypeId> result) {
  Function f;
  f.name = std::move(name);
  for (std::size_t i = 0; i < params.size(); ++i)
    f.params.push_back({"p" + std::to_string(i), params[i]});
  f.result = result;
  builder.function(std::move(f));
  return std::move(builder).build().value();
}

std::string why(const Schema& schema, Abi abi) {
  return unsupported(schema, schema.functions().back(), abi).value_or("");
}

class Dialects : public ::testing::TestWithParam<Abi> {};
INSTANTIATE_TEST_SUITE_P(Both, Dialects, ::testing::Values(Abi::Native, Abi::Nim),
                         [](const auto& info) { return std::string(abi_name(info.param)); });

TEST_P(Dialects, EveryFigureIsTheReferences) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Schema schema = testing::random_schema(seed, GetParam());
    const NativeLowering lowering = lower_native(schema, GetParam());
    const Reference reference(schema, GetParam());
    for (TypeId id = 0; id < schema.types().size(); ++id) {
      const TypeLayout& mine = lowering.types[id];
      const ReferenceLayout expected = reference.layout(id);
      const std::string name = type_name(schema, id) + " of seed " + std::to_string(seed);
      ASSERT_EQ(mine.shape != Shape::MembersOnly, expected.exists) << name;
      if (!expected.exists) continue;
      ASSERT_EQ(mine.size, expected.size) << name;
      ASSERT_EQ(mine.align, expected.align) << name;
      ASSERT_EQ(mine.members.size(), expected.members.size()) << name;
      for (std::size_t i = 0; i < mine.members.size(); ++i) {
        ASSERT_EQ(mine.members[i].offset, expected.members[i].offset) << name << " member " << i;
        ASSERT_EQ(mine.members[i].size, expected.members[i].size) << name << " member " << i;
        ASSERT_EQ(mine.members[i].align, expected.members[i].align) << name << " member " << i;
      }
    }
    for (std::size_t f = 0; f < schema.functions().size(); ++f) {
      const auto expected = reference.params(schema.functions()[f]);
      ASSERT_EQ(lowering.functions[f].params.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(lowering.functions[f].params[i].size, expected[i].size);
        ASSERT_EQ(lowering.functions[f].params[i].align, expected[i].align);
      }
    }
  }
}

TEST_P(Dialects, RandomSchemasAreSupported) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Schema schema = testing::random_schema(seed, GetParam());
    for (const Function& f : schema.functions())
      ASSERT_EQ(unsupported(schema, f, GetParam()), std::nullopt) << f.name;
  }
}

TEST_P(Dialects, AResultWithTextErrorArrivesAsItsOk) {
  SchemaBuilder b;
  const TypeId text = b.scalar(Kind::String);
  const TypeId u32 = b.scalar(Kind::U32);
  const TypeId result = b.result(u32, text);
  const Schema schema = with_function(std::move(b), "f", {}, result);
  const FunctionLayout layout = lower_native(schema, GetParam()).functions[0];
  EXPECT_TRUE(layout.error_is_text);
  EXPECT_EQ(layout.form, ResultForm::Struct);
  EXPECT_EQ(layout.ok, u32);
}

TEST_P(Dialects, AStringArrivesAsRawText) {
  SchemaBuilder b;
  const TypeId text = b.scalar(Kind::String);
  const Schema schema = with_function(std::move(b), "f", {}, text);
  EXPECT_EQ(lower_native(schema, GetParam()).functions[0].form, ResultForm::RawText);
}

TEST_P(Dialects, AFunctionCreateMustBeAConstructor) {
  SchemaBuilder good;
  const TypeId ok = good.result(std::nullopt, good.scalar(Kind::String));
  EXPECT_EQ(why(with_function(std::move(good), "create", {}, ok), GetParam()), "");
  SchemaBuilder bad;
  const TypeId u8 = bad.scalar(Kind::U8);
  EXPECT_NE(why(with_function(std::move(bad), "create", {}, u8), GetParam()), "");
}

TEST_P(Dialects, ArgumentsBeyondAMebibyteAreRefused) {
  SchemaBuilder b;
  TypeId id = b.scalar(Kind::U64);
  for (int i = 0; i < 4; ++i) {  // 10,000 words
    Type record{Kind::Record, "r" + std::to_string(i), {}, 0};
    for (int k = 0; k < 10; ++k) record.parts.push_back({"m" + std::to_string(k), id});
    id = b.add(std::move(record));
  }
  SchemaBuilder few = b;
  EXPECT_EQ(why(with_function(few, "f", std::vector<TypeId>(13, id), std::nullopt), GetParam()),
            "");
  const Schema schema = with_function(b, "f", std::vector<TypeId>(14, id), std::nullopt);
  EXPECT_NE(why(schema, GetParam()).find("1 MiB"), std::string::npos);
}

TEST(Nim, ListsAndOptionsAreMembersOfTheirHolder) {
  SchemaBuilder b;
  const TypeId text = b.scalar(Kind::String);
  const TypeId s64 = b.scalar(Kind::S64);
  const TypeId list = b.list(text);
  const TypeId option = b.option(s64);
  const TypeId record = b.add({Kind::Record, "r", {{"tags", list}, {"retries", option}}, 0});
  const Schema schema = with_function(std::move(b), "f", {record, list}, std::nullopt);
  const NativeLowering lowering = lower_native(schema, Abi::Nim);
  const TypeLayout& layout = lowering.types[record];
  ASSERT_EQ(layout.members.size(), 4u);
  EXPECT_EQ(layout.members[1].suffix, "_len");
  EXPECT_EQ(layout.members[2].suffix, "_present");
  EXPECT_EQ(layout.members[2].part, 1u);
  EXPECT_EQ(layout.members[3].offset, 24u);
  EXPECT_EQ(layout.size, 32u);
  ASSERT_EQ(lowering.functions[0].params.size(), 3u);
  EXPECT_EQ(lowering.functions[0].params[2].role, MemberRole::Length);
  EXPECT_EQ(lowering.functions[0].params[2].part, 1u);
}

TEST(Nim, WhatItCannotCarryHasAReason) {
  const auto reason = [](auto make) {
    SchemaBuilder b;
    const TypeId id = make(b);
    return why(with_function(std::move(b), "f", {id}, std::nullopt), Abi::Nim);
  };
  using B = SchemaBuilder&;
  const auto u8 = [](B b) { return b.scalar(Kind::U8); };
  EXPECT_EQ(reason([&](B b) { return b.list(b.list(u8(b))); }), "nim: list of list");
  EXPECT_EQ(reason([&](B b) { return b.option(b.list(u8(b))); }), "nim: option of list");
  EXPECT_EQ(reason([&](B b) { return b.scalar(Kind::Char); }), "nim: char");
  EXPECT_EQ(reason([&](B b) { return b.tuple({u8(b)}); }), "nim: tuple");
  EXPECT_EQ(reason([&](B b) { return b.add({Kind::Record, "e", {}, 0}); }), "nim: empty record");
  EXPECT_EQ(reason([&](B b) { return b.result(u8(b), std::nullopt); }), "nim: result");
  SchemaBuilder b;
  const TypeId list = b.list(b.scalar(Kind::U8));
  EXPECT_EQ(why(with_function(std::move(b), "f", {}, list), Abi::Nim), "nim: list as a result");
}

}  // namespace
}  // namespace fficheck
