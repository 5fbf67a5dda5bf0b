#include "harness/core/augment.h"

#include <gtest/gtest.h>

#include "harness/core/text.h"

namespace fficheck {
namespace {

Schema parse(const std::string& body) {
  Result<Schema> schema =
      parse_schema("package a:b;\ninterface i {\n" + body + "\n}\n", "test.wit");
  EXPECT_TRUE(schema.ok()) << (schema.ok() ? "" : schema.error().text());
  return std::move(schema).value();
}

TEST(Augment, EveryTypeGetsConsumeProduceAndEcho) {
  const Schema plain = parse("record point { x: u32, y: option<string> }\nfoo: func(p: point);");
  const Schema s = augment(plain);
  for (TypeId id = 0; id < plain.types().size(); ++id) {
    int roles = 0;
    for (const Function& f : s.functions()) {
      if (f.params.size() != 1) continue;
      roles += s.role(f) == Role::Consume && f.params[0].type == id;
      roles += s.role(f) == Role::Produce && f.result == id;
      roles += s.role(f) == Role::Echo && f.result == id;
    }
    EXPECT_GE(roles, 3) << type_name(s, id);
  }
  EXPECT_NE(s.find("foo"), nullptr);
  EXPECT_NE(s.find("echo-point"), nullptr);
}

TEST(Augment, AddedNamesAvoidThoseThatAreThere) {
  const Schema s = augment(parse("record point { x: u32 }\nECHO-POINT: func(p: point) -> u32;"));
  EXPECT_NE(s.find("ECHO-POINT"), nullptr);
  EXPECT_NE(s.find("echo-point-x2"), nullptr);
}

}  // namespace
}  // namespace fficheck
