#include "targets/wasm/build_guest_c.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "harness/run/files.h"
#include "harness/run/process.h"
#include "targets/native/build_parts.h"
#include "targets/wasm/guest_c.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using native_build::Command;

/// Arguments and results go by value, up to 1 MiB each, and are copied.
constexpr const char* kStack = "stack-size=8388608";

Result<std::string> clang() { return native_build::tool({"clang-19", "clang"}, "clang-19"); }
Result<std::string> linker() { return native_build::tool({"wasm-ld-19", "wasm-ld"}, "lld-19"); }

Command compile_flags(bool optimize) {
  return {"--target=wasm32",
          optimize ? "-O2" : "-O0",
          "-g0",
          "-std=c11",
          "-ffreestanding",
          "-fno-builtin",
          "-nostdlibinc",
          "-mbulk-memory",
          "-DFFI_GUEST=1",
          "-DFFI_RUNTIME_CHECKED=1",
          "-I.",
          "-Wall",
          "-Wextra",
          "-Werror"};
}

Command command(const std::string& program, const Command& flags, const Command& more) {
  Command out = {program};
  out.insert(out.end(), flags.begin(), flags.end());
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

/// Why clang cannot build for wasm32.
Error no_target(const std::string& cc) {
  return environment_error(cc + " cannot compile for wasm32",
                           "install a clang with the WebAssembly target, for instance clang-19");
}

bool lacks_target(std::string_view log) {
  return log.find("unable to create target") != std::string_view::npos ||
         log.find("unknown target triple") != std::string_view::npos;
}

/// Compiles the runtime into a new directory of objects. (A relocatable link would lose the names
/// that functions are exported by.)
Result<void> make_runtime(const FileSet& files, const Command& flags, const fs::path& objects) {
  FFICHECK_TRY(const std::string cc, clang());
  FFICHECK_TRY(const TempDir work, TempDir::create("guest-runtime", objects.parent_path()));
  FFICHECK_CHECK(write_files(work.path(), files));
  const fs::path dir = work.path() / "guest";
  Command sources = {"-c"};
  for (const auto& [name, text] : files) {
    const fs::path file = fs::path(name).filename();
    if (file.extension() == ".c") sources.push_back(file.string());
  }
  if (auto made = native_build::run_own(command(cc, flags, sources), dir, "the guest's runtime");
      !made.ok()) {
    return lacks_target(made.error().message) ? no_target(cc) : std::move(made).error();
  }
  std::error_code error;
  fs::rename(dir, objects, error);
  if (!error || fs::exists(objects)) return {};  // another process may have been first
  return environment_error("cannot write " + objects.string() + ": " + error.message());
}

/// The runtime's objects, compiled once and kept in the cache.
Result<Command> runtime_objects(const FileSet& files, StringEncoding encoding) {
  Command flags = compile_flags(true);
  flags.push_back("-DFFI_GUEST_ENCODING=" + std::to_string(static_cast<int>(encoding)));
  const fs::path dir =
      native_build::cache_dir() / ("guest-" + native_build::content_hash(files, flags));
  std::error_code error;
  if (!fs::exists(dir, error)) {
    FFICHECK_CHECK(make_dirs(dir.parent_path()));
    FFICHECK_CHECK(make_runtime(files, flags, dir));
  }
  Command objects;
  for (const auto& [name, text] : files) {
    const fs::path file = fs::path(name).filename();
    if (file.extension() == ".c") objects.push_back((dir / file.stem()).string() + ".o");
  }
  return objects;
}

Result<ChildProcess> start_compiler(const std::string& cc, const BuildOptions& options,
                                    const std::string& name) {
  ProcessOptions process;
  process.command =
      command(cc, compile_flags(options.leg == "O2"), {"-c", name + ".c", "-o", name + ".o"});
  process.dir = options.dir / "guest";
  return ChildProcess::start(process);
}

ProcessEnd finish(ChildProcess& process, std::chrono::seconds limit) {
  std::optional<ProcessEnd> end = process.wait(limit);
  if (end) return *std::move(end);
  ProcessEnd killed = process.kill();
  killed.timed_out = true;
  return killed;
}

Result<std::optional<BuildFailure>> compile(const BuildOptions& options) {
  FFICHECK_TRY(const std::string cc, clang());
  FFICHECK_TRY(ChildProcess first, start_compiler(cc, options, "batch_0"));
  FFICHECK_TRY(ChildProcess second, start_compiler(cc, options, "batch_1"));
  FFICHECK_TRY(ChildProcess table, start_compiler(cc, options, "batch_table"));
  ProcessEnd ends[] = {finish(first, options.limit), finish(second, options.limit),
                       finish(table, options.limit)};
  std::string log;
  for (ProcessEnd& end : ends) {
    FFICHECK_TRY(std::optional<BuildFailure> failure, native_build::judge(end, "compile-wasm-c"));
    if (failure) log += failure->log;
  }
  if (log.empty()) return std::optional<BuildFailure>();
  return std::optional(BuildFailure{
      native_build::only_assertions(log) ? "layout-wasm-c" : "compile-wasm-c", std::move(log)});
}

Result<std::optional<BuildFailure>> run_stage(const BuildOptions& options, Command command,
                                              const std::string& stage) {
  ProcessOptions process;
  process.command = std::move(command);
  process.dir = options.dir / "guest";
  FFICHECK_TRY(const ProcessEnd end, run_process(process, options.limit));
  return native_build::judge(end, stage);
}

}  // namespace

fs::path guest_c_module(const fs::path& dir) { return dir / "guest_c.wasm"; }

Result<void> check_guest_c_tools() {
  FFICHECK_TRY(const std::string cc, clang());
  FFICHECK_TRY([[maybe_unused]] const std::string ld, linker());
  ProcessOptions process;
  process.command = {cc, "--print-targets"};
  FFICHECK_TRY(const ProcessEnd end, run_process(process, std::chrono::seconds(30)));
  if (end.out.find("wasm32") == std::string::npos) return no_target(cc);
  return {};
}

Result<std::optional<BuildFailure>> build_guest_c(const BuildOptions& options,
                                                  const GuestCOptions& c) {
  FFICHECK_TRY(const std::string ld, linker());
  // The batch's own copy, which may have been edited.
  FFICHECK_TRY(const FileSet files, native_build::as_written(options.dir, guest_c_runtime(true)));
  const Result<Command> objects = runtime_objects(files, c.encoding);
  if (!objects.ok() && files != guest_c_runtime(true))
    return std::optional(BuildFailure{"compile-wasm-c", objects.error().message});
  FFICHECK_TRY(const Command runtime, objects);
  FFICHECK_TRY(std::optional<BuildFailure> failure, compile(options));
  if (failure) return failure;
  const Command flags = {"--no-entry",
                         "--fatal-warnings",
                         "--stack-first",
                         "-z",
                         kStack,
                         "--strip-all",
                         "-o",
                         fs::absolute(guest_c_module(options.dir)).string(),
                         "batch_0.o",
                         "batch_1.o",
                         "batch_table.o"};
  return run_stage(options, command(ld, flags, runtime), "compile-wasm-c");
}

Result<std::optional<BuildFailure>> lint_guest_c(const BuildOptions& options) {
  FFICHECK_TRY(const std::string format,
               native_build::tool({"clang-format-19"}, "clang-format-19"));
  Command command = {format, "--dry-run", "-Werror", "--ferror-limit=20"};
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(options.dir / "guest", error)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".c" || extension == ".h") command.push_back(entry.path().filename().string());
  }
  std::sort(command.begin() + 4, command.end());
  return run_stage(options, std::move(command), "clang-format");
}

}  // namespace fficheck
