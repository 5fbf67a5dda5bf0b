// Calls one generated library through libffi, knowing nothing of it but its schema: the caller of
// the control target.
#pragma once

#include <ffi.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/core/value_stream.h"
#include "targets/native/c_names.h"
#include "targets/native/call_slots.h"
#include "targets/native/ffi_plan.h"
#include "targets/native/ffi_types.h"
#include "targets/native/marshal.h"

namespace fficheck {

/// A shared object, never unloaded: its threads may still run.
class SharedObject {
 public:
  static Result<SharedObject> open(const std::string& path);
  /// The address of an exported symbol; an Error names one that is missing.
  [[nodiscard]] Result<void*> symbol(const std::string& name) const;

 private:
  explicit SharedObject(void* handle) : handle_(handle) {}
  void* handle_;
};

class ControlCaller {
 public:
  /// Resolves every symbol and prepares one call for each function. The schema and slots outlive
  /// it.
  static Result<std::unique_ptr<ControlCaller>> load(const SharedObject& object,
                                                     const Schema& schema, Abi abi,
                                                     const LibraryName& library, CallSlots& slots);

  [[nodiscard]] const Schema& schema() const { return schema_; }
  [[nodiscard]] StreamLimits limits() const { return {.no_nul = lowering_.abi == Abi::Nim}; }
  [[nodiscard]] bool is_open() const { return open_; }
  /// The newest context, null where there never was one. Calls go to it even after destroy(): the
  /// library must refuse them.
  [[nodiscard]] void* context() const { return context_; }

  /// Calls the constructor, its arguments (if it has any) from the value stream with `seed`, and
  /// waits for its answer. The library's error text where it failed; empty where a context is open.
  std::string create(std::uint64_t seed);
  /// The text of a failure; empty where there is no context left.
  std::string destroy();

  /// Writes a call's arguments into the slot's memory.
  void lower(CallSlots::Slot& slot, std::uint32_t function, const std::vector<Value>& args) const;
  /// Calls with the arguments that the slot holds; does not wait. Where the library refused, the
  /// reason; empty where it took the request and a callback will come.
  std::string start(CallSlots::Slot& slot, std::uint32_t function);
  /// The arguments as the slot's memory holds them now.
  [[nodiscard]] Result<std::vector<Value>> lift_args(const CallSlots::Slot& slot,
                                                     std::uint32_t function) const;
  /// What came back as the function's result type: a declared err that arrived as text too. The
  /// Error says why it is none.
  [[nodiscard]] Result<std::optional<Value>> outcome(const CallSlots::Slot& slot,
                                                     std::uint32_t function) const;

 private:
  struct Plan {
    void (*address)() = nullptr;
    FfiPlan call;
  };
  ControlCaller(const Schema& schema, Abi abi, CallSlots& slots);
  Result<void> prepare(Plan& plan, const SharedObject& object, const std::string& symbol,
                       ffi_type* result, const std::vector<ffi_type*>& types);
  Result<void> prepare_all(const SharedObject& object, const LibraryName& library);

  const Schema& schema_;
  CallSlots& slots_;
  NativeLowering lowering_;
  Marshal marshal_;
  FfiTypes types_;
  std::vector<Plan> plans_;  ///< as Schema::functions(); that of `create` is unused
  Plan create_;
  Plan destroy_;
  std::optional<std::uint32_t> constructor_;  ///< index of `create`, where the schema has one
  FunctionLayout create_layout_;
  void* context_ = nullptr;
  bool open_ = false;
};

}  // namespace fficheck
