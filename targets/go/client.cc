#include <set>

#include "targets/go/package.h"

namespace fficheck::go {
namespace {

class Client {
 public:
  Client(const Package& p, Code& code) : p_(p), code_(code) {}

  void run() {
    const GoNames& names = p_.names;
    code_.gap();
    code_.line("// ", names.client,
               " is one context of the library. Its methods may be called from any goroutine, and");
    code_.line(
        "// wait for the library's answer. Those with a context give its error when it ends "
        "first;");
    code_.line("// the answer is then dropped.");
    code_.open("type ", names.client, " struct {");
    code_.line("instance *ffirt.Instance");
    code_.close("}");
    constructor();
    code_.gap();
    code_.line(
        "// Close destroys the context. Calls that are pending fail, all others give "
        "ffirt.ErrClosed, so");
    code_.line("// does a second Close.");
    code_.open("func (c *", names.client, ") Close() error {");
    code_.line("return c.instance.Close()");
    code_.close("}");
    for (std::size_t i = 0; i < p_.schema.functions().size(); ++i)
      if (!is_constructor(p_.schema.functions()[i])) method(i);
    code_.append(receivers_);
  }

 private:
  void constructor() {
    const Function* create = nullptr;
    std::size_t index = 0;
    for (std::size_t i = 0; i < p_.schema.functions().size(); ++i)
      if (is_constructor(p_.schema.functions()[i])) create = &p_.schema.functions()[index = i];
    code_.gap();
    code_.line("// ", p_.names.new_client, " makes a context of the library.");
    code_.open("func ", p_.names.new_client, "(", create ? params(index) : "", ") (*",
               p_.names.client, ", error) {");
    code_.line("call := ", p_.names.library, ".Begin()");
    std::string args = "nil";
    if (create) args = lower_args(index);
    code_.line("instance, err := call.Create(", args, ")");
    code_.open("if err != nil {");
    code_.line("return nil, err");
    code_.close("}");
    code_.line("return &", p_.names.client, "{instance}, nil");
    code_.close("}");
  }

  [[nodiscard]] std::string params(std::size_t index) const {
    const Function& function = p_.schema.functions()[index];
    std::string out;
    for (std::size_t i = 0; i < function.params.size(); ++i)
      out += cat(i ? ", " : "", p_.names.functions[index].params[i], " ",
                 p_.names.types[function.params[i].type]);
    return out;
  }

  /// Statements that put the arguments in place; the pointer to them.
  std::string lower_args(std::size_t index) {
    const Function& function = p_.schema.functions()[index];
    const GoNames::FunctionNames& names = p_.names.functions[index];
    if (function.params.empty()) return "nil";
    code_.line("args := (*", names.args, ")(call.Alloc(", p_.args[index].size, "))");
    for (std::uint32_t i = 0; i < function.params.size(); ++i)
      lower_part(p_, code_, function.params[i].type, "call.Arena",
                 p_.lowering.functions[index].params, names.raw_params, i, "args", names.params[i]);
    return "unsafe.Pointer(args)";
  }

  void method(std::size_t index) {
    const Function& function = p_.schema.functions()[index];
    const FunctionLayout& layout = p_.lowering.functions[index];
    const Type* declared = nullptr;  // result<T, E> becomes (T, error)
    if (function.result && p_.type(*function.result).kind == Kind::Result)
      declared = &p_.type(*function.result);
    const std::optional<TypeId> ok = declared ? declared->parts[0].type : function.result;
    const GoNames::FunctionNames& names = p_.names.functions[index];

    code_.gap();
    code_.line("// ", names.method, " calls ", function.name, ".");
    if (layout.error_is_text) {
      code_.line("// Its own error is an *ffirt.Error with Origin ffirt.Declared.");
    } else if (declared) {
      code_.line("// Its own error is an *ffirt.ErrValue[", side(declared->parts[1].type), "].");
    }
    const std::string results = ok ? cat("(", p_.names.types[*ok], ", error)") : "error";
    const std::string list = params(index);
    std::string forwarded = "context.Background()";
    for (const std::string& param : names.params) forwarded += ", " + param;
    code_.open("func (c *", p_.names.client, ") ", names.method, "(", list, ") ", results, " {");
    code_.line("return c.", names.context, "(", forwarded, ")");
    code_.close("}");
    code_.gap();
    code_.line("// ", names.context, " calls ", function.name, ", until ctx ends.");
    code_.open("func (c *", p_.names.client, ") ", names.context, "(ctx context.Context",
               list.empty() ? "" : ", ", list, ") ", results, " {");
    const std::string in_slot = ok ? received_in_slot(layout, *ok, function) : "";
    if (ok && in_slot.empty()) code_.line("var result ", p_.names.types[*ok]);
    code_.line("call := c.instance.Begin(", index, ")");
    if (layout.error_is_text) code_.line("call.DeclaresText()");
    const std::string args = lower_args(index);
    if (layout.form == ResultForm::None) {
      code_.line("return call.Do(ctx, ", args, ", nil, ffirt.ReceiveNothing)");
    } else if (!in_slot.empty()) {
      code_.line("return call.", in_slot, "(ctx, ", args, ")");
    } else {
      const std::string receive =
          receiver(layout, layout.error_is_text ? nullptr : declared, function);
      code_.line(ok ? "err := " : "return ", "call.Do(ctx, ", args, ", ",
                 ok ? "unsafe.Pointer(&result)" : "nil", ", ", receive, ")");
      if (ok) code_.line("return result, err");
    }
    code_.close("}");
  }

  [[nodiscard]] std::string side(const std::optional<TypeId>& id) const {
    return id ? p_.names.types[*id] : "struct{}";
  }

  /// The method of ffirt.Call for results that it has room for; empty for others.
  [[nodiscard]] std::string received_in_slot(const FunctionLayout& layout, TypeId ok,
                                             const Function& function) const {
    if (layout.form == ResultForm::RawText) return "DoText";
    const bool is_plain = layout.error_is_text || (function.result && *function.result == ok);
    return is_plain && p_.type(ok).kind == Kind::U64 ? "DoUint64" : "";
  }

  /// The function that lifts a method's result; one for all methods that answer it in the same way.
  std::string receiver(const FunctionLayout& layout, const Type* declared,
                       const Function& function) {
    if (layout.form == ResultForm::RawText) return "ffirt.ReceiveText";
    const TypeId id = declared ? *function.result : *layout.ok;
    if (p_.type(id).kind == Kind::U64) return "ffirt.ReceiveUint64";
    // A result that a method declares is its outcome; as a mere value of another method, it is
    // received.
    const std::string name = (declared ? "outcome" : "receive") + p_.names.idents[id];
    if (!received_.insert(name).second) return name;
    receivers_.gap();
    receivers_.open("func ", name, "(result, msg unsafe.Pointer, n uintptr) error {");
    const std::uint64_t size = p_.layout(id).size;
    const auto store = [&](TypeId type, const std::string& from) {
      receivers_.line("*(*", p_.names.types[type], ")(result) = ", lift_expression(p_, type, from));
    };
    if (!declared) {
      store(id, cat("*(*", p_.raw_type(id), ")(ffirt.Sized(msg, n, ", size, "))"));
    } else {
      receivers_.line("raw := (*", p_.raw_type(id), ")(ffirt.Sized(msg, n, ", size, "))");
      receivers_.open("if ffirt.Case(uint32(raw.tag), 2) != 0 {");
      const std::optional<TypeId>& err = declared->parts[1].type;
      const std::string value = err ? lift_expression(p_, *err, payload(*err)) : "struct{}{}";
      receivers_.line("return &ffirt.ErrValue[", side(err), "]{Value: ", value, "}");
      receivers_.close("}");
      if (const auto& ok = declared->parts[0].type) store(*ok, payload(*ok));
    }
    receivers_.line("return nil");
    receivers_.close("}");
    return name;
  }

  [[nodiscard]] std::string payload(TypeId id) const {
    return cat("*(*", p_.raw_type(id), ")(unsafe.Pointer(&raw.as))");
  }

  const Package& p_;
  Code& code_;
  Code receivers_;
  std::set<std::string> received_;
};

}  // namespace

void emit_client(const Package& package, Code& code) { Client(package, code).run(); }

}  // namespace fficheck::go
