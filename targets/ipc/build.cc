#include "targets/ipc/build.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <system_error>
#include <vector>

#include "harness/run/files.h"
#include "harness/run/process.h"
#include "targets/ipc/emit.h"
#include "targets/native/build.h"
#include "targets/native/build_parts.h"
#include "targets/native/emit.h"

namespace fficheck::ipc {
namespace {

namespace fs = std::filesystem;
using native_build::Command;
using native_build::tool;
using Environment = std::vector<std::pair<std::string, std::string>>;

Stage run_stage(const std::string& stage, Command command, const fs::path& dir,
                const BuildOptions& options, Environment environment = {}) {
  ProcessOptions process;
  process.command = std::move(command);
  process.environment = std::move(environment);
  process.dir = dir;
  FFICHECK_TRY(const ProcessEnd end, run_process(process, options.limit));
  return native_build::judge(end, stage);
}

/// The same for every command, so that Go's cache serves all batches. The compiler of a batch lives
/// a second; collecting its garbage would be a quarter of that.
Environment go_environment(const BuildOptions& options) {
  return {{"GOFLAGS", "-trimpath -buildvcs=false -mod=readonly"},
          {"GOWORK", "off"},
          {"GO111MODULE", "on"},
          {"CGO_ENABLED", options.leg == "race" ? "1" : "0"},
          {"GOGC", "off"},
          {"GOMEMLIMIT", "512MiB"}};
}

/// The hand-written part of the server, compiled once and kept in the cache.
Result<fs::path> server_runtime() {
  FFICHECK_TRY(const std::string cc, tool({"gcc"}, "gcc"));
  FileSet files;
  for (const char* from : {"runtime/server/", "probe/"}) files.merge(ipc_files(from));
  for (auto& [path, text] : runtime_files(false))
    if (path == "native/ffi_runtime.h") files["ffi_runtime.h"] = text;
  Command command = {cc, "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-r", "-o", "runtime.o"};
  const fs::path object = native_build::cache_dir() /
                          ("ipc-server-" + native_build::content_hash(files, command) + ".o");
  std::error_code error;
  if (fs::exists(object, error)) return object;
  FFICHECK_CHECK(make_dirs(object.parent_path()));
  FFICHECK_TRY(const TempDir work, TempDir::create("server", object.parent_path()));
  FFICHECK_CHECK(write_files(work.path(), files));
  for (const auto& [path, text] : files)
    if (path.ends_with(".c")) command.push_back(path);
  FFICHECK_CHECK(native_build::run_own(command, work.path(), "the server's runtime"));
  fs::rename(work.path() / "runtime.o", object, error);
  if (error) return environment_error("cannot write " + object.string() + ": " + error.message());
  return object;
}

}  // namespace

fs::path server_file(const BuildOptions& options) { return fs::absolute(options.dir) / "server"; }

fs::path go_worker_file(const BuildOptions& options) {
  return fs::absolute(options.dir) / ("ipc-worker-" + options.leg);
}

Stage build_server(const BuildOptions& options) {
  FFICHECK_TRY(const std::string cc, tool({"gcc"}, "gcc"));
  FFICHECK_TRY(const fs::path runtime, server_runtime());
  FFICHECK_TRY(std::optional<BuildFailure> failure, build_batch_library(options));
  if (failure) return failure;
  return run_stage(
      "compile-server",
      {cc, "-std=c11", "-Wall", "-Wextra", "-Werror", "-I../../native", "batch_server.c",
       runtime.string(), fs::absolute(batch_library(options.dir)).string(), "-Wl,-rpath,$ORIGIN",
       "-lpthread", "-o", server_file(options).string()},
      options.dir / "ipc" / "server", options);
}

Stage build_go_worker(const BuildOptions& options) {
  Command command = {"go", "build", "-ldflags=-s -w", "-o", go_worker_file(options).string()};
  if (options.leg == "race") command.emplace_back("-race");
  if (options.leg == "plain") command.emplace_back("-gcflags=-N -l -dwarf=false");
  command.emplace_back(".");
  return run_stage("compile-go", std::move(command), options.dir / "ipc" / "go", options,
                   go_environment(options));
}

fs::path cpp_clients_file(const BuildOptions& options) {
  return fs::absolute(options.dir) / "libclients.so";
}

Stage build_cpp_clients(const BuildOptions& options) {
  FFICHECK_TRY(const std::string cc, tool({"g++"}, "g++"));
  const fs::path dir = options.dir / "ipc" / "cpp";
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(dir, error))
    if (entry.path().extension() == ".cc") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  // Two compilers, each taking the next source.
  std::atomic<std::size_t> next{0};
  const auto compile = [&]() -> Stage {
    for (std::size_t i = next++; i < names.size(); i = next++) {
      const bool generated = names[i].starts_with("batch");
      FFICHECK_TRY(std::optional<BuildFailure> failure,
                   run_stage("compile-cpp",
                             {cc, "-std=c++17", generated ? "-O0" : "-O1", "-g0", "-fPIC", "-Wall",
                              "-Wextra", "-Werror", "-c", names[i] + ".cc", "-o", names[i] + ".o"},
                             dir, options));
      if (failure) return failure;
    }
    return std::optional<BuildFailure>();
  };
  std::future<Stage> other = std::async(std::launch::async, compile);
  Stage one = compile();
  FFICHECK_TRY(std::optional<BuildFailure> failure, other.get());
  if (failure) return failure;
  FFICHECK_TRY(failure, std::move(one));
  if (failure) return failure;
  Command link = {cc, "-shared", "-o", cpp_clients_file(options).string()};
  for (const std::string& name : names) link.push_back(name + ".o");
  return run_stage("compile-cpp", std::move(link), dir, options);
}

Stage lint_go(const BuildOptions& options) {
  const fs::path dir = options.dir / "ipc" / "go";
  FFICHECK_TRY(std::optional<BuildFailure> vet,
               run_stage("vet", {"go", "vet", "."}, dir, options, go_environment(options)));
  if (vet) return vet;
  ProcessOptions process;
  process.command = {"gofmt", "-l", "."};
  process.dir = dir;
  FFICHECK_TRY(const ProcessEnd end, run_process(process, options.limit));
  if (end.success() && end.out.empty()) return std::optional<BuildFailure>();
  return std::optional(BuildFailure{"gofmt", "not formatted:\n" + end.out + end.err});
}

Stage lint_server(const BuildOptions& options) {
  FFICHECK_TRY(const std::string format, tool({"clang-format-19"}, "clang-format-19"));
  Command command = {format, "--dry-run", "-Werror", "--ferror-limit=20"};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(options.dir / "ipc" / "server", error))
    if (entry.path().extension() == ".c" || entry.path().extension() == ".h")
      command.push_back(entry.path().filename().string());
  for (const auto& entry : fs::directory_iterator(options.dir / "ipc" / "cpp", error))
    if (entry.path().extension() == ".cc" || entry.path().extension() == ".hpp")
      command.push_back("../cpp/" + entry.path().filename().string());
  std::sort(command.begin() + 4, command.end());
  return run_stage("clang-format-server", std::move(command), options.dir / "ipc" / "server",
                   options);
}

}  // namespace fficheck::ipc
