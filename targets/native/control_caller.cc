#include "targets/native/control_caller.h"

#include <dlfcn.h>

#include <utility>

namespace fficheck {
namespace {

constexpr int kAccepted = 0;

}  // namespace

Result<SharedObject> SharedObject::open(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = dlerror();
    return environment_error(why == nullptr ? "cannot load " + path : why);
  }
  return SharedObject(handle);
}

Result<void*> SharedObject::symbol(const std::string& name) const {
  void* address = dlsym(handle_, name.c_str());
  if (address == nullptr) return environment_error("the library exports no " + name);
  return address;
}

ControlCaller::ControlCaller(const Schema& schema, Abi abi, CallSlots& slots)
    : schema_(schema),
      slots_(slots),
      lowering_(lower_native(schema, abi)),
      marshal_(schema, lowering_),
      types_(schema, lowering_) {}

Result<std::unique_ptr<ControlCaller>> ControlCaller::load(const SharedObject& object,
                                                           const Schema& schema, Abi abi,
                                                           const LibraryName& library,
                                                           CallSlots& slots) {
  std::unique_ptr<ControlCaller> caller(new ControlCaller(schema, abi, slots));
  FFICHECK_CHECK(caller->types_.check_layout());
  FFICHECK_CHECK(caller->prepare_all(object, library));
  return caller;
}

Result<void> ControlCaller::prepare(Plan& plan, const SharedObject& object,
                                    const std::string& symbol, ffi_type* result,
                                    const std::vector<ffi_type*>& types) {
  FFICHECK_TRY(void* address, object.symbol(symbol));
  plan.address = reinterpret_cast<void (*)()>(address);
  return plan.call.prepare(result, types);
}

Result<void> ControlCaller::prepare_all(const SharedObject& object, const LibraryName& library) {
  const CNames names = resolve_c_names(schema_, lowering_, library);
  const auto with_params = [&](std::vector<ffi_type*> types, const FunctionLayout& layout) {
    for (const Member& member : layout.params) types.push_back(types_.of(member));
    return types;
  };
  plans_.resize(schema_.functions().size());
  for (std::uint32_t i = 0; i < plans_.size(); ++i) {
    if (schema_.functions()[i].name == "create") {
      constructor_ = i;
      create_layout_ = lowering_.functions[i];
      continue;
    }
    // ctx, callback, userData, then the arguments.
    FFICHECK_CHECK(prepare(plans_[i], object, names.functions[i].symbol, &ffi_type_sint,
                           with_params({&ffi_type_pointer, &ffi_type_pointer, &ffi_type_pointer},
                                       lowering_.functions[i])));
  }
  // The arguments, then callback and userData.
  std::vector<ffi_type*> types = with_params({}, create_layout_);
  types.insert(types.end(), 2, &ffi_type_pointer);
  FFICHECK_CHECK(prepare(create_, object, library.prefix + "_create", &ffi_type_pointer, types));
  return prepare(destroy_, object, library.prefix + "_destroy", &ffi_type_sint,
                 {&ffi_type_pointer});
}

std::string ControlCaller::create(std::uint64_t seed) {
  if (open_) return {};
  CallSlots::Slot* slot = slots_.acquire();
  if (slot == nullptr) return "no call slot is free";
  if (constructor_) {
    const Function& f = schema_.functions()[*constructor_];
    lower(*slot, *constructor_, stream_args(schema_, f, seed, limits()));
  }
  void* user_data = slots_.begin(*slot, marshal_, create_layout_);
  void* callback = slots_.callback();
  std::vector<void*> values = slot->params;
  values.push_back(static_cast<void*>(&callback));
  values.push_back(static_cast<void*>(&user_data));
  void* context = nullptr;
  create_.call.call(create_.address, static_cast<void*>(&context), values);
  slot->arena.poison();
  slots_.wait(*slot);
  const Completion completion = std::move(slot->completion);
  slots_.release(*slot);
  if (!completion.defect.empty()) return "create: " + completion.defect;
  if (completion.ret != 0)
    return completion.text.empty() ? "create failed without a text" : completion.text;
  if (context == nullptr) return "create succeeded but returned NULL";
  context_ = context;
  open_ = true;
  return {};
}

std::string ControlCaller::destroy() {
  if (!open_) return {};
  ffi_arg ret = 0;
  destroy_.call.call(destroy_.address, &ret, {static_cast<void*>(&context_)});
  open_ = false;
  const int code = static_cast<int>(ret);
  return code == 0 ? std::string() : "destroy returned " + std::to_string(code);
}

void ControlCaller::lower(CallSlots::Slot& slot, std::uint32_t function,
                          const std::vector<Value>& args) const {
  slot.params = marshal_.lower_args(schema_.functions()[function], lowering_.functions[function],
                                    args, slot.arena);
}

std::string ControlCaller::start(CallSlots::Slot& slot, std::uint32_t function) {
  Plan& plan = plans_[function];
  void* user_data = slots_.begin(slot, marshal_, lowering_.functions[function]);
  void* callback = slots_.callback();
  std::vector<void*> values{static_cast<void*>(&context_), static_cast<void*>(&callback),
                            static_cast<void*>(&user_data)};
  values.insert(values.end(), slot.params.begin(), slot.params.end());
  ffi_arg ret = 0;
  plan.call.call(plan.address, &ret, values);
  const int code = static_cast<int>(ret);
  if (code == kAccepted) return {};
  std::string why = "the library returned " + std::to_string(code);
  // A refusal may have come with a text, through a callback made before the call returned.
  if (slots_.done(slot) && !slot.completion.text.empty()) why = slot.completion.text;
  return why;
}

Result<std::vector<Value>> ControlCaller::lift_args(const CallSlots::Slot& slot,
                                                    std::uint32_t function) const {
  return marshal_.lift_args(schema_.functions()[function], lowering_.functions[function],
                            slot.params);
}

Result<std::optional<Value>> ControlCaller::outcome(const CallSlots::Slot& slot,
                                                    std::uint32_t function) const {
  const Completion& completion = slot.completion;
  if (!completion.defect.empty()) return input_error(completion.defect);
  if (completion.ret == 0) return completion.result;
  if (!lowering_.functions[function].error_is_text) return input_error(completion.text);
  return std::optional<Value>(Value::choice(1, Value::string(completion.text)));
}

}  // namespace fficheck
