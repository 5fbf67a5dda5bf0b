#include "harness/core/canonical.h"

#include <algorithm>

#include "harness/core/text.h"

namespace fficheck {
namespace {

constexpr std::uint32_t align_up(std::uint32_t offset, std::uint32_t align) {
  return (offset + align - 1) / align * align;
}

std::uint32_t discriminant_size(std::size_t cases) {
  if (cases <= 0x100) return 1;
  return cases <= 0x10000 ? 2 : 4;
}

CanonicalType scalar(std::uint32_t size, CoreType flat) {
  CanonicalType t;
  t.size = t.align = size;
  t.flat = {flat};
  return t;
}

CanonicalType pointer_and_length() {
  CanonicalType t;
  t.size = 8;
  t.align = 4;
  t.flat = {CoreType::I32, CoreType::I32};
  t.owns_memory = true;
  return t;
}

/// What a composite takes over from a part, whatever its place.
void inherit(CanonicalType& whole, const CanonicalType& part) {
  whole.align = std::max(whole.align, part.align);
  whole.owns_memory = whole.owns_memory || part.owns_memory;
  whole.owns_handles = whole.owns_handles || part.owns_handles;
}

/// Places a part behind what is there; returns its offset.
std::uint32_t append(CanonicalType& whole, const CanonicalType& part) {
  const std::uint32_t offset = align_up(whole.size, part.align);
  whole.size = offset + part.size;
  whole.flat.insert(whole.flat.end(), part.flat.begin(), part.flat.end());
  inherit(whole, part);
  return offset;
}

CanonicalType lower_sequence(const std::vector<CanonicalType>& types, const Type& type) {
  CanonicalType t;
  for (const Part& part : type.parts) t.offsets.push_back(append(t, types[*part.type]));
  t.size = align_up(t.size, t.align);
  return t;
}

CanonicalType lower_choice(const std::vector<CanonicalType>& types, const Type& type) {
  CanonicalType t;
  // An option's only part is `some`; its other case, none, has no payload.
  const std::size_t cases = type.kind == Kind::Option ? 2 : type.parts.size();
  t.discriminant = discriminant_size(cases);
  t.align = t.discriminant;
  std::uint32_t payload_align = 1;
  std::uint32_t payload_size = 0;
  std::vector<CoreType> joined;
  for (const Part& part : type.parts) {
    if (!part.type) continue;
    const CanonicalType& p = types[*part.type];
    payload_align = std::max(payload_align, p.align);
    payload_size = std::max(payload_size, p.size);
    inherit(t, p);
    for (std::size_t i = 0; i < p.flat.size(); ++i) {
      if (i < joined.size()) {
        joined[i] = join(joined[i], p.flat[i]);
      } else {
        joined.push_back(p.flat[i]);
      }
    }
  }
  t.payload = align_up(t.discriminant, payload_align);
  t.size = align_up(t.payload + payload_size, t.align);
  t.flat = {CoreType::I32};
  t.flat.insert(t.flat.end(), joined.begin(), joined.end());
  return t;
}

CanonicalType lower_flags(std::size_t count) {
  if (count <= 8) {
    CanonicalType t = scalar(1, CoreType::I32);
    return t;
  }
  return scalar(count <= 16 ? 2 : 4, CoreType::I32);
}

CanonicalType lower_type(const std::vector<CanonicalType>& types, const Type& type) {
  switch (type.kind) {
    case Kind::Bool:
    case Kind::S8:
    case Kind::U8: return scalar(1, CoreType::I32);
    case Kind::S16:
    case Kind::U16: return scalar(2, CoreType::I32);
    case Kind::S32:
    case Kind::U32:
    case Kind::Char: return scalar(4, CoreType::I32);
    case Kind::S64:
    case Kind::U64: return scalar(8, CoreType::I64);
    case Kind::F32: return scalar(4, CoreType::F32);
    case Kind::F64: return scalar(8, CoreType::F64);
    case Kind::String: return pointer_and_length();
    case Kind::List: {
      CanonicalType t = pointer_and_length();
      t.owns_handles = types[*type.parts[0].type].owns_handles;
      return t;
    }
    case Kind::Tuple:
    case Kind::Record: return lower_sequence(types, type);
    case Kind::Option:
    case Kind::Result:
    case Kind::Variant:
    case Kind::Enum: return lower_choice(types, type);
    case Kind::Flags: return lower_flags(type.parts.size());
    case Kind::Own: {
      CanonicalType t = scalar(4, CoreType::I32);
      t.owns_handles = true;
      return t;
    }
    case Kind::Borrow: return scalar(4, CoreType::I32);
  }
  return {};
}

std::string core_name(const Schema& schema, const Function& f) {
  switch (f.kind) {
    case FunctionKind::Free: return f.name;
    case FunctionKind::Constructor: return "[constructor]" + schema.resources()[f.resource].name;
    case FunctionKind::Method:
      return "[method]" + schema.resources()[f.resource].name + "." + f.name;
    case FunctionKind::Static:
      return "[static]" + schema.resources()[f.resource].name + "." + f.name;
  }
  return f.name;
}

CanonicalFunction lower_function(const Schema& schema, const std::vector<CanonicalType>& types,
                                 const Function& f) {
  CanonicalFunction out;
  out.name = core_name(schema, f);
  CanonicalType tuple;
  for (const Param& param : f.params)
    out.params_offsets.push_back(append(tuple, types[param.type]));
  out.params_align = tuple.align;
  out.params_size = align_up(tuple.size, tuple.align);
  out.params_in_memory = tuple.flat.size() > kMaxFlatParams;
  out.params = out.params_in_memory ? std::vector{CoreType::I32} : tuple.flat;
  if (f.result) {
    const CanonicalType& result = types[*f.result];
    out.result_in_memory = result.flat.size() > kMaxFlatResults;
    out.results = out.result_in_memory ? std::vector{CoreType::I32} : result.flat;
  }
  out.needs_post_return = f.result && types[*f.result].owns_memory;
  return out;
}

/// A package's version stands behind the interface: "wasi:io/streams@0.2.0".
std::string id_in_package(const std::string& package, std::string_view interface) {
  const std::size_t version = std::min(package.find('@'), package.size());
  return package.substr(0, version) + "/" + std::string(interface) + package.substr(version);
}

/// The first part reachable from `id` that the Component Model has no form for.
std::optional<std::string> unsupported_type(const Schema& schema, TypeId id) {
  const Type& type = schema.type(id);
  if (type.kind == Kind::Record && type.parts.empty())
    return "canonical: empty record " + type.name;
  if (type.kind == Kind::Flags && type.parts.size() > 32)
    return "canonical: more than 32 flags in " + type.name;
  for (const Part& part : type.parts) {
    if (!part.type) continue;
    if (auto why = unsupported_type(schema, *part.type)) return why;
  }
  return std::nullopt;
}

}  // namespace

std::string_view core_type_name(CoreType type) {
  switch (type) {
    case CoreType::I32: return "i32";
    case CoreType::I64: return "i64";
    case CoreType::F32: return "f32";
    case CoreType::F64: return "f64";
  }
  return "";
}

CoreType join(CoreType a, CoreType b) {
  if (a == b) return a;
  const auto is32 = [](CoreType t) { return t == CoreType::I32 || t == CoreType::F32; };
  return is32(a) && is32(b) ? CoreType::I32 : CoreType::I64;
}

std::vector<CoreType> CanonicalFunction::import_params() const {
  std::vector<CoreType> out = params;
  if (result_in_memory) out.push_back(CoreType::I32);
  return out;
}

std::optional<std::string> unsupported_canonical(const Schema& schema, const Function& function) {
  for (const Param& param : function.params)
    if (auto why = unsupported_type(schema, param.type)) return why;
  return function.result ? unsupported_type(schema, *function.result) : std::nullopt;
}

CanonicalLowering lower_canonical(const Schema& schema) {
  CanonicalLowering out;
  out.types.reserve(schema.types().size());
  for (const Type& type : schema.types()) out.types.push_back(lower_type(out.types, type));
  for (const Function& f : schema.functions())
    out.functions.push_back(lower_function(schema, out.types, f));
  for (const Function& f : schema.imports())
    out.imports.push_back(lower_function(schema, out.types, f));
  return out;
}

std::string interface_id(const Schema& schema) {
  return id_in_package(schema.package(), schema.interface());
}

std::string host_interface_id(const Schema& schema) {
  return id_in_package(schema.package(), host_interface_name(schema));
}

}  // namespace fficheck
