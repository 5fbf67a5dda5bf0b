#include "targets/go/package.h"

namespace fficheck::go {
namespace {

std::string payload(const Package& p, TypeId id) {
  return cat("*(*", p.raw_type(id), ")(unsafe.Pointer(&raw.as))");
}

/// Whether a list of the type is a block of bytes that Go and C read alike, and of how many each.
std::optional<std::uint64_t> plain_size(const Package& p, TypeId id) {
  switch (p.type(id).kind) {
    case Kind::Bool:  // Go's bool is a byte 0 or 1
      if (p.layout(id).size == 1) return 1;
      return std::nullopt;
    case Kind::S8:
    case Kind::U8:
    case Kind::S16:
    case Kind::U16:
    case Kind::S32:
    case Kind::U32:
    case Kind::S64:
    case Kind::U64:
    case Kind::F32:
    case Kind::F64: return p.layout(id).size;
    case Kind::Char:
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
    case Kind::Borrow: return std::nullopt;
  }
  return std::nullopt;
}

std::string flags_expression(const Package& p, TypeId id, const std::string& from) {
  const TypeLayout& layout = p.layout(id);
  if (layout.shape != Shape::Scalar) return from;
  const std::size_t count = p.type(id).parts.size();
  std::string out = cat(p.raw_type(id), "(", from, ")");
  if (count < layout.size * 8) out += cat(" & (1<<", count, " - 1)");
  return out;
}

/// Body of a function lowerX(a, raw, v).
class Body {
 public:
  Body(const Package& p, Code& code, TypeId id) : p_(p), code_(code), id_(id), type_(p.type(id)) {}

  void parts() {
    for (std::uint32_t i = 0; i < type_.parts.size(); ++i)
      lower_part(p_, code_, *type_.parts[i].type, "a", p_.layout(id_).members,
                 p_.names.raw_fields[id_], i, "raw", "v." + p_.names.parts[id_][i]);
  }
  void list() {
    const TypeId element = *type_.parts[0].type;
    const std::string raw = p_.raw_type(element);
    code_.line("list := unsafe.Slice((*", raw, ")(a.Array(raw, len(v), ", p_.layout(element).size,
               ")), len(v))");
    code_.open("for i := range list {");
    statement(element, "list[i]", "v[i]");
    code_.close("}");
  }
  void option() {
    code_.open("if v == nil {");
    code_.line("return");
    code_.close("}");
    code_.line("raw.present = 1");
    statement(*type_.parts[0].type, "raw.value", "*v");
  }
  void result() {
    code_.open("if v.IsErr {");
    code_.line("raw.tag = 1");
    side(type_.parts[1].type, "v.Err");
    if (type_.parts[0].type) {
      code_.outdented("} else {");
      side(type_.parts[0].type, "v.Ok");
    }
    code_.close("}");
  }
  void variant() {
    bool any = false;
    for (const Part& part : type_.parts) any = any || part.type;
    code_.line(any ? "switch c := v.(type) {" : "switch v.(type) {");
    for (std::size_t i = 0; i < type_.parts.size(); ++i) {
      code_.open("case ", p_.names.parts[id_][i], ":");
      code_.line("raw.tag = ", i);
      side(type_.parts[i].type, "c.Value");
      code_.end();
    }
    code_.open("default:");
    code_.line("a.Fail(\"%T is no case of ", p_.names.types[id_], "\", v)");
    code_.close("}");
  }

 private:
  void statement(TypeId id, const std::string& to, const std::string& from) {
    code_.line(lower_statement(p_, id, "a", to, from));
  }
  void side(const std::optional<TypeId>& id, const std::string& from) {
    if (id) statement(*id, payload(p_, *id), from);
  }

  const Package& p_;
  Code& code_;
  TypeId id_;
  const Type& type_;
};

}  // namespace

std::string lower_statement(const Package& p, TypeId id, const std::string& arena,
                            const std::string& to, const std::string& from) {
  const Type& type = p.type(id);
  const std::string assign = to + " = ";
  switch (type.kind) {
    case Kind::Bool:
      if (p.layout(id).size == 1) return cat(assign, "ffirt.Bool(", from, ")");
      return cat(assign, p.raw_type(id), "(ffirt.Bool(", from, "))");
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
    case Kind::Borrow: return assign + from;
    case Kind::Char: return cat(assign, arena, ".Char(", from, ")");
    case Kind::String:
      return cat(assign, arena, p.layout(id).shape == Shape::NulString ? ".CString(" : ".String(",
                 from, ")");
    case Kind::Enum:
      return cat(assign, p.raw_type(id), "(", arena, ".Case(uint32(", from, "), ",
                 type.parts.size(), "))");
    case Kind::Flags: return assign + flags_expression(p, id, from);
    case Kind::List: {
      const TypeId element = *type.parts[0].type;
      if (const auto size = plain_size(p, element))
        return cat(assign, arena, ".Copy(unsafe.Pointer(unsafe.SliceData(", from, ")), len(", from,
                   "), ", *size, ")");
      if (p.type(element).kind == Kind::Char) return cat(assign, arena, ".Chars(", from, ")");
      break;
    }
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant: break;
  }
  return cat("lower", p.names.idents[id], "(", arena, ", ", address_of(to), ", ",
             p.operand(id, from), ")");
}

void lower_part(const Package& p, Code& code, TypeId id, const std::string& arena,
                std::span<const Member> members, std::span<const std::string> fields,
                std::uint32_t part, const std::string& raw, const std::string& from) {
  std::string present;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].part != part) continue;
    const std::string to = cat(raw, ".", fields[i]);
    switch (members[i].role) {
      case MemberRole::Present: present = to; break;
      case MemberRole::Value:
        if (present.empty()) {
          code.line(lower_statement(p, id, arena, to, from));
        } else {
          code.open("if ", from, " != nil {");
          code.line(present, " = 1");
          code.line(lower_statement(p, *members[i].type, arena, to, "*" + from));
          code.close("}");
        }
        break;
      case MemberRole::Pointer: code.line(lower_statement(p, id, arena, to, from)); break;
      case MemberRole::Length:
      case MemberRole::Tag:
      case MemberRole::Payload:
      case MemberRole::Word:
      case MemberRole::Filler: break;
    }
  }
}

void emit_lower(const Package& p, Code& code) {
  for (TypeId id = 0; id < p.schema.types().size(); ++id) {
    if (!p.lowered[id] || !p.is_composite(id)) continue;
    const Type& type = p.type(id);
    const TypeLayout& layout = p.layout(id);
    // A list of the nim dialect has no struct of its own but is lowered all the same.
    const bool members_only = layout.shape == Shape::MembersOnly;
    if (members_only ? type.kind == Kind::Option : layout.size == 0) continue;
    if (!lower_statement(p, id, "a", "x", "y").starts_with("lower")) continue;
    code.gap();
    code.open("func lower", p.names.idents[id], "(a *ffirt.Arena, raw *", p.raw_type(id), ", v ",
              p.by_pointer(id) ? "*" : "", p.names.types[id], ") {");
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
