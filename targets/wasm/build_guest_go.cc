#include "targets/wasm/build_guest_go.h"

#include <charconv>
#include <string>

#include "harness/run/process.h"
#include "targets/native/build_parts.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using native_build::Command;
using Stage = Result<std::optional<BuildFailure>>;

constexpr int kGoMajor = 1;
constexpr int kGoMinor = 24;
constexpr const char* kRemedy =
    "install Go 1.24 or newer and put it first on PATH; scripts/setup does that";

Result<ProcessEnd> run_go(const BuildOptions& options, Command command) {
  ProcessOptions process;
  process.command = std::move(command);
  // The same for every command, so that the toolchain's cache serves all batches. The compiler of a
  // batch lives a second; collecting its garbage would be a quarter of that.
  process.environment = {
      {"GOFLAGS", "-trimpath -buildvcs=false -mod=readonly"},
      {"GOWORK", "off"},
      {"GO111MODULE", "on"},
      {"CGO_ENABLED", "0"},
      {"GOOS", "wasip1"},
      {"GOARCH", "wasm"},
      {"GOWASM", ""},
      {"GOGC", "400"},
  };
  process.dir = options.dir / "guest";
  return run_process(process, options.limit);
}

}  // namespace

fs::path guest_go_module(const fs::path& dir) { return dir / "guest_go.wasm"; }

Result<void> check_guest_go_tools() {
  if (!find_program("go")) return environment_error("go is not on PATH", kRemedy);
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
        "guests in Go need Go 1.24, PATH has " + end.out.substr(0, end.out.find('\n')), kRemedy);
  return {};
}

Stage build_guest_go(const BuildOptions& options) {
  Command command = {"go",
                     "build",
                     "-buildmode=c-shared",
                     "-ldflags=-s -w",
                     "-o",
                     fs::absolute(guest_go_module(options.dir)).string()};
  if (options.leg != "O2") command.emplace_back("-gcflags=-l -dwarf=false");
  command.emplace_back(".");
  FFICHECK_TRY(const ProcessEnd end, run_go(options, std::move(command)));
  return native_build::judge(end, "compile-wasm-go");
}

Stage lint_guest_go(const BuildOptions& options) {
  FFICHECK_TRY(const ProcessEnd vet, run_go(options, {"go", "vet", "./..."}));
  FFICHECK_TRY(std::optional<BuildFailure> failure, native_build::judge(vet, "vet"));
  if (failure) return failure;
  FFICHECK_TRY(const ProcessEnd format, run_go(options, {"gofmt", "-l", "."}));
  if (format.success() && format.out.empty()) return std::optional<BuildFailure>();
  return std::optional(BuildFailure{"gofmt", "not formatted:\n" + format.out + format.err});
}

}  // namespace fficheck
