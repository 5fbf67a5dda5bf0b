#include "targets/go/package.h"

namespace fficheck::go {
namespace {

std::string payload(const Package& p, TypeId id) {
  return cat("*(*", p.raw_type(id), ")(unsafe.Pointer(&raw.as))");
}

/// "&x" where a function wants a pointer to the mirror; methods take the address themselves.
std::string receiver(const std::string& from) {
  return from.starts_with('*') ? from.substr(1) : from;
}

/// The function of the runtime that copies a whole list of the type; empty where there is none.
std::string list_copier(const Package& p, TypeId element) {
  switch (p.type(element).kind) {
    case Kind::Bool: return p.layout(element).size == 1 ? "ffirt.Bools" : "";
    case Kind::Char: return "ffirt.Runes";
    case Kind::S8:
    case Kind::U8:
    case Kind::S16:
    case Kind::U16:
    case Kind::S32:
    case Kind::U32:
    case Kind::S64:
    case Kind::U64:
    case Kind::F32:
    case Kind::F64: return cat("ffirt.Numbers[", p.names.types[element], "]");
    case Kind::String:
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant:
    case Kind::Enum:
    case Kind::Flags:
    case Kind::Own:
    case Kind::Borrow: return "";
  }
  return "";
}

class Body {
 public:
  Body(const Package& p, Code& code, TypeId id) : p_(p), code_(code), id_(id), type_(p.type(id)) {}

  void parts() {
    code_.line("var v ", p_.names.types[id_]);
    const std::vector<Member>& members = p_.layout(id_).members;
    std::string present;
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (members[i].part >= type_.parts.size()) continue;  // the filler of an empty record
      const std::string from = "raw." + p_.names.raw_fields[id_][i];
      const std::string to = "v." + p_.names.parts[id_][members[i].part];
      const TypeId part = *type_.parts[members[i].part].type;
      switch (members[i].role) {
        case MemberRole::Present: present = from; break;
        case MemberRole::Value:
          if (present.empty()) {
            code_.line(to, " = ", lift(part, from));
          } else {
            code_.open("if ", present, " != 0 {");
            code_.line("some := ", lift(*members[i].type, from));
            code_.line(to, " = &some");
            code_.close("}");
            present.clear();
          }
          break;
        case MemberRole::Pointer: code_.line(to, " = ", lift(part, from)); break;
        case MemberRole::Length:
        case MemberRole::Tag:
        case MemberRole::Payload:
        case MemberRole::Word:
        case MemberRole::Filler: break;
      }
    }
    code_.line("return v");
  }
  void list() {
    const TypeId element = *type_.parts[0].type;
    code_.line("first, n := raw.Elements()");
    code_.line("list := make(", p_.names.types[id_], ", n)");
    code_.line("elements := unsafe.Slice((*", p_.raw_type(element), ")(first), n)");
    code_.open("for i := range elements {");
    code_.line("list[i] = ", lift(element, "elements[i]"));
    code_.close("}");
    code_.line("return list");
  }
  void option() {
    code_.open("if raw.present == 0 {");
    code_.line("return nil");
    code_.close("}");
    code_.line("some := ", lift(*type_.parts[0].type, "raw.value"));
    code_.line("return &some");
  }
  void result() {
    code_.line("var v ", p_.names.types[id_]);
    code_.open("if ffirt.Case(uint32(raw.tag), 2) != 0 {");
    code_.line("v.IsErr = true");
    side("v.Err = ", type_.parts[1].type);
    if (type_.parts[0].type) {
      code_.outdented("} else {");
      side("v.Ok = ", type_.parts[0].type);
    }
    code_.close("}");
    code_.line("return v");
  }
  void variant() {
    code_.line("switch raw.tag {");
    for (std::size_t i = 0; i < type_.parts.size(); ++i) {
      const std::optional<TypeId>& type = type_.parts[i].type;
      code_.open("case ", i, ":");
      code_.line("return ", p_.names.parts[id_][i], "{",
                 type ? cat("Value: ", lift(*type, payload(p_, *type))) : "", "}");
      code_.end();
    }
    code_.line("}");
    code_.line("ffirt.Case(uint32(raw.tag), ", type_.parts.size(), ")");
    code_.line("return nil");
  }

 private:
  [[nodiscard]] std::string lift(TypeId id, const std::string& from) const {
    return lift_expression(p_, id, from);
  }
  void side(std::string_view to, const std::optional<TypeId>& id) {
    if (id) code_.line(to, lift(*id, payload(p_, *id)));
  }

  const Package& p_;
  Code& code_;
  TypeId id_;
  const Type& type_;
};

}  // namespace

std::string lift_expression(const Package& p, TypeId id, const std::string& from) {
  const Type& type = p.type(id);
  switch (type.kind) {
    case Kind::Bool: return from + " != 0";
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
    case Kind::Own:
    case Kind::Borrow: return from;
    case Kind::Char: return cat("ffirt.Rune(", from, ")");
    case Kind::String:
      if (p.layout(id).shape == Shape::NulString)
        return cat("ffirt.CString(", address_of(from), ")");
      return receiver(from) + ".String()";
    case Kind::Enum:
      return cat(p.names.types[id], "(ffirt.Case(uint32(", from, "), ", type.parts.size(), "))");
    case Kind::Flags: return cat(p.names.types[id], "(", from, ")");
    case Kind::List: {
      const std::string copier = list_copier(p, *type.parts[0].type);
      if (!copier.empty()) return cat(copier, "(", address_of(from), ")");
      break;
    }
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant: break;
  }
  return cat("lift", p.names.idents[id], "(", address_of(from), ")");
}

void emit_lift(const Package& p, Code& code) {
  for (TypeId id = 0; id < p.schema.types().size(); ++id) {
    if (!p.lifted[id] || !p.is_composite(id)) continue;
    const Type& type = p.type(id);
    if (p.layout(id).shape == Shape::MembersOnly && type.kind == Kind::Option) continue;
    if (!lift_expression(p, id, "x").starts_with("lift")) continue;
    code.gap();
    code.open("func lift", p.names.idents[id], "(raw *", p.raw_type(id), ") ", p.names.types[id],
              " {");
    Body body(p, code, id);
    switch (type.kind) {
      case Kind::List: body.list(); break;
      case Kind::Option: body.option(); break;
      case Kind::Result: body.result(); break;
      case Kind::Tuple:
      case Kind::Record: body.parts(); break;
      case Kind::Variant: body.variant(); break;
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
      case Kind::Enum:
      case Kind::Flags:
      case Kind::Own:
      case Kind::Borrow: break;
    }
    code.close("}");
  }
}

}  // namespace fficheck::go
