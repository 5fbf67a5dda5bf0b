#include "harness/core/explain_canonical.h"

#include <iomanip>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

#include "harness/core/canonical.h"

namespace fficheck {
namespace {

using nlohmann::json;

json core_types(const std::vector<CoreType>& types) {
  json out = json::array();
  for (const CoreType type : types) out.push_back(core_type_name(type));
  return out;
}

class CanonicalExplainer {
 public:
  explicit CanonicalExplainer(const Schema& schema)
      : schema_(schema), lowering_(lower_canonical(schema)) {}

  json all() {
    json functions = json::array();
    json imports = json::array();
    for (std::size_t i = 0; i < schema_.functions().size(); ++i)
      if (carries(schema_.functions()[i]))
        functions.push_back(exported(schema_.functions()[i], lowering_.functions[i]));
    for (std::size_t i = 0; i < schema_.imports().size(); ++i)
      if (carries(schema_.imports()[i]))
        imports.push_back(imported(schema_.imports()[i], lowering_.imports[i]));
    json types = json::array();
    for (const TypeId id : reached_) types.push_back(type(id));
    json resources = json::array();
    for (const Resource& r : schema_.resources()) resources.push_back(resource(r));
    return {{"version", 1},
            {"abi", "canonical"},
            {"package", schema_.package()},
            {"interface", schema_.interface()},
            {"types", std::move(types)},
            {"functions", std::move(functions)},
            {"imports", std::move(imports)},
            {"resources", std::move(resources)},
            {"unsupported", std::move(unsupported_)}};
  }

 private:
  /// Notes the types that the function needs, or why it is unsupported.
  bool carries(const Function& f) {
    if (const auto why = unsupported_canonical(schema_, f)) {
      unsupported_.push_back({{"function", qualified_name(schema_, f)}, {"reason", *why}});
      return false;
    }
    for (const Param& p : f.params) reach(p.type);
    if (f.result) reach(*f.result);
    return true;
  }
  void reach(TypeId id) {
    if (!reached_.insert(id).second) return;
    for (const Part& part : schema_.type(id).parts)
      if (part.type) reach(*part.type);
  }

  [[nodiscard]] json function(const Function& f, const CanonicalFunction& l) const {
    json out{{"name", qualified_name(schema_, f)},
             {"params_in_memory", l.params_in_memory},
             {"result_in_memory", l.result_in_memory}};
    if (!l.params_in_memory) return out;
    json members = json::array();
    for (std::size_t i = 0; i < f.params.size(); ++i)
      members.push_back(member(f.params[i].name, f.params[i].type, l.params_offsets[i]));
    out["memory"] = {
        {"size", l.params_size}, {"align", l.params_align}, {"members", std::move(members)}};
    return out;
  }
  [[nodiscard]] json exported(const Function& f, const CanonicalFunction& l) const {
    const std::string name = interface_id(schema_) + "#" + l.name;
    json out = function(f, l);
    out["params"] = core_types(l.params);
    out["results"] = core_types(l.results);
    out["export"] = name;
    out["post_return"] = l.needs_post_return ? json("cabi_post_" + name) : json(nullptr);
    return out;
  }
  [[nodiscard]] json imported(const Function& f, const CanonicalFunction& l) const {
    json out = function(f, l);
    out["params"] = core_types(l.import_params());
    out["results"] = l.result_in_memory ? json::array() : core_types(l.results);
    out["module"] = host_interface_id(schema_);
    out["field"] = l.name;
    return out;
  }
  [[nodiscard]] json resource(const Resource& r) const {
    json out{{"name", r.name}, {"imported", r.imported}, {"imports", json::array()}};
    const std::string module =
        r.imported ? host_interface_id(schema_) : "[export]" + interface_id(schema_);
    for (const char* what : {"[resource-new]", "[resource-rep]", "[resource-drop]"}) {
      if (r.imported && std::string_view(what) != "[resource-drop]") continue;
      out["imports"].push_back({{"module", module}, {"field", what + r.name}});
    }
    if (!r.imported) out["destructor"] = interface_id(schema_) + "#[dtor]" + r.name;
    return out;
  }

  [[nodiscard]] json member(const std::string& name, TypeId id, std::uint32_t offset) const {
    return {{"name", name},
            {"type", type_name(schema_, id)},
            {"offset", offset},
            {"size", lowering_.types[id].size}};
  }
  [[nodiscard]] json type(TypeId id) const {
    const Type& t = schema_.type(id);
    const CanonicalType& l = lowering_.types[id];
    json out{{"type", type_name(schema_, id)},
             {"kind", keyword(t.kind)},
             {"size", l.size},
             {"align", l.align},
             {"flat", core_types(l.flat)},
             {"owns_memory", l.owns_memory}};
    if (class_of(t.kind) == KindClass::Sequence && t.kind != Kind::List) {
      out["members"] = json::array();
      for (std::size_t i = 0; i < t.parts.size(); ++i)
        out["members"].push_back(member(t.kind == Kind::Tuple ? std::to_string(i) : t.parts[i].name,
                                        *t.parts[i].type, l.offsets[i]));
    }
    if (t.kind == Kind::Flags)
      for (const Part& flag : t.parts) out["flags"].push_back(flag.name);
    if (class_of(t.kind) != KindClass::Choice) return out;
    out["discriminant"] = l.discriminant;
    out["payload"] = l.payload;
    out["cases"] = json::array();
    if (t.kind == Kind::Option) out["cases"].push_back({{"tag", 0}, {"name", "none"}});
    for (const Part& part : t.parts) {
      const std::size_t tag = out["cases"].size();
      json shown{{"tag", tag}, {"name", part.name}};
      if (t.kind == Kind::Option) shown["name"] = "some";
      if (t.kind == Kind::Result) shown["name"] = tag == 0 ? "ok" : "err";
      if (part.type) shown["type"] = type_name(schema_, *part.type);
      out["cases"].push_back(std::move(shown));
    }
    return out;
  }

  const Schema& schema_;
  CanonicalLowering lowering_;
  std::set<TypeId> reached_;
  json unsupported_ = json::array();
};

std::string text_of(const json& object, const char* key) { return object[key].get<std::string>(); }

std::string flat_text(const json& types) {
  std::string out = "(";
  for (const json& t : types) out += (out.size() > 1 ? " " : "") + t.get<std::string>();
  return out + ")";
}

std::string number(const json& n) { return std::to_string(n.get<std::uint64_t>()); }

void print_members(std::ostringstream& out, const json& members) {
  for (const json& m : members)
    out << "  " << std::setw(6) << number(m["offset"]) << std::setw(6) << number(m["size"]) << "  "
        << text_of(m, "name") << ": " << text_of(m, "type") << "\n";
}

void print_type(std::ostringstream& out, const json& t) {
  const std::string kind = text_of(t, "kind");
  const bool is_named = kind == "record" || kind == "variant" || kind == "enum" || kind == "flags";
  out << "\n"
      << (is_named ? kind + " " : "") << text_of(t, "type") << ": size " << number(t["size"])
      << ", align " << number(t["align"]) << ", flat " << flat_text(t["flat"]) << "\n";
  if (t.contains("members")) print_members(out, t["members"]);
  if (t.contains("flags"))
    for (std::size_t i = 0; i < t["flags"].size(); ++i)
      out << "    bit " << i << " " << t["flags"][i].get<std::string>() << "\n";
  if (!t.contains("cases")) return;
  out << "  " << std::setw(6) << 0 << std::setw(6) << number(t["discriminant"])
      << "  discriminant\n";
  for (const json& c : t["cases"]) {
    out << "    case " << number(c["tag"]) << " " << text_of(c, "name");
    if (c.contains("type")) out << ": " << text_of(c, "type") << " at " << number(t["payload"]);
    out << "\n";
  }
}

void print_function(std::ostringstream& out, const json& f) {
  const bool is_export = f.contains("export");
  out << "\n"
      << (is_export ? "" : "import ") << text_of(f, "name") << ": "
      << (is_export ? text_of(f, "export") : text_of(f, "module") + " " + text_of(f, "field"))
      << "\n  " << flat_text(f["params"]) << " -> " << flat_text(f["results"]) << "\n";
  if (f["params_in_memory"].get<bool>()) {
    out << "  parameters in memory: size " << number(f["memory"]["size"]) << ", align "
        << number(f["memory"]["align"]) << "\n";
    print_members(out, f["memory"]["members"]);
  }
  if (f["result_in_memory"].get<bool>())
    out << "  result in memory, " << (is_export ? "which the result" : "which the last parameter")
        << " points to\n";
  if (is_export && !f["post_return"].is_null())
    out << "  post-return: " << text_of(f, "post_return") << "\n";
}

void print_resource(std::ostringstream& out, const json& r) {
  out << "\nresource " << text_of(r, "name") << (r["imported"].get<bool>() ? ", imported\n" : "\n");
  for (const json& i : r["imports"])
    out << "  import: " << text_of(i, "module") << " " << text_of(i, "field") << "\n";
  if (r.contains("destructor")) out << "  destructor: " << text_of(r, "destructor") << "\n";
}

}  // namespace

json explain_canonical_json(const Schema& schema) { return CanonicalExplainer(schema).all(); }

std::string explain_canonical_text(const Schema& schema) {
  const json all = explain_canonical_json(schema);
  std::ostringstream out;
  out << interface_id(schema) << ", canonical ABI: offset, size, member; in bytes\n";
  for (const json& t : all["types"]) print_type(out, t);
  for (const json& r : all["resources"]) print_resource(out, r);
  for (const json& f : all["functions"]) print_function(out, f);
  for (const json& f : all["imports"]) print_function(out, f);
  if (!all["unsupported"].empty()) out << "\nunsupported:\n";
  for (const json& u : all["unsupported"])
    out << "  " << text_of(u, "function") << ": " << text_of(u, "reason") << "\n";
  return out.str();
}

}  // namespace fficheck
