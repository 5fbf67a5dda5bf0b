// The canonical ABI's lowering as plain data: sizes, alignments, discriminants, flattening. Source:
// Component Model, CanonicalABI.md, sections Alignment, Element Size, Flattening. Emitters of
// guests and the core session follow these tables; reference_canonical.h computes the same again,
// naively.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/schema.h"

namespace fficheck {

enum class CoreType : std::uint8_t { I32, I64, F32, F64 };
[[nodiscard]] std::string_view core_type_name(CoreType type);

/// Encoding of strings in a guest's memory (canonical option `string-encoding`).
enum class StringEncoding : std::uint8_t { Utf8, Utf16, Latin1Utf16 };

inline constexpr std::size_t kMaxFlatParams = 16;
inline constexpr std::size_t kMaxFlatResults = 1;

/// One type in a 32-bit guest memory and on the core stack.
struct CanonicalType {
  std::uint32_t size = 0;              ///< bytes (elem_size)
  std::uint32_t align = 1;             ///< bytes
  std::vector<CoreType> flat;          ///< flatten_type
  std::vector<std::uint32_t> offsets;  ///< Sequence kinds but list: of each part, in bytes
  std::uint32_t discriminant = 0;      ///< Choice kinds: bytes of the discriminant (1, 2, 4)
  std::uint32_t payload = 0;           ///< Choice kinds: offset of the payload, in bytes
  bool owns_memory = false;            ///< reaches a string or list
  bool owns_handles = false;           ///< reaches an own
};

/// One function as lifted from an export (or, mirrored, lowered for an import).
struct CanonicalFunction {
  std::vector<CoreType> params;   ///< core parameters; one I32 where `params_in_memory`
  std::vector<CoreType> results;  ///< core results of the export; at most one
  bool params_in_memory = false;  ///< more than 16 flat parameters: a pointer to their tuple
  bool result_in_memory =
      false;  ///< more than 1 flat result: export answers a pointer, import takes one
  bool needs_post_return =
      false;  ///< export whose result reaches a string or list, which it frees then
  /// The tuple of the parameters, for params_in_memory.
  std::uint32_t params_size = 0;
  std::uint32_t params_align = 1;
  std::vector<std::uint32_t> params_offsets;
  /// Core parameters of an import: `params`, then a pointer where result_in_memory.
  [[nodiscard]] std::vector<CoreType> import_params() const;
  /// Core name: "echo", "[method]water.drink", "[static]water.f", "[constructor]water".
  std::string name;
};

struct CanonicalLowering {
  std::vector<CanonicalType> types;          ///< indexed by TypeId
  std::vector<CanonicalFunction> functions;  ///< indexed as Schema::functions()
  std::vector<CanonicalFunction> imports;    ///< indexed as Schema::imports()
};

/// Why the Component Model cannot express the function, absent where it can: an empty record, more
/// than 32 flags, text that is too large a type.
[[nodiscard]] std::optional<std::string> unsupported_canonical(const Schema& schema,
                                                               const Function& function);

/// Precondition: every function is supported.
[[nodiscard]] CanonicalLowering lower_canonical(const Schema& schema);

/// join of flat types (CanonicalABI.md, Flattening).
[[nodiscard]] CoreType join(CoreType a, CoreType b);

/// "fficheck:c017/api", "wasi:io/streams@0.2.0" of a schema: the module name of imports, the prefix
/// of exports before '#'.
[[nodiscard]] std::string interface_id(const Schema& schema);
/// "fficheck:c017/host": the interface of the schema's imports.
[[nodiscard]] std::string host_interface_id(const Schema& schema);

}  // namespace fficheck
