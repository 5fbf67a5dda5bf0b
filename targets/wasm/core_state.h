// The inside of the core session.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "targets/wasm/core_session.h"

namespace fficheck {

/// Masks what is above the low 32 bits of an i32 or f32.
inline std::uint64_t clean(CoreType type, std::uint64_t bits) {
  return type == CoreType::I32 || type == CoreType::F32 ? bits & 0xFFFFFFFFu : bits;
}

struct BoundFunction {
  std::optional<std::size_t> export_number;
  std::optional<std::size_t> post_return_number;
  std::vector<TypeId> params;
  std::vector<Kind> scalars;  ///< kinds of the parameters, where these and the result are scalars
  bool all_scalars = false;
};

struct CoreSession::State : GuestMemory {
  std::vector<WasmInterface> interfaces;
  StringEncoding encoding = StringEncoding::Utf8;
  Host host;
  HostDrop host_drop;
  std::unique_ptr<CoreInstance> instance;
  std::optional<std::size_t> realloc_number;
  std::vector<std::vector<BoundFunction>> bound;                     ///< [schema][function]
  std::vector<std::vector<std::optional<std::size_t>>> destructors;  ///< [schema][resource]
  std::map<std::string, std::optional<std::size_t>, std::less<>> probes;
  std::vector<std::string> missing;
  std::vector<std::string> surplus;

  HandleTable handles;
  std::uint64_t scopes = 0;      ///< number of the newest call
  std::uint64_t host_scope = 0;  ///< scope of the import call under way
  bool may_enter = false;        ///< no call is inside the instance, and it has started
  bool trapped = false;          ///< nothing enters the instance again (Component Invariants)
  bool may_leave = false;        ///< the guest may call imports: not in realloc, post-return, start
  std::uint64_t destructor_calls = 0;
  std::uint64_t host_destructor_calls = 0;
  const HostAbi* abi = &HostAbi::canonical();
  const Hooks* hooks = nullptr;
  bool tracing = false;
  AllocationTrace trace;
  std::vector<CoreValue> flat;  ///< scratch of the outermost call

  std::span<std::uint8_t> bytes() override { return instance->memory(); }
  std::optional<Trap> realloc(std::uint32_t old, std::uint32_t old_size, std::uint32_t align,
                              std::uint32_t new_size, std::uint32_t* out) override;

  /// Everything that the module may import from a component's side.
  [[nodiscard]] std::vector<HostFunction> host_functions();
  [[nodiscard]] Result<void> bind_exports();
  /// Calls an export with values that it leaves in `values`.
  std::optional<Trap> enter(std::size_t function, RawValues values) {
    may_enter = false;
    std::optional<Trap> trap = instance->call(function, values);
    may_enter = true;
    return trap;
  }
  void lock() {
    trapped = true;
    may_enter = false;
  }
  /// A call in which nothing but scalars crosses.
  std::optional<Trap> call_scalars(const BoundFunction& bound, const Function& f,
                                   const Schema& schema, const std::vector<Value>& args,
                                   std::optional<Value>* result);
  /// Runs a resource's destructor on a rep: the guest's, or (imported) the host's.
  std::optional<Trap> destroy(ResourceType type, std::uint32_t rep);
  /// canon lower of an imported function.
  std::optional<Trap> call_host(std::uint32_t schema, std::uint32_t function, RawValues values);

 private:
  void add_resource_functions(std::uint32_t schema, std::vector<HostFunction>* out);
};

/// Own and borrow in one crossing of one schema, from the guest's side of the table.
class CallHandles : public GuestHandles {
 public:
  CallHandles(CoreSession::State& state, std::uint32_t schema, std::uint64_t scope)
      : state_(state), schema_(schema), scope_(scope) {}
  std::optional<Trap> lift_own(ResourceId resource, std::uint32_t index,
                               std::uint64_t* rep) override;
  std::optional<Trap> lift_borrow(ResourceId resource, std::uint32_t index,
                                  std::uint64_t* rep) override;
  std::uint32_t lower_own(ResourceId resource, std::uint64_t rep) override;
  std::uint32_t lower_borrow(ResourceId resource, std::uint64_t rep) override;

 private:
  CoreSession::State& state_;
  std::uint32_t schema_;
  std::uint64_t scope_;
};

}  // namespace fficheck
