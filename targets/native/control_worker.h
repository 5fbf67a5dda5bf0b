// What the program fficheck-control does for each request of the worker protocol.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/run/worker_server.h"
#include "targets/native/call_slots.h"
#include "targets/native/control_caller.h"

namespace fficheck {

/// A batch as its worker knows it: dialect and prefixes, in the order of the batch.
struct ControlManifest {
  Abi abi = Abi::Native;
  std::vector<std::string> ids;
};
inline constexpr const char* kControlManifest = "control/batch.txt";
[[nodiscard]] std::string print_manifest(const ControlManifest& manifest);
[[nodiscard]] Result<ControlManifest> parse_manifest(const std::string& text);

class ControlWorker final : public WorkerHandler {
 public:
  ~ControlWorker() override;
  /// Loads the library and resolves every schema in it.
  static Result<std::unique_ptr<ControlWorker>> load(const std::filesystem::path& library, Abi abi,
                                                     const std::vector<std::string>& ids,
                                                     std::vector<Schema> schemas);

  [[nodiscard]] std::vector<const Schema*> schemas() const;

  Result<CallOutcome> open(std::uint32_t schema) override;
  Result<CallOutcome> close(std::uint32_t schema) override;
  Result<CallOutcome> call(std::uint32_t schema, std::uint32_t function,
                           const std::vector<Value>& args, unsigned times) override;
  Result<BulkOutcome> bulk(const BulkRequest& request) override;
  Result<ScriptOutcome> script(const ScriptRequest& request) override;
  Result<Counters> counters() override;
  Result<void> trim() override { return {}; }

 private:
  explicit ControlWorker(SharedObject object);

  SharedObject object_;
  std::vector<Schema> schemas_;
  std::unique_ptr<CallSlots> slots_;
  std::vector<std::unique_ptr<ControlCaller>> callers_;
  /// By schema, made when its first script comes.
  struct Scripts;
  std::vector<std::unique_ptr<Scripts>> scripts_;
  Result<Scripts*> scripts(std::uint32_t schema);
  [[nodiscard]] std::uint64_t strays() const;
  Abi abi_ = Abi::Native;
  std::vector<std::string> ids_;
  void* runtime_counters_ = nullptr;      ///< ffi_runtime_counters
  void* runtime_last_witness_ = nullptr;  ///< ffi_runtime_last_witness
  void* runtime_settle_ = nullptr;        ///< ffi_runtime_settle
};

/// The whole worker: reads `dir`/control/batch.txt and `dir`/wit/*.wit, and serves the wire. The
/// exit status; messages go to standard error.
int control_main(const std::filesystem::path& dir, const std::filesystem::path& library);

}  // namespace fficheck
