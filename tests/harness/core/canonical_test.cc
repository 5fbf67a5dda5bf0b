#include "harness/core/canonical.h"

#include <gtest/gtest.h>

#include "harness/core/reference_canonical.h"
#include "tests/random_schema.h"

namespace fficheck {
namespace {

constexpr CoreType I32 = CoreType::I32;
constexpr CoreType I64 = CoreType::I64;
constexpr CoreType F32 = CoreType::F32;
constexpr CoreType F64 = CoreType::F64;
using Flat = std::vector<CoreType>;
using Offsets = std::vector<std::uint32_t>;

template <class T>
std::vector<std::uint64_t> wide(const std::vector<T>& from) {
  return {from.begin(), from.end()};
}

bool is_sequence(Kind kind) { return kind == Kind::Record || kind == Kind::Tuple; }

void expect_type(const Schema& schema, TypeId id, const CanonicalType& mine,
                 const CanonicalReference& reference, const std::string& name) {
  EXPECT_EQ(mine.size, reference.elem_size(id)) << name;
  EXPECT_EQ(mine.align, reference.alignment(id)) << name;
  EXPECT_EQ(mine.flat, reference.flatten(id)) << name;
  EXPECT_EQ(mine.owns_memory, reference.holds_memory(id)) << name;
  EXPECT_EQ(mine.owns_handles, reference.holds_own(id)) << name;
  const Kind kind = schema.type(id).kind;
  EXPECT_EQ(wide(mine.offsets),
            is_sequence(kind) ? reference.field_offsets(id) : std::vector<std::uint64_t>{})
      << name;
  if (class_of(kind) != KindClass::Choice) return;
  EXPECT_EQ(mine.discriminant, reference.discriminant_size(id)) << name;
  EXPECT_EQ(mine.payload, reference.payload_offset(id)) << name;
}

void expect_function(const Function& f, const CanonicalFunction& mine,
                     const CanonicalReference& reference, const std::string& name) {
  const auto exported = reference.flatten_lift(f);
  EXPECT_EQ(mine.params, exported.params) << name;
  EXPECT_EQ(mine.results, exported.results) << name;
  const auto imported = reference.flatten_lower(f);
  EXPECT_EQ(mine.import_params(), imported.params) << name;
  EXPECT_EQ(mine.result_in_memory ? Flat{} : mine.results, imported.results) << name;
  EXPECT_EQ(mine.needs_post_return, f.result && reference.holds_memory(*f.result)) << name;
  std::vector<TypeId> types;
  for (const Param& p : f.params) types.push_back(p.type);
  const auto tuple = reference.tuple(types);
  EXPECT_EQ(mine.params_size, tuple.size) << name;
  EXPECT_EQ(mine.params_align, tuple.align) << name;
  EXPECT_EQ(wide(mine.params_offsets), tuple.offsets) << name;
}

TEST(Canonical, EveryFigureIsTheReferences) {
  std::size_t in_memory = 0;
  std::size_t joined = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Schema schema = testing::random_schema(seed, Abi::Canonical);
    const CanonicalLowering lowering = lower_canonical(schema);
    const CanonicalReference reference(schema);
    for (TypeId id = 0; id < schema.types().size(); ++id) {
      const std::string name = type_name(schema, id) + " of seed " + std::to_string(seed);
      expect_type(schema, id, lowering.types[id], reference, name);
      joined += schema.type(id).kind == Kind::Variant ? 1 : 0;
    }
    for (std::size_t i = 0; i < schema.functions().size(); ++i) {
      const Function& f = schema.functions()[i];
      ASSERT_FALSE(unsupported_canonical(schema, f)) << f.name;
      expect_function(f, lowering.functions[i], reference,
                      f.name + " of seed " + std::to_string(seed));
      in_memory += lowering.functions[i].params_in_memory ? 1 : 0;
    }
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(in_memory, 300u);
  EXPECT_GT(joined, 100u);
}

/// Schemas by hand: one function over the types that a test adds.
class Worked : public ::testing::Test {
 protected:
  TypeId scalar(Kind kind) { return builder_.scalar(kind); }
  TypeId named(Kind kind, const std::vector<std::optional<TypeId>>& parts) {
    Type t;
    t.kind = kind;
    t.name = "t" + std::to_string(++names_);
    for (std::size_t i = 0; i < parts.size(); ++i)
      t.parts.push_back({"m" + std::to_string(i), parts[i]});
    return builder_.add(std::move(t));
  }
  TypeId labels(Kind kind, std::size_t count) {
    return named(kind, std::vector<std::optional<TypeId>>(count));
  }
  CanonicalLowering lower(const std::vector<TypeId>& params,
                          std::optional<TypeId> result = std::nullopt) {
    Function f;
    f.name = "f";
    for (std::size_t i = 0; i < params.size(); ++i)
      f.params.push_back({"p" + std::to_string(i), params[i]});
    f.result = result;
    builder_.function(std::move(f));
    schema_ = std::move(builder_).build().value();
    why_ = unsupported_canonical(schema_, schema_.functions()[0]);
    return lower_canonical(schema_);
  }

  SchemaBuilder builder_{"a:b", "api"};
  Schema schema_;
  std::optional<std::string> why_;
  unsigned names_ = 0;
};

// faults.md L4.
TEST_F(Worked, AListIsAlignedToFour) {
  const TypeId r =
      named(Kind::Record, {scalar(Kind::U32), builder_.list(builder_.scalar(Kind::U8))});
  const TypeId bytes = named(Kind::Record, {scalar(Kind::U8), scalar(Kind::String)});
  const CanonicalLowering l = lower({r, bytes});
  EXPECT_EQ(l.types[r].size, 12u);
  EXPECT_EQ(l.types[r].align, 4u);
  EXPECT_EQ(l.types[r].offsets, (Offsets{0, 4}));
  EXPECT_EQ(l.types[r].flat, (Flat{I32, I32, I32}));
  EXPECT_EQ(l.types[bytes].offsets, (Offsets{0, 4}));
  EXPECT_EQ(l.functions[0].params_offsets, (Offsets{0, 12}));
}

// faults.md L6.
TEST_F(Worked, CasesAreJoinedFlatPlaceByPlace) {
  const TypeId f32 = scalar(Kind::F32);
  const TypeId f64 = scalar(Kind::F64);
  const TypeId text = scalar(Kind::String);
  const TypeId wide_case = named(Kind::Variant, {f32, scalar(Kind::U64)});
  const TypeId narrow = named(Kind::Variant, {f32, scalar(Kind::U32)});
  const TypeId same = named(Kind::Variant, {f32, std::nullopt, f32});
  const TypeId floats = named(Kind::Variant, {f64, f32});
  const TypeId longer = named(Kind::Variant, {text, f64});
  const TypeId result = builder_.result(scalar(Kind::Bool), scalar(Kind::S8));
  const TypeId option = builder_.option(builder_.list(scalar(Kind::U8)));
  const CanonicalLowering l = lower({wide_case, narrow, same, floats, longer, result, option});
  EXPECT_EQ(l.types[wide_case].flat, (Flat{I32, I64}));
  EXPECT_EQ(l.types[wide_case].size, 16u);
  EXPECT_EQ(l.types[wide_case].align, 8u);
  EXPECT_EQ(l.types[wide_case].discriminant, 1u);
  EXPECT_EQ(l.types[wide_case].payload, 8u);
  EXPECT_EQ(l.types[narrow].flat, (Flat{I32, I32}));
  EXPECT_EQ(l.types[narrow].size, 8u);
  EXPECT_EQ(l.types[same].flat, (Flat{I32, F32}));
  EXPECT_EQ(l.types[floats].flat, (Flat{I32, I64}));
  EXPECT_EQ(l.types[longer].flat, (Flat{I32, I64, I32}));
  EXPECT_EQ(l.types[longer].size, 16u);
  EXPECT_EQ(l.types[longer].payload, 8u);
  EXPECT_EQ(l.types[result].flat, (Flat{I32, I32}));
  EXPECT_EQ(l.types[result].size, 2u);
  EXPECT_EQ(l.types[result].payload, 1u);
  EXPECT_EQ(l.types[option].flat, (Flat{I32, I32, I32}));
  EXPECT_EQ(l.types[option].size, 12u);
  EXPECT_EQ(l.types[option].payload, 4u);
}

TEST(Canonical, JoinIsSymmetricAndWidens) {
  const Flat all{I32, I64, F32, F64};
  for (const CoreType a : all) {
    EXPECT_EQ(join(a, a), a);
    for (const CoreType b : all) EXPECT_EQ(join(a, b), join(b, a));
  }
  EXPECT_EQ(join(I32, F32), I32);
  EXPECT_EQ(join(F32, F64), I64);
  EXPECT_EQ(join(I32, I64), I64);
  EXPECT_EQ(join(I64, F64), I64);
}

TEST_F(Worked, DiscriminantsGrowWithTheirCases) {
  const TypeId small = labels(Kind::Enum, 256);
  const TypeId middle = labels(Kind::Enum, 257);
  const TypeId most = labels(Kind::Enum, 65536);
  const TypeId large = labels(Kind::Enum, 65537);
  const CanonicalLowering l = lower({small, middle, most, large});
  EXPECT_EQ(l.types[small].size, 1u);
  EXPECT_EQ(l.types[middle].size, 2u);
  EXPECT_EQ(l.types[most].size, 2u);
  EXPECT_EQ(l.types[large].size, 4u);
  EXPECT_EQ(l.types[large].align, 4u);
}

TEST_F(Worked, FlagsTakeTheLeastOfOneTwoAndFourBytes) {
  std::vector<TypeId> ids;
  for (const std::size_t n : {1u, 8u, 9u, 16u, 17u, 32u}) ids.push_back(labels(Kind::Flags, n));
  const CanonicalLowering l = lower(ids);
  Offsets sizes;
  for (const TypeId id : ids) sizes.push_back(l.types[id].size);
  EXPECT_EQ(sizes, (Offsets{1, 1, 2, 2, 4, 4}));
  EXPECT_FALSE(why_);
}

TEST_F(Worked, SixteenFlatParametersStayOnTheStack) {
  const CanonicalLowering l = lower(std::vector<TypeId>(8, scalar(Kind::String)));
  EXPECT_FALSE(l.functions[0].params_in_memory);
  EXPECT_EQ(l.functions[0].params, Flat(16, I32));
  EXPECT_TRUE(l.functions[0].results.empty());
}

TEST_F(Worked, SeventeenFlatParametersGoToMemory) {
  std::vector<TypeId> params(8, scalar(Kind::String));
  params.push_back(scalar(Kind::Bool));
  const CanonicalLowering l = lower(params);
  EXPECT_TRUE(l.functions[0].params_in_memory);
  EXPECT_EQ(l.functions[0].params, Flat{I32});
  EXPECT_EQ(l.functions[0].params_size, 68u);
  EXPECT_EQ(l.functions[0].params_align, 4u);
  EXPECT_EQ(l.functions[0].params_offsets.back(), 64u);
}

TEST_F(Worked, AResultOfOneFlatValueIsReturned) {
  const CanonicalLowering l = lower({}, builder_.tuple({scalar(Kind::F64)}));
  EXPECT_FALSE(l.functions[0].result_in_memory);
  EXPECT_EQ(l.functions[0].results, Flat{F64});
  EXPECT_TRUE(l.functions[0].import_params().empty());
}

TEST_F(Worked, AResultOfMoreIsAPointerThatNeedsNoPostReturnWithoutMemory) {
  const CanonicalLowering l =
      lower({scalar(Kind::U8)}, builder_.tuple({scalar(Kind::U8), scalar(Kind::U8)}));
  EXPECT_TRUE(l.functions[0].result_in_memory);
  EXPECT_EQ(l.functions[0].results, Flat{I32});
  EXPECT_EQ(l.functions[0].import_params(), (Flat{I32, I32}));
  EXPECT_FALSE(l.functions[0].needs_post_return);
}

TEST_F(Worked, AResultThatReachesAStringNeedsPostReturn) {
  const CanonicalLowering l =
      lower({}, builder_.option(builder_.tuple({builder_.result({}, scalar(Kind::String))})));
  EXPECT_TRUE(l.functions[0].needs_post_return);
}

TEST_F(Worked, WhatTheComponentModelHasNotIsUnsupported) {
  const TypeId flags = labels(Kind::Flags, 33);
  lower({builder_.list(flags)});
  EXPECT_EQ(why_, "canonical: more than 32 flags in t1");
}

TEST_F(Worked, AnEmptyRecordIsUnsupported) {
  const TypeId empty = labels(Kind::Record, 0);
  lower({}, builder_.option(empty));
  EXPECT_EQ(why_, "canonical: empty record t1");
}

TEST(Canonical, CoreNamesAreTheComponentModels) {
  SchemaBuilder builder("example:foo", "bar");
  const ResourceId water = builder.resource({"water", false});
  Type self;
  self.kind = Kind::Borrow;
  self.resource = water;
  const TypeId borrow = builder.add(self);
  self.kind = Kind::Own;
  const TypeId own = builder.add(self);
  builder.function({"echo", FunctionKind::Free, 0, {}, {}});
  builder.function({"constructor", FunctionKind::Constructor, water, {}, own});
  builder.function({"drink", FunctionKind::Method, water, {{"self", borrow}}, {}});
  builder.function({"of", FunctionKind::Static, water, {}, own});
  const auto schema = std::move(builder).build();
  ASSERT_TRUE(schema.ok()) << schema.error().text();
  const CanonicalLowering l = lower_canonical(schema.value());
  EXPECT_EQ(l.functions[0].name, "echo");
  EXPECT_EQ(l.functions[1].name, "[constructor]water");
  EXPECT_EQ(l.functions[2].name, "[method]water.drink");
  EXPECT_EQ(l.functions[3].name, "[static]water.of");
  EXPECT_EQ(interface_id(schema.value()), "example:foo/bar");
  EXPECT_EQ(host_interface_id(schema.value()), "example:foo/host");
  const Schema versioned = std::move(SchemaBuilder("wasi:io@0.2.0", "streams")).build().value();
  EXPECT_EQ(interface_id(versioned), "wasi:io/streams@0.2.0");
  EXPECT_EQ(host_interface_id(versioned), "wasi:io/host@0.2.0");
  EXPECT_TRUE(l.types[own].owns_handles);
  EXPECT_FALSE(l.types[borrow].owns_handles);
}

}  // namespace
}  // namespace fficheck
