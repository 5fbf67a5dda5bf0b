#include "targets/wasm/value_handles.h"

#include "targets/wasm/choice.h"

namespace fficheck {

Value with_handles(const Schema& schema, TypeId id, const Value& value,
                   const RenameHandle& rename) {
  const Type& type = schema.type(id);
  switch (class_of(type.kind)) {
    case KindClass::Scalar:
    case KindClass::Text:
    case KindClass::Bits: return value;
    case KindClass::Handle: return Value::handle(rename(type, value.as<Handle>().rep));
    case KindClass::Choice: {
      const Choice& choice = value.as<Choice>();
      const auto payload = payload_type(type, choice.index);
      if (!payload || !choice.payload) return value;
      return Value::choice(choice.index, with_handles(schema, *payload, *choice.payload, rename));
    }
    case KindClass::Sequence: {
      Sequence parts;
      const Sequence& from = value.as<Sequence>();
      for (std::size_t i = 0; i < from.size(); ++i)
        parts.push_back(with_handles(schema, *type.parts[type.kind == Kind::List ? 0 : i].type,
                                     from[i], rename));
      return Value::sequence(std::move(parts));
    }
  }
  return value;
}

std::vector<Value> with_handles(const Schema& schema, const Function& f,
                                const std::vector<Value>& args, const RenameHandle& rename) {
  std::vector<Value> out;
  for (std::size_t i = 0; i < args.size(); ++i)
    out.push_back(with_handles(schema, f.params[i].type, args[i], rename));
  return out;
}

std::vector<std::uint64_t> handles_of(const Schema& schema, TypeId type, const Value& value,
                                      std::vector<ResourceId>* resources) {
  std::vector<std::uint64_t> out;
  (void)with_handles(schema, type, value, [&](const Type& t, std::uint64_t rep) {
    if (resources != nullptr) resources->push_back(t.resource);
    out.push_back(rep);
    return rep;
  });
  return out;
}

}  // namespace fficheck
