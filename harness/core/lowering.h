// Lowering: what each ABI makes of a schema, as plain data. Emitters and sessions decide no layout,
// they print and follow these tables. The reference (reference.h) computes the same from the
// documents' text, naively, and shares no arithmetic with this file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/schema.h"

namespace fficheck {

enum class Abi : std::uint8_t {
  Native,     ///< fficheck's own C dialect, complete: docs/abi-native.md
  Nim,        ///< the seed library's C dialect
  Canonical,  ///< the Component Model's canonical ABI
};
[[nodiscard]] std::string_view abi_name(Abi abi);

/// What one C member is to the schema.
enum class MemberRole : std::uint8_t {
  Value,    ///< the part's own value, stored inline
  Pointer,  ///< first byte or element of a string or list; NULL where it is empty
  Length,   ///< size_t: bytes of a string, elements of a list
  Present,  ///< whether an option holds a value
  Tag,      ///< case index of a choice
  Payload,  ///< union of a choice's payloads; the members of its cases are TypeLayout::cases
  Word,     ///< words of flags
  Filler,   ///< the one byte of an empty record
};

/// One C struct member or C parameter.
struct Member {
  MemberRole role = MemberRole::Value;
  /// What is appended to the part's name: "" or the dialect's "_len", "_present"; for types without
  /// named parts the whole C name: "ptr", "len", "present", "value", "tag", "as", "words".
  std::string suffix;
  std::uint32_t part = 0;      ///< index into Type::parts (or into Function::params)
  std::optional<TypeId> type;  ///< Value: its type; Pointer: the element's type, absent for bytes
  std::uint64_t offset = 0;    ///< bytes from the start of the struct; 0 in a parameter list
  std::uint64_t size = 0;      ///< bytes
  std::uint64_t align = 1;     ///< bytes
};

/// How C represents a type where it stands as a value of its own.
enum class Shape : std::uint8_t {
  Scalar,       ///< a C arithmetic type; enums and flags of up to 64 bits too
  Struct,       ///< struct with `members`
  NulString,    ///< nim: const char *, NUL-terminated
  MembersOnly,  ///< nim list and option: no type of its own, only members of what holds it
};

struct TypeLayout {
  Shape shape = Shape::Scalar;
  std::uint64_t size = 0;   ///< bytes, a multiple of align
  std::uint64_t align = 1;  ///< bytes
  std::vector<Member> members;
  /// Result, variant: the payload of each case, indexed as Type::parts; offset within the struct.
  struct CasePayload {
    std::optional<TypeId> type;
    std::uint64_t offset = 0;
  };
  std::vector<CasePayload> cases;
  std::uint64_t tag_size = 0;  ///< bytes of the tag or of a Scalar enum or flags value
  bool owns_memory = false;    ///< holds pointers, so copies and frees go deep
};

/// How a function's result reaches the result callback.
enum class ResultForm : std::uint8_t {
  None,     ///< no result: msg NULL, len 0
  RawText,  ///< string: bytes and length
  Struct,   ///< pointer to the C representation and its size
};

struct FunctionLayout {
  std::vector<Member> params;  ///< C parameters after ctx, callback and userData, in order
  ResultForm form = ResultForm::None;
  /// The type that arrives with ret 0. For result<T, string> that is T.
  std::optional<TypeId> ok;
  /// result<T, string>: an err arrives as ret 1 with its text, as the library's own errors do.
  bool error_is_text = false;
};

/// The C lowering of a schema.
struct NativeLowering {
  Abi abi = Abi::Native;
  std::vector<TypeLayout> types;          ///< indexed by TypeId
  std::vector<FunctionLayout> functions;  ///< indexed as Schema::functions()
  std::vector<FunctionLayout> imports;    ///< indexed as Schema::imports()
};

/// Why the dialect cannot carry this function, absent where it can ("nim: list of list").
[[nodiscard]] std::optional<std::string> unsupported(const Schema& schema, const Function& function,
                                                     Abi abi);

/// Lowers a schema to Abi::Native or Abi::Nim. Precondition: every function is supported.
[[nodiscard]] NativeLowering lower_native(const Schema& schema, Abi abi);

}  // namespace fficheck
