// Tools that builds need: where they are, which version they are, and what to do where they are
// not.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/result.h"

namespace fficheck {

/// Major and minor number of a tool's version.
struct ToolVersion {
  int major = 0;
  int minor = 0;
  auto operator<=>(const ToolVersion&) const = default;
};

/// What a tool must be.
struct ToolNeed {
  std::string name;                     ///< as messages call it: "Go"
  std::vector<std::string> candidates;  ///< names on PATH or paths, the best first
  /// Arguments that print the version; empty: any version will do, and none is asked for.
  std::vector<std::string> version_args;
  std::string version_after;  ///< text that stands before the number: "go version go"
  ToolVersion least;
  std::string remedy;  ///< what to do where it is missing or too old
};

/// A tool that was found.
struct Tool {
  std::filesystem::path path;
  ToolVersion version;  ///< 0.0 where it was not asked for
};

/// The first candidate that is new enough. Otherwise an Error (Environment) that says what was
/// found and names the remedy.
[[nodiscard]] Result<Tool> find_tool(const ToolNeed& need);

[[nodiscard]] ToolNeed need_gcc();    ///< gcc, C11: 8 or newer
[[nodiscard]] ToolNeed need_clang();  ///< clang 19 or newer: clang-19, then clang
[[nodiscard]] ToolNeed need_go();     ///< Go 1.24 or newer
[[nodiscard]] ToolNeed need_gofmt();  ///< gofmt, of any version

/// Whether all are there; the first Error.
[[nodiscard]] Result<void> check_tools(const std::vector<ToolNeed>& needs);

/// The first number "MAJOR" or "MAJOR.MINOR" right after `after` in a tool's output.
[[nodiscard]] std::optional<ToolVersion> parse_version(std::string_view text,
                                                       std::string_view after);

}  // namespace fficheck
