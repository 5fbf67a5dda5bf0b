#include "harness/core/explain.h"

#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "harness/core/explain_canonical.h"
#include "harness/core/names.h"

namespace fficheck {
namespace {

using nlohmann::json;

std::string role_name(MemberRole role) {
  switch (role) {
    case MemberRole::Value: return "value";
    case MemberRole::Pointer: return "pointer";
    case MemberRole::Length: return "length";
    case MemberRole::Present: return "present";
    case MemberRole::Tag: return "tag";
    case MemberRole::Payload: return "payload";
    case MemberRole::Word: return "words";
    case MemberRole::Filler: return "filler";
  }
  return "";
}

std::string shape_name(Shape shape) {
  switch (shape) {
    case Shape::Scalar: return "scalar";
    case Shape::Struct: return "struct";
    case Shape::NulString: return "nul-terminated";
    case Shape::MembersOnly: return "members";
  }
  return "";
}

std::string form_name(ResultForm form) {
  switch (form) {
    case ResultForm::None: return "none";
    case ResultForm::RawText: return "text";
    case ResultForm::Struct: return "struct";
  }
  return "";
}

class Explainer {
 public:
  Explainer(const Schema& schema, Abi abi)
      : schema_(schema), lowering_(lower_native(schema, abi)) {}

  [[nodiscard]] json types() const {
    json all = json::array();
    for (TypeId id = 0; id < schema_.types().size(); ++id) all.push_back(type(id));
    return all;
  }

  [[nodiscard]] json function(const Function& f, const FunctionLayout& layout,
                              std::string symbol) const {
    json params = json::array();
    for (const Member& m : layout.params)
      params.push_back(member(m, snake_case(f.params[m.part].name) + m.suffix));
    json result{{"form", form_name(layout.form)}, {"error_is_text", layout.error_is_text}};
    if (layout.ok) {
      result["type"] = type_name(schema_, *layout.ok);
      if (layout.form == ResultForm::Struct) result["size"] = lowering_.types[*layout.ok].size;
    }
    return {{"name", f.name},
            {"symbol", std::move(symbol)},
            {"params", std::move(params)},
            {"result", std::move(result)}};
  }

  [[nodiscard]] const NativeLowering& lowering() const { return lowering_; }

 private:
  [[nodiscard]] json member(const Member& m, const std::string& name) const {
    json out{{"name", name}, {"role", role_name(m.role)}, {"size", m.size}, {"align", m.align}};
    if (m.type) out["type"] = type_name(schema_, *m.type);
    return out;
  }

  [[nodiscard]] json type(TypeId id) const {
    const Type& t = schema_.type(id);
    const TypeLayout& layout = lowering_.types[id];
    json out{{"type", type_name(schema_, id)},
             {"kind", keyword(t.kind)},
             {"shape", shape_name(layout.shape)},
             {"owns_memory", layout.owns_memory},
             {"members", json::array()}};
    const bool is_placed = layout.shape != Shape::MembersOnly;
    if (is_placed) out["size"] = layout.size, out["align"] = layout.align;
    for (const Member& m : layout.members) {
      const bool named = t.kind == Kind::Record && m.role != MemberRole::Filler;
      json shown = member(m, (named ? snake_case(t.parts[m.part].name) : "") + m.suffix);
      if (is_placed) shown["offset"] = m.offset;
      out["members"].push_back(std::move(shown));
    }
    if (layout.cases.empty()) return out;
    out["cases"] = json::array();
    for (std::size_t i = 0; i < layout.cases.size(); ++i) {
      const TypeLayout::CasePayload& payload = layout.cases[i];
      json shown{{"tag", i}, {"name", t.parts[i].name}};
      if (t.kind == Kind::Result) shown["name"] = i == 0 ? "ok" : "err";
      if (payload.type) {
        shown["type"] = type_name(schema_, *payload.type);
        shown["offset"] = payload.offset;
      }
      out["cases"].push_back(std::move(shown));
    }
    return out;
  }

  const Schema& schema_;
  NativeLowering lowering_;
};

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? "" : found->get<std::string>();
}

/// "offset size name: what it is", the offset only where there is one.
void print_member(std::ostringstream& out, const json& m) {
  out << "  ";
  if (m.contains("offset")) out << std::setw(6) << m["offset"].get<std::uint64_t>();
  out << std::setw(6) << m["size"].get<std::uint64_t>() << "  " << text_of(m, "name") << ": ";
  const std::string role = text_of(m, "role");
  const std::string type = text_of(m, "type");
  if (role == "value")
    out << type;
  else if (role == "pointer")
    out << (type.empty() ? "pointer to bytes" : "pointer to " + type);
  else
    out << role;
  out << "\n";
}

void print_type(std::ostringstream& out, const json& t) {
  out << "\n" << text_of(t, "kind");
  if (text_of(t, "type") != text_of(t, "kind")) out << " " << text_of(t, "type");
  if (t.contains("size"))
    out << ": size " << t["size"].get<std::uint64_t>() << ", align "
        << t["align"].get<std::uint64_t>();
  else
    out << ": members of what holds it";
  out << "\n";
  for (const json& m : t["members"]) print_member(out, m);
  if (!t.contains("cases")) return;
  for (const json& c : t["cases"]) {
    out << "    case " << c["tag"].get<std::uint64_t>() << " " << text_of(c, "name");
    if (c.contains("type"))
      out << ": " << text_of(c, "type") << " at " << c["offset"].get<std::uint64_t>();
    out << "\n";
  }
}

void print_function(std::ostringstream& out, const json& f) {
  out << "\n" << text_of(f, "name") << ": " << text_of(f, "symbol") << "\n";
  for (const json& p : f["params"]) print_member(out, p);
  const json& result = f["result"];
  const std::string form = text_of(result, "form");
  out << "  result: ";
  if (form == "none")
    out << "none";
  else if (form == "text")
    out << "bytes of a string";
  else
    out << text_of(result, "type") << ", " << result["size"].get<std::uint64_t>() << " bytes";
  if (result["error_is_text"].get<bool>()) out << "; an err as return code 1 and its text";
  out << "\n";
}

}  // namespace

json explain_json(const Schema& schema, Abi abi, const std::vector<std::string>& symbols) {
  if (abi == Abi::Canonical) return explain_canonical_json(schema);
  json unsupported_functions = json::array();
  std::vector<Function> keep;
  std::vector<std::string> kept_symbols;
  for (std::size_t i = 0; i < schema.functions().size(); ++i) {
    const Function& f = schema.functions()[i];
    if (const auto why = unsupported(schema, f, abi)) {
      unsupported_functions.push_back({{"function", f.name}, {"reason", *why}});
      continue;
    }
    keep.push_back(f);
    kept_symbols.push_back(i < symbols.size()
                               ? symbols[i]
                               : snake_case(schema.interface()) + "_" + snake_case(f.name));
  }
  const Schema carried = restrict_to(schema, keep);
  const Explainer explainer(carried, abi);
  json functions = json::array();
  for (std::size_t i = 0; i < carried.functions().size(); ++i)
    functions.push_back(explainer.function(carried.functions()[i],
                                           explainer.lowering().functions[i], kept_symbols[i]));
  return {{"version", 1},
          {"abi", abi_name(abi)},
          {"package", schema.package()},
          {"interface", schema.interface()},
          {"types", explainer.types()},
          {"functions", std::move(functions)},
          {"unsupported", std::move(unsupported_functions)}};
}

std::string explain_text(const Schema& schema, Abi abi, const std::vector<std::string>& symbols) {
  if (abi == Abi::Canonical) return explain_canonical_text(schema);
  const json all = explain_json(schema, abi, symbols);
  std::ostringstream out;
  out << text_of(all, "package") << "/" << text_of(all, "interface") << ", " << text_of(all, "abi")
      << " ABI: offset, size, member; in bytes\n";
  for (const json& t : all["types"])
    if (!t["members"].empty() || t["kind"] == "enum" || t["kind"] == "flags") print_type(out, t);
  for (const json& f : all["functions"]) print_function(out, f);
  if (!all["unsupported"].empty()) out << "\nunsupported:\n";
  for (const json& u : all["unsupported"])
    out << "  " << text_of(u, "function") << ": " << text_of(u, "reason") << "\n";
  return out.str();
}

}  // namespace fficheck
