#include "harness/core/augment.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/text.h"

namespace fficheck {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Names of an interface: types, resources and functions share one scope.
class Taken {
 public:
  explicit Taken(const Schema& schema) {
    for (const Type& type : schema.types()) add(type.name);
    for (const Resource& resource : schema.resources()) add(resource.name);
    for (const Function& f : schema.functions()) add(f.name);
    for (const Function& f : schema.imports()) add(f.name);
  }
  std::string claim(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !names_.insert(lower(name)).second; ++i)
      name = wanted + "-x" + std::to_string(i);
    return name;
  }

 private:
  void add(const std::string& name) { names_.insert(lower(name)); }
  std::set<std::string> names_;
};

/// Whether each type holds a resource. Parts come before what holds them.
std::vector<bool> with_resources(const Schema& schema) {
  std::vector<bool> out;
  for (const Type& type : schema.types()) {
    const bool handle = class_of(type.kind) == KindClass::Handle;
    out.push_back(handle || std::any_of(type.parts.begin(), type.parts.end(),
                                        [&](const Part& p) { return p.type && out[*p.type]; }));
  }
  return out;
}

/// "point" for a named type, "list" with its number for another.
std::string label_of(const Type& type, TypeId id) {
  const std::string wanted =
      type.name.empty() ? std::string(keyword(type.kind)) + "-t" + std::to_string(id) : type.name;
  return wanted.size() + 20 <= kMaxNameLength ? wanted : "t" + std::to_string(id);
}

Function function(std::string name, std::string param, TypeId takes, TypeId gives) {
  Function f;
  f.name = std::move(name);
  f.params = {{std::move(param), takes}};
  f.result = gives;
  return f;
}

}  // namespace

Schema augment(const Schema& schema) {
  SchemaBuilder builder(schema.package(), schema.interface());
  for (const Resource& resource : schema.resources()) builder.resource(resource);
  for (const Type& type : schema.types()) builder.add(type);
  for (const Function& f : schema.functions()) builder.function(f);
  for (const Function& f : schema.imports()) builder.import(f);
  const TypeId u64 = builder.scalar(Kind::U64);
  const std::vector<bool> resources = with_resources(schema);
  Taken taken(schema);
  for (TypeId id = 0; id < schema.types().size(); ++id) {
    if (resources[id]) continue;
    const std::string label = label_of(schema.type(id), id);
    builder.function(function(taken.claim("consume-" + label), "value", id, u64));
    builder.function(function(taken.claim("produce-" + label), "seed", u64, id));
    builder.function(function(taken.claim("echo-" + label), "value", id, id));
  }
  Result<Schema> built = std::move(builder).build();
  return built.ok() ? std::move(built).value() : schema;
}

}  // namespace fficheck
