#include "bench/track/builds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "harness/run/files.h"
#include "harness/run/process.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

void write(const fs::path& file, const std::string& text) {
  ASSERT_TRUE(make_dirs(file.parent_path()).ok());
  ASSERT_TRUE(write_file(file, text).ok());
}

void write_program(const fs::path& file, const std::string& text) {
  write(file, text);
  fs::permissions(file, fs::perms::owner_all);
}

class BuildsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    write_program(build_ / "fficheck_bench", "one");
    write(build_ / "fficheck_bench.d" / "sub" / "data", "needed");
    write(build_ / "fficheck_bench.txt", "no program");
    write(build_ / "fficheck_build.json", R"({"commit":"c0ffee","dirty":true,"cxx":"GNU 12"})");
  }
  [[nodiscard]] BuildPlaces places() const {
    return {dir_.path() / "repo", dir_.path() / "cache", dir_.path() / "anchors"};
  }
  Build candidate() { return read_build(build_, "candidate").value(); }

  /// What git says; it must succeed.
  std::string git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"git", "-c", "user.name=n", "-c", "user.email=e@e"});
    ProcessOptions options;
    options.command = std::move(arguments);
    options.dir = places().repository;
    const ProcessEnd end = run_process(options, 1min).value();
    EXPECT_TRUE(end.success()) << end.err;
    return end.out;
  }

  /// A commit whose build is a bench program with this text; with "broken" it does not build.
  std::string commit(const std::string& text) {
    const fs::path repo = places().repository;
    write(repo / "CMakePresets.json",
          R"({"version":6,"configurePresets":[{"name":"default","generator":"Ninja",
      "binaryDir":"${sourceDir}/build"}]})");
    write(repo / "program", text);
    write(repo / "CMakeLists.txt",
          "cmake_minimum_required(VERSION 3.25)\nproject(p NONE)\nadd_custom_target(fficheck_bench "
          "COMMAND " +
              std::string(
                  text == "broken"
                      ? "false"
                      : "install ${CMAKE_SOURCE_DIR}/program ${CMAKE_BINARY_DIR}/fficheck_bench") +
              " VERBATIM)\n");
    if (!fs::exists(repo / ".git")) git({"init", "-q"});
    git({"add", "."});
    git({"commit", "-qm", text});
    std::string name = git({"rev-parse", "HEAD"});
    name.pop_back();
    return name;
  }

  TempDir dir_ = TempDir::create("fficheck-builds").value();
  fs::path build_ = dir_.path() / "build";
};

TEST_F(BuildsTest, ABuildIsItsProgramsAndItsFacts) {
  const Build build = candidate();
  EXPECT_THAT(build.programs, ElementsAre("fficheck_bench"));
  EXPECT_EQ(build.fact("commit"), "c0ffee");
  EXPECT_EQ(build.fact("dirty"), "true");
  EXPECT_EQ(build.fact("nothing"), "");
}

TEST_F(BuildsTest, AStoredBuildIsWholeAndTakesThePlaceOfTheOneBefore) {
  const fs::path place = places().anchors / "a";
  ASSERT_TRUE(store_build(candidate(), place).ok());
  write_program(build_ / "fficheck_bench", "two");
  fs::remove(build_ / "fficheck_bench.d" / "sub" / "data");
  const auto stored = store_build(candidate(), place);
  ASSERT_TRUE(stored.ok()) << stored.error().text();
  EXPECT_EQ(read_file(place / "fficheck_bench").value(), "two");
  EXPECT_FALSE(fs::exists(place / "fficheck_bench.d" / "sub" / "data"));
  EXPECT_EQ(stored.value().fact("commit"), "c0ffee");
  EXPECT_EQ(std::distance(fs::directory_iterator(places().anchors), {}), 1);
}

TEST_F(BuildsTest, ABaselineIsADirectoryElseAnAnchorElseACommit) {
  ASSERT_TRUE(store_build(candidate(), places().anchors / "night").ok());
  const std::string one = commit("one of git");
  EXPECT_EQ(find_baseline(build_.string(), places(), candidate()).value().dir, build_);
  EXPECT_EQ(find_baseline("night", places(), candidate()).value().dir, places().anchors / "night");
  const auto built = find_baseline("HEAD", places(), candidate());
  ASSERT_TRUE(built.ok()) << built.error().text();
  EXPECT_EQ(built.value().fact("commit"), one);
  EXPECT_EQ(read_file(built.value().dir / "fficheck_bench").value(), "one of git");
  const auto nothing = find_baseline("nosuch", places(), candidate());
  ASSERT_FALSE(nothing.ok());
  EXPECT_EQ(nothing.error().blame, Blame::Input);
}

TEST_F(BuildsTest, ACommitIsBuiltOnceForEachToolchainAndLeavesNoWorktree) {
  const std::string one = commit("first");
  const std::string two = commit("second");
  const Build first = find_baseline(one.substr(0, 10), places(), candidate()).value();
  const Build second = find_baseline(two, places(), candidate()).value();
  EXPECT_EQ(read_file(first.dir / "fficheck_bench").value(), "first");
  EXPECT_EQ(read_file(second.dir / "fficheck_bench").value(), "second");
  EXPECT_EQ(git({"worktree", "list"}).find(".source"), std::string::npos);
  write_program(first.dir / "fficheck_bench", "from the cache");
  EXPECT_EQ(
      read_file(find_baseline(one, places(), candidate()).value().dir / "fficheck_bench").value(),
      "from the cache");
  Build other = candidate();
  other.facts["cxx"] = "GNU 13";
  EXPECT_NE(find_baseline(one, places(), other).value().dir, first.dir);
}

TEST_F(BuildsTest, ACommitThatDoesNotBuildIsTheEnvironmentsAndLeavesNothingBehind) {
  commit("broken");
  const auto failed = find_baseline("HEAD", places(), candidate());
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().blame, Blame::Environment);
  EXPECT_THAT(failed.error().text(), HasSubstr("building HEAD"));
  commit("mended");
  EXPECT_TRUE(find_baseline("HEAD", places(), candidate()).ok());
  for (const auto& entry : fs::directory_iterator(places().cache / "builds"))
    EXPECT_EQ(entry.path().extension(), entry.path().filename() == ".fficheck.lock" ? ".lock" : "")
        << entry;
}

TEST_F(BuildsTest, NamesOfAnchorsStayInTheirDirectory) {
  for (const char* bad : {"", ".", "..", "a/b", ".x", "-x", "a b", "a\n"})
    EXPECT_FALSE(check_anchor_name(bad).ok()) << bad;
  for (const char* good : {"a", "anchor-2026-01-01", "v1.2_x"})
    EXPECT_TRUE(check_anchor_name(good).ok()) << good;
}

}  // namespace
}  // namespace fficheck
