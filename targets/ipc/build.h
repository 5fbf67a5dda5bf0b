// Building what a batch of the ipc target consists of.
#pragma once

#include <filesystem>
#include <optional>

#include "harness/core/result.h"
#include "harness/run/target.h"

namespace fficheck::ipc {

using Stage = Result<std::optional<BuildFailure>>;

[[nodiscard]] std::filesystem::path server_file(const BuildOptions& options);
[[nodiscard]] std::filesystem::path go_worker_file(const BuildOptions& options);

/// The library, and the server around it. Stages as of build_batch_library; "compile-server".
[[nodiscard]] Stage build_server(const BuildOptions& options);
/// The Go clients with their worker. Stage "compile-go".
[[nodiscard]] Stage build_go_worker(const BuildOptions& options);
/// The C++ clients. Stage "compile-cpp".
[[nodiscard]] Stage build_cpp_clients(const BuildOptions& options);
[[nodiscard]] std::filesystem::path cpp_clients_file(const BuildOptions& options);
/// Stages "vet", "gofmt", "clang-format-server", of the clients in C++ too.
[[nodiscard]] Stage lint_go(const BuildOptions& options);
[[nodiscard]] Stage lint_server(const BuildOptions& options);

}  // namespace fficheck::ipc
