// Targets and sessions: a way across, and a running instance of it.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "harness/core/completion.h"
#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"
#include "harness/core/value_stream.h"

namespace fficheck {

/// Generated files: path relative to the batch's directory -> text. Emitting is pure; write_files
/// (files.h) puts them on disk at the edge.
using FileSet = std::map<std::string, std::string>;

/// One schema in a batch. `id` ("c017") prefixes its names in every language.
struct BatchEntry {
  std::string id;
  const Schema* schema = nullptr;
};

/// How a batch is built: legs differ only here.
struct BuildOptions {
  std::filesystem::path dir;  ///< the batch's directory, files already written
  std::string leg = "plain";  ///< "plain" or one of Target::legs()
  std::chrono::seconds limit{300};
  /// What starts the worker in the place of the target's own program, whose arguments it is given;
  /// empty: its own.
  std::vector<std::string> worker;
};

/// A stage of a build that failed: no fault of the environment (a missing tool is an Error).
struct BuildFailure {
  std::string stage;  ///< "compile-c", "compile-go", "layout-c", "layout-go", "vet", "gofmt", ...
  std::string log;    ///< what the tool printed, cut to 64 KiB
};

/// What came back of one call.
struct CallOutcome {
  enum class Status : std::uint8_t {
    Ok,       ///< `result` as the function's type; a declared err is a value too
    Failure,  ///< the library refused or failed: `text` is its error text
  };
  Status status = Status::Ok;
  std::optional<Value> result;
  std::string text;
  std::uint64_t callee_witness = 0;  ///< witness of the arguments as the callee held them
  std::uint64_t args_after = 0;      ///< witness of the caller's arguments after the call returned
};

/// Which law a bulk run checks: docs/worker-protocol.md, "bulk".
enum class BulkLaw : std::uint8_t {
  Consume,
  Produce,
  Echo,
  Repeat,
  Errors,
  Call,
  PostReturn,
  Import,
  Traps,
  Resources,
  Gc,
  Host
};
[[nodiscard]] std::string_view bulk_law_name(BulkLaw law);  ///< "consume"
[[nodiscard]] std::optional<BulkLaw> bulk_law(std::string_view name);

struct BulkRequest {
  std::uint32_t schema = 0;    ///< index in the batch
  std::uint32_t function = 0;  ///< index in Schema::functions()
  BulkLaw law = BulkLaw::Echo;
  std::uint64_t seed = 0;
  std::uint64_t first = 0;  ///< index of the first value
  std::uint64_t count = 0;
};

struct BulkOutcome {
  std::uint64_t held = 0;               ///< values for which the law held
  std::optional<std::uint64_t> failed;  ///< smallest index for which it did not
  std::string detail;                   ///< one line about that one
  std::uint64_t digest = 0;             ///< sum mod 2^64 of the caller's witnesses of all values
  std::uint64_t errs = 0;               ///< values whose expected result was a declared err
};

/// What a target can do in completion scripts (docs/completion.md).
struct ScriptSupport {
  bool scripts = false;            ///< anything at all
  bool panic = false;              ///< a host function that panics
  bool cancel = false;             ///< callers that give up waiting
  bool raw_answers = false;        ///< answers by id: HostWay::Twice, Stranger, Null; Act::Forge
  bool counts_progress = false;    ///< tells how often a call made progress
  std::uint32_t most_callers = 0;  ///< at once
};

/// Completion scripts of one schema: they run one after the other, each from nothing.
struct ScriptRequest {
  std::uint32_t schema = 0;       ///< index in the batch
  std::uint32_t limit_ms = 5000;  ///< for whatever a script waits for
  /// Steps of Step::Kind::Act only, valid ones (completion_model.h, runnable()).
  std::vector<std::vector<Step>> scripts;
};
/// As ScriptRequest::scripts: one observation for each step.
using ScriptOutcome = std::vector<std::vector<StepSeen>>;

/// Counters of both sides, by name; docs/worker-protocol.md lists them. Those named `live_*` must
/// return to their baseline.
using Counters = std::map<std::string, std::int64_t>;

/// Why a worker gave no answer.
struct WorkerLoss {
  enum class How : std::uint8_t { Crashed, Hung, Protocol };
  How how = How::Crashed;
  std::string detail;  ///< signal or exit status, and the tail of its stderr
};

/// A call's answer, or the loss of the worker that should have given it.
template <class T>
using Answer = std::variant<T, WorkerLoss>;

/// A running worker with one built batch. After a WorkerLoss, restart() before the next request.
class Session {
 public:
  virtual ~Session() = default;
  /// Creates the context that calls of this schema use (idempotent) / destroys it.
  virtual Answer<CallOutcome> open(std::uint32_t schema) = 0;
  virtual Answer<CallOutcome> close(std::uint32_t schema) = 0;
  /// One call with values from the wire; `times` > 1 sends the same object so many times and
  /// answers for the last.
  virtual Answer<CallOutcome> call(std::uint32_t schema, std::uint32_t function,
                                   const std::vector<Value>& args, unsigned times) = 0;
  virtual Answer<BulkOutcome> bulk(const BulkRequest& request) = 0;
  /// Sends all requests before it reads the first answer.
  virtual std::vector<Answer<BulkOutcome>> bulk_all(std::span<const BulkRequest> requests) = 0;
  /// Runs completion scripts; of targets that say so (Target::script_support) only.
  virtual Answer<ScriptOutcome> script(const ScriptRequest& request);
  /// Waits until both sides are at rest, then counts.
  virtual Answer<Counters> counters() = 0;
  /// Gives caches and pools of both sides back, before a baseline is taken.
  virtual Answer<std::monostate> trim() { return std::monostate{}; }
  /// Another limit for calls, bulk runs and scripts: shrinking what hangs cannot wait long.
  virtual void limit_calls(std::chrono::milliseconds /*limit*/) {}
  /// Ends the worker process if it lives and starts a new one on the same build.
  virtual Result<void> restart() = 0;
};

/// A way across a boundary.
class Target {
 public:
  virtual ~Target() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Why this target cannot carry the function; absent where it can.
  [[nodiscard]] virtual std::optional<std::string> unsupported(const Schema& schema,
                                                               const Function& f) const = 0;
  /// Whether types may stand in what it emits which only functions use that it does not carry, or
  /// none.
  [[nodiscard]] virtual bool carries_unused_types() const { return true; }
  [[nodiscard]] virtual StreamLimits stream_limits() const { return {}; }
  /// Whether a schema's context can be destroyed and the library refuses calls after that.
  [[nodiscard]] virtual bool has_contexts() const { return true; }
  /// Whether results are freed by a post-return of the callee (the canonical ABI).
  [[nodiscard]] virtual bool has_post_return() const { return false; }
  /// Whether its callee has a garbage collector that can be told to run.
  [[nodiscard]] virtual bool has_collector() const { return false; }
  /// Whether the callee can call each function of the schema as an import of the same signature.
  [[nodiscard]] virtual bool mirrors_imports() const { return false; }
  /// What of completion scripts it can run, as it is built in a leg.
  [[nodiscard]] virtual ScriptSupport script_support(std::string_view /*leg*/) const { return {}; }
  /// Other ways to build that campaigns sample ("race", "checkptr", "cgocheck2", "O2").
  [[nodiscard]] virtual std::vector<std::string> legs() const { return {}; }
  /// Those of legs() that show what the plain build cannot and cost little: sampled all the time.
  [[nodiscard]] virtual std::vector<std::string> frequent_legs() const { return {}; }
  /// Whether the tools it needs are there and new enough; the error has the remedy.
  [[nodiscard]] virtual Result<void> check_tools() const = 0;
  /// Bindings, library and worker for a batch. Pure. Precondition: every function is supported.
  [[nodiscard]] virtual FileSet emit(std::span<const BatchEntry> batch) const = 0;
  /// Bindings and library as a user would check them in: no worker, no prefix. For `gen`.
  [[nodiscard]] virtual FileSet emit_product(const Schema& schema) const = 0;
  /// Builds the worker. A stage that fails is a BuildFailure; a missing tool an Error.
  [[nodiscard]] virtual Result<std::optional<BuildFailure>> build(
      const BuildOptions& options) const = 0;
  /// The slower checks of generated code (second compiler, vet, format), run beside the worker.
  [[nodiscard]] virtual Result<std::optional<BuildFailure>> lint(
      const BuildOptions& options) const = 0;
  /// This target as it is where nothing is broken on purpose: itself, or what a decorator that
  /// breaks something stands in front of.
  [[nodiscard]] virtual const Target& sound() const { return *this; }
  /// Starts a worker on a built batch. Blame::Worker where it ended or hung while it started.
  [[nodiscard]] virtual Result<std::unique_ptr<Session>> open(
      const BuildOptions& options, std::span<const BatchEntry> batch,
      std::chrono::milliseconds call_limit) const = 0;
};

}  // namespace fficheck
