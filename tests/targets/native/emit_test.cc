// What is emitted compiles with two compilers, is laid out as the reference says, and is formatted.
#include "targets/native/emit.h"

#include <gtest/gtest.h>

#include "generators/generators.h"
#include "targets/native/build.h"
#include "tests/targets/native/c_programs.h"

namespace fficheck {
namespace {

using testing::failure_of;

struct Batch {
  std::vector<Schema> schemas;
  std::vector<BatchEntry> entries() const {
    std::vector<BatchEntry> out;
    for (std::size_t i = 0; i < schemas.size(); ++i) {
      out.push_back({"c" + std::to_string(i), &schemas[i]});
    }
    return out;
  }
};

/// The part of invented schemas that a dialect carries.
Batch invented(Abi abi, std::size_t count) {
  Batch batch;
  for (std::uint64_t i = 0; batch.schemas.size() < count; ++i) {
    const auto all = profiles();
    const Schema whole = generate_schema(case_seed(7, i), all[i % all.size()]);
    if (!whole.resources().empty()) continue;
    std::vector<Function> carried;
    for (const Function& f : whole.functions()) {
      if (!unsupported(whole, f, abi)) carried.push_back(f);
    }
    if (!carried.empty()) batch.schemas.push_back(restrict_to(whole, carried));
  }
  return batch;
}

class EmittedLibrary : public ::testing::TestWithParam<Abi> {};

TEST_P(EmittedLibrary, CompilesAndIsLaidOutAndFormatted) {
  const Batch batch = invented(GetParam(), 40);
  auto dir = TempDir::create("emit");
  ASSERT_TRUE(dir.ok());
  BuildOptions options;
  options.dir = dir.value().path();
  ASSERT_TRUE(write_files(options.dir, emit_library(batch.entries(), GetParam())).ok());
  const auto built = build_batch_library(options);
  ASSERT_TRUE(built.ok()) << built.error().text();
  EXPECT_FALSE(built.value().has_value()) << built.value()->stage << "\n" << built.value()->log;
  EXPECT_TRUE(std::filesystem::exists(batch_library(options.dir)));
  const auto linted = lint_batch_library(options);
  ASSERT_TRUE(linted.ok()) << linted.error().text();
  EXPECT_FALSE(linted.value().has_value()) << linted.value()->stage << "\n" << linted.value()->log;
  EXPECT_EQ(failure_of({"g++", "-x", "c++", "-std=c++17", "-Wall", "-Wextra", "-Werror",
                        "-fsyntax-only", "batch_headers.cc"},
                       options.dir / "native"),
            "");
}

TEST_P(EmittedLibrary, OfAProductCompilesWithItsHandlersHeader) {
  const Batch batch = invented(GetParam(), 12);
  for (const Schema& schema : batch.schemas) {
    auto dir = TempDir::create("product");
    ASSERT_TRUE(dir.ok());
    ASSERT_TRUE(
        write_files(dir.value().path(), emit_product(schema, GetParam(), {"my_lib", ""})).ok());
    const std::filesystem::path native = dir.value().path() / "native";
    EXPECT_EQ(
        failure_of({"gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "my_lib.c"},
                   native),
        "")
        << print_wit(schema);
    EXPECT_EQ(failure_of({"g++", "-x", "c++", "-std=c++17", "-Wall", "-Wextra", "-Werror",
                          "-fsyntax-only", "my_lib_handlers.h", "-Wno-pragma-once-outside-header"},
                         native),
              "")
        << print_wit(schema);
    EXPECT_EQ(failure_of({"clang-format-19", "--dry-run", "-Werror", "my_lib.c", "my_lib.h",
                          "my_lib_handlers.h"},
                         native),
              "");
  }
}

INSTANTIATE_TEST_SUITE_P(Dialects, EmittedLibrary, ::testing::Values(Abi::Native, Abi::Nim),
                         [](const auto& info) { return std::string(abi_name(info.param)); });

/// Builds a batch of one schema with one file changed.
std::optional<BuildFailure> build_with(const std::string& file, const std::string& from,
                                       const std::string& to) {
  const Schema schema = testing::schema_of(
      "package a:b;\ninterface api {\n  record r { a: u8, b: u32 }\n  f: func(x: r) -> r;\n}\n");
  const BatchEntry entry{"c0", &schema};
  FileSet files = emit_library({&entry, 1}, Abi::Native);
  std::string& text = files.at(file);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  text.replace(at, from.size(), to);
  auto dir = TempDir::create("broken");
  EXPECT_TRUE(dir.ok());
  BuildOptions options;
  options.dir = dir.value().path();
  EXPECT_TRUE(write_files(options.dir, files).ok());
  auto built = build_batch_library(options);
  EXPECT_TRUE(built.ok());
  return std::move(built).value();
}

TEST(BuiltLibrary, FailsInTheStageOfItsDefect) {
  EXPECT_FALSE(build_with("native/c0.h", "uint32_t b;", "uint32_t b;"));
  const auto layout = build_with("native/c0.h", "uint32_t b;", "uint64_t b;");
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->stage, "layout-c");
  EXPECT_NE(layout->log.find("r: offset of b"), std::string::npos) << layout->log;
  const auto compile = build_with("native/c0.h", "uint32_t b;", "uint32_t b");
  ASSERT_TRUE(compile);
  EXPECT_EQ(compile->stage, "compile-c");
  const auto link = build_with("native/c0.c", "ffi_provide_call", "ffi_provide_calls");
  ASSERT_TRUE(link);
  EXPECT_EQ(link->stage, "compile-c");
}

}  // namespace
}  // namespace fficheck
