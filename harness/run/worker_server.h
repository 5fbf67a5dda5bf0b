// The worker's side of the worker protocol, for workers written in C++ (control).
#pragma once

#include <span>
#include <vector>

#include "harness/core/result.h"
#include "harness/run/target.h"

namespace fficheck {

/// What a worker does for each request. An Error is answered with return code 1: the request cannot
/// be, a defect of the harness. Schema and function indices are checked before, arguments decoded.
class WorkerHandler {
 public:
  virtual ~WorkerHandler() = default;
  virtual Result<CallOutcome> open(std::uint32_t schema) = 0;
  virtual Result<CallOutcome> close(std::uint32_t schema) = 0;
  virtual Result<CallOutcome> call(std::uint32_t schema, std::uint32_t function,
                                   const std::vector<Value>& args, unsigned times) = 0;
  virtual Result<BulkOutcome> bulk(const BulkRequest& request) = 0;
  virtual Result<ScriptOutcome> script(const ScriptRequest& /*request*/) {
    return environment_error("this worker runs no completion scripts");
  }
  virtual Result<Counters> counters() = 0;
  virtual Result<void> trim() = 0;
};

/// The wire's descriptor in a worker.
inline constexpr int kWorkerWire = 3;

/// Answers requests in their order until the wire ends. The exit status for the worker: 0 where it
/// ended between two requests, 2 where the peer broke the protocol.
[[nodiscard]] int serve(int fd, std::span<const Schema* const> schemas, WorkerHandler& handler);

}  // namespace fficheck
