// The runtime's laws (programs/laws_main.c, laws_callbacks.c), with and without sanitizers.
#include <gtest/gtest.h>

#include "tests/targets/native/c_programs.h"

namespace fficheck {
namespace {

using testing::failure_of;
using testing::kPrograms;

class Runtime : public ::testing::TestWithParam<std::string> {};

TEST_P(Runtime, HoldsToItsLaws) {
  auto dir = TempDir::create("laws");
  ASSERT_TRUE(dir.ok());
  const std::filesystem::path native = dir.value().path() / "native";
  const auto wit = read_file(kPrograms / "laws.wit");
  ASSERT_TRUE(wit.ok());
  const auto parsed = parse_wit(wit.value(), "laws.wit");
  ASSERT_TRUE(parsed.ok()) << parsed.error().text();
  ASSERT_TRUE(write_files(dir.value().path(),
                          emit_product(parsed.value().schemas.at(0), Abi::Native, {"laws", "Laws"}))
                  .ok());
  std::vector<std::string> command = {"gcc",
                                      "-g1",
                                      "-O1",
                                      "-std=c11",
                                      "-Wall",
                                      "-Wextra",
                                      "-DFFI_RUNTIME_CHECKED=1",
                                      "-I.",
                                      "-o",
                                      "laws",
                                      kPrograms / "laws_main.c",
                                      kPrograms / "laws_callbacks.c",
                                      kPrograms / "laws_support.c",
                                      kPrograms / "support.c",
                                      kPrograms / "laws_handlers.c",
                                      "-lpthread"};
  for (const auto& entry : std::filesystem::directory_iterator(native)) {
    if (entry.path().extension() == ".c") command.push_back(entry.path().filename());
  }
  if (GetParam() == "plain") {
    command.insert(command.end(), {"-DSANITIZED=0", "-Werror"});
  } else {
    command.insert(command.end(),
                   {"-DSANITIZED=1", "-fsanitize=" + GetParam(), "-fno-sanitize-recover=all"});
  }
  ASSERT_EQ(failure_of(command, native), "");
  EXPECT_EQ(failure_of({native / "laws", GetParam() == "plain" ? "10000" : "1000"}, native), "");
}

INSTANTIATE_TEST_SUITE_P(Builds, Runtime, ::testing::Values("plain", "thread", "address,undefined"),
                         [](const auto& info) {
                           return info.param.substr(0, info.param.find(','));
                         });

}  // namespace
}  // namespace fficheck
