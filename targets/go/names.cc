#include "targets/go/names.h"

#include <array>
#include <set>
#include <string_view>

#include "harness/core/names.h"
#include "targets/go/code.h"
#include "targets/native/c_names.h"

namespace fficheck::go {
namespace {

// Keywords and predeclared names of the Go specification, the packages that generated code imports,
// and the locals of generated methods.
constexpr auto kReserved = std::to_array<std::string_view>({
    "break",      "case",        "chan",       "const",   "continue", "default", "defer",
    "else",       "fallthrough", "for",        "func",    "go",       "goto",    "if",
    "import",     "interface",   "map",        "package", "range",    "return",  "select",
    "struct",     "switch",      "type",       "var",     "any",      "bool",    "byte",
    "comparable", "complex64",   "complex128", "error",   "float32",  "float64", "int",
    "int8",       "int16",       "int32",      "int64",   "rune",     "string",  "uint",
    "uint8",      "uint16",      "uint32",     "uint64",  "uintptr",  "true",    "false",
    "iota",       "nil",         "append",     "cap",     "clear",    "close",   "complex",
    "copy",       "delete",      "imag",       "len",     "make",     "max",     "min",
    "new",        "panic",       "print",      "println", "real",     "recover", "init",
    "main",       "_",           "check",      "ffirt",   "unsafe",   "worker",  "C",
    "c",          "call",        "args",       "result",  "err",      "msg",     "n",
    "raw",        "instance",    "guest",      "context", "ctx",      "host",    "listener",
    "req",        "answer",      "outcome",    "some",    "remove",   "address",
});

constexpr std::size_t kMaxAnonymousName = 48;

/// Identifiers of one scope, on top of the reserved ones and those of an outer scope.
class Scope {
 public:
  explicit Scope(const Scope* outer = nullptr) : outer_(outer) {}
  /// A scope of exported names behind a dot, where nothing is reserved.
  static Scope members() {
    Scope scope;
    scope.reserves_ = false;
    return scope;
  }
  std::string claim(const std::string& wanted) {
    if (free(wanted)) return *taken_.insert(wanted).first;
    std::string name = wanted + "_";
    for (unsigned n = 2; !free(name); ++n) name = cat(wanted, n, "_");
    return *taken_.insert(name).first;
  }
  [[nodiscard]] bool free(const std::string& name) const {
    static const std::set<std::string_view> reserved(kReserved.begin(), kReserved.end());
    return !(reserves_ && reserved.contains(name)) && !taken_.contains(name) &&
           (!outer_ || outer_->free(name));
  }

 private:
  const Scope* outer_;
  bool reserves_ = true;
  std::set<std::string> taken_;
};

class Resolver {
 public:
  Resolver(const Schema& schema, const NativeLowering& lowering, std::string prefix)
      : schema_(schema), lowering_(lowering) {
    out_.prefix = std::move(prefix);
  }

  GoNames run() && {
    const std::string& p = out_.prefix;
    out_.client = package_.claim(p + "Client");
    out_.new_client = package_.claim("New" + p + "Client");
    out_.library = locals_.claim("library" + p);
    const std::size_t count = schema_.types().size();
    out_.types.resize(count);
    out_.idents.resize(count);
    out_.parts.resize(count);
    out_.flag_types.resize(count);
    out_.raw_fields.resize(count);
    // Names that the schema's author chose come first, so that they are what he expects.
    for (TypeId id = 0; id < count; ++id)
      if (is_named(schema_.type(id).kind)) {
        out_.types[id] = package_.claim(p + pascal_case(schema_.type(id).name));
        claim_ident(id, out_.types[id]);
      }
    claim_resources();
    for (TypeId id = 0; id < count; ++id) claim_parts(id);
    for (TypeId id = 0; id < count; ++id) {
      if (!is_named(schema_.type(id).kind)) name_anonymous(id);
      claim_raw_fields(id);
    }
    claim_functions();
    claim_imports();
    return std::move(out_);
  }

 private:
  /// Helper functions live in the package's scope too; parameters must not shadow them.
  void claim_ident(TypeId id, const std::string& wanted) {
    std::string& ident = out_.idents[id];
    ident = idents_.claim(wanted);
    for (std::string_view helper : {"raw", "lower", "lift", "receive", "outcome", "flat", "spread"})
      (void)locals_.claim(cat(helper, ident));
  }

  void claim_resources() {
    for (const Resource& resource : schema_.resources()) {
      GoNames::ResourceNames& names = out_.resources.emplace_back();
      names.type = package_.claim(out_.prefix + pascal_case(resource.name));
      names.impl = package_.claim(names.type + "Impl");
      names.make = package_.claim("Make" + names.type);
      names.handles = locals_.claim("class" + names.type);
    }
  }

  void claim_parts(TypeId id) {
    const Type& type = schema_.type(id);
    const std::string& name = out_.types[id];
    std::vector<std::string>& parts = out_.parts[id];
    if (type.kind == Kind::Record || type.kind == Kind::Tuple) {
      Scope fields = Scope::members();
      for (std::size_t i = 0; i < type.parts.size(); ++i)
        parts.push_back(type.kind == Kind::Tuple ? cat("F", i)
                                                 : fields.claim(pascal_case(type.parts[i].name)));
    } else if (is_named(type.kind)) {
      if (type.kind == Kind::Flags && type.parts.size() > 64)
        out_.flag_types[id] = package_.claim(name + "Flag");
      for (const Part& part : type.parts)
        parts.push_back(package_.claim(name + pascal_case(part.name)));
    }
  }

  /// Name of a part's type without the prefix, for names of anonymous types.
  [[nodiscard]] std::string bare(const std::optional<TypeId>& id) const {
    if (!id) return "Unit";
    return out_.idents[*id].substr(out_.prefix.size());
  }

  void name_anonymous(TypeId id) {
    const Type& type = schema_.type(id);
    std::string ident = pascal_case(keyword(type.kind));
    if (class_of(type.kind) == KindClass::Handle)
      ident += pascal_case(schema_.resources()[type.resource].name);
    for (const Part& part : type.parts) ident += bare(part.type);
    if (ident.size() > kMaxAnonymousName) ident = cat(pascal_case(keyword(type.kind)), "Type", id);
    if (type.kind == Kind::Tuple) {
      out_.types[id] = package_.claim(out_.prefix + ident);
      claim_ident(id, out_.types[id]);
      return;
    }
    claim_ident(id, out_.prefix + ident);
    out_.types[id] = anonymous_type(type);
  }

  [[nodiscard]] std::string side(const std::optional<TypeId>& id) const {
    return id ? out_.types[*id] : "struct{}";
  }

  [[nodiscard]] std::string anonymous_type(const Type& type) const {
    switch (type.kind) {
      case Kind::Bool: return "bool";
      case Kind::S8:
      case Kind::S16:
      case Kind::S32:
      case Kind::S64: return cat("int", bits_of(type.kind));
      case Kind::U8:
      case Kind::U16:
      case Kind::U32:
      case Kind::U64: return cat("uint", bits_of(type.kind));
      case Kind::F32:
      case Kind::F64: return cat("float", bits_of(type.kind));
      case Kind::Char: return "rune";
      case Kind::String: return "string";
      case Kind::List: return "[]" + side(type.parts[0].type);
      case Kind::Option: return "*" + side(type.parts[0].type);
      case Kind::Result:
        return cat("ffirt.Result[", side(type.parts[0].type), ", ", side(type.parts[1].type), "]");
      case Kind::Tuple:
      case Kind::Record:
      case Kind::Variant:
      case Kind::Enum:
      case Kind::Flags: break;
      case Kind::Own:
      case Kind::Borrow: return out_.resources[type.resource].type;
    }
    return "";
  }

  void claim_raw_fields(TypeId id) {
    Scope fields = Scope::members();
    const Kind kind = schema_.type(id).kind;
    const bool holds_parts = kind == Kind::Record || kind == Kind::Tuple;
    for (const Member& member : lowering_.types[id].members) {
      const std::vector<std::string>& parts = out_.parts[id];
      const bool named =
          member.role != MemberRole::Filler && holds_parts && member.part < parts.size();
      out_.raw_fields[id].push_back(raw_field(fields, named ? parts[member.part] : "", member));
    }
  }

  static std::string raw_field(Scope& fields, const std::string& part, const Member& member) {
    if (part.empty()) return fields.claim(member.suffix);
    switch (member.role) {
      case MemberRole::Present: return fields.claim(part + "Present");
      case MemberRole::Length: return "";  // part of the ffirt.Slice at its pointer
      case MemberRole::Value:
      case MemberRole::Pointer:
      case MemberRole::Tag:
      case MemberRole::Payload:
      case MemberRole::Word:
      case MemberRole::Filler: break;
    }
    return fields.claim(part);
  }

  void claim_functions() {
    Scope methods = Scope::members();
    (void)methods.claim("Close");
    const std::vector<Function>& functions = schema_.functions();
    out_.functions.resize(functions.size());
    for (std::size_t i = 0; i < functions.size(); ++i) {
      GoNames::FunctionNames& names = out_.functions[i];
      names.method = is_constructor(functions[i]) ? out_.new_client
                                                  : methods.claim(pascal_case(functions[i].name));
      const std::string bare = is_constructor(functions[i]) ? "Create" : names.method;
      names.ident = idents_.claim(cat(out_.prefix, bare, "Args"));
      names.args = locals_.claim("raw" + names.ident);
    }
    claim_setters(methods);
    // Last, so that no schema's own name makes way for them.
    for (std::size_t i = 0; i < functions.size(); ++i)
      if (!is_constructor(functions[i]))
        out_.functions[i].context = methods.claim(out_.functions[i].method + "Context");
    for (GoNames::FunctionNames& names : out_.imports)
      names.setter_context = methods.claim(names.setter + "Context");
    claim_handlers();
    for (std::size_t i = 0; i < functions.size(); ++i) {
      GoNames::FunctionNames& names = out_.functions[i];
      Scope params(&locals_);
      for (const Param& param : functions[i].params)
        names.params.push_back(params.claim(camel_case(param.name)));
      Scope fields = Scope::members();
      for (const Member& member : lowering_.functions[i].params)
        names.raw_params.push_back(raw_field(fields, cat("A", member.part), member));
    }
  }

  /// Libraries: what the client has for the schema's imports.
  void claim_setters(Scope& methods) {
    const std::vector<Function>& imports = schema_.imports();
    out_.imports.resize(imports.size());
    if (lowering_.imports.size() != imports.size()) return;  // a guest's are none of a client's
    for (std::size_t i = 0; i < imports.size(); ++i) {
      GoNames::FunctionNames& names = out_.imports[i];
      const std::string name = pascal_case(imports[i].name);
      names.setter = methods.claim(is_event(schema_, imports[i]) ? name : "Set" + name);
      names.request = locals_.claim(cat("raw", out_.prefix, name, "Request"));
      Scope fields = Scope::members();
      for (const Member& member : lowering_.imports[i].params)
        names.raw_params.push_back(raw_field(fields, cat("A", member.part), member));
    }
  }

  void claim_handlers() {
    Scope all = Scope::members();
    std::vector<Scope> resources(schema_.resources().size(), Scope::members());
    for (Scope& methods : resources) (void)methods.claim("Drop");
    for (std::size_t i = 0; i < schema_.functions().size(); ++i) {
      const Function& f = schema_.functions()[i];
      std::string& handler = out_.functions[i].handler;
      const std::string name = pascal_case(f.name);
      switch (f.kind) {
        case FunctionKind::Free: handler = all.claim(name); break;
        case FunctionKind::Constructor: handler = all.claim("New" + bare_resource(f)); break;
        case FunctionKind::Method: handler = resources[f.resource].claim(name); break;
        case FunctionKind::Static: handler = all.claim(bare_resource(f) + name); break;
      }
    }
  }

  [[nodiscard]] std::string bare_resource(const Function& f) const {
    return pascal_case(schema_.resources()[f.resource].name);
  }

  void claim_imports() {
    std::vector<Scope> resources(schema_.resources().size(), Scope::members());
    for (Scope& methods : resources)
      for (const char* own : {"Resource", "Drop", "Holds", "Value"}) (void)methods.claim(own);
    for (std::size_t i = 0; i < schema_.imports().size(); ++i) {
      const Function& f = schema_.imports()[i];
      GoNames::FunctionNames& names = out_.imports[i];
      const std::string name = pascal_case(f.name);
      const std::string owner = f.kind == FunctionKind::Free ? "" : out_.resources[f.resource].type;
      switch (f.kind) {
        case FunctionKind::Free: names.method = package_.claim(out_.prefix + "Host" + name); break;
        case FunctionKind::Constructor: names.method = package_.claim("New" + owner); break;
        case FunctionKind::Method: names.method = resources[f.resource].claim(name); break;
        case FunctionKind::Static: names.method = package_.claim(owner + name); break;
      }
      const std::string ident =
          f.kind == FunctionKind::Method ? owner + names.method : names.method;
      names.ident = idents_.claim(ident + "Host");
      names.args = locals_.claim("host" + names.ident);
    }
    for (std::size_t i = 0; i < schema_.imports().size(); ++i) {
      Scope params(&locals_);
      for (const Param& param : schema_.imports()[i].params)
        out_.imports[i].params.push_back(params.claim(camel_case(param.name)));
    }
  }

  const Schema& schema_;
  const NativeLowering& lowering_;
  GoNames out_;
  Scope package_;
  Scope idents_;
  Scope locals_;
};

}  // namespace

bool is_constructor(const Function& function) {
  return function.kind == FunctionKind::Free && function.name == "create";
}

GoNames resolve_go_names(const Schema& schema, const NativeLowering& lowering, std::string prefix) {
  return Resolver(schema, lowering, std::move(prefix)).run();
}

}  // namespace fficheck::go
