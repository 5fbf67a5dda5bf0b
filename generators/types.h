// Types of one generated schema.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "generators/draw.h"
#include "generators/generators.h"
#include "generators/names.h"

namespace fficheck {

/// Draws types into a SchemaBuilder, from the kinds that this schema has.
class TypeDrawer {
 public:
  TypeDrawer(Draw& draw, const Profile& profile, Names& names, Names::Scope& top,
             SchemaBuilder& builder);

  /// Any type, nested at most as deep as this schema nests.
  TypeId any() { return type(depth_, Use::Whole); }
  /// Any type that may be a result, with a name rather than without where there is one.
  TypeId tested();
  TypeId result() { return type(depth_, Use::Result); }
  /// A new named type of some named kind; absent where this schema has none.
  std::optional<TypeId> named();
  /// A record, variant, enum or flags with a hundred and more parts.
  std::optional<TypeId> large();
  /// Two types whose names and cases join to one name: enum a {b-c}, variant or enum a-b {c}.
  void joining();
  TypeId scalar(Kind kind) { return note(builder_.scalar(kind), kind, 1); }
  TypeId record(const std::vector<TypeId>& fields);
  TypeId list(TypeId element);
  /// A case for each payload, and perhaps one without.
  TypeId variant(const std::vector<TypeId>& payloads);
  TypeId error_type();
  [[nodiscard]] bool may(Kind kind) const {
    return profile_.weights[static_cast<std::size_t>(kind)] != 0;
  }
  TypeId result_type(std::optional<TypeId> ok, std::optional<TypeId> err);

 private:
  /// Where a type stands; the nim dialect cares.
  enum class Use : std::uint8_t { Whole, Part, Element, Result };
  struct Info {
    Kind kind;
    std::uint32_t weight;
  };

  TypeId type(std::uint32_t depth, Use use);
  TypeId plain(Use use);
  std::optional<TypeId> existing(std::uint32_t depth, Use use, std::uint32_t percent);
  TypeId composite(Kind kind, std::uint32_t depth);
  TypeId named_type(Kind kind, std::uint32_t count, std::uint32_t depth);
  TypeId of_parts(Kind kind, const std::vector<std::optional<TypeId>>& parts);
  TypeId note(TypeId id, Kind kind, std::uint32_t weight);
  [[nodiscard]] bool fits(Kind kind, Use use) const;
  [[nodiscard]] std::uint32_t weight(TypeId id) const { return info_.at(id).weight; }

  Draw& draw_;
  const Profile& profile_;
  Names& names_;
  Names::Scope& top_;
  SchemaBuilder& builder_;
  std::array<std::uint8_t, kAllKinds.size()> weights_{};
  std::uint32_t depth_ = 1;
  std::uint32_t budget_ = 0;  ///< nodes that the type being drawn may still have
  std::map<TypeId, Info> info_;
  std::vector<TypeId> named_;
};

}  // namespace fficheck
