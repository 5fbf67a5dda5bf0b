// Building the C library of a batch, and the slower checks of what was generated.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "harness/core/result.h"
#include "harness/run/target.h"

namespace fficheck {

/// How the C library of a batch is compiled.
struct CBuildOptions {
  bool checked = true;    ///< FFI_RUNTIME_CHECKED: ledger of allocations, poison
  std::string sanitizer;  ///< "address" or "thread", of a worker that has it; empty: none
};

/// Where build_batch_library puts the shared library of a batch: "libbatch.so" below `dir`.
[[nodiscard]] std::filesystem::path batch_library(const std::filesystem::path& dir);

/// Whether a C compiler is there; the error has the remedy.
[[nodiscard]] Result<void> check_c_tools();

/// clang in the plain leg, which takes half of gcc's time; gcc in every other.
[[nodiscard]] Result<std::string> batch_compiler(const BuildOptions& options);

/// Compiles what emit_library made (already written to options.dir) with batch_compiler, warnings
/// as errors, into batch_library(options.dir). The leg "O2" optimizes, every other compiles fast.
/// The runtime is compiled once and kept in the cache (${XDG_CACHE_HOME:-~/.cache}/fficheck) by its
/// content. Stages: "layout-c" where only layout assertions fail, else "compile-c".
[[nodiscard]] Result<std::optional<BuildFailure>> build_batch_library(
    const BuildOptions& options, const CBuildOptions& c_options = {});

/// The second compiler, the headers as C++, and the format. Stages: "gcc-c", "clang-cxx-header",
/// "clang-format". gcc looks at the syntax only: what it finds beyond that it finds in the legs.
[[nodiscard]] Result<std::optional<BuildFailure>> lint_batch_library(const BuildOptions& options);

/// The runtime as a static archive, compiled once and kept in the cache. `tests` as runtime_files.
[[nodiscard]] Result<std::filesystem::path> runtime_archive(const CBuildOptions& c_options,
                                                            bool tests);

}  // namespace fficheck
