#include "targets/ipc/wire_table.h"

#include "harness/core/kind.h"
#include "targets/native/cbor_names.h"

namespace fficheck::ipc {
namespace {

std::string row(const Type& type) {
  std::string out(keyword(type.kind));
  if (type.kind == Kind::Flags) return out + " " + std::to_string(type.parts.size());
  if (class_of(type.kind) == KindClass::Handle) return out + " " + std::to_string(type.resource);
  const bool named = type.kind == Kind::Record || type.kind == Kind::Variant;
  const std::vector<std::string> names = cbor_names(type);
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    out += ' ';
    if (type.kind == Kind::Enum) {
      out += names[i];
      continue;
    }
    if (named) out += names[i] + ":";
    out += type.parts[i].type ? std::to_string(*type.parts[i].type) : "-";
  }
  return out;
}

}  // namespace

std::vector<std::string> wire_rows(const Schema& schema) {
  std::vector<std::string> rows;
  for (const Type& type : schema.types()) rows.push_back(row(type));
  return rows;
}

std::string wire_params(const Function& function) {
  const std::vector<std::string> names = cbor_names(function);
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i)
    out += (i ? " " : "") + names[i] + ":" + std::to_string(function.params[i].type);
  return out;
}

}  // namespace fficheck::ipc
