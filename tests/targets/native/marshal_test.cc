#include "targets/native/marshal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "harness/core/reference.h"
#include "harness/core/value_stream.h"
#include "tests/random_schema.h"

namespace fficheck {
namespace {

class MarshalOf : public ::testing::TestWithParam<Abi> {
 protected:
  [[nodiscard]] StreamLimits limits() const { return {.no_nul = GetParam() == Abi::Nim}; }
};
INSTANTIATE_TEST_SUITE_P(Both, MarshalOf, ::testing::Values(Abi::Native, Abi::Nim),
                         [](const auto& info) { return std::string(abi_name(info.param)); });

std::vector<std::vector<std::byte>> copies(const std::vector<void*>& params,
                                           const FunctionLayout& layout) {
  std::vector<std::vector<std::byte>> out;
  for (std::size_t i = 0; i < params.size(); ++i) {
    const auto* from = static_cast<const std::byte*>(params[i]);
    out.emplace_back(from, from + layout.params[i].size);
  }
  return out;
}

TEST_P(MarshalOf, TheReferenceLiftsWhatItLowers) {
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    const Schema schema = testing::random_schema(seed, GetParam());
    const NativeLowering lowering = lower_native(schema, GetParam());
    const Marshal marshal(schema, lowering);
    const Reference reference(schema, GetParam());
    for (std::size_t f = 0; f < schema.functions().size(); ++f) {
      const Function& function = schema.functions()[f];
      const std::vector<Value> args = stream_args(schema, function, seed, limits());
      Arena arena;
      const auto params = marshal.lower_args(function, lowering.functions[f], args, arena);
      const auto back = reference.lift_args(function, copies(params, lowering.functions[f]));
      ASSERT_TRUE(back.ok()) << back.error().text();
      for (std::size_t i = 0; i < args.size(); ++i) ASSERT_TRUE(equal(args[i], back.value()[i]));
    }
  }
}

TEST_P(MarshalOf, ItLiftsWhatTheReferenceLowers) {
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    const Schema schema = testing::random_schema(seed, GetParam());
    const NativeLowering lowering = lower_native(schema, GetParam());
    const Marshal marshal(schema, lowering);
    const Reference reference(schema, GetParam());
    for (std::size_t f = 0; f < schema.functions().size(); ++f) {
      const Function& function = schema.functions()[f];
      const std::vector<Value> args = stream_args(schema, function, seed, limits());
      std::vector<std::unique_ptr<std::byte[]>> blocks;
      auto bytes = reference.lower_args(function, args, [&](std::size_t size, std::size_t) {
        blocks.push_back(std::make_unique<std::byte[]>(size));
        return blocks.back().get();
      });
      std::vector<void*> params;
      for (auto& b : bytes) params.push_back(b.data());
      const auto back = marshal.lift_args(function, lowering.functions[f], params);
      ASSERT_TRUE(back.ok()) << back.error().text();
      for (std::size_t i = 0; i < args.size(); ++i) ASSERT_TRUE(equal(args[i], back.value()[i]));
    }
  }
}

TEST(MarshalResult, OfAnotherSizeIsRefused) {
  SchemaBuilder b;
  const TypeId u32 = b.scalar(Kind::U32);
  b.function({"f", FunctionKind::Free, 0, {}, u32});
  const Schema schema = std::move(b).build().value();
  const NativeLowering lowering = lower_native(schema, Abi::Native);
  const Marshal marshal(schema, lowering);
  const std::uint32_t seven = 7;
  const char* bytes = reinterpret_cast<const char*>(&seven);
  const auto good = marshal.lift_result(lowering.functions[0], bytes, 4);
  ASSERT_TRUE(good.ok());
  EXPECT_TRUE(equal(*good.value(), Value::natural(7)));
  EXPECT_FALSE(marshal.lift_result(lowering.functions[0], bytes, 2).ok());
  EXPECT_FALSE(marshal.lift_result(lowering.functions[0], nullptr, 4).ok());
}

TEST(ArenaMemory, IsZeroedAndAlignedAndPoisonedWhole) {
  Arena arena;
  for (int turn = 0; turn < 3; ++turn) {
    std::vector<std::pair<std::byte*, std::size_t>> pieces;
    for (const std::size_t size : {1u, 7u, 16u, 40000u, 3u}) {
      std::byte* at = arena.allocate(size, 8);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at) % 8, 0u);
      EXPECT_TRUE(std::all_of(at, at + size, [](std::byte b) { return b == std::byte{0}; }));
      std::memset(at, 1, size);
      pieces.emplace_back(at, size);
    }
    arena.poison();
    for (const auto& [at, size] : pieces)
      EXPECT_TRUE(std::all_of(at, at + size, [](std::byte b) { return b == std::byte{0xDB}; }));
    arena.reset();
  }
}

}  // namespace
}  // namespace fficheck
