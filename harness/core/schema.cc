#include "harness/core/schema.h"

#include <algorithm>
#include <utility>

#include "harness/core/names.h"

namespace fficheck {
namespace {

// Structure of an anonymous type as a key.
std::string structure(const Type& type) {
  std::string key = std::to_string(static_cast<unsigned>(type.kind));
  for (const Part& part : type.parts) {
    key += ',';
    key += part.type ? std::to_string(*part.type) : "_";
    key += part.name;
  }
  if (class_of(type.kind) == KindClass::Handle) key += '#' + std::to_string(type.resource);
  return key;
}

std::string escaped(const std::string& name) { return is_wit_keyword(name) ? "%" + name : name; }

std::size_t saturating_weight(const std::vector<Type>& types, TypeId id, std::size_t limit,
                              std::size_t depth) {
  std::size_t sum = 1;
  if (depth > kMaxTypeDepth) return limit;
  for (const Part& part : types[id].parts) {
    if (sum >= limit) return limit;
    if (part.type) sum += saturating_weight(types, *part.type, limit - sum, depth + 1);
  }
  return std::min(sum, limit);
}

}  // namespace

Role Schema::role(const Function& function) const {
  const auto is_u64 = [&](TypeId id) { return types_[id].kind == Kind::U64; };
  const std::string_view name = function.name;
  if (!function.result) return Role::Call;
  if (name.starts_with("consume") && is_u64(*function.result)) return Role::Consume;
  if (function.params.size() != 1) return Role::Call;
  if (name.starts_with("produce") && is_u64(function.params[0].type)) return Role::Produce;
  if (name.starts_with("echo") && function.params[0].type == *function.result) return Role::Echo;
  return Role::Call;
}

const Function* Schema::find(std::string_view name) const {
  const auto found = std::find_if(functions_.begin(), functions_.end(), [&](const Function& f) {
    return f.kind == FunctionKind::Free ? f.name == name : qualified_name(*this, f) == name;
  });
  return found == functions_.end() ? nullptr : &*found;
}

SchemaBuilder::SchemaBuilder(std::string package, std::string interface) {
  schema_.package_ = std::move(package);
  schema_.interface_ = std::move(interface);
}

TypeId SchemaBuilder::scalar(Kind kind) { return add(Type{kind, {}, {}, 0}); }
TypeId SchemaBuilder::list(TypeId element) {
  return add(Type{Kind::List, {}, {Part{{}, element}}, 0});
}
TypeId SchemaBuilder::option(TypeId some) {
  return add(Type{Kind::Option, {}, {Part{{}, some}}, 0});
}
TypeId SchemaBuilder::result(std::optional<TypeId> ok, std::optional<TypeId> err) {
  return add(Type{Kind::Result, {}, {Part{{}, ok}, Part{{}, err}}, 0});
}
TypeId SchemaBuilder::tuple(const std::vector<TypeId>& elements) {
  Type type{Kind::Tuple, {}, {}, 0};
  for (TypeId id : elements) type.parts.push_back(Part{{}, id});
  return add(std::move(type));
}

TypeId SchemaBuilder::add(Type type) {
  const auto id = static_cast<TypeId>(schema_.types_.size());
  if (!is_named(type.kind)) {
    const auto [place, added] = anonymous_.emplace(structure(type), id);
    if (!added) return place->second;
  }
  schema_.types_.push_back(std::move(type));
  return id;
}

ResourceId SchemaBuilder::resource(Resource resource) {
  schema_.resources_.push_back(std::move(resource));
  return static_cast<ResourceId>(schema_.resources_.size() - 1);
}
void SchemaBuilder::function(Function function) {
  schema_.functions_.push_back(std::move(function));
}
void SchemaBuilder::import(Function function) { schema_.imports_.push_back(std::move(function)); }

std::string qualified_name(const Schema& schema, const Function& function) {
  switch (function.kind) {
    case FunctionKind::Free: return function.name;
    case FunctionKind::Constructor:
      return schema.resources()[function.resource].name + ".constructor";
    case FunctionKind::Method:
    case FunctionKind::Static:
      return schema.resources()[function.resource].name + "." + function.name;
  }
  return function.name;
}

Schema restrict_to(const Schema& schema, const std::vector<Function>& keep) {
  const auto& types = schema.types();
  std::vector<bool> needed(types.size());
  std::vector<bool> needed_resource(schema.resources().size());
  for (const Function& f : keep) {
    for (const Param& p : f.params) needed[p.type] = true;
    if (f.result) needed[*f.result] = true;
    if (f.kind != FunctionKind::Free) needed_resource[f.resource] = true;
  }
  for (std::size_t id = types.size(); id-- > 0;) {  // parts have smaller ids
    if (!needed[id]) continue;
    for (const Part& part : types[id].parts) {
      if (part.type) needed[*part.type] = true;
    }
    if (class_of(types[id].kind) == KindClass::Handle) needed_resource[types[id].resource] = true;
  }
  SchemaBuilder builder(schema.package(), schema.interface());
  std::vector<ResourceId> new_resource(schema.resources().size());
  for (std::size_t id = 0; id < schema.resources().size(); ++id) {
    if (needed_resource[id]) new_resource[id] = builder.resource(schema.resources()[id]);
  }
  std::vector<TypeId> new_id(types.size());
  for (std::size_t id = 0; id < types.size(); ++id) {
    if (!needed[id]) continue;
    Type type = types[id];
    for (Part& part : type.parts) {
      if (part.type) part.type = new_id[*part.type];
    }
    if (class_of(type.kind) == KindClass::Handle) type.resource = new_resource[type.resource];
    new_id[id] = builder.add(std::move(type));
  }
  const auto among = [](const std::vector<Function>& all, const Function& f) {
    return std::find(all.begin(), all.end(), f) != all.end();
  };
  for (const Function& f : keep) {
    Function function = f;
    for (Param& p : function.params) p.type = new_id[p.type];
    if (function.result) function.result = new_id[*function.result];
    if (function.kind != FunctionKind::Free) function.resource = new_resource[function.resource];
    const bool imported = among(schema.imports(), f);
    if (imported) builder.import(function);
    if (!imported || among(schema.functions(), f)) builder.function(std::move(function));
  }
  return std::move(builder).build().value();
}

std::string type_name(const Schema& schema, TypeId id) {
  const Type& type = schema.type(id);
  const auto part = [&](std::size_t i) {
    return type.parts[i].type ? type_name(schema, *type.parts[i].type) : std::string("_");
  };
  switch (type.kind) {
    case Kind::Bool:
    case Kind::S8:
    case Kind::U8:
    case Kind::S16:
    case Kind::U16:
    case Kind::S32:
    case Kind::U32:
    case Kind::S64:
    case Kind::U64:
    case Kind::F32:
    case Kind::F64:
    case Kind::Char:
    case Kind::String: return std::string(keyword(type.kind));
    case Kind::List:
    case Kind::Option: return std::string(keyword(type.kind)) + "<" + part(0) + ">";
    case Kind::Result:
      if (!type.parts[0].type && !type.parts[1].type) return "result";
      if (!type.parts[1].type) return "result<" + part(0) + ">";
      return "result<" + part(0) + ", " + part(1) + ">";
    case Kind::Tuple: {
      std::string out = "tuple<" + part(0);
      for (std::size_t i = 1; i < type.parts.size(); ++i) out += ", " + part(i);
      return out + ">";
    }
    case Kind::Record:
    case Kind::Variant:
    case Kind::Enum:
    case Kind::Flags: return escaped(type.name);
    case Kind::Own:
    case Kind::Borrow:
      return std::string(keyword(type.kind)) + "<" +
             escaped(schema.resources()[type.resource].name) + ">";
  }
  return {};
}

std::size_t type_weight(const Schema& schema, TypeId id, std::size_t limit) {
  return saturating_weight(schema.types(), id, limit, 0);
}

Schema in_package(const Schema& schema, std::string package) {
  Schema out = schema;
  out.package_ = std::move(package);
  return out;
}

Schema with_imports(const Schema& schema, std::vector<Function> imports) {
  Schema out = schema;
  out.imports_ = std::move(imports);
  return out;
}

}  // namespace fficheck
