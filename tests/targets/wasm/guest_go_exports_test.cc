// A guest in Go does without exactly those exports that the Go compiler refuses.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/core/schema.h"
#include "harness/run/files.h"
#include "targets/wasm/build_guest_go.h"
#include "targets/wasm/guest_go.h"

namespace fficheck {
namespace {

struct Export {
  std::vector<Kind> params;
  bool result = false;
};

std::vector<Kind> times(std::size_t count, const std::vector<Kind>& kinds) {
  std::vector<Kind> out;
  for (std::size_t i = 0; i < count; ++i) out.insert(out.end(), kinds.begin(), kinds.end());
  return out;
}

Schema schema_of(const std::vector<Export>& exports) {
  SchemaBuilder builder("fficheck:wide", "api");
  for (std::size_t i = 0; i < exports.size(); ++i) {
    Function f;
    f.name = "call-" + std::to_string(i);
    for (const Kind kind : exports[i].params) {
      Type type;
      type.kind = kind;
      f.params.push_back({"p" + std::to_string(f.params.size()), builder.add(std::move(type))});
    }
    if (exports[i].result) f.result = f.params[0].type;
    builder.function(f);
  }
  auto built = std::move(builder).build();
  EXPECT_TRUE(built.ok()) << built.error().text();
  return std::move(built).value();
}

/// What the Go compiler has against them, empty where nothing.
std::string refusal(const Schema& schema) {
  auto dir = TempDir::create("guest-go-exports");
  EXPECT_TRUE(dir.ok());
  BuildOptions options;
  options.dir = dir.value().path();
  options.leg = "plain";
  EXPECT_TRUE(write_files(options.dir, emit_guest_go({{{"c0", &schema}}})).ok());
  const auto built = build_guest_go(options);
  EXPECT_TRUE(built.ok()) << built.error().text();
  return built.ok() && built.value() ? built.value()->log : "";
}

TEST(GuestGoExports, WhatIsCarriedCompiles) {
  const Schema schema = schema_of({{times(16, {Kind::U64}), false},
                                   {times(15, {Kind::U64}), true},
                                   {times(16, {Kind::F32}), true},
                                   {times(8, {Kind::Bool, Kind::F64}), false},
                                   {times(7, {Kind::U8, Kind::S8, Kind::U64}), true},
                                   {times(17, {Kind::U64}), true}});
  for (const Function& f : schema.functions())
    EXPECT_FALSE(unsupported_guest_go(schema, f)) << f.name;
  EXPECT_EQ(refusal(schema), "");
}

TEST(GuestGoExports, WhatIsNotCarriedTheGoCompilerRefuses) {
  const std::vector<Export> wide = {{times(16, {Kind::F64}), true},
                                    {times(8, {Kind::Bool, Kind::U64}), true}};
  for (const Export& one : wide) {
    const Schema schema = schema_of({one});
    const auto why = unsupported_guest_go(schema, schema.functions()[0]);
    ASSERT_TRUE(why);
    EXPECT_NE(why->find("takes 128 bytes of arguments and result, not 136"), std::string::npos)
        << *why;
    EXPECT_NE(refusal(schema).find("wasmexport function argument too large"), std::string::npos);
  }
}

}  // namespace
}  // namespace fficheck
