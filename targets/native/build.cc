#include "targets/native/build.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>
#include <vector>

#include "harness/run/files.h"
#include "harness/run/process.h"
#include "harness/run/tools.h"
#include "targets/native/build_parts.h"
#include "targets/native/emit.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using native_build::cache_dir;
using native_build::Command;
using native_build::content_hash;
using native_build::judge;
using native_build::only_assertions;
using native_build::run_own;
using native_build::tool;

Result<std::string> gcc() { return tool({"gcc"}, "gcc"); }
Result<std::string> clang() { return tool({"clang-19", "clang"}, "clang-19"); }

Command compile_flags(bool optimize, const CBuildOptions& c_options) {
  Command out = {
      optimize ? "-O2" : "-O0", "-g0", "-std=c11", "-fPIC", "-Wall", "-Wextra", "-Werror"};
  if (!c_options.sanitizer.empty())
    out.insert(out.end(), {"-g1", "-fno-omit-frame-pointer", "-fsanitize=" + c_options.sanitizer});
  return out;
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
  FFICHECK_CHECK(run_own(compile, native, "the C runtime"));
  FFICHECK_CHECK(run_own(pack, native, "the C runtime"));
  std::error_code error;
  fs::rename(native / "runtime.a", archive, error);
  if (error) return environment_error("cannot write " + archive.string() + ": " + error.message());
  return {};
}

/// Starts on one half of the batch.
Result<ChildProcess> start_compiler(const std::string& cc, const BuildOptions& options,
                                    const CBuildOptions& c_options, int half) {
  ProcessOptions process;
  process.command = {cc};
  const Command flags = compile_flags(options.leg == "O2", c_options);
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

Result<std::optional<BuildFailure>> compile_halves(const BuildOptions& options,
                                                   const CBuildOptions& c_options) {
  FFICHECK_TRY(const std::string cc, c_options.sanitizer.empty() ? batch_compiler(options) : gcc());
  FFICHECK_TRY(ChildProcess first, start_compiler(cc, options, c_options, 0));
  FFICHECK_TRY(ChildProcess second, start_compiler(cc, options, c_options, 1));
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

Result<std::string> batch_compiler(const BuildOptions& options) {
  return options.leg == "plain" ? clang() : gcc();
}

Result<void> check_c_tools() { return check_tools({need_gcc(), need_clang()}); }

namespace {

Result<fs::path> archive_of(const FileSet& files, const CBuildOptions& c_options) {
  Command flags = compile_flags(true, c_options);
  if (c_options.checked) flags.emplace_back("-DFFI_RUNTIME_CHECKED=1");
  const fs::path archive = cache_dir() / ("runtime-" + content_hash(files, flags) + ".a");
  std::error_code error;
  if (fs::exists(archive, error)) return archive;
  FFICHECK_CHECK(make_dirs(archive.parent_path()));
  FFICHECK_CHECK(make_archive(files, flags, archive));
  return archive;
}

}  // namespace

Result<fs::path> runtime_archive(const CBuildOptions& c_options, bool tests) {
  return archive_of(runtime_files(tests), c_options);
}

Result<std::optional<BuildFailure>> build_batch_library(const BuildOptions& options,
                                                        const CBuildOptions& c_options) {
  FFICHECK_TRY(const std::string cc, gcc());
  // The batch's own copy, which may have been edited.
  FFICHECK_TRY(const FileSet files, native_build::as_written(options.dir, runtime_files(true)));
  const Result<fs::path> archive = archive_of(files, c_options);
  if (!archive.ok() && files != runtime_files(true))
    return std::optional(BuildFailure{"compile-c", archive.error().message});
  FFICHECK_TRY(const fs::path runtime, archive);
  FFICHECK_TRY(std::optional<BuildFailure> failure, compile_halves(options, c_options));
  if (failure) return failure;
  Command link = {cc,
                  "-shared",
                  "-o",
                  fs::absolute(batch_library(options.dir)).string(),
                  "batch_0.o",
                  "batch_1.o",
                  "-Wl,-Bsymbolic",
                  "-Wl,--whole-archive",
                  runtime.string(),
                  "-Wl,--no-whole-archive",
                  "-lpthread"};
  // The worker, gcc's or clang's, brings the sanitizer's runtime.
  if (c_options.sanitizer.empty()) link.emplace_back("-Wl,--no-undefined");
  return run_stage(options, std::move(link), "compile-c");
}

Result<std::optional<BuildFailure>> lint_batch_library(const BuildOptions& options) {
  FFICHECK_TRY(const std::string second, gcc());
  FFICHECK_TRY(
      std::optional<BuildFailure> failure,
      run_stage(options,
                {second, "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "batch.c"},
                "gcc-c"));
  FFICHECK_TRY(const std::string cc, clang());
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
    if (extension != ".c" && extension != ".h") continue;
    command.push_back(entry.path().filename().string());
  }
  if (command.size() == 4) return std::optional<BuildFailure>();
  std::sort(command.begin() + 4, command.end());
  return run_stage(options, std::move(command), "clang-format");
}

}  // namespace fficheck
