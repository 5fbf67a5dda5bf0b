#include "harness/run/tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "harness/run/files.h"

namespace fficheck {
namespace {

using testing::HasSubstr;

/// A program that prints a text, whatever its arguments.
std::string program(const TempDir& dir, const std::string& name, const std::string& script) {
  const std::filesystem::path file = dir.path() / name;
  EXPECT_TRUE(write_file(file, "#!/bin/sh\n" + script + "\n").ok());
  EXPECT_EQ(chmod(file.c_str(), 0755), 0);
  return file.string();
}

TEST(Tools, VersionsAreReadWhereTheyStand) {
  EXPECT_EQ(parse_version("go version go1.26.8 linux/amd64", "go version go"),
            (ToolVersion{1, 26}));
  EXPECT_EQ(parse_version("Debian clang version 19.1.7 (3)", "clang version "),
            (ToolVersion{19, 1}));
  EXPECT_EQ(parse_version("12.2.0\n", ""), (ToolVersion{12, 2}));
  EXPECT_EQ(parse_version("14", ""), (ToolVersion{14, 0}));
  EXPECT_EQ(parse_version("go version devel", "go version go"), std::nullopt);
  EXPECT_EQ(parse_version("99999999999999.1", ""), std::nullopt);
  EXPECT_LT((ToolVersion{1, 9}), (ToolVersion{1, 24})) << "numbers, not texts";
}

TEST(Tools, TheFirstCandidateThatIsNewEnoughIsTaken) {
  const TempDir dir = TempDir::create("tools-test").value();
  ToolNeed need = need_go();
  const std::string old = program(dir, "old", "echo go version go1.9.1 linux/amd64");
  const std::string fresh = program(dir, "new", "echo go version go1.24 linux/amd64");
  need.candidates = {(dir.path() / "none").string(), old, fresh};
  Result<Tool> tool = find_tool(need);
  ASSERT_TRUE(tool.ok()) << tool.error().text();
  EXPECT_EQ(tool.value().path, fresh);
  EXPECT_EQ(tool.value().version, (ToolVersion{1, 24}));
}

TEST(Tools, AToolThatIsTooOldIsAnErrorWithWhatWasFoundAndTheRemedy) {
  const TempDir dir = TempDir::create("tools-test").value();
  ToolNeed need = need_go();
  need.candidates = {program(dir, "old", "echo go version go1.9.1 linux/amd64"),
                     program(dir, "odd", "exit 1")};
  Result<Tool> tool = find_tool(need);
  ASSERT_FALSE(tool.ok());
  EXPECT_EQ(tool.error().blame, Blame::Environment);
  EXPECT_THAT(tool.error().message, HasSubstr("Go 1.24 or newer"));
  EXPECT_THAT(tool.error().message, HasSubstr("old is 1.9"));
  EXPECT_THAT(tool.error().message, HasSubstr("odd does not tell its version"));
  EXPECT_THAT(tool.error().remedy, HasSubstr("scripts/setup"));
}

TEST(Tools, AMissingToolIsAnErrorWithTheRemedy) {
  for (ToolNeed need : {need_gcc(), need_clang(), need_go(), need_gofmt()}) {
    need.candidates = {"no-such-tool-here"};
    Result<void> checked = check_tools({need});
    ASSERT_FALSE(checked.ok());
    EXPECT_EQ(checked.error().blame, Blame::Environment);
    EXPECT_THAT(checked.error().message, HasSubstr(need.name + " is not on PATH"));
    EXPECT_THAT(checked.error().remedy, HasSubstr("scripts/setup"));
  }
}

TEST(Tools, ThoseThatFficheckIsBuiltWithAreFound) {
  for (const ToolNeed& need : {need_gcc(), need_clang(), need_go(), need_gofmt()}) {
    Result<Tool> tool = find_tool(need);
    EXPECT_TRUE(tool.ok()) << tool.error().text();
  }
}

}  // namespace
}  // namespace fficheck
