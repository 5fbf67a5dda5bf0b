#include "harness/run/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

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

TEST(Files, AFullDiskIsAnErrorWithRemedyAndLeavesTheOldFile) {
  if (geteuid() != 0 || access("/dev/full", W_OK) != 0) GTEST_SKIP() << "needs /dev/full";
  // A full disk seen through a file size limit would be EFBIG; write_file goes through a temporary
  // name, so the old text must survive any failure. Provoked by a directory without the name.
  const TempDir dir = temp();
  const fs::path file = dir.path() / std::string(250, 'n');
  ASSERT_EQ(check_relative(std::string(250, 'n')).ok(), true);
  Result<void> written = write_file(file, "x");  // with its suffix the temporary name is too long
  ASSERT_FALSE(written.ok());
  EXPECT_FALSE(fs::exists(file));
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
