// P_free_*: what a value reaches goes back to the allocator, and its handles to their owners.
#include "targets/wasm/guest_c_parts.h"

namespace fficheck::guest_c {
namespace {

/// "&x", or "x" for the lvalue "*x".
std::string address_of(const std::string& place) {
  return place.starts_with('*') ? place.substr(1) : "&" + place;
}

bool has_function(const GuestUnit& unit, TypeId id) {
  const Kind kind = unit.schema.type(id).kind;
  return unit.used[id] && unit.frees[id] && kind != Kind::String &&
         class_of(kind) != KindClass::Handle;
}

std::string declaration(const GuestUnit& unit, TypeId id) {
  return "void " + unit.names.frees[id] + "(" + unit.names.types[id] + " *value" +
         (unit.drops[id] ? ", bool drop)" : ")");
}

void list_body(const GuestUnit& unit, TypeId element, Code& code) {
  if (unit.frees[element]) {
    code.line("for (size_t i = 0; i < value->len; ++i)");
    code.indent();
    emit_free(unit, element, "value->ptr[i]", "drop", code);
    code.dedent();
  }
  code.line("if (value->len)");
  code.line("  ffi_guest_free(value->ptr);");
}

void choice_body(const GuestUnit& unit, TypeId id, Code& code) {
  const Type& type = unit.schema.type(id);
  code.line("switch (value->tag) {");
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    const std::optional<TypeId> payload = type.parts[i].type;
    if (!payload || !unit.frees[*payload]) continue;
    code.line("case " + std::to_string(i) + ":");
    code.indent();
    emit_free(unit, *payload, "value->as." + unit.names.payloads[id][i], "drop", code);
    code.line("break;");
    code.dedent();
  }
  code.line("default:");
  code.line("  break;");
  code.line("}");
}

void body(const GuestUnit& unit, TypeId id, Code& code) {
  const Type& type = unit.schema.type(id);
  switch (class_of(type.kind)) {
    case KindClass::Scalar:
    case KindClass::Text:
    case KindClass::Bits:
    case KindClass::Handle: return;
    case KindClass::Sequence:
      if (type.kind == Kind::List) {
        list_body(unit, *type.parts[0].type, code);
        return;
      }
      for (std::size_t i = 0; i < type.parts.size(); ++i) {
        emit_free(unit, *type.parts[i].type, "value->" + unit.names.members[id][i], "drop", code);
      }
      return;
    case KindClass::Choice:
      if (type.kind == Kind::Option) {
        code.line("if (value->present)");
        code.indent();
        emit_free(unit, *type.parts[0].type, "value->value", "drop", code);
        code.dedent();
        return;
      }
      choice_body(unit, id, code);
      return;
  }
}

}  // namespace

void emit_free(const GuestUnit& unit, TypeId id, const std::string& place, const std::string& drop,
               Code& code) {
  if (!unit.frees[id]) return;
  const Type& type = unit.schema.type(id);
  if (type.kind == Kind::String) {
    code.line("ffi_guest_free_string(" + address_of(place) + ");");
  } else if (class_of(type.kind) == KindClass::Handle) {
    if (drop == "false") return;
    code.line("if (" + (drop == "true" ? "" : drop + " && ") + place + " != 0)");
    code.line("  " + unit.names.resources[type.resource].drop + "(" + place + ");");
  } else if (unit.drops[id]) {
    if (drop == "false" && !unit.canonical.types[id].owns_memory) return;
    code.line(unit.names.frees[id] + "(" + address_of(place) + ", " + drop + ");");
  } else {
    code.line(unit.names.frees[id] + "(" + address_of(place) + ");");
  }
}

std::string emit_free_declarations(const GuestUnit& unit) {
  std::string out;
  for (TypeId id = 0; id < unit.schema.types().size(); ++id) {
    if (has_function(unit, id)) out += declaration(unit, id) + ";\n";
  }
  if (out.empty()) return out;
  return "/* Free what a value reaches; with `drop`, its handles are dropped too. */\n" + out +
         "\n";
}

std::string emit_free_functions(const GuestUnit& unit) {
  std::string out;
  for (TypeId id = 0; id < unit.schema.types().size(); ++id) {
    if (!has_function(unit, id)) continue;
    Code code(1);
    body(unit, id, code);
    out += "\n" + declaration(unit, id) + " {\n" + std::move(code).take() + "}\n";
  }
  return out;
}

}  // namespace fficheck::guest_c
