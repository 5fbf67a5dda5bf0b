#include "targets/go/package.h"

namespace fficheck::go {
namespace {

/// An expression that draws a value from the stream g.
std::string draw(const Package& p, TypeId id, std::string_view depth) {
  const Type& type = p.type(id);
  switch (type.kind) {
    case Kind::Bool: return "g.Bool()";
    case Kind::S8:
    case Kind::S16:
    case Kind::S32:
    case Kind::S64: return cat("g.Int", bits_of(type.kind), "()");
    case Kind::U8:
    case Kind::U16:
    case Kind::U32:
    case Kind::U64: return cat("g.Uint", bits_of(type.kind), "()");
    case Kind::F32:
    case Kind::F64: return cat("g.Float", bits_of(type.kind), "()");
    case Kind::Own:
    case Kind::Borrow: return "g.Uint64()";
    case Kind::Char: return "g.Char()";
    case Kind::String:  // gofmt spaces the operands of an only argument
      return cat("g.String(", depth == "depth+1" ? "depth + 1" : depth, ")");
    case Kind::Enum: return cat(p.names.types[id], "(g.Case(", type.parts.size(), "))");
    case Kind::Flags:
      if (p.layout(id).shape == Shape::Scalar)
        return cat(p.names.types[id], "(g.Flags(", type.parts.size(), "))");
      break;
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant: break;
  }
  return cat("gen", p.names.idents[id], "(g, ", depth, ")");
}

/// A statement that absorbs an addressable value into h.
std::string absorb(const Package& p, TypeId id, const std::string& from) {
  const Type& type = p.type(id);
  switch (type.kind) {
    case Kind::Bool: return cat("h.Bool(", from, ")");
    case Kind::S8:
    case Kind::S16:
    case Kind::S32:
    case Kind::S64: return cat("h.Int(int64(", from, "))");
    case Kind::U8:
    case Kind::U16:
    case Kind::U32:
    case Kind::U64:
    case Kind::Own:
    case Kind::Borrow:
    case Kind::Enum: return cat("h.Add(uint64(", from, "))");
    case Kind::F32:
    case Kind::F64: return cat("h.Float", bits_of(type.kind), "(", from, ")");
    case Kind::Char: return cat("h.Char(", from, ")");
    case Kind::String: return cat("h.String(", from, ")");
    case Kind::Flags:
      if (p.layout(id).shape == Shape::Scalar) return cat("h.Add(uint64(", from, "))");
      return cat("witness", p.names.idents[id], "(h, ", address_of(from), ")");
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant: break;
  }
  return cat("witness", p.names.idents[id], "(h, ", p.operand(id, from), ")");
}

class Checker {
 public:
  Checker(const Package& p, Code& code) : p_(p), code_(code) {}

  void types() {
    for (TypeId id = 0; id < p_.schema.types().size(); ++id) {
      const bool words = p_.type(id).kind == Kind::Flags && p_.layout(id).shape != Shape::Scalar;
      if (!words && !p_.is_composite(id)) continue;
      code_.gap();
      code_.open("func gen", p_.names.idents[id], "(g *check.Stream, depth int) ",
                 p_.names.types[id], " {");
      generate(id);
      code_.close("}");
      code_.gap();
      code_.open("func witness", p_.names.idents[id], "(h *check.Witness, v ",
                 words || p_.by_pointer(id) ? "*" : "", p_.names.types[id], ") {");
      digest(id);
      code_.close("}");
    }
  }

  void generate(TypeId id) {
    const Type& type = p_.type(id);
    const std::string& name = p_.names.types[id];
    switch (type.kind) {
      case Kind::List:
        code_.line("list := make(", name, ", g.Len(depth))");
        code_.open("for i := range list {");
        code_.line("list[i] = ", draw(p_, *type.parts[0].type, "depth+1"));
        code_.close("}");
        code_.line("return list");
        return;
      case Kind::Option:
        code_.open("if !g.Maybe() {");
        code_.line("return nil");
        code_.close("}");
        code_.line("some := ", draw(p_, *type.parts[0].type, "depth+1"));
        code_.line("return &some");
        return;
      case Kind::Result:
        code_.line("var v ", name);
        code_.open("if !g.Maybe() {");
        code_.line("v.IsErr = true");
        if (type.parts[1].type) code_.line("v.Err = ", draw(p_, *type.parts[1].type, "depth+1"));
        if (type.parts[0].type) {
          code_.outdented("} else {");
          code_.line("v.Ok = ", draw(p_, *type.parts[0].type, "depth+1"));
        }
        code_.close("}");
        code_.line("return v");
        return;
      case Kind::Tuple:
      case Kind::Record:
        code_.line("var v ", name);
        for (std::size_t i = 0; i < type.parts.size(); ++i)
          code_.line("v.", p_.names.parts[id][i], " = ", draw(p_, *type.parts[i].type, "depth+1"));
        code_.line("return v");
        return;
      case Kind::Variant:
        code_.line("switch g.Case(", type.parts.size(), ") {");
        for (std::size_t i = 0; i < type.parts.size(); ++i) {
          code_.open(i + 1 < type.parts.size() ? cat("case ", i) : "default", ":");
          const std::optional<TypeId>& part = type.parts[i].type;
          code_.line("return ", p_.names.parts[id][i], "{",
                     part ? "Value: " + draw(p_, *part, "depth+1") : "", "}");
          code_.end();
        }
        code_.line("}");
        return;
      case Kind::Flags:
        code_.line("var v ", name);
        code_.line("g.FlagWords(v[:], ", type.parts.size(), ")");
        code_.line("return v");
        return;
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
      case Kind::Own:
      case Kind::Borrow: return;
    }
  }

  void digest(TypeId id) {
    const Type& type = p_.type(id);
    switch (type.kind) {
      case Kind::List:
        code_.line("h.Add(uint64(len(v)))");
        code_.open("for i := range v {");
        code_.line(absorb(p_, *type.parts[0].type, "v[i]"));
        code_.close("}");
        return;
      case Kind::Option:
        code_.line("h.Bool(v != nil)");
        code_.open("if v != nil {");
        code_.line(absorb(p_, *type.parts[0].type, "*v"));
        code_.close("}");
        return;
      case Kind::Result:
        code_.line("h.Bool(v.IsErr)");
        code_.open("if v.IsErr {");
        if (type.parts[1].type) code_.line(absorb(p_, *type.parts[1].type, "v.Err"));
        if (type.parts[0].type) {
          code_.outdented("} else {");
          code_.line(absorb(p_, *type.parts[0].type, "v.Ok"));
        }
        code_.close("}");
        return;
      case Kind::Tuple:
      case Kind::Record:
        for (std::size_t i = 0; i < type.parts.size(); ++i)
          code_.line(absorb(p_, *type.parts[i].type, "v." + p_.names.parts[id][i]));
        return;
      case Kind::Variant: {
        bool any = false;
        for (const Part& part : type.parts) any = any || part.type;
        code_.line(any ? "switch c := v.(type) {" : "switch v.(type) {");
        for (std::size_t i = 0; i < type.parts.size(); ++i) {
          code_.open("case ", p_.names.parts[id][i], ":");
          code_.line("h.Add(", i, ")");
          if (type.parts[i].type) code_.line(absorb(p_, *type.parts[i].type, "c.Value"));
          code_.end();
        }
        code_.line("}");
        return;
      }
      case Kind::Flags:
        code_.open("for _, word := range v {");
        code_.line("h.Add(word)");
        code_.close("}");
        return;
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
      case Kind::Own:
      case Kind::Borrow: return;
    }
  }

  /// The arguments a0, a1, ... drawn from g; gives them as an argument list.
  std::string draw_args(const Function& function) {
    std::string list;
    for (std::size_t i = 0; i < function.params.size(); ++i) {
      const bool word = p_.schema.role(function) == Role::Produce && !is_constructor(function);
      code_.line("a", i, " := ", word ? "t.Word()" : draw(p_, function.params[i].type, "0"));
      list += cat(i ? ", a" : "a", i);
    }
    return list;
  }

  void trial(std::size_t index) {
    const Function& function = p_.schema.functions()[index];
    const GoNames::FunctionNames& names = p_.names.functions[index];
    const bool any = !function.params.empty();
    code_.gap();
    code_.open("func trial", names.ident, "(client any, t *check.Trial) {");
    code_.line("c := client.(*", p_.names.client, ")");
    if (any && p_.schema.role(function) != Role::Produce) code_.line("g := t.Stream");
    const std::string args = draw_args(function);
    if (any) {
      code_.open("witness := func() check.Witness {");
      begin_witness();
      for (std::size_t i = 0; i < function.params.size(); ++i)
        code_.line(absorb(p_, function.params[i].type, cat("a", i)));
      code_.line("return w");
      code_.close("}");
    }
    const std::string witness = any ? "witness()" : "check.NewWitness";
    if (p_.schema.role(function) == Role::Echo && p_.type(*function.result).kind == Kind::Result)
      code_.line("t.IsErr = a0.IsErr");
    code_.line("t.Sent(", witness, ")");
    code_.open("for t.More() {");
    send(function, p_.lowering.functions[index], cat("c.", names.method, "(", args, ")"));
    code_.close("}");
    code_.line("t.After(", witness, ")");
    code_.close("}");
    expect(function, names);
  }

  void begin_witness() {
    code_.line("w := check.NewWitness");
    code_.line("h := &w");
  }

  void send(const Function& function, const FunctionLayout& layout, const std::string& call) {
    if (!function.result) {
      code_.line("t.OK(", call, ")");
      return;
    }
    const Type& type = p_.type(*function.result);
    if (type.kind != Kind::Result) {
      code_.line("r, err := ", call);
      begin_witness();
      code_.open("if t.OK(err) {");
      code_.line(absorb(p_, *function.result, "r"));
    } else {
      const std::optional<TypeId>& ok = type.parts[0].type;
      const std::optional<TypeId>& err = type.parts[1].type;
      code_.line(ok ? "r, err := " : "err := ", call);
      begin_witness();
      const std::string declared =
          layout.error_is_text
              ? "check.DeclaredText(err)"
              : cat("check.Declared[", err ? p_.names.types[*err] : "struct{}", "](err)");
      code_.open("if ", err ? "e" : "_", ", ok := ", declared, "; ok {");
      code_.line("h.Add(1)");
      if (err) code_.line(absorb(p_, *err, "e"));
      code_.outdented("} else if t.OK(err) {");
      code_.line("h.Add(0)");
      if (ok) code_.line(absorb(p_, *ok, "r"));
    }
    code_.close("}");
    code_.line("t.Held(w)");
  }

  void expect(const Function& function, const GoNames::FunctionNames& names) {
    if (!function.result) return;
    code_.gap();
    code_.open("func expect", names.ident, "(g *check.Stream, h *check.Witness) bool {");
    code_.line("v := ", draw(p_, *function.result, "0"));
    code_.line(absorb(p_, *function.result, "v"));
    code_.line("return ", p_.type(*function.result).kind == Kind::Result ? "v.IsErr" : "false");
    code_.close("}");
  }

  void table() {
    const GoNames& names = p_.names;
    code_.gap();
    code_.open("func schema", names.prefix, "() check.Schema {");
    code_.line("var s check.Schema");
    code_.line("s.Library = ", names.library);
    code_.open("s.Open = func(g *check.Stream) (any, error) {");
    std::string args;
    for (const Function& function : p_.schema.functions())
      if (is_constructor(function)) args = draw_args(function);
    code_.line("return ", names.new_client, "(", args, ")");
    code_.close("}");
    code_.open("s.Close = func(client any) error {");
    code_.line("return client.(*", names.client, ").Close()");
    code_.close("}");
    code_.open("s.Instance = func(client any) *ffirt.Instance {");
    code_.line("return client.(*", names.client, ").instance");
    code_.close("}");
    code_.open("s.Functions = []check.Function{");
    for (std::size_t i = 0; i < p_.schema.functions().size(); ++i) row(i);
    code_.close("}");
    type_rows();
    code_.line("return s");
    code_.close("}");
  }

  void type_rows() {
    bool any = false;
    for (const Type& type : p_.schema.types())
      any =
          any || type.kind == Kind::Enum || type.kind == Kind::Flags || type.kind == Kind::Variant;
    if (!any) return;
    code_.open("s.Types = []check.Type{");
    for (TypeId id = 0; id < p_.schema.types().size(); ++id) type_row(id);
    code_.close("}");
  }

  void row(std::size_t index) {
    const Function& function = p_.schema.functions()[index];
    const GoNames::FunctionNames& names = p_.names.functions[index];
    if (is_constructor(function)) {
      code_.line("check.Fn(\"", function.name, "\", check.RoleCall, false, nil, nil, nil),");
      return;
    }
    constexpr std::string_view roles[] = {"Consume", "Produce", "Echo", "Call"};
    const bool declares = function.result && p_.type(*function.result).kind == Kind::Result;
    code_.line("check.Fn(\"", function.name, "\", check.Role",
               roles[static_cast<std::size_t>(p_.schema.role(function))], ", ",
               declares ? "true" : "false", ", (*", p_.names.client, ").", names.method, ", trial",
               names.ident, ", ", function.result ? "expect" + names.ident : "nil", "),");
  }

  void type_row(TypeId id) {
    const Type& type = p_.type(id);
    const std::string& name = p_.names.types[id];
    if (type.kind == Kind::Enum) {
      code_.line("check.Enum(", name, "(0), ", type.parts.size(), "),");
    } else if (type.kind == Kind::Flags) {
      code_.line("check.Flags(", name, p_.layout(id).shape == Shape::Scalar ? "(0), " : "{}, ",
                 type.parts.size(), "),");
    } else if (type.kind == Kind::Variant) {
      std::string cases;
      for (const std::string& part : p_.names.parts[id]) cases += ", " + part + "{}";
      code_.line("check.Variant((*", name, ")(nil)", cases, "),");
    }
  }

 private:
  const Package& p_;
  Code& code_;
};

}  // namespace

void emit_check(const Package& package, Code& code) {
  Checker checker(package, code);
  checker.table();
  checker.types();
  for (std::size_t i = 0; i < package.schema.functions().size(); ++i)
    if (!is_constructor(package.schema.functions()[i])) checker.trial(i);
}

}  // namespace fficheck::go
