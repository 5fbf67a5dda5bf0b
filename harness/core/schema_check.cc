// SchemaBuilder::build: the invariants of a Schema.
#include <algorithm>
#include <set>

#include "harness/core/names.h"
#include "harness/core/schema.h"

namespace fficheck {
namespace {

// What two names of one scope must not share: WIT leaves case and dashes aside.
std::string canonical(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c != '-') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

// Names that must be apart without regard to case and dashes.
class Scope {
 public:
  explicit Scope(std::string what) : what_(std::move(what)) {}
  Result<void> add(const std::string& name) {
    if (!is_wit_label(name)) {
      return input_error(what_ + " " + shown(name) + " is no WIT identifier", {},
                         "words of letters and digits in one case, joined by single dashes, "
                         "at most 256 bytes");
    }
    if (!names_.insert(canonical(name)).second) {
      return input_error(what_ + " " + shown(name) + " is defined more than once", {},
                         "names must differ in more than case and dashes");
    }
    return {};
  }

 private:
  std::string what_;
  std::set<std::string> names_;
};

class Checker {
 public:
  explicit Checker(const Schema& schema) : schema_(schema) {}

  Result<void> run() {
    FFICHECK_CHECK(check_package());
    Scope scope("name");
    for (const Resource& r : schema_.resources()) FFICHECK_CHECK(scope.add(r.name));
    for (TypeId id = 0; id < schema_.types().size(); ++id) {
      FFICHECK_CHECK(check_type(id));
      if (is_named(schema_.type(id).kind)) FFICHECK_CHECK(scope.add(schema_.type(id).name));
    }
    Scope imports = scope;
    FFICHECK_CHECK(check_functions(schema_.functions(), false, scope));
    return check_functions(schema_.imports(), true, imports);
  }

 private:
  Result<void> check_package() const {
    std::string_view rest = schema_.package();
    rest = rest.substr(0, rest.find('@'));
    const std::size_t colon = rest.find(':');
    const std::string_view version = std::string_view(schema_.package()).substr(rest.size());
    const bool good_version = std::all_of(version.begin(), version.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             c == '.' || c == '-' || c == '+' || c == '@';
    });
    if (colon == std::string_view::npos || !is_wit_label(rest.substr(0, colon)) ||
        !is_wit_label(rest.substr(colon + 1)) || !good_version || version.size() > 100) {
      return input_error(shown(schema_.package()) + " is no package name", {},
                         "write namespace:name, perhaps with @version");
    }
    if (!is_wit_label(schema_.interface())) {
      return input_error("interface " + shown(schema_.interface()) + " is no WIT identifier");
    }
    return {};
  }

  static std::string called(const Type& type) {
    return std::string(keyword(type.kind)) + (type.name.empty() ? "" : " " + shown(type.name));
  }

  Result<void> check_type(TypeId id) {
    const Type& type = schema_.type(id);
    const std::size_t n = type.parts.size();
    const auto fail = [&](const std::string& what) -> Result<void> {
      return input_error(called(type) + " " + what);
    };
    if (is_named(type.kind) != !type.name.empty()) return fail("has a name or lacks one");
    FFICHECK_CHECK(check_shape(type));
    std::size_t depth = 0;
    std::size_t weight = 1;
    holds_borrow_.push_back(type.kind == Kind::Borrow);
    holds_exported_.push_back(class_of(type.kind) == KindClass::Handle &&
                              !schema_.resources()[type.resource].imported);
    for (std::size_t i = 0; i < n; ++i) {
      if (!type.parts[i].type) continue;
      const TypeId part = *type.parts[i].type;
      if (part >= id) return fail("holds a type that comes after it");
      depth = std::max(depth, depths_[part] + 1);
      weight += weights_[part];
      if (holds_borrow_[part]) holds_borrow_[id] = true;
      if (holds_exported_[part]) holds_exported_[id] = true;
    }
    if (depth >= kMaxTypeDepth) {
      return fail("nests deeper than the limit of " + std::to_string(kMaxTypeDepth));
    }
    if (weight > kMaxTypeWeight) {
      return fail("is larger than the limit of " + std::to_string(kMaxTypeWeight) + " parts");
    }
    depths_.push_back(depth);
    weights_.push_back(weight);
    return {};
  }

  Result<void> check_shape(const Type& type) const {
    const std::size_t n = type.parts.size();
    const auto fail = [&](const std::string& what) -> Result<void> {
      return input_error(called(type) + " " + what);
    };
    const auto all_typed = [&] {
      return std::all_of(type.parts.begin(), type.parts.end(),
                         [](const Part& p) { return p.type; });
    };
    const auto none_typed = [&] {
      return std::none_of(type.parts.begin(), type.parts.end(),
                          [](const Part& p) { return p.type; });
    };
    switch (type.kind) {
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
        if (n != 0) return fail("has parts");
        break;
      case Kind::Own:
      case Kind::Borrow:
        if (n != 0) return fail("has parts");
        if (type.resource >= schema_.resources().size()) return fail("is of an unknown resource");
        break;
      case Kind::List:
      case Kind::Option:
        if (n != 1 || !all_typed()) return fail("needs one type");
        break;
      case Kind::Result:
        if (n != 2) return fail("needs its two sides");
        break;
      case Kind::Tuple:
        if (n == 0) return fail("has no elements, which WIT does not allow");
        if (!all_typed()) return fail("has an element without type");
        break;
      case Kind::Record:
        if (!all_typed()) return fail("has a field without type");
        break;
      case Kind::Variant:
        if (n == 0) return fail("has no cases, which WIT does not allow");
        break;
      case Kind::Enum:
        if (n == 0) return fail("has no cases, which WIT does not allow");
        if (!none_typed()) return fail("has a case with payload");
        break;
      case Kind::Flags:
        if (n == 0) return fail("has no flags, which WIT does not allow");
        if (!none_typed()) return fail("has a flag with a type");
        break;
    }
    Scope scope("in " + called(type) + ": part");
    for (const Part& part : type.parts) {
      if (is_named(type.kind)) {
        FFICHECK_CHECK(scope.add(part.name));
      } else if (!part.name.empty()) {
        return fail("has a part with a name");
      }
    }
    return {};
  }

  Result<void> check_functions(const std::vector<Function>& functions, bool imports,
                               Scope& scope) const {
    std::vector<Scope> methods;
    for (const Resource& r : schema_.resources()) {
      methods.emplace_back("in resource " + shown(r.name) + ": function");
    }
    for (const Function& f : functions) {
      if (f.kind == FunctionKind::Free) {
        FFICHECK_CHECK(scope.add(f.name));
      } else {
        if (f.resource >= methods.size()) {
          return input_error("function " + shown(f.name) + " is of an unknown resource");
        }
        const std::string& resource = schema_.resources()[f.resource].name;
        if (f.name == resource)
          return input_error("in resource " + shown(resource) +
                             ": a function with the resource's own name");
        FFICHECK_CHECK(methods[f.resource].add(f.name));
        if (schema_.resources()[f.resource].imported != imports) {
          return input_error("function " + shown(f.name) + " is on the other side of its resource");
        }
      }
      FFICHECK_CHECK(check_signature(f));
      const auto exported = [&](TypeId id) { return holds_exported_[id]; };
      if (imports && ((f.result && exported(*f.result)) ||
                      std::any_of(f.params.begin(), f.params.end(),
                                  [&](const Param& p) { return exported(p.type); }))) {
        return input_error("import " + shown(f.name) + " uses a resource that is not the host's");
      }
    }
    return {};
  }

  Result<void> check_signature(const Function& f) const {
    const auto fail = [&](const std::string& what) -> Result<void> {
      return input_error("function " + shown(f.name) + " " + what);
    };
    const std::size_t types = schema_.types().size();
    Scope params("in function " + shown(f.name) + ": parameter");
    for (const Param& p : f.params) {
      FFICHECK_CHECK(params.add(p.name));
      if (p.type >= types) return fail("has a parameter of an unknown type");
    }
    if (f.result && *f.result >= types) return fail("has a result of an unknown type");
    if (f.result && holds_borrow_[*f.result]) {
      return fail("has a borrow in its result, which WIT does not allow");
    }
    const auto is_handle = [&](TypeId id, Kind kind) {
      return schema_.type(id).kind == kind && schema_.type(id).resource == f.resource;
    };
    switch (f.kind) {
      case FunctionKind::Free:
      case FunctionKind::Static: break;
      case FunctionKind::Method:
        if (f.params.empty() || f.params[0].name != "self" ||
            !is_handle(f.params[0].type, Kind::Borrow)) {
          return fail("is a method without `self: borrow` as first parameter");
        }
        break;
      case FunctionKind::Constructor: {
        if (f.name != "constructor") return fail("is a constructor not named `constructor`");
        if (!f.result) return fail("is a constructor without result");
        const Type& result = schema_.type(*f.result);
        const bool fallible = result.kind == Kind::Result && result.parts[0].type &&
                              is_handle(*result.parts[0].type, Kind::Own);
        if (!fallible && !is_handle(*f.result, Kind::Own)) {
          return fail("is a constructor that does not give its resource");
        }
        break;
      }
    }
    return {};
  }

  const Schema& schema_;
  std::vector<std::size_t> depths_;
  std::vector<std::size_t> weights_;
  std::vector<bool> holds_borrow_;
  std::vector<bool> holds_exported_;  ///< handles of resources that the callee implements
};

}  // namespace

Result<Schema> SchemaBuilder::build() && {
  FFICHECK_CHECK(Checker(schema_).run());
  return std::move(schema_);
}

}  // namespace fficheck
