// The test callee's tasks (programs/tasks_main.c) whose context goes under them.
#include <gtest/gtest.h>

#include "tests/targets/native/c_programs.h"

namespace fficheck {
namespace {

using testing::failure_of;
using testing::kPrograms;

TEST(Tasks, EndWithTheirContextWhereNotAllTheyAskedForWasAnswered) {
  const Schema schema = testing::schema_of(R"(package fficheck:tasks;
interface host {
  ask-text: func(s: string) -> string;
}
interface api {
  task-0: func(plan: u64, salt: u64) -> u64;
}
world library {
  import host;
  export api;
}
)");
  auto dir = TempDir::create("tasks");
  ASSERT_TRUE(dir.ok());
  const std::vector<BatchEntry> batch = {{"tasks", &schema}};
  ASSERT_TRUE(write_files(dir.value().path(), emit_library(batch, Abi::Native)).ok());
  const std::filesystem::path native = dir.value().path() / "native";
  std::vector<std::string> command = {"gcc",
                                      "-g1",
                                      "-std=c11",
                                      "-Wall",
                                      "-I.",
                                      "-DFFI_RUNTIME_CHECKED=1",
                                      "-o",
                                      "tasks",
                                      "-fsanitize=address,undefined",
                                      "-fno-sanitize-recover=all",
                                      kPrograms / "tasks_main.c",
                                      kPrograms / "support.c",
                                      "batch.c"};
  const std::vector<std::string> runtime = testing::runtime_sources(native);
  command.insert(command.end(), runtime.begin(), runtime.end());
  command.emplace_back("-lpthread");
  ASSERT_EQ(failure_of(command, native), "");
  EXPECT_EQ(failure_of({native / "tasks"}, native), "");
}

}  // namespace
}  // namespace fficheck
