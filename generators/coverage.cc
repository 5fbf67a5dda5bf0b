#include "generators/coverage.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "generators/names.h"
#include "harness/core/value_stream.h"

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
    "float and integer in one place",
    "bool and another in one place",
    "list behind a narrow field",
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

constexpr auto kEdges = std::to_array<std::string_view>({
    "empty string",
    "NUL in a string",
    "beyond Latin-1 in a string",
    "beyond the BMP in a string",
    "empty list, record or tuple",
    "0",
    "-1",
    "255 or 65535",
    "largest of 32 bits",
    "least or largest of 64 bits",
    "NaN",
    "infinity",
    "-0.0",
    "no payload",
});

/// Counts the edges among a value's leaves.
void count_edges(const Value& value, std::map<std::string_view, std::uint64_t>& out) {
  const auto meet = [&](std::string_view edge, bool met) { out[edge] += met ? 1 : 0; };
  const auto real = [&](double v) {
    meet("NaN", std::isnan(v));
    meet("infinity", std::isinf(v));
    meet("-0.0", v == 0 && std::signbit(v));
  };
  value.visit([&]<class T>(const T& v) {
    if constexpr (std::is_same_v<T, std::string>) {
      const auto has = [&](unsigned char least) {
        return std::any_of(v.begin(), v.end(),
                           [&](char c) { return static_cast<unsigned char>(c) >= least; });
      };
      meet("empty string", v.empty());
      meet("NUL in a string", v.find('\0') != std::string::npos);
      meet("beyond Latin-1 in a string", has(0xC4));
      meet("beyond the BMP in a string", has(0xF0));
    } else if constexpr (std::is_same_v<T, Sequence>) {
      meet("empty list, record or tuple", v.empty());
      for (const Value& part : v) count_edges(part, out);
    } else if constexpr (std::is_same_v<T, Choice>) {
      meet("no payload", !v.payload);
      if (v.payload) count_edges(*v.payload, out);
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
      meet("0", v == 0);
      meet("255 or 65535", v == 0xFF || v == 0xFFFF);
      meet("largest of 32 bits", v == 0xFFFFFFFF);
      meet("least or largest of 64 bits", v == ~std::uint64_t{0});
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      meet("0", v == 0);
      meet("-1", v == -1);
      meet("largest of 32 bits", v == INT32_MAX);
      meet("least or largest of 64 bits", v == INT64_MIN || v == INT64_MAX);
    } else if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
      real(static_cast<double>(v));
    }
  });
}

/// Core values of each type, as CanonicalABI.md (Flattening) counts them.
std::vector<std::size_t> flat_counts(const Schema& schema) {
  std::vector<std::size_t> out(schema.types().size());
  for (std::size_t id = 0; id < out.size(); ++id) {
    const Type& type = schema.type(static_cast<TypeId>(id));
    std::size_t sum = 0;
    std::size_t most = 0;
    for (const Part& part : type.parts) {
      if (!part.type) continue;
      sum += out[*part.type];
      most = std::max(most, out[*part.type]);
    }
    switch (class_of(type.kind)) {
      case KindClass::Scalar:
      case KindClass::Handle: out[id] = 1; break;
      case KindClass::Text: out[id] = 2; break;
      case KindClass::Sequence: out[id] = type.kind == Kind::List ? 2 : sum; break;
      case KindClass::Choice: out[id] = 1 + most; break;
      case KindClass::Bits: out[id] = (type.parts.size() + 31) / 32; break;
    }
  }
  return out;
}

/// Whether values of the kind take one byte or two.
bool is_narrow(Kind kind) {
  return kind == Kind::Bool || kind == Kind::S8 || kind == Kind::U8 || kind == Kind::S16 ||
         kind == Kind::U16;
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
    if (t.kind == Kind::Variant || t.kind == Kind::Result) payloads(t);
    if (t.kind == Kind::Record) {
      for (std::size_t i = 1; i < n; ++i)
        meet("list behind a narrow field",
             kind(t.parts[i].type) == Kind::List && is_narrow(kind(t.parts[i - 1].type)));
    }
    std::vector<std::string> names;
    for (const Part& part : t.parts) {
      if (!part.name.empty()) names.push_back(part.name);
    }
    scope(names);
  }

  /// What shares the place of a payload, and in the canonical ABI flat values.
  void payloads(const Type& t) {
    std::set<Kind> scalars;
    std::set<TypeId> all;
    for (const Part& part : t.parts) {
      if (!part.type) continue;
      all.insert(*part.type);
      if (class_of(kind(part.type)) == KindClass::Scalar) scalars.insert(kind(part.type));
    }
    const auto floats =
        static_cast<std::size_t>(scalars.count(Kind::F32) + scalars.count(Kind::F64));
    meet("variant with joined payloads", t.kind == Kind::Variant && all.size() >= 2);
    meet("float and integer in one place", floats > 0 && scalars.size() > floats);
    meet("bool and another in one place", scalars.contains(Kind::Bool) && scalars.size() > 1);
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

std::span<const std::string_view> edge_names() { return kEdges; }

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
  const std::vector<std::size_t> flat = flat_counts(schema);
  const auto counted = [](std::size_t n) { return std::min(n, kMostFlat); };
  for (const Function& f : schema.functions()) {
    ++params[f.params.size()];
    std::size_t sum = 0;
    for (const Param& param : f.params) sum += flat[param.type];
    ++flat_params[counted(sum)];
    ++flat_results[counted(f.result ? flat[*f.result] : 0)];
    for (std::uint64_t i = 0; i < kSampledValues; ++i)
      for (const Value& arg : stream_args(schema, f, value_seed(0, i))) count_edges(arg, edges);
  }
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
  for (const auto& [n, count] : other.flat_params) flat_params[n] += count;
  for (const auto& [n, count] : other.flat_results) flat_results[n] += count;
  for (const auto& [name, count] : other.edges) edges[name] += count;
  for (const auto& [n, count] : other.depths) depths[n] += count;
  for (const auto& [name, count] : other.features) features[name] += count;
}

}  // namespace fficheck
