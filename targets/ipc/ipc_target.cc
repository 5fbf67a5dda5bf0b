#include "targets/ipc/ipc_target.h"

#include <future>

#include "harness/core/names.h"
#include "harness/run/tools.h"
#include "harness/run/worker_session.h"
#include "targets/go/go_target.h"
#include "targets/ipc/build.h"
#include "targets/ipc/emit.h"
#include "targets/native/build.h"
#include "targets/native/emit.h"

namespace fficheck {

using ipc::Stage;

std::optional<std::string> IpcTarget::unsupported(const Schema& schema, const Function& f) const {
  if (f.kind != FunctionKind::Free) return "ipc: resources";
  return fficheck::unsupported(schema, f, Abi::Native);
}

std::vector<std::string> IpcTarget::legs() const { return {"tcp", "race", "cpp"}; }

Result<void> IpcTarget::check_tools() const { return GoTarget().check_tools(); }

FileSet IpcTarget::emit(std::span<const BatchEntry> batch) const {
  FileSet files = emit_library(batch, Abi::Native, true);
  // Its worker reads no WIT.
  std::erase_if(files, [](const auto& file) { return file.first.starts_with("wit/"); });
  files.merge(ipc::emit_batch_server(batch));
  files.merge(ipc::emit_go_batch(batch));
  files.merge(ipc::emit_cpp_batch(batch));
  return files;
}

FileSet IpcTarget::emit_product(const Schema& schema) const {
  const LibraryName name{snake_case(schema.interface()), ""};
  FileSet files = fficheck::emit_product(schema, Abi::Native, name);
  files.merge(emit_ipc_product(schema, Abi::Native, name));
  return files;
}

Stage IpcTarget::build(const BuildOptions& options) const {
  std::future<Stage> server = std::async(std::launch::async, ipc::build_server, options);
  Stage worker =
      options.leg == "cpp" ? ipc::build_cpp_clients(options) : ipc::build_go_worker(options);
  FFICHECK_TRY(std::optional<BuildFailure> failure, server.get());
  if (failure) return failure;
  return worker;
}

Stage IpcTarget::lint(const BuildOptions& options) const {
  FFICHECK_TRY(std::optional<BuildFailure> failure, ipc::lint_go(options));
  if (failure) return failure;
  FFICHECK_TRY(failure, ipc::lint_server(options));
  if (failure) return failure;
  return lint_batch_library(options);
}

Result<std::unique_ptr<Session>> IpcTarget::open(const BuildOptions& options,
                                                 std::span<const BatchEntry> batch,
                                                 std::chrono::milliseconds call_limit) const {
  WorkerOptions worker;
  if (options.leg == "cpp")
    worker.command = {worker_program("fficheck-ipc").string(), "ipc/batch.txt",
                      ipc::cpp_clients_file(options).string()};
  else
    worker.command = {ipc::go_worker_file(options).string()};
  worker.command.push_back(ipc::server_file(options).string());
  // A path of a few bytes, whatever the directory is called: a socket's may have hundred.
  if (options.leg == "tcp")
    worker.command.insert(worker.command.end(), {"--tcp", "0"});
  else
    worker.command.insert(worker.command.end(), {"--unix", "./s-"});
  worker.dir = options.dir;
  worker.environment = {{"GOTRACEBACK", "single"}};
  if (options.leg == "race") worker.environment.emplace_back("GORACE", "halt_on_error=1");
  worker.call_limit = call_limit;
  return WorkerSession::start(std::move(worker), batch);
}

}  // namespace fficheck
