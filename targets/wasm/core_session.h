// The core session: a core module run without a component around it. fficheck is the canonical ABI
// here: it lowers arguments, lifts results, calls post-return, keeps the handle table, and so sees
// every cabi_realloc, every byte, and every cabi_post_*. Source: CanonicalABI.md, canon lift, canon
// lower, canon resource.*.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/canonical.h"
#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"
#include "targets/wasm/engine.h"
#include "targets/wasm/lift_lower.h"

namespace fficheck {

/// What a session saw of the guest's allocator during one call.
struct AllocationTrace {
  struct Realloc {
    std::uint32_t old = 0, old_size = 0, align = 0, new_size = 0, answer = 0;
  };
  std::vector<Realloc> reallocs;
  std::uint32_t post_returns = 0;
};

/// One call's end.
struct WasmCall {
  std::optional<Value> result;
  std::optional<Trap> trap;  ///< the instance is locked: see restart()
  AllocationTrace trace;
};

/// A host's answer to an imported function: the result, or a trap.
struct HostAnswer {
  std::optional<Value> result;
  std::optional<Trap> trap;
};
/// Implements imported function `function` (index in Schema::imports()) of schema `schema`.
using Host = std::function<HostAnswer(std::uint32_t schema, std::uint32_t function,
                                      const std::vector<Value>& args)>;

/// The destructor of a resource that the host implements: the guest dropped its last owner.
using HostDrop = std::function<void(std::uint32_t schema, ResourceId resource, std::uint32_t rep)>;

/// One schema of a batch with its lowering.
struct WasmInterface {
  const Schema* schema = nullptr;
  CanonicalLowering lowering;
};

class CoreSession {
 public:
  /// Instantiates the module. An import or export that the batch's interfaces need and the module
  /// has not, or has with another type, is an error that names it. `abi` outlives the session.
  static Result<std::unique_ptr<CoreSession>> create(std::shared_ptr<CoreModule> module,
                                                     std::vector<WasmInterface> interfaces,
                                                     StringEncoding encoding, Host host,
                                                     std::chrono::milliseconds limit,
                                                     HostDrop drop = {},
                                                     const HostAbi& abi = HostAbi::canonical());
  /// After a trap: a new instance, with an empty handle table. Until then the one that trapped
  /// cannot be entered, by calls, probes or destructors. Not from inside a call.
  Result<void> restart();
  ~CoreSession();
  CoreSession(const CoreSession&) = delete;
  CoreSession& operator=(const CoreSession&) = delete;

  /// Calls an exported function with values that fit its parameters. Own arguments hand their reps
  /// over; own results are the caller's to drop (drop_rep).
  WasmCall call(std::uint32_t schema, std::uint32_t function, const std::vector<Value>& args);
  /// The same without the trace, for benchmarks and bulk runs.
  std::optional<Trap> call_fast(std::uint32_t schema, std::uint32_t function,
                                const std::vector<Value>& args, std::optional<Value>* result);
  /// Sees and changes core values and the memory on their way between host and guest.
  using Tamper = std::function<void(std::span<CoreValue> flat, std::span<std::uint8_t> memory)>;
  struct Hooks {
    Tamper lowered;   ///< arguments of an export, before the guest sees them: a hostile host
    Tamper returned;  ///< the result of an export, before it is lifted: a hostile guest
    /// The arguments of the schema's import, before they are lifted: the same.
    std::function<void(std::uint32_t function, std::span<CoreValue> flat)> imported;
  };
  /// For all calls from here on, with their trace, or none where it is nullptr. `hooks` outlives
  /// them.
  void set_hooks(const Hooks* hooks);
  /// The same as call_fast, but `tamper` sees and changes what was lowered before the guest does: a
  /// hostile host.
  std::optional<Trap> call_tampered(std::uint32_t schema, std::uint32_t function,
                                    const std::vector<Value>& args, const Tamper& tamper,
                                    std::optional<Value>* result);
  /// The same as call_fast, but `lowered` runs when the arguments are in the guest's memory and
  /// before it is called, `returned`, where it is set, after it returned and before its result is
  /// lifted.
  struct Watch {
    std::function<void()> lowered;
    std::function<void()> returned;
  };
  std::optional<Trap> call_watched(std::uint32_t schema, std::uint32_t function,
                                   const std::vector<Value>& args, const Watch& watch,
                                   std::optional<Value>* result);
  /// What call_tampered saw of the allocator so far.
  [[nodiscard]] const AllocationTrace& trace() const;
  /// Calls the core export with raw values, neither lowered nor lifted, without post-return: a
  /// hostile host. `values` as CoreInstance::call.
  std::optional<Trap> call_raw(std::uint32_t schema, std::uint32_t function, RawValues values);
  /// The guest sends the values first, first + 1, ... of the stream through an import, as a law
  /// asks (docs/target-wasm.md).
  struct ImportRun {
    std::uint32_t schema = 0;
    std::uint32_t function = 0;  ///< of the imports
    std::uint64_t law = 0;
    std::uint64_t seed = 0;
    std::uint64_t first = 0;
    std::uint64_t count = 1;
  };
  /// `held`: for how many of them the answer is what the guest expects; unchanged after a trap.
  std::optional<Trap> run_import(const ImportRun& run, std::uint64_t* held);
  /// Calls an export of the probe (docs/target-wasm.md).
  std::optional<Trap> probe(std::string_view name, std::span<const CoreType> params,
                            std::span<const CoreType> results, RawValues values);
  /// Drops a rep of an exported resource that the host owns: runs the destructor, once.
  std::optional<Trap> drop_rep(std::uint32_t schema, ResourceId resource, std::uint32_t rep);

  /// Core names of exports that the batch needs and the module lacks, and of cabi_post_* that it
  /// has and none needs.
  [[nodiscard]] const std::vector<std::string>& missing() const;
  [[nodiscard]] const std::vector<std::string>& surplus() const;
  [[nodiscard]] const HandleTable& handles() const;
  [[nodiscard]] HandleTable& handles();
  [[nodiscard]] CoreInstance& instance();
  /// Reps of imported resources that the host still owns or has lent: 0 at rest.
  [[nodiscard]] std::uint64_t destructor_calls() const;

  struct State;

 private:
  /// call_fast, where the instance may be entered.
  std::optional<Trap> cross(std::uint32_t schema, std::uint32_t function,
                            const std::vector<Value>& args, std::optional<Value>* result);
  explicit CoreSession(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace fficheck
