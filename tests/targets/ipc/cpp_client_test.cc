// The generated client in C++ on its own (programs/hostile_server.cc).
#include <gtest/gtest.h>

#include "harness/core/text.h"
#include "harness/run/files.h"
#include "harness/run/process.h"
#include "targets/ipc/emit.h"

namespace fficheck {
namespace {

class CppClient : public ::testing::TestWithParam<std::string> {};

TEST_P(CppClient, SurvivesWhateverAServerSays) {
  const auto schema = parse_schema(R"(
package test:hostile;
interface api {
  record item { name: string, numbers: list<u64>, more: option<string> }
  echo: func(items: list<item>) -> list<item>;
}
)",
                                   "hostile.wit");
  ASSERT_TRUE(schema.ok()) << schema.error().text();
  auto dir = TempDir::create("cpp-client");
  ASSERT_TRUE(dir.ok());
  ASSERT_TRUE(
      write_files(dir.value().path(), ipc::emit_cpp_client(schema.value(), {"api", ""})).ok());
  ProcessOptions options;
  options.dir = dir.value().path() / "ipc" / "cpp";
  options.environment = {{"MALLOC_ARENA_MAX", "1"}};  // arenas reserve more than they hold
  const std::string program = FFICHECK_SOURCE_DIR "/tests/targets/ipc/programs/hostile_server.cc";
  options.command = {"sh", "-c",
                     "g++ -std=c++17 -g1 -O1 -Wall -Wextra -Werror -I. " + GetParam() +
                         " -o client " + program + " *.cc -pthread && ./client"};
  const auto end = run_process(options, std::chrono::minutes(5));
  ASSERT_TRUE(end.ok()) << end.error().text();
  EXPECT_TRUE(end.value().success()) << end.value().how() << "\n" << end.value().err;
  std::printf("%s", end.value().out.c_str());
}

INSTANTIATE_TEST_SUITE_P(Builds, CppClient, ::testing::Values("", "-fsanitize=thread"),
                         [](const auto& info) { return info.param.empty() ? "plain" : "thread"; });

}  // namespace
}  // namespace fficheck
