#include "harness/core/reference.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "harness/core/value_stream.h"
#include "tests/c_declarations.h"
#include "tests/random_schema.h"

namespace fficheck {
namespace {

/// Owns what a lowering allocates.
class Blocks {
 public:
  Reference::Allocate allocator() {
    return [this](std::size_t size, std::size_t) {
      blocks_.push_back(std::make_unique<std::byte[]>(size));
      return blocks_.back().get();
    };
  }

 private:
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
};

class ReferenceOf : public ::testing::TestWithParam<Abi> {};
INSTANTIATE_TEST_SUITE_P(Both, ReferenceOf, ::testing::Values(Abi::Native, Abi::Nim),
                         [](const auto& info) { return std::string(abi_name(info.param)); });

TEST_P(ReferenceOf, LiftAfterLowerIsTheIdentity) {
  const StreamLimits limits{.no_nul = GetParam() == Abi::Nim};
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Schema schema = testing::random_schema(seed, GetParam());
    const Reference reference(schema, GetParam());
    for (TypeId id = 0; id < schema.types().size(); ++id) {
      const ReferenceLayout layout = reference.layout(id);
      if (!layout.exists || (GetParam() == Abi::Nim && schema.type(id).kind == Kind::Result))
        continue;
      for (std::uint64_t i = 0; i < 5; ++i) {
        const Value value = stream_value(schema, id, value_seed(seed, i), limits);
        Blocks blocks;
        std::vector<std::byte> bytes(layout.size);
        reference.lower(id, value, bytes.data(), blocks.allocator());
        const Result<Value> back = reference.lift(id, bytes.data());
        ASSERT_TRUE(back.ok()) << type_name(schema, id) << ": " << back.error().text();
        ASSERT_TRUE(equal(value, back.value())) << type_name(schema, id) << " seed " << seed;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 3000u);
}

TEST_P(ReferenceOf, LiftAfterLowerOfArgumentsIsTheIdentity) {
  const StreamLimits limits{.no_nul = GetParam() == Abi::Nim};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Schema schema = testing::random_schema(seed, GetParam());
    const Reference reference(schema, GetParam());
    for (const Function& f : schema.functions()) {
      const std::vector<Value> args = stream_args(schema, f, seed, limits);
      Blocks blocks;
      const auto bytes = reference.lower_args(f, args, blocks.allocator());
      ASSERT_EQ(bytes.size(), reference.params(f).size());
      const Result<std::vector<Value>> back = reference.lift_args(f, bytes);
      ASSERT_TRUE(back.ok()) << back.error().text();
      for (std::size_t i = 0; i < args.size(); ++i) ASSERT_TRUE(equal(args[i], back.value()[i]));
    }
  }
}

TEST(ReferenceLift, RefusesWhatNoValueHas) {
  SchemaBuilder b;
  const TypeId boolean = b.scalar(Kind::Bool);
  const TypeId text = b.scalar(Kind::String);
  const TypeId character = b.scalar(Kind::Char);
  const TypeId e = b.add({Kind::Enum, "e", {{"a", {}}, {"b", {}}}, 0});
  const TypeId f = b.add({Kind::Flags, "f", {{"a", {}}, {"b", {}}}, 0});
  const Schema schema = std::move(b).build().value();
  const Reference reference(schema, Abi::Native);
  const auto refused = [&](TypeId type, std::array<std::uint64_t, 2> words) {
    return !reference.lift(type, reinterpret_cast<const std::byte*>(words.data())).ok();
  };
  EXPECT_FALSE(refused(boolean, {1, 0}));
  EXPECT_TRUE(refused(boolean, {2, 0}));
  EXPECT_FALSE(refused(e, {1, 0}));
  EXPECT_TRUE(refused(e, {2, 0}));
  EXPECT_FALSE(refused(f, {3, 0}));
  EXPECT_TRUE(refused(f, {4, 0}));
  EXPECT_TRUE(refused(character, {0xD800, 0}));
  EXPECT_TRUE(refused(text, {0, 1}));
  EXPECT_FALSE(refused(text, {1, 0}));
}

TEST_P(ReferenceOf, GccSaysTheSame) {
  const std::filesystem::path dir =
      std::filesystem::path(::testing::TempDir()) /
      ("fficheck-reference-" + std::string(abi_name(GetParam())) + std::to_string(getpid()));
  std::filesystem::create_directories(dir);
  std::size_t figures = 0;
  {
    std::ofstream all(dir / "layout.c");
    all << "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n";
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      // Scopes of functions keep the schemas' names apart.
      const Schema schema = testing::random_schema(seed, GetParam());
      const Reference reference(schema, GetParam());
      testing::CDeclarations program(schema, GetParam());
      all << "void s" << seed << "(void) {\n";
      for (TypeId id = 0; id < schema.types().size(); ++id) {
        const ReferenceLayout layout = reference.layout(id);
        if (GetParam() == Abi::Nim && schema.type(id).kind == Kind::Result) continue;
        all << program.declaration(id);
        if (!layout.exists) continue;
        const auto holds = [&](const std::string& figure, std::uint64_t value) {
          all << "_Static_assert(" << figure << " == " << value << ", \"" << type_name(schema, id)
              << "\");\n";
          ++figures;
        };
        const std::string t = "T" + std::to_string(id);
        holds("sizeof(" + t + ")", layout.size);
        holds("_Alignof(" + t + ")", layout.align);
        for (std::size_t m = 0; m < layout.members.size(); ++m) {
          const std::string member = "m" + std::to_string(m);
          holds("offsetof(" + t + ", " + member + ")", layout.members[m].offset);
          holds("sizeof(((" + t + " *)0)->" + member + ")", layout.members[m].size);
        }
      }
      all << "}\n";
    }
  }
  EXPECT_GT(figures, 1500u);
  const std::string command = "gcc -std=c11 -fsyntax-only '" + (dir / "layout.c").string() + "'";
  // NOLINTNEXTLINE(bugprone-command-processor): of our own temporary directory
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace fficheck
