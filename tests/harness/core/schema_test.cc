#include "harness/core/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>

#include "harness/core/text.h"
#include "tests/harness/core/random_schema.h"

namespace fficheck {
namespace {

using ::testing::HasSubstr;

struct Invalid {
  const char* says;
  std::function<void(SchemaBuilder&)> make;
};

Type named(Kind kind, std::string name, std::vector<Part> parts) {
  return {kind, std::move(name), std::move(parts), 0};
}

TEST(SchemaBuilder, RefusesWhatBreaksAnInvariant) {
  const std::vector<Invalid> table = {
      {"no elements", [](auto& b) { b.tuple({}); }},
      {"no cases", [](auto& b) { b.add(named(Kind::Variant, "v", {})); }},
      {"no cases", [](auto& b) { b.add(named(Kind::Enum, "v", {})); }},
      {"no flags", [](auto& b) { b.add(named(Kind::Flags, "v", {})); }},
      {"has a name or lacks one", [](auto& b) { b.add(named(Kind::Record, "", {})); }},
      {"has a name or lacks one", [](auto& b) { b.add(named(Kind::List, "l", {})); }},
      {"field without type", [](auto& b) { b.add(named(Kind::Record, "r", {{"a", {}}})); }},
      {"case with payload",
       [](auto& b) { b.add(named(Kind::Enum, "e", {{"a", b.scalar(Kind::U8)}})); }},
      {"comes after it", [](auto& b) { b.list(0); }},
      {"comes after it", [](auto& b) { b.list(7); }},
      {"more than once",
       [](auto& b) { b.add(named(Kind::Enum, "e", {{"a-b", {}}, {"A-B", {}}})); }},
      {"more than once",
       [](auto& b) {
         b.add(named(Kind::Record, "r", {}));
         b.add(named(Kind::Record, "R", {}));
       }},
      {"more than once",
       [](auto& b) {
         b.add(named(Kind::Record, "r", {}));
         b.function({"r", FunctionKind::Free, 0, {}, {}});
       }},
      {"no WIT identifier", [](auto& b) { b.add(named(Kind::Record, "a*/b", {})); }},
      {"no WIT identifier", [](auto& b) { b.function({"../x", FunctionKind::Free, 0, {}, {}}); }},
      {"unknown type", [](auto& b) { b.function({"f", FunctionKind::Free, 0, {}, 3}); }},
      {"unknown type", [](auto& b) { b.function({"f", FunctionKind::Free, 0, {{"a", 3}}, {}}); }},
      {"unknown resource", [](auto& b) { b.add({Kind::Own, {}, {}, 0}); }},
      {"unknown resource", [](auto& b) { b.function({"f", FunctionKind::Method, 0, {}, {}}); }},
      {"the resource's own name",
       [](auto& b) {
         const ResourceId r = b.resource({"r", false});
         const TypeId self = b.add({Kind::Borrow, {}, {}, r});
         b.function({"r", FunctionKind::Method, r, {{"self", self}}, {}});
       }},
      {"self: borrow",
       [](auto& b) {
         b.resource({"r", false});
         b.function({"f", FunctionKind::Method, 0, {}, {}});
       }},
      {"borrow in its result",
       [](auto& b) {
         b.resource({"r", false});
         b.function({"f", FunctionKind::Free, 0, {}, b.list(b.add({Kind::Borrow, {}, {}, 0}))});
       }},
      {"not the host's",
       [](auto& b) {
         b.resource({"r", false});
         b.import({"f", FunctionKind::Free, 0, {}, b.add({Kind::Own, {}, {}, 0})});
       }},
      {"other side",
       [](auto& b) {
         b.resource({"r", true});
         b.function({"f", FunctionKind::Static, 0, {}, {}});
       }},
      {"nests deeper",
       [](auto& b) {
         TypeId id = b.scalar(Kind::U8);
         for (std::size_t i = 0; i < kMaxTypeDepth; ++i) id = b.list(id);
       }},
      {"larger than the limit",
       [](auto& b) {
         TypeId id = b.scalar(Kind::U8);
         for (int i = 0; i < 60; ++i) id = b.tuple({id, id});
       }},
  };
  for (const Invalid& invalid : table) {
    SchemaBuilder builder;
    invalid.make(builder);
    const Result<Schema> schema = std::move(builder).build();
    ASSERT_FALSE(schema.ok()) << invalid.says;
    EXPECT_THAT(schema.error().text(), HasSubstr(invalid.says));
    EXPECT_EQ(schema.error().blame, Blame::Input);
  }
  for (const char* package : {"", "a", "a:", ":b", "a:b:c", "a:b\n", "a:b@1/2", "a:B-c d"}) {
    EXPECT_FALSE(SchemaBuilder(package, "api").build().ok()) << package;
  }
  EXPECT_FALSE(SchemaBuilder("a:b", "a/b").build().ok());
}

TEST(SchemaBuilder, HoldsAnonymousTypesOnce) {
  SchemaBuilder b;
  const TypeId u8 = b.scalar(Kind::U8);
  EXPECT_EQ(b.scalar(Kind::U8), u8);
  EXPECT_EQ(b.list(u8), b.list(u8));
  EXPECT_NE(b.list(u8), b.option(u8));
  EXPECT_NE(b.result(u8, {}), b.result({}, u8));
  EXPECT_EQ(std::move(b).build().value().types().size(), 5U);
}

TEST(Schema, TypesAreNamedAsWitNamesThem) {
  SchemaBuilder b;
  const TypeId u8 = b.scalar(Kind::U8);
  const TypeId record = b.add(named(Kind::Record, "list", {}));
  const TypeId plain = b.result({}, {});
  const TypeId err = b.result({}, u8);
  const TypeId ok = b.result(record, {});
  const TypeId tuple = b.tuple({u8, b.list(b.option(record))});
  const Schema s = std::move(b).build().value();
  EXPECT_EQ(type_name(s, plain), "result");
  EXPECT_EQ(type_name(s, err), "result<_, u8>");
  EXPECT_EQ(type_name(s, ok), "result<%list>");
  EXPECT_EQ(type_name(s, tuple), "tuple<u8, list<option<%list>>>");
  EXPECT_EQ(type_weight(s, tuple), 5U);
  EXPECT_EQ(type_weight(s, tuple, 2), 2U);
}

TEST(Schema, RolesFollowNameAndSignature) {
  SchemaBuilder b;
  const TypeId u64 = b.scalar(Kind::U64);
  const TypeId u8 = b.scalar(Kind::U8);
  b.function({"consume-1", FunctionKind::Free, 0, {{"a", u8}, {"b", u8}}, u64});
  b.function({"consume-2", FunctionKind::Free, 0, {{"a", u8}}, u8});
  b.function({"produce-1", FunctionKind::Free, 0, {{"a", u64}}, u8});
  b.function({"produce-2", FunctionKind::Free, 0, {{"a", u8}}, u8});
  b.function({"echo-1", FunctionKind::Free, 0, {{"a", u8}}, u8});
  b.function({"echo-2", FunctionKind::Free, 0, {{"a", u8}}, u64});
  b.function({"echo-3", FunctionKind::Free, 0, {}, {}});
  const Schema s = std::move(b).build().value();
  const auto role = [&](const char* name) { return s.role(*s.find(name)); };
  EXPECT_EQ(role("consume-1"), Role::Consume);
  EXPECT_EQ(role("consume-2"), Role::Call);
  EXPECT_EQ(role("produce-1"), Role::Produce);
  EXPECT_EQ(role("produce-2"), Role::Call);
  EXPECT_EQ(role("echo-1"), Role::Echo);
  EXPECT_EQ(role("echo-2"), Role::Call);
  EXPECT_EQ(role("echo-3"), Role::Call);
  EXPECT_EQ(s.find("nothing"), nullptr);
}

RC_GTEST_PROP(Schema, RestrictedToAllItsFunctionsHasThemAll, (std::uint64_t seed)) {
  const Schema s = testing::random_schema(seed);
  std::vector<Function> all = s.functions();
  all.insert(all.end(), s.imports().begin(), s.imports().end());
  const Schema same = restrict_to(s, all);
  RC_ASSERT(print_wit(same) == print_wit(s));
}

RC_GTEST_PROP(Schema, RestrictedToOneFunctionHoldsOnlyWhatItNeeds, (std::uint64_t seed)) {
  const Schema s = testing::random_schema(seed);
  const Function& f = s.functions()[0];
  const Schema one = restrict_to(s, {f});
  RC_ASSERT(one.functions().size() == 1U);
  RC_ASSERT(one.imports().empty());
  std::vector<bool> used(one.types().size());
  for (const Param& p : one.functions()[0].params) used[p.type] = true;
  if (one.functions()[0].result) used[*one.functions()[0].result] = true;
  for (std::size_t id = used.size(); id-- > 0;) {
    RC_ASSERT(used[id]);
    for (const Part& part : one.type(static_cast<TypeId>(id)).parts) {
      if (part.type) used[*part.type] = true;
    }
  }
  for (std::size_t i = 0; i < f.params.size(); ++i) {
    RC_ASSERT(type_name(one, one.functions()[0].params[i].type) == type_name(s, f.params[i].type));
  }
}

}  // namespace
}  // namespace fficheck
