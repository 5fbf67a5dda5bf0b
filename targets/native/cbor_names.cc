#include "targets/native/cbor_names.h"

#include "harness/core/names.h"

namespace fficheck {
namespace {

/// Camel case, as the seed's library has it. "a-1" and "a1" would be one: the later one gets "_".
template <class Named>
std::vector<std::string> camel_names(const std::vector<Named>& all) {
  NameScope scope({});
  std::vector<std::string> out;
  for (const Named& named : all) out.push_back(scope.claim(camel_case(named.name)));
  return out;
}

}  // namespace

std::vector<std::string> cbor_names(const Type& type) {
  if (type.kind == Kind::Result) return {"ok", "err"};
  if (type.kind == Kind::Record || type.kind == Kind::Enum || type.kind == Kind::Variant)
    return camel_names(type.parts);
  return {};
}

std::vector<std::string> cbor_names(const Function& function) {
  return camel_names(function.params);
}

std::string wire_method(const CNames& names, std::size_t function) {
  return names.functions[function].symbol.substr(names.library.prefix.size() + 1);
}

}  // namespace fficheck
