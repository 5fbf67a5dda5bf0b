// The reference for the native C ABI: computes again, naively and from the text of
// docs/abi-native.md, what lowering.h tabulates. It describes each type as the C declaration that
// the document shows, and places that declaration member by member. It shares no arithmetic with
// lowering.cc or any emitter, and speed is no aim.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"

namespace fficheck {

/// The figures of one C type: what sizeof, _Alignof and offsetof must say.
struct ReferenceLayout {
  struct Member {
    std::string name;          ///< as the document names it: "ptr", "present", "f0", "x", "x_len"
    std::uint64_t offset = 0;  ///< bytes
    std::uint64_t size = 0;    ///< bytes
    std::uint64_t align = 1;   ///< bytes
  };
  bool exists = false;          ///< false: the type has no C type of its own (nim list and option)
  std::uint64_t size = 0;       ///< bytes
  std::uint64_t align = 1;      ///< bytes
  std::vector<Member> members;  ///< of a struct, in order: as TypeLayout::members
};

namespace reference_detail {
struct CType;
}

class Reference {
 public:
  /// Gives `size` zeroed bytes at that alignment; the caller owns them.
  using Allocate = std::function<std::byte*(std::size_t size, std::size_t align)>;

  /// Precondition: `abi` is Native or Nim; every function is supported. The schema outlives this.
  Reference(const Schema& schema, Abi abi);
  ~Reference();
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  [[nodiscard]] ReferenceLayout layout(TypeId type) const;
  /// The C parameters after ctx, callback and userData; each offset is 0.
  [[nodiscard]] std::vector<ReferenceLayout::Member> params(const Function& function) const;

  /// Writes the C representation to `to`, which has layout(id).size zeroed bytes. Precondition:
  /// the value fits the type, whose C type exists; strings of the nim dialect hold no NUL.
  void lower(TypeId id, const Value& value, std::byte* to, const Allocate& allocate) const;
  /// Reads what `lower` writes. An error names the first thing that no value has: a bool beyond 1,
  /// a tag beyond the last case, a char that is none, a NULL with a length, bytes that are not
  /// UTF-8, flags beyond the last.
  [[nodiscard]] Result<Value> lift(TypeId id, const std::byte* from) const;

  /// The same for a function's arguments: the bytes of each C parameter, as params(function).
  [[nodiscard]] std::vector<std::vector<std::byte>> lower_args(const Function& function,
                                                               const std::vector<Value>& args,
                                                               const Allocate& allocate) const;
  [[nodiscard]] Result<std::vector<Value>> lift_args(
      const Function& function, const std::vector<std::vector<std::byte>>& bytes) const;

 private:
  using CType = reference_detail::CType;
  std::shared_ptr<const CType> declare(const Type& type) const;
  void declare_part(CType& holder, TypeId id, const std::string& name) const;
  std::shared_ptr<const CType> argument_struct(const Function& function) const;
  void lower_part(const CType& holder, const std::string& name, TypeId id, const Value& value,
                  std::byte* base, const Allocate& allocate) const;
  Result<Value> lift_part(const CType& holder, const std::string& name, TypeId id,
                          const std::byte* base) const;
  void lower_text(const std::string& text, std::byte* to, const Allocate& allocate) const;
  Result<Value> lift_text(const std::byte* from) const;
  void lower_elements(TypeId element, const Sequence& elements, std::byte* pointer,
                      std::byte* length, const Allocate& allocate) const;
  Result<Value> lift_elements(TypeId element, const std::byte* pointer,
                              const std::byte* length) const;
  Result<Value> lift_choice(const Type& type, const CType& c, const std::byte* from) const;

  const Schema& schema_;
  Abi abi_;
  std::vector<std::shared_ptr<const CType>> declared_;  ///< indexed by TypeId
};

}  // namespace fficheck
