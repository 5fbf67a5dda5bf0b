// Files at the edge: what emitters made goes to disk here, and nowhere else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "harness/core/result.h"
#include "harness/run/process.h"
#include "harness/run/target.h"

namespace fficheck {

/// What write_files did.
struct WriteReport {
  std::size_t written = 0;
  std::size_t unchanged = 0;
};

/// Whether `path` stays below the directory it is relative to: not empty, not absolute, no "." or
/// ".." or empty part, no backslash or control character, parts of at most 255 bytes.
[[nodiscard]] Result<void> check_relative(std::string_view path);

/// Writes every file below `dir`, which is created. All paths are checked before the first is
/// written; each file appears whole (temporary name, then rename); one that has its text already is
/// left alone, so that build tools see no change. Errors: Input where a path is refused,
/// Environment where the disk refuses.
[[nodiscard]] Result<WriteReport> write_files(const std::filesystem::path& dir,
                                              const FileSet& files);
/// Writes one file whole or not at all; its directory must exist.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& file, std::string_view text);
/// The text of a file of at most `limit` bytes. Errors are of the Input: unreadable, too large.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file,
                                            std::uintmax_t limit = 64u << 20);
/// Makes a directory and those above it.
[[nodiscard]] Result<void> make_dirs(const std::filesystem::path& dir);

/// A directory that is removed with everything in it when its owner goes.
class TempDir {
 public:
  /// A new directory "PREFIX-XXXXXX" below `parent`; empty: TMPDIR, else /tmp.
  static Result<TempDir> create(std::string_view prefix, const std::filesystem::path& parent = {});
  TempDir(TempDir&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  TempDir& operator=(TempDir&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~TempDir();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Leaves the directory behind, for a person to look at.
  std::filesystem::path keep() { return std::exchange(path_, {}); }

 private:
  explicit TempDir(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// The sole right to work in a directory, held until its owner goes or its process dies.
class DirLock {
 public:
  /// Locks the file ".fficheck.lock" in `dir`, which is created. An Input error that names the
  /// holder's process where another campaign has it.
  static Result<DirLock> take(const std::filesystem::path& dir);

 private:
  explicit DirLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

/// How many entries a directory has; -1 where it cannot be read.
[[nodiscard]] std::int64_t count_entries(const std::filesystem::path& directory);

}  // namespace fficheck
