#include "targets/go/package.h"

namespace fficheck::go {
namespace {

/// Longer functions are never on one line, says gofmt.
constexpr std::size_t kOneLine = 99;

void emit_struct(const Package& p, Code& code, TypeId id) {
  const Type& type = p.type(id);
  if (type.parts.empty()) {
    code.line("type ", p.names.types[id], " struct{}");
    return;
  }
  code.open("type ", p.names.types[id], " struct {");
  std::vector<std::pair<std::string, std::string>> fields;
  for (std::size_t i = 0; i < type.parts.size(); ++i)
    fields.emplace_back(p.names.parts[id][i], p.names.types[*type.parts[i].type]);
  code.fields(fields);
  code.close("}");
}

void emit_variant(const Package& p, Code& code, TypeId id) {
  const Type& type = p.type(id);
  const std::string& name = p.names.types[id];
  code.line("type ", name, " interface {");
  code.line("\tis", name, "()");
  code.line("}");
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    const std::string& part = p.names.parts[id][i];
    code.gap();
    code.line("// ", part, " is the case ", type.parts[i].name, " of ", name, ".");
    if (type.parts[i].type) {
      code.open("type ", part, " struct {");
      code.line("Value ", p.names.types[*type.parts[i].type]);
      code.close("}");
    } else {
      code.line("type ", part, " struct{}");
    }
    code.gap();
    const std::string method = cat("func (", part, ") is", name, "()");
    if (method.size() <= kOneLine) {
      code.line(method, " {}");
    } else {
      code.open(method, " {");
      code.close("}");
    }
  }
}

/// Constants of consecutive values, the first one spelled out.
void emit_constants(Code& code, const std::vector<std::string>& constants, const std::string& type,
                    std::string_view first) {
  if (constants.empty()) return;
  code.gap();
  code.open("const (");
  for (std::size_t i = 0; i < constants.size(); ++i)
    if (i == 0) {
      code.line(constants[i], " ", type, " = ", first);
    } else {
      code.line(constants[i]);
    }
  code.close(")");
}

void emit_enum(const Package& p, Code& code, TypeId id) {
  const Type& type = p.type(id);
  const std::string& name = p.names.types[id];
  code.line("type ", name, " ", p.raw_type(id));
  emit_constants(code, p.names.parts[id], name, "iota");
  code.gap();
  code.open("var caseNames", name, " = []string{");
  for (const Part& part : type.parts) code.line("\"", part.name, "\",");
  code.close("}");
  code.gap();
  code.line("// String is the name of the case.");
  code.open("func (e ", name, ") String() string {");
  code.line("return ffirt.CaseName(caseNames", name, ", uint32(e))");
  code.close("}");
}

void emit_flags(const Package& p, Code& code, TypeId id) {
  const std::string& name = p.names.types[id];
  code.line("type ", name, " ", p.raw_type(id));
  const std::string& flag = p.names.flag_types[id];
  if (flag.empty()) {
    emit_constants(code, p.names.parts[id], name, "1 << iota");
    code.gap();
    code.line("// Has is whether all flags of other are set.");
    code.open("func (f ", name, ") Has(other ", name, ") bool {");
    code.line("return f&other == other");
    code.close("}");
    return;
  }
  code.gap();
  code.line("// ", flag, " is one flag of ", name, ".");
  code.line("type ", flag, " uint32");
  emit_constants(code, p.names.parts[id], flag, "iota");
  code.gap();
  code.line("// Has is whether the flag is set.");
  code.open("func (f *", name, ") Has(flag ", flag, ") bool {");
  code.line("return f[flag/64]>>(flag%64)&1 != 0");
  code.close("}");
  code.gap();
  code.line("// Set sets or clears the flag.");
  code.open("func (f *", name, ") Set(flag ", flag, ", on bool) {");
  code.line("f[flag/64] &^= 1 << (flag % 64)");
  code.open("if on {");
  code.line("f[flag/64] |= 1 << (flag % 64)");
  code.close("}");
  code.close("}");
}

}  // namespace

void emit_types(const Package& p, Code& code) {
  for (TypeId id = 0; id < p.schema.types().size(); ++id) {
    const Type& type = p.type(id);
    const bool is_tuple = type.kind == Kind::Tuple;
    if (!is_named(type.kind) && !is_tuple) continue;
    code.gap();
    code.line("// ", p.names.types[id], " is the ", keyword(type.kind), " ",
              is_tuple ? type_name(p.schema, id) : type.name, ".");
    switch (type.kind) {
      case Kind::Tuple:
      case Kind::Record: emit_struct(p, code, id); break;
      case Kind::Variant: emit_variant(p, code, id); break;
      case Kind::Enum: emit_enum(p, code, id); break;
      case Kind::Flags: emit_flags(p, code, id); break;
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
      case Kind::List:
      case Kind::Option:
      case Kind::Result:
      case Kind::Own:
      case Kind::Borrow: break;
    }
  }
}

}  // namespace fficheck::go
