#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>

#include "harness/core/text.h"
#include "tests/harness/core/random_schema.h"

namespace fficheck {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

RC_GTEST_PROP(Wit, APrintedSchemaReadsBack, (std::uint64_t seed)) {
  const Schema schema = testing::random_schema(seed);
  const std::string text = print_wit(schema);
  const Result<Schema> read = parse_schema(text, "printed.wit");
  if (!read.ok()) RC_FAIL(read.error().text() + "\n" + text);
  RC_ASSERT(print_wit(read.value()) == text);
  RC_ASSERT(read.value().package() == schema.package());
  // Ids may be others, names and shapes are the same.
  RC_ASSERT(read.value().types().size() == schema.types().size());
  for (const Function& f : schema.functions()) {
    const Function* const g = read.value().find(qualified_name(schema, f));
    RC_ASSERT(g != nullptr);
    RC_ASSERT(g->params.size() == f.params.size());
    for (std::size_t i = 0; i < f.params.size(); ++i) {
      RC_ASSERT(g->params[i].name == f.params[i].name);
      RC_ASSERT(type_name(read.value(), g->params[i].type) == type_name(schema, f.params[i].type));
    }
  }
}

constexpr const char* kEverything = R"(package a:b@1.2.3;
interface host {
  record r {}
  enum e {x, %type}
  resource tap { constructor(n: u8); flow: func(l: list<r>) -> e; of: static func() -> tap; }
  %list: func(x: e) -> option<option<u8>>;
}
interface api {
  use host.{r as q, tap};
  record %record { /* nothing } */ // }
  }
  type t = list<q>;
  variant v { none, some(t), err(tuple<u8, s8>), %enum(%record) }
  resource own-res { m: func(t: borrow<tap>) -> result<own-res, string>; }
  f: func(x: v, y: own-res) -> t;
  g: func() -> result<_, string>;
  h: async func();
  i: func(x: stream<u8>);
  j: func(x: list<u8, 4>);
  k: func(x: future<u8>) -> map<string, u8>;
}
world w { import host; import plain: func(a: u8) -> u8; export api; }
)";

TEST(Wit, AWorldGivesItsExportWithItsImports) {
  const auto parsed = parse_wit(kEverything, "a.wit");
  ASSERT_TRUE(parsed.ok()) << parsed.error().text();
  ASSERT_EQ(parsed.value().schemas.size(), 1U);
  const Schema& s = parsed.value().schemas[0];
  EXPECT_EQ(s.package(), "a:b@1.2.3");
  EXPECT_EQ(s.interface(), "api");
  EXPECT_EQ(s.functions().size(), 3U);
  EXPECT_EQ(s.imports().size(), 5U);
  EXPECT_EQ(print_wit(s), R"(package a:b@1.2.3;

interface host {
  resource tap {
    constructor(n: u8);
    flow: func(l: list<r>) -> e;
    of: static func() -> own<tap>;
  }

  record r {}

  enum e {
    x,
    %type,
  }

  %list: func(x: e) -> option<option<u8>>;
  plain: func(a: u8) -> u8;
}

interface api {
  use host.{tap, r};

  resource own-res {
    m: func(t: borrow<tap>) -> result<own<own-res>, string>;
  }

  record %record {}

  variant v {
    none,
    some(list<r>),
    err(tuple<u8, s8>),
    %enum(%record),
  }

  f: func(x: v, y: own<own-res>) -> list<r>;
  g: func() -> result<_, string>;
}

world library {
  import host;
  export api;
}
)");
  std::vector<std::string> skipped;
  for (const auto& k : parsed.value().skipped)
    skipped.push_back(k.where + ": " + k.interface + ": " + k.reason);
  EXPECT_THAT(skipped, ::testing::ElementsAre(
                           "a.wit:17: a:b@1.2.3/api.h: async functions are not supported",
                           "a.wit:18: a:b@1.2.3/api.i: stream is not supported",
                           "a.wit:19: a:b@1.2.3/api.j: fixed-length list is not supported",
                           "a.wit:20: a:b@1.2.3/api.k: future is not supported"));
}

TEST(Wit, WithoutAWorldEachInterfaceIsASchemaWithTheTypesItUses) {
  const auto parsed = parse_wit(R"(package a:b;
interface types { record point { x: u8 } record other {} }
interface one { use types.{point as p}; enum point { a } f: func(p: p, q: point); }
interface two { use types.{point}; f: func() -> list<point>; }
interface three { f: async func(); }
)",
                                "a.wit");
  ASSERT_TRUE(parsed.ok()) << parsed.error().text();
  ASSERT_EQ(parsed.value().schemas.size(), 2U);
  // Names that collide are told apart by their interface.
  EXPECT_THAT(print_wit(parsed.value().schemas[0]),
              AllOf(HasSubstr("record types-point {"), HasSubstr("enum point {"),
                    HasSubstr("f: func(p: types-point, q: point);")));
  EXPECT_THAT(print_wit(parsed.value().schemas[1]), HasSubstr("f: func() -> list<point>;"));
  ASSERT_EQ(parsed.value().skipped.size(), 3U);
  EXPECT_EQ(parsed.value().skipped[0].reason, "it has no functions");
  EXPECT_EQ(parsed.value().skipped[2].reason, "no function of it is supported");
}

TEST(Wit, LargeTypesRead) {
  std::string text = "package a:b;\ninterface api {\n  flags f {";
  for (int i = 0; i < 200; ++i) text += " fl" + std::to_string(i) + ",";
  text += "}\n  enum e {";
  for (int i = 0; i < 70000; ++i) text += " e" + std::to_string(i) + ",";
  text += "}\n  variant v {";
  for (int i = 0; i < 300; ++i) text += " v" + std::to_string(i) + "(option<option<e>>),";
  text += "}\n  g: func(a: f, b: v);\n}\n";
  const Result<Schema> schema = parse_schema(text, "large.wit");
  ASSERT_TRUE(schema.ok()) << schema.error().text();
  EXPECT_TRUE(parse_schema(print_wit(schema.value()), "printed.wit").ok());
}

struct Bad {
  std::string text;
  std::string says;
};

std::string repeated(const std::string& text, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += text;
  return out;
}

TEST(Wit, BadTextIsAnErrorWithFileAndLine) {
  const auto in = [](const std::string& body) {
    return "package a:b;\ninterface api {\n" + body + "\n}\n";
  };
  const std::string deep = repeated("list<", 10000) + "u8" + repeated(">", 10000);
  const std::vector<Bad> table = {
      {"", "x.wit"},
      {"package a:b", "x.wit:1:"},
      {"interface api {", "x.wit:1:"},
      {in("f: func(a: nothing);"), "x.wit:3:"},
      {in("record r { a: r }"), "x.wit:3:"},
      {in("enum e {}"), "x.wit:3:"},
      {in("flags e {}"), "x.wit:3:"},
      {in("variant e {}"), "x.wit:3:"},
      {in("f: func(a: tuple<>);"), ""},
      {in("record r { a: u8, A: u8 }"), "x.wit:3:"},
      {in("f: func(); f: func();"), "x.wit:3:"},
      {in("record " + std::string(10000, 'a') + " { }"), "x.wit:3:8: a name has more than 256"},
      {in("f: func(a: " + deep + ");"), "x.wit:3:506: more than 100 brackets"},
      {in("record \"a\" { }"), "x.wit:3:"},
      {in("record a/b { }"), "x.wit:3:"},
      {in("record a*/b { }"), "x.wit:3:"},
      {in("/* never closed"), "x.wit:3:"},
      {in(repeated("/*", 100000)), "x.wit:3:"},
      {repeated("package a:b {", 10000), "x.wit:1:"},
      {in("record fficheck-empty-record { }"), "reserved"},
      {in("enum e { fficheck-wide-flags, a }"), "reserved"},
      {in("flags f {" + repeated(" a,", 40) + "}"), "x.wit:3:"},
      {std::string("package a:b;\n\0", 14), "x.wit:2:"},
      {"package a:b;\n\xff\xfe", "UTF-8"},
      {in("f: func() -> list<u8, 9223372036854775808>;"), "x.wit:3:"},
  };
  for (const Bad& bad : table) {
    const auto parsed = parse_schema(bad.text, "x.wit");
    ASSERT_FALSE(parsed.ok()) << bad.text.substr(0, 100);
    EXPECT_EQ(parsed.error().blame, Blame::Input) << parsed.error().text();
    EXPECT_THAT(parsed.error().text(), HasSubstr(bad.says)) << bad.text.substr(0, 100);
    EXPECT_LT(parsed.error().text().size(), 600U);
    EXPECT_EQ(parsed.error().text().find('\n'), std::string::npos);
  }
}

TEST(Wit, AChainOfTypesAsLongAsTheLimitsAllowDoesNotCrash) {
  std::string aliases = "package a:b;\ninterface api {\ntype t0 = u8;\n";
  std::string records = "package a:b;\ninterface api {\nrecord t0 {}\n";
  for (int i = 1; i < 5000; ++i) {
    const std::string now = "t" + std::to_string(i);
    const std::string before = "t" + std::to_string(i - 1);
    aliases.append("type ").append(now).append(" = ").append(before).append(";\n");
    records.append("record ").append(now).append(" {a: ").append(before).append("}\n");
  }
  const auto all = parse_schema(aliases + "f: func(a: t4999);\n}\n", "x.wit");
  ASSERT_TRUE(all.ok()) << all.error().text();
  EXPECT_EQ(all.value().types().size(), 1U);
  const auto deep = parse_schema(records + "f: func(a: t4999);\n}\n", "x.wit");
  ASSERT_FALSE(deep.ok());
  EXPECT_THAT(deep.error().text(), HasSubstr("nests deeper"));
  const auto many = parse_schema(repeated("interface a {\n", 20000), "x.wit");
  ASSERT_FALSE(many.ok());
  EXPECT_THAT(many.error().text(), StartsWith("x.wit:101:13: more than 100 brackets"));
  const auto types = parse_schema(
      "package a:b;\ninterface api {\n" + repeated("type a = u8;\n", 20000) + "}\n", "x.wit");
  ASSERT_FALSE(types.ok());
  EXPECT_THAT(types.error().text(), StartsWith("x.wit:10001:1: more than 10000 definitions"));
}

class WitPath : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = std::filesystem::path(::testing::TempDir()) /
           ("wit-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
            ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(dir_ / "deps" / "types");
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  void write(const char* name, const std::string& text) const {
    std::ofstream(dir_ / name) << text;
  }
  std::filesystem::path dir_;
};

TEST_F(WitPath, APackageDirectoryReadsWithItsDeps) {
  write("one.wit",
        "package a:b;\ninterface one { use two.{e}; use c:d/types@1.0.0.{r}; f: func(a: e, b: r); "
        "}\n");
  write("two.wit", "interface two { enum e { x } }\n");
  write("deps/types/types.wit", "package c:d@1.0.0;\ninterface types { record r {} }\n");
  write("deps/readme.txt", "not WIT");
  const auto parsed = parse_wit_path(dir_.string());
  ASSERT_TRUE(parsed.ok()) << parsed.error().text();
  ASSERT_EQ(parsed.value().schemas.size(), 1U);
  EXPECT_THAT(print_wit(parsed.value().schemas[0]), HasSubstr("f: func(a: e, b: r);"));
}

TEST_F(WitPath, WhatCannotBeReadIsAnErrorThatNamesIt) {
  const auto none = parse_wit_path((dir_ / "none.wit").string());
  ASSERT_FALSE(none.ok());
  EXPECT_THAT(none.error().text(), HasSubstr("none.wit"));
  const auto empty = parse_wit_path(dir_.string());
  ASSERT_FALSE(empty.ok());
  EXPECT_THAT(empty.error().text(), HasSubstr("no .wit file"));
  write("one.wit", "package a:b;\ninterface one {\n  use c:d/types.{r};\n}\n");
  const auto missing = parse_wit_path(dir_.string());
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().text(),
              AllOf(HasSubstr("one.wit:3:7: package 'c:d' not found"), HasSubstr("deps/")));
  write("deps/bad.wit", "package c:d;\n\ninterface types { ? }");
  const auto bad = parse_wit_path(dir_.string());
  ASSERT_FALSE(bad.ok());
  EXPECT_THAT(bad.error().text(), HasSubstr("bad.wit:3:19"));
}

}  // namespace
}  // namespace fficheck
