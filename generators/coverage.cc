#include "generators/coverage.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "generators/names.h"

namespace fficheck {
namespace {

constexpr auto kFeatures = std::to_array<std::string_view>({
    "empty record",
    "empty record as parameter",
    "list of lists",
    "option of option",
    "option of list",
    "list of records",
    "65 flags or more",
    "129 cases or more",
    "256 cases",
    "257 cases or more",
    "100 fields or more",
    "variant with joined payloads",
    "no parameters",
    "20 parameters or more",
    "struct among scalars",
    "no result",
    "result<T, string>",
    "result<T, E>",
    "result<_, string>",
    "result<T>",
    "result<_, E>",
    "result",
    "create",
    "create with parameters",
    "hostile name",
    "long name",
    "names that join to one",
    "result of string",
    "result of list",
    "result of option",
});

std::string without_dashes(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '-') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

/// The features of one schema.
class Features {
 public:
  explicit Features(const Schema& schema) : schema_(schema) {}

  std::set<std::string_view> all() {
    std::map<std::string, const Type*> joined;  // type and case, as a constant's name has them
    for (const Type& t : schema_.types()) {
      type(t);
      for (const Part& part : t.parts) {
        if (class_of(t.kind) != KindClass::Choice || part.name.empty()) continue;
        const auto [at, added] = joined.emplace(without_dashes(t.name + part.name), &t);
        meet("names that join to one", !added && at->second != &t);
      }
    }
    std::vector<std::string> top;
    for (const Type& t : schema_.types()) {
      if (!t.name.empty()) top.push_back(t.name);
    }
    for (const Function& f : schema_.functions()) {
      function(f);
      top.push_back(f.name);
    }
    scope(top);
    return std::move(met_);
  }

 private:
  void meet(std::string_view feature, bool met) {
    if (met) met_.insert(feature);
  }
  [[nodiscard]] Kind kind(std::optional<TypeId> id) const { return schema_.type(*id).kind; }

  void type(const Type& t) {
    const std::size_t n = t.parts.size();
    const auto holds = [&](Kind inner) {
      return t.parts[0].type && kind(t.parts[0].type) == inner;
    };
    if (t.kind == Kind::List) {
      meet("list of lists", holds(Kind::List));
      meet("list of records", holds(Kind::Record));
    }
    if (t.kind == Kind::Option) {
      meet("option of option", holds(Kind::Option));
      meet("option of list", holds(Kind::List));
    }
    meet("empty record", t.kind == Kind::Record && n == 0);
    meet("100 fields or more", t.kind == Kind::Record && n >= 100);
    meet("65 flags or more", t.kind == Kind::Flags && n >= 65);
    if (t.kind == Kind::Variant || t.kind == Kind::Enum) {
      meet("129 cases or more", n >= 129);
      meet("256 cases", n == 256);
      meet("257 cases or more", n >= 257);
    }
    if (t.kind == Kind::Variant) {
      std::set<TypeId> payloads;
      for (const Part& part : t.parts) {
        if (part.type) payloads.insert(*part.type);
      }
      meet("variant with joined payloads", payloads.size() >= 2);
    }
    std::vector<std::string> names;
    for (const Part& part : t.parts) {
      if (!part.name.empty()) names.push_back(part.name);
    }
    scope(names);
  }

  void function(const Function& f) {
    meet("no parameters", f.params.empty());
    meet("20 parameters or more", f.params.size() >= 20);
    meet("no result", !f.result.has_value());
    meet("create", f.name == "create");
    meet("create with parameters", f.name == "create" && !f.params.empty());
    bool record = false;
    bool scalar = false;
    std::vector<std::string> names;
    for (const Param& param : f.params) {
      const Type& t = schema_.type(param.type);
      meet("empty record as parameter", t.kind == Kind::Record && t.parts.empty());
      record |= t.kind == Kind::Record;
      scalar |= class_of(t.kind) == KindClass::Scalar;
      names.push_back(param.name);
    }
    meet("struct among scalars", record && scalar && f.params.size() > 4);
    scope(names);
    if (f.result) result(schema_.type(*f.result));
  }

  void result(const Type& t) {
    meet("result of string", t.kind == Kind::String);
    meet("result of list", t.kind == Kind::List);
    meet("result of option", t.kind == Kind::Option);
    if (t.kind != Kind::Result) return;
    const bool ok = t.parts[0].type.has_value();
    const bool err = t.parts[1].type.has_value();
    const bool text = err && kind(t.parts[1].type) == Kind::String;
    meet("result<T, string>", ok && text);
    meet("result<T, E>", ok && err && !text);
    meet("result<_, string>", !ok && text);
    meet("result<_, E>", !ok && err && !text);
    meet("result<T>", ok && !err);
    meet("result", !ok && !err);
  }

  void scope(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      meet("hostile name", is_hostile(name));
      meet("long name", name.size() > 60);
    }
  }

  const Schema& schema_;
  std::set<std::string_view> met_;
};

}  // namespace

std::span<const std::string_view> feature_names() { return kFeatures; }

void Coverage::add(const Schema& schema) {
  ++schemas;
  types += schema.types().size();
  functions += schema.functions().size();
  std::vector<std::size_t> depth(schema.types().size());
  std::size_t deepest = 0;
  for (std::size_t id = 0; id < depth.size(); ++id) {
    const Type& type = schema.type(static_cast<TypeId>(id));
    const auto outer = static_cast<std::size_t>(type.kind);
    ++kinds[outer];
    PerKind seen{};
    for (const Part& part : type.parts) {
      if (!part.type) continue;
      depth[id] = std::max(depth[id], depth[*part.type] + 1);
      seen[static_cast<std::size_t>(schema.type(*part.type).kind)] = 1;
    }
    for (std::size_t inner = 0; inner < seen.size(); ++inner) pairs[outer][inner] += seen[inner];
    deepest = std::max(deepest, depth[id]);
  }
  ++depths[deepest];
  for (const Function& f : schema.functions()) ++params[f.params.size()];
  for (const std::string_view feature : Features(schema).all()) ++features[feature];
}

void Coverage::add(const Coverage& other) {
  schemas += other.schemas;
  types += other.types;
  functions += other.functions;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    kinds[i] += other.kinds[i];
    for (std::size_t j = 0; j < kinds.size(); ++j) pairs[i][j] += other.pairs[i][j];
  }
  for (const auto& [n, count] : other.params) params[n] += count;
  for (const auto& [n, count] : other.depths) depths[n] += count;
  for (const auto& [name, count] : other.features) features[name] += count;
}

}  // namespace fficheck
