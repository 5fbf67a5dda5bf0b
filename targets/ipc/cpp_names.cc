#include "targets/ipc/cpp_names.h"

#include <set>

#include "harness/core/names.h"
#include "targets/native/c_reserved.h"
#include "targets/native/cbor_names.h"

namespace fficheck::ipc {
namespace {

/// Identifiers that are free of keywords, of macros, and of each other.
class Scope {
 public:
  Scope() = default;
  Scope(std::initializer_list<const char*> taken, const std::set<std::string>* outer = nullptr)
      : taken_(taken.begin(), taken.end()), outer_(outer) {}

  std::string claim(const std::string& wanted) {
    std::string name = wanted;
    for (unsigned n = 1; !free(name); ++n)
      name = wanted + "_" + (n == 1 ? std::string() : std::to_string(n));
    taken_.insert(name);
    return name;
  }
  [[nodiscard]] const std::set<std::string>& names() const { return taken_; }

 private:
  [[nodiscard]] bool free(const std::string& name) const {
    return !is_reserved_in_c(name) && !taken_.contains(name) && !(outer_ && outer_->contains(name));
  }
  std::set<std::string> taken_;
  const std::set<std::string>* outer_ = nullptr;
};

class Resolver {
 public:
  Resolver(const Schema& schema, const LibraryName& library) : schema_(schema) {
    out_.scope = library.prefix;
  }

  CppNames run(const LibraryName& library) && {
    const std::size_t count = schema_.types().size();
    out_.types.resize(count);
    out_.parts.resize(count);
    for (TypeId id = 0; id < count; ++id)
      if (is_named(schema_.type(id).kind))
        out_.types[id] = package_.claim(pascal_case(schema_.type(id).name));
    out_.client = package_.claim("Client");
    for (TypeId id = 0; id < count; ++id)
      if (schema_.type(id).kind == Kind::Variant)
        for (const Part& part : schema_.type(id).parts)
          out_.parts[id].push_back(package_.claim(out_.types[id] + pascal_case(part.name)));
    for (TypeId id = 0; id < count; ++id) claim_parts(id);
    for (TypeId id = 0; id < count; ++id)
      if (out_.types[id].empty()) out_.types[id] = anonymous(schema_.type(id));
    claim_functions(library);
    return std::move(out_);
  }

 private:
  void claim_parts(TypeId id) {
    const Type& type = schema_.type(id);
    if (type.kind != Kind::Record && type.kind != Kind::Enum && type.kind != Kind::Flags) return;
    Scope scope({"words", "has", "set"}, &package_.names());
    for (const Part& part : type.parts)
      out_.parts[id].push_back(
          scope.claim(type.kind == Kind::Record ? camel_case(part.name) : snake_case(part.name)));
  }

  [[nodiscard]] std::string side(const std::optional<TypeId>& id) const {
    return id ? out_.types[*id] : "ffi_ipc::Nothing";
  }

  [[nodiscard]] std::string anonymous(const Type& type) const {
    switch (type.kind) {
      case Kind::Bool: return "bool";
      case Kind::S8:
      case Kind::S16:
      case Kind::S32:
      case Kind::S64: return "std::int" + std::to_string(bits_of(type.kind)) + "_t";
      case Kind::U8:
      case Kind::U16:
      case Kind::U32:
      case Kind::U64: return "std::uint" + std::to_string(bits_of(type.kind)) + "_t";
      case Kind::F32: return "float";
      case Kind::F64: return "double";
      case Kind::Char: return "char32_t";
      case Kind::String: return "std::string";
      case Kind::List: return "std::vector<" + side(type.parts[0].type) + ">";
      case Kind::Option: return "std::optional<" + side(type.parts[0].type) + ">";
      case Kind::Result:
        return "ffi_ipc::Result<" + side(type.parts[0].type) + ", " + side(type.parts[1].type) +
               ">";
      case Kind::Tuple: {
        std::string out;
        for (const Part& part : type.parts) out += (out.empty() ? "" : ", ") + side(part.type);
        return "std::tuple<" + out + ">";
      }
      case Kind::Own:
      case Kind::Borrow: return "std::uint64_t";
      case Kind::Record:
      case Kind::Variant:
      case Kind::Enum:
      case Kind::Flags: break;
    }
    return {};
  }

  void claim_functions(const LibraryName& library) {
    const CNames names = resolve_c_names(schema_, lower_native(schema_, Abi::Native), library);
    Scope methods({"create", "attach", "destroy"}, &package_.names());
    for (std::size_t i = 0; i < schema_.functions().size(); ++i) {
      const Function& function = schema_.functions()[i];
      out_.wire_methods.push_back(wire_method(names, i));
      out_.methods.push_back(function.name == "create" ? "create"
                                                       : methods.claim(snake_case(function.name)));
      Scope params({}, &package_.names());
      std::vector<std::string>& all = out_.params.emplace_back();
      for (const Param& param : function.params)
        all.push_back(params.claim(camel_case(param.name)));
    }
  }

  const Schema& schema_;
  CppNames out_;
  Scope package_;
};

}  // namespace

CppNames resolve_cpp_names(const Schema& schema, const LibraryName& library) {
  return Resolver(schema, library).run(library);
}

}  // namespace fficheck::ipc
