// The client's methods for what the library calls: host functions and events.
#include "targets/go/package.h"

namespace fficheck::go {
namespace {

class Hosts {
 public:
  Hosts(const Package& p, Code& code) : p_(p), code_(code) {}

  void run() {
    for (std::size_t i = 0; i < p_.lowering.imports.size(); ++i)
      if (is_event(p_.schema, p_.schema.imports()[i])) {
        event(i);
      } else {
        host_function(i);
      }
  }

 private:
  [[nodiscard]] const GoNames::FunctionNames& names(std::size_t i) const {
    return p_.names.imports[i];
  }

  /// "key string, count uint8"
  [[nodiscard]] std::string params(std::size_t i) const {
    const Function& import = p_.schema.imports()[i];
    std::string out;
    for (std::size_t k = 0; k < import.params.size(); ++k)
      out += cat(k ? ", " : "", names(i).params[k], " ", p_.names.types[import.params[k].type]);
    return out;
  }

  void event(std::size_t i) {
    const Function& import = p_.schema.imports()[i];
    code_.gap();
    code_.line("// ", names(i).setter, " adds a listener for ", import.name,
               ". It hears the events one after the other, on a goroutine");
    code_.line("// of its own, until remove is called or the client is closed.");
    code_.open("func (c *", p_.names.client, ") ", names(i).setter, "(listener func(", params(i),
               ")) (remove func(), err error) {");
    code_.open("if listener == nil {");
    code_.line("return c.instance.Listen(", i, ", nil)");
    code_.close("}");
    code_.open("return c.instance.Listen(", i, ", func(msg unsafe.Pointer, n uintptr) func() {");
    lift_params(i, "msg");
    code_.open("return func() {");
    code_.line("listener(", names(i).params[0], ")");
    code_.close("}");
    code_.close("})");
    code_.close("}");
  }

  void host_function(std::size_t i) {
    const Function& import = p_.schema.imports()[i];
    const FunctionLayout& layout = p_.lowering.imports[i];
    const Type* declared = nullptr;  // result<T, E> is answered with (T, error)
    if (import.result && p_.type(*import.result).kind == Kind::Result)
      declared = &p_.type(*import.result);
    const std::optional<TypeId> ok = declared ? declared->parts[0].type : import.result;
    const std::string results = ok ? cat("(", p_.names.types[*ok], ", error)") : "error";
    const std::string list = params(i);
    std::string arguments;
    for (const std::string& param : names(i).params) arguments += ", " + param;

    code_.gap();
    code_.line("// ", names(i).setter, " sets what answers the library's calls of ", import.name,
               "; nil clears it. Each call runs on a");
    code_.line(
        "// goroutine of its own, and may call the library. A panic becomes the error of the "
        "call.");
    if (declared && !layout.error_is_text)
      code_.line("// Its own error is an *ffirt.ErrValue[", side(declared->parts[1].type), "].");
    code_.open("func (c *", p_.names.client, ") ", names(i).setter, "(host func(", list, ") ",
               results, ") error {");
    code_.open("if host == nil {");
    code_.line("return c.", names(i).setter_context, "(nil)");
    code_.close("}");
    code_.open("return c.", names(i).setter_context, "(func(_ context.Context",
               list.empty() ? "" : ", ", list, ") ", results, " {");
    code_.line("return host(", arguments.empty() ? "" : arguments.substr(2), ")");
    code_.close("})");
    code_.close("}");

    code_.gap();
    code_.line("// ", names(i).setter_context, " is ", names(i).setter,
               " for a function that wants a context, which ends when the client is closed.");
    code_.open("func (c *", p_.names.client, ") ", names(i).setter_context,
               "(host func(ctx context.Context", list.empty() ? "" : ", ", list, ") ", results,
               ") error {");
    code_.open("if host == nil {");
    code_.line("return c.instance.SetHost(", i, ", nil)");
    code_.close("}");
    code_.line("ctx := c.instance.Context()");
    code_.open("return c.instance.SetHost(", i,
               ", func(call ffirt.HostCall, req unsafe.Pointer, n uintptr) {");
    lift_params(i, "req");
    code_.open("go func() {");
    code_.line("answer := call.Answer()");
    code_.line("defer answer.End()");
    code_.open("if !answer.Wanted() {");
    code_.line("return");
    code_.close("}");
    answer(layout, layout.error_is_text ? nullptr : declared, ok, cat("host(ctx", arguments, ")"));
    code_.close("}()");
    code_.close("})");
    code_.close("}");
  }

  [[nodiscard]] std::string side(const std::optional<TypeId>& id) const {
    return id ? p_.names.types[*id] : "struct{}";
  }

  /// Calls the closure and answers what it says.
  void answer(const FunctionLayout& layout, const Type* declared, const std::optional<TypeId>& ok,
              const std::string& call) {
    if (declared) {
      code_.line(ok ? "result, err := " : "err := ", call);
      code_.open("if outcome, err := ffirt.OutcomeOf[", side(ok), ", ",
                 side(declared->parts[1].type), "](", ok ? "result" : "struct{}{}",
                 ", err); answer.Ok(err) {");
      place(*layout.ok, "outcome");
      code_.close("}");
      return;
    }
    if (!ok) {
      code_.line("answer.Ok(", call, ")");
      return;
    }
    code_.open("if result, err := ", call, "; answer.Ok(err) {");
    if (layout.form == ResultForm::RawText) {
      code_.line("answer.Text(result)");
    } else {
      place(*ok, "result");
    }
    code_.close("}");
  }

  void place(TypeId id, const std::string& from) {
    code_.line("raw := (*", p_.raw_type(id), ")(answer.Place(", p_.layout(id).size, "))");
    code_.line(lower_statement(p_, id, "answer.Arena", "*raw", from));
  }

  /// Statements that copy the parameters from what the library passes.
  void lift_params(std::size_t i, const std::string& msg) {
    const Function& import = p_.schema.imports()[i];
    switch (request_form(p_, i)) {
      case RequestForm::None: return;
      case RequestForm::Text:
        code_.line(names(i).params[0], " := ffirt.Text(", msg, ", n)");
        return;
      case RequestForm::Value: {
        const TypeId id = import.params[0].type;
        code_.line(names(i).params[0], " := ",
                   lift_expression(p_, id,
                                   cat("*(*", p_.raw_type(id), ")(ffirt.Sized(", msg, ", n, ",
                                       p_.layout(id).size, "))")));
        return;
      }
      case RequestForm::Struct: break;
    }
    code_.line("raw := (*", names(i).request, ")(ffirt.Sized(", msg, ", n, ", p_.requests[i].size,
               "))");
    lift_members(i);
  }

  void lift_members(std::size_t i) {
    const Function& import = p_.schema.imports()[i];
    const std::vector<Member>& members = p_.lowering.imports[i].params;
    std::string present;
    for (std::size_t k = 0; k < members.size(); ++k) {
      const TypeId type = import.params[members[k].part].type;
      const std::string& to = names(i).params[members[k].part];
      const std::string from = "raw." + names(i).raw_params[k];
      switch (members[k].role) {
        case MemberRole::Present: present = from; break;
        case MemberRole::Value:
          if (present.empty()) {
            code_.line(to, " := ", lift_expression(p_, type, from));
            break;
          }
          code_.line("var ", to, " ", p_.names.types[type]);
          code_.open("if ", present, " != 0 {");
          code_.line("some := ", lift_expression(p_, *members[k].type, from));
          code_.line(to, " = &some");
          code_.close("}");
          present.clear();
          break;
        case MemberRole::Pointer: code_.line(to, " := ", lift_expression(p_, type, from)); break;
        case MemberRole::Length:
        case MemberRole::Tag:
        case MemberRole::Payload:
        case MemberRole::Word:
        case MemberRole::Filler: break;
      }
    }
  }

  const Package& p_;
  Code& code_;
};

}  // namespace

RequestForm request_form(const Package& p, std::size_t import) {
  const std::vector<Param>& params = p.schema.imports()[import].params;
  if (params.empty()) return RequestForm::None;
  if (params.size() > 1 || p.layout(params[0].type).shape == Shape::MembersOnly)
    return RequestForm::Struct;
  return p.type(params[0].type).kind == Kind::String ? RequestForm::Text : RequestForm::Value;
}

void emit_hosts(const Package& package, Code& code) { Hosts(package, code).run(); }

}  // namespace fficheck::go
