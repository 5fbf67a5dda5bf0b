#include "harness/run/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <set>

namespace fficheck {
namespace {

namespace fs = std::filesystem;

/// The Error of a failed system call on a path, with what a person can do about it.
Error disk_error(const std::string& doing, const fs::path& path, int error) {
  std::string remedy;
  if (error == ENOSPC || error == EDQUOT) {
    remedy = "free some space there, or choose another directory";
  } else if (error == EFBIG) {
    remedy = "raise the limit of file sizes (ulimit -f)";
  } else if (error == EACCES || error == EPERM || error == EROFS) {
    remedy = "choose a directory that you may write to";
  } else if (error == EMFILE || error == ENFILE) {
    remedy = "raise the limit of open files (ulimit -n)";
  } else if (error == ENOTDIR || error == EEXIST) {
    remedy = "a file stands where a directory must be: move it away";
  } else if (error == ENAMETOOLONG) {
    remedy = "choose a directory with a shorter path";
  }
  return environment_error("cannot " + doing + " " + path.string() + ": " + std::strerror(error),
                           remedy);
}

/// 0, or errno.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

/// 0, or errno; reads at most `limit` bytes and one more, which tells that there are more.
int read_all(int fd, std::string& text, std::uintmax_t limit) {
  char buffer[65536];
  while (text.size() <= limit) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return 0;
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return 0;
}

bool has_text(const fs::path& file, std::string_view text) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error || size != text.size()) return false;
  const Result<std::string> old = read_file(file);
  return old.ok() && old.value() == text;
}

}  // namespace

Result<void> check_relative(std::string_view path) {
  const auto refused = [&](const char* why) {
    std::string shown;
    for (const char c : path.substr(0, 80)) shown += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    return input_error("refused to write \"" + shown + "\": " + why);
  };
  if (path.empty()) return refused("the path is empty");
  if (path.size() > 2000) return refused("the path is too long");
  if (path.front() == '/') return refused("the path is absolute");
  for (const char c : path) {
    if (static_cast<unsigned char>(c) < 0x20 || c == '\\' || c == 0x7f) {
      return refused("the path holds a control character or a backslash");
    }
  }
  std::string_view rest = path;
  while (true) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (part.empty() || part == "." || part == "..") {
      return refused("the path holds an empty part, \".\" or \"..\"");
    }
    if (part.size() > 255) return refused("a part of the path is longer than 255 bytes");
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

Result<void> make_dirs(const fs::path& dir) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (!error && !fs::is_directory(dir, error)) return disk_error("make", dir, ENOTDIR);
  if (error) return disk_error("make", dir, error.value());
  return {};
}

Result<void> write_file(const fs::path& file, std::string_view text) {
  std::string name = file.string() + ".tmp-XXXXXX";
  const UniqueFd fd(mkostemp(name.data(), O_CLOEXEC));
  if (!fd.valid()) return disk_error("write", file, errno);
  int error = write_all(fd.get(), text);
  if (error == 0 && fchmod(fd.get(), 0644) != 0) error = errno;
  if (error == 0 && rename(name.c_str(), file.c_str()) != 0) error = errno;
  if (error == 0) return {};
  unlink(name.c_str());
  return disk_error("write", file, error);
}

Result<WriteReport> write_files(const fs::path& dir, const FileSet& files) {
  for (const auto& [path, text] : files) FFICHECK_CHECK(check_relative(path));
  FFICHECK_CHECK(make_dirs(dir));
  WriteReport report;
  std::set<fs::path> made;
  for (const auto& [path, text] : files) {
    const fs::path file = dir / path;
    if (made.insert(file.parent_path()).second) FFICHECK_CHECK(make_dirs(file.parent_path()));
    if (has_text(file, text)) {
      ++report.unchanged;
      continue;
    }
    FFICHECK_CHECK(write_file(file, text));
    ++report.written;
  }
  return report;
}

Result<std::string> read_file(const fs::path& file, std::uintmax_t limit) {
  const UniqueFd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  int error = fd.valid() ? 0 : errno;
  std::string text;
  if (error == 0) error = read_all(fd.get(), text, limit);
  if (error != 0) return input_error(std::string("cannot read: ") + std::strerror(error), file);
  if (text.size() > limit) {
    return input_error("the file is larger than " + std::to_string(limit) + " bytes", file);
  }
  return text;
}

Result<TempDir> TempDir::create(std::string_view prefix, const fs::path& parent) {
  fs::path base = parent;
  if (base.empty()) {
    const char* variable = std::getenv("TMPDIR");
    base = variable == nullptr || *variable == '\0' ? "/tmp" : variable;
  }
  FFICHECK_CHECK(make_dirs(base));
  std::string name = (base / prefix).string() + "-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) return disk_error("make a directory in", base, errno);
  return TempDir(fs::path(name));
}

TempDir::~TempDir() {
  if (path_.empty()) return;
  std::error_code ignored;  // what cannot be removed stays; a destructor has nobody to tell
  fs::remove_all(path_, ignored);
}

Result<DirLock> DirLock::take(const fs::path& dir) {
  FFICHECK_CHECK(make_dirs(dir));
  const fs::path file = dir / ".fficheck.lock";
  UniqueFd fd(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd.valid()) return disk_error("lock", file, errno);
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return disk_error("lock", file, errno);
    std::string holder;
    read_all(fd.get(), holder, 64);
    while (!holder.empty() && holder.back() == '\n') holder.pop_back();
    return input_error("another campaign works in this directory (process " + holder + ")",
                       dir.string(), "wait for its end, or choose another directory");
  }
  // Only for the message above; the lock itself is the kernel's and ends with this process.
  if (ftruncate(fd.get(), 0) != 0 || write_all(fd.get(), std::to_string(getpid()) + "\n") != 0) {
    return disk_error("write", file, errno);
  }
  return DirLock(std::move(fd));
}

std::int64_t count_entries(const std::filesystem::path& directory) {
  std::error_code error;
  const std::filesystem::directory_iterator all(directory, error);
  return error ? -1 : std::distance(begin(all), end(all));
}

}  // namespace fficheck
