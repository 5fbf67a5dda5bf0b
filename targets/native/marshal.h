// Values to and from C memory, following a NativeLowering: what the control session passes through
// libffi. The lifetime of lowered memory is its arena's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"

namespace fficheck {

/// Memory of one call's arguments: allocated piece by piece, given back at once.
class Arena {
 public:
  /// `size` zeroed bytes at that alignment (a power of two, at most 16); valid until reset().
  std::byte* allocate(std::size_t size, std::size_t align);
  /// Overwrites all that was allocated: who still reads it after its call is found out.
  void poison();
  /// Takes everything back; keeps a block of ordinary size for the next call.
  void reset();

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
    std::size_t used = 0;
  };
  std::vector<Block> blocks_;
};

/// Lowers and lifts the values of one schema. Stateless; may be used from any thread.
class Marshal {
 public:
  /// Both outlive the marshal.
  Marshal(const Schema& schema, const NativeLowering& lowering)
      : schema_(schema), lowering_(lowering) {}

  /// Writes `value` to `to`, TypeLayout::size zeroed bytes. Preconditions: the value fits the type,
  /// whose shape is not MembersOnly.
  void lower(TypeId id, const Value& value, std::byte* to, Arena& arena) const;
  /// Reads a value. An error says what no value of the type has (a tag beyond the last case, ...).
  [[nodiscard]] Result<Value> lift(TypeId id, const std::byte* from) const;

  /// Lowers all arguments: one pointer for each C parameter, as FunctionLayout::params.
  [[nodiscard]] std::vector<void*> lower_args(const Function& function,
                                              const FunctionLayout& layout,
                                              const std::vector<Value>& args, Arena& arena) const;
  /// Reads the arguments back from what lower_args gave.
  [[nodiscard]] Result<std::vector<Value>> lift_args(const Function& function,
                                                     const FunctionLayout& layout,
                                                     const std::vector<void*>& params) const;
  /// The result that a callback with ret 0 delivers; absent where the function has none.
  [[nodiscard]] Result<std::optional<Value>> lift_result(const FunctionLayout& layout,
                                                         const char* msg, std::size_t len) const;

 private:
  struct Place {
    const Member* member;
    std::byte* at;
  };
  struct Source {
    const Member* member;
    const std::byte* at;
  };
  /// Members of the part that begins at members[i].
  void lower_part(TypeId type, const Value& value, const Place* places, Arena& arena) const;
  Result<Value> lift_part(TypeId type, const Source* sources) const;
  void lower_elements(TypeId element, const Sequence& elements, std::byte* pointer,
                      std::byte* length, Arena& arena) const;
  Result<Value> lift_elements(TypeId element, const std::byte* pointer,
                              const std::byte* length) const;
  Result<Value> lift_choice(const Type& type, const TypeLayout& layout,
                            const std::byte* from) const;
  [[nodiscard]] std::size_t members_of(TypeId type) const;

  const Schema& schema_;
  const NativeLowering& lowering_;
};

}  // namespace fficheck
