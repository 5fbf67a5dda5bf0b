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
/// is an opaque wasmtime object. An imported one is the host's own and not held here: its number is
/// its rep.
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
  /// The host's own resource of that rep, to pass on: a borrow stays out until take_back().
  [[nodiscard]] wasmtime_component_resource_any_t* lend_own(const Type& type, std::uint32_t rep);
  /// The rep of the host's own resource that wasmtime hands over; all bits set of no such.
  [[nodiscard]] static std::uint64_t take_own(wasmtime_context_t* context,
                                              const wasmtime_component_resource_any_t* any);
  /// Ends the loans of the host's own resources to a call that is over.
  void take_back();
  [[nodiscard]] std::size_t live() const { return held_.size(); }
  [[nodiscard]] wasmtime_context_t* context() const { return context_; }

  std::uint32_t schema = 0;  ///< in the batch, of the values to come: names the host's own types

 private:
  wasmtime_context_t* context_;
  std::map<std::uint64_t, wasmtime_component_resource_any_t*> held_;
  std::vector<wasmtime_component_resource_any_t*> lent_;
  std::uint64_t next_ = 1;
};

/// What wasmtime calls the type of the host's resources.
[[nodiscard]] inline std::uint32_t host_type(std::uint32_t schema, ResourceId resource) {
  return schema << 12 | resource;
}

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
