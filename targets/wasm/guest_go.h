// The guest in Go: a core module for each batch, built by the stock toolchain for wasip1
// (docs/target-wasm.md). Pure functions from schemas to files; build_guest_go.h compiles them.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "harness/run/target.h"
#include "targets/native/c_names.h"

namespace fficheck {

/// Why no guest in Go has the function: what unsupported_canonical says, or an export of more
/// arguments than `//go:wasmexport` takes. Absent where it can.
[[nodiscard]] std::optional<std::string> unsupported_guest_go(const Schema& schema,
                                                              const Function& function);

/// Everything that build_guest_go compiles, one Go module below "guest/", and the WIT of each
/// schema below "wit/": per schema the types and host functions, and the glue with the test callee;
/// the runtime. Precondition: unsupported_guest_go has nothing against any function or import, and
/// the schemas' packages are distinct.
[[nodiscard]] FileSet emit_guest_go(std::span<const BatchEntry> batch);

/// The guest as its author checks it in: a module with the package of the interface's types, host
/// functions, and the interface of what to write; the runtime; the WIT. Same precondition.
[[nodiscard]] FileSet emit_guest_go_product(const Schema& schema, const LibraryName& name);

/// The hand-written runtime, below "guest/". `tests` adds the test callee, the value stream and the
/// probe.
[[nodiscard]] FileSet guest_go_runtime(bool tests);

}  // namespace fficheck
