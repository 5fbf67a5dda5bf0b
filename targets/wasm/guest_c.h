// The guest in C: a wasm32 core module for each batch (docs/target-wasm.md). Pure functions from
// schemas to files; build_guest_c.h compiles them.
#pragma once

#include <span>

#include "harness/run/target.h"
#include "targets/native/c_names.h"

namespace fficheck {

/// Everything that build_guest_c compiles, below "guest/" and "wit/": per schema header, glue with
/// the test callee, layout assertions; guest/batch_0.c and batch_1.c, which include half of the
/// schemas each, guest/batch_table.c, and the runtime. Precondition: unsupported_canonical has
/// nothing against any function or import, and the schemas' packages are distinct.
[[nodiscard]] FileSet emit_guest_c(std::span<const BatchEntry> batch);

/// The guest as its author checks it in: header, glue, the header of the handlers to write, the
/// runtime, and the WIT. Same precondition.
[[nodiscard]] FileSet emit_guest_c_product(const Schema& schema, const LibraryName& name);

/// The hand-written runtime. `tests` adds the test callee, the value stream and the probe.
[[nodiscard]] FileSet guest_c_runtime(bool tests);

}  // namespace fficheck
