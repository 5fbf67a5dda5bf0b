// Calls in flight: memory of their arguments, and what their result callback delivered. One libffi
// closure is the callback of them all; user data is a token, not an address, so that a callback
// that comes twice or too late is counted and touches nothing.
#pragma once

#include <ffi.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/result.h"
#include "targets/native/marshal.h"

namespace fficheck {

/// What a terminal callback delivered.
struct Completion {
  int ret = 0;                  ///< 0 or 1
  std::optional<Value> result;  ///< ret 0, where the function has a result
  std::string text;             ///< ret 1: the error text
  std::string defect;           ///< not empty: what was delivered is not what the ABI says
};

class CallSlots {
 public:
  struct Slot {
    Arena arena;                ///< holds what params point to
    std::vector<void*> params;  ///< one for each C parameter after userData
    Completion completion;      ///< valid after wait()

   private:
    friend class CallSlots;
    std::atomic<std::uint64_t> state{0};  ///< generation * 4 + phase
    std::uint64_t index = 0;
    const Marshal* marshal = nullptr;
    const FunctionLayout* layout = nullptr;
  };

  /// An Error where libffi gives no closure.
  static Result<std::unique_ptr<CallSlots>> create(std::size_t count);
  ~CallSlots();
  CallSlots(const CallSlots&) = delete;
  CallSlots& operator=(const CallSlots&) = delete;

  /// The address of the result callback, an FFICallback.
  [[nodiscard]] void* callback() const { return code_; }
  /// A free slot, or null where all are taken. Acquire and release belong to one thread.
  Slot* acquire();
  /// Begins a call on the slot, and gives its user data. Results are lifted by `marshal` and
  /// `layout` inside the callback; both outlive the call.
  void* begin(Slot& slot, const Marshal& marshal, const FunctionLayout& layout);
  /// Whether the call's terminal callback has come.
  [[nodiscard]] bool done(const Slot& slot) const;
  /// Waits for it.
  void wait(const Slot& slot) const;
  /// Gives the slot back, its memory too. Precondition: done, or the call was refused.
  void release(Slot& slot);

  /// Slots in use.
  [[nodiscard]] std::size_t in_use() const { return slots_.size() - free_.size(); }
  /// Callbacks that belong to no pending call: a second completion, or one of a call refused.
  [[nodiscard]] std::uint64_t strays() const { return strays_.load(); }

 private:
  explicit CallSlots(std::size_t count);
  static void trampoline(ffi_cif* cif, void* ret, void** args, void* self);
  void deliver(int ret, const char* msg, std::size_t len, std::uint64_t token) noexcept;

  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> free_;
  std::atomic<std::uint64_t> strays_{0};
  ffi_cif cif_{};
  ffi_type* types_[4] = {};
  ffi_closure* closure_ = nullptr;
  void* code_ = nullptr;
};

}  // namespace fficheck
