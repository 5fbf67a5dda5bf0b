#include "targets/native/build_parts.h"

#include <chrono>
#include <cstdint>
#include <cstdlib>

#include "harness/run/files.h"

namespace fficheck::native_build {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kRuntimeLimit{120};

}  // namespace

Result<std::string> tool(std::initializer_list<const char*> names, const std::string& package) {
  for (const char* name : names) {
    if (find_program(name)) return std::string(name);
  }
  return environment_error("no " + std::string(*names.begin()) + " on PATH",
                           "install the package " + package);
}

Result<std::optional<BuildFailure>> judge(const ProcessEnd& end, const std::string& stage) {
  if (end.success()) return std::optional<BuildFailure>();
  std::string log = end.err + end.out;
  if (log.find("No space left on device") != std::string::npos) {
    return environment_error("no space left for " + stage, "free some space on the disk");
  }
  if (log.empty() || end.timed_out || end.signal) log += end.how() + "\n";
  return std::optional(BuildFailure{stage, std::move(log)});
}

bool only_assertions(std::string_view log) {
  bool any = false;
  for (std::size_t at = log.find(" error: "); at != std::string_view::npos;
       at = log.find(" error: ", at + 1)) {
    any = true;
    if (!log.substr(at).starts_with(" error: static assertion failed")) return false;
  }
  return any;
}

fs::path cache_dir() {
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  if (xdg != nullptr && *xdg == '/') return fs::path(xdg) / "fficheck";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return fs::path(home) / ".cache" / "fficheck";
  return fs::path("/tmp") / "fficheck-cache";
}

std::string content_hash(const FileSet& files, const Command& flags) {
  std::uint64_t h = 0xCBF29CE484222325u;
  const auto add = [&h](const std::string& text) {
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    h = (h ^ 0x100u) * 0x100000001B3u;
  };
  for (const auto& [name, text] : files) {
    add(name);
    add(text);
  }
  for (const std::string& flag : flags) add(flag);
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[(h >> shift) & 15];
  return out;
}

Result<FileSet> as_written(const fs::path& dir, FileSet files) {
  for (auto& [name, text] : files) {
    FFICHECK_TRY(text, read_file(dir / name));
  }
  return files;
}

Result<void> run_own(const Command& command, const fs::path& dir, const std::string& part) {
  ProcessOptions options;
  options.command = command;
  options.dir = dir;
  FFICHECK_TRY(const ProcessEnd end, run_process(options, kRuntimeLimit));
  if (end.success()) return {};
  return environment_error("cannot build " + part + ": " + end.how() + "\n" + end.err,
                           "check the C compiler");
}

}  // namespace fficheck::native_build
