// A session with a worker process over the worker protocol (docs/worker-protocol.md).
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/core/result.h"
#include "harness/run/target.h"

namespace fficheck {

/// How a worker is started, and what it may take.
struct WorkerOptions {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to the harness's own
  std::filesystem::path dir;  ///< working directory; empty: the harness's own
  /// For one answer, in wall time where the worker waits, in CPU time while it works. A bulk
  /// request gets as much again for each 1,000 values.
  std::chrono::milliseconds call_limit{10'000};
  /// From start to the answer of `hello`.
  std::chrono::milliseconds start_limit{20'000};
};

/// A worker program of that name: beside the running program or, where it is not there, in the
/// directory above it (tests).
[[nodiscard]] std::filesystem::path worker_program(std::string_view name);

/// A worker process with the wire on its descriptor 3. A crash, a hang (it is asked for its stacks
/// and killed) or an answer that breaks the protocol is a WorkerLoss; so is every request after it,
/// until restart(). One thread at a time.
class WorkerSession final : public Session {
 public:
  /// Starts the worker and greets it. An Error where it cannot be started or does not greet back as
  /// a worker with this batch must; Blame::Worker where it ended or hung before it greeted. The
  /// schemas are copied.
  static Result<std::unique_ptr<Session>> start(WorkerOptions options,
                                                std::span<const BatchEntry> batch);
  ~WorkerSession() override;

  Answer<CallOutcome> open(std::uint32_t schema) override;
  Answer<CallOutcome> close(std::uint32_t schema) override;
  Answer<CallOutcome> call(std::uint32_t schema, std::uint32_t function,
                           const std::vector<Value>& args, unsigned times) override;
  Answer<BulkOutcome> bulk(const BulkRequest& request) override;
  std::vector<Answer<BulkOutcome>> bulk_all(std::span<const BulkRequest> requests) override;
  Answer<ScriptOutcome> script(const ScriptRequest& request) override;
  Answer<Counters> counters() override;
  Answer<std::monostate> trim() override;
  void limit_calls(std::chrono::milliseconds limit) override;
  Result<void> restart() override;

 private:
  struct State;
  explicit WorkerSession(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace fficheck
