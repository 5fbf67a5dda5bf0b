// A guest in C exports and imports what the canonical ABI names, is formatted, and behaves.
#include "targets/wasm/guest_c.h"

#include <gtest/gtest.h>

#include "harness/core/canonical.h"
#include "harness/core/witness.h"
#include "tests/targets/wasm/guest_batch.h"
#include "tests/targets/wasm/wasm_sections.h"

namespace fficheck {
namespace {

using testing::Batch;
using testing::build;
using testing::Built;
using testing::failure_of;
using testing::invented;
using testing::kWater;
using testing::schema_of;
using testing::WasmFunctions;

const std::filesystem::path kWasmPrograms = FFICHECK_SOURCE_DIR "/tests/targets/wasm/programs";

std::string text_of(const std::vector<CoreType>& types) {
  std::string text = "(";
  for (const CoreType type : types) {
    text += text.size() > 1 ? ", " : "";
    text += core_type_name(type);
  }
  return text + ")";
}

/// What the batch's module must export, and may import.
WasmFunctions expected(const Batch& batch) {
  WasmFunctions out;
  for (const Schema& schema : batch.schemas) {
    const CanonicalLowering lowering = lower_canonical(schema);
    const std::string id = interface_id(schema);
    const std::string host = host_interface_id(schema);
    for (const CanonicalFunction& f : lowering.functions) {
      out.exports[id + "#" + f.name] = text_of(f.params) + " -> " + text_of(f.results);
      if (f.needs_post_return)
        out.exports["cabi_post_" + id + "#" + f.name] = text_of(f.results) + " -> ()";
    }
    for (const CanonicalFunction& f : lowering.imports) {
      out.imports[host + "/ " + f.name] =
          text_of(f.import_params()) + " -> " +
          (f.result_in_memory ? std::string("()") : text_of(f.results));
    }
    for (const Resource& r : schema.resources()) {
      const std::string home = r.imported ? host : "[export]" + id;
      out.imports[home + "/ [resource-drop]" + r.name] = "(i32) -> ()";
      if (r.imported) continue;
      out.imports[home + "/ [resource-new]" + r.name] = "(i32) -> (i32)";
      out.imports[home + "/ [resource-rep]" + r.name] = "(i32) -> (i32)";
      out.exports[id + "#[dtor]" + r.name] = "(i32) -> ()";
    }
  }
  const std::string probe = "fficheck:probe/probe#";
  out.exports[probe + "last-witness"] = "() -> (i64)";
  out.exports[probe + "counter"] = "(i32) -> (i64)";
  out.exports[probe + "collect"] = "() -> ()";
  out.exports[probe + "collect-in-realloc"] = "(i32) -> ()";
  out.exports[probe + "run-import"] = "(i32, i32, i32, i64, i64, i64) -> (i64)";
  out.exports[probe + "failed"] = "() -> (i64)";
  out.exports[probe + "digest"] = "() -> (i64)";
  out.exports[probe + "errs"] = "() -> (i64)";
  out.exports["cabi_realloc"] = "(i32, i32, i32, i32) -> (i32)";
  out.exports["_initialize"] = "() -> ()";
  return out;
}

void expect_functions(const Batch& batch, const std::filesystem::path& module) {
  const auto bytes = read_file(module);
  ASSERT_TRUE(bytes.ok()) << bytes.error().text();
  const WasmFunctions has = testing::WasmReader(bytes.value()).read();
  const WasmFunctions wanted = expected(batch);
  EXPECT_EQ(has.exports, wanted.exports);
  EXPECT_EQ(has.imports, wanted.imports);
  EXPECT_TRUE(has.exports_memory);
}

void expect_formatted(const std::filesystem::path& dir) {
  BuildOptions options;
  options.dir = dir;
  const auto linted = lint_guest_c(options);
  ASSERT_TRUE(linted.ok()) << linted.error().text();
  EXPECT_FALSE(linted.value()) << linted.value()->log;
}

TEST(GuestInC, ExportsAndImportsWhatTheCanonicalAbiNames) {
  const Batch batch = invented(40);
  const Built built = build(batch);
  expect_functions(batch, built.module);
  expect_formatted(built.dir.path());
}

TEST(GuestInC, HasTheAdministrativeFunctionsOfResources) {
  Batch batch;
  batch.schemas.push_back(schema_of(kWater));
  const Built built = build(batch);
  expect_functions(batch, built.module);
  expect_formatted(built.dir.path());
}

TEST(GuestInC, BuildsOptimized) {
  Batch batch = invented(8);
  const Built built = build(batch, {}, "O2");
  expect_functions(batch, built.module);
}

class GuestInNode : public ::testing::TestWithParam<StringEncoding> {};

TEST_P(GuestInNode, HoldsToTheLawsOfMemoryResourcesAndTraps) {
  Batch batch;
  batch.schemas.push_back(schema_of(kWater));
  const Schema& schema = batch.schemas[0];
  const Built built = build(batch, {GetParam()});
  const auto consume = [&](const char* text) {
    const std::vector<Value> args = {Value::string(text)};
    return std::to_string(witness_args(schema, *schema.find("consume-text"), args));
  };
  EXPECT_EQ(failure_of({"node", kWasmPrograms / "guest_c_laws.mjs", built.module,
                        std::to_string(static_cast<int>(GetParam())),
                        consume("caf\xC3\xA9 au lait"), consume("\xF0\x9F\x98\x80!\xE2\x82\xAC")},
                       built.dir.path()),
            "");
}

/// An error in the glue of kWater, as an edit of what is emitted.
struct Fault {
  const char* name;
  const char* from;
  const char* to;
};

class FaultyGuest : public ::testing::TestWithParam<Fault> {};

TEST_P(FaultyGuest, IsSeen) {
  const Schema schema = schema_of(kWater);
  const BatchEntry entry{"c0", &schema};
  FileSet files = emit_guest_c({&entry, 1});
  std::string& text = files.at("guest/c0_guest.c");
  const std::string from = GetParam().from;
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, from.size(), GetParam().to);
  auto dir = TempDir::create("faulty");
  ASSERT_TRUE(dir.ok());
  BuildOptions options;
  options.dir = dir.value().path();
  ASSERT_TRUE(write_files(options.dir, files).ok());
  const auto built = build_guest_c(options);
  ASSERT_TRUE(built.ok()) << built.error().text();
  ASSERT_FALSE(built.value()) << built.value()->log;
  const auto consume = [&](const char* text) {
    return std::to_string(
        witness_args(schema, *schema.find("consume-text"), {Value::string(text)}));
  };
  EXPECT_NE(
      failure_of({"node", kWasmPrograms / "guest_c_laws.mjs", guest_c_module(options.dir), "0",
                  consume("caf\xC3\xA9 au lait"), consume("\xF0\x9F\x98\x80!\xE2\x82\xAC")},
                 options.dir),
      "");
}

INSTANTIATE_TEST_SUITE_P(
    Edits, FaultyGuest,
    ::testing::Values(
        Fault{"PostReturnFreesNothing", "  c0_free_Mixed(result);\n", "  (void)result;\n"},
        Fault{"ListFreedOneLevelDeep", "    c0_free_ListString(&value->ptr[i]);", "    (void)0;"},
        Fault{"StringsOfAListNotFreed", "    ffi_guest_free_string(&value->ptr[i]);",
              "    (void)0;"},
        Fault{"ArgumentNotFreed", "  ffi_guest_free_string(&args.name);\n", ""},
        Fault{"SpilledParametersNotFreed", "  ffi_guest_free(ffi_guest_at(p0));\n", ""},
        Fault{"SpilledParametersFreedTwice", "  ffi_guest_free(ffi_guest_at(p0));\n",
              "  ffi_guest_free(ffi_guest_at(p0));\n  ffi_guest_free(ffi_guest_at(p0));\n"},
        Fault{"ListDoesNotDropItsHandles", "      c0_drop_water(value->ptr[i]);", "      (void)0;"},
        Fault{"BorrowNotGivenBack", "    c0_drop_tap_2(args.t);", "    (void)0;"},
        Fault{"PostReturnDropsHandles", "c0_free_ListOwn(result, false)",
              "c0_free_ListOwn(result, true)"},
        Fault{"FloatConvertedNotReinterpreted", "ffi_guest_f32((int32_t)p1)", "(float)p1"},
        Fault{"DiscriminantUnchecked", "  if ((uint32_t)p0 >= 4)\n    __builtin_trap();\n", ""},
        Fault{"ResultFreedBeforeItIsRead", "return ffi_guest_address(&c0_ReturnArea.r3);",
              "ffi_guest_free_string(&c0_ReturnArea.r3);\n  return "
              "ffi_guest_address(&c0_ReturnArea.r3);"},
        Fault{"DestructorDoesNothing", "  ffi_guest_destroy(ffi_guest_at(rep));\n",
              "  (void)rep;\n"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(Encodings, GuestInNode,
                         ::testing::Values(StringEncoding::Utf8, StringEncoding::Utf16,
                                           StringEncoding::Latin1Utf16),
                         [](const auto& info) {
                           return "Encoding" + std::to_string(static_cast<int>(info.param));
                         });

void expect_product(const Schema& schema) {
  auto dir = TempDir::create("product");
  ASSERT_TRUE(dir.ok());
  ASSERT_TRUE(write_files(dir.value().path(), emit_guest_c_product(schema, {"my_lib", ""})).ok());
  const std::filesystem::path guest = dir.value().path() / "guest";
  EXPECT_EQ(failure_of({"clang-19", "--target=wasm32", "-std=c11", "-nostdlibinc", "-mbulk-memory",
                        "-I.", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "my_lib_guest.c",
                        "ffi_guest_memory.c"},
                       guest),
            "")
      << print_wit(schema);
  EXPECT_EQ(failure_of({"g++", "-x", "c++", "-std=c++17", "-Wall", "-Wextra", "-Werror",
                        "-fsyntax-only", "my_lib_handlers.h", "-Wno-pragma-once-outside-header"},
                       guest),
            "")
      << print_wit(schema);
  expect_formatted(dir.value().path());
}

TEST(GuestInC, AsAProductCompilesWithItsHandlersHeader) {
  for (const Schema& schema : invented(6).schemas) expect_product(schema);
  expect_product(schema_of(kWater));
}

TEST(GuestInC, AsAProductRunsWithHandlersWrittenByHand) {
  const auto wit = read_file(kWasmPrograms / "water.wit");
  ASSERT_TRUE(wit.ok());
  auto dir = TempDir::create("water");
  ASSERT_TRUE(dir.ok());
  ASSERT_TRUE(
      write_files(dir.value().path(), emit_guest_c_product(schema_of(wit.value()), {"water", ""}))
          .ok());
  const std::filesystem::path guest = dir.value().path() / "guest";
  EXPECT_EQ(failure_of(
                {"clang-19", "--target=wasm32", "-O1", "-std=c11", "-nostdlibinc", "-ffreestanding",
                 "-fno-builtin", "-mbulk-memory", "-I.", "-Wall", "-Wextra", "-Werror", "-c",
                 "water_guest.c", "ffi_guest_memory.c", kWasmPrograms / "water_handlers.c"},
                guest),
            "");
  EXPECT_EQ(failure_of({"wasm-ld-19", "--no-entry", "-o", "water.wasm", "water_guest.o",
                        "ffi_guest_memory.o", "water_handlers.o"},
                       guest),
            "");
  EXPECT_EQ(failure_of({"node", kWasmPrograms / "water.mjs", "water.wasm"}, guest), "");
}

TEST(GuestInC, FailsInTheStageOfItsDefect) {
  const auto stage_of = [](const std::string& file, const std::string& from,
                           const std::string& to) -> std::string {
    const Schema schema = schema_of(
        "package fficheck:c0;\ninterface api {\n  record r { a: u8, b: u32 }\n  f: func(x: r) -> "
        "r;\n}\n");
    const BatchEntry entry{"c0", &schema};
    FileSet files = emit_guest_c({&entry, 1});
    std::string& text = files.at(file);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos);
    text.replace(at, from.size(), to);
    auto dir = TempDir::create("broken");
    EXPECT_TRUE(dir.ok());
    BuildOptions options;
    options.dir = dir.value().path();
    EXPECT_TRUE(write_files(options.dir, files).ok());
    const auto built = build_guest_c(options);
    EXPECT_TRUE(built.ok()) << built.error().text();
    return built.ok() && built.value() ? built.value()->stage : "";
  };
  EXPECT_EQ(stage_of("guest/c0.h", "uint32_t b;", "uint32_t b;"), "");
  EXPECT_EQ(stage_of("guest/c0.h", "uint32_t b;", "uint64_t b;"), "layout-wasm-c");
  EXPECT_EQ(stage_of("guest/c0.h", "uint32_t b;", "uint32_t b"), "compile-wasm-c");
  EXPECT_EQ(stage_of("guest/c0_guest.c", "c0_Functions[0]", "c0_Function[0]"), "compile-wasm-c");
}

}  // namespace
}  // namespace fficheck
