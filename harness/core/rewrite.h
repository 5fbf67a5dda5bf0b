// Rewriting a case under one edit of its schema, the values of its script carried along. For
// shrinking only.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/case.h"

namespace fficheck {

/// One place where a type is used.
struct Place {
  enum class What : std::uint8_t { PartOf, ParamOf, ResultOf };
  What what = What::PartOf;
  std::uint32_t owner = 0;  ///< TypeId (PartOf) or index of the function
  std::uint32_t index = 0;  ///< of the part or parameter
  bool operator==(const Place&) const = default;
};

/// One edit of a type, where it is used at one place (`place`) or everywhere (`type`).
struct TypeEdit {
  enum class Op : std::uint8_t {
    KeepParts,  ///< fewer fields, elements, cases, flags: those of `keep`; only everywhere
    ToPart,     ///< the type of part `part` in its stead
    ToScalar,   ///< the kind `kind` in its stead
    NoPayload,  ///< nothing in its stead: a case without payload; only PartOf a result or variant
  };
  Op op = Op::ToPart;
  std::optional<TypeId> type;
  std::optional<Place> place;
  std::vector<bool> keep;
  std::size_t part = 0;
  Kind kind = Kind::Bool;
};

/// What becomes of a case's schema. Empty masks keep all.
struct Edit {
  std::vector<bool> keep_functions;
  std::vector<bool> keep_imports;
  std::optional<std::size_t> function;  ///< whose parameters or result change
  std::vector<bool> keep_params;        ///< of `function`
  bool drop_result = false;             ///< of `function`
  std::optional<TypeEdit> type_edit;
  /// New names; each is called with the old one and its position in its scope.
  using Rename = std::function<std::string(const std::string& old, std::size_t position)>;
  Rename rename_types;  ///< the position counts named types
  Rename rename_parts;
  Rename rename_params;
  Rename rename_functions;  ///< free functions only
};

/// The edited case; absent where it would not be valid, or a function would lose its role. Steps of
/// dropped functions are dropped.
[[nodiscard]] std::optional<Case> rewrite(const Case& c, const Edit& edit);

}  // namespace fficheck
