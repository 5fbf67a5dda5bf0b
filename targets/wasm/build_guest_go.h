// Building a batch's guest in Go.
#pragma once

#include <filesystem>
#include <optional>

#include "harness/core/result.h"
#include "harness/run/target.h"

namespace fficheck {

/// Where build_guest_go puts a batch's core module: "guest_go.wasm" below `dir`.
[[nodiscard]] std::filesystem::path guest_go_module(const std::filesystem::path& dir);

/// Whether a Go is there that knows //go:wasmexport (1.24); the error has the remedy.
[[nodiscard]] Result<void> check_guest_go_tools();

/// Builds what emit_guest_go made (already written to options.dir) with the stock toolchain for
/// wasip1, as a module to instantiate. The leg "O2" inlines, every other compiles fast. Stage:
/// "compile-wasm-go".
[[nodiscard]] Result<std::optional<BuildFailure>> build_guest_go(const BuildOptions& options);

/// go vet and the format of what was generated. Stages: "vet", "gofmt".
[[nodiscard]] Result<std::optional<BuildFailure>> lint_guest_go(const BuildOptions& options);

}  // namespace fficheck
