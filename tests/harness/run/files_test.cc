#include "harness/run/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TempDir temp() {
  Result<TempDir> dir = TempDir::create("files-test");
  EXPECT_TRUE(dir.ok());
  return std::move(dir).value();
}

ino_t inode(const fs::path& file) {
  struct stat info{};
  EXPECT_EQ(stat(file.c_str(), &info), 0);
  return info.st_ino;
}

TEST(Files, WrittenFilesHaveTheirText) {
  const TempDir dir = temp();
  const std::string binary("a\0b\n", 4);
  Result<WriteReport> report =
      write_files(dir.path() / "new", {{"a.c", "one"}, {"deep/er/b.go", binary}});
  ASSERT_TRUE(report.ok()) << report.error().text();
  EXPECT_EQ(report.value().written, 2u);
  EXPECT_EQ(read_file(dir.path() / "new/a.c").value(), "one");
  EXPECT_EQ(read_file(dir.path() / "new/deep/er/b.go").value(), binary);
  const fs::directory_iterator entries(dir.path() / "new");
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 2) << "temporary files stay behind";
}

TEST(Files, AnUnchangedFileIsLeftAlone) {
  const TempDir dir = temp();
  ASSERT_TRUE(write_files(dir.path(), {{"a", "same"}, {"b", "old"}}).ok());
  const ino_t before = inode(dir.path() / "a");
  Result<WriteReport> report = write_files(dir.path(), {{"a", "same"}, {"b", "new"}});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report.value().unchanged, 1u);
  EXPECT_EQ(report.value().written, 1u);
  EXPECT_EQ(inode(dir.path() / "a"), before);
  EXPECT_EQ(read_file(dir.path() / "b").value(), "new");
}

TEST(Files, NoPathLeavesTheDirectory) {
  const TempDir dir = temp();
  const fs::path inner = dir.path() / "inner";
  for (const std::string& path :
       {std::string("../x"), std::string("/tmp/x"), std::string("a/../../x"), std::string("a//x"),
        std::string("./x"), std::string(""), std::string("a/"), std::string("a\\x"),
        std::string("a\nb"), std::string("a\0b", 3), std::string(300, 'n')}) {
    EXPECT_FALSE(check_relative(path).ok()) << path;
    Result<WriteReport> report = write_files(inner, {{"fine", "x"}, {path, "x"}});
    ASSERT_FALSE(report.ok()) << path;
    EXPECT_EQ(report.error().blame, Blame::Input);
    EXPECT_FALSE(fs::exists(inner / "fine")) << "written before all paths were checked";
  }
  EXPECT_TRUE(check_relative("native/c017.h").ok());
  EXPECT_TRUE(check_relative("..a/b..").ok());
}

TEST(Files, AFileInTheWayIsAnErrorWithRemedy) {
  const TempDir dir = temp();
  ASSERT_TRUE(write_file(dir.path() / "a", "file").ok());
  Result<WriteReport> report = write_files(dir.path(), {{"a/b", "x"}});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().blame, Blame::Environment);
  EXPECT_THAT(report.error().remedy, HasSubstr("file stands"));
}

TEST(Files, AnUnwritableDirectoryIsAnErrorWithRemedy) {
  // Not even root may write below /proc.
  Result<WriteReport> report = write_files("/proc/fficheck", {{"a", "x"}});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().blame, Blame::Environment);
  EXPECT_THAT(report.error().text(), HasSubstr("/proc/fficheck"));
}

TEST(Files, ADiskThatRefusesMidwayLeavesTheOldFileWhole) {
  const TempDir dir = temp();
  const fs::path file = dir.path() / "saved.case";
  ASSERT_TRUE(write_file(file, "old").ok());
  // A process of its own, whose files may have 1,000 bytes: its disk is full in the midst of a
  // file.
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(9);
    Result<void> written = write_file(file, std::string(5000, 'x'));
    if (written.ok()) _exit(1);
    const Error& error = written.error();
    _exit(error.blame == Blame::Environment && !error.remedy.empty() ? 0 : 2);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_file(file).value(), "old");
  const fs::directory_iterator entries(dir.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1) << "half-written files stay behind";
}

TEST(Files, ReadingBeyondTheLimitIsAnError) {
  const TempDir dir = temp();
  ASSERT_TRUE(write_file(dir.path() / "a", "12345").ok());
  EXPECT_TRUE(read_file(dir.path() / "a", 5).ok());
  EXPECT_FALSE(read_file(dir.path() / "a", 4).ok());
  EXPECT_FALSE(read_file(dir.path() / "none").ok());
  EXPECT_FALSE(read_file(dir.path()).ok());
}

TEST(Files, ATempDirGoesWithItsOwnerUnlessKept) {
  fs::path gone;
  fs::path kept;
  {
    TempDir a = temp();
    TempDir b = temp();
    gone = a.path();
    kept = b.path();
    ASSERT_TRUE(write_files(gone, {{"x/y", "z"}}).ok());
    EXPECT_EQ(b.keep(), kept);
  }
  EXPECT_FALSE(fs::exists(gone));
  EXPECT_TRUE(fs::exists(kept));
  fs::remove_all(kept);
}

TEST(Files, ADirectoryHasOneCampaign) {
  const TempDir dir = temp();
  {
    Result<DirLock> first = DirLock::take(dir.path());
    ASSERT_TRUE(first.ok());
    Result<DirLock> second = DirLock::take(dir.path());
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().blame, Blame::Input);
    EXPECT_THAT(second.error().text(), HasSubstr(std::to_string(getpid())));
  }
  EXPECT_TRUE(DirLock::take(dir.path()).ok()) << "the lock outlived its owner";
}

}  // namespace
}  // namespace fficheck
