// Values to and from wasmtime's dynamic component values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/core/schema.h"
#include "harness/core/value.h"
#include "targets/wasm/wasmtime_api.h"

namespace fficheck {

/// Resources that the host holds, by the number that Value's Handle carries. An exported resource
/// is an opaque wasmtime object; an imported one is a host resource with a rep of its own.
class HostResources {
 public:
  explicit HostResources(wasmtime_context_t* context) : context_(context) {}
  ~HostResources();
  HostResources(const HostResources&) = delete;
  HostResources& operator=(const HostResources&) = delete;

  /// Takes ownership of `any`; its number.
  std::uint64_t keep(wasmtime_component_resource_any_t* any);
  /// A clone for passing on, nullptr for an unknown number.
  [[nodiscard]] wasmtime_component_resource_any_t* lend(std::uint64_t number) const;
  /// Forgets a resource that was passed as own.
  void forget(std::uint64_t number);
  /// Drops an owned resource: the destructor runs. The text of a trap, or empty.
  std::string drop(std::uint64_t number);
  [[nodiscard]] std::size_t live() const { return held_.size(); }
  [[nodiscard]] wasmtime_context_t* context() const { return context_; }

 private:
  wasmtime_context_t* context_;
  std::map<std::uint64_t, wasmtime_component_resource_any_t*> held_;
  std::uint64_t next_ = 1;
};

/// Owns a vector of component values.
class ComponentValues {
 public:
  explicit ComponentValues(std::size_t size) : values_(size) {}
  ~ComponentValues() {
    for (wasmtime_component_val_t& v : values_) wasmtime_component_val_delete(&v);
  }
  ComponentValues(const ComponentValues&) = delete;
  ComponentValues& operator=(const ComponentValues&) = delete;
  [[nodiscard]] wasmtime_component_val_t* data() { return values_.data(); }
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  wasmtime_component_val_t& operator[](std::size_t i) { return values_[i]; }

 private:
  std::vector<wasmtime_component_val_t> values_;
};

/// `out` is zero before; owned by the caller after. Precondition: value fits the type.
void to_component(const Schema& schema, TypeId id, const Value& value, HostResources& resources,
                  wasmtime_component_val_t* out);
/// Precondition: wasmtime made `in` for a function of that type. Takes resources out of it.
[[nodiscard]] Value from_component(const Schema& schema, TypeId id, wasmtime_component_val_t& in,
                                   HostResources& resources);

}  // namespace fficheck
