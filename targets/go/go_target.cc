#include "targets/go/go_target.h"

#include <cctype>
#include <charconv>
#include <future>

#include "harness/core/names.h"
#include "harness/run/process.h"
#include "harness/run/worker_session.h"
#include "targets/native/build.h"
#include "targets/native/emit.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using Environment = std::vector<std::pair<std::string, std::string>>;
using Stage = Result<std::optional<BuildFailure>>;

constexpr int kGoMajor = 1;
constexpr int kGoMinor = 24;
constexpr std::string_view kRemedy =
    "install Go 1.24 or newer and put it first on PATH; scripts/setup does that";

/// Settings of the go tool that hold for every command, so that its cache serves all batches.
Environment go_environment(const BuildOptions& options) {
  Environment environment = {{"GOFLAGS", "-trimpath -buildvcs=false -mod=readonly"},
                             {"GOWORK", "off"},
                             {"GO111MODULE", "on"},
                             {"CGO_ENABLED", "1"}};
  // The compiler of a batch lives a second; collecting its garbage is a quarter of that. It starts
  // to where its memory could trouble the machine.
  environment.emplace_back("GOGC", "off");
  environment.emplace_back("GOMEMLIMIT", "512MiB");
  if (options.leg == "cgocheck2") environment.emplace_back("GOEXPERIMENT", "cgocheck2");
  // cgo then tells ThreadSanitizer of each crossing. Go's own race detector has the same symbols,
  // so one process has either.
  if (options.leg == "tsan") {
    environment.emplace_back("CGO_CFLAGS", "-g1 -O1 -fsanitize=thread");
    environment.emplace_back("CGO_LDFLAGS", "-fsanitize=thread");
  }
  return environment;
}

/// With which the C library and its shims are built.
std::string sanitizer(std::string_view leg) {
  return leg == "asan" ? "address" : leg == "tsan" ? "thread" : "";
}

/// Legs that differ from the plain one when the worker runs, or in C alone.
bool plain_go(std::string_view leg) {
  return leg == "plain" || leg == "tsan" || leg == "procs1" || leg == "procs2" || leg == "gc";
}

/// What a schema's library is called where nobody says: its package's name.
LibraryName product_name(const Schema& schema) {
  std::string name = schema.package().substr(schema.package().find(':') + 1);
  name = name.substr(0, name.find('@'));
  return {snake_case(name), ""};
}

/// The shims, linked to the batch's C library beside it.
fs::path library_file(const BuildOptions& options) { return options.dir / "libbatch_go.so"; }
fs::path worker_file(const BuildOptions& options) {
  return options.dir / ("worker-" + options.leg);
}

/// Runs one tool of a stage; its failure is the stage's.
Stage run_stage(std::string stage, std::vector<std::string> command, const fs::path& dir,
                Environment environment, std::chrono::seconds limit) {
  ProcessOptions process;
  process.command = std::move(command);
  process.environment = std::move(environment);
  process.dir = dir;
  FFICHECK_TRY(const ProcessEnd end, run_process(process, limit));
  if (end.success()) return std::optional<BuildFailure>{};
  std::string log = end.err + end.out;
  if (end.timed_out || end.signal) log += "\n" + process.command[0] + ": " + end.how();
  return std::optional(BuildFailure{std::move(stage), std::move(log)});
}

std::string full_path(const fs::path& path) { return fs::absolute(path).string(); }

Stage compile_shims(const BuildOptions& options) {
  FFICHECK_TRY(const std::string cc, batch_compiler(options));
  std::vector<std::string> command = {cc,      "-std=c11", options.leg == "O2" ? "-O2" : "-O0",
                                      "-Wall", "-Wextra",  "-Werror",
                                      "-fPIC", "-c",       "batch.c",
                                      "-o",    "batch.o"};
  if (const std::string with = sanitizer(options.leg); !with.empty())
    command.insert(command.end(), {"-g1", "-fsanitize=" + with});
  return run_stage("compile-c", std::move(command), options.dir / "go" / "shim", {}, options.limit);
}

Stage build_library(const BuildOptions& options) {
  std::future<Stage> shims = std::async(std::launch::async, compile_shims, options);
  const std::string with = sanitizer(options.leg);
  Stage library = build_batch_library(options, {.sanitizer = with});
  FFICHECK_TRY(std::optional<BuildFailure> failure, shims.get());
  // The library comes first: where it is at fault, the shims may be for no other reason.
  if (!library.ok() || library.value()) return library;
  if (failure) return failure;
  return run_stage("compile-c",
                   {"gcc", "-shared", "-o", full_path(library_file(options)), "batch.o",
                    full_path(batch_library(options.dir)), "-Wl,-rpath,$ORIGIN",
                    with.empty() ? "-Wl,--no-undefined" : "-fsanitize=" + with},
                   options.dir / "go" / "shim", {}, options.limit);
}

Stage build_worker(const BuildOptions& options) {
  std::vector<std::string> command = {"go", "build", "-ldflags=-s -w", "-o",
                                      full_path(worker_file(options))};
  if (options.leg == "race") command.emplace_back("-race");
  if (options.leg == "asan") command.emplace_back("-asan");
  if (options.leg == "checkptr") command.emplace_back("-gcflags=all=-d=checkptr");
  // Optimizing code that runs a few thousand times costs more than it gives; other legs do.
  if (plain_go(options.leg)) command.emplace_back("-gcflags=-N -l -dwarf=false");
  command.emplace_back(".");
  FFICHECK_TRY(std::optional<BuildFailure> failure,
               run_stage("compile-go", std::move(command), options.dir / "go",
                         go_environment(options), options.limit));
  if (failure && failure->log.find("layout.go:") != std::string::npos) failure->stage = "layout-go";
  return failure;
}

}  // namespace

std::optional<std::string> GoTarget::unsupported(const Schema& schema, const Function& f) const {
  if (f.kind != FunctionKind::Free) return "go: resources";
  return fficheck::unsupported(schema, f, Abi::Native);
}

ScriptSupport GoTarget::script_support(std::string_view leg) const {
  // The binding hides call ids: it answers each once. The race detector ends a process with more
  // than 8,128 goroutines: a caller, its host calls and its listeners have one each. So does
  // ThreadSanitizer with threads.
  return {.scripts = true,
          .panic = true,
          .cancel = true,
          .raw_answers = false,
          .most_callers = leg == "race" || leg == "tsan" ? 1'000U : 10'000U};
}

std::vector<std::string> GoTarget::legs() const {
  return {"race", "checkptr", "cgocheck2", "O2", "asan", "tsan", "procs1", "procs2", "gc"};
}

Result<void> GoTarget::check_tools() const {
  FFICHECK_CHECK(check_c_tools());
  if (!find_program("go")) return environment_error("go is not on PATH", std::string(kRemedy));
  ProcessOptions process;
  process.command = {"go", "env", "GOVERSION"};
  FFICHECK_TRY(const ProcessEnd end, run_process(process, std::chrono::seconds(30)));
  int major = 0;
  int minor = 0;
  if (end.out.starts_with("go")) {
    const char* last = end.out.data() + end.out.size();
    const auto [dot, error] = std::from_chars(end.out.data() + 2, last, major);
    if (error == std::errc{} && dot != last) (void)std::from_chars(dot + 1, last, minor);
  }
  if (major < kGoMajor || (major == kGoMajor && minor < kGoMinor))
    return environment_error(
        "the Go target needs Go 1.24, PATH has " + end.out.substr(0, end.out.find('\n')),
        std::string(kRemedy));
  return {};
}

FileSet GoTarget::emit_product(const Schema& schema) const {
  const LibraryName name = product_name(schema);
  FileSet files = fficheck::emit_product(schema, Abi::Native, name);
  files.merge(emit_go_product(schema, Abi::Native, name));
  return files;
}

Stage GoTarget::build(const BuildOptions& options) const {
  // Nothing of one is in the other: the worker loads the library when it starts.
  std::future<Stage> library = std::async(std::launch::async, build_library, options);
  Stage worker = build_worker(options);
  FFICHECK_TRY(std::optional<BuildFailure> failure, library.get());
  if (failure) return failure;
  return worker;
}

Stage GoTarget::lint(const BuildOptions& options) const {
  const fs::path dir = options.dir / "go";
  FFICHECK_TRY(std::optional<BuildFailure> vet,
               run_stage("vet", {"go", "vet", "."}, dir, go_environment(options), options.limit));
  if (vet) return vet;
  ProcessOptions process;
  process.command = {"gofmt", "-l", "."};
  process.dir = dir;
  FFICHECK_TRY(const ProcessEnd end, run_process(process, options.limit));
  if (!end.success() || !end.out.empty())
    return std::optional(BuildFailure{"gofmt", "not formatted:\n" + end.out + end.err});
  return lint_batch_library(options);
}

Result<std::unique_ptr<Session>> GoTarget::open(const BuildOptions& options,
                                                std::span<const BatchEntry> batch,
                                                std::chrono::milliseconds call_limit) const {
  WorkerOptions worker;
  worker.command = {full_path(worker_file(options)), full_path(library_file(options))};
  // What the collector frees is overwritten where it collects all the time.
  worker.environment = {
      {"GODEBUG", options.leg == "gc" ? "cgocheck=1,clobberfree=1" : "cgocheck=1"},
      {"GOTRACEBACK", "single"}};
  if (options.leg == "gc") worker.environment.emplace_back("GOGC", "1");
  if (options.leg == "procs1") worker.environment.emplace_back("GOMAXPROCS", "1");
  if (options.leg == "procs2") worker.environment.emplace_back("GOMAXPROCS", "2");
  // Leaks are the ledger's.
  if (options.leg == "asan") worker.environment.emplace_back("ASAN_OPTIONS", "detect_leaks=0");
  if (options.leg == "tsan") worker.environment.emplace_back("TSAN_OPTIONS", "halt_on_error=1");
  // glibc fills what it gives out and takes back: no luck with fresh memory that is zero.
  worker.environment.emplace_back("MALLOC_PERTURB_", "165");
  if (options.leg == "race") worker.environment.emplace_back("GORACE", "halt_on_error=1");
  worker.call_limit = call_limit;
  return WorkerSession::start(std::move(worker), batch);
}

}  // namespace fficheck
