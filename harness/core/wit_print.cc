// print_wit: the canonical text of a schema.
#include <algorithm>
#include <set>

#include "harness/core/names.h"
#include "harness/core/text.h"

namespace fficheck {
namespace {

std::string escaped(const std::string& name) { return is_wit_keyword(name) ? "%" + name : name; }

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// What one interface declares: types and resources by id.
struct Items {
  std::set<TypeId> types;
  std::set<ResourceId> resources;
};

class Printer {
 public:
  explicit Printer(const Schema& schema) : schema_(schema) {}

  std::string print() {
    out_ = "package " + package() + ";\n\n";
    const std::string interface = schema_.interface();
    const std::string host = host_interface_name(schema_);
    const std::string world = lower(interface) == "library" ? "library-world" : "library";
    const Items hosted = host_items();
    const bool has_host = !schema_.imports().empty() || !hosted.resources.empty();
    if (has_host) {
      out_ += "interface " + host + " {";
      contents(hosted, schema_.imports());
    }
    Items own;
    for (TypeId id = 0; id < schema_.types().size(); ++id) {
      if (is_named(schema_.type(id).kind) && !hosted.types.contains(id)) own.types.insert(id);
    }
    for (ResourceId id = 0; id < schema_.resources().size(); ++id) {
      if (!hosted.resources.contains(id)) own.resources.insert(id);
    }
    out_ += "interface " + escaped(interface) + " {";
    use(host, own, hosted);
    contents(own, schema_.functions());
    out_ += "world " + world + " {\n";
    if (has_host) out_ += "  import " + host + ";\n";
    out_ += "  export " + escaped(interface) + ";\n}\n";
    return std::move(out_);
  }

 private:
  std::string package() const {
    const std::string& full = schema_.package();
    const std::size_t at = std::min(full.find('@'), full.size());
    const std::size_t colon = full.find(':');
    return escaped(full.substr(0, colon)) + ":" + escaped(full.substr(colon + 1, at - colon - 1)) +
           full.substr(at);
  }

  // Adds what a type needs, itself included.
  void reach(TypeId id, Items& items) const {
    const Type& type = schema_.type(id);
    if (is_named(type.kind) && !items.types.insert(id).second) return;
    if (class_of(type.kind) == KindClass::Handle) items.resources.insert(type.resource);
    for (const Part& part : type.parts) {
      if (part.type) reach(*part.type, items);
    }
  }
  void reach(const Function& f, Items& items) const {
    for (const Param& p : f.params) reach(p.type, items);
    if (f.result) reach(*f.result, items);
    if (f.kind != FunctionKind::Free) items.resources.insert(f.resource);
  }

  // What the host's interface must declare, since its functions need it.
  Items host_items() const {
    Items items;
    for (const Function& f : schema_.imports()) reach(f, items);
    for (ResourceId id = 0; id < schema_.resources().size(); ++id) {
      if (schema_.resources()[id].imported) items.resources.insert(id);
    }
    return items;
  }

  // `use host.{...}` for what the own interface needs of the host's.
  void use(const std::string& host, const Items& own, const Items& hosted) {
    Items needed;
    for (TypeId id : own.types) reach(id, needed);
    for (const Function& f : schema_.functions()) reach(f, needed);
    std::string names;
    const auto add = [&](const std::string& name) {
      names += (names.empty() ? "" : ", ") + escaped(name);
    };
    for (ResourceId id : needed.resources) {
      if (hosted.resources.contains(id)) add(schema_.resources()[id].name);
    }
    for (TypeId id : needed.types) {
      if (hosted.types.contains(id)) add(schema_.type(id).name);
    }
    if (!names.empty()) out_ += "\n  use " + host + ".{" + names + "};\n";
  }

  void contents(const Items& items, const std::vector<Function>& functions) {
    for (ResourceId id : items.resources) resource(id, functions);
    for (TypeId id : items.types) type(schema_.type(id));
    bool first = true;
    for (const Function& f : functions) {
      if (f.kind != FunctionKind::Free) continue;
      if (first) out_ += "\n";
      first = false;
      out_ += "  " + escaped(f.name) + ": func" + signature(f, 0) + ";\n";
    }
    if (out_.ends_with("{")) out_ += "\n";
    out_ += "}\n\n";
  }

  void resource(ResourceId id, const std::vector<Function>& functions) {
    const std::string& name = schema_.resources()[id].name;
    std::string body;
    for (const Function& f : functions) {
      if (f.kind == FunctionKind::Free || f.resource != id) continue;
      switch (f.kind) {
        case FunctionKind::Free: break;
        case FunctionKind::Constructor: body += "    constructor" + constructor(f); break;
        case FunctionKind::Method:
          body += "    " + escaped(f.name) + ": func" + signature(f, 1);
          break;
        case FunctionKind::Static:
          body += "    " + escaped(f.name) + ": static func" + signature(f, 0);
          break;
      }
      body += ";\n";
    }
    out_ += "\n  resource " + escaped(name);
    out_ += body.empty() ? ";\n" : " {\n" + body + "  }\n";
  }

  std::string constructor(const Function& f) const {
    if (schema_.type(*f.result).kind == Kind::Result) return signature(f, 0);
    Function plain = f;
    plain.result.reset();
    return signature(plain, 0);
  }

  // "(a: u8) -> u8", without the first `skip` parameters.
  std::string signature(const Function& f, std::size_t skip) const {
    std::string out = "(";
    for (std::size_t i = skip; i < f.params.size(); ++i) {
      if (i > skip) out += ", ";
      out += escaped(f.params[i].name) + ": " + type_name(schema_, f.params[i].type);
    }
    out += ")";
    if (f.result) out += " -> " + type_name(schema_, *f.result);
    return out;
  }

  void type(const Type& type) {
    out_ += "\n  " + std::string(keyword(type.kind)) + " " + escaped(type.name) + " {";
    for (const Part& part : type.parts) {
      out_ += "\n    " + escaped(part.name);
      if (type.kind == Kind::Record) {
        out_ += ": " + type_name(schema_, *part.type);
      } else if (part.type) {
        out_ += "(" + type_name(schema_, *part.type) + ")";
      }
      out_ += ",";
    }
    out_ += type.parts.empty() ? "}\n" : "\n  }\n";
  }

  const Schema& schema_;
  std::string out_;
};

}  // namespace

std::string host_interface_name(const Schema& schema) {
  return lower(schema.interface()) == "host" ? "host-imports" : "host";
}

std::string print_wit(const Schema& schema) { return Printer(schema).print(); }

}  // namespace fficheck
