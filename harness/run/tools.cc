#include "harness/run/tools.h"

#include <charconv>
#include <chrono>
#include <optional>

#include "harness/run/process.h"

namespace fficheck {
namespace {

std::string text(const ToolVersion& v) {
  return std::to_string(v.major) + "." + std::to_string(v.minor);
}

/// The tool at a path with its version; absent where it does not tell one.
Result<std::optional<Tool>> ask(const std::filesystem::path& path, const ToolNeed& need) {
  if (need.version_args.empty()) return std::optional(Tool{path, {}});
  ProcessOptions options{.command = {path.string()}};
  options.command.insert(options.command.end(), need.version_args.begin(), need.version_args.end());
  FFICHECK_TRY(const ProcessEnd end, run_process(options, std::chrono::seconds(30)));
  const std::optional<ToolVersion> version = parse_version(end.out, need.version_after);
  if (!end.success() || !version) return std::optional<Tool>();
  return std::optional(Tool{path, *version});
}

}  // namespace

std::optional<ToolVersion> parse_version(std::string_view text, std::string_view after) {
  const std::size_t at = text.find(after);
  if (at == std::string_view::npos) return std::nullopt;
  const char* const end = text.data() + text.size();
  ToolVersion out;
  const auto major = std::from_chars(text.data() + at + after.size(), end, out.major);
  if (major.ec != std::errc() || out.major < 0) return std::nullopt;
  if (major.ptr != end && *major.ptr == '.') {
    const auto minor = std::from_chars(major.ptr + 1, end, out.minor);
    if (minor.ec != std::errc() || out.minor < 0) out.minor = 0;
  }
  return out;
}

Result<Tool> find_tool(const ToolNeed& need) {
  std::string found;
  for (const std::string& candidate : need.candidates) {
    const std::optional<std::filesystem::path> path = find_program(candidate);
    if (!path) continue;
    FFICHECK_TRY(const std::optional<Tool> tool, ask(*path, need));
    if (tool && tool->version >= need.least) return *tool;
    if (!found.empty()) found += ", ";
    found += path->string() + (tool ? " is " + text(tool->version) : " does not tell its version");
  }
  if (found.empty()) return environment_error(need.name + " is not on PATH", need.remedy);
  return environment_error(need.name + " " + text(need.least) + " or newer is needed: " + found,
                           need.remedy);
}

ToolNeed need_gcc() {
  return {.name = "gcc",
          .candidates = {"gcc"},
          .version_args = {"-dumpfullversion"},
          .version_after = "",
          .least = {8, 0},
          .remedy = "run scripts/setup, or install the package gcc"};
}

ToolNeed need_clang() {
  return {.name = "clang",
          .candidates = {"clang-19", "clang"},
          .version_args = {"--version"},
          .version_after = "clang version ",
          .least = {19, 0},
          .remedy = "run scripts/setup, or install the package clang-19"};
}

ToolNeed need_go() {
  return {.name = "Go",
          .candidates = {"go", "/usr/local/go/bin/go"},
          .version_args = {"version"},
          .version_after = "go version go",
          .least = {1, 24},
          .remedy = "run scripts/setup, or install Go 1.24 or newer and put its bin on PATH"};
}

ToolNeed need_gofmt() {
  return {.name = "gofmt",
          .candidates = {"gofmt", "/usr/local/go/bin/gofmt"},
          .remedy = "it comes with Go: run scripts/setup, or put Go's bin on PATH"};
}

Result<void> check_tools(const std::vector<ToolNeed>& needs) {
  for (const ToolNeed& need : needs) FFICHECK_CHECK(find_tool(need));
  return {};
}

}  // namespace fficheck
