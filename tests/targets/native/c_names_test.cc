#include "targets/native/c_names.h"

#include <gtest/gtest.h>

#include <set>

#include "harness/core/names.h"
#include "targets/native/c_reserved.h"
#include "tests/targets/native/c_programs.h"

namespace fficheck {
namespace {

using testing::schema_of;

CNames names_of(const Schema& schema, const LibraryName& library) {
  return resolve_c_names(schema, lower_native(schema, Abi::Native), library);
}

TEST(CNames, KeepColludingNamesApart) {
  const Schema schema = schema_of(R"(package a:b;
interface api {
  enum a { x, b-c }
  enum a-b { c }
  record foo-t { int: a, linux: a-b, u8x: u8 }
  reply-f: func(callback: foo-t, ctx: u8, user-data: u8, std: u8) -> u8;
  f: func() -> u8;
  on-f: func() -> u8;
  destroy: func() -> u8;
  reply-create: func() -> u8;
})");
  const CNames names = names_of(schema, {"c017", "C017"});
  std::set<std::string> globals;
  const auto is_new = [&](const std::string& name) {
    return !is_reserved_in_c(name) && globals.insert(name).second;
  };
  for (TypeId id = 0; id < schema.types().size(); ++id) {
    if (is_named(schema.type(id).kind)) {
      EXPECT_TRUE(is_new(names.types[id])) << names.types[id];
    }
    for (const std::string& constant : names.constants[id]) EXPECT_TRUE(is_new(constant));
    for (const std::string& member : names.members[id]) EXPECT_FALSE(is_reserved_in_c(member));
  }
  EXPECT_TRUE(is_new("c017_create"));
  EXPECT_TRUE(is_new("c017_destroy"));
  for (const CNames::FunctionNames& f : names.functions) {
    EXPECT_TRUE(is_new(f.symbol)) << f.symbol;
    EXPECT_TRUE(is_new(f.handler)) << f.handler;
    EXPECT_TRUE(is_new(f.reply)) << f.reply;
    std::set<std::string> params(f.params.begin(), f.params.end());
    EXPECT_EQ(params.size(), f.params.size());
    for (const std::string& param : f.params) EXPECT_FALSE(is_reserved_in_c(param)) << param;
  }
}

TEST(CNames, OfAProductAreThoseOfItsSchema) {
  const Schema schema = schema_of(R"(package a:b;
interface api {
  record echo-request { message: string, delay-ms: s64 }
  echo: func(req: echo-request) -> string;
})");
  const CNames names = names_of(schema, {"my_timer", ""});
  const TypeId record = schema.functions()[0].params[0].type;
  EXPECT_EQ(names.types[record], "EchoRequest");
  EXPECT_EQ(names.members[record], (std::vector<std::string>{"message", "delayMs"}));
  EXPECT_EQ(names.functions[0].symbol, "my_timer_echo");
  EXPECT_EQ(names.functions[0].handler, "my_timer_on_echo");
  EXPECT_EQ(names.functions[0].params, std::vector<std::string>{"req"});
}

}  // namespace
}  // namespace fficheck
