#include <algorithm>

#include "harness/core/completion.h"
#include "targets/go/package.h"

namespace fficheck::go {
namespace {

std::string id_or_dash(const std::optional<TypeId>& id) { return id ? std::to_string(*id) : "-"; }

class Checker {
 public:
  Checker(const Package& p, Code& code) : p_(p), code_(code), scripted_(scripted(p.schema)) {}

  void run() {
    const GoNames& names = p_.names;
    code_.gap();
    code_.open("func schema", names.prefix, "() check.Schema {");
    code_.line("var s check.Schema");
    code_.line("s.Library = ", names.library);
    constructor();
    code_.open("s.Instance = func(client any) *ffirt.Instance {");
    code_.line("return client.(*", names.client, ").instance");
    code_.close("}");
    code_.line("s.Table = \"", type_table(p_.schema), "\"");
    code_.open("s.Functions = []check.Function{");
    for (std::size_t i = 0; i < p_.schema.functions().size(); ++i) row(i);
    code_.close("}");
    if (!p_.schema.imports().empty()) {
      code_.open("s.Imports = []check.Import{");
      for (std::size_t i = 0; i < p_.schema.imports().size(); ++i) import(i);
      code_.close("}");
    }
    emit_type_rows(p_, code_);
    code_.line("return s");
    code_.close("}");
  }

 private:
  void constructor() {
    std::string rows = ">";
    bool task = false;
    for (const Function& function : p_.schema.functions())
      if (is_constructor(function)) {
        rows = call_signature(function).substr(0, call_signature(function).find('>'));
        task = has_plan(p_.schema, function);
      }
    code_.line("s.Constructor = check.Fn(\"create\", check.RoleCall, \"", rows, "\", ",
               p_.names.new_client, ", nil)", task ? ".AsTask()" : "");
  }

  void row(std::size_t index) {
    const Function& function = p_.schema.functions()[index];
    if (is_constructor(function)) {
      code_.line("check.Fn(\"", function.name, "\", check.RoleCall, \"\", nil, nil),");
      return;
    }
    std::string err = "nil";
    if (function.result && p_.type(*function.result).kind == Kind::Result)
      if (const auto& type = p_.type(*function.result).parts[1].type)
        err = cat("(*", p_.names.types[*type], ")(nil)");
    const std::string method = cat("(*", p_.names.client, ").");
    const GoNames::FunctionNames& names = p_.names.functions[index];
    code_.line("check.Fn(\"", function.name, "\", check.Role", role(function), ", \"",
               call_signature(function), "\", ", method, names.method, ", ", err, ")",
               scripted_ ? cat(".In(", method, names.context, ")") : "",
               has_plan(p_.schema, function) ? ".AsTask()," : ",");
  }

  void import(std::size_t index) {
    const Function& import = p_.schema.imports()[index];
    const GoNames::FunctionNames& names = p_.names.imports[index];
    const std::string method = cat("(*", p_.names.client, ").");
    if (is_event(p_.schema, import)) {
      code_.line("check.Event(\"", import.name, "\", \"", call_signature(import), "\", ", method,
                 names.setter, "),");
      return;
    }
    std::string declare = "nil";
    if (import.result && p_.type(*import.result).kind == Kind::Result) {
      const auto& err = p_.type(*import.result).parts[1].type;
      declare = p_.lowering.imports[index].error_is_text
                    ? "check.TextError"
                    : cat("ffirt.Declare[", err ? p_.names.types[*err] : "struct{}", "]");
    }
    code_.line("check.Host(\"", import.name, "\", check.Role", role(import), ", \"",
               call_signature(import), "\", ", method, names.setter_context, ", ", declare, "),");
  }

  [[nodiscard]] std::string_view role(const Function& function) const {
    constexpr std::string_view roles[] = {"Consume", "Produce", "Echo", "Call"};
    return roles[static_cast<std::size_t>(p_.schema.role(function))];
  }

  /// Whether completion scripts make sense: something takes its time, or calls back.
  [[nodiscard]] static bool scripted(const Schema& schema) {
    return !schema.imports().empty() ||
           std::any_of(schema.functions().begin(), schema.functions().end(),
                       [&](const Function& f) { return has_plan(schema, f); });
  }

  const Package& p_;
  Code& code_;
  bool scripted_;
};

void type_row(const Package& p, Code& code, TypeId id) {
  const Type& type = p.type(id);
  const std::string& name = p.names.types[id];
  if (type.kind == Kind::Enum) {
    code.line("check.Enum(", name, "(0), ", type.parts.size(), "),");
  } else if (type.kind == Kind::Flags) {
    code.line("check.Flags(", name, p.layout(id).shape == Shape::Scalar ? "(0), " : "{}, ",
              type.parts.size(), "),");
  } else if (type.kind == Kind::Variant) {
    std::string cases;
    for (const std::string& part : p.names.parts[id]) cases += ", " + part + "{}";
    code.line("check.Variant((*", name, ")(nil)", cases, "),");
  }
}

}  // namespace

std::string type_table(const Schema& schema) {
  std::string out;
  for (const Type& type : schema.types()) {
    out += cat(out.empty() ? "" : ";", keyword(type.kind));
    if (type.kind == Kind::Enum || type.kind == Kind::Flags) {
      out += cat(" ", type.parts.size());
    } else if (class_of(type.kind) == KindClass::Handle) {
      out += cat(" ", type.resource);
    } else {
      for (const Part& part : type.parts) out += " " + id_or_dash(part.type);
    }
  }
  return out;
}

std::string call_signature(const Function& function) {
  std::string out;
  for (const Param& param : function.params) out += cat(out.empty() ? "" : " ", param.type);
  out += ">";
  if (function.result) out += std::to_string(*function.result);
  return out;
}

void emit_type_rows(const Package& p, Code& code) {
  bool any = false;
  for (const Type& type : p.schema.types())
    any = any || type.kind == Kind::Enum || type.kind == Kind::Flags || type.kind == Kind::Variant;
  if (!any) return;
  code.open("s.Types = []check.Type{");
  for (TypeId id = 0; id < p.schema.types().size(); ++id) type_row(p, code, id);
  code.close("}");
}

void emit_check(const Package& package, Code& code) { Checker(package, code).run(); }

}  // namespace fficheck::go
