// Building a batch's guest in C.
#pragma once

#include <filesystem>
#include <optional>

#include "harness/core/canonical.h"
#include "harness/core/result.h"
#include "harness/run/target.h"

namespace fficheck {

struct GuestCOptions {
  StringEncoding encoding = StringEncoding::Utf8;  ///< of the module's strings
};

/// Where build_guest_c puts a batch's core module: "guest_c.wasm" below `dir`.
[[nodiscard]] std::filesystem::path guest_c_module(const std::filesystem::path& dir);

/// Whether a clang that knows wasm32 and its linker are there; the error has the remedy.
[[nodiscard]] Result<void> check_guest_c_tools();

/// Compiles what emit_guest_c made (already written to options.dir) for wasm32, warnings as
/// errors, into guest_c_module(options.dir). The leg "O2" optimizes, every other compiles fast. The
/// runtime is compiled once and kept in the cache (${XDG_CACHE_HOME:-~/.cache}/fficheck) by its
/// content. Stages: "layout-wasm-c" where only layout assertions fail, else "compile-wasm-c".
[[nodiscard]] Result<std::optional<BuildFailure>> build_guest_c(const BuildOptions& options,
                                                                const GuestCOptions& c = {});

/// The format of what was generated. Stage: "clang-format".
[[nodiscard]] Result<std::optional<BuildFailure>> lint_guest_c(const BuildOptions& options);

}  // namespace fficheck
