// What the program fficheck-wasm does for each request of the worker protocol: one core module, two
// sessions over it.
#pragma once

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/run/worker_server.h"
#include "targets/wasm/component_session.h"
#include "targets/wasm/core_session.h"
#include "targets/wasm/correct_host.h"

namespace fficheck {

enum class HostileRule : std::uint8_t;

/// What the worker reads beside the batch's wit/: "wasm/batch.txt", a line for each schema's id.
inline constexpr const char* kWasmManifest = "wasm/batch.txt";

class WasmWorker final : public WorkerHandler {
 public:
  /// `abi` outlives it.
  static Result<std::unique_ptr<WasmWorker>> load(std::vector<std::uint8_t> module,
                                                  std::vector<Schema> schemas,
                                                  StringEncoding encoding,
                                                  const HostAbi& abi = HostAbi::canonical());

  [[nodiscard]] std::vector<const Schema*> schemas() const;
  /// The core name of a function that the module does not export; empty: it exports all.
  [[nodiscard]] std::string missing_function() const;

  Result<CallOutcome> open(std::uint32_t schema) override;
  Result<CallOutcome> close(std::uint32_t schema) override;
  /// Calls through both sessions; where they disagree, the call fails with both sides.
  Result<CallOutcome> call(std::uint32_t schema, std::uint32_t function,
                           const std::vector<Value>& args, unsigned times) override;
  /// Calls through the core session, and each kBothEvery-th value through both.
  Result<BulkOutcome> bulk(const BulkRequest& request) override;
  Result<Counters> counters() override;
  Result<void> trim() override;

 private:
  WasmWorker() = default;
  /// The guest as caller of the import that mirrors the function.
  Result<BulkOutcome> run_import(const BulkRequest& request);
  std::string keep_results(const BulkRequest& request);
  /// What became of one value: empty, or what is wrong.
  std::string try_value(const BulkRequest& request, const struct Trial& trial, bool both);
  /// A script over the schema's resources for each index.
  Result<BulkOutcome> run_resources(const BulkRequest& request);
  /// Arguments in which one place breaks the canonical ABI's rules.
  std::string try_hostile(const BulkRequest& request, const struct Trial& trial);
  /// What the core session lowers and lifts, beside the reference, also of a result in which one
  /// place breaks the rules.
  std::string try_host(const BulkRequest& request, const struct Trial& trial);
  /// A guest that hands out a handle which is not its to hand out. Both sessions are at rest.
  std::string try_wrong_handle(std::uint32_t schema, std::uint64_t seed);
  /// A call during which the guest collects whenever it may.
  std::string try_gc(const BulkRequest& request, const struct Trial& trial);
  std::string send_while_collecting(const BulkRequest& request, std::uint64_t index);
  std::string collect();
  /// What is wrong with cabi_realloc where it moves what it gave.
  std::string try_realloc();
  /// What is wrong with the guest after it answered tampered arguments.
  std::string after_hostile(const BulkRequest& request, const struct Trial& trial, HostileRule rule,
                            std::int64_t live);
  std::string run_core(std::uint32_t schema, std::uint32_t function, const std::vector<Value>& args,
                       std::optional<Value>* result, std::uint64_t* witness);
  std::string run_component(std::uint32_t schema, std::uint32_t function,
                            const std::vector<Value>& args, std::optional<Value>* result,
                            std::uint64_t* witness);
  /// What is wrong with the ledger after a call that began with `live` allocations.
  std::string check_ledger(std::uint32_t schema, std::uint32_t function, std::int64_t live,
                           const AllocationTrace& trace);
  /// Whether the guest's collector runs inside cabi_realloc: what it forgets to hold is gone
  /// then. Off in an instance that was started anew.
  void collect_in_realloc(bool on);
  /// What one call through a session came to.
  struct Seen {
    std::optional<Value> result;
    std::uint64_t witness = 0;
  };
  /// Where the sessions disagree about a call, with the bytes of both.
  std::string agree(std::uint32_t schema, std::uint32_t function, const std::vector<Value>& args,
                    const Seen& core, const Seen& component);
  /// What the core session lowers for the call, and what the reference does.
  std::string dump_arguments(std::uint32_t schema, std::uint32_t function,
                             const std::vector<Value>& args);
  [[nodiscard]] std::int64_t counter(std::uint32_t which);
  Result<void> start_core();
  /// Makes the component beside the first calls.
  void begin_wrapping();
  Result<void> start_component();

  std::vector<std::uint8_t> bytes_;
  std::vector<Schema> schemas_;
  std::vector<WasmInterface> interfaces_;  ///< of schemas_
  StringEncoding encoding_ = StringEncoding::Utf8;
  const HostAbi* abi_ = &HostAbi::canonical();
  std::shared_ptr<WasmEngine> engine_;
  std::shared_ptr<CoreModule> module_;
  CorrectHost core_host_{schemas_};
  CorrectHost component_host_{schemas_};
  std::unique_ptr<CoreSession> core_;
  std::future<Result<std::shared_ptr<CompiledComponent>>> wrapping_;  ///< valid until it is asked
  std::shared_ptr<CompiledComponent> wrapped_;
  std::unique_ptr<ComponentSession> component_;
  std::uint64_t calls_ = 0;
  bool collecting_ = false;  // collect_in_realloc is on
};

/// The whole worker: reads `dir`/wasm/batch.txt and `dir`/wit/*.wit, and serves the wire.
int wasm_main(const std::filesystem::path& dir, const std::filesystem::path& module,
              StringEncoding encoding, const HostAbi& abi = HostAbi::canonical());

/// The encoding of strings that a leg of a target builds with: "utf16", "latin1"; of all others
/// utf8.
[[nodiscard]] StringEncoding encoding_of_leg(std::string_view leg);

}  // namespace fficheck
