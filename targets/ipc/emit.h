// Emitting a server around a generated library, and clients of it: docs/target-ipc.md. All pure.
#pragma once

#include <span>
#include <string>

#include "harness/core/lowering.h"
#include "harness/run/target.h"
#include "targets/native/c_names.h"

namespace fficheck {

/// Server and clients of one library, below "ipc/". What emit_product makes stands beside them.
[[nodiscard]] FileSet emit_ipc_product(const Schema& schema, Abi abi, const LibraryName& name);

namespace ipc {

/// "ipc/server/": the server of a product, or of all schemas of a batch.
[[nodiscard]] FileSet emit_server(const Schema& schema, Abi abi, const LibraryName& name);
[[nodiscard]] FileSet emit_batch_server(std::span<const BatchEntry> batch);

/// "ipc/go/": the client in Go of a product, or those of a batch with their worker.
[[nodiscard]] FileSet emit_go_client(const Schema& schema, Abi abi, const LibraryName& name);
[[nodiscard]] FileSet emit_go_batch(std::span<const BatchEntry> batch);

/// "ipc/cpp/": the client in C++ of a product.
[[nodiscard]] FileSet emit_cpp_client(const Schema& schema, const LibraryName& name);

/// "ipc/cpp/": those of a batch in two sources, and "ipc/batch.txt", which their worker reads.
[[nodiscard]] FileSet emit_cpp_batch(std::span<const BatchEntry> batch);

/// The hand-written files below a directory of targets/ipc: "runtime/server/".
[[nodiscard]] FileSet ipc_files(const std::string& directory);

}  // namespace ipc
}  // namespace fficheck
