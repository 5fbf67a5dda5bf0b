// What builders of generated C share: tools, judging their logs, the cache of compiled runtimes.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/result.h"
#include "harness/run/process.h"
#include "harness/run/target.h"

namespace fficheck::native_build {

using Command = std::vector<std::string>;

/// The first of these programs that is on PATH; the error names the Debian package.
[[nodiscard]] Result<std::string> tool(std::initializer_list<const char*> names,
                                       const std::string& package);
/// What a tool printed, where that is no fault of the disk.
[[nodiscard]] Result<std::optional<BuildFailure>> judge(const ProcessEnd& end,
                                                        const std::string& stage);
/// Whether every error of a compiler's log is a static assertion that failed.
[[nodiscard]] bool only_assertions(std::string_view log);
/// ${XDG_CACHE_HOME:-~/.cache}/fficheck
[[nodiscard]] std::filesystem::path cache_dir();
/// Names a file by what it is made of: 16 hex digits.
[[nodiscard]] std::string content_hash(const FileSet& files, const Command& flags);
/// The texts of these files as they are below `dir`, where they may have been edited.
[[nodiscard]] Result<FileSet> as_written(const std::filesystem::path& dir, FileSet files);
/// Runs a command for a part of fficheck's own ("the C runtime"), so that any failure is the
/// environment's.
[[nodiscard]] Result<void> run_own(const Command& command, const std::filesystem::path& dir,
                                   const std::string& part);

}  // namespace fficheck::native_build
