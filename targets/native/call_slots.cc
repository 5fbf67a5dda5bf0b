#include "targets/native/call_slots.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "harness/core/utf8.h"

namespace fficheck {
namespace {

constexpr std::uint64_t kIdle = 0;
constexpr std::uint64_t kPending = 1;
constexpr std::uint64_t kDelivering = 2;
constexpr std::uint64_t kDone = 3;
constexpr std::uint64_t kPhases = 4;
/// Slots that a token can tell apart; the rest of its bits is the generation.
constexpr std::uint64_t kTokenSlots = 1024;

std::uint64_t phase(std::uint64_t state) { return state % kPhases; }
std::uint64_t generation(std::uint64_t state) { return state / kPhases; }

}  // namespace

CallSlots::CallSlots(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    slots_.push_back(std::make_unique<Slot>());
    slots_.back()->index = i;
    free_.push_back(slots_.back().get());
  }
}

Result<std::unique_ptr<CallSlots>> CallSlots::create(std::size_t count) {
  std::unique_ptr<CallSlots> slots(new CallSlots(std::min<std::size_t>(count, kTokenSlots)));
  // void (*)(int ret, const char *msg, size_t len, void *userData)
  slots->types_[0] = &ffi_type_sint;
  slots->types_[1] = &ffi_type_pointer;
  slots->types_[2] = &ffi_type_uint64;
  slots->types_[3] = &ffi_type_pointer;
  slots->closure_ =
      static_cast<ffi_closure*>(ffi_closure_alloc(sizeof(ffi_closure), &slots->code_));
  if (slots->closure_ == nullptr ||
      ffi_prep_cif(&slots->cif_, FFI_DEFAULT_ABI, 4, &ffi_type_void, slots->types_) != FFI_OK ||
      ffi_prep_closure_loc(slots->closure_, &slots->cif_, &CallSlots::trampoline, slots.get(),
                           slots->code_) != FFI_OK)
    return environment_error("libffi gives no closure", "allow executable memory for this process");
  return slots;
}

CallSlots::~CallSlots() {
  if (closure_ != nullptr) ffi_closure_free(closure_);
}

void CallSlots::trampoline(ffi_cif* /*cif*/, void* /*ret*/, void** args, void* self) {
  static_cast<CallSlots*>(self)->deliver(
      *static_cast<int*>(args[0]), *static_cast<const char**>(args[1]),
      *static_cast<std::size_t*>(args[2]),
      reinterpret_cast<std::uint64_t>(*static_cast<void**>(args[3])));
}

void CallSlots::deliver(int ret, const char* msg, std::size_t len, std::uint64_t token) noexcept {
  if (ret == 3) return;  // progress: the terminal callback is still to come
  const std::uint64_t index = token % kTokenSlots;
  if (index >= slots_.size()) {
    strays_.fetch_add(1);
    return;
  }
  Slot& slot = *slots_[index];
  const std::uint64_t turn = token / kTokenSlots;
  std::uint64_t expected = turn * kPhases + kPending;
  if (!slot.state.compare_exchange_strong(expected, turn * kPhases + kDelivering)) {
    strays_.fetch_add(1);
    return;
  }
  try {
    Completion& completion = slot.completion;
    completion.ret = ret;
    if (ret == 0) {
      auto lifted = slot.marshal->lift_result(*slot.layout, msg, len);
      if (lifted)
        completion.result = std::move(lifted).value();
      else
        completion.defect = lifted.error().text();
    } else if (ret == 1) {
      if (msg != nullptr) completion.text.assign(msg, len);
      if (!is_utf8(completion.text)) completion.defect = "the error text is not UTF-8";
    } else {
      completion.defect = "the callback's return code is " + std::to_string(ret);
    }
  } catch (const std::exception& e) {
    slot.completion.defect = e.what();
  }
  slot.state.store(turn * kPhases + kDone);
  slot.state.notify_all();
}

CallSlots::Slot* CallSlots::acquire() {
  if (free_.empty()) return nullptr;
  Slot* slot = free_.back();
  free_.pop_back();
  return slot;
}

void* CallSlots::begin(Slot& slot, const Marshal& marshal, const FunctionLayout& layout) {
  slot.marshal = &marshal;
  slot.layout = &layout;
  slot.completion = {};
  const std::uint64_t turn = generation(slot.state.load()) + 1;
  slot.state.store(turn * kPhases + kPending);
  // A token, never dereferenced. NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<void*>(turn * kTokenSlots + slot.index);
}

bool CallSlots::done(const Slot& slot) const { return phase(slot.state.load()) == kDone; }

void CallSlots::wait(const Slot& slot) const {
  for (std::uint64_t state = slot.state.load(); phase(state) != kDone; state = slot.state.load())
    slot.state.wait(state);
}

void CallSlots::release(Slot& slot) {
  slot.state.store(generation(slot.state.load()) * kPhases + kIdle);
  slot.arena.reset();
  slot.params.clear();
  slot.completion = {};
  free_.push_back(&slot);
}

}  // namespace fficheck
