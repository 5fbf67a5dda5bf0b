// Schemas: the types and functions of one interface, immutable once built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/kind.h"
#include "harness/core/result.h"

namespace fficheck {

/// Index into Schema::types().
using TypeId = std::uint32_t;
/// Index into Schema::resources().
using ResourceId = std::uint32_t;

/// A part of a type: a record's field, a variant's case, an enum's case, a flag, a tuple's element.
struct Part {
  std::string name;            ///< kebab case as in WIT, without `%`; empty where WIT has no name
  std::optional<TypeId> type;  ///< absent for enum cases, flags, and cases without payload
  bool operator==(const Part&) const = default;
};

/// One type. All kinds keep their parts in `parts`, in the order that gives the case index:
///   list: {element}; option: {some}; result: {ok, err}, each perhaps without type;
///   tuple: elements without names; record: fields; variant, enum: cases; flags: flags.
/// A function over types can therefore treat kinds of one KindClass alike.
struct Type {
  Kind kind = Kind::Bool;
  std::string name;  ///< kebab case; set exactly where is_named(kind)
  std::vector<Part> parts;
  ResourceId resource = 0;  ///< own, borrow only
  bool operator==(const Type&) const = default;
};

struct Param {
  std::string name;
  TypeId type = 0;
  bool operator==(const Param&) const = default;
};

/// What a function is to its interface. Only Free occurs in schemas without resources.
enum class FunctionKind : std::uint8_t { Free, Constructor, Method, Static };

struct Function {
  std::string name;  ///< kebab case; of a method only its own name, without the resource's
  FunctionKind kind = FunctionKind::Free;
  ResourceId resource = 0;  ///< Constructor, Method, Static only; a method's self is params[0]
  std::vector<Param> params;
  std::optional<TypeId> result;
  bool operator==(const Function&) const = default;
};

/// What the generated callee does for a function; docs/value-stream.md, "What a callee does".
enum class Role : std::uint8_t {
  Consume,  ///< named consume*, result u64: answers the witness of its arguments
  Produce,  ///< named produce*, one u64 argument: answers the value that its stream gives
  Echo,     ///< named echo*, one argument, result of the same type: answers its argument
  Call,  ///< every other: answers the value whose stream has the witness of its arguments as seed
};

struct Resource {
  std::string name;
  bool imported = false;  ///< implemented by the host
  bool operator==(const Resource&) const = default;
};

inline constexpr std::size_t kMaxTypeDepth = 99;
inline constexpr std::size_t kMaxTypeWeight = 100000;

/// Types and functions of one interface, exported by the callee, and the functions that the callee
/// imports from its host. Built by SchemaBuilder; holds these invariants:
///   - a type's parts have smaller ids than the type (types are in topological order, acyclic);
///   - a type nests less than kMaxTypeDepth deep and weighs at most kMaxTypeWeight nodes, so that
///     recursion over types and values is safe;
///   - anonymous types are structurally distinct; named types have distinct names;
///   - every name is a WIT identifier (names.h), distinct in its scope without regard to case
///     and dashes, as wit-parser demands.
///     Named types and resources share their scope with free functions, and with free imports (a
///     function and an import may have the same name);
///   - as in WIT, tuples, variants, enums and flags have at least one part (a record may have
///   none),
///     and no result holds a borrow.
class Schema {
 public:
  /// "namespace:package" and the interface's name, for instance "fficheck:c17" and "api".
  [[nodiscard]] const std::string& package() const { return package_; }
  [[nodiscard]] const std::string& interface() const { return interface_; }
  [[nodiscard]] const std::vector<Type>& types() const { return types_; }
  [[nodiscard]] const Type& type(TypeId id) const { return types_[id]; }
  [[nodiscard]] const std::vector<Resource>& resources() const { return resources_; }
  /// Functions that the callee (library or guest) exports.
  [[nodiscard]] const std::vector<Function>& functions() const { return functions_; }
  /// Functions that the host implements and the callee calls.
  [[nodiscard]] const std::vector<Function>& imports() const { return imports_; }

  [[nodiscard]] Role role(const Function& function) const;
  /// The exported function of that qualified name ("echo-0", "timer.start"), or nullptr.
  [[nodiscard]] const Function* find(std::string_view name) const;

  bool operator==(const Schema&) const = default;

 private:
  friend class SchemaBuilder;
  friend Schema in_package(const Schema& schema, std::string package);
  friend Schema with_imports(const Schema& schema, std::vector<Function> imports);
  std::string package_ = "fficheck:case";
  std::string interface_ = "api";
  std::vector<Type> types_;
  std::vector<Resource> resources_;
  std::vector<Function> functions_;
  std::vector<Function> imports_;
};

/// Builds a Schema and checks its invariants.
class SchemaBuilder {
 public:
  SchemaBuilder() = default;
  SchemaBuilder(std::string package, std::string interface);

  /// Id of a type without parts (bool ... string).
  TypeId scalar(Kind kind);
  TypeId list(TypeId element);
  TypeId option(TypeId some);
  TypeId result(std::optional<TypeId> ok, std::optional<TypeId> err);
  TypeId tuple(const std::vector<TypeId>& elements);
  /// Adds any type; an anonymous one that is already there gives the id it has.
  TypeId add(Type type);
  ResourceId resource(Resource resource);
  void function(Function function);
  void import(Function function);

  /// The schema, or the first invariant that does not hold (Blame::Input).
  [[nodiscard]] Result<Schema> build() &&;

 private:
  Schema schema_;
  std::map<std::string, TypeId> anonymous_;  ///< by structure
};

/// How scripts and messages call a function: "echo-0"; "timer.start" for a method or static,
/// "timer.constructor" for a constructor.
[[nodiscard]] std::string qualified_name(const Schema& schema, const Function& function);

/// The schema with the functions of `keep` (in that order) and what they need: unused types and
/// resources dropped, ids renumbered. A function that is one of imports() becomes an import.
/// Precondition: `keep` are functions over `schema`'s types whose names are distinct.
[[nodiscard]] Schema restrict_to(const Schema& schema, const std::vector<Function>& keep);

/// The same schema in another package ("namespace:name"), for batches, whose packages must differ.
[[nodiscard]] Schema in_package(const Schema& schema, std::string package);
/// The same schema, whose host implements these functions. Precondition: they use its types.
[[nodiscard]] Schema with_imports(const Schema& schema, std::vector<Function> imports);

/// Type as WIT writes it where it is used: "list<u8>", "tuple<u8, foo>", "foo".
[[nodiscard]] std::string type_name(const Schema& schema, TypeId id);

/// Number of type nodes reachable from `id`, counted with repetition, at most `limit`.
[[nodiscard]] std::size_t type_weight(const Schema& schema, TypeId id,
                                      std::size_t limit = kMaxTypeWeight);

}  // namespace fficheck
