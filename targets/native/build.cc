#include "targets/native/build.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "harness/run/files.h"
#include "harness/run/process.h"
#include "harness/run/tools.h"
#include "targets/native/emit.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using Command = std::vector<std::string>;

constexpr std::chrono::seconds kRuntimeLimit{120};

Result<std::string> tool(std::initializer_list<const char*> names, const std::string& package) {
  for (const char* name : names) {
    if (find_program(name)) return std::string(name);
  }
  return environment_error("no " + std::string(*names.begin()) + " on PATH",
                           "install the package " + package);
}

Result<std::string> gcc() { return tool({"gcc"}, "gcc"); }
Result<std::string> clang() { return tool({"clang-19", "clang"}, "clang-19"); }

/// What a tool printed, where that is no fault of the disk.
Result<std::optional<BuildFailure>> judge(const ProcessEnd& end, const std::string& stage) {
  if (end.success()) return std::optional<BuildFailure>();
  std::string log = end.err + end.out;
  if (log.find("No space left on device") != std::string::npos) {
    return environment_error("no space left for " + stage, "free some space on the disk");
  }
  if (log.empty() || end.timed_out || end.signal) log += end.how() + "\n";
  return std::optional(BuildFailure{stage, std::move(log)});
}

/// Whether every error of a compiler's log is a static assertion that failed.
bool only_assertions(std::string_view log) {
  bool any = false;
  for (std::size_t at = log.find(" error: "); at != std::string_view::npos;
       at = log.find(" error: ", at + 1)) {
    any = true;
    if (!log.substr(at).starts_with(" error: static assertion failed")) return false;
  }
  return any;
}

Command compile_flags(bool optimize) {
  return {optimize ? "-O2" : "-O0", "-g0", "-std=c11", "-fPIC", "-Wall", "-Wextra", "-Werror"};
}

fs::path cache_dir() {
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  if (xdg != nullptr && *xdg == '/') return fs::path(xdg) / "fficheck";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return fs::path(home) / ".cache" / "fficheck";
  return fs::path("/tmp") / "fficheck-cache";
}

/// FNV-1a, to name a file by what it was made of.
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

/// Runs a command for a part of fficheck's own, so that any failure is the environment's.
Result<void> run_own(const Command& command, const fs::path& dir) {
  ProcessOptions options;
  options.command = command;
  options.dir = dir;
  FFICHECK_TRY(const ProcessEnd end, run_process(options, kRuntimeLimit));
  if (end.success()) return {};
  return environment_error("cannot build the C runtime: " + end.how() + "\n" + end.err,
                           "check the C compiler");
}

Result<void> make_archive(const FileSet& files, const Command& flags, const fs::path& archive) {
  FFICHECK_TRY(const std::string cc, gcc());
  FFICHECK_TRY(const std::string ar, tool({"ar"}, "binutils"));
  FFICHECK_TRY(const TempDir work, TempDir::create("runtime", archive.parent_path()));
  FFICHECK_CHECK(write_files(work.path(), files));
  const fs::path native = work.path() / "native";
  Command compile = {cc};
  compile.insert(compile.end(), flags.begin(), flags.end());
  compile.emplace_back("-c");
  Command pack = {ar, "rcs", "runtime.a"};
  for (const auto& [name, text] : files) {
    const fs::path file = fs::path(name).filename();
    if (file.extension() != ".c") continue;
    compile.push_back(file.string());
    pack.push_back(file.stem().string() + ".o");
  }
  FFICHECK_CHECK(run_own(compile, native));
  FFICHECK_CHECK(run_own(pack, native));
  std::error_code error;
  fs::rename(native / "runtime.a", archive, error);
  if (error) return environment_error("cannot write " + archive.string() + ": " + error.message());
  return {};
}

/// Starts on one half of the batch.
Result<ChildProcess> start_compiler(const std::string& cc, const BuildOptions& options, int half) {
  ProcessOptions process;
  process.command = {cc};
  const Command flags = compile_flags(options.leg == "O2");
  process.command.insert(process.command.end(), flags.begin(), flags.end());
  const std::string name = "batch_" + std::to_string(half);
  process.command.insert(process.command.end(), {"-c", name + ".c", "-o", name + ".o"});
  process.dir = options.dir / "native";
  return ChildProcess::start(process);
}

/// Waits for a process until `limit`, then ends it.
ProcessEnd finish(ChildProcess& process, std::chrono::seconds limit) {
  std::optional<ProcessEnd> end = process.wait(limit);
  if (end) return *std::move(end);
  ProcessEnd killed = process.kill();
  killed.timed_out = true;
  return killed;
}

Result<std::optional<BuildFailure>> compile_halves(const BuildOptions& options) {
  FFICHECK_TRY(const std::string cc, gcc());
  FFICHECK_TRY(ChildProcess first, start_compiler(cc, options, 0));
  FFICHECK_TRY(ChildProcess second, start_compiler(cc, options, 1));
  ProcessEnd ends[] = {finish(first, options.limit), finish(second, options.limit)};
  std::string log;
  for (ProcessEnd& end : ends) {
    FFICHECK_TRY(std::optional<BuildFailure> failure, judge(end, "compile-c"));
    if (failure) log += failure->log;
  }
  if (log.empty()) return std::optional<BuildFailure>();
  return std::optional(BuildFailure{only_assertions(log) ? "layout-c" : "compile-c", log});
}

Result<std::optional<BuildFailure>> run_stage(const BuildOptions& options, Command command,
                                              const std::string& stage) {
  ProcessOptions process;
  process.command = std::move(command);
  process.dir = options.dir / "native";
  FFICHECK_TRY(const ProcessEnd end, run_process(process, options.limit));
  return judge(end, stage);
}

}  // namespace

fs::path batch_library(const fs::path& dir) { return dir / "libbatch.so"; }

Result<void> check_c_tools() { return check_tools({need_gcc(), need_clang()}); }

Result<fs::path> runtime_archive(const CBuildOptions& c_options, bool tests) {
  const FileSet files = runtime_files(tests);
  Command flags = compile_flags(true);
  if (c_options.checked) flags.emplace_back("-DFFI_RUNTIME_CHECKED=1");
  const fs::path archive = cache_dir() / ("runtime-" + content_hash(files, flags) + ".a");
  std::error_code error;
  if (fs::exists(archive, error)) return archive;
  FFICHECK_CHECK(make_dirs(archive.parent_path()));
  FFICHECK_CHECK(make_archive(files, flags, archive));
  return archive;
}

Result<std::optional<BuildFailure>> build_batch_library(const BuildOptions& options,
                                                        const CBuildOptions& c_options) {
  FFICHECK_TRY(const std::string cc, gcc());
  FFICHECK_TRY(const fs::path runtime, runtime_archive(c_options, true));
  FFICHECK_TRY(std::optional<BuildFailure> failure, compile_halves(options));
  if (failure) return failure;
  return run_stage(options,
                   {cc, "-shared", "-o", fs::absolute(batch_library(options.dir)).string(),
                    "batch_0.o", "batch_1.o", "-Wl,-Bsymbolic", "-Wl,--no-undefined",
                    "-Wl,--whole-archive", runtime.string(), "-Wl,--no-whole-archive", "-lpthread"},
                   "compile-c");
}

Result<std::optional<BuildFailure>> lint_batch_library(const BuildOptions& options) {
  FFICHECK_TRY(const std::string cc, clang());
  FFICHECK_TRY(
      std::optional<BuildFailure> failure,
      run_stage(options,
                {cc, "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "batch.c"},
                "clang-c"));
  if (failure) return failure;
  FFICHECK_TRY(failure, run_stage(options,
                                  {cc, "-x", "c++", "-std=c++17", "-Wall", "-Wextra", "-Werror",
                                   "-fsyntax-only", "batch_headers.cc"},
                                  "clang-cxx-header"));
  if (failure) return failure;
  FFICHECK_TRY(const std::string format, tool({"clang-format-19"}, "clang-format-19"));
  Command command = {format, "--dry-run", "-Werror", "--ferror-limit=20"};
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(options.dir / "native", error)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".c" || extension == ".h") command.push_back(entry.path().filename().string());
  }
  std::sort(command.begin() + 4, command.end());
  return run_stage(options, std::move(command), "clang-format");
}

}  // namespace fficheck
