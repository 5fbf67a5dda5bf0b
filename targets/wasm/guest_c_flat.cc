// Between core values and C values: straight-line code, a switch for each choice.
#include "targets/wasm/guest_c_parts.h"

namespace fficheck::guest_c {
namespace {

/// An expression that has the bits of a core value as type `want`, which it was joined from.
std::string unjoined(const FlatValue& value, CoreType want) {
  if (value.type == want) return value.name;
  const bool wide = value.type == CoreType::I64;
  switch (want) {
    case CoreType::I32: return "(int32_t)" + value.name;
    case CoreType::F32:
      return "ffi_guest_f32(" + std::string(wide ? "(int32_t)" : "") + value.name + ")";
    case CoreType::F64: return "ffi_guest_f64(" + value.name + ")";
    case CoreType::I64: break;
  }
  return value.name;
}

/// An expression of type `have` as the type that it is joined into.
std::string joined(const std::string& expression, CoreType have, CoreType into) {
  if (have == into) return expression;
  if (have == CoreType::F64) return "ffi_guest_bits64(" + expression + ")";
  const std::string bits =
      have == CoreType::F32 ? "ffi_guest_bits32(" + expression + ")" : expression;
  return into == CoreType::I64 ? "ffi_guest_wide(" + bits + ")" : bits;
}

std::size_t case_count(const Type& type) {
  return type.kind == Kind::Option ? 2 : type.parts.size();
}

bool any_payload(const Type& type) {
  for (const Part& part : type.parts)
    if (part.type) return true;
  return false;
}

/// Runs `part(type, place, flats)` for each case with a payload, in a switch over the tag.
template <class F>
void over_cases(const GuestUnit& unit, TypeId id, const std::string& place,
                std::span<const FlatValue> flats, Code& code, const F& part) {
  const Type& type = unit.schema.type(id);
  const std::vector<std::string>& members = unit.names.members[id];
  if (type.kind == Kind::Option) {
    code.line("if (" + place + "." + members[0] + ") {");
    code.indent();
    part(*type.parts[0].type, place + "." + members[1], flats);
    code.dedent();
    code.line("}");
    return;
  }
  if (!any_payload(type)) return;
  code.line("switch (" + place + "." + members[0] + ") {");
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    if (!type.parts[i].type) continue;
    code.line("case " + std::to_string(i) + ":");
    code.indent();
    part(*type.parts[i].type, place + "." + members[1] + "." + unit.names.payloads[id][i], flats);
    code.line("break;");
    code.dedent();
  }
  code.line("default:");
  code.indent();
  code.line("break;");
  code.dedent();
  code.line("}");
}

/// Runs `part(type, place, flats)` for each field.
template <class F>
void over_fields(const GuestUnit& unit, TypeId id, const std::string& place,
                 std::span<const FlatValue> flats, const F& part) {
  const Type& type = unit.schema.type(id);
  std::size_t at = 0;
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    const TypeId field = *type.parts[i].type;
    const std::size_t count = unit.canonical.types[field].flat.size();
    part(field, place + "." + unit.names.members[id][i], flats.subspan(at, count));
    at += count;
  }
}

}  // namespace

std::string_view core_c_type(CoreType type) {
  switch (type) {
    case CoreType::I32: return "int32_t";
    case CoreType::I64: return "int64_t";
    case CoreType::F32: return "float";
    case CoreType::F64: return "double";
  }
  return "";
}

std::string core_parameters(const std::vector<CoreType>& types, const std::string& name) {
  std::string out;
  for (std::size_t i = 0; i < types.size(); ++i) {
    out += (i ? ", " : "") + std::string(core_c_type(types[i])) + " " + name + std::to_string(i);
  }
  return out.empty() ? "void" : out;
}

std::vector<FlatValue> flat_values(const std::vector<CoreType>& types, const std::string& name) {
  std::vector<FlatValue> out;
  for (std::size_t i = 0; i < types.size(); ++i)
    out.push_back({name + std::to_string(i), types[i]});
  return out;
}

void emit_lift(const GuestUnit& unit, TypeId id, const std::string& place,
               std::span<const FlatValue> from, Code& code) {
  const Type& type = unit.schema.type(id);
  const auto part = [&](TypeId t, const std::string& at, std::span<const FlatValue> flats) {
    // A payload's core values may be fewer than its choice's.
    emit_lift(unit, t, at, flats, code);
  };
  const auto checked_tag = [&](const std::string& target) {
    const std::string index = unjoined(from[0], CoreType::I32);
    code.line("if ((uint32_t)" + index + " >= " + std::to_string(case_count(type)) + ")");
    code.line("  __builtin_trap();");
    const std::uint64_t size = unit.lowering.types[id].tag_size;
    code.line(target + " = " +
              (type.kind == Kind::Option ? index + " != 0"
                                         : "(uint" + std::to_string(size * 8) + "_t)" + index) +
              ";");
  };
  switch (type.kind) {
    case Kind::Bool: code.line(place + " = " + unjoined(from[0], CoreType::I32) + " != 0;"); return;
    case Kind::S8:
    case Kind::U8:
    case Kind::S16:
    case Kind::U16:
    case Kind::S32:
    case Kind::U32:
    case Kind::Char:
    case Kind::S64:
    case Kind::U64: {
      const CoreType core = unit.canonical.types[id].flat[0];
      code.line(place + " = (" + unit.names.types[id] + ")" + unjoined(from[0], core) + ";");
      return;
    }
    case Kind::Flags: {
      // Bits beyond the last flag mean nothing, also where the flags' type would hold them.
      const std::size_t count = type.parts.size();
      const std::string bits = unjoined(from[0], CoreType::I32);
      const bool whole = count == 8 || count == 16 || count == 32;
      code.line(place + " = (" + unit.names.types[id] + ")" +
                (whole
                     ? bits
                     : "(" + bits + " & " + std::to_string((std::uint64_t{1} << count) - 1) + ")") +
                ";");
      return;
    }
    case Kind::F32: code.line(place + " = " + unjoined(from[0], CoreType::F32) + ";"); return;
    case Kind::F64: code.line(place + " = " + unjoined(from[0], CoreType::F64) + ";"); return;
    case Kind::Own:
    case Kind::Borrow: code.line(place + " = " + unjoined(from[0], CoreType::I32) + ";"); return;
    case Kind::String:
    case Kind::List:
      code.line(place + ".ptr = ffi_guest_at(" + unjoined(from[0], CoreType::I32) + ");");
      code.line(place + ".len = (size_t)" + unjoined(from[1], CoreType::I32) + ";");
      return;
    case Kind::Tuple:
    case Kind::Record: over_fields(unit, id, place, from, part); return;
    case Kind::Enum: checked_tag(place); return;
    case Kind::Option:
    case Kind::Result:
    case Kind::Variant:
      checked_tag(place + "." + unit.names.members[id][0]);
      over_cases(unit, id, place, from.subspan(1), code, part);
      return;
  }
}

void emit_lower(const GuestUnit& unit, TypeId id, const std::string& place,
                std::span<const FlatValue> to, Code& code) {
  const Type& type = unit.schema.type(id);
  const auto part = [&](TypeId t, const std::string& at, std::span<const FlatValue> flats) {
    emit_lower(unit, t, at, flats, code);
  };
  const auto assign = [&](std::size_t i, const std::string& expression, CoreType have) {
    code.line(to[i].name + " = " + joined(expression, have, to[i].type) + ";");
  };
  switch (type.kind) {
    case Kind::Bool:
    case Kind::S8:
    case Kind::U8:
    case Kind::S16:
    case Kind::U16:
    case Kind::Enum:
    case Kind::Flags:
    case Kind::U32:
    case Kind::Char: assign(0, "(int32_t)" + place, CoreType::I32); return;
    case Kind::S32:
    case Kind::Own:
    case Kind::Borrow: assign(0, place, CoreType::I32); return;
    case Kind::S64: assign(0, place, CoreType::I64); return;
    case Kind::U64: assign(0, "(int64_t)" + place, CoreType::I64); return;
    case Kind::F32: assign(0, place, CoreType::F32); return;
    case Kind::F64: assign(0, place, CoreType::F64); return;
    case Kind::String:
    case Kind::List:
      assign(0, "ffi_guest_address(" + place + ".ptr)", CoreType::I32);
      assign(1, "(int32_t)" + place + ".len", CoreType::I32);
      return;
    case Kind::Tuple:
    case Kind::Record: over_fields(unit, id, place, to, part); return;
    case Kind::Option:
    case Kind::Result:
    case Kind::Variant:
      assign(0, "(int32_t)" + place + "." + unit.names.members[id][0], CoreType::I32);
      over_cases(unit, id, place, to.subspan(1), code, part);
      return;
  }
}

}  // namespace fficheck::guest_c
