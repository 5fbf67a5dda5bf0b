#include "targets/native/c_names.h"

#include <set>
#include <string_view>

#include "harness/core/names.h"
#include "targets/native/c_reserved.h"

namespace fficheck {
namespace {

using Names = std::set<std::string, std::less<>>;

/// A scope whose reserved names are shared tables, since a batch has thousands of small scopes.
class Scope {
 public:
  explicit Scope(const Names* outer = nullptr) : outer_(outer) {}

  std::string claim(const std::string& wanted) {
    if (free(wanted)) return *taken_.insert(wanted).first;
    std::string name = wanted + "_";
    for (unsigned n = 2; !free(name); ++n) name = wanted + "_" + std::to_string(n);
    return *taken_.insert(name).first;
  }
  [[nodiscard]] const Names& names() const { return taken_; }

 private:
  [[nodiscard]] bool free(std::string_view name) const {
    return !is_reserved_in_c(name) && !taken_.contains(name) && !(outer_ && outer_->contains(name));
  }

  const Names* outer_;
  Names taken_;
};

constexpr std::size_t kMaxAnonymousName = 64;

class Resolver {
 public:
  Resolver(const Schema& schema, const NativeLowering& lowering, LibraryName library)
      : schema_(schema), lowering_(lowering) {
    out_.library = std::move(library);
  }

  CNames run() && {
    claim_symbols();
    claim_types();
    if (guest()) claim_services();
    claim_constants();
    for (TypeId id = 0; id < schema_.types().size(); ++id) claim_members(id);
    claim_params(schema_.functions(), lowering_.functions, out_.functions);
    claim_params(schema_.imports(), lowering_.imports, out_.imports);
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool guest() const { return lowering_.abi == Abi::Canonical; }

  /// A function's name in C; with its resource's where it is one of a resource.
  [[nodiscard]] std::string stem(const Function& f) const {
    const std::string name = snake_case(f.name);
    return f.kind == FunctionKind::Free
               ? name
               : snake_case(schema_.resources()[f.resource].name) + "_" + name;
  }

  void claim_services() {
    for (const Resource& resource : schema_.resources()) {
      const std::string name = snake_case(resource.name);
      out_.resources.push_back({symbol("new_" + name), symbol("rep_" + name),
                                symbol("drop_" + name), symbol("on_destroy_" + name)});
    }
    for (const std::string& stem : stems_) out_.frees.push_back(symbol("free_" + stem));
  }

  std::string symbol(std::string_view rest) {
    return globals_.claim(out_.library.prefix + "_" + std::string(rest));
  }

  void claim_symbols() {
    const bool has_create = guest() || schema_.find("create") != nullptr;
    if (!has_create) {
      symbol("create");
      symbol("reply_create");
    }
    for (const char* name : {"destroy", "add_event_listener", "remove_event_listener",
                             "register_host_fn", "host_complete", "on_create", "on_destroy"}) {
      if (!guest()) symbol(name);
    }
    const std::size_t start = out_.library.prefix.size() + 1;
    for (const Function& f : schema_.functions()) {
      out_.functions.push_back({symbol(stem(f)), {}, {}, {}, {}});
    }
    for (CNames::FunctionNames& f : out_.functions) {
      const std::string rest = f.symbol.substr(start);
      f.handler = rest == "create" ? out_.library.prefix + "_on_create" : symbol("on_" + rest);
      f.reply = symbol("reply_" + rest);
    }
    Scope wire;
    for (const Function& f : schema_.imports()) {
      const std::string name = stem(f);
      out_.imports.push_back({symbol((is_event(schema_, f) ? "fire_" : "host_") + name),
                              {},
                              wire.claim(name),
                              {},
                              {}});
    }
    if (!guest()) claim_cbor();
  }

  /// Last, so that no function has another name for their sake.
  void claim_cbor() {
    out_.create_cbor = symbol("create_cbor");
    for (CNames::FunctionNames& f : out_.functions) {
      const bool create = f.symbol == out_.library.prefix + "_create";
      f.cbor = create ? out_.create_cbor : globals_.claim(f.symbol + "_cbor");
    }
  }

  /// Per type the part of its name after the prefix; for anonymous types made of their parts'.
  void make_stems() {
    for (TypeId id = 0; id < schema_.types().size(); ++id) {
      const Type& type = schema_.type(id);
      const bool named = is_named(type.kind);
      std::string stem = pascal_case(named ? std::string_view(type.name) : keyword(type.kind));
      for (const Part& part : type.parts) {
        if (named || stem.size() > kMaxAnonymousName) break;
        stem += part.type ? stems_[*part.type] : "Void";
      }
      if (!named && stem.size() > kMaxAnonymousName) {
        stem = pascal_case(keyword(type.kind)) + std::to_string(id);
      }
      stems_.push_back(std::move(stem));
    }
  }

  std::string claim_type(std::string name) {
    name = globals_.claim(name);
    type_names_.insert(name);
    return name;
  }

  void claim_types() {
    make_stems();
    const std::size_t count = schema_.types().size();
    out_.types.resize(count);
    // Types with names of their own first: they keep them, whatever anonymous types are called.
    for (TypeId id = 0; id < count; ++id) {
      if (is_named(schema_.type(id).kind)) {
        out_.types[id] = claim_type(out_.library.type_prefix + stems_[id]);
      }
    }
    for (TypeId id = 0; id < count; ++id) {
      if (!is_named(schema_.type(id).kind)) out_.types[id] = anonymous(id);
    }
  }

  std::string anonymous(TypeId id) {
    switch (schema_.type(id).kind) {
      case Kind::Bool: return lowering_.abi == Abi::Nim ? "int" : "bool";
      case Kind::S8: return "int8_t";
      case Kind::U8: return "uint8_t";
      case Kind::S16: return "int16_t";
      case Kind::U16: return "uint16_t";
      case Kind::S32: return "int32_t";
      case Kind::U32: return "uint32_t";
      case Kind::S64: return "int64_t";
      case Kind::U64: return "uint64_t";
      case Kind::F32: return "float";
      case Kind::F64: return "double";
      case Kind::Char: return "uint32_t";
      case Kind::String: return lowering_.abi == Abi::Nim ? "const char *" : "FFIString";
      case Kind::Own:
      case Kind::Borrow: return guest() ? "int32_t" : "uint64_t";
      case Kind::List:
      case Kind::Option:
      case Kind::Result:
      case Kind::Tuple:
        if (lowering_.types[id].shape == Shape::MembersOnly) return "";
        return claim_type(out_.library.type_prefix + stems_[id]);
      case Kind::Record:
      case Kind::Variant:
      case Kind::Enum:
      case Kind::Flags: break;
    }
    return "";
  }

  void claim_constants() {
    std::string start = out_.library.prefix + "_";
    for (char& c : start) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    out_.constants.resize(schema_.types().size());
    for (TypeId id = 0; id < schema_.types().size(); ++id) {
      const Type& type = schema_.type(id);
      if (type.kind != Kind::Enum && type.kind != Kind::Variant && type.kind != Kind::Flags)
        continue;
      const std::string of_type = start + upper_snake_case(type.name) + "_";
      for (const Part& part : type.parts) {
        out_.constants[id].push_back(globals_.claim(of_type + upper_snake_case(part.name)));
      }
    }
  }

  void claim_members(TypeId id) {
    const Type& type = schema_.type(id);
    const TypeLayout& layout = lowering_.types[id];
    std::vector<std::string>& members = out_.members.emplace_back();
    std::vector<std::string>& payloads = out_.payloads.emplace_back();
    if (type.kind == Kind::Record) {
      members = part_names(type.parts, layout.members);
      return;
    }
    for (const Member& member : layout.members) {
      members.push_back(member.suffix.empty() ? "f" + std::to_string(member.part) : member.suffix);
    }
    if (type.kind != Kind::Variant && type.kind != Kind::Result) return;
    Scope scope(&type_names_);
    for (std::size_t i = 0; i < type.parts.size(); ++i) {
      const Part& part = type.parts[i];
      if (!part.type) {
        payloads.emplace_back();
      } else if (type.kind == Kind::Result) {
        payloads.emplace_back(i == 0 ? "ok" : "err");
      } else {
        payloads.push_back(scope.claim(camel_case(part.name)));
      }
    }
  }

  /// Names of the C members or parameters that named parts become.
  template <class Parts>
  std::vector<std::string> part_names(const Parts& parts, const std::vector<Member>& members) {
    Scope scope(&type_names_);
    std::vector<std::string> bases;
    for (const auto& part : parts) bases.push_back(scope.claim(camel_case(part.name)));
    std::vector<std::string> names;
    for (const Member& member : members) {
      if (member.role == MemberRole::Filler) {
        names.push_back(scope.claim("unused"));
      } else if (member.suffix.empty()) {
        names.push_back(bases[member.part]);
      } else {
        names.push_back(scope.claim(bases[member.part] + member.suffix));
      }
    }
    return names;
  }

  void claim_params(const std::vector<Function>& functions,
                    const std::vector<FunctionLayout>& layouts,
                    std::vector<CNames::FunctionNames>& names) {
    for (std::size_t i = 0; i < functions.size(); ++i) {
      names[i].params = part_names(functions[i].params, layouts[i].params);
    }
  }

  const Schema& schema_;
  const NativeLowering& lowering_;
  CNames out_;
  Scope globals_;
  Names type_names_;
  std::vector<std::string> stems_;
};

}  // namespace

CNames resolve_c_names(const Schema& schema, const NativeLowering& lowering, LibraryName library) {
  return Resolver(schema, lowering, std::move(library)).run();
}

}  // namespace fficheck
