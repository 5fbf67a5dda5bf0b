// What the laws share: choosing functions, making calls, judging what came back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/property.h"

namespace fficheck {

/// Values of each bulk run whose stream and witnesses are made again in C++, so that an error which
/// both sides of the boundary share is noticed.
inline constexpr std::uint64_t kCheckedValues = 64;

/// Whether values alone can call the function: free functions but the constructor `create`, without
/// handles. (The others are the law `resources`' to call.)
[[nodiscard]] bool is_callable(const Schema& schema, const Function& function);
/// Whether a parameter or the result reaches a handle, or the function belongs to a resource.
[[nodiscard]] bool needs_resources(const Schema& schema, const Function& function);
/// The law that a function's role suggests.
[[nodiscard]] BulkLaw law_of(const Schema& schema, const Function& function);

/// Seed of a function's values under a law, from the case's seed.
[[nodiscard]] std::uint64_t function_seed(std::uint64_t seed, std::uint32_t function, BulkLaw law);
/// The seed s' whose value i is value `first + i` of seed `seed`: lets a step name one value.
[[nodiscard]] std::uint64_t shifted_seed(std::uint64_t seed, std::uint64_t first);

/// The arguments that a bulk run sends at an index (docs/worker-protocol.md, "bulk").
[[nodiscard]] std::vector<Value> bulk_args(const Subject& subject, const BulkRequest& request,
                                           std::uint64_t index);
/// What BulkOutcome::digest must be for indices first .. first + count - 1.
[[nodiscard]] std::uint64_t expected_digest(const Subject& subject, const BulkRequest& request,
                                            std::uint64_t count);

/// "the worker crashed: signal 11 (Segmentation fault): panic: ...", with the first telling line of
/// its stderr. One line, without addresses and process ids: saved cases carry it and compare it.
[[nodiscard]] std::string loss_line(const WorkerLoss& loss);

/// Makes the session ready: a lost worker is started again, the schema's context is open. A verdict
/// (Fail or Broken) where that cannot be.
[[nodiscard]] std::optional<Verdict> make_ready(const Subject& subject);

/// What is wrong with the answer of a call, by the callee's witness, the result, and the caller's
/// arguments afterwards: path, expected, seen. Absent where nothing is.
[[nodiscard]] std::optional<std::string> judge_call(const Subject& subject,
                                                    const Function& function,
                                                    const std::vector<Value>& args,
                                                    const CallOutcome& outcome);
/// Calls and judges; a loss of the worker is a problem too. Sends the same object `times` times.
[[nodiscard]] std::optional<std::string> try_call(const Subject& subject, std::uint32_t function,
                                                  const std::vector<Value>& args, unsigned times);

/// What is wrong with the answer of a bulk run, its digest checked where the run is at most
/// kCheckedValues long.
[[nodiscard]] std::optional<std::string> judge_bulk(const Subject& subject,
                                                    const BulkRequest& request,
                                                    const BulkOutcome& outcome);

[[nodiscard]] Step call_step(const Function& function, std::vector<Value> args, unsigned times);
[[nodiscard]] Step bulk_step(const Subject& subject, const BulkRequest& request);

/// Index in Schema::functions() of a step's function.
[[nodiscard]] std::optional<std::uint32_t> find_function(const Schema& schema,
                                                         const std::string& name);

[[nodiscard]] Verdict fail(std::string message, std::vector<Step> steps);
[[nodiscard]] Verdict skip(std::string reason);
[[nodiscard]] Verdict broken(std::string message);

}  // namespace fficheck
