// In P.c: what the runtime knows of types and functions. Sizes and offsets are left to the
// compiler.
#include "targets/native/cbor_names.h"
#include "targets/native/emit_parts.h"

namespace fficheck::native_emit {
namespace {

/// A shared descriptor of the runtime; empty where the type needs one of its own.
std::string_view shared(Kind kind, Abi abi) {
  switch (kind) {
    case Kind::Bool: return abi == Abi::Nim ? "ffi_rt_int" : "ffi_rt_bool";
    case Kind::S8: return "ffi_rt_s8";
    case Kind::U8: return "ffi_rt_u8";
    case Kind::S16: return "ffi_rt_s16";
    case Kind::U16: return "ffi_rt_u16";
    case Kind::S32: return "ffi_rt_s32";
    case Kind::U32: return "ffi_rt_u32";
    case Kind::S64: return "ffi_rt_s64";
    case Kind::U64: return "ffi_rt_u64";
    case Kind::F32: return "ffi_rt_f32";
    case Kind::F64: return "ffi_rt_f64";
    case Kind::Char: return "ffi_rt_char";
    case Kind::String: return abi == Abi::Nim ? "ffi_rt_cstring" : "ffi_rt_string";
    case Kind::Own:
    case Kind::Borrow: return abi == Abi::Canonical ? "" : "ffi_rt_handle";
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant:
    case Kind::Enum:
    case Kind::Flags: break;
  }
  return {};
}

std::string_view kind_macro(Kind kind) {
  switch (kind) {
    case Kind::List: return "FFI_LIST";
    case Kind::Option: return "FFI_OPTION";
    case Kind::Result: return "FFI_RESULT";
    case Kind::Tuple:
    case Kind::Record: return "FFI_RECORD";
    case Kind::Variant: return "FFI_VARIANT";
    case Kind::Enum: return "FFI_ENUM";
    case Kind::Flags: return "FFI_FLAGS";
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
    case Kind::String:
    case Kind::Own:
    case Kind::Borrow: break;
  }
  return "?";
}

std::string offset_in(const std::string& type, const std::string& member) {
  return "offsetof(" + type + ", " + member + ")";
}

/// The rows of a record's or an argument list's parts.
std::string part_rows(const Unit& unit, const std::string& holder,
                      const std::vector<Member>& members, const std::vector<std::string>& names,
                      const std::vector<TypeId>& types) {
  std::string out;
  for (std::size_t part = 0; part < types.size(); ++part) {
    std::string first = "0";
    std::string second = "0";
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (members[i].part != part) continue;
      const bool beside =
          members[i].role == MemberRole::Length || members[i].role == MemberRole::Present;
      (beside ? second : first) = offset_in(holder, names[i]);
    }
    out += "    {" + reference(unit, types[part]) + ", " + first + ", " + second + "},\n";
  }
  return out;
}

std::vector<TypeId> part_types(const Type& type) {
  std::vector<TypeId> out;
  for (const Part& part : type.parts) out.push_back(*part.type);
  return out;
}

std::string rows_of(const Unit& unit, TypeId id) {
  const Type& type = unit.schema.type(id);
  const TypeLayout& layout = unit.lowering.types[id];
  const std::string& name = unit.names.types[id];
  switch (class_of(type.kind)) {
    case KindClass::Scalar:
    case KindClass::Text:
    case KindClass::Bits:
    case KindClass::Handle: return {};
    case KindClass::Sequence:
    case KindClass::Choice: break;
  }
  if (type.kind == Kind::Enum || type.parts.empty()) return {};
  if (layout.shape == Shape::MembersOnly) {
    return "    {" + reference(unit, type.parts[0].type) + ", 0, 0},\n";
  }
  if (type.kind != Kind::Variant && type.kind != Kind::Result) {
    return part_rows(unit, name, layout.members, unit.names.members[id], part_types(type));
  }
  std::string out;
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    out += "    {" + reference(unit, type.parts[i].type) + ", ";
    out += type.parts[i].type ? offset_in(name, "as." + unit.names.payloads[id][i]) : "0";
    out += ", 0},\n";
  }
  return out;
}

/// Declares what CBOR calls fields or cases; `out` gets the declaration. The reference to it.
std::string name_table(const Unit& unit, const std::string& table,
                       const std::vector<std::string>& names, bool has_names, std::string& out) {
  if (!unit.cbor || !has_names) return "NULL";
  out += "static const char *const " + table + "[] = {";
  for (std::size_t i = 0; i < names.size(); ++i) out += (i ? ", \"" : "\"") + names[i] + "\"";
  out += names.empty() ? "NULL};\n" : "};\n";
  return table;
}

bool has_names(Kind kind) {
  return kind == Kind::Record || kind == Kind::Variant || kind == Kind::Enum ||
         kind == Kind::Result;
}

unsigned tag_size(const Unit& unit, TypeId id) {
  if (unit.schema.type(id).kind == Kind::Option) return unit.abi == Abi::Nim ? 4 : 1;
  return static_cast<unsigned>(unit.lowering.types[id].tag_size);
}

std::string descriptor(const Unit& unit, TypeId id) {
  const Type& type = unit.schema.type(id);
  const TypeLayout& layout = unit.lowering.types[id];
  const bool split = layout.shape == Shape::MembersOnly;
  const std::string rows = rows_of(unit, id);
  const std::string parts = unit.internal("P", id);
  std::string out;
  if (!rows.empty()) out = "static const FFIPart " + parts + "[] = {\n" + rows + "};\n";
  const std::string& name = unit.names.types[id];
  const std::string names =
      name_table(unit, unit.internal("N", id), cbor_names(type), has_names(type.kind), out);
  out += "static const FFIType " + unit.internal("T", id) + " = {" +
         std::string(kind_macro(type.kind)) + ", " + (layout.owns_memory ? "1" : "0") + ", " +
         (split ? "1" : "0") + ", " + std::to_string(tag_size(unit, id)) + ", " +
         std::to_string(type.parts.size()) + ", " + (split ? "0" : "sizeof(" + name + ")") + ", " +
         (split ? "1" : "_Alignof(" + name + ")") + ", " + (rows.empty() ? "NULL" : parts) + ", " +
         names + "};\n";
  return out;
}

/// A guest's handle, with its resource.
std::string handle_descriptor(const Unit& unit, TypeId id) {
  const Type& type = unit.schema.type(id);
  return "static const FFIGuestHandle " + unit.internal("T", id) +
         " = {{FFI_HANDLE, 0, 0, 0, 0, 4, 4, NULL, NULL}, &" +
         unit.internal("Resource", type.resource) +
         (type.kind == Kind::Borrow ? ", true};\n" : ", false};\n");
}

struct Arguments {
  const Function& function;
  const FunctionLayout& layout;
  const CNames::FunctionNames& names;
};

Arguments arguments(const Unit& unit, std::string_view kind, std::size_t i) {
  if (kind == "A")
    return {unit.schema.functions()[i], unit.lowering.functions[i], unit.names.functions[i]};
  return {unit.schema.imports()[i], unit.lowering.imports[i], unit.names.imports[i]};
}

}  // namespace

std::string reference(const Unit& unit, std::optional<TypeId> id) {
  if (!id) return "NULL";
  const Kind kind = unit.schema.type(*id).kind;
  const std::string_view s = shared(kind, unit.abi);
  if (!s.empty()) return "&" + std::string(s);
  return "&" + unit.internal("T", *id) + (class_of(kind) == KindClass::Handle ? ".type" : "");
}

/// The struct that an entry point packs arguments into.
std::string emit_argument_struct(const Unit& unit, std::string_view kind, std::size_t index) {
  const auto [function, layout, names] = arguments(unit, kind, index);
  if (function.params.empty()) return {};
  std::string out = "typedef struct {\n";
  for (std::size_t i = 0; i < layout.params.size(); ++i) {
    out += "  " + declare_member(unit, layout.params[i], names.params[i]) + ";\n";
  }
  return out + "} " + unit.internal(kind, index) + ";\n";
}

std::string emit_argument_descriptor(const Unit& unit, std::string_view kind, std::size_t index) {
  const auto [function, layout, names] = arguments(unit, kind, index);
  if (function.params.empty()) return {};
  const std::string type = unit.internal(kind, index);
  std::string out;
  std::vector<TypeId> types;
  bool owns = false;
  for (const Param& param : function.params) {
    types.push_back(param.type);
    owns = owns || unit.lowering.types[param.type].owns_memory;
  }
  const std::string parts = unit.internal(std::string(kind) + "P", index);
  out += "static const FFIPart " + parts + "[] = {\n" +
         part_rows(unit, type, layout.params, names.params, types) + "};\n";
  const std::string table = name_table(unit, unit.internal(std::string(kind) + "N", index),
                                       cbor_names(function), true, out);
  out += "static const FFIType " + unit.internal(std::string(kind) + "T", index) +
         " = {FFI_RECORD, " + (owns ? "1" : "0") + ", 0, 0, " + std::to_string(types.size()) +
         ", sizeof(" + type + "), _Alignof(" + type + "), " + parts + ", " + table + "};\n";
  return out;
}

namespace {

std::string_view form_macro(ResultForm form) {
  switch (form) {
    case ResultForm::None: return "FFI_FORM_NONE";
    case ResultForm::RawText: return "FFI_FORM_TEXT";
    case ResultForm::Struct: return "FFI_FORM_VALUE";
  }
  return "?";
}

std::string function_row(const Unit& unit, std::size_t i) {
  const Function& function = unit.schema.functions()[i];
  const FunctionLayout& layout = unit.lowering.functions[i];
  return "    {\"" + function.name + "\", " +
         (function.params.empty() ? "NULL" : "&" + unit.internal("AT", i)) + ", " +
         reference(unit, layout.ok) + ", " + std::string(form_macro(layout.form)) + ", " +
         (layout.error_is_text ? "1" : "0") + "},\n";
}

/// A host function's request: nothing, the bytes of the one string, the one value, or all of them.
std::string import_row(const Unit& unit, std::size_t i) {
  const Function& import = unit.schema.imports()[i];
  const FunctionLayout& layout = unit.lowering.imports[i];
  std::string args = "NULL";
  std::string request = "NULL";
  ResultForm form = ResultForm::None;
  if (!import.params.empty()) {
    args = request = "&" + unit.internal("IT", i);
    form = ResultForm::Struct;
    const TypeId first = import.params[0].type;
    if (import.params.size() == 1 && unit.lowering.types[first].shape != Shape::MembersOnly) {
      request = reference(unit, first);
      if (unit.schema.type(first).kind == Kind::String) form = ResultForm::RawText;
    }
  }
  return "    {\"" + unit.names.imports[i].handler + "\", " +
         (is_event(unit.schema, import) ? "1" : "0") + ", " + args + ", " + request + ", " +
         std::string(form_macro(form)) + ", " + reference(unit, layout.ok) + ", " +
         std::string(form_macro(layout.form)) + "},\n";
}

}  // namespace

std::string emit_type_descriptors(const Unit& unit) {
  std::string out;
  for (TypeId id = 0; id < unit.schema.types().size(); ++id) {
    const Kind kind = unit.schema.type(id).kind;
    if (!unit.used[id] || !shared(kind, unit.abi).empty()) continue;
    out += class_of(kind) == KindClass::Handle ? handle_descriptor(unit, id) : descriptor(unit, id);
  }
  return out;
}

std::string emit_descriptors(const Unit& unit) {
  std::string out = emit_type_descriptors(unit);
  const std::string& prefix = unit.names.library.prefix;
  std::string rows;
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i) {
    out += emit_argument_struct(unit, "A", i) + emit_argument_descriptor(unit, "A", i);
    rows += function_row(unit, i);
  }
  if (!rows.empty()) {
    out += "static const FFIFunction " + prefix + "_Functions[] = {\n" + rows + "};\n";
  }
  rows.clear();
  for (std::size_t i = 0; i < unit.schema.imports().size(); ++i) {
    out += emit_argument_struct(unit, "I", i) + emit_argument_descriptor(unit, "I", i);
    rows += import_row(unit, i);
  }
  if (!rows.empty()) out += "static const FFIImport " + prefix + "_Imports[] = {\n" + rows + "};\n";
  return out;
}

}  // namespace fficheck::native_emit
